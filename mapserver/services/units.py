"""Reading units: generalised for the page, and found by name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.boundaries.generalise import generalise
from layers.boundaries.search import search as search_names
from layers.boundaries.versions import in_force
from layers.catalog import UNITS
from layers.incidents.summary import by_unit
from layers.records import Filter
from layers.wording import Text
from mapserver.services.incidents import dated_filter, select
from mapserver.services.provenance import Provenance, notices
from mapserver.services.reader import Reader
from mapserver.services.selecting import vintage_text
from mapserver.services.tables import UnitTable
from mapserver.services.unit_levels import UnitLevels, label_places

__all__ = [
    "Found",
    "ListedUnits",
    "PageUnits",
    "UnitCounts",
    "count_units",
    "find_units",
    "listed_units",
    "page_units",
    "unit_list",
]

# What one pixel covers when a province fills the screen; finer lines would not be seen.
_TOLERANCE_M = 25.0


@dataclass(frozen=True)
class PageUnits:
    """The units as the page draws them.

    Parameters
    ----------
    units : UnitTable
        The units in force.
    shapes : GeoDataFrame
        Their generalised geometries, in the same order.
    label_lonlat : ndarray of float, shape (n, 2)
        Where each name stands best.
    provenance : Provenance
        Where they come from.
    """

    units: UnitTable
    shapes: gpd.GeoDataFrame
    label_lonlat: NDArray[np.float64]
    provenance: Provenance


@dataclass(frozen=True)
class Found:
    """Units found by name, best first.

    Parameters
    ----------
    units : UnitTable
        The units in force.
    rows : tuple of int
        Positions of the m units found.
    label_lonlat : ndarray of float, shape (m, 2)
        Where the name of each of them stands best.
    """

    units: UnitTable
    rows: tuple[int, ...]
    label_lonlat: NDArray[np.float64]


@dataclass(frozen=True)
class ListedUnits:
    """The units in force on a day, n of them, without their shapes.

    Parameters
    ----------
    units : UnitTable
        Ordered by code.
    label_lonlat : ndarray of float, shape (n, 2)
        Where each name stands best; not a number for a unit without geometry.
    vintage : Text
        Which boundaries they are.
    notices : tuple of Text
        What every picture of them must say.
    version : int
        Data version of the units.
    """

    units: UnitTable
    label_lonlat: NDArray[np.float64]
    vintage: Text
    notices: tuple[Text, ...]
    version: int


@dataclass(frozen=True)
class UnitCounts:
    """Incidents of each unit.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
        In the order of the units in force.
    provenance : Provenance
        Where they come from.
    """

    counts: NDArray[np.int64]
    provenance: Provenance


def page_units(reader: Reader, asked: Filter, *, now: dt.datetime, level: str = "commune") -> PageUnits:
    """Generalise the units in force as one coverage.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        Its `as_of` names the day.
    now : datetime
        The moment.
    level : str
        Level of the units; provinces are dissolved from their wards.

    Returns
    -------
    PageUnits
        Neighbours share their borders exactly.
    """
    taken = select(reader, asked, now=now)
    day = taken.provenance.asked.as_of or reader.today(now)
    every = taken.units if level == "commune" else reader.units(day, level)
    drawn = every.frame[every.frame.geometry.notna()]
    units = UnitTable(drawn.reset_index(drop=True), tuple(every.references[row] for row in drawn.index))
    shapes = generalise(units.frame, _TOLERANCE_M) if len(units.frame) else units.frame
    return PageUnits(units, shapes, label_places(units.frame), taken.provenance)


def find_units(reader: Reader, text: str, asked: Filter, *, now: dt.datetime, limit: int = 10) -> Found:
    """Find units in force by name or code, unaccented.

    Parameters
    ----------
    reader : Reader
        The store.
    text : str
        What the reader typed.
    asked : Filter
        Its `as_of` names the day.
    now : datetime
        The moment.
    limit : int
        Most answers wanted.

    Returns
    -------
    Found
        Best first.
    """
    dated = dated_filter(reader, asked, now=now)
    units = reader.units(dated.as_of or reader.today(now))
    rows = tuple(search_names(units.frame, text, limit=limit))
    # A label takes a millisecond to place: only for those that are shown.
    shown = UnitTable(units.frame.iloc[list(rows)], tuple(units.references[row] for row in rows))
    return Found(units, rows, label_places(shown.frame))


def listed_units(reader: Reader, levels: UnitLevels, as_of: dt.date) -> ListedUnits:
    """List the units in force without their shapes.

    Parameters
    ----------
    reader : Reader
        The store.
    levels : UnitLevels
        Keeps where names stand.
    as_of : date
        The day.

    Returns
    -------
    ListedUnits
        In the order that ids in tiles and counts run along.
    """
    version = reader.store.versions()[UNITS.key]
    units = reader.units(as_of)
    return ListedUnits(units, levels.labels(reader, as_of), vintage_text(units), notices(units), version)


def count_units(reader: Reader, asked: Filter, *, now: dt.datetime) -> UnitCounts:
    """Count the incidents of each unit.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        Which incidents.
    now : datetime
        The moment.

    Returns
    -------
    UnitCounts
        One number a unit, in the order of the list.
    """
    taken = select(reader, asked, now=now)
    counts = by_unit(taken.table.unit.compress(taken.mask), len(taken.units.frame))
    return UnitCounts(counts[1:], taken.provenance)


def unit_list(reader: Reader, *, as_of: dt.date | None = None, level: str | None = None) -> list[dict[str, object]]:
    """List unit versions.

    Parameters
    ----------
    reader : Reader
        The store.
    as_of : date, optional
        Only those in force on this day; every version when left out.
    level : str, optional
        Only those of this level; provinces need a day.

    Returns
    -------
    list of dict
        ``code, name, unit_type, level, area_km2, population, valid_from, valid_to``, by code and day.
    """
    if level == "province" and as_of is not None:
        frame = reader.units(as_of, level).frame.assign(valid_to=None)
    else:
        frame = reader.all_units().sort_values(["code", "valid_from"])
        frame = frame if as_of is None else in_force(frame, as_of)
        frame = frame if level is None else frame[frame["level"] == level]
    names = ["code", "name", "unit_type", "level", "area_km2", "population", "valid_from", "valid_to"]
    rows = frame[names].astype(object)
    records: list[dict[str, object]] = rows.where(rows.notna(), None).to_dict("records")
    return records
