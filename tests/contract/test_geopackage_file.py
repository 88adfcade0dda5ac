"""The file of the embedded store is a GeoPackage that other programs open as it is."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.catalog import INCIDENTS, LAYERS, UNITS
from layers.errors import StoreUnreachable
from layers.store import open_store
from layers.store.gpkg_geometry import encode, register_functions
from tests.builders import BOOKS, incidents, town

# GDAL reads in a process of its own: two copies of SQLite in one process break each other's locks.
READ_BY_GDAL = """
import json, sys
import pyogrio
path = sys.argv[1]
layers = {name: kind for name, kind in pyogrio.list_layers(path) if kind is not None}
frame = pyogrio.read_dataframe(path, layer="incidents")
info = pyogrio.read_info(path, layer="incidents")
near = pyogrio.read_dataframe(path, layer="incidents", bbox=(106.3, 20.9, 106.35, 21.0))
unplaced = int(frame.geometry.isna().sum())
print(json.dumps([layers, len(frame), unplaced, info["crs"], list(info["total_bounds"]), len(near)]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store = open_store(str(tmp_path / "store.gpkg"))
    store.append(UNITS, town())
    store.append(INCIDENTS, incidents(400))
    store.append(INCIDENTS, incidents(5, seed=9))
    store.close()
    return tmp_path / "store.gpkg"


def test_gdal_reads_every_layer_with_its_extent_and_its_index(path: Path) -> None:
    said = subprocess.run([sys.executable, "-c", READ_BY_GDAL, str(path)], capture_output=True, text=True, check=True)
    layers, count, unplaced, crs, bounds, near = json.loads(said.stdout)
    assert set(layers) == {layer.key for layer in LAYERS if layer not in BOOKS}
    assert (count, unplaced, crs) == (405, 2, "EPSG:4326")
    assert 106.3 <= bounds[0] < bounds[2] <= 106.4001
    assert 150 < near < 260
    assert said.stderr == ""


def test_the_index_holds_every_place_once(path: Path) -> None:
    with sqlite3.connect(path) as file:
        (indexed,) = file.execute("SELECT count(*) FROM rtree_incidents_geom").fetchone()
        (placed,) = file.execute("SELECT count(*) FROM incidents WHERE geom IS NOT NULL").fetchone()
        (sound,) = file.execute("SELECT rtreecheck('rtree_incidents_geom')").fetchone()
    assert (indexed, sound) == (placed, "ok")
    assert placed == 403


def test_an_edit_from_outside_raises_the_data_version(path: Path) -> None:
    before = open_store(str(path)).versions()
    with sqlite3.connect(path) as file:
        register_functions(file)
        file.execute("UPDATE incidents SET category = 'cuop' WHERE fid = 1")
    after = open_store(str(path)).versions()
    assert after["incidents"] == before["incidents"] + 1
    assert after["units"] == before["units"]


def test_a_place_moved_from_outside_is_found_where_it_is_now(path: Path) -> None:
    blob = encode(np.array([shapely.Point(107.9, 20.2)], dtype=object))[0]
    with sqlite3.connect(path) as file:
        register_functions(file)
        file.execute("UPDATE incidents SET geom = ? WHERE fid = 1", (blob,))
    with sqlite3.connect(path) as file:
        (found,) = file.execute("SELECT count(*) FROM rtree_incidents_geom WHERE maxx > 107").fetchone()
    assert found == 1


def test_looking_at_a_file_of_another_program_does_not_change_it(tmp_path: Path) -> None:
    other = tmp_path / "other.gpkg"
    town()[["code", "geometry"]].to_file(other)
    before = other.read_bytes()
    with pytest.raises(StoreUnreachable, match="not a store"):
        open_store(str(other))
    assert other.read_bytes() == before
