"""What analysts read, and what `antt store check` finds."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest

from layers.catalog import INCIDENTS, UNITS
from layers.store import Store
from layers.store.base import ImportRecord, QuarantinedRow
from tests.builders import NOW, incidents, town

pytestmark = pytest.mark.postgis

LEDGER = ImportRecord(
    "imp-1", "incidents", "test", "a.csv", "00", "an", NOW, NOW, "done", 5, {"read": 5, "accepted": 4}
)


def test_the_views_have_the_promised_columns(store: Store, outside: psycopg.Connection) -> None:
    store.append(INCIDENTS, incidents(5).assign(withdrawn=[None, None, "nhập nhầm", None, None]))
    store.append(UNITS, town())
    store.append(UNITS, town(valid_from="2990-01-01", seed=9).assign(code=["a", "b", "c", "d"]))
    store.keep_import(LEDGER)
    cursor = outside.execute("SELECT * FROM antt.view_incidents ORDER BY id")
    assert [column.name for column in cursor.description or ()] == [
        "id", "source", "category", "category_group", "occurred_from", "occurred_to", "severity", "status",
        "lon", "lat", "accuracy",
    ]  # fmt: skip
    rows = cursor.fetchall()
    assert len(rows) == 4
    assert {row[3] for row in rows if row[2] == "trom_cap"} == {"trat_tu_xa_hoi"}
    assert [row[8] is None for row in sorted(rows, key=lambda row: row[4])] == [False, False, False, True]
    assert outside.execute("SELECT count(*) FROM antt.view_units_in_force").fetchone() == (4,)
    told = outside.execute("SELECT file_name, state, read, accepted, duplicates FROM antt.view_imports").fetchone()
    assert told == ("a.csv", "done", 5, 4, 0)


def test_a_sound_store_has_no_problems(store: Store) -> None:
    store.append(INCIDENTS, incidents(6000).assign(import_id="imp-1"))
    store.keep_import(LEDGER)
    assert store.problems() == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DROP INDEX antt.incidents_geom", "incidents_geom"),
        ("DROP INDEX antt.incidents_reference", "incidents_reference"),
        ("ALTER TABLE antt.units DISABLE TRIGGER antt_history", "units.antt_history"),
        ("DELETE FROM antt.antt_version WHERE layer = 'units'", "units"),
        ("UPDATE antt.incidents SET import_id = 'lost'", "lost"),
        ("UPDATE antt.incidents SET geom = ST_SetSRID(ST_MakePoint(500, 20), 4326)", "incidents"),
        ("UPDATE antt.incidents SET occurred_to = occurred_from - interval '1 day'", "test"),
        ("UPDATE antt.units SET valid_to = valid_from", "10000"),
        ("UPDATE antt.units SET code = '1'", "commune 1"),
    ],
)
def test_damage_is_found_and_named(store: Store, outside: psycopg.Connection, statement: str, told: str) -> None:
    store.append(INCIDENTS, incidents(4))
    store.append(UNITS, town())
    outside.execute(statement.encode())
    assert [problem for problem in store.problems() if told in problem and " / " in problem]


def test_an_import_that_fell_silent_and_lost_rows_are_found(store: Store) -> None:
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    silent = ImportRecord("imp-2", "incidents", "test", "b.csv", "01", "an", long_ago, long_ago)
    store.keep_import(silent)
    store.quarantine([QuarantinedRow("imp-3", 2, ("bad_time",), {"a": "b"})])
    found = store.problems()
    assert [key for key in ("imp-2", "imp-3") if any(key in problem for problem in found)] == ["imp-2", "imp-3"]
