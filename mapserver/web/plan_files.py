"""A plan beside another over HTTP, and as files to take along."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from uuid import UUID

from flask import Response, current_app, request

from layers.errors import InvalidParameter
from layers.wording import Text, slug
from mapserver.services.plan_compare import as_base, compared
from mapserver.services.plan_figures import figures_of
from mapserver.services.plan_opened import OpenedPlan
from mapserver.services.plan_records import PlanRecord
from mapserver.services.plan_sheets import change_sheet, sheet_pdf
from mapserver.services.plan_unit_files import plan_units, units_geojson, units_gpkg
from mapserver.services.plan_workbook import sheet_xlsx
from mapserver.web import params
from mapserver.web.plan_access import language, recorded_plan
from mapserver.web.plan_borders import COUNTED, cameras_seen, counted, release_name
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["compare", "sheet", "units"]

_MIMETYPE = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
_LONGEST_STEM = 60


def compare(plan_id: UUID) -> Response:
    """Compare a plan with another on the same base, or with the base: ground that changes hands, figures of both.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, ("with",), usual=frozenset({"lang"}))
    one, other = recorded_plan(plan_id), _other()
    of: Hashable = (_as_far_as(one), other and _as_far_as(other), release_name())
    return cached("application/json", lambda: _compared(one, other), layers=COUNTED, about=of)


def _other() -> PlanRecord | None:
    text = request.args.get("with", "").strip()
    if not text:
        return None
    try:
        return recorded_plan(UUID(text))
    except ValueError as problem:
        raise InvalidParameter(
            Text(f"“with={text}” không phải mã của một phương án.", f"“with={text}” is not the id of a plan."),
            Text("Bỏ with để so với ranh giới gốc.", "Leave with out to compare with the base."),
        ) from problem


def _as_far_as(record: PlanRecord) -> Hashable:
    return record.entries, record.effective_on


def _compared(one: PlanRecord, other: PlanRecord | None) -> bytes:
    state = State.of(current_app)
    opened = state.plan_desk.opened(one.id)
    beside: OpenedPlan = as_base(opened) if other is None else state.plan_desk.opened(other.id)
    made = compared(
        state.whole_reader,
        opened,
        beside,
        points=counted(opened.record),
        today=state.today(),
        cameras=cameras_seen(opened.base),
    )
    return dump_json(made.as_json(language()))


def sheet(plan_id: UUID, kind: str) -> Response:
    """Send the change sheet of a plan: what goes to whom, the figures, the descent of the units.

    Parameters
    ----------
    plan_id : UUID
        The plan.
    kind : str
        ``pdf`` or ``xlsx``.

    Returns
    -------
    Response
        The file; the same for everybody who may have it.
    """
    return _file(plan_id, kind, _sheet, what="thay-doi")


def units(plan_id: UUID, kind: str) -> Response:
    """Send the units of a plan as they are now, marked as long as they are not in force.

    Parameters
    ----------
    plan_id : UUID
        The plan.
    kind : str
        ``geojson`` or ``gpkg``.

    Returns
    -------
    Response
        The file.
    """
    return _file(plan_id, kind, _units, what="don-vi")


def _file(plan_id: UUID, kind: str, make: Callable[[PlanRecord, str], bytes], *, what: str) -> Response:
    params.only(request.args, usual=frozenset({"lang"}))
    record = recorded_plan(plan_id)
    of: Hashable = (record.row_version, release_name())
    answer = cached(_MIMETYPE[kind], lambda: make(record, kind), layers=COUNTED, about=of)
    # Nothing of what people typed gets into a header but letters and digits.
    name = slug(record.name)[:_LONGEST_STEM].replace("_", "-") or record.id
    answer.headers["Content-Disposition"] = f'attachment; filename="{what}-{name}.{kind}"'
    return answer


def _sheet(record: PlanRecord, kind: str) -> bytes:
    state, opened = State.of(current_app), State.of(current_app).plan_desk.opened(record.id)
    made = change_sheet(
        state.whole_reader, opened, counted(opened.record), today=state.today(), language=language()
    )  # fmt: skip
    return sheet_pdf(made, language()) if kind == "pdf" else sheet_xlsx(made, language())


def _units(record: PlanRecord, kind: str) -> bytes:
    state, opened = State.of(current_app), State.of(current_app).plan_desk.opened(record.id)
    today = state.today()
    figures = figures_of(state.whole_reader, opened, counted(opened.record), today=today)
    frame = plan_units(opened, figures, today=today, language=language())
    return units_geojson(frame) if kind == "geojson" else units_gpkg(frame, at=record.last_at)
