"""What is read from a store, kept in memory by data version: units in force, incidents as arrays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.boundaries.locate import locate
from layers.boundaries.versions import in_force
from layers.catalog import INCIDENTS, SYNTHETIC, UNITS, Layer
from layers.errors import NotFound
from layers.records import UnitRef
from layers.store import Query, Store
from layers.wording import Text
from mapserver.services.cache import VersionedCache

__all__ = ["IncidentTable", "Reader", "UnitTable", "incident_rows"]

_KEPT_TABLES = 6
_INCIDENT_COLUMNS = ("source", "occurred_from", "occurred_to", "category", "severity", "status")
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class IncidentTable:
    """Every incident as arrays of one length n.

    Parameters
    ----------
    lon, lat : ndarray of float
        Degrees; not a number where the place is not known.
    unit : ndarray of int
        Row in the unit table; -1 outside every unit or without a place.
    category, severity, status : ndarray of int
        Positions in the lists of the same name in `words`.
    words : dict of str to tuple of str
        The slugs that the positions point into.
    day : ndarray of int
        Days since 1970-01-01 in the store's time zone.
    hour : ndarray of int
        0 to 23, -1 when not known.
    synthetic : bool
        Whether any of them is made up.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    unit: NDArray[np.int64]
    category: NDArray[np.int64]
    severity: NDArray[np.int64]
    status: NDArray[np.int64]
    words: dict[str, tuple[str, ...]]
    day: NDArray[np.int64]
    hour: NDArray[np.int64]
    synthetic: bool

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which incidents have a place."""
        return np.isfinite(self.lon)


def incident_rows(columns: tuple[str, ...] = (), *, with_withdrawn: bool = False) -> Query:
    """Say which incidents count: those that were not withdrawn.

    Parameters
    ----------
    columns : tuple of str
        Columns wanted; empty for all.
    with_withdrawn : bool
        Whether withdrawn ones are taken as well.

    Returns
    -------
    Query
        For the layer `incidents`.
    """
    return Query(where=() if with_withdrawn else (("withdrawn", None),), columns=columns)


class Reader:
    """Reads one store and keeps what it read until the data change.

    Parameters
    ----------
    store : Store
        The store of record.
    timezone : str
        IANA name of the zone that defines a day.
    """

    def __init__(self, store: Store, timezone: str) -> None:
        self.store = store
        self.timezone = ZoneInfo(timezone)
        self._tables: VersionedCache[object] = VersionedCache(_KEPT_TABLES, lambda _table: 1)

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

    def units(self, as_of: dt.date) -> UnitTable:
        """Read the units in force on a day.

        Parameters
        ----------
        as_of : date
            The day.

        Returns
        -------
        UnitTable
            Ordered by code.
        """
        version = self.store.versions()[UNITS.key]
        table = self._tables.get_or_make(("units", as_of, version), lambda: self._read_units(as_of))
        assert isinstance(table, UnitTable)  # noqa: S101 - tells mypy what this key holds
        return table

    def all_units(self) -> gpd.GeoDataFrame:
        """Read every unit version without its geometry.

        Returns
        -------
        GeoDataFrame
            Rows of the layer `units`.
        """
        return self.store.read(UNITS, Query(geometry=False))

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
        versions = self.store.versions()
        key = ("incidents", as_of, versions[UNITS.key], versions[INCIDENTS.key], with_withdrawn)
        rows = incident_rows(_INCIDENT_COLUMNS, with_withdrawn=with_withdrawn)
        pair = self._tables.get_or_make(key, lambda: self._read_incidents(as_of, rows))
        assert isinstance(pair, tuple)  # noqa: S101 - tells mypy what this key holds
        return pair

    def symbols(self, layer: Layer) -> gpd.GeoDataFrame:
        """Read a small layer whole.

        Parameters
        ----------
        layer : Layer
            Such as the models or the cameras.

        Returns
        -------
        GeoDataFrame
            All rows.
        """
        version = self.store.versions()[layer.key]
        frame = self._tables.get_or_make((layer.key, version), lambda: self.store.read(layer))
        assert isinstance(frame, gpd.GeoDataFrame)  # noqa: S101 - tells mypy what this key holds
        return frame

    def _read_units(self, as_of: dt.date) -> UnitTable:
        frame = in_force(self.store.read(UNITS), as_of).sort_values("code").reset_index(drop=True)
        names = tuple(f"{code}@{day}" for code, day in zip(frame["code"], frame["valid_from"], strict=True))
        return UnitTable(frame, names)

    def _read_incidents(self, as_of: dt.date, rows: Query) -> tuple[UnitTable, IncidentTable]:
        frame = self.store.read(INCIDENTS, rows)
        table = self.units(as_of)
        units = table.frame
        shapes = frame.geometry.to_numpy()
        lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
        unit = np.full(len(frame), -1, dtype=np.int64)
        placed = np.isfinite(lon)
        if len(units) and placed.any():
            unit[placed] = locate(lon[placed], lat[placed], units)
        codes = {name: pd.factorize(frame[name].fillna("")) for name in ("category", "severity", "status")}
        day, hour = _local_day_hour(frame, self.timezone)
        placed_incidents = IncidentTable(
            lon=lon,
            lat=lat,
            unit=unit,
            category=codes["category"][0].astype(np.int64),
            severity=codes["severity"][0].astype(np.int64),
            status=codes["status"][0].astype(np.int64),
            words={name: tuple(str(word) for word in found[1]) for name, found in codes.items()},
            day=day,
            hour=hour,
            synthetic=bool(frame["source"].eq(SYNTHETIC).any()),
        )
        return table, placed_incidents


def _local_day_hour(frame: gpd.GeoDataFrame, zone: ZoneInfo) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    local = frame["occurred_from"].dt.tz_convert(zone).dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    day = local.astype("datetime64[D]")
    hour = (local - day).astype("timedelta64[h]").astype(np.int64)
    length = (frame["occurred_to"] - frame["occurred_from"]).to_numpy()
    # A range of a day or more says only the day: its hour is not known.
    unknown = ~np.isnat(length) & (length >= _DAY)
    return day.astype(np.int64), np.where(unknown, -1, hour)
