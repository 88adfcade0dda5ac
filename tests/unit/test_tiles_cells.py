"""Cells of a tile are counted exactly, whichever way of counting is taken."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from layers.errors import NotFound
from layers.index import cells
from layers.index.cells import Tile, count_cells, fullest_cell, places_in_tile, rows_in_tile
from layers.index.morton import NOWHERE, morton_of_places

TILE = Tile(9, 407, 225)


def some_keys(count: int) -> NDArray[np.uint64]:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(106.2, 106.8, count), rng.uniform(20.7, 21.0, count)
    return np.sort(morton_of_places(lon, lat))


def in_the_tile(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return keys[rows_in_tile(keys, TILE)]


@pytest.mark.parametrize("few", [0, 10**9])
@pytest.mark.parametrize("codes_as", [np.uint8, np.int64])
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_counts_agree_with_counting_one_by_one(
    monkeypatch: pytest.MonkeyPatch, few: int, codes_as: type, share: float
) -> None:
    monkeypatch.setattr(cells, "_FEW", few)
    monkeypatch.setattr(cells, "_LONG_RUN", 8)
    keys = in_the_tile(some_keys(30_000))
    rng = np.random.default_rng(4)
    codes: NDArray[np.integer] = rng.integers(0, 15, len(keys)).astype(codes_as)
    taken = rng.random(len(keys)) < share
    found = count_cells(keys, codes, taken, tile=TILE, side_bits=6, code_count=15)
    places = places_in_tile(keys, TILE, side_bits=6)
    expected = Counter(
        (x, y, int(code)) for (x, y), code, is_taken in zip(places.tolist(), codes, taken, strict=True) if is_taken
    )
    counted = {
        (*place, code): int(found.by_code[row, code])
        for row, place in enumerate(found.place.tolist())
        for code in range(15)
        if found.by_code[row, code]
    }
    assert counted == expected
    assert len(found.place) == len({(x, y) for x, y, _ in expected})


def test_more_codes_than_fit_half_a_byte_are_counted_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_FEW", 0)
    monkeypatch.setattr(cells, "_LONG_RUN", 8)
    keys = in_the_tile(some_keys(5_000))
    codes = np.random.default_rng(6).integers(0, 200, len(keys)).astype(np.uint8)
    taken = codes % 2 == 0
    found = count_cells(keys, codes, taken, tile=TILE, side_bits=6, code_count=200)
    assert found.by_code.sum(axis=0).tolist() == np.bincount(codes[taken], minlength=200).tolist()


def test_a_place_lies_where_the_tile_draws_it() -> None:
    keys = morton_of_places(np.array([0.0, -180.0, 180.0]), np.array([0.0, 90.0, -90.0]))
    assert places_in_tile(keys, Tile(0, 0, 0), side_bits=12).tolist() == [[2048, 2048], [0, 0], [4095, 4095]]


def test_what_has_no_place_is_in_no_tile() -> None:
    keys = np.array([5, NOWHERE, NOWHERE], dtype=np.uint64)
    assert rows_in_tile(keys, Tile(0, 0, 0)) == slice(0, 1)
    assert rows_in_tile(keys, Tile(19, 2**19 - 1, 2**19 - 1)) == slice(1, 1)


def test_the_fullest_cell_is_that_of_all_tiles() -> None:
    keys = some_keys(20_000)
    taken = np.random.default_rng(7).random(len(keys)) < 0.5
    expected = Counter(map(tuple, places_in_tile(keys[taken], Tile(0, 0, 0), side_bits=15).tolist()))
    assert fullest_cell(keys, taken, zoom=9, side_bits=6) == max(expected.values())
    assert fullest_cell(keys, np.zeros(len(keys), dtype=bool), zoom=9, side_bits=6) == 0


@pytest.mark.parametrize("numbers", [(20, 0, 0), (3, 8, 0), (3, 0, 8), (0, 1, 0), (-1, 0, 0)])
def test_a_tile_out_of_range_is_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(NotFound):
        Tile.checked(*numbers)
