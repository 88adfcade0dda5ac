"""The fixed grid that counts are published on, and the pieces that the borders of units cut it into."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import to_crs, transform_xy

__all__ = ["Grid", "piece_counts", "piece_places"]

_LONLAT = 4326
# Places tried along each side of a cell, to see whether a unit has a share of it worth the name.
_TRIED = 4


@dataclass(frozen=True)
class Grid:
    """Square cells that never move: they are counted from the origin of a metric system, not from any data.

    Parameters
    ----------
    epsg : int
        The metric system, from `layers.geo.metric_crs`.
    cell_m : int
        Side of a cell, metres.
    """

    epsg: int
    cell_m: int

    def cells(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find the cell of each place.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (n,)
            Degrees, all of them known.

        Returns
        -------
        tuple of ndarray of int, shape (n,)
            Column to the east and row to the north.

        Examples
        --------
        >>> column, row = Grid(9210, 500).cells(np.array([105.755, 105.76]), np.array([20.9, 20.9]))
        >>> column.tolist(), bool(row[0] == row[1])
        ([1000, 1001], True)
        """
        x, y = transform_xy(lon, lat, from_epsg=_LONLAT, to_epsg=self.epsg)
        return np.floor(x / self.cell_m).astype(np.int64), np.floor(y / self.cell_m).astype(np.int64)


def piece_counts(units: gpd.GeoDataFrame, grid: Grid) -> NDArray[np.int64]:
    """Count the pieces of each unit: the cells it has a share of.

    A reader may guess that nothing happened in a sliver, so a cell counts only when one of 16 places spread evenly
    over it lies in the unit. Too low a count is safe: it lets fewer totals be published.

    Parameters
    ----------
    units : GeoDataFrame
        u units in EPSG:4326; a geometry may be missing.
    grid : Grid
        The grid.

    Returns
    -------
    ndarray of int, shape (u,)
        Pieces; 0 without a geometry.

    Examples
    --------
    >>> ward = shapely.box(105.75, 20.9, 105.77, 20.91)
    >>> frame = gpd.GeoDataFrame(geometry=[ward, None], crs="EPSG:4326")
    >>> piece_counts(frame, Grid(9210, 500)).tolist()
    [15, 0]
    """
    shapes = to_crs(units, grid.epsg).geometry.to_numpy()
    return np.array([_pieces_of(shape, grid.cell_m) for shape in shapes], dtype=np.int64)


def piece_places(
    units: gpd.GeoDataFrame, grid: Grid, *, unit: NDArray[np.int64], column: NDArray[np.int64], row: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose one place for each piece: the middle of its cell where that lies in the unit, else one inside.

    It depends on the border and the grid alone, never on what happened there.

    Parameters
    ----------
    units : GeoDataFrame
        Units in EPSG:4326.
    grid : Grid
        The grid.
    unit : ndarray of int, shape (n,)
        Position of the piece's unit; it has a geometry.
    column, row : ndarray of int, shape (n,)
        The piece's cell.

    Returns
    -------
    tuple of ndarray of int, shape (n,)
        Longitude and latitude in millionths of a degree.
    """
    # The caller's shapes may be held by other threads; a change of system makes new ones.
    shapes = to_crs(units, grid.epsg).geometry.to_numpy()[unit]
    side = grid.cell_m
    x, y = (np.asarray((cell + 0.5) * side, dtype=np.float64) for cell in (column, row))
    beside = np.flatnonzero(~shapely.contains_xy(shapes, x, y))
    boxes = shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side)
    for place in beside.tolist():
        found = _place_in(shapes[place], boxes[place])
        x[place], y[place] = found.x, found.y
    lon, lat = transform_xy(x, y, from_epsg=grid.epsg, to_epsg=_LONLAT)
    return np.round(lon * 1e6).astype(np.int64), np.round(lat * 1e6).astype(np.int64)


def _pieces_of(shape: shapely.Geometry | None, side: int) -> int:
    if shape is None or shape.is_empty:
        return 0
    west, south, east, north = (int(np.floor(edge / side)) for edge in shape.bounds)
    step = side / _TRIED
    x = west * side + (np.arange((east - west + 1) * _TRIED) + 0.5) * step
    y = south * side + (np.arange((north - south + 1) * _TRIED) + 0.5) * step
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, *np.meshgrid(x, y))
    blocks = inside.reshape(north - south + 1, _TRIED, east - west + 1, _TRIED)
    return int(np.count_nonzero(blocks.any(axis=(1, 3))))


def _place_in(shape: shapely.Geometry, box: shapely.Geometry) -> shapely.Point:
    piece = shapely.intersection(shape, box)
    if piece.is_empty:
        # A place on the very border may fall on its other side when measured in metres.
        return shapely.get_point(shapely.shortest_line(shape, shapely.centroid(box)), 0)
    return shapely.point_on_surface(piece)
