"""The page on which boundaries are imported and repaired."""

from __future__ import annotations

import json

from markupsafe import Markup

from mapserver.rendering.assets import asset_url
from mapserver.rendering.messages import boundary_messages
from mapserver.rendering.person import Person
from mapserver.rendering.templates import templates

__all__ = ["render_boundary_page"]


def render_boundary_page(language: str, nonce: str, person: Person) -> str:
    """Render the page; all that it shows comes from the API.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.
    nonce : str
        The Content-Security-Policy nonce of this answer.
    person : Person
        Who looks at it.

    Returns
    -------
    str
        An HTML document.
    """
    texts = boundary_messages(language)
    config = json.dumps({"lang": language, "messages": texts}, ensure_ascii=False).replace("<", "\\u003c")
    return (
        templates()
        .get_template("boundaries.html")
        .render(
            t=texts.__getitem__,
            lang=language,
            nonce=nonce,
            person=person,
            config_json=Markup(config),  # noqa: S704 - "<" is escaped in it
            js=asset_url("boundaries.js"),
            css=asset_url("boundaries.css"),
        )
    )
