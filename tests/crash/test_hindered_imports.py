"""Two writers at once, and a disk without room: nothing lost, nothing doubled, one clear sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.catalog import INCIDENTS
from layers.store import open_store
from tests.crash.trials import Trial, write_rows

ROWS = 60_000
SMALL_DISK_BYTES = 12_000_000


def test_two_processes_import_into_one_geopackage(tmp_path: Path) -> None:
    trial = Trial(str(tmp_path / "a.gpkg"), tmp_path, chunk_rows=10_000)
    rows = ROWS // 2
    files = [write_rows(tmp_path / f"{seed}.csv", rows, seed=seed) for seed in (1, 2)]
    trial.finish(write_rows(tmp_path / "first.csv", 100, seed=3))
    processes = [trial.begin(file) for file in files]
    codes = [trial.ended(process) for process in processes]
    for (code, said), file in zip(codes, files, strict=True):
        assert code in {0, 4}, said
        if code == 4:
            assert said["code"] == "store_busy"
            trial.finish(file)
    trial.holds(2 * rows + 100)


def test_two_processes_import_the_same_rows(tmp_path: Path) -> None:
    trial = Trial(str(tmp_path / "a.gpkg"), tmp_path, chunk_rows=5_000)
    rows = write_rows(tmp_path / "a.csv", 30_000)
    # Another file to the ledger, the same incidents to the store.
    other = tmp_path / "b.csv"
    other.write_text(rows.read_text("utf-8") + "\n", encoding="utf-8")
    trial.finish(write_rows(tmp_path / "first.csv", 100, seed=3))
    codes = [trial.ended(process) for process in [trial.begin(rows), trial.begin(other)]]
    for (code, _said), file in zip(codes, (rows, other), strict=True):
        if code == 4:
            trial.finish(file)
    trial.holds(30_100)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("no right to mount a small file system; only the administrator has it")
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small file system in this container")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_gives_one_clear_sentence_and_a_sound_store(small_disk: Path, tmp_path: Path) -> None:
    trial = Trial(str(small_disk / "a.gpkg"), tmp_path, chunk_rows=10_000)
    rows = write_rows(tmp_path / "rows.csv", ROWS)
    code, said = trial.ended(trial.begin(rows))
    assert (code, said["code"]) == (4, "store_full"), said
    assert said["hint"]
    store = open_store(trial.address)
    try:
        kept = store.count(INCIDENTS)
        assert kept % 10_000 == 0
        assert store.problems() == []
        assert store.imports()[0].counts.get("accepted", 0) == kept
    finally:
        store.close()
    subprocess.run(["mount", "-o", f"remount,size={20 * SMALL_DISK_BYTES}", str(small_disk)], check=True)
    assert trial.finish(rows)["accepted"] == ROWS
    trial.holds(ROWS)
