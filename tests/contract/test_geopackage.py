"""What only a file can do or suffer: QGIS, older layouts, two processes, full disks, network shares."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.catalog import INCIDENTS, LAYERS, UNITS
from layers.errors import StoreBusy, StoreFull, StoreUnreachable
from layers.geo import Bounds
from layers.store import ChangeSet, GeoPackageStore, Query, open_store
from layers.store.gpkg_connection import open_file, refuse_network_share
from layers.store.gpkg_geometry import encode
from layers.store.migrations import migrate
from tests.builders import incidents, town


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.gpkg"


@pytest.fixture
def store(path: Path) -> Iterator[GeoPackageStore]:
    opened = open_store(str(path), busy_timeout_s=0.5)
    assert isinstance(opened, GeoPackageStore)
    yield opened
    opened.close()


@pytest.fixture
def outside(path: Path, store: GeoPackageStore) -> Iterator[sqlite3.Connection]:
    """The file as QGIS opens it: SQLite with the five spatial functions and nothing of this program."""
    with closing(open_file(path)) as connection:
        yield connection


def blob(lon: float, lat: float) -> bytes | None:
    return encode(np.array([shapely.Point(lon, lat)], dtype=object))[0]


def extent(path: Path) -> list[float]:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(
            "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'incidents'"
        ).fetchone()
    return [round(value, 3) for value in row]


def edit(outside: sqlite3.Connection, sql: str, *values: object) -> None:
    # Read first, as every GIS does: SQLite 3.40 may fail once where the first statement after a bulk load is a write.
    outside.execute("SELECT count(*) FROM incidents").fetchone()
    outside.execute(sql, values)


def test_an_edit_from_outside_is_counted_and_remembered(store: GeoPackageStore, outside: sqlite3.Connection) -> None:
    store.append(INCIDENTS, incidents(300))
    row_id = store.read(INCIDENTS)["id"][0]
    edit(outside, "UPDATE incidents SET category = 'cuop' WHERE id = ?", row_id)
    row = store.read(INCIDENTS, Query(where=(("id", row_id),))).iloc[0]
    assert (row["category"], row["row_version"]) == ("cuop", 2)
    assert store.versions()["incidents"] == 2
    (change,) = store.history(INCIDENTS, row_id)
    assert (change.who, change.what) == ("external", "update")
    assert change.before is not None
    assert change.after is not None
    assert (change.before["row_version"], change.after["row_version"]) == (1, 2)
    assert (change.before["category"], change.after["category"]) == ("trom_cap", "cuop")
    assert store.problems() == []


def test_rows_added_moved_and_removed_from_outside_are_found_and_framed(
    path: Path, store: GeoPackageStore, outside: sqlite3.Connection
) -> None:
    store.append(INCIDENTS, incidents(300))
    before = extent(path)
    added = (blob(107.5, 20.5), "qgis", "1", "2026-05-01T00:00:00Z", "khac")
    sql = "INSERT INTO incidents (geom, source, source_ref, occurred_from, category) VALUES (?, ?, ?, ?, ?)"
    edit(outside, sql, *added)
    assert extent(path)[2] == pytest.approx(107.5, abs=0.001)
    assert store.count(INCIDENTS, Query(bounds=Bounds(107.4, 20.4, 107.6, 20.6))) == 1
    edit(outside, "UPDATE incidents SET geom = ? WHERE source = 'qgis'", blob(108.5, 20.95))
    assert extent(path)[2] == pytest.approx(108.5, abs=0.001)
    assert extent(path)[1] == before[1]
    (row_id,) = store.read(INCIDENTS, Query(where=(("source", "qgis"),)))["id"]
    edit(outside, "DELETE FROM incidents WHERE source = 'qgis'")
    assert extent(path) == before
    assert [entry.what for entry in store.history(INCIDENTS, row_id)] == ["insert", "update", "delete"]
    assert {entry.who for entry in store.history(INCIDENTS, row_id)} == {"external"}
    assert store.versions()["incidents"] == 4
    assert store.problems() == []


def test_the_id_of_a_record_cannot_be_changed_from_outside(store: GeoPackageStore, outside: sqlite3.Connection) -> None:
    store.append(INCIDENTS, incidents(3))
    with pytest.raises(sqlite3.IntegrityError, match="id of a record"):
        outside.execute("UPDATE incidents SET id = 'x'")
    assert "x" not in set(store.read(INCIDENTS)["id"])


def test_a_change_by_the_program_is_framed_at_once(path: Path, store: GeoPackageStore) -> None:
    store.append(INCIDENTS, incidents(20))
    row_id = store.read(INCIDENTS)["id"][0]
    store.apply(ChangeSet(INCIDENTS, update={row_id: {"geometry": shapely.Point(108.25, 20.95)}}))
    assert extent(path)[2] == 108.25
    store.apply(ChangeSet(INCIDENTS, delete=(row_id,)))
    assert extent(path)[2] < 106.41


def test_gdal_in_another_process_reads_what_the_program_wrote(path: Path, store: GeoPackageStore) -> None:
    store.append(INCIDENTS, incidents(300))
    store.append(UNITS, town())
    code = (
        "import sys, json, pyogrio; p = sys.argv[1]; i = pyogrio.read_info(p, layer='incidents'); "
        "box = pyogrio.read_dataframe(p, layer='incidents', bbox=(106.3, 20.9, 106.35, 21)); "
        "print(json.dumps([sorted(n for n, _ in pyogrio.list_layers(p)), i['features'], len(box), "
        "len(pyogrio.read_dataframe(p, layer='view_incidents'))]))"
    )
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, path], capture_output=True, text=True, check=True
    )
    names, features, in_box, viewed = json.loads(said.stdout)
    views = ["view_imports", "view_incidents", "view_units_in_force"]
    assert names == sorted([*(layer.key for layer in LAYERS), *views])
    assert (features, viewed) == (300, 300)
    assert in_box == incidents(300).geometry.x.between(106.3, 106.35).sum()


def test_any_sqlite_reads_the_views_of_analysts(path: Path, store: GeoPackageStore) -> None:
    frame = incidents(30)
    store.append(INCIDENTS, frame)
    store.append(UNITS, town())
    store.append(UNITS, town(valid_from="2999-01-01", seed=8))
    row_id = str(frame["id"][2])
    store.apply(ChangeSet(INCIDENTS, update={row_id: {"withdrawn": "nhập nhầm"}}))
    with closing(sqlite3.connect(path)) as plain:
        plain.row_factory = sqlite3.Row
        rows = {row["id"]: row for row in plain.execute("SELECT * FROM view_incidents")}
        assert len(plain.execute("SELECT * FROM view_units_in_force").fetchall()) == 4
        assert plain.execute("SELECT * FROM view_imports").fetchall() == []
    assert row_id not in rows
    assert list(rows[frame["id"][0]].keys()) == [
        "id", "source", "category", "category_group", "occurred_from", "occurred_to", "severity", "status",
        "lon", "lat", "accuracy",
    ]  # fmt: skip
    first, last = rows[frame["id"][0]], rows[frame["id"][29]]
    assert first["category_group"] == "trat_tu_xa_hoi"
    assert first["lon"] == pytest.approx(frame.geometry.x[0], abs=1e-5)
    assert first["lat"] == pytest.approx(frame.geometry.y[0], abs=1e-5)
    assert (last["lon"], last["lat"]) == (None, None)


def test_a_store_of_the_first_layout_is_brought_up_with_all_it_holds(path: Path) -> None:
    with closing(open_file(path)) as old:
        old.execute("BEGIN")
        migrate(old, up_to=1)
        rows = [(blob(106.3 + n / 1000, 20.9), f"{n:03d}", "s", str(n % 250), "2026-01-01T00:00:00.000Z", "khac")
                for n in range(300)]  # fmt: skip
        old.executemany(
            "INSERT INTO incidents (geom, id, source, source_ref, occurred_from, category) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        old.execute("COMMIT")
    with closing(open_store(str(path))) as store:
        frame = store.read(INCIDENTS)
        assert frame["id"].tolist() == [row[1] for row in rows]
        assert store.count(INCIDENTS, Query(bounds=Bounds(106.3, 20.8, 106.4, 21))) == pytest.approx(101, abs=1)
        assert frame["withdrawn"].isna().all()
        # The fifty references that stood twice are told apart, and the history says so.
        assert frame["source_ref"].is_unique
        assert len(list(store.all_history())) == 50
        assert store.problems() == []
        store.append(INCIDENTS, incidents(300))
        assert store.migrate() == []
    with closing(sqlite3.connect(path.with_name("store.before-step-2.gpkg"))) as kept:
        assert kept.execute("SELECT count(*), max(step) FROM incidents, antt_layout").fetchone() == (300, 1)


def test_a_file_of_a_newer_program_is_left_alone(path: Path, store: GeoPackageStore) -> None:
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("INSERT INTO antt_layout VALUES (99, 'from the future')")
    with pytest.raises(StoreUnreachable, match="newer"):
        open_store(str(path))


def test_a_second_writer_is_told_to_wait_within_its_time(path: Path, store: GeoPackageStore) -> None:
    with closing(open_file(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            store.append(INCIDENTS, incidents(3))
        other.execute("ROLLBACK")
    assert store.append(INCIDENTS, incidents(3)) == 3


WRITER = """
import sys
from layers.catalog import INCIDENTS
from layers.store import open_store
from tests.builders import incidents
store = open_store(sys.argv[1], busy_timeout_s=60)
for turn in range(8):
    store.append(INCIDENTS, incidents(60, seed=int(sys.argv[2]) * 100 + turn))
