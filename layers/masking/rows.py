"""The published cube as arrays: one row for each incident counted, all rows of one published figure alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from layers.masking.audit import intervals
from layers.masking.cube import Cube, MonthOfCube

__all__ = ["PublishedRows", "published_rows"]

_EPOCH = dt.date(1970, 1, 1)
_NOWHERE = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class PublishedRows:
    """What readers without the right to exact places have instead of incidents, as arrays of one length n.

    A listed piece is as many rows at its place. What a published total has beyond the listed pieces is as many rows
    of the unit without a place, so rows by unit add up to the total. Rows of one figure are the same in everything:
    no filter can take a part of them.

    Parameters
    ----------
    lon, lat : ndarray of float64
        Degrees of the place that stands for the piece; not a number where only the unit is published.
    day : ndarray of int32
        The month's first day, days since 1970-01-01.
    category : ndarray of int32
        Position in `categories`.
    unit : ndarray of int32
        Position in `units`.
    categories : tuple of str
        Slugs of category groups.
    units : tuple of str
        Outside names ``code@valid_from`` as of the day of each month's release.
    release : str
        Name of the release; empty for none.
    k : int
        Smallest count that was published in any month; 0 when nothing is published.
    cell_m : float
        Largest side of a cell in any month, metres; 0 when nothing is published.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    day: NDArray[np.int32]
    category: NDArray[np.int32]
    unit: NDArray[np.int32]
    categories: tuple[str, ...]
    units: tuple[str, ...]
    release: str
    k: int
    cell_m: float

    @classmethod
    def none(cls) -> PublishedRows:
        """Make what a reader has before the first release.

        Returns
        -------
        PublishedRows
            Without rows.

        Examples
        --------
        >>> len(PublishedRows.none().lon)
        0
        """
        return published_rows(Cube(), release="")

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which rows have a place."""
        return np.isfinite(self.lon)

    def taken(self, mask: NDArray[np.bool_]) -> PublishedRows:
        """Take some rows.

        Parameters
        ----------
        mask : ndarray of bool, shape (n,)
            Which; the same for rows of one figure if the reader may see the result.

        Returns
        -------
        PublishedRows
            Those rows, with the same lists of names.
        """
        return replace(
            self,
            lon=self.lon[mask],
            lat=self.lat[mask],
            day=self.day[mask],
            category=self.category[mask],
            unit=self.unit[mask],
        )

    def without(self, units: Collection[str]) -> PublishedRows:
        """Leave the rows of some units out, for a reader who has their incidents exactly.

        Parameters
        ----------
        units : collection of str
            Outside names of the units left out, ``code@valid_from``.

        Returns
        -------
        PublishedRows
            The other rows.
        """
        kept = np.array([name not in units for name in self.units], dtype=bool)
        return self.taken(kept[self.unit])

    def units_only(self) -> PublishedRows:
        """Take away every place, for a reader who may have counts of units alone.

        Returns
        -------
        PublishedRows
            As many rows, none of them with a place.
        """
        nowhere = np.full(len(self.lon), np.nan)
        return replace(self, lon=nowhere, lat=nowhere)


def published_rows(cube: Cube, *, release: str) -> PublishedRows:
    """Write every published figure as that many rows.

    Parameters
    ----------
    cube : Cube
        As published.
    release : str
        Its name, from `layers.masking.coding.release_name`.

    Returns
    -------
    PublishedRows
        By month: the pieces by unit and category, then what the totals have beyond them. Where a total is below
        k or withheld, the rows of a unit are fewer than its incidents.
    """
    units = _positions(name for month in cube.months for name in month.units)
    categories = _positions(name for month in cube.months for name in month.rule.groups)
    figures = [np.zeros((6, 0), dtype=np.int64)]
    for month in cube.months:
        part = _figures(month)
        part[3] = np.array([units[name] for name in month.units], dtype=np.int64)[part[3]]
        part[4] = np.array([categories[name] for name in month.rule.groups], dtype=np.int64)[part[4]]
        figures.append(part)
    lon_e6, lat_e6, day, unit, category, count = np.concatenate(figures, axis=1)
    lon, lat = (np.where(place == _NOWHERE, np.nan, place / 1e6) for place in (lon_e6, lat_e6))
    day, unit, category = (np.repeat(column.astype(np.int32), count) for column in (day, unit, category))
    return PublishedRows(
        np.repeat(lon, count),
        np.repeat(lat, count),
        day,
        category,
        unit,
        categories=tuple(categories),
        units=tuple(units),
        release=release,
        k=min((month.rule.k for month in cube.months), default=0),
        cell_m=float(max((month.rule.grid.cell_m for month in cube.months), default=0)),
    )


def _positions(names: Iterable[str]) -> dict[str, int]:
    return {name: at for at, name in enumerate(dict.fromkeys(names))}


def _figures(month: MonthOfCube) -> NDArray[np.int64]:
    """Longitude, latitude, day, unit, group and count of every figure of a month."""
    cells, rest = month.cells, intervals(month).rest
    unit, group = np.nonzero(rest > 0)
    nowhere = np.full(len(unit), _NOWHERE)
    in_cells = np.stack([cells.lon_e6, cells.lat_e6, cells.unit, cells.group, cells.count])
    beyond = np.stack([nowhere, nowhere, unit, group, rest[unit, group]])
    figures = np.concatenate([in_cells, beyond], axis=1)
    return np.insert(figures, 2, (month.first_day - _EPOCH).days, axis=0)
