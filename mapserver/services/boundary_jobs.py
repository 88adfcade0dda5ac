"""Imports of boundaries as jobs: a check of a file that was sent, then its import as a person settled it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from layers.errors import AnttError, Conflict, NotFound
from layers.store import Store
from layers.store.base import Author
from layers.store.system import ACTIVE, Job
from layers.wording import Text
from mapserver.services.boundary_uploads import named_as_sent
from mapserver.services.following import Following
from mapserver.services.imports import BoundaryRequest, check_boundaries, keep_boundaries, read_incoming

__all__ = ["CHECK_BOUNDARIES", "IMPORT_BOUNDARIES", "BoundaryTask", "do_task", "file_of"]

CHECK_BOUNDARIES = "check_boundaries"
IMPORT_BOUNDARIES = "import_boundaries"
# Reading and checking, planning, and keeping where that is asked for.
_STEPS = {CHECK_BOUNDARIES: 2, IMPORT_BOUNDARIES: 2}


@dataclass(frozen=True)
class BoundaryTask:
    """What a person asked to be done with a boundary file that was sent.

    Parameters
    ----------
    request : BoundaryRequest
        What to import, and from where.
    file_name : str
        Name of the file as sent.
    who : str
        Who asked.
    language : str
        Language of the answer.
    """

    request: BoundaryRequest
    file_name: str
    who: str
    language: str

    def to_plain(self) -> dict[str, object]:
        """Write the task as plain values for the row of a job.

        Returns
        -------
        dict
            As `from_plain` reads it.
        """
        request = self.request
        return {
            **vars(request),
            "path": str(request.path),
            "valid_from": request.valid_from.isoformat(),
            "valid_to": request.valid_to and request.valid_to.isoformat(),
            "scope": list(request.scope),
            "mapping": dict(request.mapping),
            "file_name": self.file_name,
            "who": self.who,
            "language": self.language,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> BoundaryTask:
        """Read a task from the row of a job.

        Parameters
        ----------
        plain : mapping
            As `to_plain` wrote it.

        Returns
        -------
        BoundaryTask
            The same task.
        """
        values = dict(plain)
        own = {name: str(values.pop(name)) for name in ("file_name", "who", "language")}
        end = values["valid_to"]
        values |= {
            "path": Path(values["path"]),
            "valid_from": dt.date.fromisoformat(values["valid_from"]),
            "valid_to": dt.date.fromisoformat(end) if end else None,
            "scope": tuple(values["scope"]),
        }
        return cls(BoundaryRequest(**values), **own)


def do_task(
    store: Store, job: Job, following: Following, *, now: dt.datetime, rng: np.random.Generator
) -> dict[str, object]:
    """Check a boundary file, or import it.

    Parameters
    ----------
    store : Store
        The store of record.
    job : Job
        With a `BoundaryTask` as its request.
    following : Following
        How the work is followed.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    dict
        What `antt boundaries import --json` prints, with the file's name; ``state`` is ``cancelled`` when it
        was stopped, and then nothing was kept.

    Raises
    ------
    AnttError
        When the file cannot be used.
    """
    task = BoundaryTask.from_plain(job.request)
    request = replace(task.request, source=task.request.source or task.file_name)
    steps = _STEPS[job.kind]
    try:
        following.tell(0, steps)
        incoming = read_incoming(store, request, now=now, rng=rng)
        following.tell(1, steps)
        if not following.goes_on():
            return {"state": "cancelled"}
        if job.kind == CHECK_BOUNDARIES:
            result = check_boundaries(store, request, incoming)
        else:
            result = keep_boundaries(store, request, incoming, author=Author(task.who, _why(task), now))
    except AnttError as problem:
        raise named_as_sent(problem, request.path, task.file_name) from problem
    following.tell(steps, steps)
    found = result.as_json(task.language)
    return found | {"file": task.file_name, "valid_from": request.valid_from.isoformat(), "level": request.level}


def file_of(job: Job) -> tuple[Path, str]:
    """Find the file that an earlier job looked at.

    Parameters
    ----------
    job : Job
        A check of boundaries, or an import that was refused.

    Returns
    -------
    tuple of Path and str
        Where the file lies, and its name as sent.

    Raises
    ------
    NotFound
        When the job is of another kind, or the file is no longer kept.
    Conflict
        When the job is still at work on it.
    """
    if job.state in ACTIVE:
        raise Conflict(
            Text("Tệp này đang được kiểm tra.", "This file is being looked at."),
            Text("Chờ xong, hoặc dừng tác vụ rồi thử lại.", "Wait for the end, or stop the job and try again."),
        )
    path = Path(str(job.request.get("path", "")))
    if job.kind not in _STEPS or not path.is_file():
        raise NotFound(
            Text("Tệp đã tải lên không còn được giữ.", "The file that was sent is no longer kept."),
            Text("Tệp chỉ giữ đến khi nhập xong, lâu nhất một ngày. Chọn lại tệp.",
                 "A file is kept until it is imported, one day at most. Choose it again."),
        )  # fmt: skip
    return path, str(job.request["file_name"])


def _why(task: BoundaryTask) -> str:
    return " ".join(part for part in (f"Nhập ranh giới từ {task.file_name}", task.request.decree) if part)
