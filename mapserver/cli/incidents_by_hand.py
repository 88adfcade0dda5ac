"""`antt incidents add|edit|withdraw|reinstate|history|export`: incidents one by one, and as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np

from layers.catalog import INCIDENTS
from layers.geo import Bounds
from layers.records import Filter, Period, UnitRef
from layers.store import Store, open_store
from layers.store.base import Author
from layers.wording import Text
from mapserver.cli.registers import record_export
from mapserver.cli.run import Run, command_options
from mapserver.clock import utc_now
from mapserver.services.authors import os_user
from mapserver.services.exports import collect_export, kind_of, write_export_file
from mapserver.services.incident_records import change_json, incident_history
from mapserver.services.incidents_by_hand import (
    HAND_FIELDS,
    Desk,
    add_incident,
    edit_incident,
    reinstate_incident,
    withdraw_incident,
)
from mapserver.services.reader import Reader

__all__ = [
    "add",
    "changes_of",
    "edit",
    "export",
    "history",
    "reinstate",
    "tell_added",
    "tell_export",
    "tell_history",
    "tell_version",
    "withdraw",
]

_DATE = click.DateTime(["%Y-%m-%d"])


def _field_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command one option for each field a person may write."""
    titles = {column.name: column.title for column in INCIDENTS.schema.columns}
    titles |= {"lon": Text("Kinh độ", "Longitude"), "lat": Text("Vĩ độ", "Latitude")}
    for name in reversed(HAND_FIELDS):
        title = titles[name]
        command = click.option(f"--{name.replace('_', '-')}", name, help=f"{title.vi}. / {title.en}.")(command)
    return command


@click.command()
@_field_options
@click.option("--reason", default="", help="Lý do, ghi vào lịch sử. / Reason, for the history.")
@command_options
def add(run: Run, *, reason: str, **fields: str | None) -> None:
    """Ghi một vụ việc mới. / Write a new incident."""
    with _desk(run) as desk:
        record = add_incident(desk, fields, why=reason, rng=np.random.default_rng())
    tell_added(run, record.as_json(run.settings.timezone))


@click.command()
@click.argument("record_id", metavar="ID")
@_field_options
@click.option("--clear", "cleared", multiple=True, type=click.Choice(HAND_FIELDS), metavar="FIELD",
              help="Xóa giá trị của trường. / Take the value of a field away.")  # fmt: skip
@click.option("--row-version", type=click.IntRange(min=1), help="Phiên bản đã xem. / The version seen.")
@click.option("--reason", default="", help="Lý do, ghi vào lịch sử. / Reason, for the history.")
@command_options
def edit(
    run: Run, *, record_id: str, cleared: tuple[str, ...], row_version: int | None, reason: str, **fields: str | None
) -> None:
    """Sửa một vụ việc. / Change an incident."""
    changes = changes_of(fields, cleared)
    with _desk(run) as desk:
        rng = np.random.default_rng()
        record = edit_incident(desk, record_id, changes, row_version=row_version, why=reason, rng=rng)
    tell_version(run, record.as_json(run.settings.timezone))


@click.command()
@click.argument("record_id", metavar="ID")
@click.option("--reason", required=True, help="Lý do rút. / Why it is withdrawn.")
@click.option("--row-version", type=click.IntRange(min=1), help="Phiên bản đã xem. / The version seen.")
@command_options
def withdraw(run: Run, *, record_id: str, reason: str, row_version: int | None) -> None:
    """Rút một vụ việc khỏi mọi số liệu; bản ghi vẫn được giữ. / Withdraw an incident; its record is kept."""
    with _desk(run) as desk:
        record = withdraw_incident(desk, record_id, reason=reason, row_version=row_version)
    tell_version(run, record.as_json(run.settings.timezone))


@click.command()
@click.argument("record_id", metavar="ID")
@click.option("--reason", required=True, help="Lý do lấy lại. / Why it is taken back.")
@click.option("--row-version", type=click.IntRange(min=1), help="Phiên bản đã xem. / The version seen.")
@command_options
def reinstate(run: Run, *, record_id: str, reason: str, row_version: int | None) -> None:
    """Lấy lại một vụ việc đã rút; vụ việc lại có trong số liệu. / Take a withdrawal back; it is counted again."""
    with _desk(run) as desk:
        record = reinstate_incident(desk, record_id, reason=reason, row_version=row_version)
    tell_version(run, record.as_json(run.settings.timezone))


@click.command()
@click.argument("record_id", metavar="ID")
@command_options
def history(run: Run, *, record_id: str) -> None:
    """Cho biết vụ việc đã thay đổi thế nào. / Tell how an incident was changed."""
    with _opened(run) as store:
        changes = [change_json(change, run.settings.timezone) for change in incident_history(store, record_id)]
    tell_history(run, record_id, changes)


