"""Incidents one by one with their history, those at a place, and as files."""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, Response, current_app, request, send_file

from layers.errors import InvalidParameter
from layers.geo import VIETNAM
from layers.records import Filter
from layers.wording import Text
from mapserver.services.exports import Export, collect_export, write_export
from mapserver.services.incident_places import RADIUS_MAX_M, Spot, incidents_at
from mapserver.services.incident_records import IncidentRecord, change_json, incident_history, read_incident
from mapserver.services.second_fence import fenced
from mapserver.web import params
from mapserver.web.gate import viewer
from mapserver.web.responses import dump_json, fresh
from mapserver.web.state import State

__all__ = ["bp", "record_answer"]

bp = Blueprint("incident_records", __name__, url_prefix="/api/v1/incidents")

_MIMETYPE = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}


@bp.get("/<uuid:record_id>")
def one(record_id: UUID) -> Response:
    """One incident; its ETag is what a change is based on.

    Parameters
    ----------
    record_id : UUID
        The incident.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args)
    state = State.of(current_app)
    with fenced(state.store, viewer()):
        record = read_incident(state.store, str(record_id), ground=state.ground)
    return record_answer(record)


@bp.get("/<uuid:record_id>/history")
def history(record_id: UUID) -> Response:
    """History of one incident.

    Parameters
    ----------
    record_id : UUID
        The incident.

    Returns
    -------
    Response
        JSON, oldest first.
    """
    params.only(request.args)
    state = State.of(current_app)
    with fenced(state.store, viewer()):
        changes = incident_history(state.store, str(record_id), ground=state.ground)
    said = [change_json(change, state.settings.timezone) for change in changes]
    return fresh(Response(dump_json({"id": str(record_id), "history": said}), mimetype="application/json"))


@bp.get("/at")
def at() -> Response:
    """Find the records at a place, for those who see them as they are.

    Returns
    -------
    Response
        JSON: the nearest first, each with its distance in metres; empty where only counts may be seen.
    """
    params.only(request.args, ("lon", "lat", "radius_m", "with_withdrawn"), usual=params.FILTER_NAMES - {"bbox"})
    spot = Spot(
        _number("lon", VIETNAM.west, VIETNAM.east),
        _number("lat", VIETNAM.south, VIETNAM.north),
        _number("radius_m", 1, RADIUS_MAX_M),
    )
    state = State.of(current_app)
    found = incidents_at(state.reader, spot, _asked(), now=state.clock())
    zone = state.settings.timezone
    records = [each.record.as_json(zone) | {"distance_m": round(each.distance_m, 1)} for each in found]
    return fresh(Response(dump_json({"records": records}), mimetype="application/json"))


@bp.get("/export.<any(csv, xlsx, geojson):kind>")
def export(kind: str) -> Response:
    """Send the incidents of a filter as a file.

    Parameters
    ----------
    kind : str
        ``csv``, ``xlsx`` or ``geojson``.

    Returns
    -------
    Response
        A file. One of kind CSV names the address of its provenance in the header ``Link``.
    """
    collected = _collected()
    # Closed, and so deleted, when the answer has been sent.
    out = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=1_000_000))  # noqa: SIM115
    write_export(collected, kind, out)
    out.seek(0)
    answer = send_file(out, _MIMETYPE[kind], as_attachment=True, download_name=f"vu-viec.{kind}")
    if kind == "csv":
        query = request.query_string.decode("ascii", "replace")
        answer.headers["Link"] = f'<{bp.url_prefix}/export.meta.json?{query}>; rel="describedby"'
    return fresh(answer)


@bp.get("/export.meta.json")
def export_meta() -> Response:
    """Where the rows of an exported file come from.

    Returns
    -------
    Response
        JSON: the provenance, the day of the export and the titles of the columns.
    """
    return fresh(Response(dump_json(_collected().meta), mimetype="application/json"))


def record_answer(record: IncidentRecord, *, status: int = 200) -> Response:
    """Answer with one incident.

    Parameters
    ----------
    record : IncidentRecord
        The incident.
    status : int
        HTTP status.

    Returns
    -------
    Response
        JSON with the version of the record as strong ETag.
    """
    state = State.of(current_app)
    body = dump_json(record.as_json(state.settings.timezone))
    answer = Response(body, status=status, mimetype="application/json")
    answer.set_etag(str(record.row_version))
    return fresh(answer)


def _collected() -> Export:
    params.only(request.args, ("with_withdrawn",))
    state = State.of(current_app)
    language = params.language_of(request.args, state.settings.lang)
    return collect_export(state.reader, _asked(), now=state.clock(), language=language)


def _asked() -> Filter:
    return replace(params.filter_of(request.args), with_withdrawn=params.yes_or_no(request.args, "with_withdrawn"))


def _number(name: str, lowest: float, highest: float) -> float:
    text = request.args.get(name, "").strip()
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not lowest <= value <= highest:
        raise InvalidParameter(
            Text(f"Giá trị “{text}” của “{name}” không dùng được.", f"The value “{text}” of “{name}” cannot be used."),
            Text(f"Viết một số từ {lowest:g} đến {highest:g}.", f"Write a number from {lowest:g} to {highest:g}."),
        )
    return value
