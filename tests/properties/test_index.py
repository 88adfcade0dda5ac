"""Whatever happens to a store and to its index, a reader's table is the one made from the store directly."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog import INCIDENTS, UNITS
from layers.index.columns import Words, columns_of, ordered, taken
from layers.index.identity import ascending, find, hash_ids
from layers.index.merging import Delta, edit
from layers.store import ChangeSet, Store, back_up, open_store, put_back
from mapserver.services.index_building import Built, IndexBuilder, check_index
from mapserver.services.reader import Reader
from mapserver.services.tables import IncidentTable
from tests.builders import NOW, incidents, town
from tests.conftest import LONG

ZONE = "Asia/Ho_Chi_Minh"
TODAY = dt.date(2026, 11, 1)
COLUMNS = ("key", "lon", "lat", "unit", "day", "hour", "identity")

STEPS = ("insert", "load", "update", "move", "withdraw", "delete", "build", "compact", "damage", "read", "restore")


def ids(store: Store) -> list[str]:
    return [str(record) for record in store.read(INCIDENTS)["id"]]


class World:
    """A store, its index, a reader that lives long, and a die."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.path = folder / "world.gpkg"
        self.index = folder / "world.index"
        self.store = open_store(str(self.path))
        self.store.append(UNITS, town(3, 3))
        self.reader = Reader(self.store, ZONE)
        self.chance = np.random.default_rng(seed)
        self.number = 100
        self.now = NOW
        self.saved = folder / "saved.gpkg"
        back_up(self.path, self.saved)

    def some(self, count: int) -> list[str]:
        held = ids(self.store)
        return [held[place] for place in self.chance.permutation(len(held))[:count]]

    def step(self, name: str) -> None:
        self.number += 1
        self.now += dt.timedelta(minutes=5)
        getattr(self, name)()

    def insert(self) -> None:
        self.store.apply(ChangeSet(INCIDENTS, insert=incidents(int(self.chance.integers(1, 5)), seed=self.number)))

    def load(self) -> None:
        self.store.append(INCIDENTS, incidents(int(self.chance.choice([1, 230])), seed=self.number))

    def update(self) -> None:
        changed: dict[str, object] = {
            "category": "khac",
            "severity": ("nghiem_trong", "riêng")[self.chance.integers(2)],
        }
        self.store.apply(ChangeSet(INCIDENTS, update=dict.fromkeys(self.some(4), changed)))

    def move(self) -> None:
        places = incidents(5, seed=self.number).geometry
        changed = {record: {"geometry": place} for record, place in zip(self.some(5), places, strict=False)}
        self.store.apply(ChangeSet(INCIDENTS, update=changed))

    def withdraw(self) -> None:
        why = ("trùng", None)[self.chance.integers(2)]
        self.store.apply(ChangeSet(INCIDENTS, update={record: {"withdrawn": why} for record in self.some(3)}))

    def delete(self) -> None:
        self.store.apply(ChangeSet(INCIDENTS, delete=tuple(self.some(3))))

    def build(self) -> None:
        IndexBuilder(self.store, ZONE, self.index, delta_share=1000).build(self.now)

    def compact(self) -> None:
        IndexBuilder(self.store, ZONE, self.index, delta_share=0).build(self.now)

    def damage(self) -> None:
        files = sorted(path for path in self.index.rglob("*.*") if path.is_file() and path.name != ".lock")
        if files:
            hurt = files[self.chance.integers(len(files))]
            content = bytearray(hurt.read_bytes())
            content[self.chance.integers(min(len(content), 4096))] ^= 0xFF
            # Another file in its place: one that is mapped just now stays as it is.
            hurt.unlink()
            hurt.write_bytes(content)

    def restore(self) -> None:
        put_back(self.saved, self.path)

    def read(self) -> None:
        """A second reader, as a worker that starts now."""
        assert_equal(Reader(self.store, ZONE), self.store)


def told(table: IncidentTable) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    words = {
        name: np.array([*table.words[name], ""], dtype=object)[getattr(table, name)]
        for name in ("category", "severity", "status")
    }
    return words | {name: getattr(table, name) for name in COLUMNS}


