"""What must hold of density and hotspots whatever the data: order, origin, metric system, chance."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from layers import geo
from layers.hotspots.cells import hexagon_cells, square_cells
from layers.hotspots.density import kernel_density
from layers.hotspots.evidence import inputs_hash
from layers.hotspots.local import local_gistar, local_moran
from layers.hotspots.neighbours import Neighbours, lattice_neighbours
from layers.hotspots.study_area import StudyArea
from layers.wording import Text

Array = NDArray[np.float64]
SIDE = 20
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)
QUEEN = lattice_neighbours(ROW, COLUMN)
RUNS = 200
SEEDS = st.integers(0, 2**32 - 1)
# A share of 5 % with three standard errors of 200 runs.
MOST = 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)


def _coast() -> StudyArea:
    turn = np.linspace(0, 2 * np.pi, 60)
    reach_m = 6_000 * (1 + 0.3 * np.sin(5 * turn) + 0.2 * np.cos(3 * turn))
    shape = shapely.Polygon(np.stack([9_000 + reach_m * np.cos(turn), 9_000 + reach_m * np.sin(turn)], axis=1))
    return StudyArea(shape, Text("vùng thử", "a test area"))


def _scattered(area: StudyArea, rng: np.random.Generator, *, count: int) -> tuple[Array, Array]:
    west, south, east, north = area.bounds_m
    x, y = rng.uniform(west, east, 4 * count), rng.uniform(south, north, 4 * count)
    inside = shapely.contains_xy(area.geometry, x, y)
    return x[inside][:count], y[inside][:count]


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_incidents_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 9_000, 200), rng.uniform(0, 9_000, 200)
    order = rng.permutation(200)
    first = kernel_density(x, y, bandwidth_m=500, cell_m=250, bounds_m=(0, 0, 9_000, 9_000))
    second = kernel_density(x[order], y[order], bandwidth_m=500, cell_m=250, bounds_m=(0, 0, 9_000, 9_000))
    np.testing.assert_allclose(second.values, first.values, rtol=1e-9, atol=1e-9)
    assert inputs_hash(x[order], y[order]) == inputs_hash(x, y)
    grid = hexagon_cells(_coast(), cell_m=900)
    np.testing.assert_array_equal(grid.count(x, y).counts, grid.count(x[order], y[order]).counts)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_cells_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts, order = rng.poisson(1.5, SIDE * SIDE), rng.permutation(SIDE * SIDE)
    place = np.argsort(order)
    first = np.repeat(np.arange(SIDE * SIDE), QUEEN.counts)
    shuffled = Neighbours.of_pairs(place[first], place[QUEEN.cells], count=SIDE * SIDE)
    straight = local_gistar(counts, QUEEN, seed=1, permutations=9)
    mixed = local_gistar(counts[order], shuffled, seed=1, permutations=9)
    np.testing.assert_allclose(mixed.z, straight.z[order], atol=1e-9)
    np.testing.assert_allclose(mixed.q, straight.q[order], rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, steps=st.tuples(st.integers(-40, 40), st.integers(-40, 40)))
@pytest.mark.parametrize("cells", [square_cells, hexagon_cells])
def test_moving_the_origin_by_whole_cells_changes_nothing(cells: type, seed: int, steps: tuple[int, int]) -> None:
    area = _coast()
    x, y = _scattered(area, np.random.default_rng(seed), count=300)
    # Two rows of hexagons make one step to the north without a step to the east.
    north_m = 500 * np.sqrt(3) if cells is hexagon_cells else 500
    here = cells(area, cell_m=500)
    there = cells(area, cell_m=500, origin_m=(500.0 * steps[0], float(north_m * steps[1])))
    np.testing.assert_array_equal(there.count(x, y).counts, here.count(x, y).counts)
    results = [
        local_gistar(grid.count(x, y).counts, grid.neighbours(), seed=1, permutations=99) for grid in (here, there)
    ]
    np.testing.assert_array_equal(results[0].q, results[1].q)


def test_the_choice_of_metric_system_hardly_changes_a_density() -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.normal(106.33, 0.008, 2_000), rng.normal(20.94, 0.008, 2_000)
    peaks, totals = [], []
    for epsg in (9211, 9213, 32648):
        x, y = geo.transform_xy(lon, lat, from_epsg=4326, to_epsg=epsg)
        bounds_m = (x.min() - 2_000, y.min() - 2_000, x.max() + 2_000, y.max() + 2_000)
        grid = kernel_density(x, y, bandwidth_m=400, cell_m=50, bounds_m=bounds_m)
        peaks.append(grid.values.max())
        totals.append(grid.total())
    assert totals == pytest.approx([2_000] * 3, rel=1e-4)
    # The systems differ in scale by up to 6 in 10,000, in area by twice as much.
    assert np.ptp(peaks) / peaks[0] < 5e-3


@pytest.mark.parametrize("mean", [0.1, 0.5, 2.0, 10.0])
def test_chance_alone_is_rarely_called_a_hotspot(mean: float) -> None:
    fooled = {"gistar": 0, "moran": 0}
    for run in range(RUNS):
        counts = np.random.default_rng([run, int(10 * mean)]).poisson(mean, SIDE * SIDE)
        fooled["gistar"] += int(local_gistar(counts, QUEEN, seed=run, permutations=9).hot.any())
        fooled["moran"] += int(local_moran(counts, QUEEN, seed=run, permutations=9).hot.any())
    assert max(fooled.values()) <= MOST * RUNS


def test_chance_alone_is_rarely_called_a_hotspot_where_the_border_cuts_cells() -> None:
    area = _coast()
    grid = square_cells(area, cell_m=500)
    neighbours, fooled = grid.neighbours(), 0
    for run in range(RUNS):
        rng = np.random.default_rng([run, 7])
        x, y = _scattered(area, rng, count=int(rng.poisson(8 * area.area_km2)))
        fooled += int(local_gistar(grid.count(x, y).counts, neighbours, seed=run, permutations=9).hot.any())
    assert fooled <= MOST * RUNS
