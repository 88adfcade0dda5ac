"""The ground of a plan over HTTP: its borders, what is counted on it, its figures, and lines to draw along."""

from __future__ import annotations

from collections.abc import Hashable
from uuid import UUID

from flask import Response, current_app, request

from layers.catalog import CAMERAS, PEOPLE_POINTS, REPAIRS, SAFEZONES, STANDARDS, UNITS
from layers.errors import InvalidParameter
from layers.planning.arcs import Topology
from layers.planning.points import PlacedPoints
from layers.wording import Text
from mapserver.services.plan_desk import OpenPlan
from mapserver.services.plan_figures import figures_of
from mapserver.services.plan_guides import guides as guide_lines
from mapserver.services.plan_points import PlanPoints, cameras_of, points_of, population_of
from mapserver.services.plan_records import PlanRecord
from mapserver.services.reader import Reader
from mapserver.web import params
from mapserver.web.gate import viewer
from mapserver.web.plan_access import language, recorded_plan
from mapserver.web.plan_wire import borders_json, lines_json, points_json
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["COUNTED", "borders", "cameras_seen", "counted", "figures", "guides", "points", "release_name"]

# What figures are made from beside the plan itself and what is published.
COUNTED = (UNITS, REPAIRS, SAFEZONES, PEOPLE_POINTS, CAMERAS, STANDARDS)
_JSON = "application/json"
_LANGUAGE = frozenset({"lang"})


def borders(plan_id: UUID) -> Response:
    """Every border of a plan as an arc, as it is now or as it was at the base.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        JSON; places as differences in whole steps of the grid.
    """
    params.only(request.args, ("at",), usual=_LANGUAGE)
    at = request.args.get("at", "now")
    if at not in {"base", "now"}:
        raise InvalidParameter(
            Text(f"“at={at}” không dùng được.", f"“at={at}” cannot be used."),
            Text("Viết at=base hoặc at=now.", "Write at=base or at=now."),
        )
    record = recorded_plan(plan_id)
    # Entries are only ever added; where a unit was changed, the base has to be compared with its mark again.
    return cached(
        _JSON, lambda: _borders(record.id, at_base=at == "base"), layers=(UNITS, REPAIRS), about=record.entries
    )


def _borders(plan_id: str, *, at_base: bool) -> bytes:
    opened = _opened(plan_id)
    last = 0 if at_base else len(opened.plan.entries)
    return dump_json(borders_json(opened.base if at_base else opened.topology, last=last))


def points(plan_id: UUID) -> Response:
    """Things counted on the ground of a plan: people, households, models, incidents as published; never cameras.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        JSON; the same for everybody who may see plans.
    """
    params.only(request.args, usual=_LANGUAGE)
    record = recorded_plan(plan_id)
    return cached(_JSON, lambda: _points(record.id), layers=COUNTED, about=release_name())


def _points(plan_id: str) -> bytes:
    opened = _opened(plan_id)
    found = counted(opened.record)
    told = {"notes": [note.in_language(language()) for note in found.notes]}
    return dump_json(points_json(found.kinds) | {"population": population_of(_whole().all_units(), opened.base)} | told)


def figures(plan_id: UUID) -> Response:
    """Figures of every unit of a plan, before, now and the change, against the standards.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        JSON; cameras are counted for whoever sees those of every unit exactly.
    """
    params.only(request.args, usual=_LANGUAGE)
    record = recorded_plan(plan_id)
    of: Hashable = (record.entries, record.effective_on, release_name())
    return cached(_JSON, lambda: _figures(record.id), layers=COUNTED, about=of)


def _figures(plan_id: str) -> bytes:
    opened, today = _opened(plan_id), State.of(current_app).today()
    made = figures_of(_whole(), opened, counted(opened.record), today=today, cameras=cameras_seen(opened.base))
    return dump_json(made.as_json(language()))


def guides(plan_id: UUID) -> Response:
    """Borders of the wards of another day, to draw along.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        JSON; each border once.
    """
    params.only(request.args, ("as_of",), usual=_LANGUAGE)
    day = params.day_of(request.args, "as_of")
    if day is None:
        raise InvalidParameter(
            Text("Chưa nêu ngày của ranh giới cũ.", "The day of the old boundaries is not named."),
            Text("Viết as_of=năm-tháng-ngày, ví dụ as_of=2025-06-30.",
                 "Write as_of=year-month-day, such as as_of=2025-06-30."),
        )  # fmt: skip
    record = recorded_plan(plan_id)

    def drawn() -> bytes:
        return dump_json(lines_json(guide_lines(_whole(), _opened(record.id).base, day)))

    return cached(_JSON, drawn, layers=(UNITS, REPAIRS))


def counted(record: PlanRecord) -> PlanPoints:
    """Place what is counted in the units that a plan starts from.

    Parameters
    ----------
    record : PlanRecord
        The plan.

    Returns
    -------
    PlanPoints
        The same for everybody; the same object until the data change.
    """
    whole, desk, publication = _whole(), State.of(current_app).plan_desk, State.of(current_app).publication
    versions = whole.versions()
    of_layers = (versions[layer.key] for layer in (UNITS, REPAIRS, PEOPLE_POINTS, SAFEZONES))

    def placed() -> PlanPoints:
        base = desk.bases.opening(record.level, record.parent, record.base_as_of).topology
        return points_of(whole, publication, base)

    # Asked at every commit; the mark that is kept spares working it out from every border.
    found = whole.tables.get_or_make(("counted", record.base_mark, release_name(), *of_layers), placed)
    assert isinstance(found, PlanPoints)  # noqa: S101 - tells mypy what this key holds
    return found


def cameras_seen(base: Topology) -> PlacedPoints | None:
    """Place the cameras, if whoever asks may know where they are.

    Parameters
    ----------
    base : Topology
        The borders.

    Returns
    -------
    PlacedPoints or None
        None where they may not.
    """
    return cameras_of(State.of(current_app).reader, viewer(), base)


def release_name() -> str:
    """Name the published counts that stand.

    Returns
    -------
    str
        Empty before the first release.
    """
    current = State.of(current_app).publication.current()
    return "" if current is None else current.name


def _whole() -> Reader:
    return State.of(current_app).whole_reader


def _opened(plan_id: str) -> OpenPlan:
    return State.of(current_app).plan_desk.opened(plan_id)
