"""Drawing over HTTP: an operation committed, the last one undone or done again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Response, current_app, request

from layers.catalog import PLAN_COMMENTS, PLAN_OPS, PLANS, UNITS
from layers.errors import StaleVersion, VersionMissing
from layers.wording import Text
from mapserver.services import plan_comments
from mapserver.services.plan_desk import Committed, PlanDesk
from mapserver.web import params
from mapserver.web.plan_access import editable, recorded_plan, signature
from mapserver.web.plan_bodies import Body, operation_sent, reason_in, sent, whole_in
from mapserver.web.plan_borders import counted
from mapserver.web.plan_wire import coded_refusal, entry_json
from mapserver.web.responses import cached, dump_json, fresh, language_asked, problem
from mapserver.web.state import State

__all__ = ["commit", "entries", "redo", "undo"]

_CONFLICT = 409


def entries(plan_id: UUID) -> Response:
    """Entries of a plan after a number; asked every few seconds by whoever has it open.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        JSON, oldest first; 304 as long as nothing was done, decided or said.
    """
    params.only(request.args, ("after",), usual=frozenset({"lang"}))
    after = whole_in(request.args, "after") or 0
    return cached("application/json", lambda: _entries(plan_id, after), layers=(PLANS, PLAN_OPS, PLAN_COMMENTS, UNITS))


def _entries(plan_id: UUID, after: int) -> bytes:
    state, record = State.of(current_app), recorded_plan(plan_id)
    found = _desk().entries(record.id, after) if record.entries > after else ()
    return dump_json(
        {
            "last": record.entries,
            "row_version": record.row_version,
            "state": record.state_on(state.today()),
            "comments_open": plan_comments.open_count(state.store, record.id),
            "entries": [entry_json(entry) for entry in found],
        }
    )


def commit(plan_id: UUID) -> Response:
    """Carry out an operation, unless somebody changed the same borders since.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        201 with the entry; 409 with both lines when somebody was quicker.
    """
    record, desk = editable(plan_id), _desk()
    operation, body = operation_sent()
    seen, by = _seen(body), signature(reason_in(body))
    points = counted(record).kinds
    return _answered(lambda: desk.commit(record.id, operation, seen=seen, by=by, points=points))


def undo(plan_id: UUID) -> Response:
    """Undo the last operation in force, whoever made it.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        201 with the entry; 409 when somebody added one since.
    """
    return _marked(plan_id, PlanDesk.undo)


def redo(plan_id: UUID) -> Response:
    """Do the operation again that was undone last.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        201 with the entry; 409 when somebody added one since.
    """
    return _marked(plan_id, PlanDesk.redo)


def _marked(plan_id: UUID, act: Callable[..., Committed]) -> Response:
    record, body = editable(plan_id), sent("seen", "reason")
    seen, by = _seen(body), signature(reason_in(body))
    return _answered(lambda: act(_desk(), record.id, by=by, seen=seen))


def _answered(act: Callable[[], Committed]) -> Response:
    try:
        done = act()
    except StaleVersion as refusal:
        # A record that is behind is 412 elsewhere; here two lines contradict each other, and both are shown.
        return problem(coded_refusal(refusal), language_asked(), _CONFLICT)
    said = {"entry": entry_json(done.entry), "last": done.record.entries}
    return fresh(Response(dump_json(said), status=201, mimetype="application/json"))


def _seen(body: Body) -> int:
    seen = whole_in(body, "seen")
    if seen is None:
        raise VersionMissing(
            Text("Chưa nêu thao tác cuối cùng đã thấy.", "The last entry that was seen is not named."),
            Text("Gửi seen với số “last” của lần đọc gần nhất.", "Send seen with the “last” of what was read last."),
        )
    return seen


def _desk() -> PlanDesk:
    return State.of(current_app).plan_desk
