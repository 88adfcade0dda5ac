"""The page on which boundaries are imported and repaired."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, current_app, request

from mapserver.rendering.boundary_page import render_boundary_page
from mapserver.web import params
from mapserver.web.people import person_now
from mapserver.web.responses import page_policy
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("boundary_page", __name__)

# What the page's script reads from the address itself.
_PAGE_NAMES = frozenset({"lang", "as_of", "level"})


@bp.get("/boundaries")
def boundary_page() -> Response:
    """Show the steps of an import of boundaries, and the repair queue.

    Returns
    -------
    Response
        HTML under a Content-Security-Policy with a nonce.
    """
    params.only(request.args, usual=_PAGE_NAMES)
    language = params.language_of(request.args, State.of(current_app).settings.lang)
    nonce = secrets.token_urlsafe(16)
    answer = Response(render_boundary_page(language, nonce, person_now()), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = page_policy(nonce)
    answer.headers["Cache-Control"] = "no-store"
    return answer
