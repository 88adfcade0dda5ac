"""What changed in a PostGIS store since a mark.

Each row and each entry of the history names the transaction that wrote it. A mark is the number below
which every transaction had ended when it was made: whoever commits later, in whatever order, has a number
from there on, so nothing is missed and what is told twice is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import psycopg

from layers.catalog import Layer
from layers.store.base import Query
from layers.store.changes import Changes, Mark
from layers.store.postgis_connections import Row
from layers.store.postgis_layout import table
from layers.store.postgis_ledger import PostgisLedger
from layers.store.postgis_rows import as_frame, selected
from layers.store.postgis_sql import compose, named, plain

__all__ = ["PostgisChanges"]

_ROWS_AT_ONCE = 50_000

Connection = psycopg.Connection[Row]


class PostgisChanges(PostgisLedger):
    """A PostGIS store that tells what changed in it.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host:port/database``.
    busy_timeout_s : float
        How long a call waits for a free connection.
    """

    @contextmanager
    def changes(self, layer: Layer, since: Mark | None = None, *, columns: tuple[str, ...] = ()) -> Iterator[Changes]:
        """Tell what changed since a mark.

        Parameters
        ----------
        layer : Layer
            The layer.
        since : mapping or None
            The mark of an earlier answer; None for everything.
        columns : tuple of str
            Columns wanted besides `id`; empty for all.

        Yields
        ------
        Changes
            Of one state of the database, which is held until the context ends.
        """
        outer = self._connections.inside
        with self._connections.transaction(), self._connections.connection() as connection:
            if not outer:
                connection.execute(plain("queries.sql", "one_state"))
            mark = _mark(connection, layer)
            start = since if since is not None and _goes_on(since, mark) else None
            yield Changes(
                version=int(str(mark["version"])),
                mark=mark,
                whole=start is None,
                pieces=_pieces(connection, layer, Query(columns=columns), since=start),
                deleted=_deleted(connection, layer, start) if start is not None else (),
                count=_count(connection, layer),
            )


def _mark(connection: Connection, layer: Layer) -> dict[str, object]:
    ((settled, identity, version),) = connection.execute(plain("changes.sql", "state"), {"layer": layer.key}).fetchall()
    return {"settled_below": settled, "identity": identity, "version": version}


def _goes_on(since: Mark, now: Mark) -> bool:
    if since.get("identity") != now["identity"]:
        return False
    return all(int(str(since[name])) <= int(str(now[name])) for name in ("settled_below", "version"))


def _pieces(connection: Connection, layer: Layer, query: Query, *, since: Mark | None) -> Iterator[gpd.GeoDataFrame]:
    names, columns = selected(layer, query)
    statements = named("changes.sql")
    text = statements["every_row"] if since is None else statements["rows_since"]
    values = {} if since is None else {"since": str(since["settled_below"])}
    with connection.cursor("antt_changes", binary=True) as cursor:
        cursor.execute(compose(text, columns=columns, table=table(layer)), values)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield as_frame(layer, names, rows)


def _deleted(connection: Connection, layer: Layer, since: Mark) -> list[str]:
    values = {"since": str(since["settled_below"]), "layer": layer.key}
    return [str(record) for (record,) in connection.execute(plain("changes.sql", "deleted_since"), values)]


def _count(connection: Connection, layer: Layer) -> int:
    statement = compose(named("queries.sql")["count"], table=table(layer), condition=compose(""))
    ((found,),) = connection.execute(statement).fetchall()
    return int(found)
