"""Incidents one by one with their history, and as files."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, Response, current_app, request, send_file

from mapserver.services.exports import Export, collect_export, write_export
from mapserver.services.incident_records import IncidentRecord, change_json, incident_history, read_incident
from mapserver.web import params
from mapserver.web.responses import dump_json
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
    return record_answer(read_incident(State.of(current_app).store, str(record_id)))


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
    changes = incident_history(state.store, str(record_id))
    said = [change_json(change, state.settings.timezone) for change in changes]
    return _fresh(Response(dump_json({"id": str(record_id), "history": said}), mimetype="application/json"))


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
    return _fresh(answer)


@bp.get("/export.meta.json")
def export_meta() -> Response:
    """Where the rows of an exported file come from.

    Returns
    -------
    Response
        JSON: the provenance, the day of the export and the titles of the columns.
    """
    return _fresh(Response(dump_json(_collected().meta), mimetype="application/json"))


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
    return _fresh(answer)


def _collected() -> Export:
    params.only(request.args, ("with_withdrawn",))
    state = State.of(current_app)
    asked = replace(params.filter_of(request.args), with_withdrawn=params.yes_or_no(request.args, "with_withdrawn"))
    language = params.language_of(request.args, state.settings.lang)
    return collect_export(state.reader, asked, now=state.clock(), language=language)


def _fresh(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
