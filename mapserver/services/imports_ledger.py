"""The ledger of imports: which are under way, which fell silent, and which can go on."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
from dataclasses import replace

from layers.errors import NotFound, StoreBusy
from layers.store import Store
from layers.store.base import ImportRecord
from layers.wording import Text

__all__ = ["as_json", "find_import", "process_mark", "seen_imports", "seen_state", "unfinished"]

# A chunk takes seconds; whoever has been silent for so long is gone, whatever machine it ran on.
_SILENT_AFTER = dt.timedelta(minutes=10)
_CAN_GO_ON = {"interrupted", "failed"}
# What must be the same for a file to be taken as the one that was begun.
_SAME_OPTIONS = ("crs", "encoding", "timezone", "on_change", "area")


def process_mark() -> dict[str, object]:
    """Name this process, so that another can see whether it still runs.

    Returns
    -------
    dict
        ``host`` and ``pid``.
    """
    return {"host": platform.node(), "pid": os.getpid()}


def seen_state(record: ImportRecord, now: dt.datetime) -> str:
    """Tell the state of an import as it is, not only as it was last written.

    Parameters
    ----------
    record : ImportRecord
        From the ledger.
    now : datetime
        The moment.

    Returns
    -------
    str
        ``interrupted`` for one that says ``running`` but whose process is gone or silent.

    Examples
    --------
    >>> begun = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> record = ImportRecord("i", "incidents", "s", "f", "0", "w", begun, begun)
    >>> seen_state(record, begun), seen_state(record, begun + dt.timedelta(hours=1))
    ('running', 'interrupted')
    """
    if record.state != "running":
        return record.state
    silent = now - record.heartbeat_at > _SILENT_AFTER
    return "interrupted" if silent or _process_is_gone(record) else "running"


def _process_is_gone(record: ImportRecord) -> bool:
    pid = record.options.get("pid")
    # On Windows asking with a signal would end the process, so only silence tells.
    if record.options.get("host") != platform.node() or not isinstance(pid, int) or sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def seen_imports(store: Store, now: dt.datetime) -> list[ImportRecord]:
    """Read the ledger with each import's state as it is.

    Parameters
    ----------
    store : Store
        The store of record.
    now : datetime
        The moment.

    Returns
    -------
    list of ImportRecord
        Newest first.
    """
    return [replace(record, state=seen_state(record, now)) for record in store.imports()]


def find_import(store: Store, import_id: str, now: dt.datetime) -> ImportRecord:
    """Find one import.

    Parameters
    ----------
    store : Store
        The store of record.
    import_id : str
        Its id.
    now : datetime
        The moment.

    Returns
    -------
    ImportRecord
        With its state as it is.

    Raises
    ------
    NotFound
        When the ledger has no such import.
    StoreBusy
        When it is still running.
    """
    for record in seen_imports(store, now):
        if record.import_id == import_id:
            if record.state == "running":
                raise _still_running(record)
            return record
    raise NotFound(
        Text(f"Không có lần nhập “{import_id}”.", f"There is no import “{import_id}”."),
        Text("Xem danh sách bằng `antt incidents imports`.", "List them with `antt incidents imports`."),
    )


def unfinished(store: Store, wanted: ImportRecord, now: dt.datetime) -> ImportRecord | None:
    """Find an import of the same file, understood the same way, that was begun and not finished.

    Parameters
    ----------
    store : Store
        The store of record.
    wanted : ImportRecord
        The import about to begin.
    now : datetime
        The moment.

    Returns
    -------
    ImportRecord or None
        The import to go on with.

    Raises
    ------
    StoreBusy
        When another process is importing the file right now.
    """
    alike = [record for record in seen_imports(store, now) if _same_work(record, wanted)]
    for record in alike:
        if record.state == "running":
            raise _still_running(record)
    if alike and alike[0].state in _CAN_GO_ON:
        return alike[0]
    return None


def _same_work(record: ImportRecord, wanted: ImportRecord) -> bool:
    return (
        (record.layer, record.source, record.file_sha256) == (wanted.layer, wanted.source, wanted.file_sha256)
        and dict(record.mapping) == dict(wanted.mapping)
        and all(record.options.get(name) == wanted.options.get(name) for name in _SAME_OPTIONS)
    )


def _still_running(record: ImportRecord) -> StoreBusy:
    name, import_id = record.file_name, record.import_id
    return StoreBusy(
        Text(f"Tệp “{name}” đang được nhập (lần nhập {import_id}).", f"“{name}” is being imported ({import_id})."),
        Text("Chờ lần nhập đó xong rồi thử lại.", "Wait until that import has ended, then try again."),
    )


def as_json(record: ImportRecord) -> dict[str, object]:
    """Write one import as plain values.

    Parameters
    ----------
    record : ImportRecord
        From the ledger.

    Returns
    -------
    dict
        What was imported, by whom, when, its state and its counts.
    """
    return {
        "import_id": record.import_id,
        "source": record.source,
        "file_name": record.file_name,
        "file_sha256": record.file_sha256,
        "who": record.who,
        "started_at": record.started_at.isoformat(),
        "heartbeat_at": record.heartbeat_at.isoformat(),
        "state": record.state,
        "rows_done": record.rows_done,
        "counts": dict(record.counts),
        "columns": dict(record.mapping),
    }
