"""The spatial index of a layer, written node by node where many rows come at once (ADR 10)."""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from layers.store.rtree_pack import Level, pack_leaves, pack_upper, read_cells, rounded_out

__all__ = ["index_boxes", "root_box"]

# A rebuilt tree answers best, so it is rebuilt until most of its rows come from earlier calls.
_REBUILD_LEAF_ROWS = 50
# Below one new row for this many leaves, rewriting the upper levels costs more than single rows.
_LEAVES_PER_SINGLE_ROW = 10
# Keys per place in a list of all numbers between the first and the last of them.
_WIDEST_SPAN = 3


def root_box(connection: sqlite3.Connection, table: str) -> tuple[float, float, float, float] | None:
    """Read the box around a layer from the root of its index, without looking at any row.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    table : str
        A layer's key.

    Returns
    -------
    tuple of float or None
        minx, miny, maxx, maxy in degrees, rounded outwards; None when nothing has a place.
    """
    (root,) = connection.execute(f'SELECT data FROM "rtree_{table}_geom_node" WHERE nodeno = 1').fetchone()
    cells = read_cells([root])
    if not len(cells):
        return None
    return (
        float(cells["minx"].min()),
        float(cells["miny"].min()),
        float(cells["maxx"].max()),
        float(cells["maxy"].max()),
    )


def index_boxes(
    connection: sqlite3.Connection, table: str, *, fids: NDArray[np.int64], boxes: NDArray[np.float64]
) -> None:
    """Put rows into the index that no trigger has put there.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    table : str
        A layer's key.
    fids : ndarray of int, shape (n,)
        Row numbers, none of them indexed yet.
    boxes : ndarray of float, shape (n, 4)
        minx, miny, maxx, maxy in degrees; not finite for rows without a place, which are left out.
    """
    placed = np.isfinite(boxes[:, 0])
    fids, boxes = fids[placed], boxes[placed]
    if not len(fids):
        return
    tree = f"rtree_{table}_geom"
    (leaves,) = connection.execute(f'SELECT count(*) FROM "{tree}_parent"').fetchone()
    if leaves > len(fids) * _LEAVES_PER_SINGLE_ROW:
        _insert_singly(connection, tree, fids=fids, boxes=boxes)
    elif leaves * _REBUILD_LEAF_ROWS > len(fids):
        _graft(connection, tree, rounded_out(fids, boxes))
    else:
        _rebuild(connection, tree, rounded_out(fids, boxes))


def _insert_singly(
    connection: sqlite3.Connection, tree: str, *, fids: NDArray[np.int64], boxes: NDArray[np.float64]
) -> None:
    rows = zip(fids.tolist(), *boxes[:, [0, 2, 1, 3]].T.tolist(), strict=True)
    connection.executemany(f'INSERT INTO "{tree}" VALUES (?, ?, ?, ?, ?)', rows)


def _rebuild(connection: sqlite3.Connection, tree: str, new_cells: NDArray[np.void]) -> None:
    node_bytes = _node_bytes(connection, tree)
    # The root of a tree of one node is its leaf and stands in no other table.
    held = connection.execute(
        f'SELECT data FROM "{tree}_node" WHERE nodeno NOT IN (SELECT parentnode FROM "{tree}_parent")'
    )
    cells = np.concatenate([read_cells([blob for (blob,) in held]), new_cells])
    for part in ("node", "rowid", "parent"):
        connection.execute(f'DELETE FROM "{tree}_{part}"')
    leaves = pack_leaves(cells, node_bytes)
    if len(leaves.blobs) == 1:
        _write(connection, tree, leaves.numbered(1), above=[])
        return
    leaves = leaves.numbered(2)
    _write(connection, tree, leaves, above=pack_upper(leaves.boxes(), node_bytes, first=len(leaves.blobs) + 2))


def _graft(connection: sqlite3.Connection, tree: str, new_cells: NDArray[np.void]) -> None:
    # Leaves that stand are kept as they are; only the levels above them, a fiftieth, are made anew.
    node_bytes = _node_bytes(connection, tree)
    upper = f'SELECT parentnode FROM "{tree}_parent"'
    above_leaves = connection.execute(
        f'SELECT data FROM "{tree}_node" WHERE nodeno IN '
        f'(SELECT parentnode FROM "{tree}_parent" WHERE nodeno NOT IN ({upper}))'
    )
    standing = read_cells([blob for (blob,) in above_leaves])
    (last,) = connection.execute(f'SELECT max(nodeno) FROM "{tree}_node"').fetchone()
    connection.execute(f'DELETE FROM "{tree}_node" WHERE nodeno IN ({upper})')
    connection.execute(f'DELETE FROM "{tree}_parent"')
    leaves = pack_leaves(new_cells, node_bytes).numbered(last + 1)
    children = np.concatenate([standing, leaves.boxes()])
    _write(connection, tree, leaves, above=pack_upper(children, node_bytes, first=last + 1 + len(leaves.blobs)))


def _node_bytes(connection: sqlite3.Connection, tree: str) -> int:
    (length,) = connection.execute(f'SELECT length(data) FROM "{tree}_node" WHERE nodeno = 1').fetchone()
    return int(length)


def _write(connection: sqlite3.Connection, tree: str, leaves: Level, *, above: list[Level]) -> None:
    for level in (leaves, *above):
        rows = zip(level.numbers.tolist(), level.blobs, strict=True)
        connection.executemany(f'INSERT INTO "{tree}_node" VALUES (?, ?)', rows)
    _write_homes(connection, f"{tree}_rowid", leaves)
    for level in above:
        _write_homes(connection, f"{tree}_parent", level)


def _write_homes(connection: sqlite3.Connection, table: str, level: Level) -> None:
    keys, nodes = level.homes()
    span = int(keys[-1] - keys[0]) + 1
    if span > _WIDEST_SPAN * len(keys):
        connection.executemany(f'INSERT INTO "{table}" VALUES (?, ?)', zip(keys.tolist(), nodes.tolist(), strict=True))
        return
    # Keys are nearly without gaps, so a list of the nodes says all: one statement, a quarter of the time.
    listed = np.zeros(span, dtype=np.int64)
    listed[keys - keys[0]] = nodes
    connection.execute(
        f'INSERT INTO "{table}" SELECT key + ?, value FROM json_each(?) WHERE value > 0',
        (int(keys[0]), f"[{','.join(map(str, listed.tolist()))}]"),
    )
