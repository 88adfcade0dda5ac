"""The pages on which plans are listed and drawn."""

from __future__ import annotations

import json

from markupsafe import Markup

from mapserver.rendering.assets import asset_url
from mapserver.rendering.messages import plan_messages
from mapserver.rendering.person import Person
from mapserver.rendering.templates import templates

__all__ = ["render_plan_editor", "render_plan_list"]


def render_plan_list(language: str, nonce: str, person: Person) -> str:
    """Render the list of plans; all that it shows comes from the API.

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
    return _rendered("plans.html", language, nonce, person=person, plan_id=None)


def render_plan_editor(language: str, nonce: str, person: Person, *, plan_id: str) -> str:
    """Render the page of one plan; all that it shows comes from the API.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.
    nonce : str
        The Content-Security-Policy nonce of this answer.
    person : Person
        Who looks at it.
    plan_id : str
        Which plan; whether there is one is found out by the page.

    Returns
    -------
    str
        An HTML document.
    """
    return _rendered("plan.html", language, nonce, person=person, plan_id=plan_id)


def _rendered(template: str, language: str, nonce: str, *, person: Person, plan_id: str | None) -> str:
    texts = plan_messages(language)
    config = {"lang": language, "messages": texts, "plan": plan_id, "name": person.name}
    return (
        templates()
        .get_template(template)
        .render(
            t=texts.__getitem__,
            lang=language,
            nonce=nonce,
            person=person,
            config_json=Markup(json.dumps(config, ensure_ascii=False).replace("<", "\\u003c")),  # noqa: S704 - "<" is escaped in it
            js=asset_url("planning.js"),
            css=asset_url("planning.css"),
        )
    )
