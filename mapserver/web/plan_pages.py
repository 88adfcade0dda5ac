"""The pages on which plans are listed and drawn."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, current_app, request

from mapserver.rendering.plan_page import render_plan_editor, render_plan_list
from mapserver.web import params
from mapserver.web.people import person_now
from mapserver.web.responses import page_policy
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("plan_pages", __name__, url_prefix="/plans")

# What the page's script reads from the address itself.
_PAGE_NAMES = frozenset({"lang", "with", "c"})


@bp.get("")
def listed() -> Response:
    """Show the list of plans.

    Returns
    -------
    Response
        HTML under a Content-Security-Policy with a nonce.
    """
    language, nonce = _asked_language(), secrets.token_urlsafe(16)
    return _page(render_plan_list(language, nonce, person_now()), nonce)


@bp.get("/<plan_id>")
def editor(plan_id: str) -> Response:
    """Show one plan, to read or to draw.

    Parameters
    ----------
    plan_id : str
        Which plan.

    Returns
    -------
    Response
        HTML under a Content-Security-Policy with a nonce.
    """
    language, nonce = _asked_language(), secrets.token_urlsafe(16)
    return _page(render_plan_editor(language, nonce, person_now(), plan_id=plan_id), nonce)


def _asked_language() -> str:
    params.only(request.args, usual=_PAGE_NAMES)
    return params.language_of(request.args, State.of(current_app).settings.lang)


def _page(text: str, nonce: str) -> Response:
    answer = Response(text, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = page_policy(nonce)
    answer.headers["Cache-Control"] = "no-store"
    return answer
