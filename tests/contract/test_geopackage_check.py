"""What the check of a file finds when rows were changed past the program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.catalog import INCIDENTS, UNITS
from layers.store import GeoPackageStore, open_store
from layers.store.gpkg_connection import open_file
from layers.store.gpkg_geometry import encode
from tests.builders import incidents, town


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GeoPackageStore]:
    opened = open_store(str(tmp_path / "store.gpkg"))
    assert isinstance(opened, GeoPackageStore)
    opened.append(INCIDENTS, incidents(300))
    opened.append(UNITS, town())
    yield opened
    opened.close()


@pytest.fixture
def outside(store: GeoPackageStore) -> Iterator[sqlite3.Connection]:
    with closing(open_file(store.path)) as connection:
        # Read first: SQLite 3.40 may fail once where the first statement after a bulk load is a write.
        connection.execute("SELECT count(*) FROM incidents").fetchone()
        yield connection


def blob(shape: shapely.Geometry) -> bytes | None:
    return encode(np.array([shape], dtype=object))[0]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("UPDATE incidents SET occurred_from = 'hôm qua' WHERE fid = 5", "column occurred_from has 1 moments"),
        ("UPDATE incidents SET occurred_to = '2026-02-30T01:00:00Z' WHERE fid < 3", "column occurred_to has 2 moments"),
        ("UPDATE incidents SET location_accuracy_m = 'xa' WHERE fid = 7", "column location_accuracy_m has 1 values"),
        ("UPDATE units SET valid_from = 20250701.5 WHERE fid = 1", "column valid_from has 1 values"),
    ],
)
def test_values_of_another_kind_are_named(
    store: GeoPackageStore, outside: sqlite3.Connection, edit: str, said: str
) -> None:
    assert store.problems() == []
    outside.execute(edit)
    (problem,) = store.problems()
    assert said in problem
    assert " / " in problem


def test_geometry_of_another_kind_is_named(store: GeoPackageStore, outside: sqlite3.Connection) -> None:
    outside.execute("UPDATE incidents SET geom = ? WHERE fid = 1", [blob(shapely.box(106.3, 20.9, 106.35, 20.95))])
    outside.execute("UPDATE units SET geom = ? WHERE fid = 1", [blob(shapely.Point(106.3, 20.9))])
    said = " ".join(store.problems())
    assert "incidents: 1 geometries are missing or not of kind point" in said
    assert "units: 1 geometries are missing or not of kind area" in said


def test_geometry_that_cannot_be_read_is_counted(store: GeoPackageStore, outside: sqlite3.Connection) -> None:
    triggers = outside.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'incidents'")
    for (name,) in triggers.fetchall():
        outside.execute(f'DROP TRIGGER "{name}"')
    outside.execute("UPDATE incidents SET geom = x'4750' WHERE fid = 1")
    outside.execute("UPDATE incidents SET geom = 'đâu đó' WHERE fid = 2")
    assert "incidents: 2 geometries cannot be read" in " ".join(store.problems())


def test_an_empty_point_needs_no_place_in_the_index(store: GeoPackageStore, outside: sqlite3.Connection) -> None:
    outside.execute("UPDATE incidents SET geom = ? WHERE fid = 1", [blob(shapely.Point())])
    assert store.problems() == []
    assert store.count(INCIDENTS) == 300


def test_rows_doubled_where_the_index_is_gone_are_counted(store: GeoPackageStore, outside: sqlite3.Connection) -> None:
    outside.execute("DROP INDEX antt_incidents_reference")
    outside.execute("UPDATE incidents SET source_ref = 'x' WHERE fid IN (3, 4)")
    said = " ".join(store.problems())
    assert "the unique index of (source, source_ref) is missing" in said
    assert "1 values of (source, source_ref) repeat" in said
