"""Many appends as one load: all of it or nothing, sound indices at its end, and usable in its midst."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.catalog import INCIDENTS
from layers.errors import Conflict
from layers.geo import Bounds
from layers.store import ChangeSet, Query, Store, open_store
from tests.builders import incidents

EVERYWHERE = Query(bounds=Bounds(106.2, 20.8, 106.5, 21.1))
FAR = Query(bounds=Bounds(107.9, 20.4, 108.1, 20.6))


class Stopped(Exception):
    """Something unforeseen in the midst of a load."""


def _load(store: Store, *frames: gpd.GeoDataFrame, stop: bool = False) -> None:
    with store.bulk_load(INCIDENTS, expected_rows=600):
        for frame in frames:
            store.append(INCIDENTS, frame)
        if stop:
            raise Stopped


@pytest.mark.parametrize("expected_rows", [0, 900, 10_000])
@pytest.mark.parametrize("held", [0, 3, 700])
def test_the_pieces_of_a_load_are_one_commit(store: Store, held: int, expected_rows: int) -> None:
    if held:
        store.append(INCIDENTS, incidents(held, seed=9))
    with store.bulk_load(INCIDENTS, expected_rows=expected_rows):
        for seed in (1, 2, 3):
            store.append(INCIDENTS, incidents(300, seed=seed))
    # The last row of each piece has no place.
    placed = held - bool(held) + 897
    assert (store.count(INCIDENTS), store.count(INCIDENTS, EVERYWHERE)) == (held + 900, placed)
    assert store.problems() == []


def test_a_load_that_fails_leaves_nothing(store: Store) -> None:
    store.append(INCIDENTS, incidents(300, seed=9))
    before = (store.content_hash(), store.versions())
    with pytest.raises(Stopped):
        _load(store, incidents(300), stop=True)
    assert (store.content_hash(), store.versions()) == before
    assert store.problems() == []
    store.append(INCIDENTS, incidents(300))
    assert store.count(INCIDENTS, EVERYWHERE) == 598


def test_rows_of_a_running_load_can_be_read_and_changed(store: Store) -> None:
    first, second = incidents(300, seed=1), incidents(300, seed=2)
    moved = first["id"][0]
    with store.bulk_load(INCIDENTS, expected_rows=600):
        store.append(INCIDENTS, first)
        assert store.count(INCIDENTS, EVERYWHERE) == 299
        store.apply(ChangeSet(INCIDENTS, update={moved: {"geometry": shapely.Point(108, 20.5)}}))
        store.append(INCIDENTS, second)
    assert store.read(INCIDENTS, FAR)["id"].tolist() == [moved]
    assert store.count(INCIDENTS, EVERYWHERE) == 597
    assert store.problems() == []


@pytest.mark.parametrize("changing", [False, True])
def test_a_step_taken_back_in_a_load_leaves_the_rest(store: Store, changing: bool) -> None:
    first = incidents(300, seed=1)
    with store.bulk_load(INCIDENTS, expected_rows=900):
        store.append(INCIDENTS, first)
        with suppress(Stopped), store.transaction():
            store.append(INCIDENTS, incidents(300, seed=2))
            if changing:
                store.apply(ChangeSet(INCIDENTS, update={first["id"][0]: {"geometry": shapely.Point(108, 20.5)}}))
            raise Stopped
        store.append(INCIDENTS, incidents(300, seed=3))
    assert (store.count(INCIDENTS), store.count(INCIDENTS, EVERYWHERE), store.count(INCIDENTS, FAR)) == (600, 598, 0)
    assert store.problems() == []


def test_a_row_that_comes_twice_in_a_load_is_refused(store: Store) -> None:
    with pytest.raises(Conflict):
        _load(store, incidents(300), incidents(300))
    assert store.count(INCIDENTS) == 0
    assert store.problems() == []


_DIES = """
import os, sys
from layers.catalog import INCIDENTS
from layers.store import open_store
from tests.builders import incidents
store = open_store(sys.argv[1])
with store.bulk_load(INCIDENTS, expected_rows=60_000):
    store.append(INCIDENTS, incidents(30_000, seed=4))
    os._exit(9)
"""


def test_a_process_that_dies_in_a_load_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store.gpkg"
    store = open_store(str(path))
    store.append(INCIDENTS, incidents(300))
    before = store.content_hash()
    died = subprocess.run([sys.executable, "-c", _DIES, str(path)], check=False)
    assert died.returncode == 9
    assert (store.content_hash(), store.problems()) == (before, [])
    store.append(INCIDENTS, incidents(300, seed=2))
    assert store.count(INCIDENTS, EVERYWHERE) == 598
    store.close()


_AWKWARD = [None, "", " ", "'", "x'00'", "0", "1e5", "đường Lê Thanh Nghị", "a\0b", "😀", "\0", "\n", '"', "NULL"]


def _as_kept(path: Path, *frames: gpd.GeoDataFrame) -> list[tuple[object, ...]]:
    store = open_store(str(path))
    for frame in frames:
        store.append(INCIDENTS, frame)
    assert store.problems() == []
    store.close()
    with closing(sqlite3.connect(path)) as file:
        # A whole number, a fraction and a text that look alike are of different types in Python as well.
        return [tuple((type(v), v) for v in row) for row in file.execute("SELECT * FROM incidents ORDER BY fid")]


@pytest.mark.parametrize("accuracy_m", [[None, 5.0, 1000.0], [None, 0.1, 1e300]])
@pytest.mark.parametrize("few", [False, True])
def test_many_rows_at_once_are_kept_as_those_that_come_singly(
    tmp_path: Path, accuracy_m: list[float | None], few: bool
) -> None:
    count = 1_500
    texts = [_AWKWARD[row % (3 if few else len(_AWKWARD))] for row in range(count)]
    rows = incidents(
        count,
        reported_unit=texts,
        channel=[None if text is None else f"{text}{row}" for row, text in enumerate(texts)],
        content_hash=[f"{row:016x}" if row % 2 else None for row in range(count)],
        location_accuracy_m=[accuracy_m[row % 3] for row in range(count)],
        row_version=[1 + row % 12 for row in range(count)],
    )
    singly = [rows[start : start + 100] for start in range(0, count, 100)]
    assert _as_kept(tmp_path / "many.gpkg", rows) == _as_kept(tmp_path / "few.gpkg", *singly)
