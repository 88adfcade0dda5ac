"""The grid that plans are drawn on: whole ten-millionths of a degree, as boundaries are recorded (ADR 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["CELLS_PER_DEG", "Place", "Points", "from_grid", "on_line", "place_of", "to_grid"]

# The grid of layers.boundaries.snapping; about one centimetre.
CELLS_PER_DEG = 10_000_000
# A place rounded to the grid lies at most half a diagonal from the line it was clicked on.
_ON_LINE_CELLS = 0.75

Place: TypeAlias = tuple[int, int]
Points: TypeAlias = NDArray[np.int64]


def to_grid(lonlat: NDArray[np.float64]) -> Points:
    """Round places to the grid.

    Parameters
    ----------
    lonlat : ndarray of float, shape (n, 2)
        Degrees.

    Returns
    -------
    ndarray of int64, shape (n, 2)
        Cells east and north of 0°, 0°.

    Examples
    --------
    >>> to_grid(np.array([[106.31, 20.94000004]])).tolist()
    [[1063100000, 209400000]]
    """
    return np.asarray(np.rint(np.asarray(lonlat, dtype=np.float64) * CELLS_PER_DEG), dtype=np.int64)


def from_grid(points: NDArray[np.int64] | NDArray[np.float64] | Sequence[int]) -> NDArray[np.float64]:
    """Return places of the grid in degrees, exactly as they are recorded.

    Parameters
    ----------
    points : ndarray of int64, shape (n, 2), or one pair
        Cells; fractions of a cell are kept.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Degrees.

    Examples
    --------
    >>> from_grid(np.array([[1063100000, 209400000]])).tolist()
    [[106.31, 20.94]]
    """
    return np.asarray(points, dtype=np.float64) / CELLS_PER_DEG


def place_of(point: NDArray[np.int64]) -> Place:
    """Return one point as a plain pair, which can be a key.

    Parameters
    ----------
    point : ndarray of int64, shape (2,)
        Cells.

    Returns
    -------
    tuple of int
        The same.
    """
    return int(point[0]), int(point[1])


def on_line(points: Points, place: Place) -> tuple[int, bool] | None:
    """Find where a place lies on a line.

    Parameters
    ----------
    points : ndarray of int64, shape (n, 2)
        The vertices of the line.
    place : tuple of int
        Cells.

    Returns
    -------
    tuple of int and bool, or None
        The vertex there and True; or the vertex that begins the piece of line it lies on and False; None off
        the line. Of a closed line's ends it is the first.

    Examples
    --------
    >>> line = np.array([[0, 0], [10, 0], [10, 10]])
    >>> on_line(line, (10, 0)), on_line(line, (10, 4)), on_line(line, (4, 4))
    ((1, True), (1, False), None)
    """
    same = np.flatnonzero((points == place).all(axis=1))
    if len(same):
        return int(same[0]), True
    start, along = points[:-1], np.diff(points, axis=0).astype(np.float64)
    offset = (np.asarray(place) - start).astype(np.float64)
    share = np.clip((offset * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1.0), 0.0, 1.0)
    away = np.hypot(*(offset - share[:, None] * along).T)
    nearest = int(np.argmin(away))
    return (nearest, False) if away[nearest] <= _ON_LINE_CELLS else None