def _sides(changed: object) -> Iterator[tuple[str, str]]:
    if isinstance(changed, dict):
        for name, sides in changed.items():
            before, after = ("–" if side is None else side for side in (sides["before"], sides["after"]))
            yield name, f"{before} → {after}"


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Tệp .csv, .xlsx hoặc .geojson. / File.")
@click.option("--as-of", type=_DATE, help="Ngày của ranh giới. / Day of the boundaries.")
@click.option("--from", "since", type=_DATE, help="Ngày đầu kỳ. / First day of the period.")
@click.option("--to", "until", type=_DATE, help="Ngày đầu tiên sau kỳ. / First day after the period.")
@click.option("--category", "categories", multiple=True, metavar="SLUG", help="Loại vụ việc. / Category.")
@click.option("--unit", metavar="CODE", help="Mã đơn vị. / Unit code.")
@click.option("--severity", "severities", multiple=True, metavar="SLUG", help="Mức độ. / Severity.")
@click.option("--status", "statuses", multiple=True, metavar="SLUG", help="Trạng thái. / Status.")
@click.option("--with-withdrawn", is_flag=True, help="Kể cả vụ đã rút. / Withdrawn ones included.")
@command_options
def export(run: Run, *, out: Path, unit: str | None, with_withdrawn: bool, **options: Any) -> None:  # noqa: ANN401
    """Xuất vụ việc ra CSV, XLSX hoặc GeoJSON. / Write incidents as CSV, XLSX or GeoJSON."""
    kind_of(out)
    asked = Filter(
        as_of=_day(options["as_of"]),
        period=Period(_day(options["since"]), _day(options["until"])),
        categories=options["categories"],
        severities=options["severities"],
        statuses=options["statuses"],
        unit=UnitRef.parse(unit) if unit else None,
        with_withdrawn=with_withdrawn,
    )
    with _opened(run) as store:
        reader = Reader(store, run.settings.timezone)
        made = collect_export(reader, asked, now=utc_now(), language=run.settings.lang)
    record_export(run, {"layer": "incidents", "filter": str(made.meta["sentence"]), "rows": len(made.rows)})
    written = write_export_file(made, out)
    tell_export(run, written, made.meta, count=len(made.rows))


def _day(value: object) -> dt.date | None:
    return value.date() if isinstance(value, dt.datetime) else None


def changes_of(fields: Mapping[str, str | None], cleared: Sequence[str]) -> dict[str, str | None]:
    """Gather what a person wants to change.

    Parameters
    ----------
    fields : mapping of str to str or None
        The new values; None for those not named.
    cleared : sequence of str
        Fields whose value is taken away.

    Returns
    -------
    dict of str to str or None
        At least one field.

    Raises
    ------
    click.UsageError
        When none is named.
    """
    changes = {name: text for name, text in fields.items() if text is not None} | dict.fromkeys(cleared)
    if not changes:
        raise click.UsageError("chưa nêu trường nào cần sửa / no field to change is named")
    return changes


def tell_added(run: Run, record: Mapping[str, object]) -> None:
    """Tell which incident was written.

    Parameters
    ----------
    run : Run
        How the command was called.
    record : mapping
        As `IncidentRecord.as_json` gives it.
    """
    said = f"{record['source_ref']} ({record['id']})"
    run.say(Text(f"Đã ghi vụ việc {said}.", f"Wrote {said}."))
    run.result(dict(record))


def tell_version(run: Run, record: Mapping[str, object]) -> None:
    """Tell the version that an incident has now.

    Parameters
    ----------
    run : Run
        How the command was called.
    record : mapping
        As `IncidentRecord.as_json` gives it.
    """
    reference, version = record["source_ref"], record["row_version"]
    run.say(Text(f"Vụ việc {reference}: phiên bản {version}.", f"Incident {reference}: version {version}."))
    run.result(dict(record))


def tell_history(run: Run, record_id: str, changes: Sequence[Mapping[str, object]]) -> None:
    """Tell how an incident was changed.

    Parameters
    ----------
    run : Run
        How the command was called.
    record_id : str
        The incident.
    changes : sequence of mapping
        As `change_json` gives them, oldest first.
    """
    if not changes:
        run.say(Text("Chưa có thay đổi nào từ khi nhập tệp.", "Nothing was changed since the file was imported."))
    for change in changes:
        line = f"{change['at']}  {change['what']}  {change['who']}  {change['why']}".rstrip()
        run.say(Text(line, line))
        for name, sides in _sides(change["changed"]):
            run.say(Text(f"  {name}: {sides}", f"  {name}: {sides}"))
    run.result({"id": record_id, "history": list(changes)})


def tell_export(run: Run, written: Sequence[Path], meta: Mapping[str, object], *, count: int) -> None:
    """Tell which files were written and where their rows come from.

    Parameters
    ----------
    run : Run
        How the command was called.
    written : sequence of Path
        The files.
    meta : mapping
        The provenance.
    count : int
        Incidents in them.
    """
    names = ", ".join(str(path) for path in written)
    run.say(Text(f"Đã xuất {count} vụ việc: {names}.", f"Wrote {count} incidents: {names}."))
    run.say(Text(str(meta["sentence"]), str(meta["sentence"])))
    told = {name: value for name, value in meta.items() if name != "columns"}
    run.result({"out": [str(path) for path in written], "count": count, "meta": told})


@contextmanager
def _opened(run: Run) -> Iterator[Store]:
    store = open_store(run.settings.store)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _desk(run: Run) -> Iterator[Desk]:
    with _opened(run) as store:
        author = Author(os_user(), "", utc_now())
        yield Desk(store, author, run.settings.timezone, region=Bounds(*run.settings.region))
