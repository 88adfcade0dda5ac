"""What the commands print for people: short lines and plain tables."""

from __future__ import annotations

from collections.abc import Sequence

from layers.boundaries.versions import VersionPlan
from layers.wording import Text
from mapserver.cli.run import Run
from mapserver.services.boundary_results import BoundaryResult
from mapserver.services.imports import BoundaryRequest

__all__ = ["figure", "print_boundary_report", "print_units"]

_LONGEST_LIST = 20


def print_boundary_report(run: Run, result: BoundaryResult, request: BoundaryRequest) -> None:
    """Print what an import of boundaries found.

    Parameters
    ----------
    run : Run
        How the command was called.
    result : BoundaryResult
        What was found and done.
    request : BoundaryRequest
        What was asked for.
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
    _print_reading(run, result)
    language = run.settings.lang
    row_word = Text("dòng", "row").in_language(language)
    _listed(
        run,
        [
            f"  {row_word} {row.row} ({row.code}): {'; '.join(why.in_language(language) for why in row.reasons)}"
            for row in report.quarantined
        ],
    )
    _print_defects(run, result)
    _print_waiting(run, len(result.report.repairs), request)
    _print_flags(run, result)
    if result.source.dropped_columns:
        names = ", ".join(result.source.dropped_columns)
        run.say(Text(f"Cột không dùng: {names}", f"Columns left out: {names}"))
    _print_dropped(run, result)
    ended = result.plan.ended
    if ended:
        run.say(
            Text(
                f"Hết hiệu lực, không có đơn vị cùng mã thay thế: {len(ended)}",
                f"Ended without a unit of the same code to follow: {len(ended)}",
            )
        )
        _listed(run, [f"  {code}" for code in ended])
    run.say(_done(result.plan, run.store_shown, dry_run=request.dry_run))


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
        area = "" if unit["area_km2"] is None else f"{figure(float(str(unit['area_km2'])), 2, run.settings.lang)} km²"
        line = f"{unit['code']}  {unit['unit_type']} {unit['name']}  {area}  {unit['population'] or ''}"
        run.say(Text(f"{line}  {unit['valid_from']} – {until}", f"{line}  {unit['valid_from']} – {until}"))


def _done(plan: VersionPlan, where: str, *, dry_run: bool) -> Text:
    if plan.is_empty:
        return Text(
            f"Không có gì mới: {len(plan.unchanged)} đơn vị đã có trong {where}.",
            f"Nothing new: {len(plan.unchanged)} units are in {where} already.",
        )
    counts = (
        (len(plan.insert), "thêm {} phiên bản mới", "{} new versions added"),
        (len(plan.fill), "bổ sung ranh giới cho {} đơn vị trước đó chỉ biết tên",
         "borders filled in for {} units that were known by name only"),
        (len(plan.close), "kết thúc {} phiên bản cũ", "{} older versions ended"),
        (len(plan.unchanged), "{} đơn vị giữ nguyên", "{} units unchanged"),
    )  # fmt: skip
    vi = "; ".join(said.format(count) for count, said, _en in counts if count)
    en = "; ".join(said.format(count) for count, _vi, said in counts if count)
    if dry_run:
        return Text(f"Chỉ kiểm tra, chưa ghi gì. Nếu nạp: {vi}.", f"Checked only; nothing was kept. An import: {en}.")
    return Text(f"Đã ghi vào {where}: {vi}.", f"Kept in {where}: {en}.")


def _print_reading(run: Run, result: BoundaryResult) -> None:
    found, texts = result.source.finding, result.source.encoding
    if texts.score is not None:
        share = figure(100 * texts.score, 0, run.settings.lang)
        run.say(
            Text(
                f"Bảng mã {texts.used}: {share} % chữ có dấu là âm tiết tiếng Việt.",
                f"Encoding {texts.used}: {share} % of the marked words are Vietnamese syllables.",
            )
        )
    if found is not None and found.evidence_m is not None:
        far = figure(found.evidence_m, 0, run.settings.lang)
        run.say(
            Text(
                f"Vị trí lệch {far} m so với {found.matched} vị trí đã biết.",
                f"The places are {far} m from where {found.matched} known ones lie.",
            )
        )
    if found is not None and found.note is not None:
        run.say(found.note)


def _print_defects(run: Run, result: BoundaryResult) -> None:
    lang = run.settings.lang
    overlaps = [
        f"  {o.a_name} ({o.a}) / {o.b_name} ({o.b}): {figure(o.area_m2, 0, lang)} m²" for o in result.report.overlaps
    ]
    gaps = [
        f"  {', '.join(_named(g.neighbour_names, g.neighbours))}: {figure(g.area_m2, 0, lang)} m²"
        for g in result.report.gaps
    ]
    run.say(Text(f"Chồng lấn: {len(overlaps)}", f"Overlaps: {len(overlaps)}"))
    _listed(run, overlaps)
    run.say(Text(f"Khe hở: {len(gaps)}", f"Gaps: {len(gaps)}"))
    _listed(run, gaps)


def _print_waiting(run: Run, cards: int, request: BoundaryRequest) -> None:
    level = "" if request.level == "commune" else f" --level {request.level}"
    look = f"`antt boundaries check --as-of {request.valid_from}{level}`"
    if cards and not request.dry_run:
        run.say(
            Text(f"Cần quyết định {cards} chỗ; xem đề xuất bằng {look}.",
                 f"{cards} places need a decision; see the proposals with {look}.")
        )  # fmt: skip
    elif cards:
        run.say(Text(f"Sau khi nạp sẽ có {cards} chỗ cần quyết định.", f"{cards} places will need a decision."))


def _print_dropped(run: Run, result: BoundaryResult) -> None:
    dropped = result.report.dropped_values
    if dropped:
        number = len(dropped)
        run.say(Text(f"Giá trị không đọc được, để trống: {number}", f"Values not understood, left empty: {number}"))
    _listed(run, [f"  {value.row} ({value.column}): {value.value}" for value in dropped])


def _print_flags(run: Run, result: BoundaryResult) -> None:
    flags = result.report.area_flags
    if flags:
        run.say(
            Text(f"Diện tích đo lệch công bố trên 5 %: {len(flags)} đơn vị",
                 f"Measured area differs from the published by more than 5 %: {len(flags)} units")
        )  # fmt: skip
    lang = run.settings.lang
    _listed(
        run,
        [
            f"  {f.name} ({f.code}): {figure(f.published_km2, 2, lang)} → {figure(f.computed_km2, 2, lang)} km² "
            f"({figure(f.diff_pct, 1, lang)} %)"
            for f in flags
        ],
    )


def _named(names: Sequence[str], codes: Sequence[str]) -> list[str]:
    return [f"{name} ({code})" for name, code in zip(names, codes, strict=True)]


def figure(value: float, digits: int, language: str) -> str:
    """Write a number as its language does.

    Parameters
    ----------
    value : float
        The number.
    digits : int
        Digits after the decimal sign.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    str
        Grouped by thousands, with a true minus sign.

    Examples
    --------
    >>> figure(56168.2, 0, "vi"), figure(-30.47, 1, "vi"), figure(1234.5, 1, "en")
    ('56.168', '−30,5', '1,234.5')
    """
    text = f"{value:,.{digits}f}".replace("-", "−")
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def _listed(run: Run, lines: Sequence[str]) -> None:
    for line in lines[:_LONGEST_LIST]:
        run.say(Text(line, line))
    if len(lines) > _LONGEST_LIST:
        more = len(lines) - _LONGEST_LIST
        run.say(Text(f"  … và {more} mục nữa (xem đủ bằng --json)", f"  … and {more} more (all of them with --json)"))
