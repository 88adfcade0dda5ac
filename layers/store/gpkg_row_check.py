"""Looking at every row of a layer where it lies, without making objects of what is as it should be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.catalog import Layer
from layers.schema import Column, GeometryKind, Kind
from layers.store.gpkg_geometry import USUAL_POINT_HEAD, readable
from layers.wording import Text

__all__ = ["count_unindexed", "row_problems"]

_ROWS_AT_ONCE = 50_000
_TYPES = {
    Kind.TEXT: ("text",),
    Kind.DATE: ("text",),
    Kind.MOMENT: ("text",),
    Kind.INTEGER: ("integer",),
    Kind.REAL: ("real", "integer"),
}
_WANTED = {GeometryKind.POINT: {0}, GeometryKind.AREA: {3, 6}, GeometryKind.NONE: set()}
# A number whose last byte is one of these is endless or none; such a point may be empty.
_USUAL_POINT = """(length(geom) = :length AND substr(geom, 1, 13) = :head
  AND substr(geom, 21, 1) NOT IN (x'7F', x'FF') AND substr(geom, 29, 1) NOT IN (x'7F', x'FF'))"""


def count_unindexed(connection: sqlite3.Connection, layer: Layer) -> int:
    """Count the rows in which a table and its spatial index differ.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    layer : Layer
        The layer.

    Returns
    -------
    int
        Rows with a place that the index does not have, and entries of the index without a place.
    """
    table, tree = layer.key, f"rtree_{layer.key}_geom_rowid"
    left_out = connection.execute(
        f'SELECT geom FROM "{table}" WHERE geom NOTNULL AND fid NOT IN (SELECT rowid FROM "{tree}")'
    )
    missing = 0
    while blobs := [blob for (blob,) in left_out.fetchmany(_ROWS_AT_ONCE)]:
        # An empty geometry has no box.
        missing += int((~shapely.is_empty(readable(blobs))).sum())
    (extra,) = connection.execute(
        f'SELECT count(*) FROM "{tree}" WHERE rowid NOT IN (SELECT fid FROM "{table}" WHERE geom NOTNULL)'
    ).fetchone()
    return missing + int(extra)


def row_problems(connection: sqlite3.Connection, layer: Layer) -> Iterator[Text]:
    """Find values that break the layer's contract.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    layer : Layer
        The layer.

    Yields
    ------
    Text
        One sentence a column or kind of fault.
    """
    for name, count in _mistyped(connection, layer).items():
        if count:
            yield Text(
                f"{layer.key}: cột {name} có {count} giá trị thiếu hoặc sai kiểu",
                f"{layer.key}: column {name} has {count} values that are missing or of another type",
            )
    for column in layer.schema.columns:
        if column.kind is Kind.MOMENT and (count := _unreadable_moments(connection, layer, column)):
            yield Text(
                f"{layer.key}: cột {column.name} có {count} thời điểm không đọc được",
                f"{layer.key}: column {column.name} has {count} moments that cannot be read",
            )
    unreadable, other = _odd_shapes(connection, layer)
    if unreadable:
        yield Text(
            f"{layer.key}: {unreadable} hình không đọc được", f"{layer.key}: {unreadable} geometries cannot be read"
        )
    if other:
        kind = layer.schema.geometry
        yield Text(
            f"{layer.key}: {other} hình thiếu hoặc không thuộc loại {kind}",
            f"{layer.key}: {other} geometries are missing or not of kind {kind}",
        )


def _mistyped(connection: sqlite3.Connection, layer: Layer) -> dict[str, int]:
    rules = {"id": "typeof(id) <> 'text'", "row_version": "typeof(row_version) <> 'integer'"}
    rules |= {column.name: _breach(column) for column in layer.schema.columns}
    # Sums take four times as long as a look that ends at the first fault, and mostly there is none.
    if (
        connection.execute(f'SELECT 1 FROM "{layer.key}" WHERE {" OR ".join(rules.values())} LIMIT 1').fetchone()
        is None
    ):
        return {}
    sums = ", ".join(f"total({rule})" for rule in rules.values())
    counts = connection.execute(f'SELECT {sums} FROM "{layer.key}"').fetchone()
    return dict(zip(rules, map(int, counts), strict=True))


def _breach(column: Column) -> str:
    name = f'"{column.name}"'
    other = " AND ".join(f"typeof({name}) <> '{kind}'" for kind in _TYPES[column.kind])
    return f"({name} ISNULL OR {other})" if column.required else f"({name} NOTNULL AND {other})"


def _unreadable_moments(connection: sqlite3.Connection, layer: Layer, column: Column) -> int:
    name, count = column.name, 0
    texts = connection.execute(f'SELECT "{name}" FROM "{layer.key}" WHERE typeof("{name}") = \'text\'')
    while rows := texts.fetchmany(_ROWS_AT_ONCE):
        read = pd.to_datetime([text for (text,) in rows], utc=True, format="ISO8601", errors="coerce")
        count += int(np.asarray(read.isna()).sum())
    return count


def _odd_shapes(connection: sqlite3.Connection, layer: Layer) -> tuple[int, int]:
    """Count the geometries that cannot be read, and those that the layer does not take."""
    wanted = _WANTED.get(layer.schema.geometry, set(range(8)))
    unreadable = other = 0
    usual = _USUAL_POINT if 0 in wanted else "0"
    rows = connection.execute(
        f'SELECT geom FROM "{layer.key}" WHERE geom NOTNULL AND NOT {usual}',
        {"length": len(USUAL_POINT_HEAD) + 16, "head": USUAL_POINT_HEAD},
    )
    while blobs := [blob for (blob,) in rows.fetchmany(_ROWS_AT_ONCE)]:
        kinds: NDArray[np.int32] = shapely.get_type_id(readable(blobs))
        unreadable += int((kinds < 0).sum())
        other += int((~np.isin(kinds, [-1, *wanted])).sum())
    if layer.schema.geometry_required:
        other += int(connection.execute(f'SELECT count(*) FROM "{layer.key}" WHERE geom ISNULL').fetchone()[0])
    return unreadable, other