"""


def test_two_processes_write_and_nothing_is_lost(path: Path, store: GeoPackageStore) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(number)]) for number in (1, 2)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    assert store.count(INCIDENTS) == 960
    assert store.versions()["incidents"] == 16
    assert store.problems() == []


def test_a_full_disk_is_said_and_leaves_the_store_as_it_was(path: Path, store: GeoPackageStore) -> None:
    store.append(INCIDENTS, incidents(300))
    before = store.content_hash()
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(StoreFull):
        store.append(INCIDENTS, incidents(5000, seed=3))
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert store.content_hash() == before
    assert store.problems() == []
    assert store.append(INCIDENTS, incidents(300, seed=3)) == 300


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_a_network_share_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    table = tmp_path / "mounts"
    share = str(tmp_path).replace(" ", "\\040")
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {share} {kind} rw 0 0\n", encoding="utf-8")
    with pytest.raises(StoreUnreachable, match=kind) as refused:
        refuse_network_share(tmp_path / "antt.gpkg", mounts=table)
    assert "PostGIS" in refused.value.hint.vi
    refuse_network_share(Path("/antt.gpkg"), mounts=table)


def test_a_damaged_spatial_index_is_found(store: GeoPackageStore, outside: sqlite3.Connection) -> None:
    store.append(INCIDENTS, incidents(300))
    outside.execute("DELETE FROM rtree_incidents_geom WHERE id = 5")
    outside.execute("UPDATE gpkg_contents SET max_x = 0 WHERE table_name = 'incidents'")
    said = " ".join(store.problems())
    assert "1 rows" in said
    assert "gpkg_contents" in said
