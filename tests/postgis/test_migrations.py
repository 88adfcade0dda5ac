"""The layout goes forward from every step, once, and only in a database that is fit for it."""

from __future__ import annotations

import threading

import psycopg
import pytest
from psycopg import sql

from layers.catalog import CAMERAS, INCIDENTS, LAYERS
from layers.errors import StoreUnreachable
from layers.store import open_store
from layers.store.postgis import PostgisStore
from layers.store.postgis_layout import STEPS, migrate
from tests.builders import cameras, incidents
from tests.contract.backends import Databases

pytestmark = pytest.mark.postgis

FIRST_STEP_WITH_LAYERS = 2


@pytest.mark.parametrize("before", [step.number - 1 for step in STEPS])
def test_a_store_of_each_step_before_is_brought_forward_with_its_data(bare_url: str, before: int) -> None:
    with psycopg.connect(bare_url) as connection:
        migrate(connection, last=before)
        if before >= FIRST_STEP_WITH_LAYERS:
            connection.execute(
                "INSERT INTO antt.cameras (id, name, geom) "
                "VALUES ('a', 'Ngã tư', ST_SetSRID(ST_MakePoint(106.3, 20.9), 4326))"
            )
    store = open_store(bare_url)
    try:
        assert store.problems() == []
        assert store.count(CAMERAS) == int(before >= FIRST_STEP_WITH_LAYERS)
        assert store.append(INCIDENTS, incidents(3)) == 3
        assert store.migrate() == []
    finally:
        store.close()


def test_servers_that_start_together_take_each_step_once(bare_url: str) -> None:
    stores = [PostgisStore(bare_url) for _ in range(3)]
    taken: list[str] = []
    threads = [threading.Thread(target=lambda store=store: taken.extend(store.migrate())) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].problems() == []
    assert sorted(taken) == sorted([*(step.name for step in STEPS), *(f"layer {layer.key}" for layer in LAYERS)])
    for store in stores:
        store.close()


def test_a_column_that_the_catalogue_has_and_the_table_lacks_is_added(url: str, outside: psycopg.Connection) -> None:
    outside.execute("ALTER TABLE antt.cameras DROP COLUMN range_m")
    store = PostgisStore(url)
    assert store.problems()
    assert store.migrate() == ["column cameras.range_m"]
    store.append(CAMERAS, cameras())
    assert store.problems() == []
    store.close()


def test_a_schema_of_another_program_is_left_alone(bare_url: str) -> None:
    with psycopg.connect(bare_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA antt CREATE TABLE theirs (id integer)")
    with pytest.raises(StoreUnreachable, match="another program"):
        open_store(bare_url)


def test_a_store_of_a_newer_program_is_refused(url: str, outside: psycopg.Connection) -> None:
    outside.execute("INSERT INTO antt.antt_layout (step, name) VALUES (999, 'later')")
    with pytest.raises(StoreUnreachable, match="newer version"):
        open_store(url)


def test_a_database_that_cannot_hold_vietnamese_is_refused(databases: Databases, bare_url: str) -> None:
    name = sql.Identifier(bare_url.rpartition("/")[2] + "_ascii")
    with psycopg.connect(databases.server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} ENCODING 'SQL_ASCII' TEMPLATE template0").format(name))
        try:
            with pytest.raises(StoreUnreachable, match="SQL_ASCII") as refused:
                open_store(f"{bare_url}_ascii")
            assert "--encoding=UTF8" in refused.value.hint.vi
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_an_account_without_rights_is_told_so(bare_url: str) -> None:
    guest = "antt_guest_of_migrations"
    with psycopg.connect(bare_url, autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {guest}")
        connection.execute(f"CREATE ROLE {guest} LOGIN PASSWORD 'khach'")
        try:
            with pytest.raises(StoreUnreachable, match="lacks rights"):
                open_store(bare_url.replace(bare_url[13 : bare_url.index("@")], f"{guest}:khach"))
        finally:
            connection.execute(f"DROP ROLE {guest}")
