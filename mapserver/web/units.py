"""Units: their shapes and their names."""

from __future__ import annotations

import datetime as dt

import numpy as np
from flask import Blueprint, Response, current_app, request
from numpy.typing import NDArray

from layers.catalog import LINEAGE, UNITS
from layers.records import Filter, UnitRef
from mapserver.services.reader import LEVELS
from mapserver.services.unit_pages import unit_bounds
from mapserver.services.units import count_units, find_units, listed_units, page_units
from mapserver.web import params
from mapserver.web.geojson import feature_collection, records
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["bp"]

# A metre: as fine as a label or a box has to be.
_DEGREE_DIGITS = 5

bp = Blueprint("units", __name__, url_prefix="/api/v1/units")

_FIELDS = (
    "code", "name", "unit_type", "parent", "parent_name", "valid_from", "valid_to", "area_km2",
    "area_km2_published", "population", "formed_from", "decree",
)  # fmt: skip


@bp.get("")
def units() -> Response:
    """Units in force of one level (``level=province|commune|beat``), generalised as one coverage.

    Returns
    -------
    Response
        GeoJSON.
    """
    params.only(request.args, ("level",))
    asked, level = params.filter_of(request.args), params.level_of(request.args, LEVELS)
    return cached("application/geo+json", lambda: _units(State.of(current_app), asked, level))


@bp.get("/search")
def search() -> Response:
    """Units whose name or code is like a text.

    Returns
    -------
    Response
        JSON, best first.
    """
    params.only(request.args, ("q",))
    asked, text = params.filter_of(request.args), params.search_text(request.args)
    return cached("application/json", lambda: _found(State.of(current_app), asked, text), layers=(UNITS,))


@bp.get("/names")
def names() -> Response:
    """All unit versions, in force or not, that have a name or code like a text.

    Returns
    -------
    Response
        JSON, best first, each with the units it became.
    """
    params.only(request.args, ("q",), usual=params.VINTAGE_NAMES)
    as_of, text = params.filter_of(request.args).as_of, params.search_text(request.args)
    return cached("application/json", lambda: _named(State.of(current_app), as_of, text), layers=(UNITS, LINEAGE))


@bp.get("/<reference>/lineage")
def lineage(reference: str) -> Response:
    """Where a unit version came from and what it went into.

    Parameters
    ----------
    reference : str
        ``code@valid_from``, or a code that means one unit on the day.

    Returns
    -------
    Response
        JSON: the unit, ``ancestors``, ``descendants``.
    """
    params.only(request.args, usual=params.VINTAGE_NAMES)
    as_of, unit = params.filter_of(request.args).as_of, UnitRef.parse(reference)
    return cached("application/json", lambda: _family(State.of(current_app), as_of, unit), layers=(UNITS, LINEAGE))


@bp.get("/list")
def listed() -> Response:
    """Units in force without their shapes: what the ids in tiles and the counts run along.

    Returns
    -------
    Response
        JSON, ordered by code.
    """
    params.only(request.args, usual=params.VINTAGE_NAMES)
    as_of = params.filter_of(request.args).as_of
    language = params.language_of(request.args, State.of(current_app).settings.lang)
    return cached("application/json", lambda: _listed(State.of(current_app), as_of, language), layers=(UNITS,))


@bp.get("/counts")
def counts() -> Response:
    """Incidents of each unit in force.

    Returns
    -------
    Response
        JSON, in the order of the list.
    """
    params.only(request.args)
    asked = params.filter_of(request.args)
    return cached("application/json", lambda: _counts(State.of(current_app), asked))


def _units(state: State, asked: Filter, level: str) -> bytes:
    found = page_units(state.reader, asked, now=state.clock(), level=level)
    # A province has no decree or published area of its own.
    frame = found.shapes.reindex(columns=[*_FIELDS, "geometry"]).assign(
        label=[[round(lon, 5), round(lat, 5)] for lon, lat in found.label_lonlat.tolist()]
    )
    meta = found.provenance.as_json(params.language_of(request.args, state.settings.lang))
    return dump_json(feature_collection(frame, found.units.references, meta=meta))


def _found(state: State, asked: Filter, text: str) -> bytes:
    found = find_units(state.reader, text, asked, now=state.clock())
    frame = found.units.frame.iloc[list(found.rows)]
    fields = records(frame[["code", "name", "unit_type", "parent_name"]])
    # A unit known only by name has no place.
    boxes = _numbers(frame.geometry.bounds.to_numpy())
    labels = _numbers(found.label_lonlat)
    results = [
        {
            "unit": found.units.references[row],
            **named,
            "label": label,
            "bbox": box,
        }
        for row, named, box, label in zip(found.rows, fields, boxes, labels, strict=True)
    ]
    return dump_json({"results": results, "meta": {"as_of": str(asked.as_of or state.today())}})


def _named(state: State, as_of: dt.date | None, text: str) -> bytes:
    day = as_of or state.today()
    found = state.unit_names.search(text, as_of=day)
    return dump_json({"results": [entry.as_json() for entry in found], "meta": {"as_of": str(day)}})


def _family(state: State, as_of: dt.date | None, unit: UnitRef) -> bytes:
    day = as_of or state.today()
    family = state.unit_names.family(unit, as_of=day)
    bounds = unit_bounds(state.store, family.version)
    box = None if bounds is None else [round(edge, _DEGREE_DIGITS) for edge in bounds]
    return dump_json({**family.as_json(), "bbox": box, "meta": {"as_of": str(day)}})


def _listed(state: State, as_of: dt.date | None, language: str) -> bytes:
    day = as_of or state.today()
    found = listed_units(state.reader, state.unit_levels, day)
    frame = found.units.frame
    meta = {
        "as_of": str(day),
        "sentence": found.vintage.in_language(language),
        "versions": {UNITS.key: found.version},
        "notices": [notice.in_language(language) for notice in found.notices],
    }
    rows = zip(
        found.units.references,
        records(frame[["code", "name", "unit_type", "parent", "population", "area_km2", "formed_from"]]),
        _numbers(found.label_lonlat),
        _numbers(frame.geometry.bounds.to_numpy()),
        strict=True,
    )
    units = [{"id": name, **fields, "label": label, "bbox": box} for name, fields, label, box in rows]
    return dump_json({"units": units, "meta": meta})


def _numbers(rows: NDArray[np.float64]) -> list[list[float] | None]:
    known = (np.isfinite(row).all() for row in rows)
    return [row if is_known else None for row, is_known in zip(rows.round(_DEGREE_DIGITS).tolist(), known, strict=True)]


def _counts(state: State, asked: Filter) -> bytes:
    found = count_units(state.reader, asked, now=state.clock())
    language = params.language_of(request.args, state.settings.lang)
    return dump_json({"counts": found.counts.tolist(), "meta": found.provenance.as_json(language)})
