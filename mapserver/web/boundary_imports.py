"""Boundary files over the network: checked as a job, settled by a person, imported as another job."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
from flask import Blueprint, Response, current_app, request

from layers.errors import InvalidParameter
from layers.store.system import Job
from layers.wording import Text, nfc, storable
from mapserver.services.boundary_jobs import CHECK_BOUNDARIES, IMPORT_BOUNDARIES, BoundaryTask, file_of
from mapserver.services.boundary_uploads import keep_boundary_files
from mapserver.services.imports import BoundaryRequest
from mapserver.services.jobs import start_job
from mapserver.services.uploads import discard_unused, upload_folder
from mapserver.web import forms, params
from mapserver.web.state import State
from mapserver.web.writing import author, require_write

__all__ = ["bp"]

bp = Blueprint("boundary_imports", __name__, url_prefix="/api/v1/boundaries/imports")

_FIELDS = frozenset(
    {"valid_from", "valid_to", "level", "scope", "map", "crs", "encoding", "decree", "source", "partial"}
)
# Provinces are dissolved from communes, never loaded beside them.
_LEVELS = ("commune", "beat")
# A Shapefile or TAB with its companions, those that are not needed among them.
_MOST_FILES = 12


@bp.before_request
def _guard() -> None:
    require_write()
    params.only(request.args, usual=frozenset({"lang"}))


@bp.post("")
def send() -> Response:
    """Take a boundary file and start to look at it; nothing is imported.

    Returns
    -------
    Response
        202 with the job; its result is what `antt boundaries import --dry-run --json` prints.
    """
    state = State.of(current_app)
    sent = forms.sent_files(state.settings.max_upload_mb, most=_MOST_FILES)
    with ExitStack() as open_files:
        for file in sent:
            open_files.callback(file.close)
        forms.only_fields(_FIELDS)
        asked = _request(state)
        path, name = keep_boundary_files(_swept_folder(state), [(file.filename or "", file.save) for file in sent])
    return _started(CHECK_BOUNDARIES, replace(asked, path=path), name)


@bp.post("/<uuid:job_id>/check")
def check(job_id: UUID) -> Response:
    """Look again at the file of an earlier job, with other choices.

    Parameters
    ----------
    job_id : UUID
        The earlier job.

    Returns
    -------
    Response
        202 with the new job.
    """
    return _again(job_id, CHECK_BOUNDARIES)


@bp.post("/<uuid:job_id>/import")
def import_(job_id: UUID) -> Response:
    """Import the file of an earlier job.

    Parameters
    ----------
    job_id : UUID
        The earlier job.

    Returns
    -------
    Response
        202 with the new job.
    """
    if not request.form.get("valid_from", "").strip():
        raise InvalidParameter(
            Text("Chưa có ngày bắt đầu có hiệu lực.", "The first day in force is missing."),
            Text("Viết năm-tháng-ngày ở valid_from, ví dụ 2025-07-01.",
                 "Write year-month-day in valid_from, such as 2025-07-01."),
        )  # fmt: skip
    return _again(job_id, IMPORT_BOUNDARIES)


def _again(job_id: UUID, kind: str) -> Response:
    state = State.of(current_app)
    forms.only_fields(_FIELDS)
    asked = _request(state)
    path, name = file_of(forms.own_job(job_id))
    return _started(kind, replace(asked, path=path), name)


def _swept_folder(state: State) -> Path:
    folder = upload_folder(state.system.address)
    used = [Path(str(job.request["path"])) for job in state.system.active() if "path" in job.request]
    discard_unused(folder, used, now=state.clock())
    return folder


def _started(kind: str, asked: BoundaryRequest, name: str) -> Response:
    state = State.of(current_app)
    language = params.language_of(request.args, state.settings.lang)
    task = BoundaryTask(asked, name, author().who, language)
    job: Job = start_job(state.system, kind, task.to_plain(), now=state.clock(), rng=np.random.default_rng())
    return forms.job_answer(job, status=202)


def _request(state: State) -> BoundaryRequest:
    form = request.form
    return BoundaryRequest(
        path=Path(),
        valid_from=params.day_of(form, "valid_from") or state.today(),
        valid_to=params.day_of(form, "valid_to"),
        level=_level(form.get("level", "").strip() or _LEVELS[0]),
        scope=tuple(code.strip() for code in form.getlist("scope") if code.strip()),
        mapping=forms.mapping_of(form.getlist("map")),
        crs=forms.epsg_of(form.get("crs", "")),
        encoding=form.get("encoding", "").strip() or None,
        decree=_text("decree") or None,
        source=_text("source"),
        partial=params.yes_or_no(form, "partial"),
    )


def _text(name: str) -> str:
    return storable(nfc(request.form.get(name, "")))


def _level(text: str) -> str:
    if text not in _LEVELS:
        raise InvalidParameter(
            Text(f"Không nhập được cấp “{text}”.", f"Units of the level “{text}” cannot be imported."),
            Text("Dùng level=commune (xã, phường) hoặc level=beat (địa bàn); tỉnh được gộp từ xã.",
                 "Use level=commune or level=beat; provinces are dissolved from communes."),
        )  # fmt: skip
    return text
