"""The figures of a plan: what changes hands, totals that cannot change, shape, spread, old units, standards."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest
import shapely

from layers.boundaries.standards import Verdict, shipped_standards
from layers.geo import area_m2
from layers.planning.applying import applied
from layers.planning.arcs import Topology
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.ledger import land_moved
from layers.planning.measures import PEOPLE, Base, Figures, figures, old_units_split, standings
from layers.planning.opening import open_plan
from layers.planning.operations import Merge, Redraw, Retype, Split, Transfer
from layers.planning.points import placed
from layers.planning.shape import spread
from tests.builders import town
from tests.golden.make_planning_figures import (
    FILE,
    STORY,
    golden_base,
    outcome,
    read_operation,
    sketches,
    story,
    written,
)

GOLDEN: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
# Four square wards; the middle is a node.
WEST, SOUTH, SIDE = 1_063_000_000, 209_000_000, 500_000
CUT = ((WEST + SIDE // 2, SOUTH), (WEST + SIDE // 2, SOUTH + SIDE))


@pytest.fixture(scope="module")
def squares() -> Topology:
    wards = town(2, 2)
    halved = shapely.segmentize(wards.geometry.to_numpy(), 0.03)
    return open_plan(wards.set_geometry(halved, crs=wards.crs)).topology


def _base(topology: Topology, **points: Any) -> Base:
    return Base.of(topology, dict.fromkeys(topology.units, 10_000.0), points)


def _figures(base: Base, now: Topology) -> dict[str, Figures]:
    return figures(base, now, land_moved(base.topology, now))


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_golden_cases_hold(case: dict[str, Any]) -> None:
    found = outcome(golden_base(), read_operation(case))
    assert found == _close({key: value for key, value in case.items() if key not in {"name", "operation"}})


def test_golden_base_holds() -> None:
    base = golden_base()
    assert written(figures(base, base.topology, ())) == _close(GOLDEN["figures"])


def test_golden_story_holds() -> None:
    base = golden_base().topology
    told = json.loads(STORY.read_text(encoding="utf-8"))
    assert {"story": story(base), "sketches": sketches(base)} == _close(told)


def _close(values: Any) -> Any:
    """The same values, numbers compared to nine digits."""
    if isinstance(values, dict):
        return {key: _close(value) for key, value in values.items()}
    if isinstance(values, list):
        return [_close(value) for value in values]
    return pytest.approx(values, rel=1e-9) if isinstance(values, float) else values


def test_areas_are_geodesic(squares: Topology) -> None:
    now = applied(squares, Transfer("10000", "10001", CUT[::-1]), number=1)
    found = _figures(_base(squares), now)
    measured = area_m2(shapes_lonlat(polygons_of(now, now.units)).tolist())
    assert [one.area_m2 for one in found.values()] == pytest.approx(measured.tolist())


def test_people_are_those_who_live_on_the_ground(squares: Topology) -> None:
    people = placed(np.array([106.31, 106.34]), np.array([20.91, 20.91]), np.array([300.0, 70.0]), topology=squares)
    now = applied(squares, Split("10000", CUT[::-1], "moi", "Mới"), number=1)
    found = _figures(_base(squares, people=people), now)
    assert (found["moi"].population, found["10000"].population) == (70.0, 300.0)
    assert found["moi"].population_method == "points"
    assert PEOPLE not in found["moi"].counts


def test_without_points_people_are_spread_by_ground_and_it_is_said(squares: Topology) -> None:
    found = _figures(_base(squares), applied(squares, Split("10000", CUT[::-1], "moi", "Mới"), number=1))
    assert found["moi"].population == pytest.approx(5_000, rel=1e-3)
    assert {code: one.population_method for code, one in found.items()} == {
        "10000": "area", "moi": "area", "10001": "published", "10002": "published", "10003": "published",
    }  # fmt: skip


def test_people_of_a_unit_with_unknown_population_stay_unknown(squares: Topology) -> None:
    base = Base.of(squares, {"10000": None, "10001": 500.0, "10002": 10.0, "10003": 10.0}, {})
    found = _figures(base, applied(squares, Transfer("10000", "10001", CUT[::-1]), number=1))
    assert (found["10001"].population, found["10001"].population_method) == (None, "unknown")
    assert found["10002"].population == 10.0


def test_things_on_moved_ground_go_with_it(squares: Topology) -> None:
    cameras = placed(np.array([106.345, 106.36]), np.array([20.91, 20.91]), np.ones(2), topology=squares)
    now = applied(squares, Transfer("10000", "10001", CUT[::-1]), number=1)
    found = _figures(_base(squares, cameras=cameras), now)
    assert (found["10000"].counts["cameras"], found["10001"].counts["cameras"]) == (0.0, 2.0)


def test_a_square_is_as_compact_as_a_square(squares: Topology) -> None:
    shape = _figures(_base(squares), squares)["10000"].shape
    assert shape.compactness == pytest.approx(np.pi / 4, rel=2e-3)
    assert shape.is_contiguous
    assert shape.parts == 1


def test_an_indented_coast_lowers_the_full_measure_only() -> None:
    straight = [shapely.box(106, 20, 106.1, 20.1), shapely.box(106.1, 20, 106.2, 20.1)]
    teeth = [(106.0 if row % 2 else 106.03, 20 + row / 100) for row in range(1, 10)]
    ragged = shapely.Polygon([(106.1, 20), (106.1, 20.1), (106, 20.1), *teeth[::-1], (106, 20)])
    smooth, rough = (
        _figures(_base(topology), topology)["10000"].shape
        for topology in (_opened(straight), _opened([ragged, straight[1]]))
    )
    assert smooth.compactness_land == pytest.approx(smooth.compactness)
    assert rough.compactness < smooth.compactness / 2
    # The teeth take 12 % of the ground, but no length.
    assert rough.compactness_land == pytest.approx(smooth.compactness * 0.88, rel=0.005)


def _opened(shapes: list[shapely.Geometry]) -> Topology:
    return open_plan(town(len(shapes), 1).set_geometry(shapes, crs="EPSG:4326")).topology


def test_spread_of_nothing_is_even() -> None:
    assert spread([]).variation == 0
    assert spread([0, 0]).variation == 0


def test_old_units_that_a_plan_splits_are_named(squares: Topology) -> None:
    old = {"cũ 1": shapely.box(106.32, 20.9, 106.4, 20.93), "cũ 2": shapely.box(106.3, 20.9, 106.3502, 20.95)}
    assert old_units_split(old, squares) == {"cũ 1": ("10001", "10000")}


def test_a_plan_is_held_against_the_standard_of_its_day(squares: Topology) -> None:
    now = applied(squares, Retype("10001", "Xã"), number=1)
    found = _figures(_base(squares), now)
    judged = standings(now, found, shipped_standards(), on=dt.date(2026, 7, 1))
    assert judged["10000"].population is Verdict.BELOW
    assert {standard.unit_type for standard in judged["10000"].standards} == {"phuong"}
    assert {standard.unit_type for standard in judged["10001"].standards} == {"xa"}


def test_merging_hands_everything_over(squares: Topology) -> None:
    found = _figures(_base(squares), applied(squares, Merge("10001", "10000"), number=1))
    assert found["10000"].population == pytest.approx(20_000)
    assert "10001" not in found


def test_ground_that_swings_both_ways_is_told_both_ways(squares: Topology) -> None:
    arc = next(arc for arc in squares.arcs.values() if {arc.left, arc.right} == {"10000", "10001"})
    line = (arc.start, (arc.start[0] + 90_000, arc.start[1] + 130_000), (arc.start[0] - 90_000, arc.start[1] + 370_000))
    moved = land_moved(squares, applied(squares, Redraw(arc.id, (*line, arc.end)), number=1))
    assert {(ground.giver, ground.taker) for ground in moved} == {("10000", "10001"), ("10001", "10000")}
    assert moved[0].area_m2 == pytest.approx(moved[1].area_m2, rel=0.01)
