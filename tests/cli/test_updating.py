"""Updating a store, and the backup of everything: what fails leaves the store as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from layers.catalog import INCIDENTS, UNITS
from layers.store import migrations, open_store
from layers.store.system_file import SystemFile
from mapserver.services.registers import Registers
from mapserver.settings import Settings
from tests.builders import incidents, town
from tests.cli.command import antt, refused, result

Steps = tuple[tuple[int, str, migrations.Step], ...]


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store of the program before this one: the last step is not taken yet."""
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(UNITS, town())
        store.append(INCIDENTS, incidents(50))
    last = migrations.STEPS[-1][0] + 1
    _with_step(monkeypatch, last, _more)
    return tmp_path


def test_an_update_takes_the_steps_and_keeps_the_state_before(older: Path) -> None:
    _keep_companions(older)
    done = result("store", "update", cwd=older)
    assert done["steps"] == ["more"]
    before = older / str(done["before"])
    assert {Path(str(path)).name for path in done["beside"]} == {  # type: ignore[attr-defined]
        "antt.before-update-1.system.db", "antt.before-update-1.published",
    }  # fmt: skip
    assert _tables(older / "antt.gpkg") - _tables(before) == {"antt_more"}
    assert result("store", "check", cwd=older)["ok"] is True
    assert result("store", "update", cwd=older) == {"steps": [], "before": None, "beside": []}


def test_a_step_that_fails_leaves_the_store_as_it_was(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM incidents")
        connection.execute("CREATE TABLE incidents (one)")

    _with_step(monkeypatch, migrations.STEPS[-1][0], fails)
    before = _content(older)
    assert antt("store", "update", cwd=older).returncode != 0
    assert _content(older) == before


def test_a_step_after_which_the_check_fails_is_taken_back(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damages(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM rtree_incidents_geom WHERE id < 4")

    _with_step(monkeypatch, migrations.STEPS[-1][0], damages)
    before = _content(older)
    ended = antt("store", "update", cwd=older)
    assert ended.returncode == 7
    assert "3 rows" in ended.stderr
    assert "trả về như trước" in ended.stderr
    assert _content(older) == before


def test_a_fault_that_was_there_before_does_not_stop_an_update(older: Path) -> None:
    with closing(sqlite3.connect(older / "antt.gpkg")) as plain, plain:
        plain.execute("DELETE FROM rtree_incidents_geom WHERE id < 4")
    assert result("store", "update", cwd=older)["steps"] == ["more"]


def test_only_a_store_of_ours_that_is_a_file_is_updated(tmp_path: Path) -> None:
    assert refused("store", "update", "--store", "nowhere.gpkg", cwd=tmp_path)["code"] == "file_missing"
    address = "postgresql://antt:bi_mat@127.0.0.1:1/antt"
    said = refused("store", "update", "--store", address, cwd=tmp_path)
    assert (said["code"], "pg_dump" in said["hint"]) == ("forbidden", True)
    (tmp_path / "other.gpkg").write_text("no database " * 100, encoding="utf-8")
    assert refused("store", "update", "--store", "other.gpkg", cwd=tmp_path)["exit"] == "4"
    assert [path.name for path in tmp_path.iterdir()] == ["other.gpkg"]


def test_a_backup_takes_what_lies_beside_the_store_and_names_the_key_it_leaves(tmp_path: Path) -> None:
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(UNITS, town())
    _keep_companions(tmp_path)
    ended = antt("store", "backup", "b.gpkg", cwd=tmp_path)
    assert "b.system.db" in ended.stdout
    assert "b.published" in ended.stdout
    assert "audit.key" in ended.stdout
    assert (tmp_path / "b.system.db").stat().st_mode & 0o077 == 0
    assert antt("store", "backup", "b.gpkg", cwd=tmp_path).returncode == 3

    elsewhere = tmp_path / "new machine"
    elsewhere.mkdir()
    made = result("store", "restore", str(tmp_path / "b.gpkg"), cwd=elsewhere)
    assert made["counts"]["units"] == 4  # type: ignore[index]
    assert (elsewhere / "antt.published" / "cube.json").read_text(encoding="utf-8") == "published"
    assert not Registers.of(SystemFile(str(elsewhere / "antt.system.db")), Settings()).accounts.any()


def test_restoring_opens_no_account_again_that_was_shut_since(tmp_path: Path) -> None:
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(UNITS, town())
    _keep_companions(tmp_path)
    antt("store", "backup", "b.gpkg", cwd=tmp_path)
    with SystemFile(str(tmp_path / "antt.system.db")).transaction("") as connection:
        connection.execute("CREATE TABLE since_then (one)")
    (tmp_path / "antt.published" / "cube.json").write_text("published later", encoding="utf-8")
    assert antt("store", "restore", "b.gpkg", cwd=tmp_path).returncode == 0
    assert "since_then" in _tables(tmp_path / "antt.system.db")
    assert (tmp_path / "antt.published" / "cube.json").read_text(encoding="utf-8") == "published later"


def test_the_program_before_can_have_the_state_before_back(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _content(older)
    kept = str(result("store", "update", cwd=older)["before"])
    with closing(open_store(str(older / "antt.gpkg"))) as store:
        store.append(INCIDENTS, incidents(5, seed=9))
    monkeypatch.undo()
    assert refused("store", "info", cwd=older)["code"] == "store_unreachable"
    assert antt("store", "restore", kept, cwd=older).returncode == 0
    assert _content(older) == before


def _more(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE antt_more (one)")


def _keep_companions(folder: Path) -> None:
    assert not Registers.of(SystemFile(str(folder / "antt.system.db")), Settings()).accounts.any()
    (folder / "antt.published").mkdir()
    (folder / "antt.published" / "cube.json").write_text("published", encoding="utf-8")


def _with_step(monkeypatch: pytest.MonkeyPatch, number: int, step: migrations.Step) -> None:
    steps: Steps = (*(one for one in migrations.STEPS if one[0] < number), (number, "more", step))
    monkeypatch.setattr("layers.store.migrations.STEPS", steps)
    monkeypatch.setattr("layers.store.geopackage.STEPS", steps)
    monkeypatch.setattr("layers.store.gpkg_backup.STEPS", steps)
    monkeypatch.setattr(migrations.migrate, "__kwdefaults__", {"up_to": number})


def _tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as plain:
        return {name for (name,) in plain.execute("SELECT name FROM sqlite_master")}


def _content(folder: Path) -> tuple[object, set[str]]:
    with closing(sqlite3.connect(folder / "antt.gpkg")) as plain:
        rows = plain.execute("SELECT fid, id, category, row_version FROM incidents ORDER BY fid").fetchall()
        index = plain.execute("SELECT count(*) FROM rtree_incidents_geom").fetchone()
    return (rows, index), _tables(folder / "antt.gpkg")
