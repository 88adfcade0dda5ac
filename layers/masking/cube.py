"""The published cube: counts by piece, month and group, and by unit, month and group, each month released once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.masking.grid import Grid, piece_counts, piece_places
from layers.masking.suppression import kept

__all__ = [
    "Built",
    "Cells",
    "Cube",
    "MonthOfCube",
    "Records",
    "Rule",
    "Tally",
    "Totals",
    "build",
    "month_of",
    "released",
]

_MONTHS_A_YEAR = 12


@dataclass(frozen=True, eq=False)
class Records:
    """Incidents to be counted, as arrays of one length n; whoever fills it leaves sensitive ones out.

    Parameters
    ----------
    lon, lat : ndarray of float
        Degrees, not a number without a place.
    unit : ndarray of int
        Position of the unit of today at the place, -1 in none.
    group : ndarray of int
        Position of the category's group in `Rule.groups`.
    day : ndarray of int
        Days since 1970-01-01.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    unit: NDArray[np.signedinteger]
    group: NDArray[np.integer]
    day: NDArray[np.signedinteger]


@dataclass(frozen=True)
class Rule:
    """How months are published.

    Parameters
    ----------
    k : int
        Smallest count published, at least `layers.masking.suppression.FEWEST_K`.
    grid : Grid
        The cells.
    groups : tuple of str
        Slugs of the category groups.
    released_on : date
        The day of the release.
    """

    k: int
    grid: Grid
    groups: tuple[str, ...]
    released_on: dt.date


