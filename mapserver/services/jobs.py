"""Long work behind the requests: started by one process, done by another, never stuck."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from layers.access.viewer import Viewer
from layers.errors import AnttError
from layers.geo import Bounds
from layers.incidents.columns import guess_mapping, with_overrides
from layers.incidents.places import check_epsg
from layers.incidents.reading import open_table
from layers.incidents.times import check_timezone
from layers.records import new_ids
from layers.store import Store
from layers.store.system import Job, SystemStore
from layers.store.system_accounts import Accounts
from layers.wording import Text
from mapserver.services.boundary_jobs import CHECK_BOUNDARIES, IMPORT_BOUNDARIES, do_task
from mapserver.services.following import Following
from mapserver.services.hotspot_jobs import HOTSPOTS, do_hotspots
from mapserver.services.imports_incidents import IncidentRequest, Watch, import_incidents
from mapserver.services.own_rows import importer_json, rows_of_importer
from mapserver.services.quarantine_jobs import RETRY, do_retry
from mapserver.services.uploads import discard

__all__ = ["IMPORT", "Shift", "cancel_job", "job_json", "read_job", "run_next", "start_import", "start_job"]

IMPORT = "import_incidents"

_LONLAT_EPSG = 4326
_LOG = logging.getLogger("antt")
_HEARTBEAT_S = 2.0
# Far above the heartbeat: a machine that is only slow must not lose its job.
_LONGEST_SILENCE = dt.timedelta(seconds=60)

_SILENT = Text("Máy chủ dừng giữa chừng. Tải lại tệp hoặc chạy lại để làm tiếp; không bản ghi nào bị nhập hai lần.",
               "The server stopped on the way. Start it or send the file again; no record is doubled.")  # fmt: skip
_ASKED = Text("Đang dừng theo yêu cầu.", "Stopping, as asked.")
_CANCELLED = Text("Đã dừng theo yêu cầu; phần đã ghi được giữ lại.", "Stopped, as asked; what was written is kept.")
_DONE = Text("Đã xong.", "Done.")
_FAULT = Text("Chương trình gặp lỗi.", "The program has a fault.")


@dataclass(frozen=True)
class Shift:
    """What a process that does jobs is given.

    Parameters
    ----------
    store : Store
        The store of record.
    system : SystemStore
        Where the jobs are.
    clock : callable
        Tells the moment.
    rng : numpy.random.Generator
        Source of ids.
    stopping : callable
        Says whether the process is to end.
    """

    store: Store
    system: SystemStore
    clock: Callable[[], dt.datetime]
    rng: np.random.Generator
    stopping: Callable[[], bool] = field(default=lambda: False)


def start_job(
    system: SystemStore, kind: str, request: Mapping[str, object], *, now: dt.datetime, rng: np.random.Generator
) -> Job:
    """Put work behind what waits already.

    Parameters
    ----------
    system : SystemStore
        Where the jobs are.
    kind : str
        What is to be done.
    request : mapping
        Everything needed to do it; plain values.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the id.

    Returns
    -------
    Job
        In state ``queued``.
    """
    job = Job(new_ids(1, now=now, rng=rng)[0], kind, request, created_at=now, heartbeat_at=now)
    system.add(job)
    return system.job(job.job_id)


def start_import(
    system: SystemStore,
    request: IncidentRequest,
    viewer: Viewer,
    *,
    zone: str,
    now: dt.datetime,
    rng: np.random.Generator,
) -> Job:
    """Look whether an uploaded file can be a table of incidents, and put its import behind what waits.

    Parameters
    ----------
    system : SystemStore
        Where the jobs are.
    request : IncidentRequest
        What to import; its file is deleted when the job has ended, and at once when it is refused.
    viewer : Viewer
        Who imports: rows outside the area are set aside.
    zone : str
        IANA name of the zone that defines today.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the id.

    Returns
    -------
    Job
        In state ``queued``.

    Raises
    ------
    AnttError
        When the file is not a table, or the columns or the coordinate system named do not exist.
    """
    try:
        table = open_table(request.path, encoding=request.encoding)
        with_overrides(guess_mapping(table.columns), request.mapping, table.columns)
        check_epsg(request.crs or table.epsg or _LONLAT_EPSG)
        check_timezone(request.timezone)
        plain = {entry.name: getattr(request, entry.name) for entry in fields(request)}
        importer = importer_json(viewer, timezone=zone)
        plain |= {"path": str(request.path), "mapping": dict(request.mapping), "importer": importer}
        return start_job(system, IMPORT, plain, now=now, rng=rng)
    except AnttError:
        discard(request.path)
        raise


def read_job(system: SystemStore, job_id: str, *, now: dt.datetime) -> Job:
    """Look at a job; one whose process fell silent is given up first.

    Parameters
    ----------
    system : SystemStore
        Where the jobs are.
    job_id : str
        The job.
    now : datetime
        The moment.

    Returns
    -------
    Job
        As it stands.

    Raises
    ------
    NotFound
        When there is no such job.
    """
    system.give_up_silent(now - _LONGEST_SILENCE, message=_SILENT, now=now)
    return system.job(job_id)


def cancel_job(system: SystemStore, job_id: str, *, now: dt.datetime) -> Job:
    """Ask a job to stop; one that has ended stays as it ended.

    Parameters
    ----------
    system : SystemStore
        Where the jobs are.
    job_id : str
        The job.
    now : datetime
        The moment.

    Returns
    -------
    Job
        ``cancelled`` when it still waited, ``cancelling`` until its next step otherwise.

    Raises
    ------
    NotFound
        When there is no such job.
    """
    waiting = system.job(job_id)
    system.ask_to_stop(job_id, message=_CANCELLED if waiting.state == "queued" else _ASKED, now=now)
    asked = read_job(system, job_id, now=now)
    if waiting.state == "queued" and asked.state == "cancelled":
        _clear(asked)
    return asked


def job_json(job: Job, language: str) -> dict[str, object]:
    """Write a job as plain values; the request is left out, it holds places on the server's disk.

    Parameters
    ----------
    job : Job
        The job.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    dict
        ``id, kind, state, progress, total, message, created_at, heartbeat_at, finished_at, result``.
    """
    return {
        "id": job.job_id,
        "kind": job.kind,
        "state": job.state,
        "progress": job.progress,
        "total": job.total,
        "message": job.message.in_language(language),
        "created_at": job.created_at.isoformat(),
        "heartbeat_at": job.heartbeat_at.isoformat(),
        "finished_at": job.finished_at and job.finished_at.isoformat(),
        "result": job.result,
    }


def run_next(shift: Shift) -> Job | None:
    """Do the job that waits longest and write how it ended, whatever happens on the way.

    Parameters
    ----------
    shift : Shift
        Stores, clock and chance.

    Returns
    -------
    Job or None
        As it ended; None when none waits.
    """
    now = shift.clock()
    shift.system.give_up_silent(now - _LONGEST_SILENCE, message=_SILENT, now=now)
    job = shift.system.claim(now)
    if job is None:
        return None
    work = _Work(shift, job)
    # In a thread of its own, so that signs of life do not depend on how long one step takes.
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(_do, work)
        while not wait([doing], timeout=_HEARTBEAT_S).done:
            work.goes_on()
    problem = doing.exception()
    work.goes_on()
    if problem is None:
        _end_well(work, doing.result())
    else:
        _end_badly(work, problem)
    ended = shift.system.job(job.job_id)
    _clear(ended)
    return ended


@dataclass
class _Work:
    shift: Shift
    job: Job
    progress: int = 0
    total: int = 0

    def tell(self, done: int, total: int) -> None:
        self.progress, self.total = done, total

    def goes_on(self) -> bool:
        now = self.shift.clock()
        asked = self.shift.system.beat(self.job.job_id, progress=self.progress, total=self.total, now=now)
        return asked and not self.shift.stopping()


def _import(work: _Work) -> dict[str, object]:
    asked: dict[str, Any] = dict(work.job.request)
    region, importer = asked.pop("region"), asked.pop("importer")
    request = IncidentRequest(path=Path(asked.pop("path")), region=None if region is None else Bounds(*region), **asked)
    shift, now = work.shift, work.shift.clock()
    watch = Watch(progress=work.tell, cancelled=lambda: not work.goes_on(), clock=shift.clock)
    own = rows_of_importer(shift.store, importer, now=now)
    return import_incidents(shift.store, request, now=now, rng=shift.rng, watch=watch, own=own).as_json()


def _retry(work: _Work) -> dict[str, object]:
    shift = work.shift
    return do_retry(shift.store, work.job, now=shift.clock(), rng=shift.rng)


def _boundaries(work: _Work) -> dict[str, object]:
    shift = work.shift
    return do_task(shift.store, work.job, Following(work.tell, work.goes_on), now=shift.clock(), rng=shift.rng)


def _hotspots(work: _Work) -> dict[str, object]:
    shift = work.shift
    accounts, following = Accounts(shift.system.file), Following(work.tell, work.goes_on)
    return do_hotspots(shift.store, work.job, following, accounts=accounts, now=shift.clock())


_KINDS: dict[str, Callable[[_Work], dict[str, object]]] = {
    IMPORT: _import,
    RETRY: _retry,
    CHECK_BOUNDARIES: _boundaries,
    IMPORT_BOUNDARIES: _boundaries,
    HOTSPOTS: _hotspots,
}


def _do(work: _Work) -> dict[str, object]:
    return _KINDS[work.job.kind](work)


def _end_well(work: _Work, result: dict[str, object]) -> None:
    system, job_id, now = work.shift.system, work.job.job_id, work.shift.clock()
    if result.get("state") != "cancelled":
        system.finish(job_id, "done", message=_DONE, result=result, now=now)
    elif system.job(job_id).state == "cancelling":
        system.finish(job_id, "cancelled", message=_CANCELLED, result=result, now=now)
    else:
        system.finish(job_id, "interrupted", message=_SILENT, result=result, now=now)


def _end_badly(work: _Work, problem: BaseException) -> None:
    system, now = work.shift.system, work.shift.clock()
    if isinstance(problem, AnttError):
        error = {"code": problem.code, "hint": problem.hint.vi, "hint_en": problem.hint.en}
        system.finish(work.job.job_id, "failed", message=problem.message, result={"error": error}, now=now)
        return
    _LOG.error("fault while doing job %s", work.job.job_id, exc_info=problem)
    system.finish(work.job.job_id, "failed", message=_FAULT, result={"error": {"code": AnttError.code}}, now=now)


def _clear(job: Job) -> None:
    # A boundary file is kept till it is imported: a person may settle its encoding or system first.
    if job.kind in {IMPORT, RETRY} or (job.kind == IMPORT_BOUNDARIES and job.state == "done"):
        discard(Path(str(job.request["path"])))
