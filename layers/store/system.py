"""Jobs: the long work a server does behind the requests, kept in the system file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from layers.errors import NotFound
from layers.store.system_file import SystemFile
from layers.store.system_moments import text_of
from layers.wording import Text

__all__ = ["ACTIVE", "Job", "SystemStore"]

# States in which a job may still change by itself.
ACTIVE = ("queued", "running", "cancelling")

_CREATE = """
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, request TEXT NOT NULL, state TEXT NOT NULL,
    progress INTEGER NOT NULL, total INTEGER NOT NULL, message TEXT NOT NULL, created_at TEXT NOT NULL,
    heartbeat_at TEXT NOT NULL, finished_at TEXT, result TEXT
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Job:
    """Long work that a server does behind the requests.

    Parameters
    ----------
    job_id : str
        UUIDv7; jobs are done in this order.
    kind : str
        What is to be done.
    request : mapping
        Everything needed to do it; plain values.
    created_at, heartbeat_at : datetime
        UTC; the heartbeat is the last sign of life.
    state : str
        ``queued``, ``running``, ``cancelling``, and at the end ``done``, ``failed``, ``cancelled`` or
        ``interrupted``.
    progress, total : int
        Steps done and steps in all; 0 while not known.
    message : Text
        What is being done, or how it ended.
    finished_at : datetime or None
        UTC; None until the end.
    result : mapping or None
        Plain values; None until the end.
    """

    job_id: str
    kind: str
    request: Mapping[str, object]
    created_at: dt.datetime
    heartbeat_at: dt.datetime
    state: str = "queued"
    progress: int = 0
    total: int = 0
    message: Text = field(default=Text("", ""))
    finished_at: dt.datetime | None = None
    result: Mapping[str, object] | None = None


