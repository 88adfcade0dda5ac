"""What is read from a store, kept in memory by data version: units in force, incidents as arrays."""

from __future__ import annotations

import copy
import datetime as dt
from bisect import bisect_right
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.boundaries.beats import version_names
from layers.boundaries.nesting import dissolved
from layers.boundaries.versions import in_force
from layers.catalog import SYNTHETIC, UNITS, Layer
from layers.errors import NotFound
from layers.index.columns import WORDED
from layers.index.morton import NOWHERE
from layers.index.state import State, TableParts
from layers.records import UnitRef
from layers.store import Query, Store
from layers.wording import Text
from mapserver.services.cache import VersionedCache, Weighed
from mapserver.services.indexing import IncidentSource, folder_of, vintage_of

__all__ = ["LEVELS", "IncidentTable", "Narrowing", "Reader", "UnitTable"]

LEVELS = ("province", "commune", "beat")

_KEPT_TABLES = 12
_KEPT_COLUMN_SETS = 2
_SELECTIONS_BYTES = 96_000_000
# Columns of the index that a table has under the same name.
_PLAIN = ("key", "lon", "lat", "category", "severity", "status", "day", "hour", "identity")


@dataclass(frozen=True, eq=False)
class UnitTable:
    """The units in force on one day.

    Parameters
    ----------
    frame : GeoDataFrame
        Rows of the layer `units`, ordered by code.
    references : tuple of str
        The outside name ``code@valid_from`` of each row.
    """

    frame: gpd.GeoDataFrame
    references: tuple[str, ...]

    @cached_property
    def vintage(self) -> str:
        """A name that the same units with the same shapes always have."""
        return vintage_of(self.frame)

    def position(self, reference: UnitRef) -> int:
        """Find a unit's row.

        Parameters
        ----------
        reference : UnitRef
            A bare code, or a code with the first day of its version.

        Returns
        -------
        int
            Row position.

        Raises
        ------
        NotFound
            When no unit in force has that name.
        """
        for row, name in enumerate(self.references):
            if name == str(reference) or (reference.valid_from is None and name.startswith(f"{reference.code}@")):
                return row
        raise NotFound(
            Text(f"Không có đơn vị {reference} đang có hiệu lực.", f"No unit {reference} is in force."),
            Text("Tìm mã bằng ô tìm kiếm, hoặc đổi “as_of”.", "Search for its code, or change “as_of”."),
        )


