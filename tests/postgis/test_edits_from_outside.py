"""Edits made with psql or QGIS are counted, kept in the history, and held to the same rules."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest

from layers.catalog import CAMERAS
from layers.store import ChangeSet, Store
from layers.store.base import Author
from tests.builders import NOW, cameras

pytestmark = pytest.mark.postgis


@pytest.fixture
def camera(store: Store) -> str:
    store.append(CAMERAS, cameras())
    return str(store.read(CAMERAS)["id"][0])


def test_an_edit_raises_both_counters_and_is_in_the_history(
    store: Store, outside: psycopg.Connection, camera: str
) -> None:
    outside.execute("UPDATE antt.cameras SET name = 'Chợ', geom = ST_SetSRID(ST_MakePoint(106.25, 20.5), 4326)")
    row = store.read(CAMERAS).iloc[0]
    assert (row["name"], row["row_version"], store.versions()["cameras"]) == ("Chợ", 2, 2)
    (change,) = store.history(CAMERAS, camera)
    assert (change.what, change.who) == ("update", "external")
    assert "antt" in change.why
    (now,) = outside.execute("SELECT now()").fetchone() or ()
    assert dt.timedelta(0) <= now - change.at < dt.timedelta(minutes=1)
    assert change.before is not None
    assert change.after is not None
    assert (change.before["name"], change.after["name"]) == ("Ngã tư", "Chợ")
    assert (change.before["geometry"], change.after["geometry"]) == ("POINT (106.35 20.95)", "POINT (106.25 20.5)")


def test_a_commit_of_many_edits_raises_the_version_once(store: Store, outside: psycopg.Connection, camera: str) -> None:
    with outside.transaction():
        for name in ("Chợ", "Bến xe", "Ga"):
            outside.execute("UPDATE antt.cameras SET name = %s", [name])
    assert store.versions()["cameras"] == 2
    assert len(store.history(CAMERAS, camera)) == 3


def test_a_row_added_and_removed_by_hand_is_in_the_history(store: Store, outside: psycopg.Connection) -> None:
    outside.execute("INSERT INTO antt.cameras (name, geom) VALUES ('Ga', ST_SetSRID(ST_MakePoint(106.3, 20.9), 4326))")
    row_id = str(store.read(CAMERAS)["id"][0])
    outside.execute("DELETE FROM antt.cameras")
    assert [change.what for change in store.history(CAMERAS, row_id)] == ["insert", "delete"]
    assert store.versions()["cameras"] == 2


def test_an_edit_after_one_of_the_program_is_still_external(
    store: Store, outside: psycopg.Connection, camera: str
) -> None:
    store.apply(ChangeSet(CAMERAS, update={camera: {"name": "Ga"}}), Author("an", "đổi tên", NOW))
    outside.execute("UPDATE antt.cameras SET name = 'Chợ'")
    assert [(change.who, change.at == NOW) for change in store.history(CAMERAS, camera)] == [
        ("an", True),
        ("external", False),
    ]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE antt.cameras SET id = 'khác'", "cannot be changed"),
        ("TRUNCATE antt.cameras", "no history"),
    ],
)
def test_what_would_break_the_history_is_refused(
    store: Store, outside: psycopg.Connection, camera: str, statement: str, reason: str
) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match=reason):
        outside.execute(statement.encode())
    assert store.count(CAMERAS) == 1


def test_who_may_only_edit_a_layer_leaves_a_history_without_being_able_to_write_it(
    store: Store, outside: psycopg.Connection, camera: str
) -> None:
    outside.execute("DROP ROLE IF EXISTS antt_test_mapper")
    outside.execute("CREATE ROLE antt_test_mapper")
    outside.execute("GRANT USAGE ON SCHEMA antt TO antt_test_mapper")
    outside.execute("GRANT SELECT, UPDATE ON antt.cameras TO antt_test_mapper")
    try:
        with outside.transaction():
            outside.execute("SET LOCAL ROLE antt_test_mapper")
            outside.execute("UPDATE antt.cameras SET name = 'Ga'")
        assert [change.who for change in store.history(CAMERAS, camera)] == ["external"]
        outside.execute("SET ROLE antt_test_mapper")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            outside.execute("DELETE FROM antt.antt_history")
        outside.execute("RESET ROLE")
    finally:
        outside.execute("DROP OWNED BY antt_test_mapper")
        outside.execute("DROP ROLE antt_test_mapper")
