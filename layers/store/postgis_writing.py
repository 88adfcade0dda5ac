"""What the PostGIS store sends to the server: rows in bulk, changes, and conditions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import psycopg
from psycopg import errors, sql

from layers.catalog import Layer
from layers.schema import check
from layers.store.base import ALL, ChangeSet, Query
from layers.store.postgis_connections import Row
from layers.store.postgis_layout import column_type, geom_index, has_reference, primary_key, reference_key, table
from layers.store.postgis_rows import as_frame, columns_as_text, copy_blocks, kinds_of, selected
from layers.store.postgis_sql import compose, named, plain
from layers.store.updating import narrowed, refuse_stale, rows_as_changed, touched_columns

__all__ = ["condition", "indexed_afterwards", "load", "make_changes"]

# From this many rows on, indexing an empty table afterwards is quicker than row by row.
_INDEX_AFTERWARDS_ROWS = 5_000

Connection = psycopg.Connection[Row]


def load(connection: Connection, layer: Layer, frame: gpd.GeoDataFrame) -> None:
    """Add rows in bulk, without a history entry for each.

    Parameters
    ----------
    connection : psycopg.Connection
        Inside a transaction.
    layer : Layer
        The layer.
    frame : GeoDataFrame
        Rows that keep its schema.
    """
    connection.execute(plain("queries.sql", "begin_bulk"))
    _copy(connection, layer, frame)
    connection.execute(plain("queries.sql", "end_bulk"))


@contextmanager
def indexed_afterwards(connection: Connection, layer: Layer, *, rows: int) -> Iterator[None]:
    """Fill an empty table without its indices, which are made at the end.

    A table that holds rows, or at which somebody else is, keeps its indices.

    Parameters
    ----------
    connection : psycopg.Connection
        Inside a transaction.
    layer : Layer
        The layer.
    rows : int
        About how many rows will come.

    Yields
    ------
    None
        Nothing.
    """
    bare = rows >= _INDEX_AFTERWARDS_ROWS and _without_indices(connection, layer)
    yield
    if bare:
        _make_indices(connection, layer)


def make_changes(connection: Connection, changes: ChangeSet) -> int:
    """Delete, update and insert rows; triggers write the history.

    Parameters
    ----------
    connection : psycopg.Connection
        Inside a transaction in which the author has been told.
    changes : ChangeSet
        What to change.

    Returns
    -------
    int
        How many rows were touched.

    Raises
    ------
    StaleVersion
        When a row to update is gone or was changed since.
    """
    touched = _update(connection, changes) if changes.update or changes.delete else 0
    if changes.delete:
        deleting = compose(named("queries.sql")["delete"], table=table(changes.layer))
        touched += connection.execute(deleting, {"ids": list(changes.delete)}).rowcount
    if changes.insert is not None and len(changes.insert):
        _copy(connection, changes.layer, check(changes.insert, changes.layer.schema))
        touched += len(changes.insert)
    return touched


def condition(layer: Layer, query: Query) -> tuple[sql.Composable, dict[str, object]]:
    """Say a query's conditions in SQL.

    Parameters
    ----------
    layer : Layer
        The layer asked.
    query : Query
        Which rows.

    Returns
    -------
    tuple of psycopg.sql.Composable and dict
        The WHERE clause, empty for all rows, and its values.

    Raises
    ------
    KeyError
        When a column is not in the layer's contract.
    """
    known = kinds_of(layer)
    parts: list[sql.Composable] = []
    values: dict[str, object] = {}
    for place, (name, value) in enumerate(query.where):
        if name not in known:
            raise KeyError(name)
        if value is None:
            parts.append(sql.Identifier(name) + sql.SQL(" IS NULL"))
        else:
            parts.append(sql.Identifier(name) + sql.SQL(" = ") + sql.Placeholder(f"value_{place}"))
            values[f"value_{place}"] = value
    if query.bounds is not None:
        parts.append(sql.SQL("geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)"))
        values |= query.bounds._asdict()
    return (sql.SQL("WHERE ") + sql.SQL(" AND ").join(parts) if parts else sql.SQL("")), values


def _without_indices(connection: Connection, layer: Layer) -> bool:
    """Take the indices of an empty table away, unless somebody else is at the table."""
    # Asked for before anything else of the table is locked, so that two first loads never wait for each other.
    ((alone,),) = connection.execute(plain("queries.sql", "try_first_load"), {"layer": layer.key}).fetchall()
    if not alone or not _is_empty(connection, layer):
        return False
    try:
        with connection.transaction():
            connection.execute(plain("queries.sql", "wait_shortly"))
            _drop_indices(connection, layer)
            connection.execute(plain("queries.sql", "wait_as_usual"))
    except errors.LockNotAvailable:
        return False
    return True


def _drop_indices(connection: Connection, layer: Layer) -> None:
    said = named("queries.sql")
    connection.execute(compose(said["drop_geom_index"], geom_index=geom_index(layer, schema="antt")))
    connection.execute(compose(said["drop_primary_key"], table=table(layer), key=primary_key(layer)))
    if has_reference(layer):
        connection.execute(compose(said["drop_reference_key"], key=reference_key(layer, schema="antt")))


def _make_indices(connection: Connection, layer: Layer) -> None:
    said = named("queries.sql")
    connection.execute(compose(said["make_primary_key"], table=table(layer), key=primary_key(layer)))
    if has_reference(layer):
        making = named("layout.sql")["make_reference_key"]
        connection.execute(compose(making, table=table(layer), key=reference_key(layer)))
    connection.execute(compose(said["make_geom_index"], geom_index=geom_index(layer), table=table(layer)))


def _is_empty(connection: Connection, layer: Layer) -> bool:
    statement = compose(named("queries.sql")["is_empty"], table=table(layer))
    ((empty,),) = connection.execute(statement).fetchall()
    return bool(empty)


def _copy(connection: Connection, layer: Layer, frame: gpd.GeoDataFrame) -> None:
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in (*kinds_of(layer), "geom"))
    statement = compose(named("queries.sql")["copy"], table=table(layer), columns=columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy_blocks(layer, frame):
            copy.write(block)


def _update(connection: Connection, changes: ChangeSet) -> int:
    updates, columns = changes.update or {}, touched_columns(changes)
    layer = narrowed(changes.layer, columns)
    held = _lock(connection, layer, [*updates, *changes.delete])
    refuse_stale(changes, dict(zip(held["id"], held["row_version"], strict=True)))
    if not updates:
        return 0
    rows = held[held["id"].isin(list(updates))].reset_index(drop=True)
    changed = rows_as_changed(rows, updates, columns, schema=layer.schema)
    texts = columns_as_text(layer, changed, ["id", *columns])
    values = {f"v{place}": text for place, text in enumerate(texts.values())}
    connection.execute(_update_statement(layer, list(texts)), values)
    return len(updates)


def _lock(connection: Connection, layer: Layer, ids: list[str]) -> gpd.GeoDataFrame:
    names, columns = selected(layer, ALL)
    statement = compose(named("queries.sql")["lock_rows"], columns=columns, table=table(layer))
    with connection.cursor(binary=True) as cursor:
        return as_frame(layer, names, cursor.execute(statement, {"ids": ids}).fetchall())


def _update_statement(layer: Layer, names: list[str]) -> sql.Composed:
    # One statement for all rows: each column goes as one array of texts.
    arrays = [sql.Placeholder(f"v{place}") + sql.SQL("::text[]") for place in range(len(names))]
    assigned: list[sql.Composable] = [
        sql.Identifier(name) + sql.SQL(" = given.") + sql.Identifier(name) + sql.SQL("::") + column_type(layer, name)
        for name in names[1:]
    ]
    # A change without values still counts as one, as it does in the other back-ends.
    return compose(
        named("queries.sql")["update"],
        table=table(layer),
        assignments=sql.SQL(", ").join(assigned or [sql.SQL("row_version = kept.row_version")]),
        arrays=sql.SQL(", ").join(arrays),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
    )
