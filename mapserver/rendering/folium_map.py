"""The live page, made by folium from a `MapView`. The only module that imports folium.

Data are never written into the page: they come from the API. Element ids are fixed, so two
renders of one view are equal. Every address in the page is this server's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import Figure
from markupsafe import Markup

from mapserver.rendering.assets import asset_url
from mapserver.rendering.config import page_config
from mapserver.rendering.messages import messages
from mapserver.rendering.person import THIS_MACHINE, Person
from mapserver.rendering.templates import templates
from mapserver.rendering.view import MapView

__all__ = ["Page", "render_page"]


@dataclass(frozen=True)
class Page:
    """What a page needs beside its map.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.
    nonce : str
        The Content-Security-Policy nonce of this answer.
    may_edit : bool
        Whether incidents may be written from this page.
    person : Person
        Who looks at it.
    """

    language: str
    nonce: str
    may_edit: bool = False
    person: Person = THIS_MACHINE


class SecurityMap(folium.Map):
    """A folium map that loads this program's own script and nothing from elsewhere.

    Parameters
    ----------
    view : MapView
        The map to draw.
    """

    _template = templates().from_string(
        "{% macro header(this, kwargs) %}{% endmacro %}"
        '{% macro html(this, kwargs) %}<div id="{{ this.get_name() }}" class="map" tabindex="0"></div>{% endmacro %}'
        "{% macro script(this, kwargs) %}"
        "const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojson }});\n"
        "{{ this.get_name() }}.fitBounds({{ this.box|tojson }});\n"
        "antt.start({{ this.get_name() }}, "
        'JSON.parse(document.getElementById("antt-config").textContent));'
        "{% endmacro %}"
    )

    def __init__(self, view: MapView) -> None:
        super().__init__(tiles=None)
        # folium keeps these lists on the class and fills them with addresses of other hosts.
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []
        self._name = "antt"
        self._id = "map"
        box = view.extent
        self.box = [[box.south, box.west], [box.north, box.east]]
        # Fractions of a zoom let the opening view fit its box on every screen.
        self.options = {"zoomControl": False, "attributionControl": False, "preferCanvas": True, "zoomSnap": 0.5}


class PageFigure(Figure):
    """The page around the map.

    Parameters
    ----------
    view : MapView
        The map to draw.
    page : Page
        Language and nonce.
    """

    def __init__(self, view: MapView, page: Page) -> None:
        super().__init__()
        self._id = "page"
        self.view = view
        self.page = page

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - the signature is branca's
        """Render the whole page.

        Parameters
        ----------
        **kwargs : object
            Passed on to folium's elements.

        Returns
        -------
        str
            An HTML document.
        """
        for child in self._children.values():
            child.render(**kwargs)
        texts = messages(self.page.language)
        config = page_config(self.view, self.page.language, may_edit=self.page.may_edit, person=self.page.person)
        shell = templates().get_template("shell.html")
        words = {"t": texts.__getitem__, "lang": self.page.language, "config": config, "person": self.page.person}
        body = shell.render(map_html=Markup(self.html.render(**kwargs)), **words)  # noqa: S704 - folium's own
        return (
            templates()
            .get_template("page.html")
            .render(
                body=Markup(body),  # noqa: S704 - rendered from our own template, which escapes
                config_json=Markup(_script_safe(config)),  # noqa: S704 - "<" is escaped in it
                script=Markup(self.script.render(**kwargs)),  # noqa: S704 - see above
                nonce=self.page.nonce,
                js=asset_url("antt.js"),
                css=asset_url("antt.css"),
                **words,
            )
        )


def _script_safe(config: dict[str, object]) -> str:
    # Inside a script element the only dangerous character is the one that could close it.
    return json.dumps(config, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def render_page(view: MapView, page: Page) -> str:
    """Render the live page.

    Parameters
    ----------
    view : MapView
        The map to draw.
    page : Page
        Language and nonce.

    Returns
    -------
    str
        An HTML document; the same view and page give the same text.
    """
    figure = PageFigure(view, page)
    figure.add_child(SecurityMap(view))
    return figure.render()
