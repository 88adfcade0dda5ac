"""What the addresses that write take: the fields of each body, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from layers.incidents.values import SEVERITIES, STATUSES
from layers.planning.operations import OPERATIONS
from mapserver.services.incident_desk import HAND_FIELDS

__all__ = ["BODIES", "body_of"]

_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": "number"}
_VERSION: dict[str, Any] = {"type": "integer", "minimum": 0}
_REASON: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 500}
_DAY: dict[str, Any] = {"type": "string", "format": "date"}
_MOMENT: dict[str, Any] = {"type": "string", "examples": ["2026-10-01 15:30", "2026-10-01"]}
_FILES: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "binary"}}
_PAIRS: dict[str, Any] = {"type": "array", "items": {"type": "string", "pattern": "^[^=]+=[^=]+$"}}

_NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
_PLAN_NAME: dict[str, Any] = _NAME | {"maxLength": 160}
_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_PLACE: dict[str, Any] = {"type": "array", "prefixItems": [{"type": "integer"}] * 2, "minItems": 2, "maxItems": 2}
# How a field of an operation is written, by the type it is declared with.
_OPERATION_FIELDS: Mapping[str, dict[str, Any]] = {
    "str": _NAME,
    "Code": {"type": "string", "pattern": "^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$"},
    "bool": {"type": "boolean"},
    "Place": _PLACE,
    "Line": {"type": "array", "items": _PLACE, "minItems": 2, "maxItems": 20_000},
    "tuple[tuple[Place, Place], ...]": {
        "type": "array", "items": {"type": "array", "items": _PLACE, "minItems": 2, "maxItems": 2}, "maxItems": 20_000,
    },
}  # fmt: skip


def _operations() -> dict[str, Any]:
    kinds = []
    for name, kind in OPERATIONS.items():
        written = {field.name: _OPERATION_FIELDS[str(field.type)] for field in fields(kind)}
        needed = ["kind", *(field for field in written if field != "apart")]
        properties = {"kind": {"const": name}} | written
        kinds.append({"type": "object", "properties": properties, "required": needed, "additionalProperties": False})
    return {"oneOf": kinds}


_RECORD: dict[str, dict[str, Any]] = {name: {"type": ["string", "null"]} for name in HAND_FIELDS} | {
    "occurred_from": _MOMENT,
    "lon": _NUMBER,
    "lat": _NUMBER,
    "location_accuracy_m": _NUMBER,
    "severity": {"type": ["string", "null"], "enum": [*SEVERITIES, None]},
    "status": {"type": ["string", "null"], "enum": [*STATUSES, None]},
}
_FILE: dict[str, dict[str, Any]] = {"file": _FILES}
_READ_AS: dict[str, dict[str, Any]] = {"map": _PAIRS, "crs": _TEXT, "encoding": _TEXT, "source": _TEXT}
_BORDERS: dict[str, dict[str, Any]] = _READ_AS | {
    "valid_from": _DAY,
    "valid_to": _DAY,
    "level": {"type": "string", "enum": ["commune", "beat"]},
    "scope": {"type": "array", "items": _TEXT},
    "decree": _TEXT,
    "partial": _TEXT,
}

# Endpoint -> field -> its schema, and which fields are needed.
BODIES: Mapping[str, tuple[dict[str, dict[str, Any]], tuple[str, ...]]] = MappingProxyType({
    "boundary_imports.check": (_BORDERS, ()),
    "boundary_imports.import_": (_BORDERS, ("valid_from",)),
    "boundary_imports.send": (_FILE | _BORDERS, ("file",)),
    "boundary_repairs.decide": (
        {"action": {"type": "string", "enum": ["accept", "give", "leave"]}, "to": _TEXT, "row_version": _VERSION,
         "reason": _REASON},
        ("action", "row_version"),
    ),
    "boundary_repairs.decide_small": ({"accept_below_m2": _NUMBER, "reason": _REASON}, ("accept_below_m2",)),
    # What is asked for stands in the address, as where it is answered at once.
    "hotspot_maps.start": ({}, ()),
    "incidents_write.add": (_RECORD | {"reason": _REASON}, ("category", "occurred_from", "reason")),
    "incidents_write.edit": (_RECORD | {"reason": _REASON, "row_version": _VERSION}, ("reason", "row_version")),
    "incidents_write.reinstate": ({"reason": _REASON, "row_version": _VERSION}, ("reason", "row_version")),
    "incidents_write.withdraw": ({"reason": _REASON, "row_version": _VERSION}, ("reason", "row_version")),
    "jobs.cancel": ({}, ()),
    "jobs.start": (
        _FILE | _READ_AS | {"timezone": _TEXT, "on_change": {"type": "string", "enum": ["update", "quarantine"]}},
        ("file", "source"),
    ),
    "plans.add": (
        {"name": _PLAN_NAME, "level": {"type": "string", "enum": ["commune", "beat"]}, "parent": _TEXT, "as_of": _DAY},
        ("name", "parent"),
    ),
    "plans.branch": ({"name": _PLAN_NAME}, ("name",)),
    "plans.comment": (
        {"text": {"type": "string", "minLength": 1, "maxLength": 2000}, "entry_number": _WHOLE, "unit": _TEXT,
         "arc": _TEXT},
        ("text",),
    ),
    "plans.commit": ({"operation": _operations(), "seen": _WHOLE, "reason": _REASON}, ("operation", "seen")),
    "plans.move": (
        {"to": {"type": "string", "enum": ["draft", "in_review", "approved", "scheduled"]}, "row_version": _VERSION,
         "reason": _REASON, "effective_on": _DAY, "decree": {"type": "string", "maxLength": 200}},
        ("to", "row_version"),
    ),
    "plans.redo": ({"seen": _WHOLE, "reason": _REASON}, ("seen",)),
    "plans.rename": ({"name": _PLAN_NAME, "row_version": _VERSION}, ("name", "row_version")),
    "plans.settle": ({"row_version": _VERSION}, ("row_version",)),
    "plans.undo": ({"seen": _WHOLE, "reason": _REASON}, ("seen",)),
    "quarantine.retry": (_FILE, ("file",)),
})  # fmt: skip

_FORMS = frozenset({
    "boundary_imports.check", "boundary_imports.import_", "boundary_imports.send", "jobs.start", "quarantine.retry",
})  # fmt: skip


def body_of(endpoint: str) -> dict[str, Any]:
    """Describe the body that an address takes.

    Parameters
    ----------
    endpoint : str
        A key of `BODIES`.

    Returns
    -------
    dict
        The ``requestBody`` of its operation.

    Examples
    --------
    >>> list(body_of("incidents_write.withdraw")["content"])
    ['application/json']
    >>> body_of("incidents_write.withdraw")["content"]["application/json"]["schema"]["required"]
    ['reason', 'row_version']
    """
    fields, needed = BODIES[endpoint]
    kind = "multipart/form-data" if endpoint in _FORMS else "application/json"
    schema = {"type": "object", "properties": fields, "required": list(needed), "additionalProperties": False}
    return {"required": bool(needed), "content": {kind: {"schema": schema}}}
