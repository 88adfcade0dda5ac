"""Which unit each of many places lies in."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["locate"]

_POINTS_PER_CELL = 64
_MOST_CELLS_ACROSS = 192
# Cells are grown by this part of their size, so that rounding never puts a place outside its cell.
_CELL_MARGIN = 1e-6


class _Grid(NamedTuple):
    """A coarse grid over the places: the cell of each, and the boxes of the cells in use."""

    cell: NDArray[np.int64]
    boxes: NDArray[np.object_]


def locate(lon: NDArray[np.float64], lat: NDArray[np.float64], units: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Find the unit that holds each place.

    Places are gathered in the cells of a coarse grid. A cell that lies in one unit alone
    answers for all its places; the others are compared with each unit that meets their cell.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Degrees; not a number for a record without a place.
    units : GeoDataFrame
        Units in EPSG:4326 with `code`; a geometry may be missing.

    Returns
    -------
    ndarray of int, shape (n,)
        Position of the unit in `units`, -1 outside all of them. A place on a shared border, or
        in an overlap, goes to the unit with the lowest code.

    Examples
    --------
    >>> cells = [shapely.box(106, 20, 107, 21), shapely.box(107, 20, 108, 21)]
    >>> units = gpd.GeoDataFrame({"code": ["2", "1"]}, geometry=cells, crs="EPSG:4326")
    >>> locate(np.array([106.5, 107.0, 109.0, np.nan]), np.array([20.5, 20.5, 20.5, 20.5]), units).tolist()
    [0, 1, -1, -1]
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    found = np.full(len(x), -1, dtype=np.int64)
    shapes = units.geometry.to_numpy()
    usable = np.flatnonzero(_within_box(x, y, shapes))
    if len(usable) == 0:
        return found
    rank = np.argsort(np.argsort(units["code"].to_numpy(dtype=str), kind="stable"), kind="stable")
    found[usable] = _located(x[usable], y[usable], shapes=shapes, rank=rank)
    return found


def _within_box(x: NDArray[np.float64], y: NDArray[np.float64], shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    placed = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if len(placed) == 0:
        return np.zeros(len(x), dtype=np.bool_)
    west, south, east, north = shapely.total_bounds(placed)
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north), dtype=np.bool_)


def _located(
    x: NDArray[np.float64], y: NDArray[np.float64], *, shapes: NDArray[np.object_], rank: NDArray[np.int64]
) -> NDArray[np.int64]:
    grid = _grid(x, y)
    cells, units = shapely.STRtree(shapes).query(grid.boxes)
    shapes = _prepared_copies(shapes, np.unique(units))
    meet = shapely.intersects(shapes[units], grid.boxes[cells])
    cells, units = cells[meet], units[meet]
    alone = np.bincount(cells, minlength=len(grid.boxes))[cells] == 1
    alone[alone] = shapely.covers(shapes[units[alone]], grid.boxes[cells[alone]])
    of_cell = np.full(len(grid.boxes), -1, dtype=np.int64)
    of_cell[cells[alone]] = units[alone]
    found = of_cell[grid.cell]
    # Written from the highest code to the lowest, so that the lowest stays.
    shared = np.flatnonzero(~alone)
    shared = shared[np.argsort(-rank[units[shared]], kind="stable")]
    places, owners = _pairs(grid, cells[shared], units[shared])
    hit = shapely.intersects_xy(shapes[owners], x[places], y[places])
    found[places[hit]] = owners[hit]
    return found


def _prepared_copies(shapes: NDArray[np.object_], wanted: NDArray[np.int64]) -> NDArray[np.object_]:
    # Preparing changes a shape, and other threads may hold the caller's.
    copies = np.full(len(shapes), None, dtype=object)
    copies[wanted] = shapely.from_wkb(shapely.to_wkb(shapes[wanted]))
    shapely.prepare(copies)
    return copies


def _grid(x: NDArray[np.float64], y: NDArray[np.float64]) -> _Grid:
    across = int(np.clip(np.sqrt(len(x) / _POINTS_PER_CELL), 1, _MOST_CELLS_ACROSS))
    width = max(float(np.ptp(x)), 1e-9) / across
    height = max(float(np.ptp(y)), 1e-9) / across
    column = np.minimum(((x - x.min()) / width).astype(np.int64), across - 1)
    row = np.minimum(((y - y.min()) / height).astype(np.int64), across - 1)
    number = row * across + column
    used = np.flatnonzero(np.bincount(number, minlength=across * across))
    place_of = np.zeros(across * across, dtype=np.int64)
    place_of[used] = np.arange(len(used))
    west, south = x.min() + (used % across) * width, y.min() + (used // across) * height
    pad_x, pad_y = width * _CELL_MARGIN, height * _CELL_MARGIN
    boxes = shapely.box(west - pad_x, south - pad_y, west + width + pad_x, south + height + pad_y)
    return _Grid(place_of[number], np.atleast_1d(boxes))


def _pairs(
    grid: _Grid, cells: NDArray[np.int64], units: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair every place of each cell with the unit given for the cell, in the order given."""
    by_cell = np.argsort(grid.cell, kind="stable")
    counts = np.bincount(grid.cell, minlength=len(grid.boxes))
    starts = np.cumsum(counts) - counts
    lengths = counts[cells]
    ends = np.cumsum(lengths)
    within = np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths)
    return by_cell[np.repeat(starts[cells], lengths) + within], np.repeat(units, lengths)
