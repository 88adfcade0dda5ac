"""Looking after a store on the command line: check, copy, backup, restore."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from layers.catalog import INCIDENTS, LAYERS, UNITS
from layers.store import ChangeSet, open_store
from layers.store.base import Author, QuarantinedRow
from tests.builders import NOW, import_record, incidents, town
from tests.cli.command import antt


def told(*arguments: object, cwd: Path, code: int = 0) -> dict[str, object]:
    ended = antt("store", *arguments, "--json", cwd=cwd)
    assert ended.returncode == code, ended.stderr
    read: dict[str, object] = json.loads(ended.stdout)
    return read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store that has records, a history, a ledger and a quarantine."""
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(UNITS, town())
        store.append(INCIDENTS, incidents(300))
        row_id = store.read(INCIDENTS)["id"][0]
        store.apply(ChangeSet(INCIDENTS, update={row_id: {"category": "cuop"}}), Author("an", "sửa loại", NOW))
        store.keep_import(import_record("01", state="done"))
        store.quarantine([QuarantinedRow("01", 4, ("no_date",), {"category": "Ma túy"})])
        store.keep_note("synthetic", "yes")
    return tmp_path


def test_a_sound_store_passes_its_check(folder: Path) -> None:
    found = told("check", cwd=folder)
    assert (found["ok"], found["problems"]) == (True, [])
    assert found["data_version"] == {layer.key: {"incidents": 2, "units": 1}.get(layer.key, 0) for layer in LAYERS}
    assert len(str(found["content_hash"])) == 64


def test_a_store_with_a_fault_does_not_pass_and_the_fault_is_named(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "antt.gpkg")) as plain, plain:
        plain.execute("DELETE FROM rtree_incidents_geom WHERE id < 4")
    found = told("check", cwd=folder, code=7)
    assert found["ok"] is False
    assert "3 rows" in str(found["problems"])


def test_a_copy_holds_everything_and_hashes_to_the_same(folder: Path) -> None:
    copied = told("copy", "antt.gpkg", "copy.gpkg", cwd=folder)
    assert copied["content_hash"] == told("check", cwd=folder)["content_hash"]
    with closing(open_store(str(folder / "antt.gpkg"))) as one, closing(open_store(str(folder / "copy.gpkg"))) as two:
        assert list(two.all_history()) == list(one.all_history())
        assert two.imports() == one.imports()
        assert two.quarantined() == one.quarantined()
        assert two.notes() == one.notes()


def test_a_copy_never_writes_over_data(folder: Path) -> None:
    told("copy", "antt.gpkg", "copy.gpkg", cwd=folder)
    ended = antt("store", "copy", "antt.gpkg", "copy.gpkg", "--json", cwd=folder)
    assert ended.returncode == 5
    assert json.loads(ended.stderr)["error"]["code"] == "conflict"
    assert antt("store", "copy", "nowhere.gpkg", "other.gpkg", cwd=folder).returncode == 3


def test_what_a_backup_holds_can_be_had_back(folder: Path) -> None:
    before = told("check", cwd=folder)
    made = told("backup", "b.gpkg", cwd=folder)
    assert Path(folder, str(made["backup"])).stat().st_size == made["bytes"]
    with closing(open_store(str(folder / "antt.gpkg"))) as store:
        store.append(INCIDENTS, incidents(5, seed=9))
        reading = store.versions()["incidents"]
        restored = told("restore", "b.gpkg", cwd=folder)
        # A program that has the store open sees the restored data under a version it has not seen.
        assert store.count(INCIDENTS) == 300
        assert store.versions()["incidents"] > reading
    assert restored["counts"] == {layer.key: {"units": 4, "incidents": 300}.get(layer.key, 0) for layer in LAYERS}
    after = told("check", cwd=folder)
    assert (after["ok"], after["content_hash"]) == (True, before["content_hash"])
    with closing(open_store(str(folder / str(restored["before"])))) as saved:
        assert saved.count(INCIDENTS) == 305


def test_a_backup_is_one_closed_file_and_is_never_written_over(folder: Path) -> None:
    with closing(open_store(str(folder / "antt.gpkg"))) as busy, busy.transaction():
        busy.append(INCIDENTS, incidents(5, seed=9))
        told("backup", "b.gpkg", cwd=folder)
    assert [path.name for path in folder.glob("b.gpkg*")] == ["b.gpkg"]
    with closing(open_store(str(folder / "b.gpkg"))) as backup:
        assert backup.count(INCIDENTS) == 300
    assert antt("store", "backup", "b.gpkg", cwd=folder).returncode == 3


def test_a_bad_backup_changes_nothing(folder: Path) -> None:
    before = told("check", cwd=folder)["content_hash"]
    told("backup", "b.gpkg", cwd=folder)
    with closing(sqlite3.connect(folder / "b.gpkg")) as plain, plain:
        plain.execute("DELETE FROM rtree_incidents_geom WHERE id < 4")
    assert antt("store", "restore", "b.gpkg", cwd=folder).returncode == 7
    (folder / "text.gpkg").write_text("not a database, but long enough to look like one" * 50, encoding="utf-8")
    assert antt("store", "restore", "text.gpkg", cwd=folder).returncode == 3
    assert antt("store", "restore", "missing.gpkg", cwd=folder).returncode == 3
    assert told("check", cwd=folder)["content_hash"] == before


def test_a_damaged_store_is_set_aside_and_restored(folder: Path) -> None:
    before = told("check", cwd=folder)["content_hash"]
    told("backup", "b.gpkg", cwd=folder)
    (folder / "antt.gpkg").write_bytes(b"damaged" * 1000)
    told("restore", "b.gpkg", cwd=folder)
    assert told("check", cwd=folder)["content_hash"] == before
    assert (folder / "antt.gpkg.damaged").read_bytes().startswith(b"damaged")


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    address = "postgresql://antt:bi_mat_123@127.0.0.1:1/antt"
    for command in ("info", "check", "migrate"):
        ended = antt("store", command, "--store", address, "--json", cwd=tmp_path)
        assert ended.returncode == 4
        assert "bi_mat_123" not in ended.stdout + ended.stderr
