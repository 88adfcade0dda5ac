"""The page a person sees when an address of the map is not understood."""

from __future__ import annotations

from collections.abc import Mapping

from mapserver.rendering.assets import asset_url
from mapserver.rendering.messages import messages
from mapserver.rendering.templates import templates

__all__ = ["render_refusal"]


def render_refusal(said: Mapping[str, object], language: str) -> str:
    """Render the refusal of a page.

    Parameters
    ----------
    said : mapping
        ``message`` and ``hint``.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    str
        An HTML document with a link back to the map.
    """
    page = templates().get_template("refusal.html")
    return page.render(said=said, lang=language, t=messages(language).__getitem__, css=asset_url("antt.css"))
