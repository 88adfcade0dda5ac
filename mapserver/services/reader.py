"""What is read from a store, kept in memory by data version: units in force, incidents as arrays."""

from __future__ import annotations

import copy
import datetime as dt
from bisect import bisect_right
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np

from layers.boundaries.nesting import dissolved
from layers.boundaries.versions import days_of_change, in_force, version_names
from layers.catalog import INCIDENTS, SYNTHETIC, UNITS, Layer
from layers.index.columns import WORDED
from layers.index.state import State, TableParts
from layers.store import Query, Store
from mapserver.services.cache import VersionedCache, Weighed
from mapserver.services.indexing import IncidentSource, folder_of
from mapserver.services.tables import IncidentTable, UnitTable

__all__ = ["LEVELS", "Narrowing", "Reader"]

LEVELS = ("province", "commune", "beat")

_KEPT_TABLES = 12
_KEPT_COLUMN_SETS = 2
_SELECTIONS_BYTES = 96_000_000
# Columns of the index that a table has under the same name.
_PLAIN = ("key", "lon", "lat", "category", "severity", "status", "day", "hour", "identity", "accuracy_m")


@dataclass(frozen=True)
class _Columns:
    """The columns of a table that do not depend on boundaries."""

    parts: TableParts
    plain: dict[str, Any]
    synthetic: bool


class Narrowing(Protocol):
    """Leaves only what one viewer may see."""

    @property
    def key(self) -> Hashable:
        """Names who sees what; part of the key of whatever is kept."""
        ...

    def versions(self) -> dict[str, int]:
        """Tell the data versions; see `Reader.versions`.

        Returns
        -------
        dict of str to int
            Key of the layer -> version.
        """
        ...

    def incidents(self, as_of: dt.date, *, with_withdrawn: bool) -> tuple[UnitTable, IncidentTable]:
        """Read what may be seen of the incidents; see `Reader.incidents`.

        Parameters
        ----------
        as_of : date
            The day whose units they are placed in.
        with_withdrawn : bool
            Whether incidents that were withdrawn are among them.

        Returns
        -------
        tuple of UnitTable and IncidentTable
            Positions in the second point into the first.
        """
        ...

    def details(self, query: Query) -> gpd.GeoDataFrame:
        """Read incidents with every column behind the second fence.

        Parameters
        ----------
        query : Query
            Which of them.

        Returns
        -------
        GeoDataFrame
            Those the store gives this viewer.
        """
        ...

    def exact_area(self) -> frozenset[str] | None:
        """Tell where incidents are seen as they are; see `Reader.exact_area`.

        Returns
        -------
        frozenset of str or None
            Codes of units.
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
        # Small tables made from whole layers, named by what they hold and of which data version.
        self.tables: VersionedCache[object] = VersionedCache(_KEPT_TABLES, lambda _table: 1)
        self._columns: VersionedCache[_Columns] = VersionedCache(_KEPT_COLUMN_SETS, lambda _columns: 1)
        self._incidents: VersionedCache[IncidentTable] = VersionedCache(_KEPT_COLUMN_SETS, lambda _table: 1)
        # Filled by `mapserver.services.incidents`: what was selected last.
        self.selections: VersionedCache[Weighed] = VersionedCache(_SELECTIONS_BYTES, lambda held: held.nbytes)
        self._source = IncidentSource(store, timezone, folder_of(store) if index is None else index)
        self._narrowing: Narrowing | None = None

    def narrowed(self, narrowing: Narrowing) -> Reader:
        """Make a reader of the same store, keeping in the same place, that gives only what one viewer may see.

        Parameters
        ----------
        narrowing : Narrowing
            What is left.

        Returns
        -------
        Reader
            A twin of this one.
        """
        twin = copy.copy(self)
        twin._narrowing = narrowing  # noqa: SLF001 - a copy of this very object
        return twin

    @property
    def narrowed_to(self) -> Hashable:
        """Names what is seen through this reader; None where that is everything."""
        return None if self._narrowing is None else self._narrowing.key

    def exact_area(self) -> frozenset[str] | None:
        """Tell where incidents are seen as they are through this reader.

        Returns
        -------
        frozenset of str or None
            Codes of units in force today; None for everywhere.
        """
        return None if self._narrowing is None else self._narrowing.exact_area()

    def versions(self) -> dict[str, int]:
        """Tell the data versions of the layers, as answers name them and their keys hold them.

        Returns
        -------
        dict of str to int
            By key of the layer; 0 where no record may be seen as it is.
        """
        return self.store.versions() if self._narrowing is None else self._narrowing.versions()

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
            All incidents, and just the units their positions point into, even while others are being committed.
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

    def details(self, query: Query) -> gpd.GeoDataFrame:
        """Read incidents with every column from the store, where its second fence holds as well.

        Parameters
        ----------
        query : Query
            Which of them.

        Returns
        -------
        GeoDataFrame
            In a file all of them: what may be shown is told by `incidents`.
        """
        return self.store.read(INCIDENTS, query) if self._narrowing is None else self._narrowing.details(query)

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
        days = self.tables.get_or_make(("days", level, version), lambda: days_of_change(self.all_units(), level))
        assert isinstance(days, tuple)  # noqa: S101 - tells mypy what this key holds
        begun = bisect_right(days, as_of.isoformat())
        return dt.date.fromisoformat(days[begun - 1]) if begun else dt.date.min

    def _read_units(self, as_of: dt.date, level: str) -> UnitTable:
        if level == "province":
            whole = dissolved(self.units(as_of).frame)
            return UnitTable(whole, tuple(version_names(whole)))
        read = self.store.read(UNITS, Query(where=(("level", level),)))
        frame = in_force(read, as_of).sort_values("code").reset_index(drop=True)
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
