"""The density surface and its picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from layers import geo
from layers.errors import EmptyInput, InvalidParameter, TooLarge
from layers.hotspots.density import DensityGrid, default_bandwidth_m, kernel_density
from mapserver.rendering.density_image import density_image
from mapserver.rendering.style import CATEGORY_STYLES, SEQUENTIAL_RAMP, density_classes, ramp_classes

Array = NDArray[np.float64]
EPSG = 9213
BOX = (0.0, 0.0, 10_000.0, 12_000.0)


def _town(count: int = 800, seed: int = 7) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    half = count // 2
    x = np.concatenate([rng.normal(4_000, 900, half), rng.uniform(1_000, 9_000, count - half)])
    y = np.concatenate([rng.normal(7_000, 700, half), rng.uniform(1_000, 11_000, count - half)])
    return x, y


def _direct(grid: DensityGrid, x_m: Array, y_m: Array) -> Array:
    east, north = np.meshgrid(grid.x_m, grid.y_m)
    total = np.zeros(east.shape)
    for x, y in zip(x_m, y_m, strict=True):
        total += np.exp(-((east - x) ** 2 + (north - y) ** 2) / (2 * grid.bandwidth_m**2))
    return total * 1e6 / (2 * np.pi * grid.bandwidth_m**2)


def test_equals_the_sum_of_every_kernel_where_density_matters() -> None:
    x, y = _town()
    grid = kernel_density(x, y, bandwidth_m=500, cell_m=50, bounds_m=BOX)
    direct = _direct(grid, x, y)
    matters = direct > 0.05 * direct.max()
    assert np.abs(grid.values / direct - 1)[matters].max() < 1e-3


def test_holds_every_incident_when_the_grid_has_room() -> None:
    x, y = _town()
    grid = kernel_density(x, y, bandwidth_m=300, cell_m=100, bounds_m=(-3_000, -3_000, 13_000, 15_000))
    assert grid.total() == pytest.approx(len(x), rel=1e-6)
    assert grid.count == len(x)


def test_is_never_negative_and_zero_far_away() -> None:
    x, y = np.array([1_000.0, 1_200.0]), np.array([1_000.0, 1_000.0])
    grid = kernel_density(x, y, bandwidth_m=200, cell_m=50, bounds_m=(0, 0, 20_000, 20_000))
    assert grid.values.min() == 0.0
    assert grid.values[-1, -1] == 0.0


def test_incidents_just_outside_still_count_inside() -> None:
    x, y = np.array([-100.0, -100.0]), np.array([5_000.0, 6_000.0])
    grid = kernel_density(x, y, bandwidth_m=500, cell_m=100, bounds_m=BOX)
    assert grid.values[50, 0] > 0.5 * grid.values.max()


def test_moves_with_its_incidents() -> None:
    x, y = _town()
    grid = kernel_density(x, y, bandwidth_m=500, cell_m=100, bounds_m=BOX)
    moved = kernel_density(x + 5e5, y + 2e6, bandwidth_m=500, cell_m=100, bounds_m=(5e5, 2e6, 5.1e5, 2.012e6))
    np.testing.assert_allclose(moved.values, grid.values, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("bandwidth_m", "cell_m"), [(0, 100), (-5, 100), (12_001, 100), (float("nan"), 100),
                                                     (500, 0), (500, 501)])  # fmt: skip
def test_refuses_sizes_that_make_no_sense(bandwidth_m: float, cell_m: float) -> None:
    x, y = _town(10)
    with pytest.raises(InvalidParameter) as caught:
        kernel_density(x, y, bandwidth_m=bandwidth_m, cell_m=cell_m, bounds_m=BOX)
    assert "m không dùng được" in caught.value.message.vi
    assert caught.value.hint.vi


def test_refuses_an_empty_area() -> None:
    x, y = _town(10)
    with pytest.raises(InvalidParameter):
        kernel_density(x, y, bandwidth_m=500, cell_m=100, bounds_m=(0, 0, 0, 100))


def test_refuses_a_grid_of_more_than_four_million_cells_and_names_a_cell_that_works() -> None:
    x, y = _town(10)
    with pytest.raises(TooLarge) as caught:
        kernel_density(x, y, bandwidth_m=500, cell_m=5, bounds_m=BOX)
    assert "6 m" in caught.value.hint.vi


@pytest.mark.parametrize("places", [[], [(1.0, 1.0)], [(5.0, 5.0)] * 30])
def test_refuses_what_has_no_spread(places: list[tuple[float, float]]) -> None:
    x, y = np.array(places, dtype=float).reshape(-1, 2).T
    with pytest.raises(EmptyInput):
        kernel_density(x, y, bandwidth_m=500, cell_m=100, bounds_m=BOX)
    with pytest.raises(EmptyInput):
        default_bandwidth_m(x, y)


def test_refuses_incidents_without_a_place() -> None:
    with pytest.raises(InvalidParameter):
        kernel_density(np.array([1.0, np.nan]), np.array([1.0, 2.0]), bandwidth_m=500, cell_m=100, bounds_m=BOX)


def test_default_bandwidth_shrinks_with_more_incidents_and_stays_useful() -> None:
    rng = np.random.default_rng(1)
    few, many = (default_bandwidth_m(*rng.normal(0, 3_000, (2, count))) for count in (60, 60_000))
    assert 100 <= many < few <= 1_000
    assert default_bandwidth_m(*rng.normal(0, 90_000, (2, 100))) == 1_000
    assert default_bandwidth_m(*rng.normal(0, 20, (2, 100))) == 100


def test_default_bandwidth_survives_many_incidents_at_one_address() -> None:
    x = np.concatenate([np.full(90, 500.0), np.linspace(0, 4_000, 10)])
    assert default_bandwidth_m(x, x) >= 100


def _grid_at(lon: float, lat: float) -> DensityGrid:
    x, y = geo.transform_xy(np.array([lon]), np.array([lat]), from_epsg=4326, to_epsg=EPSG)
    rng = np.random.default_rng(3)
    x, y = x + rng.normal(0, 300, 400), y + rng.normal(0, 300, 400)
    bounds = (x.mean() - 6_000, y.mean() - 9_000, x.mean() + 6_000, y.mean() + 9_000)
    return kernel_density(x, y, bandwidth_m=600, cell_m=100, bounds_m=bounds)


def test_picture_is_darkest_where_the_incidents_are() -> None:
    drawn = density_image(_grid_at(106.33, 20.94), epsg=EPSG)
    picture = np.asarray(Image.open(io.BytesIO(drawn.png)).convert("RGBA"))
    rows, columns = np.nonzero(picture[..., 3] == picture[..., 3].max())
    lon = drawn.bounds.west + (columns.mean() + 0.5) / picture.shape[1] * (drawn.bounds.east - drawn.bounds.west)
    lat = drawn.bounds.north - (rows.mean() + 0.5) / picture.shape[0] * (drawn.bounds.north - drawn.bounds.south)
    assert lon == pytest.approx(106.33, abs=0.001)
    assert lat == pytest.approx(20.94, abs=0.001)


def test_picture_is_clear_where_little_happens_and_uses_the_colours_it_names() -> None:
    drawn = density_image(_grid_at(106.33, 20.94), epsg=EPSG)
    picture = np.asarray(Image.open(io.BytesIO(drawn.png)).convert("RGBA"))
    assert picture[0, 0, 3] == 0
    shown = {"#" + bytes(color).hex() for color in np.unique(picture.reshape(-1, 4), axis=0)} - {"#00000000"}
    assert shown == {entry.color for entry in drawn.classes}


def test_picture_is_small_and_the_same_each_time() -> None:
    grid = _grid_at(106.33, 20.94)
    drawn = density_image(grid, epsg=EPSG)
    assert max(Image.open(io.BytesIO(drawn.png)).size) <= 1024
    assert density_image(grid, epsg=EPSG).png == drawn.png
    assert len(drawn.png) < 60_000


def test_classes_of_a_density_follow_on_one_another() -> None:
    classes = density_classes(37.3)
    assert [entry.to_value for entry in classes[:-1]] == [entry.from_value for entry in classes[1:]]
    assert classes[-1].to_value >= 37.3
    assert density_classes(0.0) == ()


def test_ward_classes_keep_zero_apart_and_use_round_numbers() -> None:
    rng = np.random.default_rng(5)
    rates = np.append(rng.gamma(2.0, 4.0, 114), [0.0, np.nan])
    breaks = ramp_classes(rates)
    assert len(breaks) == 5
    assert 0 < breaks[0] <= rates[rates > 0].min()
    assert all(float(f"{value:.2g}") == value for value in breaks)
    sizes = np.bincount(np.searchsorted(breaks, rates[rates > 0], side="right"))[1:]
    assert sizes.min() >= 15


def test_ward_classes_of_small_counts_do_not_repeat() -> None:
    breaks = ramp_classes(np.array([0, 0, 1, 1, 1, 1, 2, 2, 9.0]))
    assert list(breaks) == sorted(set(breaks))
    assert breaks[0] == 1


def test_a_grey_copy_keeps_the_order_of_the_ramp_and_of_the_groups() -> None:
    grey = [np.dot([0.2126, 0.7152, 0.0722], list(bytes.fromhex(color[1:]))) for color in SEQUENTIAL_RAMP]
    assert np.all(np.diff(grey) < -10)
    assert len({style.shape for style in CATEGORY_STYLES.values()}) == len(CATEGORY_STYLES)
