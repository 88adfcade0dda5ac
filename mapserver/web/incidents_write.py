"""Incidents written by hand: one added, changed, withdrawn or reinstated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import numpy as np
from flask import Blueprint, Response, current_app, request

from layers.geo import Bounds
from mapserver.services.incident_records import IncidentRecord
from mapserver.services.incidents_by_hand import (
    Desk,
    add_incident,
    edit_incident,
    reinstate_incident,
    withdraw_incident,
)
from mapserver.services.second_fence import fenced
from mapserver.web import params
from mapserver.web.gate import viewer
from mapserver.web.incident_records import record_answer
from mapserver.web.state import State
from mapserver.web.writing import asked_version, author, json_body, require_write

__all__ = ["bp"]

bp = Blueprint("incidents_write", __name__, url_prefix="/api/v1/incidents")


@bp.before_request
def _guard() -> None:
    require_write()
    params.only(request.args)


@bp.post("")
def add() -> Response:
    """Write a new incident.

    Returns
    -------
    Response
        201 with the incident.
    """
    body = json_body()
    why = body.pop("reason", None) or ""
    with _fenced_desk() as desk:
        record = add_incident(desk, body, why=why, rng=np.random.default_rng())
    answer = record_answer(record, status=201)
    answer.headers["Location"] = f"{bp.url_prefix}/{record.record_id}"
    return answer


@bp.patch("/<uuid:record_id>")
def edit(record_id: UUID) -> Response:
    """Change the fields that the body names.

    Parameters
    ----------
    record_id : UUID
        The incident.

    Returns
    -------
    Response
        The incident as it is now.
    """
    body = json_body()
    version, why = asked_version(body), body.pop("reason", None) or ""
    body.pop("row_version", None)
    rng = np.random.default_rng()
    with _fenced_desk() as desk:
        record = edit_incident(desk, str(record_id), body, row_version=version, why=why, rng=rng)
    return record_answer(record)


@bp.post("/<uuid:record_id>/withdraw")
def withdraw(record_id: UUID) -> Response:
    """Take an incident out of every count.

    Parameters
    ----------
    record_id : UUID
        The incident.

    Returns
    -------
    Response
        The incident as it is now.
    """
    return _decided(withdraw_incident, record_id)


@bp.post("/<uuid:record_id>/reinstate")
def reinstate(record_id: UUID) -> Response:
    """Take the withdrawal of an incident back.

    Parameters
    ----------
    record_id : UUID
        The incident.

    Returns
    -------
    Response
        The incident as it is now.
    """
    return _decided(reinstate_incident, record_id)


def _decided(act: Callable[..., IncidentRecord], record_id: UUID) -> Response:
    body = json_body()
    said = {"reason": body.get("reason") or "", "row_version": asked_version(body)}
    with _fenced_desk() as desk:
        record = act(desk, str(record_id), **said)
    return record_answer(record)


@contextmanager
def _fenced_desk() -> Iterator[Desk]:
    state = State.of(current_app)
    with fenced(state.store, viewer()):
        yield Desk(
            state.store, author(), state.settings.timezone, region=Bounds(*state.settings.region), ground=state.ground
        )
