"""Rows of a layer between frames and the tables of a GeoPackage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain, islice, repeat

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.catalog import Layer
from layers.geo import CRS_LONLAT
from layers.schema import DTYPE, Kind
from layers.store.base import ALL, Query
from layers.store.gpkg_geometry import decode, encode
from layers.store.gpkg_rtree import root_box

__all__ = [
    "add_rows",
    "count_rows",
    "free_fids",
    "last_fid",
    "read_ids",
    "read_numbered",
    "read_rows",
    "refresh_extent",
    "update_rows",
    "write_rows",
]

# From this many rows on, looking for columns with one value pays.
_CONSTANTS_FROM_ROWS = 200
# SQLite takes 32,766 values a statement; older ones 999.
_IDS_PER_QUERY = 900
_ROWS_PER_STATEMENT = 30


def read_rows(
    connection: sqlite3.Connection, layer: Layer, query: Query = ALL, *, after: str = "", limit: int = -1
) -> gpd.GeoDataFrame:
    """Read rows in the schema's column order.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    layer : Layer
        The layer to read.
    query : Query
        Which rows and columns.
    after : str
        Only ids behind this one.
    limit : int
        How many at most; -1 for all.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, ordered by id.
    """
    condition, values = _condition(layer, query, after=after)
    tail = f"{condition} ORDER BY id LIMIT {limit:d}"
    rows = connection.execute(f"{_selection(layer, query)} {tail}", values).fetchall()
    return _frame(layer, query, rows)


def read_ids(connection: sqlite3.Connection, layer: Layer, ids: Sequence[str]) -> gpd.GeoDataFrame:
    """Read the rows that have one of some ids.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    layer : Layer
        The layer to read.
    ids : sequence of str
        The ids; unknown ones are left out.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, ordered by id.
    """
    rows: list[tuple[object, ...]] = []
    wanted = sorted(ids)
    for start in range(0, len(wanted), _IDS_PER_QUERY):
        part = wanted[start : start + _IDS_PER_QUERY]
        marks = ", ".join("?" * len(part))
        sql = f"{_selection(layer, ALL)} WHERE id IN ({marks}) ORDER BY id"
        rows += connection.execute(sql, part).fetchall()
    return _frame(layer, ALL, rows)


def read_numbered(
    connection: sqlite3.Connection, layer: Layer, query: Query, *, behind_fid: int, limit: int
) -> tuple[gpd.GeoDataFrame, int]:
    """Read rows in the order they came into the file.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    layer : Layer
        The layer to read.
    query : Query
        Which columns.
    behind_fid : int
        Only rows whose number in the file is larger.
    limit : int
        How many at most.

    Returns
    -------
    tuple of GeoDataFrame and int
        Rows in EPSG:4326, and the number of the last one.
    """
    listed = f'SELECT fid FROM "{layer.key}" WHERE fid > ? ORDER BY fid LIMIT ?'
    (last,) = connection.execute(f"SELECT max(fid) FROM ({listed})", (behind_fid, limit)).fetchone()
    rows = connection.execute(f"{_selection(layer, query)} WHERE fid > ? AND fid <= ?", (behind_fid, last)).fetchall()
    return _frame(layer, query, rows), behind_fid if last is None else int(last)


def last_fid(connection: sqlite3.Connection, layer: Layer) -> int:
    """Tell the highest number a row of the file ever had, so that none is given twice.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    layer : Layer
        The layer.

    Returns
    -------
    int
        0 before the first row.
    """
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (layer.key,)).fetchone()
    return int(found[0]) if found else 0


def count_rows(connection: sqlite3.Connection, layer: Layer, query: Query = ALL) -> int:
    """Count rows.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    layer : Layer
        The layer.
    query : Query
        Which rows.

    Returns
    -------
    int
        How many there are.
    """
    condition, values = _condition(layer, query)
    (count,) = connection.execute(f'SELECT count(*) FROM "{layer.key}" {condition}', values).fetchone()
    return int(count)


def add_rows(connection: sqlite3.Connection, layer: Layer, frame: gpd.GeoDataFrame) -> int:
    """Add rows one by one for the triggers: history, spatial index.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : Layer
        The layer.
    frame : GeoDataFrame
        Rows that keep the layer's schema.

    Returns
    -------
    int
        How many were added.
    """
    write_rows(connection, layer, frame, fids=free_fids(connection, layer, len(frame)))
    return len(frame)


def free_fids(connection: sqlite3.Connection, layer: Layer, count: int) -> NDArray[np.int64]:
    """Tell the row numbers that come next.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : Layer
        The layer.
    count : int
        How many.

    Returns
    -------
    ndarray of int, shape (count,)
        Behind every row there ever was.
    """
    last = last_fid(connection, layer)
    return np.arange(last + 1, last + 1 + count)


def write_rows(
    connection: sqlite3.Connection, layer: Layer, frame: gpd.GeoDataFrame, *, fids: NDArray[np.int64]
) -> None:
    """Write new rows into the table; what its triggers and indices then do is the caller's choice.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : Layer
        The layer.
    frame : GeoDataFrame
        Rows that keep the layer's schema.
    fids : ndarray of int, shape (n,)
        Row numbers that are free.
    """
    # A column with one value is written into the statement: binding a million copies takes a second.
    names, marks = ["fid", "geom"], ["?", "?"]
    columns: list[Sequence[object]] = [fids.tolist(), encode(frame.geometry.to_numpy())]
    for name in layer.schema.names[:-1]:
        values = _sql_values(frame[name])
        names.append(name)
        if len(values) >= _CONSTANTS_FROM_ROWS and (constant := _constant(connection, values)) is not None:
            marks.append(constant)
        else:
            marks.append("?")
            columns.append(values)
    listed = ", ".join(f'"{name}"' for name in names)
    head, row = f'INSERT INTO "{layer.key}" ({listed}) VALUES ', f"({', '.join(marks)})"
    rows = zip(*columns, strict=True)
    # Many rows a statement save a fifth of the time; what is left over goes in one by one.
    whole = len(frame) // _ROWS_PER_STATEMENT
    groups = (tuple(chain.from_iterable(islice(rows, _ROWS_PER_STATEMENT))) for _ in range(whole))
    connection.executemany(head + ", ".join([row] * _ROWS_PER_STATEMENT), groups)
    connection.executemany(head + row, rows)


def update_rows(
    connection: sqlite3.Connection, layer: Layer, changed: gpd.GeoDataFrame, *, columns: Sequence[str]
) -> None:
    """Write some columns of rows that are there, and count their versions up.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : Layer
        The layer.
    changed : GeoDataFrame
        The rows as they shall be; they keep the layer's schema.
    columns : sequence of str
        Columns to write; ``geometry`` may be among them.
    """
    plain = [name for name in columns if name != "geometry"]
    sets = [f'"{name}" = ?' for name in plain]
    values: list[Iterable[object]] = [_sql_values(changed[name]) for name in plain]
    if "geometry" in columns:
        sets.append("geom = ?")
        values.append(encode(changed.geometry.to_numpy()))
    connection.executemany(
        f'UPDATE "{layer.key}" SET {", ".join([*sets, "row_version = row_version + 1"])} WHERE id = ?',
        zip(*values, changed["id"].tolist(), strict=True),
    )


def refresh_extent(connection: sqlite3.Connection, table: str) -> None:
    """Write the box around a layer where GIS programs look for it.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    table : str
        A layer's key.
    """
    box = root_box(connection, table) or (None, None, None, None)
    connection.execute(
        "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), "
        "min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
        (*box, table),
    )


def _constant(connection: sqlite3.Connection, values: list[object]) -> str | None:
    first = values[0]
    differ = values[-1] != first or values.count(first) != len(values)
    if differ or (isinstance(first, str) and "\0" in first):
        return None
    # Text and whole numbers only: SQLite quotes a real number with 15 digits.
    if first is not None and not isinstance(first, str | int):
        return None
    (literal,) = connection.execute("SELECT quote(?)", (first,)).fetchone()
    return str(literal)


def _selection(layer: Layer, query: Query) -> str:
    shape = "geom" if query.geometry else "NULL"
    listed = ", ".join(f'"{name}"' for name in _names(layer, query))
    return f'SELECT {listed}, {shape} FROM "{layer.key}"'


def _names(layer: Layer, query: Query) -> list[str]:
    names = layer.schema.names[:-1]
    return [name for name in names if not query.columns or name == "id" or name in query.columns]


def _frame(layer: Layer, query: Query, rows: list[tuple[object, ...]]) -> gpd.GeoDataFrame:
    names = _names(layer, query)
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in range(len(names) + 1)]
    kinds = {"id": Kind.TEXT, "row_version": Kind.INTEGER}
    kinds |= {column.name: column.kind for column in layer.schema.columns}
    data = {name: _series(columns[place], kinds[name]) for place, name in enumerate(names)}
    blobs = columns[-1] if query.geometry else tuple(repeat(None, len(rows)))
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(decode(blobs), crs=CRS_LONLAT))


def _condition(layer: Layer, query: Query, *, after: str = "") -> tuple[str, list[object]]:
    known = {*layer.schema.names} - {"geometry"}
    parts: list[str] = []
    values: list[object] = []
    for name, value in query.where:
        if name not in known:
            raise KeyError(name)
        parts.append(f'"{name}" IS ?')
        values.append(value)
    if after:
        parts.append("id > ?")
        values.append(after)
    if query.bounds is not None:
        parts.append(
            f'fid IN (SELECT id FROM "rtree_{layer.key}_geom" '
            "WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)"
        )
        values += [query.bounds.west, query.bounds.east, query.bounds.south, query.bounds.north]
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


def _series(values: Sequence[object], kind: Kind) -> pd.Series:
    if kind is Kind.MOMENT:
        texts = pd.Series(list(values), dtype=object)
        moments: pd.Series = pd.to_datetime(texts, utc=True, format="ISO8601").astype(DTYPE[kind])
        return moments
    return pd.Series(list(values), dtype=DTYPE[kind])


def _sql_values(column: pd.Series) -> list[object]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _moment_texts(column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())
    if column.dtype == object:
        # The contract has made every missing value None already.
        texts: list[object] = column.tolist()
        return texts
    values: list[object] = column.astype(object).where(column.notna(), None).tolist()
    return values


def _moment_texts(moments: NDArray[np.datetime64]) -> list[object]:
    # Days and times of day repeat, so each is written once: half the time of writing every moment.
    missing = np.isnat(moments)
    kept = moments[~missing].astype("datetime64[ms]")
    day_numbers = kept.astype("datetime64[D]")
    day_of, days = pd.factorize(day_numbers.astype(np.int64))
    time_of, times = pd.factorize((kept - day_numbers).astype(np.int64))
    day_texts = np.array(
        [f"{day}T" for day in np.datetime_as_string(days.astype("datetime64[D]")).tolist()], dtype=object
    )
    clock = np.datetime_as_string(times.astype("datetime64[ms]"), unit="ms").tolist()
    time_texts = np.array([f"{text[11:]}Z" for text in clock], dtype=object)
    texts = np.full(len(moments), None, dtype=object)
    if len(kept):
        texts[~missing] = day_texts[day_of] + time_texts[time_of]
    found: list[object] = texts.tolist()
    return found
