"""Tiles: incidents and units for the map."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, current_app, request

from layers.catalog import INCIDENTS, UNITS
from layers.index.cells import Tile
from mapserver.services import tiles as service
from mapserver.web import params
from mapserver.web.responses import cached
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("tiles", __name__, url_prefix="/tiles")

_VECTOR_TILE = "application/vnd.mapbox-vector-tile"


@bp.get("/incidents/<int:z>/<int:x>/<int:y>.mvt")
def incidents(z: int, x: int, y: int) -> Response:
    """Incidents of one square, as points or as counts of cells.

    Parameters
    ----------
    z, x, y : int
        Zoom, column and row.

    Returns
    -------
    Response
        A vector tile.
    """
    return _drawn(service.incident_tile, _VECTOR_TILE, at=(z, x, y))


@bp.get("/incidents/<int:z>/<int:x>/<int:y>.png")
def picture(z: int, x: int, y: int) -> Response:
    """Picture of the counts of one square.

    Parameters
    ----------
    z, x, y : int
        Zoom, column and row.

    Returns
    -------
    Response
        PNG.
    """
    return _drawn(service.incident_picture, "image/png", at=(z, x, y))


@bp.get("/units/<int:z>/<int:x>/<int:y>.mvt")
def units(z: int, x: int, y: int) -> Response:
    """Units of one square and their borders.

    Parameters
    ----------
    z, x, y : int
        Zoom, column and row.

    Returns
    -------
    Response
        A vector tile.
    """

    def make() -> bytes:
        params.only(request.args, usual=params.VINTAGE_NAMES)
        tile, state = Tile.checked(z, x, y), State.of(current_app)
        as_of = params.filter_of(request.args).as_of or state.today()
        return service.unit_tile(state.reader, state.unit_levels, tile, as_of=as_of)

    return cached(_VECTOR_TILE, make, layers=(UNITS,))


def _drawn(draw: Callable[..., bytes], mimetype: str, *, at: tuple[int, int, int]) -> Response:
    def make() -> bytes:
        params.only(request.args)
        tile, asked, state = Tile.checked(*at), params.filter_of(request.args), State.of(current_app)
        return draw(state.reader, asked, tile, now=state.clock())

    return cached(mimetype, make, layers=(INCIDENTS, UNITS))
