"""A state of the incidents in files: opened by mapping, written as new segments, cleared when unused."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from pathlib import Path

from layers.errors import FileUnreadable
from layers.index.locking import locked
from layers.index.manifest import Manifest, put_manifest, read_manifest
from layers.index.merging import NO_CHANGES, Delta, later
from layers.index.segment import Segment, check_segment, open_segment, write_segment
from layers.index.state import Sorted, State

__all__ = ["building", "damaged_files", "open_state", "write_delta", "write_state"]

_BY_IDENTITY = "by_identity"
_GONE = "gone"
_KINDS = ("base-", "withdrawn-", "delta-")
# A reader that has read the manifest but not yet opened its files is given this long.
_GRACE_S = 60.0


def open_state(folder: Path) -> State | None:
    """Open what an index holds.

    Parameters
    ----------
    folder : Path
        The folder of the index.

    Returns
    -------
    State or None
        Its arrays are mapped from the files; None when there is no index.

    Raises
    ------
    FileUnreadable
        When a file is missing or damaged.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        return None
    deltas = [_delta(folder, segment) for segment in manifest.deltas]
    return State(
        manifest.timezone,
        manifest.salt,
        manifest.version,
        manifest.mark,
        manifest.words,
        base=_sorted(folder, manifest.base),
        withdrawn=_sorted(folder, manifest.withdrawn),
        delta=reduce(later, deltas, NO_CHANGES),
    )


def write_state(folder: Path, state: State, *, now_s: float) -> Manifest:
    """Write a state without changes as a new base, and let go of every segment before.

    Parameters
    ----------
    folder : Path
        The folder of the index, for which `building` holds the lock.
    state : State
        From `layers.index.state.folded`.
    now_s : float
        Seconds since 1970.

    Returns
    -------
    Manifest
        The one that stands now.
    """
    base, withdrawn = (
        write_segment(folder, {**part.columns, _BY_IDENTITY: part.by_identity}, kind=kind)
        for kind, part in (("base", state.base), ("withdrawn", state.withdrawn))
    )
    made = Manifest(state.timezone, state.salt, state.version, state.mark, state.words, base=base, withdrawn=withdrawn)
    return _put(folder, made, now_s=now_s)


def write_delta(folder: Path, state: State, step: Delta, *, now_s: float) -> Manifest:
    """Write the last step of a state as one more delta.

    Parameters
    ----------
    folder : Path
        The folder of the index, for which `building` holds the lock.
    state : State
        The state behind the step; its base is the one in the files.
    step : Delta
        What changed since the state in the files; may be nothing but a new mark.
    now_s : float
        Seconds since 1970.

    Returns
    -------
    Manifest
        The one that stands now.
    """
    held = read_manifest(folder)
    if held is None:
        return write_state(folder, state, now_s=now_s)
    deltas = held.deltas
    if step.size:
        deltas = (*deltas, write_segment(folder, {**step.rows, _GONE: step.gone}, kind="delta"))
    newer = replace(held, version=state.version, mark=state.mark, words=state.words, deltas=deltas)
    return _put(folder, newer, now_s=now_s)


def damaged_files(folder: Path) -> list[Path]:
    """Read an index through.

    Parameters
    ----------
    folder : Path
        The folder of the index.

    Returns
    -------
    list of Path
        Files that are missing or not what was written.

    Raises
    ------
    FileUnreadable
        When the manifest itself is damaged.
    """
    manifest = read_manifest(folder)
    segments: Iterable[Segment] = manifest.segments if manifest else ()
    return [path for segment in segments for path in check_segment(folder, segment)]


@contextlib.contextmanager
def building(folder: Path) -> Iterator[bool]:
    """Keep other builders out.

    Parameters
    ----------
    folder : Path
        The folder of the index; made when it is not there.

    Yields
    ------
    bool
        False when another process is building.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock") as alone:
        try:
            yield alone
        except OSError:
            # As when the disk is full: what was begun must not keep the store itself from writing.
            if alone:
                _clear_begun(folder)
            raise


def _sorted(folder: Path, segment: Segment) -> Sorted:
    found = open_segment(folder, segment)
    by_identity = found.pop(_BY_IDENTITY)
    return Sorted(segment.name, found, by_identity)


def _delta(folder: Path, segment: Segment) -> Delta:
    found = open_segment(folder, segment)
    gone = found.pop(_GONE)
    return Delta(found, gone)


def _put(folder: Path, manifest: Manifest, *, now_s: float) -> Manifest:
    used = {segment.name for segment in manifest.segments}
    found = {path.name for path in folder.iterdir() if path.name.startswith(_KINDS) and path.is_dir()}
    retired = _retired(folder)
    left = {name: retired.get(name, now_s) for name in sorted(found - used)}
    put_manifest(folder, replace(manifest, retired=left))
    for name, since_s in left.items():
        if now_s - since_s > _GRACE_S:
            # Windows refuses while somebody still maps the file: then the next build tries again.
            shutil.rmtree(folder / name, ignore_errors=True)
    return manifest


def _clear_begun(folder: Path) -> None:
    try:
        held = read_manifest(folder)
    except FileUnreadable:
        return
    named = {*held.retired, *(segment.name for segment in held.segments)} if held else set()
    for path in folder.iterdir():
        if path.name.startswith(_KINDS) and path.is_dir() and path.name not in named:
            shutil.rmtree(path, ignore_errors=True)


def _retired(folder: Path) -> dict[str, float]:
    try:
        held = read_manifest(folder)
    except FileUnreadable:
        return {}
    return dict(held.retired) if held else {}