def assert_equal(reader: Reader, store: Store) -> None:
    direct = Reader(store, ZONE, Path("there is none"))
    for with_withdrawn in (False, True):
        _units, expected = direct.incidents(TODAY, with_withdrawn=with_withdrawn)
        _units, found = reader.incidents(TODAY, with_withdrawn=with_withdrawn)
        assert found.synthetic == expected.synthetic
        for name, column in told(expected).items():
            np.testing.assert_array_equal(told(found)[name], column, err_msg=name)
    frame = store.read(INCIDENTS)
    assert sorted(found.identity.tolist()) == sorted(hash_ids(frame["id"]).tolist())
    assert np.isfinite(found.lon).sum() == found.placed_count == frame.geometry.notna().sum()


# Every step opens stores, builds files and reads all of it twice: two seconds an example, so fewer of them.
@settings(max_examples=120 if LONG else 15)
@given(st.lists(st.sampled_from(STEPS), min_size=3, max_size=14), st.integers(0, 2**32))
def test_a_reader_with_an_index_sees_what_the_store_holds(steps: list[str], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), seed)
        for name in ("load", "build", *steps):
            world.step(name)
            assert_equal(world.reader, world.store)
        world.read()
        report = check_index(world.store, ZONE, world.index, now=world.now)
        assert report.rows == world.store.count(INCIDENTS)
        assert not check_index(world.store, ZONE, world.index, now=world.now).problems
        world.store.close()


@given(st.integers(0, 60), st.integers(0, 12), st.integers(0, 12), st.integers(0, 2**32))
def test_changes_laid_over_a_table_equal_a_table_sorted_anew(rows: int, gone: int, new: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Few places, so that many rows share one and their order is decided by their identities.
    everything = incidents(rows + new + 5, seed=seed % 1000)
    everything = everything.set_geometry(everything.geometry.iloc[-rng.integers(1, 5, len(everything))].to_numpy())
    everything[["occurred_to", "severity", "status", "withdrawn"]] = None
    everything["occurred_to"] = pd.to_datetime(everything["occurred_to"], utc=True)
    everything["location_accuracy_m"] = np.nan
    made = columns_of(everything, Words({}), timezone=ZONE, salt=0)
    first = taken(made, np.arange(rows))
    table = taken(first, ordered(first))
    leaves = rng.permutation(rows)[:gone]
    added = taken(made, np.concatenate([leaves[: gone // 2], np.arange(rows, rows + new)]).astype(np.int64))
    delta = Delta(added, np.unique(made["identity"][np.concatenate([leaves, np.arange(rows, rows + new)]).astype(int)]))
    change = edit(table, ascending(table["identity"]), delta)
    kept = np.concatenate([np.setdiff1d(np.arange(rows), leaves), leaves[: gone // 2], np.arange(rows, rows + new)])
    last = taken(made, kept.astype(np.int64))
    expected = taken(last, ordered(last))
    for name, column in table.items():
        np.testing.assert_array_equal(change.apply(column, added[name]), expected[name])
        marked = change._marked(column, added[name][change.order]) if len(change.left_out) + len(change.slots) else None
        assert marked is None or np.array_equal(marked, expected[name], equal_nan=name in {"lon", "lat", "accuracy_m"})


@given(st.lists(st.integers(0, 50), unique=True), st.lists(st.integers(0, 50)))
def test_rows_are_found_by_their_numbers(held: list[int], wanted: list[int]) -> None:
    identity = np.array(held, dtype=np.uint64)
    found = find(identity, ascending(identity), np.array(wanted, dtype=np.uint64))
    assert found.tolist() == [held.index(number) if number in held else -1 for number in wanted]


def test_two_records_with_one_number_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true_hash = pd.util.hash_array

    def weak(values: object, *, hash_key: str, categorize: bool) -> object:
        numbers = true_hash(values, hash_key=hash_key, categorize=categorize)  # type: ignore[arg-type]
        return numbers % 5 if hash_key.endswith("0") else numbers

    monkeypatch.setattr(pd.util, "hash_array", weak)
    store = open_store(str(tmp_path / "clash.gpkg"))
    store.append(INCIDENTS, incidents(2, seed=1))
    reader = Reader(store, ZONE)
    for seed in range(2, 30):
        store.append(INCIDENTS, incidents(1, seed=seed))
        _units, table = reader.incidents(TODAY)
        assert len(table.key) == store.count(INCIDENTS)
    assert table.salt > 0
    assert IndexBuilder(store, ZONE, tmp_path / "clash.index").build(NOW) is Built.BASE
    store.close()
