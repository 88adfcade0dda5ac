"""What lies in a tile: its rows, counted by cell, and the commonest category of each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.errors import NotFound
from layers.index.morton import BITS, NOWHERE, key_range
from layers.wording import Text

__all__ = ["DEEPEST_ZOOM", "CellCounts", "Tile", "count_cells", "fullest_cell", "places_in_tile", "rows_in_tile"]

DEEPEST_ZOOM = 19

Keys = NDArray[np.uint64]

_MASKS = (
    (1, 0x3333333333333333),
    (2, 0x0F0F0F0F0F0F0F0F),
    (4, 0x00FF00FF00FF00FF),
    (8, 0x0000FFFF0000FFFF),
    (16, 0x00000000FFFFFFFF),
)
# Fewer rows than this are faster counted one by one than cell by cell.
_FEW = 300_000
# Longer runs are counted two rows at a time.
_LONG_RUN = 8_192
# Marks a row that is left out; codes lie below it.
_LEFT_OUT = 16


class Tile(NamedTuple):
    """One square of the map: zoom, column, row counted from the north.

    Parameters
    ----------
    z, x, y : int
        Zoom, column and row.
    """

    z: int
    x: int
    y: int

    @classmethod
    def checked(cls, z: int, x: int, y: int) -> Tile:
        """Make a tile of numbers from outside.

        Parameters
        ----------
        z, x, y : int
            Zoom, column and row.

        Returns
        -------
        Tile
            The square.

        Raises
        ------
        NotFound
            When there is no such square.

        Examples
        --------
        >>> Tile.checked(1, 1, 0)
        Tile(z=1, x=1, y=0)
        """
        if not 0 <= z <= DEEPEST_ZOOM or not (0 <= x < 1 << z and 0 <= y < 1 << z):
            raise NotFound(
                Text(f"Không có ô bản đồ {z}/{x}/{y}.", f"There is no tile {z}/{x}/{y}."),
                Text(f"Mức phóng từ 0 đến {DEEPEST_ZOOM}; cột và hàng từ 0 đến 2^mức − 1.",
                     f"Zooms run from 0 to {DEEPEST_ZOOM}, columns and rows from 0 to 2^zoom − 1."),
            )  # fmt: skip
        return cls(z, x, y)


@dataclass(frozen=True)
class CellCounts:
    """The cells of a tile that hold a row, n of them.

    Parameters
    ----------
    place : ndarray of int64, shape (n, 2)
        Column and row in the tile's grid, from its north-west corner.
    by_code : ndarray of int64, shape (n, codes)
        Rows taken in each cell, by their code; no cell without one.
    """

    place: NDArray[np.int64]
    by_code: NDArray[np.int64]


def rows_in_tile(keys: Keys, tile: Tile) -> slice:
    """Find the rows of a tile.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n,)
        Morton keys, ascending.
    tile : Tile
        The square.

    Returns
    -------
    slice
        Of rows. A row on the border of two tiles lies in the one to the east or south; one without a
        place in none.

    Examples
    --------
    >>> keys = np.array([0, 2**62, 2**62 + 5, NOWHERE], dtype=np.uint64)
    >>> rows_in_tile(keys, Tile(0, 0, 0)), rows_in_tile(keys, Tile(1, 1, 0))
    (slice(0, 3, None), slice(1, 3, None))
    """
    first, behind = key_range(*tile)
    # The last tile's end is one more than a key can hold, and just before it stand the rows without a place.
    edges = np.array([first, min(behind, int(NOWHERE))], dtype=np.uint64)
    start, stop = np.searchsorted(keys, edges)
    return slice(int(start), int(stop))


def places_in_tile(keys: Keys, tile: Tile, *, side_bits: int) -> NDArray[np.int64]:
    """Tell where in a tile the rows lie.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n,)
        Morton keys of the tile.
    tile : Tile
        The square.
    side_bits : int
        The tile's side has 2^side_bits steps.

    Returns
    -------
    ndarray of int64, shape (n, 2)
        Column and row, from the north-west corner.

    Examples
    --------
    >>> places_in_tile(np.array([2**63 + 2**61], dtype=np.uint64), Tile(0, 0, 0), side_bits=2).tolist()
    [[0, 3]]
    """
    within = (keys - np.uint64(key_range(*tile)[0])) >> np.uint64(2 * (BITS - tile.z - side_bits))
    return np.column_stack([_gathered(within), _gathered(within >> np.uint64(1))])


def count_cells(
    keys: Keys, codes: NDArray[np.integer], taken: NDArray[np.bool_], *, tile: Tile, side_bits: int, code_count: int
) -> CellCounts:
    """Count the rows of a tile by cell and code.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n,)
        Morton keys of the tile, ascending.
    codes : ndarray of int, shape (n,)
        A number for each row, such as its category.
    taken : ndarray of bool, shape (n,)
        Rows that count.
    tile : Tile
        The square.
    side_bits : int
        The grid has 2^side_bits columns and rows.
    code_count : int
        Codes run from 0 to this number, exclusive.

    Returns
    -------
    CellCounts
        In the order of the keys; together as many rows as were taken.

    Examples
    --------
    >>> keys = np.array([0, 1, 2**62], dtype=np.uint64)
    >>> found = count_cells(keys, np.array([1, 1, 0]), np.array([True, True, True]),
    ...                     tile=Tile(0, 0, 0), side_bits=1, code_count=2)
    >>> found.place.tolist(), found.by_code.tolist()
    ([[0, 0], [1, 0]], [[0, 2], [1, 0]])
    """
    counting = _one_by_one if np.count_nonzero(taken) < _FEW else _cell_by_cell
    shift = np.uint64(2 * (BITS - tile.z - side_bits))
    first = np.uint64(key_range(*tile)[0])
    by_code = counting((keys, codes, taken), first, shift, cells=1 << 2 * side_bits, code_count=code_count)
    filled = np.flatnonzero(by_code.any(axis=1))
    along = filled.astype(np.uint64)
    return CellCounts(np.column_stack([_gathered(along), _gathered(along >> np.uint64(1))]), by_code[filled])


def fullest_cell(keys: Keys, taken: NDArray[np.bool_], *, zoom: int, side_bits: int) -> int:
    """Count the rows of the fullest cell of a zoom.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n,)
        Morton keys, ascending.
    taken : ndarray of bool, shape (n,)
        Rows that count.
    zoom : int
        Zoom of the tiles.
    side_bits : int
        Each tile has 2^side_bits columns and rows of cells.

    Returns
    -------
    int
        Rows taken in it; 0 when there are none.

    Examples
    --------
    >>> fullest_cell(np.array([0, 1, 2**62], dtype=np.uint64), np.array([True] * 3), zoom=0, side_bits=1)
    2
    """
    cells = keys[taken & (keys != NOWHERE)] >> np.uint64(2 * (BITS - zoom - side_bits))
    starts = np.flatnonzero(np.append(True, cells[1:] != cells[:-1])) if len(cells) else np.zeros(1, np.int64)
    return int(np.diff(starts, append=len(cells)).max())


Rows = tuple[Keys, NDArray[np.integer], NDArray[np.bool_]]


def _one_by_one(rows: Rows, first: np.uint64, shift: np.uint64, *, cells: int, code_count: int) -> NDArray[np.int64]:
    keys, codes, taken = rows
    chosen = np.flatnonzero(taken)
    bins = ((keys[chosen] - first) >> shift).astype(np.int64) * code_count
    bins += codes[chosen]
    return np.bincount(bins, minlength=cells * code_count).reshape(cells, code_count)


def _cell_by_cell(rows: Rows, first: np.uint64, shift: np.uint64, *, cells: int, code_count: int) -> NDArray[np.int64]:
    # A cell is one run of rows. Counted run by run, nothing larger than a cell is widened to whole words, so
    # the work stays in the processor's cache: three times faster than one count over all rows.
    keys, codes, taken = rows
    left_out = _LEFT_OUT if code_count <= _LEFT_OUT else code_count
    marked = _marked(codes, taken, left_out)
    starts = np.searchsorted(keys, first + (np.arange(cells, dtype=np.uint64) << shift))
    ends = np.append(starts[1:], len(keys))
    by_code = np.zeros((cells, code_count), dtype=np.int64)
    for cell in np.flatnonzero(ends > starts).tolist():
        run = marked[starts[cell] : ends[cell]]
        in_pairs = len(run) > _LONG_RUN and run.dtype == np.uint8 and run.max() < 2 * _LEFT_OUT
        counted = _in_pairs(run) if in_pairs else np.bincount(run, minlength=code_count)
        by_code[cell] = counted[:code_count]
    return by_code


def _marked(codes: NDArray[np.integer], taken: NDArray[np.bool_], left_out: int) -> NDArray[np.integer]:
    """Set the bit or the code that stands for a row that is left out."""
    if taken.all():
        return codes
    if codes.dtype != np.uint8 or left_out != _LEFT_OUT:
        return np.where(taken, codes, np.int64(left_out))
    # Both are bytes, so this runs over whole registers.
    return codes | (~taken).view(np.uint8) * np.uint8(_LEFT_OUT)


def _in_pairs(run: NDArray[np.integer]) -> NDArray[np.int64]:
    even = len(run) & ~1
    # Two bytes at a time: half as many steps, in a table that still fits the nearest cache.
    pairs = np.bincount(run[:even].view(np.uint16), minlength=2 * _LEFT_OUT << 8)[: 2 * _LEFT_OUT << 8].reshape(-1, 256)
    counted = pairs.sum(axis=1) + pairs.sum(axis=0)[: 2 * _LEFT_OUT]
    counted[run[even:]] += 1
    return np.asarray(counted)


def _gathered(spread: Keys) -> NDArray[np.int64]:
    value = spread & np.uint64(0x5555555555555555)
    for shift, mask in _MASKS:
        value = (value | (value >> np.uint64(shift))) & np.uint64(mask)
    return value.astype(np.int64)
