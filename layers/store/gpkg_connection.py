"""Opening a store file with sqlite3, and saying in words what can go wrong with it."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from layers.errors import AnttError, Conflict, StoreBusy, StoreFull, StoreUnreachable
from layers.store.gpkg_geometry import register_functions
from layers.wording import Text

__all__ = ["BUSY_TIMEOUT_S", "guarded", "network_kind", "open_file", "refuse_network_share"]

BUSY_TIMEOUT_S = 10.0

# The default of 2 MB makes every index of a large layer be read again and again while it grows.
_CACHE_KIB = 65_536
_ROOM_LEFT_BYTES = 2_000_000
# The kernel writes a space in a name as \040.
_OCTAL = re.compile(r"\\([0-7]{3})")
_NETWORK_KINDS = {
    "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs",
    "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs",
}  # fmt: skip


def open_file(path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """Open a store file for reading and writing.

    Parameters
    ----------
    path : Path
        The file; made when it does not exist.
    busy_timeout_s : float
        How long a call waits for another process that is writing.

    Returns
    -------
    sqlite3.Connection
        With the functions that the triggers call; it may be used from any thread.
    """
    connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    register_functions(connection)
    return connection


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn failures of SQLite into failures of the store.

    Parameters
    ----------
    path : Path
        The file, named in the message.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    StoreBusy
        When another process holds the file for longer than the timeout.
    StoreFull
        When the disk has no room left.
    Conflict
        When a row breaks a rule of the layout, such as an id that is there already.
    StoreUnreachable
        When the file cannot be opened or is not a database.
    """
    try:
        yield
    except sqlite3.Error as problem:
        raise _in_words(path, problem) from problem


def _in_words(path: Path, problem: sqlite3.Error) -> AnttError:
    said = str(problem)
    if isinstance(problem, sqlite3.IntegrityError):
        return Conflict(
            Text(f"Dữ liệu trái với kho: {said}.", f"The data contradict the store: {said}."),
            Text("Bản ghi đã có, hoặc thiếu giá trị bắt buộc; chưa có gì được ghi.",
                 "The record is there already or lacks a needed value; nothing was written."),
        )  # fmt: skip
    if isinstance(problem, sqlite3.OperationalError) and ("locked" in said or "busy" in said):
        return StoreBusy(
            Text(f"Kho dữ liệu “{path}” đang bận.", f"The store “{path}” is busy."),
            Text("Chương trình khác đang ghi; hãy thử lại sau ít phút.",
                 "Another program is writing; try again in a moment."),
        )  # fmt: skip
    if "full" in said or ("I/O" in said and _no_room(path)):
        return StoreFull(
            Text(f"Đĩa chứa kho dữ liệu “{path}” đã hết chỗ; phần đang ghi chưa được lưu.",
                 f"The disk of the store “{path}” is full; what was being written is not kept."),
            Text("Giải phóng dung lượng đĩa rồi chạy lại; dữ liệu đã lưu trước đó vẫn nguyên vẹn.",
                 "Make room on the disk and run again; what was kept before is untouched."),
        )  # fmt: skip
    return StoreUnreachable(
        Text(f"Không mở được kho dữ liệu “{path}” ({said}).", f"The store “{path}” cannot be opened ({said})."),
        Text("Kiểm tra đường dẫn, quyền ghi và dung lượng đĩa; hoặc chọn tệp khác bằng --store.",
             "Check the path, the right to write and the space on the disk; or choose another file with --store."),
    )  # fmt: skip


def _no_room(path: Path) -> bool:
    return shutil.disk_usage(path.parent).free < _ROOM_LEFT_BYTES


def network_kind(path: PurePosixPath, mounts: str) -> str | None:
    r"""Tell which network file system a path lies on.

    Parameters
    ----------
    path : PurePosixPath
        Absolute, without links.
    mounts : str
        The text of ``/proc/mounts``.

    Returns
    -------
    str or None
        Such as ``nfs4``; None on a local disk.

    Examples
    --------
    >>> table = "/dev/sda1 / ext4 rw 0 0\nserver:/share /srv/chung nfs4 rw 0 0\n"
    >>> network_kind(PurePosixPath("/srv/chung/antt.gpkg"), table)
    'nfs4'
    >>> network_kind(PurePosixPath("/srv/chung2/antt.gpkg"), table) is None
    True
    """
    # The last of two mounts on one place hides the first.
    found = ("", "")
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = _OCTAL.sub(lambda code: chr(int(code[1], 8)), fields[1])
        if path.is_relative_to(place) and len(place) >= len(found[0]):
            found = (place, fields[2])
    return found[1] if found[1] in _NETWORK_KINDS else None


def refuse_network_share(path: Path, *, mounts: Path = Path("/proc/mounts")) -> None:
    r"""Refuse a store on a network share, where SQLite's log does not work.

    Parameters
    ----------
    path : Path
        Where the store is or will be.
    mounts : Path
        The table of mounted file systems; where there is none only ``\\server\share`` is known.

    Raises
    ------
    StoreUnreachable
        When the file would lie on another machine.
    """
    place = path.absolute().parent.resolve() / path.name
    kind = "smb" if place.drive.startswith("\\\\") else None
    if kind is None and mounts.is_file():
        kind = network_kind(PurePosixPath(place.as_posix()), mounts.read_text(encoding="utf-8", errors="replace"))
    if kind is not None:
        raise StoreUnreachable(
            Text(f"Kho dữ liệu “{path}” nằm trên ổ mạng ({kind}); tệp GeoPackage không ghi an toàn được ở đó.",
                 f"The store “{path}” lies on a network share ({kind}); a GeoPackage cannot be written safely there."),
            Text("Đặt tệp trên đĩa của máy này, hoặc dùng PostGIS khi nhiều máy cùng ghi.",
                 "Keep the file on a disk of this machine, or use PostGIS where several machines write."),
        )  # fmt: skip
