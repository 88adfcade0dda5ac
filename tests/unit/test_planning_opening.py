"""Opening a plan: borders become arcs and come back as the very same ground; dirty boundaries are refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers import schema
from layers.boundaries.repairs import find_repairs
from layers.catalog import UNITS
from layers.errors import CheckFailed, EmptyInput
from layers.planning.arcs import OUTSIDE
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.opening import open_plan
from tests.builders import town
from tests.plan_towns import ENCLAVE, crooked_town


def test_every_border_exists_once() -> None:
    arcs = open_plan(town(2, 2)).topology.arcs.values()
    sides = sorted((arc.left, arc.right) for arc in arcs)
    inner = [("10000", "10001"), ("10000", "10002"), ("10001", "10003"), ("10002", "10003")]
    assert sides == sorted([*inner, *((code, OUTSIDE) for code in ("10000", "10001", "10002", "10003"))])


def test_arcs_give_the_same_ground_back() -> None:
    wards = crooked_town()
    opened = open_plan(wards)
    again = shapes_lonlat(polygons_of(opened.topology, wards["code"]))
    assert [shapely.to_wkb(shape) for shape in shapely.normalize(wards.geometry.to_numpy())] == [
        shapely.to_wkb(one if len(one.geoms) > 1 else one.geoms[0])
        for one in shapely.normalize(again)
    ]  # fmt: skip
    assert opened.snapped_m2 == 0


def test_an_enclave_and_an_island_have_arcs_of_their_own() -> None:
    topology = open_plan(crooked_town()).topology
    (around,) = topology.by_unit[ENCLAVE]
    assert topology.arcs[around].start == topology.arcs[around].end
    assert {topology.arcs[around].left, topology.arcs[around].right} == {ENCLAVE, "10008"}
    assert topology.units["10000"].parts == 2


def test_a_hole_that_touches_the_border_stays_a_hole() -> None:
    whole = shapely.Polygon(
        [(106, 20), (106.05, 20), (106.1, 20), (106.1, 20.1), (106, 20.1)],
        [[(106.05, 20), (106.04, 20.05), (106.06, 20.05)]],
    )
    inner = shapely.Polygon([(106.05, 20), (106.06, 20.05), (106.04, 20.05)])
    wards = town(2, 1).set_geometry([whole, inner], crs="EPSG:4326")
    shapes = polygons_of(open_plan(wards).topology, ["10000", "10001"])
    assert shapely.is_valid(shapes).all()
    assert [len(shape.geoms[0].interiors) for shape in shapes] == [1, 0]


def test_parts_that_touch_in_a_point_stay_two() -> None:
    parts = [shapely.box(106, 20, 106.1, 20.1), shapely.box(106.1, 20.1, 106.2, 20.2)]
    wards = town(1, 1).set_geometry([shapely.MultiPolygon(parts)], crs="EPSG:4326")
    (shape,) = polygons_of(open_plan(wards).topology, ["10000"])
    assert len(shape.geoms) == 2


def test_an_overlap_is_refused_with_the_way_to_repair_it() -> None:
    wards = town(2, 1)
    shapes = wards.geometry.to_numpy().copy()
    shapes[0] = shapely.box(106.3, 20.9, 106.351, 21.0)
    with pytest.raises(CheckFailed) as refused:
        open_plan(wards.set_geometry(shapes, crs=wards.crs))
    assert "antt boundaries repair" in refused.value.hint.vi
    assert [card["kind"] for card in refused.value.details["defects"]] == ["overlap"]  # type: ignore[attr-defined]


def test_a_border_with_a_vertex_on_one_side_only_is_refused() -> None:
    wards = town(2, 1)
    shapes = wards.geometry.to_numpy().copy()
    shapes[0] = shapely.segmentize(shapes[0], 0.06)
    with pytest.raises(CheckFailed, match="do not agree"):
        open_plan(wards.set_geometry(shapes, crs=wards.crs))


def test_a_gap_is_refused_until_a_person_leaves_it_and_is_then_locked() -> None:
    wards = crooked_town()
    wards = wards[wards["code"] != ENCLAVE].reset_index(drop=True)
    with pytest.raises(CheckFailed):
        open_plan(wards)
    topology = open_plan(wards, left=[card.key for card in find_repairs(wards)]).topology
    gap = [arc for arc in topology.arcs.values() if arc.start == arc.end and arc.left == "10008"]
    assert [topology.is_locked(arc) for arc in gap] == [True]


def test_nothing_drawn_is_refused() -> None:
    with pytest.raises(EmptyInput):
        open_plan(schema.empty(UNITS.schema))


def test_rounding_to_the_grid_is_told_in_square_metres() -> None:
    wards = town(1, 1)
    shifted = shapely.transform(wards.geometry.to_numpy(), lambda places: places + 4e-8)
    opened = open_plan(wards.set_geometry(shifted, crs=wards.crs))
    # Four sides of 10.4 and 11.1 km, moved by 4e-8 degrees (4.2 and 4.4 mm); outer border is seen from one side.
    assert opened.snapped_m2 == pytest.approx((2 * 10_400 * 0.0044 + 2 * 11_070 * 0.0042) / 2, rel=0.02)


def test_borders_between_parents_are_locked() -> None:
    wards = town(2, 1).assign(parent=["31", "01"])
    topology = open_plan(wards).topology
    assert all(topology.is_locked(arc) for arc in topology.arcs.values())


def test_units_of_several_parents_and_without_shape_are_opened_together() -> None:
    wards = pd.concat([town(2, 1), town(1, 1).assign(code="9").set_geometry([None], crs="EPSG:4326")])
    assert set(open_plan(gpd.GeoDataFrame(wards, crs="EPSG:4326")).topology.units) == {"10000", "10001"}


def test_vertices_are_whole_numbers_of_the_grid_and_cannot_be_written_to() -> None:
    arc = next(iter(open_plan(town()).topology.arcs.values()))
    assert arc.points.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        arc.points[0] = 0
