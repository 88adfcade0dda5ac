"""Vintages of the boundaries, and what the law asks of the units in force."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from layers.catalog import STANDARDS, UNITS
from mapserver.services.standards import standards_report
from mapserver.services.vintages import vintages
from mapserver.web import params
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("vintages", __name__, url_prefix="/api/v1")


@bp.get("/vintages")
def listed() -> Response:
    """Days on which boundaries change, oldest first.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, usual=frozenset())
    return cached("application/json", lambda: _vintages(State.of(current_app)), layers=(UNITS,))


@bp.get("/units/standards")
def standards() -> Response:
    """Units in force compared with the legal standards of that day.

    Returns
    -------
    Response
        JSON, in the order of the list of units.
    """
    params.only(request.args, usual=params.VINTAGE_NAMES)
    return cached("application/json", lambda: _standards(State.of(current_app)), layers=(UNITS, STANDARDS))


def _vintages(state: State) -> bytes:
    found = vintages(state.reader, now=state.clock())
    return dump_json({"vintages": [vintage.as_json() for vintage in found], "meta": {"today": str(state.today())}})


def _standards(state: State) -> bytes:
    as_of = params.filter_of(request.args).as_of or state.today()
    report = standards_report(state.reader, as_of)
    return dump_json(report.as_json(params.language_of(request.args, state.settings.lang)))
