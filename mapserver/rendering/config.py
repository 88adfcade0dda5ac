"""The configuration that the page's script reads: the `MapView` as plain data, in one language."""

from __future__ import annotations

from layers.catalog import INCIDENTS, categories, safezone_kinds
from layers.incidents.values import SEVERITIES, STATUSES
from layers.wording import Text
from mapserver.rendering.assets import asset_url
from mapserver.rendering.messages import map_messages, messages
from mapserver.rendering.person import THIS_MACHINE, Person
from mapserver.rendering.style import category_style
from mapserver.rendering.view import LayerView, MapView

__all__ = ["URLS", "page_config"]

URLS = {
    "units": "/api/v1/units",
    "unit_list": "/api/v1/units/list",
    "unit_counts": "/api/v1/units/counts",
    "unit_tiles": "/tiles/units/{z}/{x}/{y}.mvt",
    "incident_tiles": "/tiles/incidents/{z}/{x}/{y}.mvt",
    "vintages": "/api/v1/vintages",
    "search": "/api/v1/units/names",
    "lineage": "/api/v1/units/{unit}/lineage",
    "unit_page": "/units/{unit}",
    "points": "/api/v1/incidents/points",
    "summary": "/api/v1/incidents/summary",
    "trend": "/api/v1/incidents/trend",
    "recast": "/api/v1/incidents/recast",
    "density": "/api/v1/hotspots/density",
    "hotspot_run": "/api/v1/hotspots/run",
    "hotspot_backtest": "/api/v1/hotspots/backtest",
    "hotspot_jobs": "/api/v1/hotspots/jobs",
    "safezones": "/api/v1/safezones",
    "cameras": "/api/v1/cameras",
    "camera_counts": "/api/v1/cameras/counts",
    "insets": "/api/v1/insets",
    "snapshot_pdf": "/snapshot.pdf",
    "snapshot_png": "/snapshot.png",
}


def page_config(
    view: MapView, language: str, *, may_edit: bool = False, person: Person = THIS_MACHINE
) -> dict[str, object]:
    """Write a view as the page's script expects it.

    Parameters
    ----------
    view : MapView
        The map.
    language : str
        ``vi`` or ``en``.
    may_edit : bool
        Whether incidents may be written from the page.
    person : Person
        Whom it is drawn for.

    Returns
    -------
    dict
        Only plain values, ready for JSON.
    """
    texts = messages(language)
    period = view.filter.period
    return {
        "lang": language,
        "messages": map_messages(language),
        "title": texts["app.title"],
        "place": view.place.in_language(language),
        "extent": list(view.extent),
        "as_of": str(view.filter.as_of),
        "vintage": {"valid_from": _shown(view), "title": view.vintage.in_language(language)},
        "vintages": [str(day) for day in view.vintages],
        "time": _time(view, person),
        "default_filter": {
            "from": period.since and str(period.since),
            "to": period.until and str(period.until),
            "categories": list(view.filter.categories),
        },
        "notices": [notice.in_language(language) for notice in view.notices],
        "categories": _categories(language),
        "safezone_kinds": [
            {"slug": kind.slug, "title": kind.title.in_language(language), "symbol": kind.symbol}
            for kind in safezone_kinds()
        ],
        "layers": [_layer(layer, language) for layer in view.layers],
        "may_edit": may_edit,
        "may_export": person.can_export,
        "record": _record_words(language),
        "withheld": person.withheld and person.withheld.as_json(),
        "urls": {name: url for name, url in URLS.items() if person.counts_cameras or name != "camera_counts"},
        "parts": {"hotspots": {"js": asset_url("hotspots.js"), "css": asset_url("hotspots.css")}},
    }


def _time(view: MapView, person: Person) -> dict[str, str] | None:
    if view.first_day is None:
        return None
    withheld = person.withheld
    # Published counts stand on the first day of their month and for all of it.
    last = withheld.last_day if withheld and not withheld.own and withheld.last_day else view.last_day
    return {"first": str(view.first_day), "last": str(last)}


def _record_words(language: str) -> dict[str, object]:
    """Name the columns of an incident, and the values of those that have a list."""
    return {
        "columns": {column.name: column.title.in_language(language) for column in INCIDENTS.schema.columns},
        "severity": _listed(SEVERITIES, language),
        "status": _listed(STATUSES, language),
    }


def _listed(values: dict[str, Text], language: str) -> dict[str, str]:
    return {slug: title.in_language(language) for slug, title in values.items()}


def _categories(language: str) -> list[dict[str, str]]:
    return [
        {
            "slug": category.slug,
            "group": category.group,
            "title": category.title.in_language(language),
            "color": category_style(category.slug).color,
            "shape": category_style(category.slug).shape,
        }
        for category in categories()
    ]


def _layer(layer: LayerView, language: str) -> dict[str, object]:
    return {
        "key": layer.key,
        "title": layer.title.in_language(language),
        "kind": layer.kind,
        "url": layer.url,
        "visible": layer.visible,
        "symbol": layer.symbol,
        "ramp": list(layer.ramp),
    }


def _shown(view: MapView) -> str:
    # A vintage that is loaded ahead of its time is not the one on the map.
    day = view.filter.as_of
    return str(max((start for start in view.vintages if day is None or start <= day), default=""))
