"""The map page."""

from __future__ import annotations

import secrets
from dataclasses import replace

from flask import Blueprint, Response, current_app, request

from layers.access.policy import Action
from mapserver.rendering.folium_map import Page, render_page
from mapserver.services.mapview import DEFAULT_LAYERS, layer_keys, map_view
from mapserver.web import params
from mapserver.web.gate import viewer
from mapserver.web.people import person_now
from mapserver.web.responses import page_policy
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("pages", __name__)

# A few cells with many incidents each make no surface.
_OF_POINTS = frozenset({"density"})
# What the page's script reads from the address itself.
_PAGE_NAMES = ("as_of2", "c", "sel", "layers", "mode", "table", "hot", "hot_with", "hot_at")


@bp.get("/")
def map_page() -> Response:
    """Show the map; its whole state stands in the address.

    Returns
    -------
    Response
        HTML under a Content-Security-Policy with a nonce.
    """
    state = State.of(current_app)
    params.only(request.args, _PAGE_NAMES)
    language = params.language_of(request.args, state.settings.lang)
    visible = params.layers_of(request.args, layer_keys(), ())
    asked = params.filter_of(request.args)
    person = person_now()
    masked = person.withheld is not None and not person.withheld.own
    shown = visible or (set(DEFAULT_LAYERS) - _OF_POINTS if masked else DEFAULT_LAYERS)
    view = map_view(state.reader, asked, now=state.clock(), visible=shown)
    view = replace(view, layers=tuple(layer for layer in view.layers if layer.key not in person.hidden))
    nonce = secrets.token_urlsafe(16)
    page = Page(language, nonce, may_edit=viewer().may(Action.EDIT), person=person)
    answer = Response(render_page(view, page), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = page_policy(nonce)
    answer.headers["Cache-Control"] = "no-store"
    return answer
