"""Immutable folders of columns, one file each, opened by mapping them into memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from layers.errors import FileUnreadable
from layers.wording import Text

__all__ = ["Segment", "check_segment", "get_array", "open_segment", "put_array", "write_segment"]

_BLOCK_BYTES = 1 << 20
_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Segment:
    """What the manifest says of one folder.

    Parameters
    ----------
    name : str
        Its folder.
    rows : int
        How many rows each column has.
    files : mapping of str to mapping
        Column -> ``bytes`` of its file and ``whole``: hash of all of it.
    """

    name: str
    rows: int
    files: Mapping[str, Mapping[str, object]]


def write_segment(folder: Path, columns: Mapping[str, NDArray[Any]], *, kind: str) -> Segment:
    """Write columns into a new folder.

    Parameters
    ----------
    folder : Path
        The folder of the index.
    columns : mapping of str to ndarray
        Name -> array.
    kind : str
        Begins the folder's name.

    Returns
    -------
    Segment
        For the manifest; nobody opens the folder before it stands there.
    """
    name = f"{kind}-{uuid4().hex[:12]}"
    (folder / name).mkdir(parents=True)
    files = {}
    for column, values in columns.items():
        path = folder / name / f"{column}.npy"
        with path.open("xb") as out:
            np.save(out, values, allow_pickle=False)
            out.flush()
            os.fsync(out.fileno())
        files[column] = {"bytes": path.stat().st_size, "whole": _whole(path)}
    rows = {len(values) for name, values in columns.items() if name != "gone"}
    return Segment(name, rows.pop(), files)


def open_segment(folder: Path, segment: Segment) -> dict[str, NDArray[Any]]:
    """Map the columns of a segment, read-only; each process reads a file through before it first believes it.

    Parameters
    ----------
    folder : Path
        The folder of the index.
    segment : Segment
        From the manifest.

    Returns
    -------
    dict of str to ndarray
        Name -> array; pages are read when they are looked at.

    Raises
    ------
    FileUnreadable
        When a file is missing or not what was written; a damaged count would be believed otherwise.
    """
    found: dict[str, NDArray[Any]] = {}
    for column, said in segment.files.items():
        path = folder / segment.name / f"{column}.npy"
        try:
            if path.stat().st_size != said["bytes"] or _known_hash(path) != said["whole"]:
                raise _damaged(path)
            # A plain array over the same pages: the class of numpy for mapped files costs time at every use.
            found[column] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        except (OSError, ValueError) as problem:
            raise _damaged(path) from problem
        if column != "gone" and len(found[column]) != segment.rows:
            raise _damaged(path)
    return found


def check_segment(folder: Path, segment: Segment) -> list[Path]:
    """Read a segment through.

    Parameters
    ----------
    folder : Path
        The folder of the index.
    segment : Segment
        From the manifest.

    Returns
    -------
    list of Path
        The files that are missing or not what was written.
    """
    paths = {folder / segment.name / f"{column}.npy": said["whole"] for column, said in segment.files.items()}
    return [path for path, whole in paths.items() if not path.is_file() or _whole(path) != whole]


def put_array(path: Path, values: NDArray[Any]) -> None:
    """Put an array into a file that is there whole or not at all, its hash behind it.

    Parameters
    ----------
    path : Path
        The file; an earlier one is replaced. Its name stands in no manifest, so it vouches for itself.
    values : ndarray
        The array.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with partial.open("xb") as out:
            np.save(out, values, allow_pickle=False)
        digest = bytes.fromhex(_whole(partial))
        with partial.open("ab") as out:
            out.write(digest)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def get_array(path: Path) -> NDArray[Any]:
    """Map an array that `put_array` wrote, after reading it through.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    ndarray
        Read-only.

    Raises
    ------
    FileUnreadable
        When the file is missing or not what was written.
    """
    try:
        length = path.stat().st_size - _DIGEST_BYTES
        with path.open("rb") as file:
            file.seek(max(length, 0))
            said = file.read()
        if length <= 0 or _known_hash(path, without_bytes=_DIGEST_BYTES) != said.hex():
            raise _damaged(path)
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as problem:
        raise _damaged(path) from problem


def _whole(path: Path) -> str:
    return _hash(path, path.stat().st_size)


def _known_hash(path: Path, *, without_bytes: int = 0) -> str:
    """Hash a file as it stands; one that nobody has touched since is not read again at every commit."""
    found = path.stat()
    return _hash_of_state(path, found.st_size - without_bytes, (found.st_ino, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=1024)
def _hash_of_state(path: Path, length: int, _state: tuple[int, int, int]) -> str:
    return _hash(path, length)


def _hash(path: Path, length: int) -> str:
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    with path.open("rb") as file:
        while block := file.read(min(_BLOCK_BYTES, length)):
            digest.update(block)
            length -= len(block)
    return digest.hexdigest()


def _damaged(path: Path) -> FileUnreadable:
    return FileUnreadable(
        Text(f"Tệp chỉ mục “{path}” thiếu hoặc hỏng.", f"The index file “{path}” is missing or damaged."),
        Text("Chỉ mục được dựng lại từ kho; không mất dữ liệu.",
             "The index is made again from the store; no data are lost."),
    )  # fmt: skip
