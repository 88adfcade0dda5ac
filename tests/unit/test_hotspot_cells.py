"""Cells in metres, their neighbours, and what is refused before anything is counted."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.errors import AnttError, EmptyInput, GeometryWrong, InvalidParameter, TooLarge
from layers.hotspots.cells import GridCells, UnitCells, hexagon_cells, square_cells
from layers.hotspots.neighbours import touching_neighbours
from layers.hotspots.points import check_accuracy, spread_points
from layers.hotspots.study_area import StudyArea, area_of_incidents, area_of_units, stated
from layers.wording import Text

STAR = shapely.Polygon([(0, 0), (4_000, 1_000), (9_000, 0), (7_000, 5_000), (9_500, 9_000), (4_000, 7_000)])
AREA = StudyArea(STAR, Text("vùng thử", "a test area"))


def _incidents(count: int = 3_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return rng.uniform(-500, 10_000, count), rng.uniform(-500, 9_500, count)


@pytest.fixture(params=[square_cells, hexagon_cells], ids=["squares", "hexagons"])
def grid(request: pytest.FixtureRequest) -> GridCells:
    made: GridCells = request.param(AREA, cell_m=700)
    return made


def test_cells_cover_the_study_area_and_nothing_else(grid: GridCells) -> None:
    cells = grid.polygons()
    assert shapely.area(cells).sum() == pytest.approx(STAR.area, rel=1e-9)
    assert shapely.union_all(cells).symmetric_difference(STAR).area < 1.0


def test_every_incident_inside_is_counted_in_the_cell_that_holds_it(grid: GridCells) -> None:
    x, y = _incidents()
    counted = grid.count(x, y)
    inside = int(shapely.contains_xy(STAR, x, y).sum())
    assert counted.counts.sum() == inside
    assert counted.outside == len(x) - inside
    cells = grid.polygons()
    by_hand = [int(shapely.contains_xy(cells[number], x, y).sum()) for number in range(len(grid))]
    assert counted.counts.tolist() == by_hand


def test_neighbours_are_the_cells_that_touch(grid: GridCells) -> None:
    # A little smaller than the whole cell, so that only corners and sides meet after widening.
    whole = type(grid)(AREA, grid.kind, grid.cell_m, grid.origin_m, grid.row, grid.column, np.ones(len(grid)))
    touching = touching_neighbours(whole.polygons(), gap_m=0.01)
    ours = grid.neighbours()
    assert ours.starts.tolist() == touching.starts.tolist()
    assert ours.cells.tolist() == touching.cells.tolist()


def test_units_are_cells_too() -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(8, 8, 9, 9)], dtype=object)
    units = UnitCells(["A", "B", "C"], shapes)
    counted = units.count(np.array([0.5, 1.0, 1.5, 5.0]), np.array([0.5, 0.5, 0.5, 5.0]))
    assert (counted.counts.tolist(), counted.outside) == ([2, 1, 0], 1)
    assert units.neighbours().islands.tolist() == [False, False, True]


def test_refuses_more_than_four_million_cells_and_names_a_size_that_works() -> None:
    with pytest.raises(TooLarge) as caught:
        square_cells(AREA, cell_m=4)
    assert "4 triệu ô" in caught.value.message.vi
    assert "từ 5 m" in caught.value.hint.vi


@pytest.mark.parametrize("cell_m", [0.0, -100.0, float("nan"), float("inf")])
def test_refuses_a_cell_without_size(cell_m: float) -> None:
    with pytest.raises(InvalidParameter, match="cannot be used"):
        hexagon_cells(AREA, cell_m=cell_m)


def test_refuses_to_work_without_a_stated_area() -> None:
    with pytest.raises(InvalidParameter) as caught:
        square_cells(None, cell_m=500)
    assert caught.value.message.vi == "Chưa nêu phạm vi nghiên cứu."
    assert stated(AREA) is AREA


def test_a_study_area_says_what_it_is() -> None:
    x, y = _incidents()
    assert area_of_incidents(x, y).said.vi.startswith("hình chữ nhật bao quanh")
    assert area_of_units([STAR]).said.vi == "1 đơn vị đã nạp"
    with pytest.raises(GeometryWrong):
        area_of_units([shapely.Point(0, 0)])
    with pytest.raises(EmptyInput):
        area_of_incidents(np.array([1.0, 1.0]), np.array([2.0, 3.0]))


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([], [], "at least 2"),
        ([1.0], [1.0], "at least 2"),
        ([1.0, 1.0, 1.0], [2.0, 2.0, 2.0], "one point"),
        ([1.0, np.nan], [2.0, 3.0], "no usable place"),
        ([1.0, 2.0], [2.0], "no usable place"),
    ],
)
def test_places_that_tell_nothing_are_refused(x: list[float], y: list[float], said: str) -> None:
    with pytest.raises(AnttError, match=said):
        spread_points(np.array(x), np.array(y))


def test_coarse_places_are_refused_for_a_fine_grid() -> None:
    with pytest.raises(InvalidParameter) as caught:
        check_accuracy(np.array([1_000.0] * 5 + [20.0] * 5), scale_m=100)
    assert caught.value.message.vi == "5 trong 10 vụ chỉ có vị trí với sai số trên 100 m."
    assert "từ 1000 m" in caught.value.hint.vi
    check_accuracy(np.array([1_000.0] + [20.0] * 9 + [np.nan]), scale_m=100)
