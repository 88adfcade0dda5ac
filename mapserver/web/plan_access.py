"""The way in for every address of plans: which plan, who signs, and what whoever asks may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Response, current_app, request

from layers.planning.steps import Signature
from mapserver.services.plan_conditions import may, require_ground
from mapserver.services.plan_records import PlanRecord, one
from mapserver.web import params
from mapserver.web.gate import viewer
from mapserver.web.responses import dump_json, fresh
from mapserver.web.state import State
from mapserver.web.writing import author

__all__ = ["editable", "language", "plan_answer", "plan_json", "recorded_plan", "signature"]


def recorded_plan(plan_id: UUID) -> PlanRecord:
    """Find the row of a plan.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    PlanRecord
        As it stands.

    Raises
    ------
    NotFound
        When there is none.
    """
    return one(State.of(current_app).store, str(plan_id))


def editable(plan_id: UUID) -> PlanRecord:
    """Find a plan whose ground lies in the area of whoever asks.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    PlanRecord
        As it stands.

    Raises
    ------
    NotFound
        When there is none.
    Forbidden
        When some of its ground is outside the area.
    """
    record = recorded_plan(plan_id)
    require_ground(viewer(), State.of(current_app).plan_desk.bases, record)
    return record


def signature(reason: str = "") -> Signature:
    """Sign what is done through this request.

    Parameters
    ----------
    reason : str
        In the planner's words.

    Returns
    -------
    Signature
        Who, when and why.
    """
    by = author()
    return Signature(by.who, by.at, reason)


def language() -> str:
    """Read the language asked for.

    Returns
    -------
    str
        ``vi`` or ``en``.

    Raises
    ------
    InvalidParameter
        When there is no such language.
    """
    return params.language_of(request.args, State.of(current_app).settings.lang)


def plan_json(record: PlanRecord) -> dict[str, object]:
    """Write a plan for whoever asks.

    Parameters
    ----------
    record : PlanRecord
        The plan.

    Returns
    -------
    dict
        Plain values; ``may`` says what they may do with it now.
    """
    state = State.of(current_app)
    return record.as_json(state.today(), language()) | {"may": may(viewer(), state.plan_desk.bases, record)}


def plan_answer(record: PlanRecord, *, status: int = 200, more: Mapping[str, object] | None = None) -> Response:
    """Answer with one plan.

    Parameters
    ----------
    record : PlanRecord
        The plan.
    status : int
        HTTP status; 201 tells where the plan is to be found.
    more : mapping, optional
        What else is told of it.

    Returns
    -------
    Response
        JSON; its ETag is what a change of the name or the state is based on.
    """
    body = dump_json(plan_json(record) | dict(more or {}))
    answer = fresh(Response(body, status=status, mimetype="application/json"))
    answer.set_etag(str(record.row_version))
    if status == 201:
        answer.headers["Location"] = f"/api/v1/plans/{record.id}"
    return answer
