"""Imports over the network, and the jobs that do them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import FileStorage

from layers.errors import InvalidParameter
from layers.geo import Bounds
from layers.store.system import Job
from layers.wording import Text, nfc, storable
from mapserver.services.imports_incidents import IncidentRequest
from mapserver.services.jobs import cancel_job, job_json, read_job, start_import
from mapserver.services.uploads import keep_upload, upload_folder
from mapserver.web import params
from mapserver.web.responses import dump_json
from mapserver.web.state import State
from mapserver.web.writing import author, require_this_machine

__all__ = ["bp"]

bp = Blueprint("jobs", __name__, url_prefix="/api/v1")

_BYTES_PER_MB = 1_000_000
_FIELDS = frozenset({"source", "crs", "encoding", "timezone", "on_change", "map"})
# Room for the other parts of the form.
_FORM_BYTES = 100_000


@bp.post("/imports")
def start() -> Response:
    """Take a file of incidents and start its import.

    Returns
    -------
    Response
        202 with the job.
    """
    require_this_machine()
    params.only(request.args)
    state = State.of(current_app)
    request.max_content_length = state.settings.max_upload_mb * _BYTES_PER_MB + _FORM_BYTES
    sent = _sent_file()
    _refuse_unknown_fields()
    asked = _request(state)
    with closing(sent):
        path = keep_upload(upload_folder(state.system.address), sent.filename or "", sent.save)
    job = start_import(state.system, replace(asked, path=path), now=state.clock(), rng=np.random.default_rng())
    answer = _answer(job, status=202)
    answer.headers["Location"] = f"{bp.url_prefix}/jobs/{job.job_id}"
    return answer


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
    state = State.of(current_app)
    return _answer(read_job(state.system, str(job_id), now=state.clock()))


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
    require_this_machine()
    params.only(request.args)
    state = State.of(current_app)
    return _answer(cancel_job(state.system, str(job_id), now=state.clock()), status=202)


def _answer(found: Job, *, status: int = 200) -> Response:
    language = params.language_of(request.args, State.of(current_app).settings.lang)
    answer = Response(dump_json(job_json(found, language)), status=status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sent_file() -> FileStorage:
    files = request.files.getlist("file")
    if request.mimetype != "multipart/form-data" or len(files) != 1 or not files[0].filename:
        raise InvalidParameter(
            Text("Chưa có tệp nào được gửi lên.", "No file was sent."),
            Text("Gửi multipart/form-data với một tệp ở trường “file”.",
                 "Send multipart/form-data with one file in the field “file”."),
        )  # fmt: skip
    return files[0]


def _refuse_unknown_fields() -> None:
    unknown = sorted(set(request.form) - _FIELDS)
    if unknown:
        listed = ", ".join(sorted(_FIELDS))
        raise InvalidParameter(
            Text(f"Không có trường “{unknown[0]}”.", f"There is no field “{unknown[0]}”."),
            Text(f"Dùng một trong: {listed}.", f"Use one of: {listed}."),
        )


def _request(state: State) -> IncidentRequest:
    form = request.form
    return IncidentRequest(
        path=Path(),
        source=_source(),
        timezone=form.get("timezone") or state.settings.timezone,
        mapping=_mapping(form.getlist("map")),
        crs=_epsg(form.get("crs", "")),
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


def _mapping(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    for name, equals, column in pairs:
        if not (name.strip() and equals and column.strip()):
            raise InvalidParameter(
                Text(f"Không hiểu “map={name}{equals}{column}”.", f"“map={name}{equals}{column}” is not understood."),
                Text("Viết map=TRƯỜNG=CỘT.", "Write map=FIELD=COLUMN."),
            )
    return {name.strip(): column.strip() for name, _equals, column in pairs}


def _epsg(text: str) -> int | None:
    if not text.strip():
        return None
    digits = text.strip().upper().removeprefix("EPSG:")
    if not digits.isdecimal():
        raise InvalidParameter(
            Text(f"Không hiểu hệ tọa độ “{text}”.", f"The coordinate system “{text}” is not understood."),
            Text("Viết EPSG:n, ví dụ EPSG:9210.", "Write EPSG:n, such as EPSG:9210."),
        )
    return int(digits)
