"""Several people write at once; everybody who looks is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import psycopg
import pytest

from layers.catalog import CAMERAS, INCIDENTS, UNITS
from layers.errors import AnttError, StaleVersion, StoreBusy, StoreUnreachable
from layers.store import ChangeSet, Store, open_store
from layers.store.postgis import CHANNEL
from tests.builders import cameras, incidents, town

pytestmark = pytest.mark.postgis


def at_once(*works: Callable[[], object]) -> list[AnttError]:
    """Do several things in threads of their own; tells what was refused."""
    refused: list[AnttError] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except AnttError as problem:
            refused.append(problem)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_two_writers_both_succeed(store: Store, url: str) -> None:
    other = open_store(url)

    def write(into: Store, first_seed: int) -> None:
        for seed in range(first_seed, first_seed + 4):
            with into.transaction():
                into.append(INCIDENTS, incidents(500, seed=seed))
                into.append(CAMERAS, cameras().assign(id=f"camera-{seed}"))

    assert at_once(lambda: write(store, 10), lambda: write(other, 20)) == []
    assert (store.count(INCIDENTS), store.count(CAMERAS)) == (4000, 8)
    assert (store.versions()["incidents"], store.versions()["cameras"]) == (8, 8)
    assert store.problems() == []
    other.close()


def test_two_first_loads_both_succeed_and_the_spatial_index_stands(store: Store, url: str) -> None:
    other = open_store(url)
    loads = [
        lambda: store.append(INCIDENTS, incidents(6000, seed=1)),
        lambda: other.append(INCIDENTS, incidents(6000, seed=2)),
    ]
    assert at_once(*loads) == []
    assert store.count(INCIDENTS) == 12000
    assert store.problems() == []
    other.close()


def test_a_first_load_does_not_wait_for_a_reader(store: Store, outside: psycopg.Connection) -> None:
    with outside.transaction():
        outside.execute("SELECT count(*) FROM antt.incidents")
        assert store.append(INCIDENTS, incidents(6000)) == 6000
    assert store.problems() == []


def test_of_two_editors_of_one_record_the_second_is_told(store: Store) -> None:
    store.append(CAMERAS, cameras())
    row_id = store.read(CAMERAS)["id"][0]

    def edit(name: str) -> None:
        store.apply(ChangeSet(CAMERAS, update={row_id: {"name": name}}, expected_row_version={row_id: 1}))

    refused = at_once(lambda: edit("Bến xe"), lambda: edit("Chợ"))
    assert [type(problem) for problem in refused] == [StaleVersion]
    assert store.read(CAMERAS)["row_version"].tolist() == [2]


def test_a_row_held_by_somebody_else_is_busy_after_a_bounded_time(url: str, outside: psycopg.Connection) -> None:
    waiting = open_store(url, busy_timeout_s=0.3)
    waiting.append(CAMERAS, cameras())
    row_id = waiting.read(CAMERAS)["id"][0]
    with outside.transaction():
        outside.execute("UPDATE antt.cameras SET name = 'Chợ'")
        with pytest.raises(StoreBusy):
            waiting.apply(ChangeSet(CAMERAS, update={row_id: {"name": "Bến xe"}}))
    waiting.close()


def test_each_commit_is_announced_with_its_layers(store: Store, outside: psycopg.Connection) -> None:
    outside.execute(f"LISTEN {CHANNEL}")
    with store.transaction():
        store.append(UNITS, town())
        store.append(INCIDENTS, incidents(3))
    outside.execute("DELETE FROM antt.incidents")
    heard = [json.loads(told.payload) for told in outside.notifies(timeout=5, stop_after=3)]
    assert heard == [
        {"layer": "incidents", "version": 1},
        {"layer": "units", "version": 1},
        {"layer": "incidents", "version": 2},
    ]


def test_what_is_taken_back_is_not_announced(store: Store, outside: psycopg.Connection) -> None:
    outside.execute(f"LISTEN {CHANNEL}")

    def fail() -> None:
        with store.transaction():
            store.append(CAMERAS, cameras())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(outside.notifies(timeout=0.2)) == []


def test_a_full_disk_is_said_and_nothing_is_kept(store: Store, outside: psycopg.Connection) -> None:
    # The server answers as it does when its disk is full, after the first table has been written.
    outside.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END$$"
    )
    outside.execute("CREATE TRIGGER full_disk AFTER INSERT ON antt.cameras EXECUTE FUNCTION full_disk()")

    def fill() -> None:
        with store.transaction():
            store.append(INCIDENTS, incidents(50))
            store.append(CAMERAS, cameras())

    with pytest.raises(StoreUnreachable, match="no disk space"):
        fill()
    assert store.count(INCIDENTS) == 0
    assert set(store.versions().values()) == {0}
