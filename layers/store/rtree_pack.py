"""A packed R-tree, made from arrays of boxes in the node format of SQLite.

SQLite's R*Tree module takes a row at a time (some 20 µs each). Its nodes are documented in the
source of SQLite (ext/rtree/rtree.c, "Database Format of R-Tree Tables"): a big-endian depth
(in the root only), a count of cells, then cells of a 64-bit number and four 32-bit floats.
Leaves are filled by sort-tile-recursive packing (Leutenegger, Lopez and Edgington 1997,
"STR: a simple and efficient algorithm for R-tree packing", section 2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["CELL", "Level", "pack_leaves", "pack_upper", "read_cells", "rounded_out"]

CELL = np.dtype([("key", ">i8"), ("minx", ">f4"), ("maxx", ">f4"), ("miny", ">f4"), ("maxy", ">f4")])
_HEAD_BYTES = 4


@dataclass(frozen=True)
class Level:
    """Nodes of one height of the tree.

    Parameters
    ----------
    blobs : list of bytes, length k
        The nodes as kept, all of one length.
    cells : ndarray of CELL, shape (n,)
        Their cells, node after node.
    starts : ndarray of int, shape (k + 1,)
        Node number i holds the cells from starts[i] to starts[i + 1].
    numbers : ndarray of int, shape (k,)
        Numbers of the nodes in the file.
    """

    blobs: list[bytes]
    cells: NDArray[np.void]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int64]

    def numbered(self, first: int) -> Level:
        """Give the nodes running numbers.

        Parameters
        ----------
        first : int
            Number of the first one.

        Returns
        -------
        Level
            The same nodes.
        """
        return replace(self, numbers=np.arange(first, first + len(self.blobs)))

    def boxes(self) -> NDArray[np.void]:
        """Make the cells that point to these nodes.

        Returns
        -------
        ndarray of CELL, shape (k,)
            One for each node, its box around the boxes of its cells.
        """
        made = np.empty(len(self.blobs), dtype=CELL)
        made["key"] = self.numbers
        for name in ("minx", "miny"):
            made[name] = np.minimum.reduceat(self.cells[name].astype("f4"), self.starts[:-1])
        for name in ("maxx", "maxy"):
            made[name] = np.maximum.reduceat(self.cells[name].astype("f4"), self.starts[:-1])
        return made

    def homes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Tell which node each cell lies in.

        Returns
        -------
        tuple of ndarray of int, shapes (n,)
            Keys of the cells in growing order, and the number of the node of each.
        """
        nodes = np.repeat(self.numbers, np.diff(self.starts))
        keys = self.cells["key"].astype(np.int64)
        order = np.argsort(keys)
        return keys[order], nodes[order]


def rounded_out(keys: NDArray[np.int64], boxes: NDArray[np.float64]) -> NDArray[np.void]:
    """Make leaf cells: boxes in single precision that never lose what they hold.

    Parameters
    ----------
    keys : ndarray of int, shape (n,)
        Row numbers.
    boxes : ndarray of float, shape (n, 4)
        minx, miny, maxx, maxy in degrees, all finite.

    Returns
    -------
    ndarray of CELL, shape (n,)
        Minima rounded down, maxima rounded up.

    Examples
    --------
    >>> cell = rounded_out(np.array([7]), np.array([[106.1, 20.1, 106.1, 20.1]]))[0]
    >>> float(cell["minx"]) <= 106.1 <= float(cell["maxx"]), int(cell["key"])
    (True, 7)
    """
    made = np.empty(len(keys), dtype=CELL)
    made["key"] = keys
    for place, name in enumerate(("minx", "miny", "maxx", "maxy")):
        exact = boxes[:, place]
        near = exact.astype(np.float32)
        if name.startswith("min"):
            made[name] = np.where(near > exact, np.nextafter(near, np.float32(-np.inf)), near)
        else:
            made[name] = np.where(near < exact, np.nextafter(near, np.float32(np.inf)), near)
    return made


def pack_leaves(cells: NDArray[np.void], node_bytes: int) -> Level:
    """Sort cells into tiles and fill nodes with them (sort-tile-recursive).

    Parameters
    ----------
    cells : ndarray of CELL, shape (n,)
        At least one, in any order.
    node_bytes : int
        Length of a node.

    Returns
    -------
    Level
        Nodes that are full or nearly so.
    """
    capacity = _capacity(node_bytes)
    x = cells["minx"].astype("f8") + cells["maxx"]
    y = cells["miny"].astype("f8") + cells["maxy"]
    slices = ceil(sqrt(ceil(len(cells) / capacity)))
    tile = np.empty(len(cells), dtype=np.float64)
    tile[np.argsort(x)] = np.arange(len(cells)) * slices // len(cells)
    # One number orders by slice and, inside it, by y: sorting by two keys takes three times as long.
    tile += (y - y.min()) / ((y.max() - y.min()) * 1.001 or 1.0)
    return _filled(cells[np.argsort(tile)], node_bytes)


def pack_upper(children: NDArray[np.void], node_bytes: int, *, first: int) -> list[Level]:
    """Build every level above nodes that exist already, up to the root.

    Parameters
    ----------
    children : ndarray of CELL, shape (k,)
        One cell for each node below; ``key`` is its number.
    node_bytes : int
        Length of a node.
    first : int
        Number of the first new node; the root is always number 1.

    Returns
    -------
    list of Level
        From low to high, the last with the root alone, which tells the depth of the tree.
    """
    levels: list[Level] = []
    while True:
        level = pack_leaves(children, node_bytes)
        height = len(levels) + 1
        if len(level.blobs) == 1:
            root = height.to_bytes(2, "big") + level.blobs[0][2:]
            return [*levels, Level([root], level.cells, level.starts, np.array([1]))]
        level = level.numbered(first)
        levels.append(level)
        first += len(level.blobs)
        children = level.boxes()


def read_cells(blobs: list[bytes]) -> NDArray[np.void]:
    """Read the cells of nodes.

    Parameters
    ----------
    blobs : list of bytes
        Nodes as kept.

    Returns
    -------
    ndarray of CELL, shape (n,)
        Cells of every node, in order.
    """
    parts = [
        np.frombuffer(blob, dtype=CELL, count=int.from_bytes(blob[2:_HEAD_BYTES], "big"), offset=_HEAD_BYTES)
        for blob in blobs
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=CELL)


def _capacity(node_bytes: int) -> int:
    return (node_bytes - _HEAD_BYTES) // CELL.itemsize


def _filled(cells: NDArray[np.void], node_bytes: int) -> Level:
    # Spread evenly: a last node with one cell would break SQLite's own rule of a third full.
    count = ceil(len(cells) / _capacity(node_bytes))
    starts = np.arange(count + 1) * len(cells) // count
    # Joining arrays turns them to the byte order of the machine; the file wants its own.
    body = np.asarray(cells, dtype=CELL).tobytes()
    blobs = [
        (b"\0\0" + int(end - begin).to_bytes(2, "big") + body[begin * CELL.itemsize : end * CELL.itemsize]).ljust(
            node_bytes, b"\0"
        )
        for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    ]
    return Level(blobs, cells, starts, np.arange(count))
