"""Rows of imports that were set aside: looked at, taken home to be corrected, sent back."""

from __future__ import annotations

import io
from contextlib import closing
from uuid import UUID

import numpy as np
from flask import Blueprint, Response, current_app, request, send_file

from layers.catalog import INCIDENTS
from layers.errors import InvalidParameter
from layers.geo import Bounds
from layers.wording import Text
from mapserver.services.boundary_uploads import shown_name
from mapserver.services.jobs import start_job
from mapserver.services.own_rows import importer_json
from mapserver.services.quarantine import RetryRequest, expire, export_quarantine, rows_json, waiting_rows
from mapserver.services.quarantine_jobs import RETRY, retry_task
from mapserver.services.uploads import keep_upload, upload_folder
from mapserver.web import forms, params
from mapserver.web.gate import viewer
from mapserver.web.responses import dump_json
from mapserver.web.state import State
from mapserver.web.writing import author, require_write

__all__ = ["bp"]

bp = Blueprint("quarantine", __name__, url_prefix="/api/v1/quarantine")

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
def listed() -> Response:
    """Rows set aside from the imports of whoever asks; of all imports for whoever sees every incident.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, ("import_id", "all"), usual=frozenset({"lang"}))
    state, every = _swept(), params.yes_or_no(request.args, "all")
    rows = waiting_rows(state.store, _import_id(), every=every, whose=_whose())
    return _fresh(Response(dump_json({"rows": rows_json(state.store, rows)}), mimetype="application/json"))


@bp.get("/sheet.xlsx")
def sheet() -> Response:
    """Send the waiting rows of incidents as a sheet in which they are corrected.

    Returns
    -------
    Response
        XLSX.
    """
    params.only(request.args, ("import_id",), usual=frozenset({"lang"}))
    state, out = _swept(), io.BytesIO()
    language = params.language_of(request.args, state.settings.lang)
    export_quarantine(state.store, out, import_id=_import_id(), language=language, whose=_whose())
    out.seek(0)
    return _fresh(send_file(out, _SHEET, as_attachment=True, download_name="dong-giu-lai.xlsx"))


@bp.post("/retry")
def retry() -> Response:
    """Take a corrected sheet and try its rows again.

    Returns
    -------
    Response
        202 with the job.
    """
    require_write()
    params.only(request.args, usual=frozenset({"lang"}))
    state = State.of(current_app)
    (sent,) = forms.sent_files(state.settings.max_upload_mb)
    forms.only_fields(())
    with closing(sent):
        path = keep_upload(upload_folder(state.system.address), sent.filename or "", sent.save)
    asked = RetryRequest(path, author().who, Bounds(*state.settings.region), whose=_whose())
    importer = importer_json(viewer(), timezone=state.settings.timezone)
    name = shown_name(sent.filename or "")
    task = retry_task(asked, importer, name=name, days=state.settings.quarantine_days)
    job = start_job(state.system, RETRY, task, now=state.clock(), rng=np.random.default_rng())
    return forms.job_answer(job, status=202)


def _whose() -> str | None:
    return None if viewer().exact_area(INCIDENTS.key) is None else author().who


def _import_id() -> str | None:
    text = request.args.get("import_id", "").strip()
    try:
        return str(UUID(text)) if text else None
    except ValueError as problem:
        raise InvalidParameter(
            Text(f"Mã lần nhập “{text}” không dùng được.", f"The id “{text}” of an import cannot be used."),
            Text("Xem mã ở kết quả của lần nhập.", "The result of an import tells its id."),
        ) from problem


def _swept() -> State:
    state = State.of(current_app)
    expire(state.store, now=state.clock(), days=state.settings.quarantine_days)
    return state


def _fresh(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
