"""The store of a city: a PostgreSQL database with PostGIS, for many writers at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
from psycopg import sql

from layers.catalog import LAYERS, Layer
from layers.schema import check
from layers.store.base import ALL, Author, Capabilities, ChangeSet, Query
from layers.store.canonical import content_hash_of
from layers.store.postgis_changes import PostgisChanges
from layers.store.postgis_checks import problems_of
from layers.store.postgis_fence import acting_as_web, is_raised
from layers.store.postgis_layout import migrate, refuse_strangers, table, wanting
from layers.store.postgis_rows import as_frame, selected
from layers.store.postgis_sql import compose, named, plain
from layers.store.postgis_writing import condition, indexed_afterwards, load, make_changes

__all__ = ["CHANNEL", "PostgisStore"]

# Each commit is announced here as {"layer": …, "version": …}.
CHANNEL = "antt_versions"

_ROWS_AT_ONCE = 50_000


class PostgisStore(PostgisChanges):
    """A store in the schema `antt` of one database.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host:port/database``; `address` shows it without the password.
    busy_timeout_s : float
        How long a call waits for a free connection, and for a row that somebody else is changing.

    Raises
    ------
    InvalidParameter
        When the address cannot be read.
    """

    capabilities = Capabilities(
        concurrent_writers=True, survives_process=True, sees_external_edits=True, notifies=True, opens_in_qgis=True
    )

    def migrate(self) -> list[str]:
        """Bring the database to the newest layout; servers that start together take turns.

        Returns
        -------
        list of str
            Names of the steps taken.

        Raises
        ------
        StoreUnreachable
            When the server cannot be reached or the database is not one for this program.
        """
        with self._connections.connection() as connection:
            refuse_strangers(connection, self.address)
            if not wanting(connection):
                return []
        with self._connections.transaction(), self._connections.connection() as connection:
            return migrate(connection)

    def versions(self) -> dict[str, int]:
        """Tell the data version of each layer.

        Returns
        -------
        dict of str to int
            Layer key -> number of commits that touched it.
        """
        return {str(layer): int(version) for layer, version in self._rows("versions")}

    def read(self, layer: Layer, query: Query = ALL) -> gpd.GeoDataFrame:
        """Read rows in the schema's column order.

        Parameters
        ----------
        layer : Layer
            The layer to read.
        query : Query
            Which rows and columns.

        Returns
        -------
        GeoDataFrame
            EPSG:4326, ordered by id.
        """
        names, columns = selected(layer, query)
        where, values = condition(layer, query)
        statement = compose(named("queries.sql")["select"], columns=columns, table=table(layer), condition=where)
        with self._connections.connection() as connection, connection.cursor(binary=True) as cursor:
            rows = cursor.execute(statement, values).fetchall()
        return as_frame(layer, names, rows)

    def count(self, layer: Layer, query: Query = ALL) -> int:
        """Count rows.

        Parameters
        ----------
        layer : Layer
            The layer.
        query : Query
            Which rows.

        Returns
        -------
        int
            How many there are.
        """
        where, values = condition(layer, query)
        statement = compose(named("queries.sql")["count"], table=table(layer), condition=where)
        with self._connections.connection() as connection:
            ((found,),) = connection.execute(statement, values).fetchall()
        return int(found)

    def append(self, layer: Layer, frame: gpd.GeoDataFrame) -> int:
        """Add rows in bulk with COPY; not written into the history row by row.

        Parameters
        ----------
        layer : Layer
            The layer.
        frame : GeoDataFrame
            Rows that keep the layer's schema.

        Returns
        -------
        int
            How many were added.

        Raises
        ------
        Conflict
            When an id or a source reference is there already; nothing is kept then.
        SchemaMismatch
            When a row breaks the contract.
        """
        kept = check(frame, layer.schema)
        if kept.empty:
            return 0
        with self.bulk_load(layer, expected_rows=len(kept)), self._connections.connection() as connection:
            load(connection, layer, kept)
            self._local.touched.add(layer.key)
        return len(kept)

    @contextmanager
    def bulk_load(self, layer: Layer, *, expected_rows: int = 0) -> Iterator[None]:
        """Join several calls of `append` into one commit; the spatial index of an empty table is made at its end.

        Parameters
        ----------
        layer : Layer
            The layer that the rows are for.
        expected_rows : int
            About how many will come; a wrong number costs time only.

        Yields
        ------
        None
            Nothing; leaving normally commits, unless a transaction is around it.
        """
        loading: set[str] = self._local.__dict__.setdefault("loading", set())
        with self.transaction(), self._connections.connection() as connection:
            if layer.key in loading:
                yield
                return
            loading.add(layer.key)
            try:
                with indexed_afterwards(connection, layer, rows=expected_rows):
                    yield
            finally:
                loading.discard(layer.key)

    def apply(self, changes: ChangeSet, author: Author | None = None) -> int:
        """Make a change set, all or nothing, with its history.

        Parameters
        ----------
        changes : ChangeSet
            What to insert, update and delete.
        author : Author or None
            Who does it; None for the program itself.

        Returns
        -------
        int
            How many rows were touched.

        Raises
        ------
        StaleVersion
            When a row is gone or was changed since.
        Conflict
            When an id or a source reference is there already.
        SchemaMismatch
            When a value breaks the contract.
        """
        said = {"who": "", "why": "", "at": ""}
        if author is not None:
            said = {"who": author.who, "why": author.why, "at": author.at.isoformat()}
        with self.transaction(), self._connections.connection() as connection:
            connection.execute(plain("queries.sql", "author"), said)
            touched = make_changes(connection, changes)
            if touched:
                self._local.touched.add(changes.layer.key)
        return touched

    @contextmanager
    def behind_fence(self, area: frozenset[str] | None) -> Iterator[None]:
        """Read and write details of incidents as the web role, in one transaction; nothing where no fence is up.

        Parameters
        ----------
        area : frozenset of str or None
            Codes of the units that the person answers for; None for everywhere.

        Yields
        ------
        None
            Nothing; what is read and written until the end is held to the area by the database.

        Raises
        ------
        Forbidden
            When something outside the area was to be written.
        """
        if not is_raised(self._connections):
            yield
            return
        if self._connections.inside:
            raise RuntimeError("the web role would stay for the rest of a transaction begun before")
        with self.transaction(), acting_as_web(self._connections, area):
            yield

    def problems(self) -> list[str]:
        """Check the store through.

        Returns
        -------
        list of str
            Every problem, Vietnamese / English; empty when the store is sound.
        """
        with self._connections.connection() as connection:
            return problems_of(connection)

    def content_hash(self) -> str:
        """Hash every record of every layer, whatever back-end holds them.

        Returns
        -------
        str
            Hexadecimal digits.
        """
        outer = self._connections.inside
        with self._connections.transaction(), self._connections.connection() as connection:
            if not outer:
                connection.execute(plain("queries.sql", "one_state"))
            return content_hash_of((layer, self._blocks(layer)) for layer in LAYERS)

    def _blocks(self, layer: Layer) -> Iterator[gpd.GeoDataFrame]:
        names, columns = selected(layer, ALL)
        statement = compose(named("queries.sql")["select"], columns=columns, table=table(layer), condition=sql.SQL(""))
        with self._connections.connection() as connection, connection.cursor("antt_rows", binary=True) as cursor:
            cursor.execute(statement)
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                yield as_frame(layer, names, rows)