class SystemStore:
    """Keeps the jobs of one store.

    Parameters
    ----------
    address : str
        Path of the system file, or ``memory:``.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.file = SystemFile(address)

    def add(self, job: Job) -> None:
        """Put a job behind those that wait.

        Parameters
        ----------
        job : Job
            In state ``queued``.
        """
        with self.file.transaction(_CREATE) as connection:
            connection.execute(f"INSERT INTO job VALUES ({', '.join('?' * 11)})", _row_of(job))

    def job(self, job_id: str) -> Job:
        """Read one job.

        Parameters
        ----------
        job_id : str
            Its id.

        Returns
        -------
        Job
            As it stands.

        Raises
        ------
        NotFound
            When there is none.
        """
        with self.file.transaction(_CREATE) as connection:
            row = connection.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise NotFound(
                Text(f"Không có tác vụ “{job_id}”.", f"There is no job “{job_id}”."),
                Text("Kiểm tra lại mã tác vụ.", "Check the id of the job."),
            )
        return _job_of(row)

    def active(self) -> list[Job]:
        """List the jobs that wait or are being done.

        Returns
        -------
        list of Job
            Oldest first.
        """
        with self.file.transaction(_CREATE) as connection:
            rows = connection.execute("SELECT * FROM job WHERE state IN (?, ?, ?) ORDER BY id", ACTIVE).fetchall()
        return [_job_of(row) for row in rows]

    def claim(self, now: dt.datetime) -> Job | None:
        """Take the job that waits longest; two processes never take the same.

        Parameters
        ----------
        now : datetime
            The moment.

        Returns
        -------
        Job or None
            Now ``running``; None when none waits.
        """
        with self.file.transaction(_CREATE) as connection:
            row = connection.execute(
                "UPDATE job SET state = 'running', heartbeat_at = ? WHERE id = "
                "(SELECT id FROM job WHERE state = 'queued' ORDER BY id LIMIT 1) RETURNING *",
                (text_of(now),),
            ).fetchone()
        return None if row is None else _job_of(row)

    def beat(self, job_id: str, *, progress: int, total: int, now: dt.datetime) -> bool:
        """Give a sign of life and say how far the work is.

        Parameters
        ----------
        job_id : str
            The job.
        progress, total : int
            Steps done and in all.
        now : datetime
            The moment.

        Returns
        -------
        bool
            Whether the work should go on; False once it was asked to stop or given up.
        """
        with self.file.transaction(_CREATE) as connection:
            connection.execute(
                "UPDATE job SET progress = ?, total = ?, heartbeat_at = ? WHERE id = ? AND state IN (?, ?, ?)",
                (progress, total, text_of(now), job_id, *ACTIVE),
            )
            row = connection.execute("SELECT state FROM job WHERE id = ?", (job_id,)).fetchone()
        return row is not None and row[0] == "running"

    def finish(
        self, job_id: str, state: str, *, message: Text, result: Mapping[str, object] | None, now: dt.datetime
    ) -> None:
        """Write how a job ended; one that has ended already keeps its end.

        Parameters
        ----------
        job_id : str
            The job.
        state : str
            ``done``, ``failed``, ``cancelled`` or ``interrupted``.
        message : Text
            How it ended.
        result : mapping or None
            Plain values.
        now : datetime
            The moment.
        """
        with self.file.transaction(_CREATE) as connection:
            connection.execute(
                "UPDATE job SET state = ?, message = ?, result = ?, finished_at = ?, heartbeat_at = ? "
                "WHERE id = ? AND state IN (?, ?, ?)",
                (state, _json([*message]), result and _json(result), text_of(now), text_of(now), job_id, *ACTIVE),
            )

    def ask_to_stop(self, job_id: str, *, message: Text, now: dt.datetime) -> None:
        """Ask a job to stop: one that waits ends at once, one at work at its next step.

        Parameters
        ----------
        job_id : str
            The job.
        message : Text
            Why.
        now : datetime
            The moment.
        """
        with self.file.transaction(_CREATE) as connection:
            connection.execute(
                "UPDATE job SET state = 'cancelled', message = ?, finished_at = ? WHERE id = ? AND state = 'queued'",
                (_json([*message]), text_of(now), job_id),
            )
            connection.execute(
                "UPDATE job SET state = 'cancelling', message = ? WHERE id = ? AND state = 'running'",
                (_json([*message]), job_id),
            )

    def give_up_silent(self, before: dt.datetime, *, message: Text, now: dt.datetime) -> int:
        """Mark jobs at work that gave no sign of life as ``interrupted``.

        Parameters
        ----------
        before : datetime
            The last sign of life of such a job is older.
        message : Text
            What to tell.
        now : datetime
            The moment.

        Returns
        -------
        int
            How many there were.
        """
        with self.file.transaction(_CREATE) as connection:
            return connection.execute(
                "UPDATE job SET state = 'interrupted', message = ?, finished_at = ? "
                "WHERE state IN ('running', 'cancelling') AND heartbeat_at < ?",
                (_json([*message]), text_of(now), text_of(before)),
            ).rowcount


def _row_of(job: Job) -> tuple[object, ...]:
    return (
        job.job_id,
        job.kind,
        _json(job.request),
        job.state,
        job.progress,
        job.total,
        _json([*job.message]),
        text_of(job.created_at),
        text_of(job.heartbeat_at),
        job.finished_at and text_of(job.finished_at),
        job.result and _json(job.result),
    )


def _job_of(row: tuple[str, ...]) -> Job:
    job_id, kind, request, state, progress, total, message, created, heartbeat, finished, result = row
    return Job(
        job_id,
        kind,
        json.loads(request),
        dt.datetime.fromisoformat(created),
        dt.datetime.fromisoformat(heartbeat),
        state=state,
        progress=int(progress),
        total=int(total),
        message=Text(*json.loads(message)),
        finished_at=dt.datetime.fromisoformat(finished) if finished else None,
        result=json.loads(result) if result else None,
    )


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)
