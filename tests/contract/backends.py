"""Fresh stores of every back-end for the tests: a new file or a new database each time."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from layers.store import Store, open_store

BACK_ENDS = ("memory", "geopackage", "postgis")

_numbers = itertools.count(1)

_DISCONNECT_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# As superuser and without triggers, which would refuse it.
_EMPTY = """
    SET session_replication_role = replica;
    DO $$
    DECLARE filled text;
    BEGIN
        SELECT string_agg(format('antt.%I', relname), ', ') INTO filled FROM pg_class
        WHERE relnamespace = 'antt'::regnamespace AND relkind = 'r'
            AND relname NOT IN ('antt_layout', 'antt_category', 'antt_version');
        EXECUTE 'TRUNCATE ' || filled || ' RESTART IDENTITY';
        UPDATE antt.antt_version SET version = 0;
    END
    $$;
"""


class Databases:
    """Databases on one server that are made for a test and dropped after it.

    Parameters
    ----------
    server : str
        Address of the server, with a role that may make databases.
    """

    def __init__(self, server: str) -> None:
        self.server = server
        # Two runs of the tests may share the server.
        self._prefix = f"antt_test_{os.getpid()}"
        self._bare = f"{self._prefix}_bare"
        self._migrated = f"{self._prefix}_migrated"
        self._emptied: list[str] = []

    def __enter__(self) -> Databases:
        """Make the two databases that others are copied from."""
        self._make(self._bare, "template1")
        with psycopg.connect(self.url(self._bare), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
        self._make(self._migrated, self._bare)
        open_store(self.url(self._migrated)).close()
        return self

    def __exit__(self, *_problem: object) -> None:
        for name in (*self._emptied, self._bare, self._migrated):
            self._drop(name)

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[str]:
        """Lend the address of a new database, with the newest layout or with PostGIS alone."""
        name = f"{self._prefix}_{next(_numbers)}"
        self._make(name, self._migrated if migrated else self._bare)
        try:
            yield self.url(name)
        finally:
            self._drop(name)

    @contextmanager
    def emptied(self) -> Iterator[str]:
        """Lend the address of a database as good as new: making one takes 20 times as long as emptying it."""
        if not self._emptied:
            name = f"{self._prefix}_{next(_numbers)}"
            self._make(name, self._migrated)
            self._emptied.append(name)
        name = self._emptied.pop()
        try:
            yield self.url(name)
        finally:
            self._empty(name)
            self._emptied.append(name)

    def _empty(self, name: str) -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(_DISCONNECT_OTHERS)
            connection.execute(_EMPTY)

    def url(self, name: str) -> str:
        """The address of a database on the server."""
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def _make(self, name: str, template: str) -> None:
        self._drop(name)
        making = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(making)

    def _drop(self, name: str) -> None:
        dropping = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(dropping)


@contextmanager
def fresh_address(kind: str, folder: Path, databases: Databases | None = None) -> Iterator[str]:
    """Lend the address of a new store; `databases` is needed for ``postgis`` alone."""
    if kind == "postgis":
        if databases is None:
            raise LookupError("a PostGIS store needs the fixture `databases`")
        with databases.emptied() as url:
            yield url
        return
    yield "memory:" if kind == "memory" else str(folder / f"store-{next(_numbers)}.gpkg")


@contextmanager
def fresh_store(kind: str, folder: Path, databases: Databases | None = None) -> Iterator[Store]:
    """Lend a new open store; `databases` is needed for ``postgis`` alone."""
    with fresh_address(kind, folder, databases) as address:
        opened = open_store(address)
        try:
            yield opened
        finally:
            opened.close()
