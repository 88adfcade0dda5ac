"""Reading incidents: points for the map, and everything that is counted, in one call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from layers.catalog import INCIDENTS
from layers.incidents.summary import Summary, summarise, timeline
from layers.records import Filter
from mapserver.services.provenance import Provenance, provenance
from mapserver.services.reader import Reader
from mapserver.services.selecting import chosen
from mapserver.services.tables import IncidentTable, UnitTable

__all__ = ["Counted", "Points", "Selection", "dated_filter", "points", "select", "summary"]

# A tenth of a metre: finer than any place is known, and a third of the digits.
_DEGREE_DIGITS = 6


@dataclass(frozen=True)
class Selection:
    """The incidents that a filter takes, with what is needed to count and draw them.

    Parameters
    ----------
    units : UnitTable
        The units in force.
    table : IncidentTable
        All n incidents.
    mask : ndarray of bool, shape (n,)
        Those taken; never to be written to, since it is kept for the next request.
    provenance : Provenance
        Where the numbers come from.
    """

    units: UnitTable
    table: IncidentTable
    mask: NDArray[np.bool_]
    provenance: Provenance

    @cached_property
    def taken_before(self) -> NDArray[np.int32]:
        """How many were taken among the first 0, 1, … n rows; shape (n + 1,)."""
        sums = np.zeros(len(self.mask) + 1, dtype=np.int32)
        np.cumsum(self.mask, out=sums[1:])
        return sums

    @property
    def nbytes(self) -> int:
        """Bytes of the mask and of `taken_before`."""
        return len(self.mask) * 5


@dataclass(frozen=True)
class Points:
    """Incidents with a place, as columns of one length m.

    Parameters
    ----------
    columns : dict of str to list
        ``lon, lat`` degrees; ``category`` position in `categories`; ``day`` since 1970-01-01; ``hour``.
    categories : tuple of str
        Slugs.
    provenance : Provenance
        Where the numbers come from.
    """

    columns: dict[str, list[float] | list[int]]
    categories: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True)
class Counted:
    """Everything counted over one selection.

    Parameters
    ----------
    summary : Summary
        The counts.
    units : UnitTable
        The units that ``summary.by_unit`` runs along.
    categories : tuple of str
        The slugs that ``summary.by_category`` runs along.
    provenance : Provenance
        Where the numbers come from.
    """

    summary: Summary
    units: UnitTable
    categories: tuple[str, ...]
    provenance: Provenance


def select(reader: Reader, asked: Filter, *, now: dt.datetime) -> Selection:
    """Take the incidents of a filter.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        What was asked for; without `as_of` the boundaries of today are used.
    now : datetime
        The moment.

    Returns
    -------
    Selection
        The incidents.

    Raises
    ------
    NotFound
        When the unit asked for is not in force.
    InvalidParameter
        When a category is not in the list.
    """
    dated = dated_filter(reader, asked, now=now)
    versions = reader.versions()
    units, table = reader.incidents(dated.as_of or reader.today(now), with_withdrawn=dated.with_withdrawn)
    versions[INCIDENTS.key] = table.version
    key = (dated, units, table, tuple(versions.items()))
    taken = reader.selections.get_or_make(key, lambda: _selection(dated, units, table, versions=versions))
    assert isinstance(taken, Selection)  # noqa: S101 - tells mypy what this cache holds
    return taken


def _selection(dated: Filter, units: UnitTable, table: IncidentTable, *, versions: dict[str, int]) -> Selection:
    mask = chosen(table, units, dated)
    mask.flags.writeable = False
    said = provenance(dated, units=units, table=table, mask=mask, versions=versions)
    return Selection(units, table, mask, said)


def dated_filter(reader: Reader, asked: Filter, *, now: dt.datetime) -> Filter:
    """Fill in today where a filter names no day for its boundaries.

    Parameters
    ----------
    reader : Reader
        Knows the time zone.
    asked : Filter
        What was asked for.
    now : datetime
        The moment.

    Returns
    -------
    Filter
        With `as_of` set.
    """
    return replace(asked, as_of=asked.as_of or reader.today(now))


def points(reader: Reader, asked: Filter, *, now: dt.datetime) -> Points:
    """Read the incidents that have a place.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        What was asked for.
    now : datetime
        The moment.

    Returns
    -------
    Points
        Columns, not records.
    """
    taken = select(reader, asked, now=now)
    table = taken.table
    rows = np.flatnonzero(taken.mask & table.placed)
    columns: dict[str, list[float] | list[int]] = {
        "lon": np.round(table.lon[rows], _DEGREE_DIGITS).tolist(),
        "lat": np.round(table.lat[rows], _DEGREE_DIGITS).tolist(),
        "category": table.category[rows].tolist(),
        "day": table.day[rows].tolist(),
        "hour": table.hour[rows].tolist(),
    }
    return Points(columns, table.words["category"], taken.provenance)


def summary(reader: Reader, asked: Filter, *, now: dt.datetime) -> Counted:
    """Count a selection by unit, category, day, hour and weekday.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        What was asked for.
    now : datetime
        The moment.

    Returns
    -------
    Counted
        All counts; the timeline runs over all days, whatever the period.
    """
    taken = select(reader, asked, now=now)
    table, rows = taken.table, np.flatnonzero(taken.mask)
    counted = summarise(
        table.unit[rows],
        table.category[rows],
        table.day[rows],
        hours=table.hour[rows],
        unit_count=len(taken.units.frame),
        category_count=len(table.words["category"]),
    )
    any_day = chosen(table, taken.units, taken.provenance.asked, any_day=True)
    first_day, days = timeline(table.day[any_day])
    return Counted(
        replace(counted, first_day=first_day, timeline=days), taken.units, table.words["category"], taken.provenance
    )