@dataclass(frozen=True, eq=False)
class IncidentTable:
    """Every incident as arrays of one length n, of small types, never to be written to.

    Parameters
    ----------
    key : ndarray of uint64
        Key along the Morton curve (`layers.index.morton`), ascending: rows without a place come last. Rows of
        one key are in the order of `identity`.
    lon, lat : ndarray of float
        Degrees; not a number where the place is not known.
    unit : ndarray of int
        Row in the unit table; -1 outside every unit or without a place.
    category, severity, status : ndarray of unsigned int
        Positions in the lists of the same name in `words`.
    words : dict of str to tuple of str
        The slugs that the positions point into; those of the catalogue come first, in its order.
    day : ndarray of int
        Days since 1970-01-01 in the store's time zone.
    hour : ndarray of int
        0 to 23, -1 when not known.
    identity : ndarray of uint64
        The record's id as a number, see `layers.index.identity`.
    salt : int
        The salt of those numbers.
    synthetic : bool
        Whether any of them is made up.
    version : int
        Data version of the incidents.
    published : ndarray of bool, shape (n,), optional
        Rows that are not incidents but published counts, one row for each incident counted: the place stands
        for a cell, the day for a month. None where there are none.
    """

    key: NDArray[np.uint64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    unit: NDArray[np.signedinteger]
    category: NDArray[np.unsignedinteger]
    severity: NDArray[np.unsignedinteger]
    status: NDArray[np.unsignedinteger]
    words: dict[str, tuple[str, ...]]
    day: NDArray[np.int32]
    hour: NDArray[np.int8]
    identity: NDArray[np.uint64]
    salt: int
    synthetic: bool
    version: int
    published: NDArray[np.bool_] | None = None

    @cached_property
    def placed_count(self) -> int:
        """How many rows have a place; they come first."""
        return int(np.searchsorted(self.key, NOWHERE))

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which incidents have a place."""
        placed = np.zeros(len(self.key), dtype=bool)
        placed[: self.placed_count] = True
        return placed


@dataclass(frozen=True)
class _Columns:
    """The columns of a table that do not depend on boundaries."""

    parts: TableParts
    plain: dict[str, NDArray[Any]]
    synthetic: bool


class Narrowing(Protocol):
    """Leaves only what one viewer may see."""

    @property
    def key(self) -> Hashable:
        """Names who sees what; part of the key of whatever is kept."""
        ...

    def incidents(self, as_of: dt.date, *, with_withdrawn: bool) -> tuple[UnitTable, IncidentTable]:
        """Read what may be seen of the incidents.

        Parameters
        ----------
        as_of : date
            The day whose units they are placed in.
        with_withdrawn : bool
            Whether incidents that were withdrawn are among them.

        Returns
        -------
        tuple of UnitTable and IncidentTable
            As `Reader.incidents` gives them.
        """
        ...

    def symbols(self, layer: Layer) -> gpd.GeoDataFrame:
        """Read what may be seen of a small layer.

        Parameters
        ----------
        layer : Layer
            Such as the cameras.

        Returns
        -------
        GeoDataFrame
            The rows that may be seen.
        """
        ...


class Reader:
    """Reads one store and keeps what it read until the data change.

    Parameters
    ----------
    store : Store
        The store of record.
    timezone : str
        IANA name of the zone that defines a day.
    index : Path, optional
        Folder of the index; the one beside the store when left out.
    """

    def __init__(self, store: Store, timezone: str, index: Path | None = None) -> None:
        self.store = store
        self.timezone = ZoneInfo(timezone)
        # Small tables made from whole layers, by anyone who names what and of which data version.
        self.tables: VersionedCache[object] = VersionedCache(_KEPT_TABLES, lambda _table: 1)
        self._columns: VersionedCache[_Columns] = VersionedCache(_KEPT_COLUMN_SETS, lambda _columns: 1)
        self._incidents: VersionedCache[IncidentTable] = VersionedCache(_KEPT_COLUMN_SETS, lambda _table: 1)
        # Filled by `mapserver.services.incidents`: what was selected last.
        self.selections: VersionedCache[Weighed] = VersionedCache(_SELECTIONS_BYTES, lambda held: held.nbytes)
        self._source = IncidentSource(store, timezone, folder_of(store) if index is None else index)
        self._narrowing: Narrowing | None = None

    def narrowed(self, narrowing: Narrowing) -> Reader:
        """Make a reader of the same store that gives only what one viewer may see.

        Parameters
        ----------
        narrowing : Narrowing
            What is left.

        Returns
        -------
        Reader
            Keeps what it read in the same place as this one.
        """
        twin = copy.copy(self)
        twin._narrowing = narrowing  # noqa: SLF001 - a copy of this very object
        return twin

    @property
    def narrowed_to(self) -> Hashable:
        """Names what is seen through this reader; None where that is everything."""
        return None if self._narrowing is None else self._narrowing.key

    def today(self, now: dt.datetime) -> dt.date:
        """Tell which day it is where the map is used.

        Parameters
        ----------
        now : datetime
            The moment, with its time zone.

        Returns
        -------
        date
            The local day.
        """
        return now.astimezone(self.timezone).date()

    def units(self, as_of: dt.date, level: str = "commune") -> UnitTable:
        """Read the units of one level in force on a day.

        Parameters
        ----------
        as_of : date
            The day.
        level : str
            One of `LEVELS`; the units of one level do not overlap. Provinces are dissolved from the
            communes of the day.

        Returns
        -------
        UnitTable
            Ordered by code.
        """
        version = self.store.versions()[UNITS.key]
        # All days of a vintage have the same units: they are read once.
        since = self._vintage_of(as_of, "commune" if level == "province" else level, version)
        table = self.tables.get_or_make(("units", since, level, version), lambda: self._read_units(since, level))
        assert isinstance(table, UnitTable)  # noqa: S101 - tells mypy what this key holds
        return table

    def all_units(self) -> gpd.GeoDataFrame:
        """Read every unit version without its geometry.

        Returns
        -------
        GeoDataFrame
            Rows of the layer `units`, never to be written to.
        """
        version = self.store.versions()[UNITS.key]
        frame = self.tables.get_or_make(("all units", version), lambda: self.store.read(UNITS, Query(geometry=False)))
        assert isinstance(frame, gpd.GeoDataFrame)  # noqa: S101 - tells mypy what this key holds
        return frame

    def incidents(self, as_of: dt.date, *, with_withdrawn: bool = False) -> tuple[UnitTable, IncidentTable]:
        """Read every incident, placed in the units in force on a day.

        Parameters
        ----------
        as_of : date
            The day.
        with_withdrawn : bool
            Whether incidents that were withdrawn are among them.

        Returns
        -------
        tuple of UnitTable and IncidentTable
            The units, and all incidents as arrays whose positions point into just these units, even
            when other boundaries are being committed at this moment.
        """
        if self._narrowing is not None:
            return self._narrowing.incidents(as_of, with_withdrawn=with_withdrawn)
        units = self.units(as_of)
        state = self._source.state()
        key = (state.base.name, state.version, with_withdrawn)
        table = self._incidents.get_or_make(
            (*key, units.vintage), lambda: self._placed_in(units, state, with_withdrawn=with_withdrawn)
        )
        return units, table

    def symbols(self, layer: Layer) -> gpd.GeoDataFrame:
        """Read a small layer whole.

        Parameters
        ----------
        layer : Layer
            Such as the models or the cameras.

        Returns
        -------
        GeoDataFrame
            All rows that may be seen.
        """
        if self._narrowing is not None:
            return self._narrowing.symbols(layer)
        version = self.store.versions()[layer.key]
        frame = self.tables.get_or_make((layer.key, version), lambda: self.store.read(layer))
        assert isinstance(frame, gpd.GeoDataFrame)  # noqa: S101 - tells mypy what this key holds
        return frame

    def _vintage_of(self, as_of: dt.date, level: str, version: int) -> dt.date:
        days = self.tables.get_or_make(("days", level, version), lambda: self._days_of_change(level))
        assert isinstance(days, tuple)  # noqa: S101 - tells mypy what this key holds
        begun = bisect_right(days, as_of.isoformat())
        return dt.date.fromisoformat(days[begun - 1]) if begun else dt.date.min

    def _days_of_change(self, level: str) -> tuple[str, ...]:
        columns = ("valid_from", "valid_to")
        spans = self.store.read(UNITS, Query(where=(("level", level),), columns=columns, geometry=False))
        return tuple(sorted({day for name in columns for day in spans[name] if isinstance(day, str) and day}))

    def _read_units(self, as_of: dt.date, level: str) -> UnitTable:
        if level == "province":
            whole = dissolved(self.units(as_of).frame)
            return UnitTable(whole, tuple(version_names(whole)))
        frame = (
            in_force(self.store.read(UNITS, Query(where=(("level", level),))), as_of)
            .sort_values("code")
            .reset_index(drop=True)
        )
        return UnitTable(frame, tuple(version_names(frame)))

    def _placed_in(self, units: UnitTable, state: State, *, with_withdrawn: bool) -> IncidentTable:
        key = (state.base.name, state.version, with_withdrawn)
        held = self._columns.get_or_make(key, lambda: _columns(state, with_withdrawn=with_withdrawn))
        return IncidentTable(
            **held.plain,
            unit=self._source.units_of(held.parts, units.frame, units.vintage),
            words={name: state.words[name] for name in WORDED},
            salt=state.salt,
            synthetic=held.synthetic,
            version=state.version,
        )


def _columns(state: State, *, with_withdrawn: bool) -> _Columns:
    parts = state.parts(with_withdrawn=with_withdrawn)
    plain = {name: parts.column(name) for name in _PLAIN}
    made_up = [place for place, word in enumerate(state.words["source"]) if word == SYNTHETIC]
    synthetic = bool(made_up) and bool(np.any(parts.column("source") == made_up[0]))
    return _Columns(parts, plain, synthetic)