@dataclass(frozen=True, eq=False)
class Cells:
    """Published counts of pieces, ordered by unit, group, row and column.

    Parameters
    ----------
    unit, group : ndarray of int, shape (c,)
        Positions in the month's `units` and in the rule's `groups`.
    column, row : ndarray of int, shape (c,)
        The cell.
    lon_e6, lat_e6 : ndarray of int, shape (c,)
        The place that stands for the piece, millionths of a degree.
    count : ndarray of int, shape (c,)
        Incidents.
    """

    unit: NDArray[np.int64]
    group: NDArray[np.int64]
    column: NDArray[np.int64]
    row: NDArray[np.int64]
    lon_e6: NDArray[np.int64]
    lat_e6: NDArray[np.int64]
    count: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Totals:
    """Published counts of units, ordered by unit and group.

    Parameters
    ----------
    unit, group : ndarray of int, shape (t,)
        Positions in the month's `units` and in the rule's `groups`.
    count : ndarray of int, shape (t,)
        Incidents.
    """

    unit: NDArray[np.int64]
    group: NDArray[np.int64]
    count: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MonthOfCube:
    """One month as it was released; it never changes again.

    Parameters
    ----------
    month : int
        Months since January 1970.
    rule : Rule
        How it was published.
    units : tuple of str
        Outside names ``code@valid_from`` of the units in force on the day of the release.
    pieces : ndarray of int, shape (u,)
        Pieces of each unit.
    cells : Cells
        Counts of pieces.
    totals : Totals
        Counts of units.
    """

    month: int
    rule: Rule
    units: tuple[str, ...]
    pieces: NDArray[np.int64]
    cells: Cells
    totals: Totals

    @property
    def first_day(self) -> dt.date:
        """The month's first day."""
        return dt.date(1970 + self.month // _MONTHS_A_YEAR, self.month % _MONTHS_A_YEAR + 1, 1)


@dataclass(frozen=True, eq=False)
class Cube:
    """Everything that was published.

    Parameters
    ----------
    months : tuple of MonthOfCube
        Each month once, in order; months without any incident are not among them.
    """

    months: tuple[MonthOfCube, ...] = ()


@dataclass(frozen=True)
class Tally:
    """What became of one month's incidents; for the administrator, never published.

    Parameters
    ----------
    incidents : int
        Counted ones: with a place in a unit, not sensitive.
    in_cells, in_totals : int
        Of these, in a published piece; in a published total.
    cells, cells_suppressed : int
        Pieces with incidents that are published; that are left out as small.
    totals, totals_small, totals_withheld : int
        Totals published; left out as small; withheld because they would tell a small piece.
    """

    incidents: int
    in_cells: int
    in_totals: int
    cells: int
    cells_suppressed: int
    totals: int
    totals_small: int
    totals_withheld: int


@dataclass(frozen=True, eq=False)
class Built:
    """Months ready for release.

    Parameters
    ----------
    cube : Cube
        The figures.
    tallies : dict of int to Tally
        By month.
    """

    cube: Cube
    tallies: dict[int, Tally]


@dataclass(frozen=True, eq=False)
class _Ground:
    """What every month of one release has in common."""

    units: gpd.GeoDataFrame
    names: tuple[str, ...]
    pieces: NDArray[np.int64]
    rule: Rule


def month_of(day: NDArray[np.signedinteger]) -> NDArray[np.int64]:
    """Tell the month of days.

    Parameters
    ----------
    day : ndarray of int, shape (n,)
        Days since 1970-01-01.

    Returns
    -------
    ndarray of int, shape (n,)
        Months since January 1970.

    Examples
    --------
    >>> month_of(np.array([-1, 0, 30, 31])).tolist()
    [-1, 0, 0, 1]
    """
    return np.asarray(day).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def build(
    records: Records, units: gpd.GeoDataFrame, *, names: tuple[str, ...], rule: Rule, months: tuple[int, ...]
) -> Built:
    """Count some months and leave out what may not be published.

    Parameters
    ----------
    records : Records
        The incidents, in any order; those without a unit are not counted.
    units : GeoDataFrame
        The u units of today in EPSG:4326, one level, without overlaps.
    names : tuple of str, length u
        Their outside names.
    rule : Rule
        How to publish.
    months : tuple of int
        Whole months, since January 1970. One without any incident is not released, so that records of an
        archive loaded later can still be.

    Returns
    -------
    Built
        The months and what became of their incidents.
    """
    month = month_of(records.day)
    usable = (records.unit >= 0) & np.isfinite(records.lon) & np.isin(month, months)
    ground = _Ground(units, names, piece_counts(units, rule.grid), rule)
    column, row = rule.grid.cells(records.lon[usable], records.lat[usable])
    keys = np.stack([records.unit[usable], records.group[usable], row, column]).astype(np.int64)
    month = month[usable]
    made, tallies = [], {}
    for each in np.unique(month).tolist():
        one, tallies[each] = _month(each, keys[:, month == each], ground)
        made.append(one)
    return Built(Cube(tuple(made)), tallies)


def released(previous: Cube | None, built: Cube) -> Cube:
    """Add months to what was published, changing none of it.

    A month published anew after late entries would tell them: whoever subtracts the one from the other has the
    late entries alone (Hundepool et al. 2012, "Statistical Disclosure Control", Wiley). So what stands,
    stands.

    Parameters
    ----------
    previous : Cube or None
        What was published so far.
    built : Cube
        New months; those published before are passed over.

    Returns
    -------
    Cube
        The months of both, in order.
    """
    standing = {each.month: each for each in (previous or Cube()).months}
    merged = {each.month: each for each in built.months} | standing
    return Cube(tuple(merged[month] for month in sorted(merged)))


def _month(month: int, keys: NDArray[np.int64], ground: _Ground) -> tuple[MonthOfCube, Tally]:
    pieces, count = _counted(keys)
    numbers, table = np.unique(pieces[0] * len(ground.rule.groups) + pieces[1], return_inverse=True)
    table_unit, table_group = np.divmod(numbers, len(ground.rule.groups))
    found = kept(table, count, pieces=ground.pieces[table_unit], k=ground.rule.k)
    cells = _cells(pieces[:, found.listed], count[found.listed], ground)
    shown = found.with_total
    totals = Totals(table_unit[shown], table_group[shown], found.totals[shown])
    small = int(np.count_nonzero(found.totals < ground.rule.k))
    tally = Tally(
        incidents=int(count.sum()),
        in_cells=int(cells.count.sum()),
        in_totals=int(totals.count.sum()),
        cells=len(cells.count),
        cells_suppressed=len(count) - len(cells.count),
        totals=len(totals.count),
        totals_small=small,
        totals_withheld=len(shown) - len(totals.count) - small,
    )
    return MonthOfCube(month, ground.rule, ground.names, ground.pieces, cells, totals), tally


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # As one number each they are sorted many times as fast as in columns.
    low = keys.min(axis=1)
    shape = tuple((keys.max(axis=1) - low + 1).tolist())
    numbers, count = np.unique(np.ravel_multi_index(tuple(keys - low[:, None]), shape), return_counts=True)
    return np.stack(np.unravel_index(numbers, shape)) + low[:, None], count.astype(np.int64)


def _cells(pieces: NDArray[np.int64], count: NDArray[np.int64], ground: _Ground) -> Cells:
    unit, group, row, column = pieces
    lon_e6, lat_e6 = piece_places(ground.units, ground.rule.grid, unit=unit, column=column, row=row)
    return Cells(unit, group, column, row, lon_e6, lat_e6, count)
