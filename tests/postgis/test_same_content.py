"""Rows taken from a file into PostGIS and back are the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.catalog import CAMERAS, INCIDENTS, LAYERS, PEOPLE_POINTS, SAFEZONES, UNITS
from layers.store import Store, open_store
from tests.builders import BOOKS, book, cameras, incidents, models, people, town

pytestmark = pytest.mark.postgis


def fill(store: Store) -> None:
    store.append(UNITS, town(3, 3))
    store.append(INCIDENTS, incidents(700))
    store.append(SAFEZONES, models())
    store.append(CAMERAS, cameras())
    store.append(PEOPLE_POINTS, people())
    for layer in BOOKS:
        store.append(layer, book(layer))


def test_the_hash_is_the_same_everywhere_and_survives_the_way_there_and_back(store: Store, tmp_path: Path) -> None:
    opened = [open_store("memory:"), open_store(str(tmp_path / "a.gpkg")), open_store(str(tmp_path / "back.gpkg"))]
    memory, file, back = opened
    fill(memory)
    fill(file)
    for layer in LAYERS:
        store.append(layer, file.read(layer))
        back.append(layer, store.read(layer))
    hashes = {memory.content_hash(), file.content_hash(), store.content_hash(), back.content_hash()}
    assert len(hashes) == 1
    with store.transaction():
        store.append(CAMERAS, cameras().assign(id="b"))
        assert store.content_hash() not in hashes
    for each in opened:
        each.close()


def test_a_store_read_in_pieces_has_the_hash_of_one_read_whole(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    whole = store.content_hash()
    monkeypatch.setattr("layers.store.postgis._ROWS_AT_ONCE", 64)
    assert store.content_hash() == whole
