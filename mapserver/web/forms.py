"""Forms that bring files, and the jobs they start."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from flask import Response, current_app, request
from werkzeug.datastructures import FileStorage

from layers.access.policy import Action
from layers.errors import InvalidParameter, NotFound
from layers.store.system import Job
from layers.wording import Text
from mapserver.services.jobs import job_json, read_job
from mapserver.web import params
from mapserver.web.gate import viewer
from mapserver.web.responses import dump_json
from mapserver.web.state import State
from mapserver.web.writing import FORM_KEY_FIELD, author, only_names

__all__ = ["epsg_of", "job_answer", "mapping_of", "only_fields", "own_job", "sent_files"]

_BYTES_PER_MB = 1_000_000
# Room for the other parts of the form.
_FORM_BYTES = 100_000
_LONGEST_EPSG = 9


def sent_files(largest_mb: int, *, most: int = 1) -> list[FileStorage]:
    """Take the files of a form.

    Parameters
    ----------
    largest_mb : int
        All of them together are not larger.
    most : int
        How many there may be.

    Returns
    -------
    list of FileStorage
        At least one.

    Raises
    ------
    InvalidParameter
        When there is none or there are more.
    """
    request.max_content_length = largest_mb * _BYTES_PER_MB + _FORM_BYTES
    files = request.files.getlist("file")
    if request.mimetype != "multipart/form-data" or not 1 <= len(files) <= most or not all(f.filename for f in files):
        raise InvalidParameter(
            Text("Chưa có tệp nào được gửi lên.", "No file was sent."),
            Text("Gửi multipart/form-data với một tệp ở trường “file”.",
                 "Send multipart/form-data with one file in the field “file”."),
        )  # fmt: skip
    return files


def only_fields(known: Collection[str]) -> None:
    """Refuse a form with a field that is not understood.

    Parameters
    ----------
    known : collection of str
        The fields that are.

    Raises
    ------
    InvalidParameter
        When there is another.
    """
    only_names(set(request.form) - {FORM_KEY_FIELD}, sorted(known))


def mapping_of(texts: Sequence[str]) -> dict[str, str]:
    """Read which column of a file is which.

    Parameters
    ----------
    texts : sequence of str
        ``FIELD=COLUMN`` each.

    Returns
    -------
    dict of str to str
        Field -> column.

    Raises
    ------
    InvalidParameter
        When one is written otherwise.
    """
    pairs = [text.partition("=") for text in texts]
    for name, equals, column in pairs:
        if not (name.strip() and equals and column.strip()):
            raise InvalidParameter(
                Text(f"Không hiểu “map={name}{equals}{column}”.", f"“map={name}{equals}{column}” is not understood."),
                Text("Viết map=TRƯỜNG=CỘT.", "Write map=FIELD=COLUMN."),
            )
    return {name.strip(): column.strip() for name, _equals, column in pairs}


def epsg_of(text: str) -> int | None:
    """Read a coordinate system.

    Parameters
    ----------
    text : str
        Such as ``EPSG:9210`` or ``9210``; empty for none.

    Returns
    -------
    int or None
        The EPSG code.

    Raises
    ------
    InvalidParameter
        When it is written otherwise.
    """
    if not text.strip():
        return None
    digits = text.strip().upper().removeprefix("EPSG:")
    if not (digits.isdecimal() and digits.isascii() and len(digits) <= _LONGEST_EPSG):
        raise InvalidParameter(
            Text(f"Không hiểu hệ tọa độ “{text}”.", f"The coordinate system “{text}” is not understood."),
            Text("Viết EPSG:n, ví dụ EPSG:9210.", "Write EPSG:n, such as EPSG:9210."),
        )
    return int(digits)


def own_job(job_id: UUID) -> Job:
    """Find a job of whoever asks; administrators find every job.

    Parameters
    ----------
    job_id : UUID
        The job.

    Returns
    -------
    Job
        As it stands.

    Raises
    ------
    NotFound
        When there is no such job, or it is somebody else's.
    """
    state = State.of(current_app)
    found = read_job(state.system, str(job_id), now=state.clock())
    if found.request.get("who") != author().who and not viewer().may(Action.ADMINISTER):
        raise NotFound(
            Text("Không có công việc này.", "There is no such job."),
            Text("Chỉ người bắt đầu công việc và quản trị viên xem được.",
                 "A job is seen by whoever started it and by administrators."),
        )  # fmt: skip
    return found


def job_answer(found: Job, *, status: int = 200) -> Response:
    """Answer with a job.

    Parameters
    ----------
    found : Job
        The job.
    status : int
        HTTP status; 202 tells where the job is to be found.

    Returns
    -------
    Response
        JSON.
    """
    language = params.language_of(request.args, State.of(current_app).settings.lang)
    answer = Response(dump_json(job_json(found, language)), status=status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    if status == 202:
        answer.headers["Location"] = f"/api/v1/jobs/{found.job_id}"
    return answer
