"""The OpenAPI document: one declaration for each address of the API, the rest read from the routes themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from inspect import getdoc
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.routing import Rule

from layers import __version__
from layers.errors import AnttError
from layers.hotspots.methods import METHOD_NAMES
from layers.hotspots.surfaces import KERNELS
from layers.incidents.values import SEVERITIES, STATUSES
from mapserver.errors import HTTP_STATUS
from mapserver.services.hotspot_requests import OPTION_NAMES, SHAPES, SLICES
from mapserver.services.reader import LEVELS
from mapserver.services.snapshots import PRINTED_METHODS, PRINTED_OPTIONS
from mapserver.web import params
from mapserver.web.openapi_bodies import body_of
from mapserver.web.responses import cached, dump_json

__all__ = ["TAKEN", "bp", "described", "is_described"]

bp = Blueprint("openapi", __name__)

_NONE: tuple[str, ...] = ()
_VINTAGE = tuple(sorted(params.VINTAGE_NAMES))
_FILTER = tuple(sorted(params.FILTER_NAMES))
_HOTSPOTS = ("method", *OPTION_NAMES)
_QUEUE = ("as_of", "lang", "level")

# Endpoint -> the parameters it takes. The pages for people are no part of the API.
TAKEN: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "boundary_imports.check": ("lang",),
    "boundary_imports.import_": ("lang",),
    "boundary_imports.send": ("lang",),
    "boundary_repairs.cards": _QUEUE,
    "boundary_repairs.decide": _QUEUE,
    "boundary_repairs.decide_small": _QUEUE,
    "health.healthz": _NONE,
    "health.readyz": _NONE,
    "health.version": _NONE,
    "hotspot_maps.backtest": (*_FILTER, *_HOTSPOTS),
    "hotspot_maps.run": (*_FILTER, *_HOTSPOTS),
    "hotspot_maps.start": (*_FILTER, *_HOTSPOTS, "task"),
    "hotspots.density": (*_FILTER, "bandwidth_m"),
    "hotspots.density_png": (*_FILTER, "bandwidth_m"),
    "incident_records.at": (*(name for name in _FILTER if name != "bbox"), "lon", "lat", "radius_m", "with_withdrawn"),
    "incident_records.export": (*_FILTER, "with_withdrawn"),
    "incident_records.export_meta": (*_FILTER, "with_withdrawn"),
    "incident_records.history": _FILTER,
    "incident_records.one": _FILTER,
    "incidents.points": _FILTER,
    "incidents.summary": _FILTER,
    "incidents_write.add": _FILTER,
    "incidents_write.edit": _FILTER,
    "incidents_write.reinstate": _FILTER,
    "incidents_write.withdraw": _FILTER,
    "jobs.cancel": _FILTER,
    "jobs.job": _FILTER,
    "jobs.start": _FILTER,
    "metrics.metrics": _NONE,
    "openapi.document": _NONE,
    "plans.add": ("lang",),
    "plans.borders": ("at", "lang"),
    "plans.branch": ("lang",),
    "plans.comment": ("lang",),
    "plans.comments": ("lang",),
    "plans.commit": ("lang",),
    "plans.compare": ("lang", "with"),
    "plans.entries": ("after", "lang"),
    "plans.figures": ("lang",),
    "plans.guides": ("as_of", "lang"),
    "plans.listed": ("lang",),
    "plans.move": ("lang",),
    "plans.one": ("lang",),
    "plans.points": ("lang",),
    "plans.redo": ("lang",),
    "plans.rename": ("lang",),
    "plans.settle": ("lang",),
    "plans.sheet": ("lang",),
    "plans.undo": ("lang",),
    "plans.units": ("lang",),
    "quarantine.listed": ("all", "import_id", "lang"),
    "quarantine.retry": ("lang",),
    "quarantine.sheet": ("import_id", "lang"),
    "recast.recast": (*(name for name in _FILTER if name != "unit"), "apart"),
    "recast.trend": _FILTER,
    "snapshots.snapshot": (*_FILTER, "bandwidth_m", "extent", "hotspots", "layers", *PRINTED_OPTIONS),
    "symbols.camera_counts": ("lang",),
    "symbols.cameras": _FILTER,
    "symbols.insets": _FILTER,
    "symbols.safezones": _FILTER,
    "tiles.incidents": _FILTER,
    "tiles.picture": _FILTER,
    "tiles.units": _VINTAGE,
    "units.counts": _FILTER,
    "units.lineage": _VINTAGE,
    "units.listed": _VINTAGE,
    "units.names": (*_VINTAGE, "q"),
    "units.search": (*_FILTER, "q"),
    "units.units": (*_FILTER, "level"),
    "vintages.listed": _NONE,
    "vintages.standards": _VINTAGE,
})  # fmt: skip

_REPEATED = frozenset({"category", "layers", "severity", "status"})
_REQUIRED = frozenset({"q"})
_DAY = {"type": "string", "format": "date"}
_YES_NO = {"type": "string", "enum": ["0", "1"]}
_LENGTH = {"type": "number", "exclusiveMinimum": 0}
_FOUR = {"type": "string", "pattern": r"^-?\d{1,3}(\.\d{1,6})?(,-?\d{1,3}(\.\d{1,6})?){3}$"}
_SCHEMAS: Mapping[str, dict[str, Any]] = MappingProxyType({
    "after": {"type": "integer", "minimum": 0},
    "all": _YES_NO,
    "apart": _YES_NO,
    "as_of": _DAY,
    "area": {"type": "string", "enum": ["units", "bbox"]},
    "at": {"type": "string", "enum": ["base", "now"]},
    "bandwidth_m": _LENGTH,
    "by": {"type": "string", "enum": list(SLICES)},
    "cell_m": _LENGTH,
    "bbox": _FOUR,
    "extent": _FOUR,
    "eps_days": _LENGTH,
    "eps_m": _LENGTH,
    "from": _DAY,
    "hotspots": {"type": "string", "enum": list(PRINTED_METHODS)},
    "kernel": {"type": "string", "enum": list(KERNELS)},
    "import_id": {"type": "string", "format": "uuid"},
    "lang": {"type": "string", "enum": ["vi", "en"]},
    "level": {"type": "string", "enum": list(LEVELS)},
    "method": {"type": "string", "enum": list(METHOD_NAMES)},
    "min_points": {"type": "integer", "minimum": 2},
    "period_days": _LENGTH,
    "periods": {"type": "integer", "minimum": 5, "maximum": 60},
    "permutations": {"type": "integer", "minimum": 19, "maximum": 99_999},
    "q": {"type": "string", "minLength": 1, "maxLength": 200},
    "rounding_m": _LENGTH,
    "seed": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    "severity": {"type": "string", "enum": list(SEVERITIES)},
    "shape": {"type": "string", "enum": list(SHAPES)},
    "status": {"type": "string", "enum": list(STATUSES)},
    "step_days": _LENGTH,
    "task": {"type": "string", "enum": ["run", "backtest"]},
    "to": _DAY,
    "with": {"type": "string", "format": "uuid"},
    "with_withdrawn": _YES_NO,
})  # fmt: skip
_TEXT = {"type": "string"}
_CONVERTERS: Mapping[str, dict[str, Any]] = MappingProxyType({
    "UUIDConverter": {"type": "string", "format": "uuid"},
    "IntegerConverter": {"type": "integer", "minimum": 0},
})  # fmt: skip
_PREFIXES = ("/api/", "/tiles/", "/snapshot", "/healthz", "/readyz", "/metrics")
_VARIABLE = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")


@bp.get("/api/v1/openapi.json")
def document() -> Response:
    """Describe every address of the API.

    Returns
    -------
    Response
        JSON, OpenAPI 3.1.
    """
    params.only(request.args, usual=frozenset())
    return cached("application/json", lambda: dump_json(described(current_app)), layers=())


def is_described(rule: Rule) -> bool:
    """Tell whether a route belongs to the API.

    Parameters
    ----------
    rule : werkzeug.routing.Rule
        A route.

    Returns
    -------
    bool
        False for pages and their parts.
    """
    return rule.rule.startswith(_PREFIXES)


def described(app: Flask) -> dict[str, Any]:
    """Write the document.

    Parameters
    ----------
    app : Flask
        The application.

    Returns
    -------
    dict
        OpenAPI 3.1.
    """
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(filter(is_described, app.url_map.iter_rules()), key=lambda rule: rule.rule):
        operations = paths.setdefault(_VARIABLE.sub(r"{\1}", rule.rule), {})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            operations[method.lower()] = _operation(app, rule, method)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bản đồ ANTT số hóa", "version": __version__},
        "paths": paths,
        "components": {"schemas": {"Problem": _problem()}, "securitySchemes": {"token": _BEARER}},
        "security": [{}, {"token": []}],
    }  # fmt: skip


_BEARER = {"type": "http", "scheme": "bearer"}


def _operation(app: Flask, rule: Rule, method: str) -> dict[str, Any]:
    said = (getdoc(app.view_functions[rule.endpoint]) or "").partition("\n")[0]
    problems = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    found: dict[str, Any] = {
        "operationId": f"{method.lower()}_{rule.endpoint.replace('.', '_')}",
        "summary": said,
        "parameters": [*_in_path(rule), *map(_in_query, TAKEN.get(rule.endpoint, _NONE))],
        "responses": {
            "200": {"description": "OK"},
            "default": {"description": "Problem", **problems},
        },
    }
    if method != "GET":
        found["requestBody"] = body_of(rule.endpoint)
    return found


def _in_path(rule: Rule) -> Iterator[dict[str, Any]]:
    converters = rule._converters  # noqa: SLF001 - the only place where werkzeug tells the kind of a variable
    for name, converter in converters.items():
        choices: Collection[str] = getattr(converter, "items", ())
        known = _CONVERTERS.get(type(converter).__name__, _TEXT)
        schema = {"type": "string", "enum": sorted(choices)} if choices else known
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(name: str) -> dict[str, Any]:
    schema = _SCHEMAS.get(name, _TEXT)
    if name in _REPEATED:
        schema = {"type": "array", "items": schema}
    return {"name": name, "in": "query", "required": name in _REQUIRED, "schema": schema}


def _problem() -> dict[str, Any]:
    codes = sorted(kind.code for kind in HTTP_STATUS if kind is not AnttError)
    texts = ("type", "title", "detail", "hint")
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "hint"],
        "properties": dict.fromkeys(texts, _TEXT)
        | {"status": {"type": "integer"}, "code": {"type": "string", "enum": ["fault", *codes]}},
    }
