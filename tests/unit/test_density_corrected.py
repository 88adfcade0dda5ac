"""Density with either kernel, corrected at the border of a study area, by slices of time."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from layers.errors import InvalidParameter
from layers.hotspots.density import density_within, kernel_density
from layers.hotspots.slices import density_slices
from layers.hotspots.study_area import StudyArea
from layers.wording import Text

Array = NDArray[np.float64]
BOX = (0.0, 0.0, 10_000.0, 12_000.0)
COAST = shapely.Polygon([(0, 0), (9_000, 500), (7_500, 6_000), (9_500, 11_000), (500, 12_000), (2_000, 5_000)])
AREA = StudyArea(COAST, Text("vùng thử", "a test area"))


def _town(count: int = 800) -> tuple[Array, Array]:
    rng = np.random.default_rng(7)
    return rng.normal(4_000, 900, count), rng.normal(7_000, 700, count)


def _quartic_sum(x_m: Array, y_m: Array, east: Array, north: Array, *, radius_m: float) -> Array:
    total = np.zeros(east.shape)
    for x, y in zip(x_m, y_m, strict=True):
        total += np.maximum(1 - ((east - x) ** 2 + (north - y) ** 2) / radius_m**2, 0) ** 2
    return total * 3e6 / (np.pi * radius_m**2)


@pytest.mark.parametrize("cell_m", [400, 200, 100, 40])
def test_the_quartic_kernel_equals_the_sum_of_every_kernel(cell_m: float) -> None:
    x, y = _town()
    grid = kernel_density(x, y, bandwidth_m=1_000, cell_m=cell_m, bounds_m=BOX, kernel="quartic")
    direct = _quartic_sum(x, y, *np.meshgrid(grid.x_m, grid.y_m), radius_m=1_000)
    matters = direct > 0.05 * direct.max()
    assert np.abs(grid.values / np.maximum(direct, 1e-9) - 1)[matters].max() < 1e-3


def test_a_quartic_surface_holds_every_incident() -> None:
    x, y = _town()
    grid = kernel_density(x, y, bandwidth_m=1_000, cell_m=100, bounds_m=BOX, kernel="quartic")
    assert grid.total() == pytest.approx(len(x), rel=1e-4)


@pytest.mark.parametrize("kernel", ["gaussian", "quartic"])
def test_nothing_is_lost_over_the_border(kernel: str) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(-500, 10_000, 2_000), rng.uniform(-500, 12_500, 2_000)
    grid = density_within(x, y, bandwidth_m=800, cell_m=100, area=AREA, kernel=kernel)
    inside = int(shapely.contains_xy(COAST, x, y).sum())
    assert (grid.count, grid.outside) == (inside, len(x) - inside)
    assert grid.total() == pytest.approx(inside, rel=1e-9)


def test_the_border_is_raised_and_the_middle_stays() -> None:
    x, y = (part.ravel() for part in np.meshgrid(np.arange(25, 10_000, 50.0), np.arange(25, 10_000, 50.0)))
    square = StudyArea(shapely.box(0, 0, 10_000, 10_000), Text("ô thử", "a test"))
    corrected = density_within(x, y, bandwidth_m=600, cell_m=100, area=square)
    plain = kernel_density(x, y, bandwidth_m=600, cell_m=100, bounds_m=(0, 0, 10_000, 10_000))
    assert plain.values[50, 0] < 0.54 * 400
    assert 0.72 * 400 < corrected.values[50, 0] < 400
    assert corrected.values[50, 50] == pytest.approx(400, rel=1e-4)


def test_no_density_outside_the_area() -> None:
    x, y = _town()
    grid = density_within(x, y, bandwidth_m=800, cell_m=100, area=AREA)
    east, north = np.meshgrid(grid.x_m, grid.y_m)
    assert (grid.values[~shapely.contains_xy(COAST, east, north)] == 0).all()


def test_slices_add_up_and_an_unknown_hour_has_its_own() -> None:
    x, y = _town()
    hour = np.random.default_rng(1).choice([-1, 2, 22], len(x))
    hour[0] = 5
    whole = partial(density_within, bandwidth_m=800, cell_m=100, area=AREA)
    slices = density_slices(x, y, hour, density=whole)
    assert [part.label for part in slices] == [-1, 2, 5, 22]
    assert sum(part.count for part in slices) == len(x)
    drawn = [part.grid for part in slices if part.grid is not None]
    assert len(drawn) == 3
    assert "ít nhất 2 vụ" in slices[2].reason.vi
    # One incident alone is not drawn; the others add up to the whole without it.
    total = sum(np.asarray(grid.values) for grid in drawn)
    np.testing.assert_allclose(total, whole(x[1:], y[1:]).values, atol=1e-6)


@pytest.mark.parametrize(("kernel", "cell_m", "said"), [("cone", 100, "no kernel"), ("quartic", 300, "cannot be used")])
def test_refuses_what_it_cannot_compute(kernel: str, cell_m: float, said: str) -> None:
    x, y = _town()
    with pytest.raises(InvalidParameter, match=said):
        kernel_density(x, y, bandwidth_m=500, cell_m=cell_m, bounds_m=BOX, kernel=kernel)


def test_refuses_to_correct_without_an_area() -> None:
    x, y = _town()
    with pytest.raises(InvalidParameter, match="No study area"):
        density_within(x, y, bandwidth_m=500, cell_m=100, area=None)


def test_refuses_cells_wider_than_a_part_of_the_area() -> None:
    thread = shapely.union(shapely.box(0, 0, 2_000, 2_000), shapely.box(2_000, 990, 9_000, 992))
    x, y = np.array([500.0, 8_000.0]), np.array([500.0, 991.0])
    area = StudyArea(thread, Text("vùng thử", "a test area"))
    with pytest.raises(InvalidParameter, match="narrower than a cell"):
        density_within(x, y, bandwidth_m=200, cell_m=200, area=area)


def test_a_surface_says_what_it_was_made_from() -> None:
    x, y = _town()
    grid = kernel_density(x, y, bandwidth_m=500, cell_m=100, bounds_m=BOX)
    again = kernel_density(x[::-1], y[::-1], bandwidth_m=500, cell_m=100, bounds_m=BOX)
    moved = kernel_density(x + 1, y, bandwidth_m=500, cell_m=100, bounds_m=BOX)
    assert grid.evidence == again.evidence
    assert grid.evidence.inputs_hash != moved.evidence.inputs_hash
    assert grid.evidence.parameters["kernel"] == "gaussian"
    assert grid.evidence.seed is None


def test_another_border_is_another_input() -> None:
    x, y = np.array([500.0, 900.0, 1_500.0]), np.array([500.0, 700.0, 1_200.0])
    areas = [StudyArea(shapely.box(0, 0, side, 2_000), Text("vùng thử", "a test area")) for side in (2_000, 1_800)]
    one, other = (density_within(x, y, bandwidth_m=300, cell_m=100, area=area).evidence for area in areas)
    assert one.parameters == other.parameters
    assert one.inputs_hash != other.inputs_hash
