"""Units drawn in tiles: nobody is lost, and neighbours never part."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from layers.boundaries.levels import (
    COARSEST_ZOOM,
    FINEST_ZOOM,
    NOBODY,
    Parts,
    borders_of,
    clean_coverage,
    pyramid,
    tile_box_m,
)
from layers.catalog import UNITS
from layers.index.cells import Tile, places_in_tile
from layers.index.morton import morton_of_places
from layers.store import open_store
from mapserver.rendering.unit_tiles import MARGIN, Level, unit_layers
from mapserver.rendering.vector_tiles import encode_tile
from mapserver.services.reader import Reader
from mapserver.services.unit_levels import UnitLevels, build
from tests.builders import town
from tests.vector_tiles import Feature, read_tile

ZOOMS = range(FINEST_ZOOM, COARSEST_ZOOM - 1, -1)
DAY = dt.date(2026, 1, 1)
HOANG_SA, TRUONG_SA = "20333", "22736"


def wavy_town() -> gpd.GeoDataFrame:
    """A town whose borders bend, one ward with a hole that is another, and an islet of 60 m."""
    rng = np.random.default_rng(9)
    seats = shapely.points(rng.uniform(106.3, 106.4, 40), rng.uniform(20.9, 21.0, 40))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seats), extend_to=shapely.box(*TOWN)))
    cells = shapely.segmentize(shapely.clip_by_rect(cells, *TOWN), 0.0005)
    # One bend for every place, so that neighbours stay neighbours.
    bent = shapely.transform(cells, lambda xy: xy + 0.0004 * np.sin(xy[:, ::-1] * 4_000))
    inner = shapely.buffer(shapely.get_point(shapely.maximum_inscribed_circle(bent[0]), 0), 0.002)
    bent[0] = shapely.difference(bent[0], inner)
    islet = shapely.box(106.5, 20.95, 106.5006, 20.9506)
    frame = town(len(bent) + 1, 1)
    frame["geometry"] = [shapely.union(bent[1], islet), bent[0], *bent[2:], inner]
    return frame


TOWN = (106.3, 20.9, 106.4, 21.0)


def level(frame: gpd.GeoDataFrame, zoom: int) -> Level:
    parts = dict(pyramid(clean_coverage(frame), ZOOMS))[zoom]
    return Level.of(parts, borders_of(parts))


def tiles_over(frame: gpd.GeoDataFrame, zoom: int) -> list[Tile]:
    west, south, east, north = frame.total_bounds
    corners = morton_of_places(np.array([west, east]), np.array([north, south]))
    (x0, y0), (x1, y1) = places_in_tile(corners, Tile(0, 0, 0), side_bits=zoom).tolist()
    return [Tile(zoom, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def steps(features: list[Feature]) -> list[tuple[int, int, int, int]]:
    """Every edge of every ring, as it is walked."""
    return [
        (*start, *end)
        for feature in features
        for part in feature.parts
        for start, end in zip(part, [*part[1:], part[0]], strict=True)
    ]


def on_the_frame(step: tuple[int, int, int, int]) -> bool:
    low, high = -MARGIN, 4096 + MARGIN
    x0, y0, x1, y1 = step
    return (x0 == x1 and x0 in {low, high}) or (y0 == y1 and y0 in {low, high})


@pytest.mark.parametrize("zoom", [8, 10, 12, 15])
def test_neighbours_never_part(zoom: int) -> None:
    frame = wavy_town()
    outline = shapely.boundary(shapely.coverage_union_all(clean_coverage(frame)))
    drawn = level(frame, zoom)
    for tile in tiles_over(frame, zoom):
        layers = read_tile(encode_tile(unit_layers(drawn, tile)))
        walked = steps(layers.get("units", []))
        back = {(x1, y1, x0, y0) for x0, y0, x1, y1 in walked}
        west, south, east, north = tile_box_m(*tile)
        for step in walked:
            if step in back or on_the_frame(step):
                continue
            # An edge that nobody walks the other way is the rim of the town, to within the generalisation.
            place = shapely.Point(
                west + (step[0] + step[2]) / 2 * (east - west) / 4096,
                north - (step[1] + step[3]) / 2 * (north - south) / 4096,
            )
            assert shapely.distance(place, outline) < (east - west) / 256 * 2, (tile, step)


@pytest.mark.parametrize("zoom", [10, 12])
def test_a_shared_border_has_the_vertices_of_both_units(zoom: int) -> None:
    frame = wavy_town()
    drawn = level(frame, zoom)
    for tile in tiles_over(frame, zoom):
        layers = read_tile(encode_tile(unit_layers(drawn, tile)))
        edges = {
            feature.id: {frozenset((step[:2], step[2:])) for step in steps([feature])}
            for feature in layers.get("units", [])
        }
        for border in layers.get("borders", []):
            sides = [border.attributes[name] for name in ("a", "b") if name in border.attributes]
            for part in border.parts:
                for start, end in itertools.pairwise(part):
                    assert all(frozenset((start, end)) in edges[side] for side in sides)


def test_an_islet_is_drawn_however_far_out() -> None:
    frame = wavy_town()
    (alone,) = np.flatnonzero(frame.geometry.bounds["maxx"] > 106.45)
    for zoom in (4, 6, 9, 12):
        drawn = level(frame, zoom)
        east = [
            (feature.id, tile)
            for tile in tiles_over(frame, zoom)
            for feature in read_tile(encode_tile(unit_layers(drawn, tile))).get("units", [])
            if any(x_of(tile, x) > 106.45 for part in feature.parts for x, _ in part)
        ]
        assert {unit for unit, _ in east} == {alone}, zoom


def x_of(tile: Tile, column: int) -> float:
    return (tile.x + column / 4096) / (1 << tile.z) * 360 - 180


def test_no_unit_of_the_town_is_missing_where_it_can_be_seen() -> None:
    frame = wavy_town()
    drawn = level(frame, 9)
    seen = {
        feature.id
        for tile in tiles_over(frame, 9)
        for feature in read_tile(encode_tile(unit_layers(drawn, tile)))["units"]
    }
    assert seen == set(range(len(frame)))


def test_rings_turn_as_the_specification_wants() -> None:
    frame = wavy_town()
    (tile,) = tiles_over(frame.iloc[1:2], 8)
    (holed,) = [f for f in read_tile(encode_tile(unit_layers(level(frame, 8), tile)))["units"] if f.id == 1]
    area = [
        sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(part, [*part[1:], part[0]], strict=True))
        for part in holed.parts
    ]
    assert [turn > 0 for turn in area] == [True, False]


def test_a_border_inside_one_unit_is_no_border() -> None:
    cells = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1)])
    found = borders_of(Parts(cells, np.array([0, 0, 1])))
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == {(0, NOBODY), (0, 1), (1, NOBODY)}
    inside = shapely.LineString([(1, 0), (1, 1)])
    assert not shapely.covers(found.lines, inside).any()


@pytest.fixture
def reader() -> Reader:
    store = open_store("memory:")
    store.append(UNITS, wavy_town())
    return Reader(store, "Asia/Ho_Chi_Minh")


def test_levels_kept_in_files_are_those_made_in_memory(reader: Reader, tmp_path: Path) -> None:
    made, kept = UnitLevels(), UnitLevels(tmp_path)
    tile = tiles_over(wavy_town(), 11)[0]
    for zoom in (3, 4, 9, 11, 15, 19):
        one, other = (levels.level(reader, DAY, zoom) for levels in (made, kept))
        assert encode_tile(unit_layers(one, tile)) == encode_tile(unit_layers(other, tile))
    assert np.allclose(made.labels(reader, DAY), kept.labels(reader, DAY))


def test_a_damaged_level_is_made_again(reader: Reader, tmp_path: Path) -> None:
    folder = build(reader, tmp_path, DAY)
    for path in folder.iterdir():
        path.write_bytes(b"broken")
    level_again = UnitLevels(tmp_path).level(reader, DAY, 12)
    assert len(level_again.parts.owner) > 40
    labels = UnitLevels(tmp_path).labels(reader, DAY)
    assert np.isfinite(labels).all()


@pytest.mark.parametrize("harm", ["empty", "cut", "garbled"])
def test_a_level_that_a_power_cut_left_is_made_again(reader: Reader, tmp_path: Path, *, harm: str) -> None:
    whole = UnitLevels(tmp_path).level(reader, DAY, 12)
    for path in build(reader, tmp_path, DAY).iterdir():
        content, half = path.read_bytes(), path.stat().st_size // 2
        left = {"empty": b"", "cut": content[:half], "garbled": content[:half] + b"?" * 40 + content[half + 40 :]}[harm]
        path.write_bytes(b"null" if path.suffix == ".json" else left)
    assert len(UnitLevels(tmp_path).level(reader, DAY, 12).parts.owner) == len(whole.parts.owner)


def test_levels_are_drawn_where_nothing_can_be_written(reader: Reader, tmp_path: Path) -> None:
    # A file in the place of the folder refuses every user alike, the administrator too.
    (tmp_path / "units").write_bytes(b"")
    levels = UnitLevels(tmp_path)
    assert len(levels.level(reader, DAY, 12).parts.owner) > 40
    assert np.isfinite(levels.labels(reader, DAY)).all()


def test_other_boundaries_have_other_levels(reader: Reader, tmp_path: Path) -> None:
    assert build(reader, tmp_path, DAY) == build(reader, tmp_path, DAY + dt.timedelta(days=1))
    assert build(reader, tmp_path, DAY) != build(reader, tmp_path, dt.date(2020, 1, 1))


def test_units_known_only_by_name_are_drawn_nowhere() -> None:
    frame = town()
    frame["geometry"] = None
    assert len(level(frame, 10).parts.owner) == 0


@pytest.mark.long
@pytest.mark.real_data
def test_the_whole_country_fits_in_few_bytes_with_both_archipelagos(real_data: Path) -> None:
    frame = pyogrio.read_dataframe(real_data / "boundaries" / "communes_2025_vn_20m.fgb")
    frame["level"], frame["parent"], frame["valid_from"] = "commune", frame["province_code"], "2025-07-01"
    frame["id"] = [str(row) for row in range(len(frame))]
    store = open_store("memory:")
    store.append(UNITS, frame.drop(columns=["province_code", "province_name", "before_merger"], errors="ignore"))
    reader, levels = Reader(store, "Asia/Ho_Chi_Minh"), UnitLevels()
    codes = reader.units(DAY).frame["code"].tolist()
    drawn = levels.level(reader, DAY, 6)
    packed, seen = 0, set()
    for tile in tiles_over(reader.units(DAY).frame, 6):
        content = encode_tile(unit_layers(drawn, tile))
        packed += len(gzip.compress(content, 5, mtime=0))
        seen |= {codes[feature.id or 0] for feature in read_tile(content).get("units", [])}
    assert len(seen) == 3_321
    assert {HOANG_SA, TRUONG_SA} <= seen
    assert packed <= 150_000, packed
