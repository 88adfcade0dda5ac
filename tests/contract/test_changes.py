"""What changed since a mark: a copy kept by it is always the store itself."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psycopg
import pytest

from layers.catalog import INCIDENTS, UNITS
from layers.store import ChangeSet, Store, back_up, open_store, put_back
from layers.store.changes import Mark
from tests.builders import incidents, town
from tests.contract.backends import Databases

LONGEST_OTHER_WRITER_S = 120.0


class Copy:
    """A copy of the incidents: id -> row version and category."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rows: dict[str, tuple[int, str]] = {}
        self.mark: Mark | None = None
        self.told = 0

    def follow(self) -> bool:
        """Bring the copy up to date and tell whether it had to be made anew."""
        with self.store.changes(INCIDENTS, self.mark, columns=("category", "row_version")) as found:
            if found.whole:
                self.rows = {}
            for record in found.deleted:
                self.rows.pop(record, None)
            self.told = 0
            for piece in found.pieces:
                self.told += len(piece)
                values = zip(piece["row_version"], piece["category"], strict=True)
                self.rows |= dict(zip(piece["id"], values, strict=True))
            self.mark = found.mark
            assert found.version == self.store.versions()[INCIDENTS.key]
            assert found.count == len(self.rows)
        assert self.rows == self.in_store()
        return found.whole

    def in_store(self) -> dict[str, tuple[int, str]]:
        frame = self.store.read(INCIDENTS)
        return dict(zip(frame["id"], zip(frame["row_version"], frame["category"], strict=True), strict=True))


@pytest.fixture
def copy(store: Store) -> Copy:
    made = Copy(store)
    store.append(INCIDENTS, incidents(400))
    assert made.follow()
    return made


def ids(store: Store) -> list[str]:
    return [str(record) for record in store.read(INCIDENTS)["id"]]


def test_nothing_new_is_told_as_nothing_new(copy: Copy, store: Store, kind: str) -> None:
    store.append(UNITS, town())
    assert copy.follow() is (kind == "memory")
    give_up = time.monotonic() + LONGEST_OTHER_WRITER_S
    # While anybody writes anywhere on the server, what came last may be told again.
    while kind == "postgis" and copy.told and time.monotonic() < give_up:
        time.sleep(0.5)
        copy.follow()
    assert (kind == "memory") == (copy.told > 0)


def test_every_kind_of_change_is_told(copy: Copy, store: Store, kind: str) -> None:
    first, second, third, *_rest = ids(store)
    store.append(INCIDENTS, incidents(300, seed=2))
    store.apply(ChangeSet(INCIDENTS, update={first: {"category": "ma_tuy"}, second: {"withdrawn": "trùng"}}))
    store.apply(ChangeSet(INCIDENTS, delete=(third,)))
    store.apply(ChangeSet(INCIDENTS, insert=incidents(2, seed=3)))
    assert copy.follow() is (kind == "memory")
    assert copy.told >= 304
    assert kind != "geopackage" or copy.told == 304


def test_the_last_record_is_deleted_and_another_takes_its_place(copy: Copy, store: Store) -> None:
    newest = store.read(INCIDENTS).sort_values("source_ref", key=lambda c: c.str.split("-").str[1].astype(int))
    store.apply(ChangeSet(INCIDENTS, delete=(str(newest["id"].iloc[-1]),)))
    store.append(INCIDENTS, incidents(1, seed=4))
    copy.follow()
    store.apply(ChangeSet(INCIDENTS, delete=tuple(ids(store))))
    copy.follow()
    store.append(INCIDENTS, incidents(250, seed=5))
    copy.follow()


def test_a_record_deleted_and_added_again_is_there(copy: Copy, store: Store) -> None:
    kept = store.read(INCIDENTS).iloc[:3]
    store.apply(ChangeSet(INCIDENTS, delete=tuple(kept["id"])))
    store.apply(ChangeSet(INCIDENTS, insert=kept))
    copy.follow()


