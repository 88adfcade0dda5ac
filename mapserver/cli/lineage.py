"""`antt lineage`: import of the table of old and new units, and the family of one unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from layers.boundaries.lineage import REASONS, Change
from layers.records import UnitRef
from layers.wording import Text
from mapserver.cli.run import Day, Run, command_options, key_values
from mapserver.cli.stores import reading_store, writing_store
from mapserver.cli.tables import figure
from mapserver.clock import utc_now
from mapserver.rendering.unit_words import KINDS
from mapserver.services.authors import os_user
from mapserver.services.lineage import LineageRequest, LineageResult, UnitNames, import_lineage
from mapserver.services.reader import Reader

__all__ = ["lineage", "search", "tell_family", "tell_found"]

_DATE = Day()
_SHOWN = 20


@click.group()
def lineage() -> None:
    """Kế thừa giữa đơn vị cũ và mới. / Lineage of units."""


@lineage.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--on", "on", type=_DATE, default="2025-07-01", show_default=True, help="Ngày thay đổi. / The change.")
@click.option("--known-from", type=_DATE, help="Đơn vị cũ có từ ngày (mặc định 1/1 năm đó). / Old units exist from.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Cột của tệp. / A column of the file.")
@click.option("--decree", help="Văn bản quy định thay đổi. / The document that made the change.")
@click.option("--source", default="", help="Nguồn của tệp. / Where the file comes from.")
@click.option("--population", type=click.Path(path_type=Path), help="Điểm dân cư (CSV). / Points of people (CSV).")
@click.option("--replace", is_flag=True, help="Thay các dòng đã nạp trái với bảng. / Replace links it contradicts.")
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi. / Check only, keep nothing.")
@command_options
def import_(run: Run, file: Path, **options: object) -> int:
    """Nạp bảng đơn vị cũ – mới. / Import a table of old and new units."""
    request = _request(file, options)
    with reading_store(run) if request.dry_run else writing_store(run) as store:
        result = import_lineage(store, request, now=utc_now(), rng=np.random.default_rng())
    _print_result(run, result, dry_run=request.dry_run)
    run.result(result.as_json() | {"store": run.store_shown, "dry_run": request.dry_run})
    return 6 if result.plan.rejected else 0


@lineage.command("show")
@click.argument("unit")
@click.option("--as-of", type=_DATE, help="Ngày để hiểu mã trần. / The day that makes a bare code certain.")
@command_options
def show(run: Run, unit: str, as_of: dt.date | None) -> None:
    """Một đơn vị từ đâu ra và đi đâu. / Where a unit came from and what it went into."""
    with reading_store(run) as store:
        today = Reader(store, run.settings.timezone).today(utc_now())
        family = UnitNames(store).family(UnitRef.parse(unit), as_of=as_of or today)
    tell_family(run, family.as_json())


def _last_day(valid_to: str | None, word: str) -> str:
    """Say the last day in force, as the search and the page do; the store keeps the first day after."""
    if valid_to is None:
        return ""
    last = dt.date.fromisoformat(valid_to) - dt.timedelta(days=1)
    return f", {word} {last.day}/{last.month}/{last.year}"


@click.command("search")
@click.argument("text")
@click.option("--as-of", type=_DATE, help="Ưu tiên đơn vị có hiệu lực ngày này. / Units in force then come first.")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Số kết quả. / Answers.")
@command_options
def search(run: Run, text: str, *, as_of: dt.date | None, limit: int) -> None:
    """Tìm đơn vị theo tên, mã cũ hoặc mới. / Find units by any name or code."""
    with reading_store(run) as store:
        today = Reader(store, run.settings.timezone).today(utc_now())
        found = UnitNames(store).search(text, as_of=as_of or today, limit=limit)
    tell_found(run, text, [entry.as_json() for entry in found])


def tell_family(run: Run, family: Mapping[str, Any]) -> None:
    """Tell where a unit came from and what it went into.

    Parameters
    ----------
    run : Run
        How the command was called.
    family : mapping
        As `Family.as_json` gives it.
    """
    line = f"{family['unit_type']} {family['name']} ({family['unit']}, {family['parent_name']})"
    run.say(Text(*[line + _last_day(family["valid_to"], word) for word in ("đến hết", "until")]))
    _print_relatives(run, Text("Từ:", "From:"), family["ancestors"])
    _print_relatives(run, Text("Thành:", "Into:"), family["descendants"])
    run.result(dict(family))


def tell_found(run: Run, text: str, found: Sequence[Mapping[str, object]]) -> None:
    """Tell which units a text means.

    Parameters
    ----------
    run : Run
        How the command was called.
    text : str
        As typed.
    found : sequence of mapping
        As `Entry.as_json` gives them, best first.
    """
    if not found:
        run.say(Text(f"Không tìm thấy “{text}”.", f"Nothing is called “{text}”."))
    for entry in found:
        line = f"{entry['unit']}  {entry['unit_type']} {entry['label']}"
        run.say(Text(line, line))
    run.result({"results": list(found)})


def _request(file: Path, options: dict[str, object]) -> LineageRequest:
    mapping, on, known_from = options["mapping"], options["on"], options["known_from"]
    assert isinstance(mapping, tuple)  # noqa: S101 - click's `multiple` gives a tuple
    assert isinstance(on, dt.date)  # noqa: S101 - it has a default
    change = Change(
        on,
        known_from if isinstance(known_from, dt.date) else dt.date(on.year - (on.month == on.day == 1), 1, 1),
        None if options["decree"] is None else str(options["decree"]),
        str(options["source"]),
    )
    return LineageRequest(
        file,
        change,
        key_values(mapping),
        os_user(),
        population=options["population"] if isinstance(options["population"], Path) else None,
        dry_run=bool(options["dry_run"]),
        replace=bool(options["replace"]),
    )


def _print_result(run: Run, result: LineageResult, *, dry_run: bool) -> None:
    plan = result.plan
    run.say(
        Text(
            f"Đọc {len(result.table.rows)} dòng, nhận {len(plan.links)}, giữ lại {len(plan.rejected)}; "
            f"{len(plan.split)} đơn vị cũ bị chia.",
            f"Read {len(result.table.rows)} rows, accepted {len(plan.links)}, quarantined {len(plan.rejected)}; "
            f"{len(plan.split)} old units were divided.",
        )
    )
    for one in plan.rejected[:_SHOWN]:
        why = REASONS[one.reason]
        named = f"{one.row.old_name} ({one.row.old_code}) → {one.row.new_name} ({one.row.new_code})"
        run.say(Text(f"  {one.row.row}: {named}: {why.vi}", f"  {one.row.row}: {named}: {why.en}"))
    unknown = int(plan.links["area_share"].isna().sum())
    if unknown:
        run.say(
            Text(f"Chưa biết tỷ lệ diện tích của {unknown} dòng: chưa có ranh giới cả hai bên.",
                 f"The area share of {unknown} rows is not known: polygons of both sides are not loaded.")
        )  # fmt: skip
    done = Text(
        f"Đã ghi {len(plan.units)} phiên bản đơn vị chưa có hình, {result.inserted} quan hệ mới, "
        f"{result.updated} cập nhật, {result.unchanged} đã có, vào {run.store_shown}.",
        f"Kept {len(plan.units)} unit versions without a shape, {result.inserted} new links, "
        f"{result.updated} updated, {result.unchanged} there before, in {run.store_shown}.",
    )
    run.say(Text("Chỉ kiểm tra, chưa ghi gì.", "Checked only; nothing was kept.") if dry_run else done)


def _print_relatives(run: Run, title: Text, relatives: Sequence[Mapping[str, Any]]) -> None:
    if relatives:
        run.say(title)
    for relative in relatives:
        kind = KINDS[relative["kind"]]
        head = f"{'  ' * relative['steps']}{relative['unit_type']} {relative['name']} ({relative['unit']})"
        shares = [_share(run, relative[name]) for name in ("area_share", "population_share")]
        run.say(
            Text(
                f"{head}: {kind.vi}; diện tích {shares[0].vi}, dân số {shares[1].vi}",
                f"{head}: {kind.en}; area {shares[0].en}, people {shares[1].en}",
            )
        )


def _share(run: Run, value: object) -> Text:
    if not isinstance(value, float):
        return Text("chưa biết", "unknown")
    said = f"{figure(value * 100, 1, run.settings.lang)} %"
    return Text(said, said)
