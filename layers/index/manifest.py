"""The one small file that says which segments make up the index, replaced as a whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from layers.errors import FileUnreadable
from layers.index.segment import Segment
from layers.wording import Text

__all__ = ["NO_MANIFEST", "Manifest", "index_folder", "put_manifest", "read_manifest", "stamp"]

_NAME = "manifest.json"
NO_MANIFEST = (0, 0, 0)
# Raised when the files change so that an older program must not read them.
_FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What the index holds and which state of the store it stands for.

    Parameters
    ----------
    timezone : str
        The zone its days and hours are in.
    salt : int
        Of the identities.
    version : int
        Data version of the incidents it stands for.
    mark : mapping
        From the store; tells it what the index knows already.
    words : mapping of str to sequence of str
        The lists its columns point into.
    base : Segment
        Records that count, with ``by_identity``.
    withdrawn : Segment
        Records that were withdrawn, likewise.
    deltas : tuple of Segment
        What changed since, oldest first; each with ``gone``.
    retired : mapping of str to float
        Folders no longer used -> when they were left, seconds since 1970.
    """

    timezone: str
    salt: int
    version: int
    mark: Mapping[str, Any]
    words: Mapping[str, tuple[str, ...]]
    base: Segment
    withdrawn: Segment
    deltas: tuple[Segment, ...] = ()
    retired: Mapping[str, float] = field(default_factory=dict)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Every folder in use."""
        return (self.base, self.withdrawn, *self.deltas)


def index_folder(system_address: str) -> Path | None:
    """Tell where the index of a store lies.

    Parameters
    ----------
    system_address : str
        Address of the system store beside it.

    Returns
    -------
    Path or None
        ``NAME.index`` beside ``NAME.system.db``; None for a store that lives in this process.

    Examples
    --------
    >>> index_folder("data/antt.system.db").as_posix(), index_folder("memory:")
    ('data/antt.index', None)
    """
    if system_address == "memory:":
        return None
    path = Path(system_address)
    return path.with_name(f"{path.name.removesuffix('.system.db')}.index")


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of an index.

    Parameters
    ----------
    folder : Path
        The folder of the index.

    Returns
    -------
    Manifest or None
        None when there is no index, or one of another format.

    Raises
    ------
    FileUnreadable
        When the file is damaged.
    """
    path = folder / _NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as problem:
        raise _damaged(path) from problem
    head, _newline, body = text.partition("\n")
    if head != _digest(body):
        raise _damaged(path)
    content = json.loads(body)
    if content.pop("format") != _FORMAT:
        return None
    content["deltas"] = tuple(Segment(**said) for said in content["deltas"])
    content |= {name: Segment(**content[name]) for name in ("base", "withdrawn")}
    content["words"] = {name: tuple(words) for name, words in content["words"].items()}
    return Manifest(**content)


def put_manifest(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in the place of the one before, in one step.

    Parameters
    ----------
    folder : Path
        The folder of the index.
    manifest : Manifest
        The new one.
    """
    body = json.dumps({"format": _FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1)
    partial = folder / f".{_NAME}.{uuid4().hex[:8]}"
    try:
        with partial.open("x", encoding="utf-8", newline="\n") as out:
            out.write(f"{_digest(body)}\n{body}")
            out.flush()
            os.fsync(out.fileno())
        partial.replace(folder / _NAME)
    finally:
        partial.unlink(missing_ok=True)


def stamp(folder: Path) -> tuple[int, int, int]:
    """Tell one manifest from the next without reading it.

    Parameters
    ----------
    folder : Path
        The folder of the index.

    Returns
    -------
    tuple of int
        Number of the file, time of its last change and size; `NO_MANIFEST` when there is none.
    """
    try:
        found = (folder / _NAME).stat()
    except OSError:
        return NO_MANIFEST
    return found.st_ino, found.st_mtime_ns, found.st_size


def _digest(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()


def _damaged(path: Path) -> FileUnreadable:
    return FileUnreadable(
        Text(f"Tệp “{path}” hỏng.", f"The file “{path}” is damaged."),
        Text("Chỉ mục được dựng lại từ kho.", "The index is made again from the store."),
    )
