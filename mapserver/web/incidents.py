"""Incidents: points and counts."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, current_app, request

from layers.incidents.periods import Span
from layers.records import Filter, Period
from mapserver.services import incidents as service
from mapserver.web import params
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["bp"]

_EPOCH = dt.date(1970, 1, 1)

bp = Blueprint("incidents", __name__, url_prefix="/api/v1/incidents")


@bp.get("/points")
def points() -> Response:
    """Incidents with a place, as columns.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args)
    asked = params.filter_of(request.args)
    return cached("application/json", lambda: _points(State.of(current_app), asked))


@bp.get("/summary")
def summary() -> Response:
    """Everything that is counted, in one answer.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args)
    asked = params.filter_of(request.args)
    return cached("application/json", lambda: _summary(State.of(current_app), asked))


def _points(state: State, asked: Filter) -> bytes:
    found = service.points(state.reader, asked, now=state.clock())
    meta = found.provenance.as_json(params.language_of(request.args, state.settings.lang))
    return dump_json({"columns": found.columns, "categories": found.categories, "meta": meta})


def _summary(state: State, asked: Filter) -> bytes:
    found = service.summary(state.reader, asked, now=state.clock())
    counts = found.summary
    start = None if counts.first_day is None else str(_EPOCH + dt.timedelta(days=counts.first_day))
    return dump_json(
        {
            "by_unit": _pairs("unit", found.units.references, counts.by_unit.tolist()),
            "by_category": _pairs("category", found.categories, counts.by_category.tolist()),
            "timeline": {"start": start, "counts": counts.timeline.tolist()},
            "hour_weekday": counts.hour_weekday.tolist(),
            "unknown_hour": counts.unknown_hour,
            "unplaced": found.provenance.unplaced,
            "weeks": _spans(counts.periods.weeks, asked.period),
            "months": _spans(counts.periods.months, asked.period),
            "police_months": _spans(counts.periods.police_months, asked.period),
            "meta": found.provenance.as_json(params.language_of(request.args, state.settings.lang)),
        }
    )


def _spans(spans: tuple[Span, ...], period: Period) -> list[dict[str, object]]:
    # A week that the filter cuts says the days that were counted, so that it is not taken for a quiet one.
    return [
        {
            "from": str(max(span.since, period.since or span.since)),
            "to": str(min(span.until, period.until or span.until)),
            "count": span.count,
        }
        for span in spans
    ]


def _pairs(name: str, keys: tuple[str, ...], counts: list[int]) -> list[dict[str, object]]:
    return [{name: key, "count": count} for key, count in zip(keys, counts, strict=True) if count]
