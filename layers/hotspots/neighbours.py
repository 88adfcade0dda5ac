"""Who is next to whom: neighbours of cells as lists in one array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Neighbours", "lattice_neighbours", "touching_neighbours"]

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """The neighbours of every cell, itself left out.

    Parameters
    ----------
    starts : ndarray of int, shape (n + 1,)
        The neighbours of cell `i` are ``cells[starts[i]:starts[i + 1]]``.
    cells : ndarray of int, shape (m,)
        Numbers of cells, ascending within each list.
    """

    starts: Integers
    cells: Integers

    @classmethod
    def of_pairs(cls, first: Integers, second: Integers, *, count: int) -> Neighbours:
        """Make the lists from pairs; a pair given twice counts once, a cell with itself not.

        Parameters
        ----------
        first, second : ndarray of int, shape (m,)
            Numbers of cells; every pair is needed in both directions.
        count : int
            How many cells there are.

        Returns
        -------
        Neighbours
            The lists.

        Examples
        --------
        >>> Neighbours.of_pairs(np.array([0, 1, 1]), np.array([1, 0, 1]), count=3).counts.tolist()
        [1, 1, 0]
        """
        other = first != second
        keys = np.unique(first[other] * np.int64(count) + second[other])
        starts = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(keys // count, minlength=count), out=starts[1:])
        return cls(starts, keys % count)

    @property
    def counts(self) -> Integers:
        """How many neighbours each cell has, shape (n,)."""
        return np.diff(self.starts)

    @property
    def islands(self) -> NDArray[np.bool_]:
        """Which cells have no neighbour, shape (n,)."""
        alone: NDArray[np.bool_] = self.counts == 0
        return alone

    def sums(self, values: Integers) -> Integers:
        """Add up the values of every cell's neighbours.

        Parameters
        ----------
        values : ndarray of int, shape (n,)
            One number for each cell.

        Returns
        -------
        ndarray of int, shape (n,)
            The sums; 0 without neighbours.

        Examples
        --------
        >>> row = lattice_neighbours(np.zeros(3, int), np.arange(3))
        >>> row.sums(np.array([1, 10, 100])).tolist()
        [10, 101, 10]
        """
        running = np.zeros(len(self.cells) + 1, dtype=np.int64)
        np.cumsum(values[self.cells], out=running[1:])
        return running[self.starts[1:]] - running[self.starts[:-1]]


# Steps of row and column; queen and rook after the moves of chess.
_STEPS = {
    "queen": ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)),
    "rook": ((-1, 0), (0, -1), (0, 1), (1, 0)),
    # Axial coordinates of hexagons.
    "hexagon": ((-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0)),
}


def lattice_neighbours(row: Integers, column: Integers, *, rule: str = "queen") -> Neighbours:
    """Find the neighbours of cells on a lattice.

    Parameters
    ----------
    row, column : ndarray of int, shape (n,)
        Where each cell lies; no two alike.
    rule : str
        ``"queen"`` (side or corner), ``"rook"`` (side) or ``"hexagon"`` (axial coordinates).

    Returns
    -------
    Neighbours
        The lists.

    Examples
    --------
    >>> row, column = np.divmod(np.arange(9), 3)
    >>> lattice_neighbours(row, column).counts.tolist()
    [3, 5, 3, 5, 8, 5, 3, 5, 3]
    """
    row, column = row - row.min(), column - column.min()
    width = int(column.max()) + 2
    key = (row + 1) * width + column
    order = np.argsort(key)
    ordered = key[order]
    first, second = [], []
    for row_step, column_step in _STEPS[rule]:
        # The spare column at the end of each row keeps a step from wrapping into the next one.
        wanted = key + row_step * width + column_step
        at = np.minimum(np.searchsorted(ordered, wanted), len(key) - 1)
        found = ordered[at] == wanted
        first.append(np.flatnonzero(found))
        second.append(order[at[found]])
    return Neighbours.of_pairs(np.concatenate(first), np.concatenate(second), count=len(key))


def touching_neighbours(
    geometries_m: NDArray[np.object_] | list[shapely.Geometry], *, gap_m: float = 0.0
) -> Neighbours:
    """Find the units that share a border or a corner.

    Parameters
    ----------
    geometries_m : ndarray or list of shapely geometries, shape (n,)
        Polygons in a metric system.
    gap_m : float
        Borders so far apart still touch, metres; for files whose borders do not fit exactly.

    Returns
    -------
    Neighbours
        The lists.

    Examples
    --------
    >>> cells = [shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2), shapely.box(5, 5, 6, 6)]
    >>> touching_neighbours(cells).counts.tolist(), touching_neighbours(cells, gap_m=5).counts.tolist()
    ([1, 1, 0], [1, 2, 1])
    """
    shapes = np.asarray(geometries_m, dtype=object)
    tree = shapely.STRtree(shapes)
    if gap_m > 0:
        first, second = tree.query(shapes, predicate="dwithin", distance=gap_m)
    else:
        first, second = tree.query(shapes, predicate="intersects")
    return Neighbours.of_pairs(first.astype(np.int64), second.astype(np.int64), count=len(shapes))
