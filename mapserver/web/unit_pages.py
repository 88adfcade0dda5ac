"""A page for each unit version: drawn by the server, complete without a script."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from layers.records import UnitRef
from mapserver.rendering.unit_page import render_choice, render_unit
from mapserver.services.unit_pages import unit_sheet
from mapserver.web import params
from mapserver.web.state import State

__all__ = ["PREFIX", "bp"]

PREFIX = "/units/"
_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_MULTIPLE_CHOICES = 300

bp = Blueprint("unit_pages", __name__)


@bp.get(f"{PREFIX}<reference>")
def unit_page(reference: str) -> Response:
    """Show one unit: facts, family, standards, and what else its code stood for.

    Parameters
    ----------
    reference : str
        ``code@valid_from``; a bare code leads to the page that lists its versions unless it is certain.

    Returns
    -------
    Response
        HTML; with status 300 where a bare code means several units.
    """
    params.only(request.args, usual=params.VINTAGE_NAMES)
    state = State.of(current_app)
    language = params.language_of(request.args, state.settings.lang)
    as_of, unit = params.filter_of(request.args).as_of, UnitRef.parse(reference)
    families = state.unit_names.families()
    found = families.candidates(unit, as_of or state.today())
    if len(found) > 1:
        return _page(render_choice(found, language), status=_MULTIPLE_CHOICES)
    sheet = unit_sheet(state.reader, families, found[0], as_of=as_of, now=state.clock())
    return _page(render_unit(sheet, language))


def _page(text: str, *, status: int = 200) -> Response:
    answer = Response(text, status=status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer
