"""Imports over the network, and the jobs that do them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
from flask import Blueprint, Response, current_app, request

from layers.errors import AnttError, InvalidParameter
from layers.geo import Bounds
from layers.wording import Text, nfc, storable
from mapserver.services.boundary_uploads import named_as_sent, shown_name
from mapserver.services.imports_incidents import IncidentRequest
from mapserver.services.jobs import cancel_job, start_import
from mapserver.services.uploads import keep_upload, upload_folder
from mapserver.web import forms, params
from mapserver.web.gate import viewer
from mapserver.web.state import State
from mapserver.web.writing import author, require_write

__all__ = ["bp"]

bp = Blueprint("jobs", __name__, url_prefix="/api/v1")

_FIELDS = frozenset({"source", "crs", "encoding", "timezone", "on_change", "map"})


@bp.post("/imports")
def start() -> Response:
    """Take a file of incidents and start its import.

    Returns
    -------
    Response
        202 with the job.
    """
    require_write()
    params.only(request.args)
    state = State.of(current_app)
    (sent,) = forms.sent_files(state.settings.max_upload_mb)
    forms.only_fields(_FIELDS)
    asked = _request(state)
    with closing(sent):
        path = keep_upload(upload_folder(state.system.address), sent.filename or "", sent.save)
    try:
        found, zone = replace(asked, path=path), state.settings.timezone
        now, rng = state.clock(), np.random.default_rng()
        job = start_import(state.system, found, viewer(), zone=zone, now=now, rng=rng)
    except AnttError as problem:
        raise named_as_sent(problem, path, shown_name(sent.filename or "")) from problem
    return forms.job_answer(job, status=202)


@bp.get("/jobs/<uuid:job_id>")
def job(job_id: UUID) -> Response:
    """How far a job is, or how it ended.

    Parameters
    ----------
    job_id : UUID
        The job.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args)
    return forms.job_answer(forms.own_job(job_id))


@bp.post("/jobs/<uuid:job_id>/cancel")
def cancel(job_id: UUID) -> Response:
    """Ask a job to stop; what it has written stays.

    Parameters
    ----------
    job_id : UUID
        The job.

    Returns
    -------
    Response
        JSON: the job.
    """
    require_write()
    params.only(request.args)
    forms.own_job(job_id)
    state = State.of(current_app)
    return forms.job_answer(cancel_job(state.system, str(job_id), now=state.clock()), status=202)


def _request(state: State) -> IncidentRequest:
    form = request.form
    return IncidentRequest(
        path=Path(),
        source=_source(),
        timezone=form.get("timezone") or state.settings.timezone,
        mapping=forms.mapping_of(form.getlist("map")),
        crs=forms.epsg_of(form.get("crs", "")),
        encoding=form.get("encoding") or None,
        who=author().who,
        on_change=form.get("on_change") or "update",
        region=Bounds(*state.settings.region),
    )


def _source() -> str:
    source = storable(nfc(request.form.get("source", "")))
    if not source:
        raise InvalidParameter(
            Text("Chưa nêu tên nguồn dữ liệu (source).", "The name of the source is missing (source)."),
            Text("Cùng một nguồn thì dùng cùng một tên, để vụ việc không bị nhập hai lần.",
                 "Use the same name for the same source, so that no incident is doubled."),
        )  # fmt: skip
    return source
