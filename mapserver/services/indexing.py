"""The incidents of a store as columns: opened from the index where there is one, followed to the newest commit."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
from itertools import count
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.locate import locate
from layers.catalog import INCIDENTS, categories
from layers.errors import FileUnreadable
from layers.incidents.values import SEVERITIES, STATUSES
from layers.index.columns import READ, Columns
from layers.index.files import open_state
from layers.index.manifest import index_folder, read_manifest, stamp
from layers.index.merging import Delta
from layers.index.segment import get_array, put_array
from layers.index.state import IN_MEMORY, IdentitiesClash, Sorted, State, TableParts, advanced, folded, state_of
from layers.store import Store
from layers.store.changes import Changes
from layers.store.system_file import system_path
from mapserver.services.cache import VersionedCache

__all__ = ["IncidentSource", "folder_of", "followed", "index_lag", "unit_column", "vintage_of", "whole_state"]

_LOG = logging.getLogger("antt")
# Changes in memory beyond this share of the base are made part of it.
_FOLD_SHARE = 0.25
_FOLD_ROWS = 50_000
_KEPT_VINTAGES = 4
_SMALL = np.iinfo(np.int16).max

# Known words come first, so that every process counts them alike.
_FIRST_WORDS = {
    "category": tuple(category.slug for category in categories()),
    "severity": ("", *SEVERITIES),
    "status": ("", *STATUSES),
}


def folder_of(store: Store) -> Path | None:
    """Tell where the index of a store lies.

    Parameters
    ----------
    store : Store
        The store of record.

    Returns
    -------
    Path or None
        ``NAME.index`` beside the file, in the current folder for a database; None for a store in memory.
    """
    return index_folder(system_path(store.address))


def index_lag(store: Store) -> int | None:
    """Count the commits that the index of a store does not hold yet.

    Parameters
    ----------
    store : Store
        The store of record.

    Returns
    -------
    int or None
        Versions of the incidents; None where there is no index.
    """
    folder = folder_of(store)
    manifest = None if folder is None else read_manifest(folder)
    return None if manifest is None else max(0, store.versions()[INCIDENTS.key] - manifest.version)


def whole_state(store: Store, timezone: str) -> State:
    """Read every incident of a store.

    Parameters
    ----------
    store : Store
        The store of record.
    timezone : str
        Zone of days and hours.

    Returns
    -------
    State
        Without changes.
    """
    for salt in count():
        with store.changes(INCIDENTS, columns=READ) as found, contextlib.suppress(IdentitiesClash):
            return _made(found, timezone, salt=salt)
    raise AssertionError  # `count` has no end


def followed(store: Store, state: State) -> tuple[State, Delta | None]:
    """Bring a state to the newest commit.

    Parameters
    ----------
    store : Store
        The store of record.
    state : State
        Any earlier state, or one of another store.

    Returns
    -------
    tuple of State and Delta or None
        The incidents as they are, and what changed; None when they were read anew.
    """
    try:
        with store.changes(INCIDENTS, state.mark, columns=READ) as found:
            if found.whole:
                return _made(found, state.timezone, salt=state.salt), None
            after, step = advanced(state, found.pieces, found.deleted, version=found.version, mark=found.mark)
            if after.count == found.count:
                return after, step
        _LOG.warning("the index of incidents does not count what the store holds; reading all of it")
    except IdentitiesClash:
        pass
    return whole_state(store, state.timezone), None


def _made(found: Changes, timezone: str, *, salt: int) -> State:
    return state_of(
        found.pieces, version=found.version, mark=found.mark, timezone=timezone, words=_FIRST_WORDS, salt=salt
    )


class IncidentSource:
    """Hands out the incidents as they are at this moment; shared by the threads of one process.

    Parameters
    ----------
    store : Store
        The store of record.
    timezone : str
        Zone of days and hours.
    folder : Path or None
        Where the index lies, if there is one; only read here.
    """

    def __init__(self, store: Store, timezone: str, folder: Path | None) -> None:
        self._store = store
        self._timezone = timezone
        self._folder = folder
        self._held: State | None = None
        self._stamp = (0, 0, 0)
        self._lock = threading.Lock()
        self._units: VersionedCache[NDArray[Any]] = VersionedCache(_KEPT_VINTAGES, lambda _column: 1)

    def state(self) -> State:
        """Tell the incidents as they are.

        Returns
        -------
        State
            Never older than the last commit before the call.
        """
        version = self._store.versions()[INCIDENTS.key]
        held = self._held
        if held is not None and held.version == version and not self._replaced(held):
            return held
        with self._lock:
            held = self._held
            if held is None or held.version != version or self._replaced(held):
                held = self._newest(held)
                self._held = held
            return held

    def units_of(self, parts: TableParts, units: gpd.GeoDataFrame, vintage: str) -> NDArray[Any]:
        """Tell the unit of each row of a table.

        Parameters
        ----------
        parts : TableParts
            The table, of n rows.
        units : GeoDataFrame
            The units in force.
        vintage : str
            From `vintage_of`.

        Returns
        -------
        ndarray of int, shape (n,)
            Positions in `units`, -1 in none.
        """
        base = self._units.get_or_make(
            (parts.base.name, vintage), lambda: unit_column(parts.base, units, vintage=vintage, folder=self._folder)
        )
        added = _located(parts.added, units)
        return parts.edit.apply(base, added)

    def _replaced(self, held: State) -> bool:
        # Nothing is won by newer files where the whole table is mapped already.
        in_memory = held.delta.size or held.base.name.startswith(IN_MEMORY)
        return bool(in_memory) and self._folder is not None and stamp(self._folder) != self._stamp

    def _newest(self, held: State | None) -> State:
        found = self._opened()
        if found is not None and (held is None or found.version >= held.version):
            held = found
        if held is None:
            return whole_state(self._store, self._timezone)
        after, _step = followed(self._store, held)
        large = after.delta.size > _FOLD_ROWS + _FOLD_SHARE * len(after.base)
        return folded(after) if large else after

    def _opened(self) -> State | None:
        if self._folder is None:
            return None
        seen = stamp(self._folder)
        if seen == self._stamp:
            return None
        self._stamp = seen
        try:
            found = open_state(self._folder)
        except FileUnreadable as problem:
            _LOG.warning("%s %s", problem.message.en, problem.hint.en)
            return None
        return found if found is not None and found.timezone == self._timezone else None


def vintage_of(units: gpd.GeoDataFrame) -> str:
    """Name a set of units by what they are.

    Parameters
    ----------
    units : GeoDataFrame
        The units in force on a day.

    Returns
    -------
    str
        The same for the same codes and shapes in the same order.
    """
    seen = hashlib.blake2b(digest_size=12)
    for code, shape in zip(units["code"], shapely.to_wkb(units.geometry.to_numpy()), strict=True):
        seen.update(f"{code}\0{len(shape or b'')}\0".encode() + (shape or b""))
    return seen.hexdigest()


def unit_column(base: Sorted, units: gpd.GeoDataFrame, *, vintage: str, folder: Path | None) -> NDArray[Any]:
    """Tell the unit of each row of a base, keeping the answer beside it.

    Parameters
    ----------
    base : Sorted
        The rows.
    units : GeoDataFrame
        The units in force.
    vintage : str
        From `vintage_of`.
    folder : Path or None
        Where the index lies.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions in `units`, -1 in none; mapped from the file where there is one.
    """
    home = None if folder is None else folder / base.name
    if home is None or not home.is_dir():
        return _located(base.columns, units)
    path = home / f"unit-{vintage}.npy"
    with contextlib.suppress(FileUnreadable):
        found = get_array(path)
        if found.shape == (len(base),) and _points_into(found, len(units)):
            return found
    made = _located(base.columns, units)
    # A reader without the right to write answers all the same.
    with contextlib.suppress(OSError):
        put_array(path, made)
    return made


def _points_into(unit: NDArray[Any], unit_count: int) -> bool:
    return np.issubdtype(unit.dtype, np.signedinteger) and bool(
        unit.min(initial=-1) >= -1 and unit.max(initial=-1) < unit_count
    )


def _located(columns: Columns, units: gpd.GeoDataFrame) -> NDArray[Any]:
    small = np.int16 if len(units) <= _SMALL else np.int32
    unit = np.full(len(columns["key"]), -1, dtype=small)
    placed = np.isfinite(columns["lon"])
    if len(units) and placed.any():
        unit[placed] = locate(columns["lon"][placed], columns["lat"][placed], units)
    return unit
