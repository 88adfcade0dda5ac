"""Small layers drawn as symbols, and the small map of the two archipelagos."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from layers.boundaries import bundled
from layers.catalog import CAMERAS, SAFEZONES, UNITS, Layer
from mapserver.services.sight import counted_by_unit
from mapserver.web import params
from mapserver.web.gate import viewer
from mapserver.web.geojson import feature_collection
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("symbols", __name__, url_prefix="/api/v1")


@bp.get("/safezones")
def safezones() -> Response:
    """Community-safety models.

    Returns
    -------
    Response
        GeoJSON.
    """
    params.only(request.args)
    return cached("application/geo+json", lambda: _features(State.of(current_app), SAFEZONES))


@bp.get("/cameras")
def cameras() -> Response:
    """Cameras.

    Returns
    -------
    Response
        GeoJSON.
    """
    params.only(request.args)
    return cached("application/geo+json", lambda: _features(State.of(current_app), CAMERAS))


@bp.get("/cameras/counts")
def camera_counts() -> Response:
    """How many cameras each unit of today has, for whoever may know their number.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, usual=frozenset({"lang"}))
    return cached("application/json", lambda: _camera_counts(State.of(current_app)), layers=(UNITS, CAMERAS))


@bp.get("/insets")
def insets() -> Response:
    """Outline of the mainland, Hoàng Sa and Trường Sa.

    Returns
    -------
    Response
        GeoJSON that ships with the program.
    """
    params.only(request.args)
    return cached("application/geo+json", bundled.path("insets.geojson").read_bytes)


def _camera_counts(state: State) -> bytes:
    today, versions = state.today(), state.store.versions()
    counts = counted_by_unit(state.whole_reader, viewer(), CAMERAS, today=today)
    meta = {"as_of": str(today), "versions": {layer.key: versions[layer.key] for layer in (UNITS, CAMERAS)}}
    return dump_json({"counts": counts, "meta": meta})


def _features(state: State, layer: Layer) -> bytes:
    frame = state.reader.symbols(layer)
    columns = [column.name for column in layer.schema.columns]
    meta = {"as_of": str(state.today()), "versions": state.reader.versions(), "count": len(frame)}
    return dump_json(feature_collection(frame[[*columns, "geometry"]], frame["id"].tolist(), meta=meta))
