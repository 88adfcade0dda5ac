"""`antt plan figures|compare|sheet|export`: what a plan would change, told and taken along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.errors import InvalidParameter
from layers.store import Store
from layers.wording import Text
from mapserver.cli.plan_words import today_of
from mapserver.cli.registers import record_export
from mapserver.cli.run import Run, command_options
from mapserver.cli.stores import reading_store
from mapserver.cli.tables import figure
from mapserver.services.authors import os_user
from mapserver.services.output_files import put_file
from mapserver.services.plan_compare import as_base, compared
from mapserver.services.plan_desk import OpenPlan, PlanDesk
from mapserver.services.plan_figures import PlanFigures, figures_of
from mapserver.services.plan_points import PlanPoints, cameras_of, points_of
from mapserver.services.plan_sheets import change_sheet, sheet_pdf
from mapserver.services.plan_unit_files import plan_units, units_geojson, units_gpkg
from mapserver.services.plan_workbook import sheet_xlsx
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader

__all__ = ["compare", "export", "figures", "sheet"]

_OUT = click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE")
_COUNTED: Mapping[str, Text] = {
    "people": Text("người", "people"),
    "households": Text("hộ", "households"),
    "incidents": Text("vụ việc", "incidents"),
    "models": Text("mô hình", "models"),
}


@click.command()
@click.argument("plan_id", metavar="ID")
@command_options
def figures(run: Run, plan_id: str) -> None:
    """Số liệu của các đơn vị, trước và sau. / Figures of the units, before and after."""
    with reading_store(run) as store:
        told = _figures(run, store, PlanDesk(store).opened(plan_id)).as_json(run.settings.lang)
    for unit in _listed(told, "units"):
        _say_unit(run, unit)
    _say_notes(run, told)
    run.result(told | {"store": run.store_shown})


@click.command()
@click.argument("plan_id", metavar="ID")
@click.argument("other_id", metavar="[OTHER]", required=False)
@command_options
def compare(run: Run, plan_id: str, other_id: str | None) -> None:
    """So với phương án khác, hoặc với ranh giới gốc. / Compare with another plan, or with the base."""
    with reading_store(run) as store:
        desk, reader = PlanDesk(store), Reader(store, run.settings.timezone)
        one = desk.opened(plan_id)
        other = as_base(one) if other_id is None else desk.opened(other_id)
        points = _points(reader, one)
        cameras = cameras_of(reader, _viewer(), one.base)
        made = compared(reader, one, other, points=points, today=today_of(run), cameras=cameras)
    told = made.as_json(run.settings.lang)
    transfers = _listed(told, "transfers")
    for transfer in transfers:
        _say_transfer(run, transfer)
    if not transfers:
        run.say(Text("Không có đất nào đổi đơn vị.", "No ground changes hands."))
    run.result(told | {"store": run.store_shown})


@click.command()
@click.argument("plan_id", metavar="ID")
@_OUT
@command_options
def sheet(run: Run, *, plan_id: str, out: Path) -> None:
    """Ghi bảng thay đổi ra tệp .pdf hoặc .xlsx. / Write the change sheet as .pdf or .xlsx."""
    _require_kind(out, (".pdf", ".xlsx"))
    language = run.settings.lang
    with reading_store(run) as store:
        reader = Reader(store, run.settings.timezone)
        opened = PlanDesk(store).opened(plan_id)
        made = change_sheet(reader, opened, _points(reader, opened), today=today_of(run), language=language)
    is_pdf = out.suffix.lower() == ".pdf"
    _write(run, out, sheet_pdf(made, language) if is_pdf else sheet_xlsx(made, language), plan_id=plan_id)


@click.command()
@click.argument("plan_id", metavar="ID")
@_OUT
@command_options
def export(run: Run, *, plan_id: str, out: Path) -> None:
    """Ghi các đơn vị ra tệp .geojson hoặc .gpkg. / Write the units as .geojson or .gpkg."""
    _require_kind(out, (".geojson", ".gpkg"))
    with reading_store(run) as store:
        opened = PlanDesk(store).opened(plan_id)
        found = _figures(run, store, opened)
    units = plan_units(opened, found, today=today_of(run), language=run.settings.lang)
    is_json = out.suffix.lower() == ".geojson"
    content = units_geojson(units) if is_json else units_gpkg(units, at=opened.record.last_at)
    _write(run, out, content, plan_id=plan_id)


def _figures(run: Run, store: Store, opened: OpenPlan) -> PlanFigures:
    reader = Reader(store, run.settings.timezone)
    cameras = cameras_of(reader, _viewer(), opened.base)
    return figures_of(reader, opened, _points(reader, opened), today=today_of(run), cameras=cameras)


def _points(reader: Reader, opened: OpenPlan) -> PlanPoints:
    return points_of(reader, Publication(reader.store), opened.base)


def _viewer() -> Viewer:
    # Whoever opens the store itself is its administrator.
    return Viewer(os_user(), Role.ADMINISTRATOR, None)


def _require_kind(out: Path, endings: tuple[str, str]) -> None:
    if out.suffix.lower() not in endings:
        said = " / ".join(endings)
        raise InvalidParameter(
            Text(f"Chưa xuất được tệp “{out.name}”.", f"“{out.name}” is not a kind that can be written."),
            Text(f"Đặt tên tệp kết thúc bằng {said}.", f"End the file name with {said}."),
        )


def _write(run: Run, out: Path, content: bytes, *, plan_id: str) -> None:
    record_export(run, {"layer": "plans", "filter": plan_id})
    put_file(out, lambda file: file.write(content))
    run.say(Text(f"Đã ghi {out}.", f"Wrote {out}."))
    run.result({"out": str(out), "bytes": len(content), "store": run.store_shown})


def _listed(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return list(told[name])


def _say_notes(run: Run, told: Mapping[str, Any]) -> None:
    for note in told["notes"]:
        run.say(Text(f"  {note}", f"  {note}"))


def _say_unit(run: Run, unit: Mapping[str, Any]) -> None:
    sides = [unit["before"] or {}, unit["now"] or {}]
    if sides[0] == sides[1]:
        return
    head = f"{unit['unit_type']} {unit['name']} ({unit['code']})"
    vi, en = (
        f"{head}: {_arrow([side.get('area_m2') for side in sides], 1e-6, language)} km²; "
        f"{_arrow([side.get('population') for side in sides], 1.0, language)} {people}"
        for language, people in (("vi", "người"), ("en", "people"))
    )
    run.say(Text(vi, en))


def _arrow(values: Sequence[float | None], scale: float, language: str) -> str:
    digits = 3 if scale < 1 else 0
    return " → ".join("–" if value is None else figure(value * scale, digits, language) for value in values)


def _say_transfer(run: Run, transfer: Mapping[str, Any]) -> None:
    vi, en = (
        f"{transfer['from_name']} → {transfer['to_name']}: {figure(transfer['area_m2'] / 10_000, 2, language)} ha"
        + "".join(
            f", {figure(count, 0, language)} {_COUNTED[kind].in_language(language)}"
            for kind, count in transfer["counts"].items()
            if kind in _COUNTED
        )
        for language in ("vi", "en")
    )
    run.say(Text(vi, en))
