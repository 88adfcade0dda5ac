"""Incidents of any time in the borders of one day: by unit, and one unit through time."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from layers.catalog import INCIDENTS, LINEAGE, UNITS
from layers.errors import InvalidParameter
from layers.incidents.reattribution import UnitSeries
from layers.records import Filter, UnitRef
from layers.wording import Text
from mapserver.services.recast import RecastUnits, Trend, recast_units, unit_trend
from mapserver.web import params
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("recast", __name__, url_prefix="/api/v1/incidents")

_READS = (UNITS, INCIDENTS, LINEAGE)
_ALL_UNITS = params.FILTER_NAMES - {"unit"}


@bp.get("/recast")
def recast() -> Response:
    """Count incidents in the units of one day, each with the range it lies in.

    Returns
    -------
    Response
        JSON; the parts add up to the total.
    """
    params.only(request.args, ("apart",), usual=_ALL_UNITS)
    asked, apart = params.filter_of(request.args), params.yes_or_no(request.args, "apart")
    return cached("application/json", lambda: _recast(State.of(current_app), asked, spread=not apart), layers=_READS)


@bp.get("/trend")
def trend() -> Response:
    """Count one unit by month, with the days on which the series breaks.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args)
    asked = params.filter_of(request.args)
    if asked.unit is None:
        raise InvalidParameter(Text("Chưa chọn đơn vị.", "No unit is named."), Text("Thêm unit=MÃ.", "Add unit=CODE."))
    unit = asked.unit
    return cached("application/json", lambda: _trend(State.of(current_app), asked, unit), layers=_READS)


def _recast(state: State, asked: Filter, *, spread: bool) -> bytes:
    found = recast_units(state.reader, asked, spread=spread, now=state.clock())
    meta = found.provenance.as_json(params.language_of(request.args, state.settings.lang))
    return dump_json(
        {
            "units": _ranges(found),
            "outside": found.counts.outside,
            "no_place": found.counts.no_place,
            "not_placeable": found.counts.not_placeable,
            "spread": found.counts.spread,
            "total": found.counts.total,
            "meta": meta,
        }
    )


def _ranges(found: RecastUnits) -> list[dict[str, object]]:
    counts = found.counts
    rows = zip(found.units.references, counts.low.tolist(), counts.count.tolist(), counts.high.tolist(), strict=True)
    return [
        {"unit": name, "low": low, "count": count, "high": high, "text": _range_text(low, high)}
        for name, low, count, high in rows
        if high
    ]


def _range_text(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def _trend(state: State, asked: Filter, unit: UnitRef) -> bytes:
    found = unit_trend(state.reader, asked, unit, now=state.clock())
    language = params.language_of(request.args, state.settings.lang)
    return dump_json(
        {
            "unit": found.reference,
            "start": found.first_month and str(found.first_month),
            "recast": _series(found.recast),
            "by_code": found.by_code.tolist(),
            "breaks": _breaks(found, language),
            "meta": found.provenance.as_json(language),
        }
    )


def _series(series: UnitSeries) -> dict[str, list[int]]:
    return {"low": series.low.tolist(), "count": series.count.tolist(), "high": series.high.tolist()}


def _breaks(found: Trend, language: str) -> list[dict[str, str]]:
    return [{"day": str(each.day), "sentence": each.sentence.in_language(language)} for each in found.breaks]
