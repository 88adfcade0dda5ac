"""Plans over HTTP: the table of their addresses, and what is done with a plan as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

import numpy as np
from flask import Blueprint, Response, current_app, request

from layers.catalog import PLANS, UNITS
from layers.errors import CheckFailed, EmptyInput, Forbidden, NotFound
from layers.wording import Text
from mapserver.services import plan_comments as comments_kept
from mapserver.services import plans as services
from mapserver.services.plan_states import Move
from mapserver.services.plan_states import move as move_plan
from mapserver.web import params, plan_borders, plan_comments, plan_edits, plan_files
from mapserver.web.gate import viewer
from mapserver.web.plan_access import editable, plan_answer, plan_json, recorded_plan
from mapserver.web.plan_bodies import day_in, reason_in, sent, text_in
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State
from mapserver.web.writing import asked_version, author, require_write

__all__ = ["bp"]

bp = Blueprint("plans", __name__, url_prefix="/api/v1/plans")

_LONGEST_NAME = 160
_LONGEST_DECREE = 200
_LONGEST_CODE = 32
_LANGUAGE = frozenset({"lang"})


@bp.before_request
def _guard() -> None:
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        require_write()


@bp.get("")
def listed() -> Response:
    """Plans, the one changed last first.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, usual=_LANGUAGE)
    # Two people of one role are told different things: nobody approves a plan of their own.
    who = (viewer().name, viewer().fingerprint)
    return cached("application/json", _listed, layers=(PLANS, UNITS), about=who)


def _listed() -> bytes:
    found = services.listed(State.of(current_app).store)
    return dump_json({"plans": [plan_json(record) for record in found]})


@bp.post("")
def add() -> Response:
    """Start a plan on the boundaries of a day.

    Returns
    -------
    Response
        201 with the plan.
    """
    body = sent("name", "level", "parent", "as_of")
    state, by = State.of(current_app), author()
    asked = services.NewPlan(
        text_in(body, "name", _LONGEST_NAME, needed=True),
        text_in(body, "level", _LONGEST_CODE) or "commune",
        text_in(body, "parent", _LONGEST_CODE, needed=True),
        day_in(body, "as_of") or state.today(),
    )
    _require_own(asked)
    bases = state.plan_desk.bases
    made = services.create(state.store, asked, who=by.who, now=by.at, rng=np.random.default_rng(), bases=bases)
    return plan_answer(made, status=201)


def _require_own(asked: services.NewPlan) -> None:
    ground = State.of(current_app).plan_desk.bases.ground(asked.level, asked.parent, asked.as_of)
    if not viewer().is_inside(ground):
        raise Forbidden(
            Text(f"Bạn không phụ trách toàn bộ địa bàn của đơn vị “{asked.parent}”.",
                 f"You do not answer for the whole area of the unit “{asked.parent}”."),
            Text("Nhờ quản trị viên giao địa bàn, hoặc để nơi phụ trách lập phương án.",
                 "Ask the administrator for the area, or leave the plan to those who answer for it."),
        )  # fmt: skip


@bp.get("/<uuid:plan_id>")
def one(plan_id: UUID) -> Response:
    """One plan: its state, and what whoever asks may do with it.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        JSON; its ETag is what a change of the name or the state is based on.
    """
    params.only(request.args, usual=_LANGUAGE)
    record, state = recorded_plan(plan_id), State.of(current_app)
    told = {"snapped_m2": _snapped_m2(record), "comments_open": comments_kept.open_count(state.store, record.id)}
    return plan_answer(record, more=told)


def _snapped_m2(record: services.PlanRecord) -> float | None:
    bases = State.of(current_app).plan_desk.bases
    try:
        return round(bases.opening(record.level, record.parent, record.base_as_of).snapped_m2, 2)
    except (CheckFailed, EmptyInput, NotFound):
        # What is told of a plan does not depend on its units; why they cannot be drawn on is told with the borders.
        return None


@bp.patch("/<uuid:plan_id>")
def rename(plan_id: UUID) -> Response:
    """Give a draft another name.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        The plan as it is now.
    """
    record, by = editable(plan_id), author()
    body, store = sent("name", "row_version"), State.of(current_app).store
    name, version = text_in(body, "name", _LONGEST_NAME, needed=True), asked_version(body)
    return plan_answer(services.renamed(store, record.id, name, row_version=version, who=by.who, now=by.at))


@bp.post("/<uuid:plan_id>/branch")
def branch(plan_id: UUID) -> Response:
    """Copy a plan with all that was done, to try something else.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        201 with the new plan, a draft.
    """
    record, by = editable(plan_id), author()
    name, store = text_in(sent("name"), "name", _LONGEST_NAME, needed=True), State.of(current_app).store
    made = services.branched(store, record.id, name, who=by.who, now=by.at, rng=np.random.default_rng())
    return plan_answer(made, status=201)


@bp.post("/<uuid:plan_id>/state")
def move(plan_id: UUID) -> Response:
    """Bring a plan to another state: into review, back to draft, approved, published.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        The plan as it is now.
    """
    body = sent("to", "row_version", "reason", "effective_on", "decree")
    asked = Move(
        text_in(body, "to", _LONGEST_CODE, needed=True),
        asked_version(body),
        reason_in(body),
        day_in(body, "effective_on"),
        text_in(body, "decree", _LONGEST_DECREE),
    )
    desk, by = State.of(current_app).plan_desk, author()
    return plan_answer(
        move_plan(desk, str(plan_id), asked, viewer=viewer(), now=by.at, rng=np.random.default_rng())
    )  # fmt: skip


# Endpoint -> where it is, beside the addresses above.
_READ: Mapping[str, tuple[str, Callable[..., Response]]] = {
    "borders": ("borders", plan_borders.borders),
    "points": ("points", plan_borders.points),
    "figures": ("figures", plan_borders.figures),
    "guides": ("guides", plan_borders.guides),
    "entries": ("entries", plan_edits.entries),
    "comments": ("comments", plan_comments.comments),
    "compare": ("compare", plan_files.compare),
    "sheet": ("sheet.<any(pdf, xlsx):kind>", plan_files.sheet),
    "units": ("units.<any(geojson, gpkg):kind>", plan_files.units),
}
_WRITTEN: Mapping[str, tuple[str, Callable[..., Response]]] = {
    "commit": ("entries", plan_edits.commit),
    "undo": ("undo", plan_edits.undo),
    "redo": ("redo", plan_edits.redo),
    "comment": ("comments", plan_comments.comment),
    "settle": ("comments/<uuid:comment_id>/settle", plan_comments.settle),
}
for _method, _views in (("GET", _READ), ("POST", _WRITTEN)):
    for _name, (_at, _view) in _views.items():
        bp.add_url_rule(f"/<uuid:plan_id>/{_at}", _name, _view, methods=[_method])
