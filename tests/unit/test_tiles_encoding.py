"""What is written into a vector tile is what others read out of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from mapserver.rendering.vector_tiles import ABSENT, Shape, TileLayer, encode_tile
from tests.vector_tiles import read_tile


def points(count: int) -> TileLayer:
    rng = np.random.default_rng(5)
    values = rng.integers(0, 3_000_000, count)
    return TileLayer.of_points(
        "p",
        rng.integers(0, 4096, (count, 2)),
        {
            "n": values,
            "d": rng.integers(-400, 400, count),
            "h": np.where(np.arange(count) % 3 == 0, ABSENT, values % 24),
        },
    )


@pytest.mark.parametrize("count", [1, 2, 127, 128, 4096])
def test_points_come_back_with_their_values(count: int) -> None:
    layer = points(count)
    found = read_tile(encode_tile((layer,)))["p"]
    assert [feature.parts for feature in found] == [[[(x, y)]] for x, y in layer.xy.tolist()]
    expected = [
        {name: int(column[row]) for name, column in layer.attributes.items() if column[row] != ABSENT}
        for row in range(count)
    ]
    assert [feature.attributes for feature in found] == expected


def test_lines_and_rings_come_back_part_by_part() -> None:
    xy = np.array([[0, 0], [100, 0], [100, 100], [5000, -64], [5000, 10], [4000, 10], [7, 7], [8, 9]])
    rings = TileLayer("a", Shape.AREA, xy[:6], np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0]), ids=np.array([70_000]))
    lines = TileLayer(
        "l", Shape.LINE, xy, np.array([0, 0, 0, 1, 1, 1, 2, 2]), np.array([0, 0, 1]),
        attributes={"a": np.array([3, 4])},
    )  # fmt: skip
    found = read_tile(encode_tile((rings, lines)))
    assert [(feature.id, feature.kind) for feature in found["a"]] == [(70_000, 3)]
    assert found["a"][0].parts == [[(0, 0), (100, 0), (100, 100)], [(5000, -64), (5000, 10), (4000, 10)]]
    assert [feature.attributes for feature in found["l"]] == [{"a": 3}, {"a": 4}]
    assert found["l"][0].parts == found["a"][0].parts
    assert found["l"][1].parts == [[(7, 7), (8, 9)]]


def test_another_program_reads_the_same(tmp_path: Path) -> None:
    layer = points(300)
    hole = np.array([[10, 10], [10, 20], [20, 20], [20, 10]])
    outer = np.array([[0, 0], [100, 0], [100, 100], [0, 100]])
    area = TileLayer(
        "a", Shape.AREA, np.vstack([outer, hole]), np.repeat([0, 1], 4), np.array([0, 0]), ids=np.array([12])
    )
    path = tmp_path / "tile.mvt"
    path.write_bytes(encode_tile((layer, area)))
    read = pyogrio.read_dataframe(path, layer="p")
    # GDAL counts rows of a tile from the south.
    assert np.column_stack([read.geometry.x, 4096 - read.geometry.y]).astype(int).tolist() == layer.xy.tolist()
    assert read["n"].tolist() == layer.attributes["n"].tolist()
    assert read["d"].tolist() == layer.attributes["d"].tolist()
    (shape,) = pyogrio.read_dataframe(path, layer="a").geometry
    assert shape.is_valid
    assert shapely.area(shape) == 100 * 100 - 10 * 10


def test_a_layer_with_nothing_in_it_is_no_layer() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert encode_tile((TileLayer("a", Shape.LINE, none.reshape(0, 2), none, none),)) == b""
