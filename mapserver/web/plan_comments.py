"""Comments on plans over HTTP: read, added, settled."""

from __future__ import annotations

from uuid import UUID

import numpy as np
from flask import Response, current_app, request

from layers.access.policy import Action
from layers.catalog import PLAN_COMMENTS
from mapserver.services import plan_comments as services
from mapserver.web import params
from mapserver.web.gate import viewer
from mapserver.web.plan_access import recorded_plan
from mapserver.web.plan_bodies import sent, text_in, whole_in
from mapserver.web.responses import cached, dump_json, fresh
from mapserver.web.state import State
from mapserver.web.writing import asked_version, author

__all__ = ["comment", "comments", "settle"]

_LONGEST_COMMENT = 2_000
_LONGEST_NAME = 64


def comments(plan_id: UUID) -> Response:
    """Comments on a plan, oldest first.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, usual=frozenset({"lang"}))
    record = recorded_plan(plan_id)

    def made() -> bytes:
        found = services.listed(State.of(current_app).store, record.id)
        return dump_json({"comments": [each.as_json() for each in found]})

    return cached("application/json", made, layers=(PLAN_COMMENTS,))


def comment(plan_id: UUID) -> Response:
    """Say something about a plan, one of its entries, units or borders.

    Parameters
    ----------
    plan_id : UUID
        The plan.

    Returns
    -------
    Response
        201 with the comment.
    """
    _require_word()
    body, by = sent("text", "entry_number", "unit", "arc"), author()
    asked = services.NewComment(
        text_in(body, "text", _LONGEST_COMMENT, needed=True),
        whole_in(body, "entry_number"),
        text_in(body, "unit", _LONGEST_NAME) or None,
        text_in(body, "arc", _LONGEST_NAME) or None,
    )
    store = State.of(current_app).store
    return _answer(
        services.add(store, str(plan_id), asked, who=by.who, now=by.at, rng=np.random.default_rng()), status=201
    )  # fmt: skip


def settle(plan_id: UUID, comment_id: UUID) -> Response:
    """Say that a comment is dealt with.

    Parameters
    ----------
    plan_id : UUID
        The plan.
    comment_id : UUID
        The comment.

    Returns
    -------
    Response
        The comment as it is now.
    """
    _require_word()
    body, by = sent("row_version"), author()
    store, version = State.of(current_app).store, asked_version(body)
    return _answer(
        services.settle(store, str(plan_id), str(comment_id), row_version=version, who=by.who, now=by.at)
    )  # fmt: skip


def _require_word() -> None:
    # Whoever decides about plans has a say as well.
    if not viewer().may(Action.APPROVE):
        viewer().require(Action.PLAN)


def _answer(found: services.PlanComment, *, status: int = 200) -> Response:
    return fresh(Response(dump_json(found.as_json()), status=status, mimetype="application/json"))
