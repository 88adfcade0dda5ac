"""What the map asks of boundaries: simpler shapes, label places, the unit of a place, search."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers import errors
from layers.boundaries.generalise import generalise, label_points
from layers.boundaries.locate import locate
from layers.boundaries.search import search
from layers.geo import area_m2


def _frame(shapes: list[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    codes = [str(number) for number in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs="EPSG:4326")


def _wavy_pair() -> list[shapely.Geometry]:
    lat = np.linspace(20, 20.1, 400)
    border = np.column_stack([106.1 + 0.0005 * np.sin(lat * 9000), lat])
    west = shapely.Polygon([*border, (106.0, 20.1), (106.0, 20.0)])
    east = shapely.Polygon([*border, (106.2, 20.1), (106.2, 20.0)])
    return [west, east]


def test_neighbours_keep_one_border_when_simplified() -> None:
    drawn = generalise(_frame(_wavy_pair()), 100.0).geometry.to_numpy()
    assert shapely.get_num_coordinates(drawn).sum() < 200
    assert shapely.coverage_is_valid(drawn)
    assert area_m2([shapely.intersection(*drawn)])[0] == 0
    assert shapely.union_all(drawn).geom_type == "Polygon"


def test_simplifying_keeps_every_island_and_every_row() -> None:
    islets = [shapely.Point(107 + n / 50, 20.5).buffer(0.0004) for n in range(20)]
    frame = _frame([*_wavy_pair(), shapely.union_all(islets), None])
    drawn = generalise(frame, 2000.0)
    assert shapely.get_num_geometries(drawn.geometry.to_numpy()).tolist() == [1, 1, 20, 0]
    assert not drawn.geometry.is_empty.any()
    assert drawn["code"].tolist() == frame["code"].tolist()
    assert drawn.geometry[:3].is_valid.all()


def test_simplifying_survives_units_that_overlap() -> None:
    west, east = _wavy_pair()
    moved = shapely.transform(east, lambda xy: xy - [0.003, 0.0])
    drawn = generalise(_frame([west, moved, shapely.box(106.05, 20.02, 106.15, 20.05)]), 500.0)
    assert drawn.geometry.is_valid.all()
    assert (area_m2(drawn.geometry.to_list()) > 0).all()


def test_simplifying_by_nothing_and_by_nonsense() -> None:
    frame = _frame(_wavy_pair())
    assert generalise(frame, 0).geometry.equals(frame.geometry)
    assert len(generalise(frame.iloc[:0], 50)) == 0
    with pytest.raises(errors.InvalidParameter):
        generalise(frame, -1.0)


def test_labels_lie_inside_the_largest_part() -> None:
    horseshoe = shapely.box(106, 20, 106.3, 20.3) - shapely.box(106.05, 20.05, 106.25, 20.3)
    islands = shapely.union_all([shapely.box(107, 20, 107.01, 20.01), shapely.box(107.1, 20, 107.2, 20.1)])
    lon, lat = label_points(_frame([horseshoe, islands, None]))
    assert horseshoe.contains(shapely.Point(lon[0], lat[0]))
    assert (lon[1], lat[1]) == pytest.approx((107.15, 20.05), abs=0.005)
    assert np.isnan(lon[2])
    assert np.isnan(lat[2])


def test_places_outside_nowhere_and_without_units() -> None:
    units = _frame([shapely.box(106, 20, 107, 21), None])
    lon = np.array([106.5, 120.0, np.nan, np.inf, 106.5])
    lat = np.array([20.5, 20.5, 20.5, 20.5, np.nan])
    assert locate(lon, lat, units).tolist() == [0, -1, -1, -1, -1]
    assert locate(lon, lat, units.iloc[:0]).tolist() == [-1] * 5
    assert locate(lon[:0], lat[:0], units).tolist() == []


def test_place_in_an_overlap_goes_to_the_lowest_code() -> None:
    units = _frame([shapely.box(106, 20, 107, 21), shapely.box(106.5, 20, 108, 21)]).assign(code=["9", "10"])
    lon = np.concatenate([np.linspace(106.0, 108.0, 5001)])
    found = locate(lon, np.full_like(lon, 20.5), units)
    assert (found[lon < 106.5] == 0).all()
    assert (found[lon >= 106.5] == 1).all()


def test_place_in_a_hole_is_outside() -> None:
    ring = shapely.box(106, 20, 107, 21) - shapely.box(106.4, 20.4, 106.6, 20.6)
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(106, 107, 20_000), rng.uniform(20, 21, 20_000)
    in_hole = (np.abs(lon - 106.5) < 0.1) & (np.abs(lat - 20.5) < 0.1)
    assert (locate(lon, lat, _frame([ring])) == np.where(in_hole, -1, 0)).all()


_NAMES = gpd.GeoDataFrame(
    {
        "code": ["10532", "11737", "11746", "00004", "10600"],
        "name": ["Lê Thanh Nghị", "Đồ Sơn", "Nam Đồ Sơn", "Ba Đình", "Tân Hưng"],
        "unit_type": ["Phường", "Phường", "Phường", "Phường", "Xã"],
        "parent_name": [*["Thành phố Hải Phòng"] * 3, "Thành phố Hà Nội", "Thành phố Hải Phòng"],
        "formed_from": ["Phường Tân Bình, Phường Trần Phú", None, None, "Phường Trúc Bạch", "Phường Hải Tân"],
    },
    geometry=[None] * 5,
    crs="EPSG:4326",
)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("le thanh nghi", ["Lê Thanh Nghị"]),
        ("LÊ THANH", ["Lê Thanh Nghị"]),
        ("P. Lê Thanh Nghị", ["Lê Thanh Nghị"]),
        ("p.le thanh", ["Lê Thanh Nghị"]),
        ("phường đồ sơn", ["Đồ Sơn", "Nam Đồ Sơn"]),
        ("do son, hai phong", ["Đồ Sơn", "Nam Đồ Sơn"]),
        ("do son, ha noi", []),
        ("son", ["Đồ Sơn", "Nam Đồ Sơn"]),
        ("tan", ["Tân Hưng", "Lê Thanh Nghị"]),
        ("tân bình", ["Lê Thanh Nghị"]),
        ("truc bach", ["Ba Đình"]),
        ("10532", ["Lê Thanh Nghị"]),
        ("117", ["Đồ Sơn", "Nam Đồ Sơn"]),
        ("không có", []),
        ("  ", []),
    ],
)
def test_search(typed: str, names: list[str]) -> None:
    assert [_NAMES["name"].iloc[row] for row in search(_NAMES, typed)] == names


def test_search_gives_no_more_than_asked() -> None:
    assert len(search(_NAMES, "n", limit=2)) == 2
    assert search(_NAMES, "n", limit=0) == []
