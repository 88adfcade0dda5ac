"""What must hold for every tiling: clean ones have no fault, a planted fault is found with its area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.boundaries.coverage import find_gaps, find_overlaps
from layers.boundaries.generalise import generalise, label_points
from layers.boundaries.locate import locate
from layers.geo import area_m2

Cells = list[list[shapely.Polygon]]


@st.composite
def tilings(draw: st.DrawFn) -> Cells:
    """A grid of quadrilaterals with crooked inner corners, rows by columns, somewhere in Việt Nam."""
    rows, columns = draw(st.integers(3, 6)), draw(st.integers(3, 6))
    size_deg = draw(st.sampled_from([0.0007, 0.01, 0.2]))
    west, south = draw(st.floats(103, 108)), draw(st.floats(9, 21))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    corners = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=-1)
    corners[1:-1, 1:-1] += rng.uniform(-0.3, 0.3, (rows - 1, columns - 1, 2))
    corners = corners * size_deg + [west, south]
    return [[_cell(corners, row, column) for column in range(columns)] for row in range(rows)]


def _cell(corners: np.ndarray, row: int, column: int) -> shapely.Polygon:
    around = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
    return shapely.Polygon([corners[place] for place in around])


def _flat(cells: Cells) -> list[shapely.Polygon]:
    return [cell for row in cells for cell in row]


def _frame(cells: list[shapely.Polygon]) -> gpd.GeoDataFrame:
    codes = [f"{number:05d}" for number in range(len(cells))]
    return gpd.GeoDataFrame({"code": codes}, geometry=cells, crs="EPSG:4326")


@given(tilings())
def test_clean_tiling_has_no_overlap_and_no_gap(cells: Cells) -> None:
    assert find_overlaps(_flat(cells)) == []
    assert find_gaps(_flat(cells)) == []


@given(tilings(), st.data())
def test_removed_cell_is_a_gap_of_its_area(cells: Cells, data: st.DataObject) -> None:
    row = data.draw(st.integers(1, len(cells) - 2))
    column = data.draw(st.integers(1, len(cells[0]) - 2))
    missing = cells[row].pop(column)
    (gap,) = find_gaps(_flat(cells))
    assert gap.area_m2 == pytest.approx(area_m2([missing])[0], rel=1e-9)
    around = [cells[row][column - 1], cells[row][column], cells[row - 1][column], cells[row + 1][column]]
    units = _flat(cells)
    assert set(gap.neighbours) == {units.index(cell) for cell in around}
    assert find_overlaps(units) == []


@given(tilings(), st.data())
def test_unit_grown_into_its_neighbour_is_an_overlap_of_its_area(cells: Cells, data: st.DataObject) -> None:
    units = _flat(cells)
    grown = data.draw(st.integers(0, len(units) - 1))
    nearest = data.draw(
        st.sampled_from([n for n, unit in enumerate(units) if unit.touches(units[grown]) and n != grown])
    )
    bite = shapely.affinity.scale(units[nearest], 0.5, 0.5)
    units[grown] = shapely.union_all([units[grown], bite])
    (overlap,) = find_overlaps(units)
    assert {overlap.first, overlap.second} == {grown, nearest}
    assert overlap.area_m2 == pytest.approx(area_m2([bite])[0], rel=1e-6)


@given(tilings(), st.integers(0, 2**32 - 1), st.integers(1, 6000))
def test_every_place_in_a_tiling_is_in_exactly_one_unit(cells: Cells, seed: int, count: int) -> None:
    units = _flat(cells)
    west, south, east, north = shapely.total_bounds(units)
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(west, east, count), rng.uniform(south, north, count)
    found = locate(lon, lat, _frame(units))
    assert (found >= 0).all()
    assert shapely.intersects_xy(np.array(units)[found], lon, lat).all()


@given(tilings())
def test_corner_goes_to_the_lowest_code_that_meets_there(cells: Cells) -> None:
    units = _flat(cells)
    lon, lat = shapely.get_coordinates(units).T
    touching = [np.flatnonzero(shapely.intersects_xy(units, x, y)) for x, y in zip(lon, lat, strict=True)]
    assert locate(lon, lat, _frame(units)).tolist() == [int(met[0]) for met in touching]


@given(tilings(), st.floats(0.1, 500))
def test_simplified_tiling_stays_a_tiling(cells: Cells, tolerance_m: float) -> None:
    drawn = generalise(_frame(_flat(cells)), tolerance_m).geometry.to_numpy()
    assert shapely.coverage_is_valid(drawn)
    assert shapely.is_valid(drawn).all()
    assert not shapely.is_empty(drawn).any()


@given(tilings())
def test_label_lies_in_its_own_unit(cells: Cells) -> None:
    units = _frame(_flat(cells))
    assert locate(*label_points(units), units).tolist() == list(range(len(units)))
