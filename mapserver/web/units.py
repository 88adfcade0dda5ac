"""Units: their shapes and their names."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from layers.records import Filter
from mapserver.services.units import find_units, page_units
from mapserver.web import params
from mapserver.web.geojson import feature_collection, records
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("units", __name__, url_prefix="/api/v1/units")

_FIELDS = (
    "code", "name", "unit_type", "parent", "parent_name", "valid_from", "valid_to", "area_km2",
    "area_km2_published", "population", "formed_from", "decree",
)  # fmt: skip


@bp.get("")
def units() -> Response:
    """Units in force, generalised as one coverage.

    Returns
    -------
    Response
        GeoJSON.
    """
    params.only(request.args)
    asked = params.filter_of(request.args)
    return cached("application/geo+json", lambda: _units(State.of(current_app), asked))


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
    return cached("application/json", lambda: _found(State.of(current_app), asked, text))


def _units(state: State, asked: Filter) -> bytes:
    found = page_units(state.reader, asked, now=state.clock())
    frame = found.shapes[[*_FIELDS, "geometry"]].assign(
        label=[[round(lon, 5), round(lat, 5)] for lon, lat in found.label_lonlat.tolist()]
    )
    meta = found.provenance.as_json(params.language_of(request.args, state.settings.lang))
    return dump_json(feature_collection(frame, found.units.references, meta=meta))


def _found(state: State, asked: Filter, text: str) -> bytes:
    found = find_units(state.reader, text, asked, now=state.clock())
    frame = found.units.frame.iloc[list(found.rows)]
    fields = records(frame[["code", "name", "unit_type", "parent_name"]])
    boxes = frame.geometry.bounds.round(5).to_numpy().tolist()
    results = [
        {
            "unit": found.units.references[row],
            **named,
            "label": found.label_lonlat[row].round(5).tolist(),
            "bbox": box,
        }
        for row, named, box in zip(found.rows, fields, boxes, strict=True)
    ]
    return dump_json({"results": results, "meta": {"as_of": str(asked.as_of or state.today())}})
