"""Keys along the Morton curve: what lies close on the map lies close in the columns, and a tile is one range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BITS", "NOWHERE", "key_range", "morton_of_cells", "morton_of_places"]

BITS = 32
# No place has this key: the last cell lies beyond the end of the Web Mercator square.
NOWHERE = np.uint64(2**64 - 1)
_MASKS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def morton_of_places(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Give each place its key: the bits of its Web Mercator column and row, one after the other.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Degrees; not a number for a record without a place.

    Returns
    -------
    ndarray of uint64, shape (n,)
        Cells of 2^-32 of the Web Mercator square (9 mm at the equator), in the order of G. M. Morton (1966);
        ``NOWHERE`` without a place. Places beyond the square take the cell at its edge.

    Examples
    --------
    >>> morton_of_places(np.array([-180.0, 180.0, np.nan]), np.array([85.06, 0.0, 0.0])) == NOWHERE
    array([False, False,  True])
    """
    missing = ~(np.isfinite(lon) & np.isfinite(lat))
    x = np.where(missing, 0.0, lon / 360 + 0.5)
    sine = np.sin(np.radians(np.where(missing, 0.0, lat)))
    # The poles lie infinitely far away on this map.
    sine = np.clip(sine, -1 + 1e-12, 1 - 1e-12)
    y = 0.5 - np.arctanh(sine) / (2 * np.pi)
    keys = morton_of_cells(_cell(x), _cell(y))
    keys[missing] = NOWHERE
    return keys


def morton_of_cells(column: NDArray[np.uint64], row: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Interleave columns and rows.

    Parameters
    ----------
    column, row : ndarray of uint64, shape (n,)
        Each below 2^32, rows counted from the north.

    Returns
    -------
    ndarray of uint64, shape (n,)
        Bits of the column in the even places, of the row in the odd ones.

    Examples
    --------
    >>> morton_of_cells(np.array([0, 1, 0, 1], dtype=np.uint64), np.array([0, 0, 1, 1], dtype=np.uint64))
    array([0, 1, 2, 3], dtype=uint64)
    """
    return _spread(column) | (_spread(row) << np.uint64(1))


def key_range(z: int, x: int, y: int) -> tuple[int, int]:
    """Tell which keys lie in a tile.

    Parameters
    ----------
    z, x, y : int
        Zoom, column and row of the tile, rows counted from the north.

    Returns
    -------
    tuple of int
        The first key in it and the first behind it.

    Examples
    --------
    >>> key_range(0, 0, 0) == (0, 2**64), key_range(1, 1, 0) == (2**62, 2**63)
    (True, True)
    """
    shift = 2 * (BITS - z)
    cell = int(morton_of_cells(np.array([x], dtype=np.uint64), np.array([y], dtype=np.uint64))[0])
    return cell << shift, (cell + 1) << shift


def _cell(part: NDArray[np.float64]) -> NDArray[np.uint64]:
    # The very last cell stays free, so that no place has the key that stands for none.
    return np.clip(np.floor(part * 2.0**BITS), 0, 2**BITS - 2).astype(np.uint64)


def _spread(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    spread = value.astype(np.uint64)
    for shift, mask in _MASKS:
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread
