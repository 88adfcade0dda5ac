"""The map in print, sent as a file."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, Response, current_app, request

from mapserver.rendering.print_map import draw, to_bytes
from mapserver.services.hotspot_maps import AT_ONCE
from mapserver.services.hotspot_requests import HotspotRequest, request_of
from mapserver.services.mapview import BENEATH_HOTSPOTS, DEFAULT_LAYERS, layer_keys
from mapserver.services.snapshots import PRINTED_OPTIONS, SheetRequest, print_data
from mapserver.web import params
from mapserver.web.responses import cached
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("snapshots", __name__)

_MIMETYPE = {"pdf": "application/pdf", "png": "image/png"}


@bp.get("/snapshot.<any(pdf, png):kind>")
def snapshot(kind: Literal["pdf", "png"]) -> Response:
    """Draw the map that the address describes.

    Parameters
    ----------
    kind : str
        ``pdf`` or ``png``.

    Returns
    -------
    Response
        A file.
    """
    params.only(request.args, ("layers", "bandwidth_m", "extent", "hotspots", *PRINTED_OPTIONS))
    asked = params.filter_of(request.args)
    spots = _hotspots()
    sheet = SheetRequest(
        visible=params.layers_of(request.args, layer_keys(), BENEATH_HOTSPOTS if spots else DEFAULT_LAYERS),
        bandwidth_m=params.bandwidth_m(request.args),
        extent=params.extent_of(request.args),
        hotspots=spots,
    )
    state = State.of(current_app)
    language = params.language_of(request.args, state.settings.lang)

    def drawn() -> bytes:
        data = print_data(state.reader, asked, sheet, now=state.clock(), conduct=AT_ONCE)
        return to_bytes(draw(data, language=language), kind)

    answer = cached(_MIMETYPE[kind], drawn)
    answer.headers["Content-Disposition"] = f'attachment; filename="ban-do-antt.{kind}"'
    return answer


def _hotspots() -> HotspotRequest | None:
    written = {name: request.args.get(name, "").strip() for name in ("hotspots", *PRINTED_OPTIONS)}
    given = {name: text for name, text in written.items() if text}
    method = given.pop("hotspots", None)
    return None if method is None else request_of({**given, "method": method})
