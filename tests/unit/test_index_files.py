"""The files of the index: built once, mapped by every reader, made again when damaged, seen by every process."""

from __future__ import annotations

import datetime as dt
import errno
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from layers.catalog import INCIDENTS, UNITS
from layers.index.files import building, damaged_files, open_state
from layers.index.manifest import read_manifest
from layers.records import Filter
from layers.store import ChangeSet, Store, open_store
from mapserver.services.incidents import select
from mapserver.services.index_building import Built, IndexBuilder
from mapserver.services.reader import Reader
from tests.builders import NOW, incidents, town
from tests.cli.command import antt
from tests.contract.backends import Databases

ZONE = "Asia/Ho_Chi_Minh"
TODAY = dt.date(2026, 11, 1)

# Another process that answers each line it reads with what it sees.
WORKER = """
import datetime as dt, json, sys
from pathlib import Path
from layers.records import Filter
from layers.store import open_store
from mapserver.services.incidents import select
from mapserver.services.reader import Reader
address, folder, now = json.loads(sys.stdin.readline())
reader = Reader(open_store(address), "Asia/Ho_Chi_Minh", Path(folder))
for line in sys.stdin:
    taken = select(reader, Filter(), now=dt.datetime.fromisoformat(now))
    counts = [int(taken.mask.sum()), int(taken.table.category.sum()), type(taken.table.key.base).__name__]
    print(json.dumps(counts), flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    held = open_store(str(tmp_path / "city.gpkg"))
    held.append(UNITS, town(3, 3))
    held.append(INCIDENTS, incidents(600))
    yield held
    held.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "city.index"


@pytest.fixture
def builder(store: Store, folder: Path) -> IndexBuilder:
    return IndexBuilder(store, ZONE, folder, delta_share=0.05)


@contextmanager
def worker(address: str, folder: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    child = subprocess.Popen(
        [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps([address, str(folder), NOW.isoformat()]) + "\n")
    try:
        yield child.stdin, child.stdout
    finally:
        child.stdin.close()
        child.wait(30)
        child.stdout.close()


def seen_by(process: tuple[IO[str], IO[str]]) -> list[object]:
    asking, answering = process
    asking.write("?\n")
    asking.flush()
    answer: list[object] = json.loads(answering.readline())
    return answer


def segments(folder: Path) -> list[str]:
    return sorted(path.name.partition("-")[0] for path in folder.iterdir() if path.is_dir() and "-" in path.name)


def test_a_table_without_changes_is_the_mapped_files(store: Store, folder: Path, builder: IndexBuilder) -> None:
    assert builder.build(NOW) is Built.BASE
    state = open_state(folder)
    assert state is not None
    _units, table = Reader(store, ZONE).incidents(TODAY)
    for column in (table.key, table.lon, table.day, table.category, table.unit, table.identity):
        assert not column.flags.writeable
    assert len(table.key) == 600
    assert {table.day.dtype, table.hour.dtype, table.category.dtype} == {*map(np.dtype, ("i4", "i1", "u1"))}


def test_a_commit_becomes_a_delta_and_many_become_a_base(store: Store, folder: Path, builder: IndexBuilder) -> None:
    builder.look(NOW)
    assert builder.look(NOW) is Built.NOTHING
    store.append(INCIDENTS, incidents(10, seed=2))
    assert builder.look(NOW) is Built.DELTA
    store.apply(ChangeSet(UNITS, update={str(store.read(UNITS)["id"].iloc[0]): {"population": 1}}))
    assert builder.look(NOW) is Built.NOTHING
    assert segments(folder) == ["base", "delta", "withdrawn"]
    store.append(INCIDENTS, incidents(30, seed=3))
    assert builder.look(NOW) is Built.BASE
    later = NOW + dt.timedelta(minutes=5)
    store.append(INCIDENTS, incidents(2, seed=4))
    assert builder.look(later) is Built.DELTA
    assert segments(folder) == ["base", "delta", "withdrawn"]
    _units, table = Reader(store, ZONE).incidents(TODAY)
    assert len(table.key) == 642


def test_a_second_builder_is_kept_out(folder: Path, builder: IndexBuilder) -> None:
    with building(folder) as alone:
        assert alone
        assert builder.build(NOW) is Built.BUSY
    assert builder.build(NOW) is Built.BASE


@pytest.mark.parametrize("harm", ["empty", "another number", "beyond the list"])
def test_a_damaged_list_of_units_is_made_again(store: Store, folder: Path, builder: IndexBuilder, *, harm: str) -> None:
    builder.build(NOW)
    (path,) = folder.rglob("unit-*.npy")
    sound = np.load(path)
    path.unlink()
    if harm == "empty":
        path.write_bytes(b"")
    elif harm == "another number":
        np.save(path, np.roll(sound, 1))
    else:
        np.save(path, np.full_like(sound, 30_000))
    _units, table = Reader(store, ZONE).incidents(TODAY)
    assert np.array_equal(table.unit, sound)
    assert np.array_equal(np.load(path), sound)


def test_a_full_disk_leaves_nothing_begun(folder: Path, builder: IndexBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    builder.build(NOW)
    held, real, written = sorted(path.name for path in folder.iterdir()), np.save, []

    def full(*arguments: object, **named: object) -> None:
        written.append(arguments)
        if len(written) > 20:
            raise OSError(errno.ENOSPC, "no space left on device")
        real(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OSError, match="no space"):
        builder.rebuild(NOW)
    assert sorted(path.name for path in folder.iterdir()) == held


@pytest.mark.parametrize("name", ["manifest.json", "key.npy", "category.npy", "by_identity.npy"])
@pytest.mark.parametrize("harm", ["gone", "cut", "end", "middle"])
def test_a_damaged_index_is_noticed_and_made_again(
    store: Store, folder: Path, builder: IndexBuilder, caplog: pytest.LogCaptureFixture, *, name: str, harm: str
) -> None:
    builder.build(NOW)
    (path,) = (path for path in folder.rglob(name) if not path.parent.name.startswith("withdrawn"))
    content = path.read_bytes()
    path.unlink()
    if harm != "gone":
        at = {"cut": len(content) - 9, "end": len(content) - 9, "middle": len(content) // 2}[harm]
        other = bytes([content[at] ^ 0xFF])
        path.write_bytes(content[:at] if harm == "cut" else content[:at] + other + content[at + 1 :])
    with caplog.at_level(logging.WARNING, "antt"):
        _units, table = Reader(store, ZONE).incidents(TODAY)
    assert len(table.key) == 600
    missing = (name, harm) == ("manifest.json", "gone")
    assert missing or "The index is made again" in caplog.text
    assert builder.build(NOW) is Built.BASE
    assert damaged_files(folder) == []


def test_the_index_of_another_store_is_not_believed(store: Store, folder: Path, builder: IndexBuilder) -> None:
    builder.build(NOW)
    store.close()
    path = Path(store.address)
    for part in path.parent.glob("city.gpkg*"):
        part.unlink()
    other = open_store(store.address)
    other.append(UNITS, town(3, 3))
    other.append(INCIDENTS, incidents(600, seed=9, category="trom_cap"))
    _units, table = Reader(other, ZONE).incidents(TODAY)
    assert {table.words["category"][place] for place in np.unique(table.category)} == {"trom_cap"}
    assert IndexBuilder(other, ZONE, folder).build(NOW) is Built.BASE
    other.close()


def test_another_time_zone_makes_other_days(store: Store, folder: Path, builder: IndexBuilder) -> None:
    builder.build(NOW)
    _units, here = Reader(store, ZONE).incidents(TODAY)
    _units, there = Reader(store, "America/Lima").incidents(TODAY)
    assert (here.day.astype(int) - there.day).max() == 1
    assert IndexBuilder(store, "America/Lima", folder).build(NOW) is Built.BASE


def test_units_change_under_the_index(store: Store, builder: IndexBuilder) -> None:
    builder.build(NOW)
    reader = Reader(store, ZONE)
    old, table = reader.incidents(TODAY)
    assert len(old.frame) == 9
    before = np.bincount(table.unit + 1, minlength=10)
    store.apply(ChangeSet(UNITS, delete=tuple(old.frame["id"].iloc[1:])))
    units, table = reader.incidents(TODAY)
    after = np.bincount(table.unit + 1, minlength=2)
    assert len(units.frame) == 1
    assert after[1] == before[1] > 0
    assert after[0] == 600 - before[1]


def test_the_same_filter_is_taken_once_until_a_commit(store: Store, builder: IndexBuilder) -> None:
    builder.build(NOW)
    reader = Reader(store, ZONE)
    first, again = (select(reader, Filter(categories=("ma_tuy",)), now=NOW) for _ in range(2))
    assert first is again
    assert first.taken_before[-1] == first.mask.sum() == 200
    store.append(INCIDENTS, incidents(3, seed=5, category="ma_tuy"))
    assert select(reader, Filter(categories=("ma_tuy",)), now=NOW).mask.sum() == 203


def test_a_commit_is_seen_by_two_workers_at_once(store: Store, folder: Path, builder: IndexBuilder) -> None:
    builder.build(NOW)
    with worker(store.address, folder) as one, worker(store.address, folder) as other:
        follow(store, builder, (one, other))


@pytest.mark.postgis
def test_a_commit_to_postgis_is_seen_by_two_workers_at_once(databases: Databases, tmp_path: Path) -> None:
    with databases.emptied() as url:
        store = open_store(url)
        store.append(UNITS, town(3, 3))
        store.append(INCIDENTS, incidents(600))
        builder = IndexBuilder(store, ZONE, tmp_path / "index", delta_share=0.05)
        assert builder.build(NOW) is Built.BASE
        with worker(url, tmp_path / "index") as one, worker(url, tmp_path / "index") as other:
            follow(store, builder, (one, other))
        store.close()


def follow(store: Store, builder: IndexBuilder, workers: tuple[tuple[IO[str], IO[str]], ...]) -> None:
    """Commit in every way, build now and then, and ask every worker after each commit."""
    places = {slug: place for place, slug in enumerate(Reader(store, ZONE).incidents(TODAY)[1].words["category"])}
    for number in range(6):
        record = str(store.read(INCIDENTS)["id"].iloc[number])
        store.append(INCIDENTS, incidents(20 + number, seed=20 + number))
        expect(store, places, workers)
        store.apply(ChangeSet(INCIDENTS, update={record: {"category": "khac"}}))
        expect(store, places, workers)
        if number % 2:
            builder.look(NOW)
            expect(store, places, workers)
        store.apply(ChangeSet(INCIDENTS, delete=(record,)))
        expect(store, places, workers)


def expect(store: Store, places: dict[str, int], workers: tuple[tuple[IO[str], IO[str]], ...]) -> None:
    categories = store.read(INCIDENTS)["category"]
    expected = [len(categories), int(categories.map(places).sum())]
    for process in workers:
        assert seen_by(process)[:2] == expected


def test_check_index_tells_and_mends(store: Store, folder: Path) -> None:
    def check() -> dict[str, object]:
        ended = antt("store", "check", "--index", "--json", "--store", store.address, cwd=folder.parent)
        assert ended.returncode == 0, ended.stderr
        found: dict[str, object] = json.loads(ended.stdout)["index"]
        return found

    assert check() == {"problems": ["Chưa có chỉ mục / There is no index"], "rebuilt": True, "rows": 600}
    assert check() == {"problems": [], "rebuilt": False, "rows": 600}
    manifest = read_manifest(folder)
    assert manifest is not None
    path = folder / manifest.base.name / "day.npy"
    content = bytearray(path.read_bytes())
    content[-10] ^= 0xFF
    path.unlink()
    path.write_bytes(content)
    found = check()
    assert found["rebuilt"]
    assert "day.npy" in str(found["problems"])
    assert check() == {"problems": [], "rebuilt": False, "rows": 600}
