"""Published counts spread over the ground of their cells, for those who cut that ground anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.geo import transform_xy
from layers.masking.cube import Cube, MonthOfCube

__all__ = ["SIDE", "SpreadCounts", "last_months", "spread_over_cells"]

_LONLAT = 4326
# Places along each side of a cell.
SIDE = 5


@dataclass(frozen=True, eq=False)
class SpreadCounts:
    """Published pieces and the places their counts are spread over.

    Parameters
    ----------
    home_lon, home_lat : ndarray of float, shape (c,)
        The published place of each piece, degrees; it lies in the piece's unit.
    lon, lat : ndarray of float, shape (c, SIDE²)
        Places spread evenly over its cell, degrees.
    weight : ndarray of float, shape (c,)
        What each of its places counts: the published count over their number.
    """

    home_lon: NDArray[np.float64]
    home_lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    weight: NDArray[np.float64]


def last_months(cube: Cube, count: int) -> tuple[MonthOfCube, ...]:
    """Take the newest months of what was published.

    Parameters
    ----------
    cube : Cube
        As published.
    count : int
        Calendar months, the newest one published being the last of them.

    Returns
    -------
    tuple of MonthOfCube
        Those that were published, in order; months without any incident never are.
    """
    newest = max((month.month for month in cube.months), default=0)
    return tuple(month for month in cube.months if month.month > newest - count)


def spread_over_cells(months: tuple[MonthOfCube, ...]) -> SpreadCounts:
    """Spread each published count evenly over its cell, whatever the categories.

    Nothing but the published figures goes in, so nothing beyond them can be told from the result.

    Parameters
    ----------
    months : tuple of MonthOfCube
        From `last_months`.

    Returns
    -------
    SpreadCounts
        One row for each piece of any of the months; the weights of all places add up to the published counts.
    """
    parts = [np.zeros((7, 0), dtype=np.int64), *(_pieces(month) for month in months)]
    joined = np.concatenate(parts, axis=1)
    pieces, row = np.unique(joined[:-1], axis=1, return_inverse=True)
    count = np.bincount(row.ravel(), weights=joined[-1], minlength=pieces.shape[1])
    epsg, cell_m, column, line, lon_e6, lat_e6 = pieces
    lon, lat = np.zeros((2, len(count), SIDE**2))
    for system in np.unique(epsg).tolist():
        these = epsg == system
        lon[these], lat[these] = _lattice(system, cell_m[these], np.stack([column[these], line[these]]))
    return SpreadCounts(lon_e6 / 1e6, lat_e6 / 1e6, lon, lat, count / SIDE**2)


def _pieces(month: MonthOfCube) -> NDArray[np.int64]:
    """System, side, column, row, place and count of every piece of a month."""
    cells, grid = month.cells, month.rule.grid
    system, side = (np.full(len(cells.count), value, dtype=np.int64) for value in (grid.epsg, grid.cell_m))
    return np.stack([system, side, cells.column, cells.row, cells.lon_e6, cells.lat_e6, cells.count])


def _lattice(
    epsg: int, cell_m: NDArray[np.int64], cell: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    middle = (np.arange(SIDE) + 0.5) / SIDE
    shares = np.stack(np.meshgrid(middle, middle)).reshape(2, 1, SIDE**2)
    x, y = (cell[:, :, None] + shares) * cell_m[None, :, None]
    lon, lat = transform_xy(x.ravel(), y.ravel(), from_epsg=epsg, to_epsg=_LONLAT)
    return lon.reshape(x.shape), lat.reshape(y.shape)
