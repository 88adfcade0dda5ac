"""Copies of a live store file, made and put back by SQLite itself while others use it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from layers.errors import CheckFailed, FileMissing, FileUnreadable, OutputUnwritable, StoreBusy
from layers.store.gpkg_check import find_problems, silent_imports
from layers.store.gpkg_connection import BUSY_TIMEOUT_S, guarded, open_file
from layers.store.migrations import STEPS, applied_step
from layers.wording import Text

__all__ = ["back_up", "layout_is_older", "put_back"]


def back_up(source: Path, target: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
    """Copy a store file as it is at one moment; others may write meanwhile.

    Parameters
    ----------
    source : Path
        The live file.
    target : Path
        The copy: one closed file, there whole or not at all. An earlier file is replaced.
    busy_timeout_s : float
        How long to wait for another process.

    Raises
    ------
    OutputUnwritable
        When the copy cannot be written.
    """
    if not target.absolute().parent.is_dir():
        raise OutputUnwritable(
            Text(f"Không có thư mục “{target.parent}”.", f"There is no folder “{target.parent}”."),
            Text("Tạo thư mục đó hoặc chọn nơi khác.", "Make the folder or choose another place."),
        )
    temporary = target.with_name(f".{target.name}.part")
    try:
        with guarded(source), closing(open_file(source, busy_timeout_s=busy_timeout_s)) as live:
            _copy(live, temporary, busy_timeout_s)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def layout_is_older(file: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> bool:
    """Tell whether a store file lacks steps of this program.

    Parameters
    ----------
    file : Path
        The store.
    busy_timeout_s : float
        How long to wait for another process.

    Returns
    -------
    bool
        False for a file that is empty or of another program.
    """
    with guarded(file), closing(open_file(file, busy_timeout_s=busy_timeout_s)) as held:
        return 0 < applied_step(held) < STEPS[-1][0]


def put_back(backup: Path, live: Path, *, check: bool = True, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
    """Make a store what a backup holds, all or nothing.

    The backup is copied and checked beside the store first. A store that can be read is then
    overwritten in one transaction, so processes that have it open go on with the restored data;
    a damaged one is set aside as ``NAME.damaged``. Data versions go on counting upwards, so that no cache
    takes restored data for something it has seen.

    Parameters
    ----------
    backup : Path
        A file made by `back_up`.
    live : Path
        The store; may be missing.
    check : bool
        Whether a backup with a fault is refused; not where the store is to be what it was a moment ago.
    busy_timeout_s : float
        How long to wait for another process.

    Raises
    ------
    FileMissing, FileUnreadable
        When the backup is not there or not a store of this program.
    CheckFailed
        When the backup does not pass the check of a store.
    """
    if not backup.is_file():
        raise FileMissing(
            Text(f"Không có tệp “{backup}”.", f"There is no file “{backup}”."),
            Text("Kiểm tra tên tệp sao lưu.", "Check the name of the backup."),
        )
    temporary = live.with_name(f".{live.name}.restore")
    try:
        _copy_ours(backup, temporary)
        if check:
            _require_sound(backup, temporary)
        if not (live.is_file() and _overwritten(temporary, live, busy_timeout_s)):
            _set_aside(live)
            temporary.replace(live)
    finally:
        temporary.unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, target: Path, busy_timeout_s: float) -> None:
    target.unlink(missing_ok=True)
    with guarded(target), closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy, progress=_deadline(target, busy_timeout_s))
        # One closed file: a log beside it would be left behind when somebody copies it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _deadline(path: Path, busy_timeout_s: float) -> Callable[[int, int, int], None]:
    # SQLite asks again for ever while somebody writes; this is called after every attempt.
    end = time.monotonic() + busy_timeout_s

    def stop_when_late(_status: int, remaining: int, _total: int) -> None:
        if remaining and time.monotonic() > end:
            raise StoreBusy(
                Text(f"Kho dữ liệu “{path}” đang bận.", f"The store “{path}” is busy."),
                Text("Chương trình khác đang ghi; hãy thử lại.", "Another program is writing; try again."),
            )

    return stop_when_late


def _copy_ours(backup: Path, temporary: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source:
            ours = applied_step(source) > 0
            if ours:
                _copy(source, temporary, BUSY_TIMEOUT_S)
    except sqlite3.Error as problem:
        raise _not_a_backup(backup, str(problem)) from problem
    if not ours:
        raise _not_a_backup(backup, "no antt_layout")


def _require_sound(backup: Path, temporary: Path) -> None:
    with guarded(temporary), closing(open_file(temporary)) as copy:
        problems = find_problems(copy) if applied_step(copy) > 1 else _damage(copy)
        # An import that was running when the backup was made is no fault of the backup.
        waived = {" / ".join(text) for text in silent_imports(copy)} if applied_step(copy) > 1 else set()
    left = [problem for problem in problems if problem not in waived]
    if left:
        raise CheckFailed(
            Text(f"Bản sao lưu “{backup}” không đạt kiểm tra: {left[0]}.",
                 f"The backup “{backup}” fails the check: {left[0]}."),
            Text("Kho hiện tại được giữ nguyên; hãy dùng bản sao lưu khác.",
                 "The present store is untouched; use another backup."),
        )  # fmt: skip


def _damage(copy: sqlite3.Connection) -> list[str]:
    return [said for (said,) in copy.execute("PRAGMA integrity_check") if said != "ok"]


def _not_a_backup(backup: Path, said: str) -> FileUnreadable:
    return FileUnreadable(
        Text(f"“{backup}” không phải bản sao lưu của kho dữ liệu ({said}).",
             f"“{backup}” is not a backup of a store ({said})."),
        Text("Chọn tệp do `antt store backup` tạo ra.", "Choose a file made by `antt store backup`."),
    )  # fmt: skip


def _overwritten(temporary: Path, live: Path, busy_timeout_s: float) -> bool:
    held = _versions_if_sound(live, busy_timeout_s)
    if held is None:
        return False
    with closing(sqlite3.connect(temporary, isolation_level=None)) as source:
        for layer, version in held.items():
            source.execute("UPDATE antt_version SET version = max(version, ?) + 1 WHERE layer = ?", (version, layer))
        with guarded(live), closing(open_file(live, busy_timeout_s=busy_timeout_s)) as target:
            source.backup(target, progress=_deadline(live, busy_timeout_s))
    return True


def _versions_if_sound(live: Path, busy_timeout_s: float) -> dict[str, int] | None:
    with guarded(live):
        try:
            with closing(open_file(live, busy_timeout_s=busy_timeout_s)) as target:
                if applied_step(target) < 1:
                    return None
                return dict(target.execute("SELECT layer, version FROM antt_version"))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            # Not a database any more: the one case where the file itself is replaced.
            return None


def _set_aside(live: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        part = live.with_name(live.name + ending)
        if part.exists():
            part.replace(live.with_name(f"{live.name}.damaged{ending}"))