def test_an_edit_from_outside_is_told(copy: Copy, store: Store, kind: str, server: Databases | None) -> None:
    if not store.capabilities.sees_external_edits:
        return
    change = "UPDATE {} SET category = 'khac' WHERE category = 'ma_tuy'"
    if kind == "geopackage":
        from layers.store.gpkg_geometry import register_functions

        with sqlite3.connect(store.address) as outside:
            register_functions(outside)
            outside.execute(change.format("incidents"))
        outside.close()
    else:
        assert server is not None
        with psycopg.connect(server.url(store.address.rpartition("/")[2])) as connection:
            connection.execute(change.format("antt.incidents").encode())
    assert not copy.follow()
    assert "ma_tuy" not in {category for _version, category in copy.rows.values()}


@pytest.mark.parametrize("after", ["nothing", "more rows", "more history"])
def test_a_restored_backup_is_another_store(tmp_path: Path, after: str) -> None:
    live, saved = tmp_path / "live.gpkg", tmp_path / "saved.gpkg"
    store = open_store(str(live))
    store.append(INCIDENTS, incidents(250))
    store.apply(ChangeSet(INCIDENTS, update={ids(store)[0]: {"category": "khac"}}))
    back_up(live, saved)
    store.append(INCIDENTS, incidents(250, seed=2))
    store.apply(ChangeSet(INCIDENTS, update={ids(store)[1]: {"category": "khac"}}))
    copy = Copy(store)
    copy.follow()
    put_back(saved, live)
    if after == "more rows":
        store.append(INCIDENTS, incidents(400, seed=3))
    if after == "more history":
        store.append(INCIDENTS, incidents(400, seed=3))
        store.apply(ChangeSet(INCIDENTS, update={key: {"category": "khac"} for key in ids(store)[5:9]}))
    assert copy.follow()
    store.close()


@pytest.mark.postgis
def test_who_commits_late_is_not_missed(databases: Databases) -> None:
    with databases.emptied() as url:
        store, late, early = open_store(url), open_store(url), open_store(url)
        copy = Copy(store)
        store.append(INCIDENTS, incidents(250))
        copy.follow()
        named = ids(store)
        with late.transaction():
            # The earlier number is committed last, behind a mark that was made meanwhile.
            late.apply(ChangeSet(INCIDENTS, update={named[0]: {"category": "khac"}}, delete=(named[1],)))
            late.append(INCIDENTS, incidents(10, seed=7))
            early.apply(ChangeSet(INCIDENTS, update={named[2]: {"category": "khac"}}, delete=(named[3],)))
            early.append(INCIDENTS, incidents(10, seed=8))
            assert not copy.follow()
        assert not copy.follow()
        assert len(copy.rows) == 250 - 2 + 20
        for opened in (store, late, early):
            opened.close()


@pytest.mark.postgis
def test_a_role_that_may_only_read_is_told_as_well(databases: Databases) -> None:
    with databases.emptied() as url:
        store = open_store(url)
        store.append(INCIDENTS, incidents(30))
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("CREATE ROLE antt_reads_only LOGIN PASSWORD 'reads'")
            owner.execute("GRANT USAGE ON SCHEMA antt TO antt_reads_only")
            owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA antt TO antt_reads_only")
        try:
            host = urlsplit(url).netloc.rpartition("@")[2]
            reading = open_store(urlsplit(url)._replace(netloc=f"antt_reads_only:reads@{host}").geturl())
            with reading.changes(INCIDENTS) as found:
                assert sum(len(piece) for piece in found.pieces) == 30
            reading.close()
        finally:
            with psycopg.connect(url, autocommit=True) as owner:
                owner.execute("DROP OWNED BY antt_reads_only")
                owner.execute("DROP ROLE antt_reads_only")
            store.close()


def test_pieces_have_the_columns_asked_for(store: Store) -> None:
    store.append(INCIDENTS, incidents(30))
    with store.changes(INCIDENTS, columns=("category",)) as found:
        (piece,) = found.pieces
    assert {"id", "category", "geometry"} <= {*piece.columns}
    assert np.isfinite(piece.geometry.x).sum() == 29
