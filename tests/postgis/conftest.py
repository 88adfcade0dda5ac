"""Databases and a server of its own for the tests of the PostGIS store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

from layers.store import Store, open_store
from scripts.postgis_server import Server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.backends import Databases


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """The address of a new database with the newest layout."""
    with databases.fresh() as address:
        yield address


@pytest.fixture
def bare_url(databases: Databases) -> Iterator[str]:
    """The address of a new database with PostGIS and nothing else."""
    with databases.fresh(migrated=False) as address:
        yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A new store."""
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def outside(url: str) -> Iterator[psycopg.Connection]:
    """The same database as somebody with psql sees it."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def own_server(databases: Databases, tmp_path: Path) -> Iterator[Server]:
    """A server that a test may break without disturbing anybody."""
    server = Server(tmp_path / "server")
    server.start()
    yield server
    server.stop()
