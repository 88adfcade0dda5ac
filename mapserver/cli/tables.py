"""What the commands print for people: short lines and plain tables."""

from __future__ import annotations

from collections.abc import Sequence

from layers.wording import Text
from mapserver.cli.run import Run
from mapserver.services.imports import BoundaryResult

__all__ = ["print_boundary_report", "print_units"]

_LONGEST_LIST = 20


def print_boundary_report(run: Run, result: BoundaryResult, *, dry_run: bool) -> None:
    """Print what an import of boundaries found.

    Parameters
    ----------
    run : Run
        How the command was called.
    result : BoundaryResult
        What was found and done.
    dry_run : bool
        Whether nothing was kept.
    """
    report = result.report
    run.say(
        Text(
            f"Nhận {report.accepted} đơn vị; sửa hình {len(report.mended)}; giữ lại {len(report.quarantined)}; "
            f"hệ tọa độ {result.source.crs}.",
            f"Accepted {report.accepted} units; mended {len(report.mended)}; quarantined {len(report.quarantined)}; "
            f"coordinate system {result.source.crs}.",
        )
    )
    language = run.settings.lang
    _listed(
        run,
        [
            f"  {row.row} ({row.code}): {'; '.join(why.in_language(language) for why in row.reasons)}"
            for row in report.quarantined
        ],
    )
    _print_defects(run, result)
    _print_flags(run, result)
    if result.source.dropped_columns:
        names = ", ".join(result.source.dropped_columns)
        run.say(Text(f"Cột không dùng: {names}", f"Columns left out: {names}"))
    ended = result.plan.ended
    if ended:
        run.say(
            Text(
                f"Hết hiệu lực, không có đơn vị cùng mã thay thế: {len(ended)}",
                f"Ended without a unit of the same code to follow: {len(ended)}",
            )
        )
        _listed(run, [f"  {code}" for code in ended])
    kept, closed, where = len(result.plan.insert), len(result.plan.close), run.settings.store
    done = Text(
        f"Đã ghi {kept} phiên bản, kết thúc {closed} phiên bản cũ vào {where}.",
        f"Kept {kept} versions and ended {closed} older ones in {where}.",
    )
    run.say(Text("Chỉ kiểm tra, chưa ghi gì.", "Checked only; nothing was kept.") if dry_run else done)


def print_units(run: Run, units: Sequence[dict[str, object]]) -> None:
    """Print the list of units.

    Parameters
    ----------
    run : Run
        How the command was called.
    units : sequence of dict
        As `unit_list` gives them.
    """
    if not units:
        run.say(
            Text("Chưa có ranh giới. Nạp bằng `antt boundaries import`.",
                 "There are no boundaries. Import them with `antt boundaries import`.")
        )  # fmt: skip
    for unit in units:
        until = unit["valid_to"] or "…"
        area = "" if unit["area_km2"] is None else f"{unit['area_km2']:.2f} km²"
        line = f"{unit['code']}  {unit['unit_type']} {unit['name']}  {area}  {unit['population'] or ''}"
        run.say(Text(f"{line}  {unit['valid_from']} – {until}", f"{line}  {unit['valid_from']} – {until}"))


def _print_defects(run: Run, result: BoundaryResult) -> None:
    overlaps = [f"  {o.a_name} ({o.a}) / {o.b_name} ({o.b}): {o.area_m2:,.0f} m²" for o in result.report.overlaps]
    gaps = [f"  {', '.join(g.neighbours)}: {g.area_m2:,.0f} m²" for g in result.report.gaps]
    run.say(Text(f"Chồng lấn: {len(overlaps)}", f"Overlaps: {len(overlaps)}"))
    _listed(run, overlaps)
    run.say(Text(f"Khe hở: {len(gaps)}", f"Gaps: {len(gaps)}"))
    _listed(run, gaps)


def _print_flags(run: Run, result: BoundaryResult) -> None:
    flags = result.report.area_flags
    if flags:
        run.say(
            Text(f"Diện tích đo lệch công bố trên 5 %: {len(flags)} đơn vị",
                 f"Measured area differs from the published by more than 5 %: {len(flags)} units")
        )  # fmt: skip
    _listed(
        run,
        [f"  {f.name} ({f.code}): {f.published_km2} → {f.computed_km2:.2f} km² ({f.diff_pct:+.1f} %)" for f in flags],
    )


def _listed(run: Run, lines: Sequence[str]) -> None:
    for line in lines[:_LONGEST_LIST]:
        run.say(Text(line, line))
    if len(lines) > _LONGEST_LIST:
        more = len(lines) - _LONGEST_LIST
        run.say(Text(f"  … và {more} mục nữa (xem đủ bằng --json)", f"  … and {more} more (all of them with --json)"))
