"""Hotspots: the kernel-density surface."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request

from layers.errors import NotFound
from layers.records import Filter
from mapserver.rendering.density_image import density_image
from mapserver.services.hotspots import density as find_density
from mapserver.web import params
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("hotspots", __name__, url_prefix="/api/v1/hotspots")


@bp.get("/density")
def density() -> Response:
    """Say where the density picture lies and what its colours mean.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, ("bandwidth_m",))
    asked, width_m = params.filter_of(request.args), params.bandwidth_m(request.args)
    return cached("application/json", lambda: _described(State.of(current_app), asked, width_m))


@bp.get("/density.png")
def density_png() -> Response:
    """Draw the density.

    Returns
    -------
    Response
        A PNG in Web Mercator.
    """
    params.only(request.args, ("bandwidth_m",))
    asked, width_m = params.filter_of(request.args), params.bandwidth_m(request.args)
    return cached("image/png", lambda: _picture(State.of(current_app), asked, width_m))


def _described(state: State, asked: Filter, width_m: float | None) -> bytes:
    language = params.language_of(request.args, state.settings.lang)
    found = find_density(state.reader, asked, bandwidth_m=width_m, now=state.clock())
    base: dict[str, object] = {
        "bandwidth_m": found.bandwidth_m,
        "unit": "vụ/km²" if language == "vi" else "incidents/km²",
        "meta": found.provenance.as_json(language),
    }
    if found.grid is None:
        return dump_json(base | {"image": None, "reason": found.reason.in_language(language), "classes": []})
    picture = density_image(found.grid, epsg=found.epsg)
    query = urlencode(list(request.args.items(multi=True)))
    return dump_json(
        base
        | {
            "image": f"/api/v1/hotspots/density.png?{query}",
            "bounds": list(picture.bounds),
            "cell_m": found.grid.cell_m,
            "crs": f"EPSG:{found.epsg}",
            "classes": [
                {"from": entry.from_value, "to": entry.to_value, "color": entry.color} for entry in picture.classes
            ],
        }
    )


def _picture(state: State, asked: Filter, width_m: float | None) -> bytes:
    found = find_density(state.reader, asked, bandwidth_m=width_m, now=state.clock())
    if found.grid is None:
        raise NotFound(found.reason)
    return density_image(found.grid, epsg=found.epsg).png
