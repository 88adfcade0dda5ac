"""Kernel density: how many incidents per square kilometre around each place.

The surface is computed in a metric system, by linear binning on a regular grid and one
convolution by fast Fourier transform (Wand 1994, "Fast computation of multivariate kernel
estimators", Journal of Computational and Graphical Statistics 3(4), 433–445), so its cost
hardly depends on the number of incidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter, TooLarge
from layers.wording import Text

__all__ = ["MAX_CELLS", "DensityGrid", "MetricBounds", "default_bandwidth_m", "kernel_density"]

Array = NDArray[np.float64]

MAX_CELLS = 4_000_000

# Beyond five bandwidths a Gaussian holds less than 4 in a million of its weight.
_REACH_BANDWIDTHS = 5.0

_BANDWIDTH_FLOOR_M = 100.0
# A wider kernel smooths a province into one hill that no patrol can act upon.
_BANDWIDTH_CAP_M = 1_000.0

_PLACE_HINT = Text("Mở rộng thời gian, loại vụ việc hoặc phạm vi.", "Widen the period, the categories or the area.")


class MetricBounds(NamedTuple):
    """A box in a metric coordinate system.

    Parameters
    ----------
    west, south, east, north : float
        Metres.
    """

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class DensityGrid:
    """A density surface on a regular metric grid.

    Parameters
    ----------
    values : ndarray of float, shape (rows, columns)
        Incidents per km² at the cell centres; row 0 is the southernmost.
    west_m, south_m : float
        The outer corner of the first cell, metres.
    cell_m : float
        Side of a cell, metres.
    bandwidth_m : float
        Standard deviation of the kernel, metres.
    count : int
        How many incidents the surface was made from.
    """

    values: Array
    west_m: float
    south_m: float
    cell_m: float
    bandwidth_m: float
    count: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    @property
    def x_m(self) -> Array:
        """East of the cell centres, metres, shape (columns,)."""
        return self.west_m + (np.arange(self.shape[1], dtype=np.float64) + 0.5) * self.cell_m

    @property
    def y_m(self) -> Array:
        """North of the cell centres, metres, shape (rows,)."""
        return self.south_m + (np.arange(self.shape[0], dtype=np.float64) + 0.5) * self.cell_m

    @property
    def bounds_m(self) -> MetricBounds:
        """The outer edge of the grid, metres."""
        rows, columns = self.shape
        east = self.west_m + columns * self.cell_m
        return MetricBounds(self.west_m, self.south_m, east, self.south_m + rows * self.cell_m)

    def total(self) -> float:
        """Integrate the surface.

        Returns
        -------
        float
            Incidents; the full count when every kernel lies wholly on the grid.
        """
        return float(self.values.sum()) * self.cell_m**2 / 1e6


def default_bandwidth_m(x_m: Array, y_m: Array) -> float:
    """Propose a bandwidth: Scott's rule in two dimensions with a robust spread.

    ``h = s · n^(-1/6)`` (Scott 1992, "Multivariate density estimation", eq. 6.42), where `s`
    is the geometric mean over both axes of min(standard deviation, interquartile range / 1.34)
    (Silverman 1986, "Density estimation for statistics and data analysis", eq. 3.30). The rule
    assumes one bell-shaped hill, so it smooths towns too much; the result is therefore kept
    within 100 to 1,000 m and rounded to 50 m.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north, metres.

    Returns
    -------
    float
        Metres.

    Raises
    ------
    EmptyInput
        With fewer than two incidents or all at one point.
    InvalidParameter
        When the arrays differ in length or hold a place that is not finite.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> default_bandwidth_m(rng.normal(0, 900, 400), rng.normal(0, 900, 400))
    300.0
    """
    x_m, y_m = _places(x_m, y_m)
    spread_m = float(np.sqrt(_robust_spread(x_m) * _robust_spread(y_m)))
    proposed_m = spread_m * len(x_m) ** (-1 / 6)
    return float(np.clip(round(proposed_m / 50) * 50, _BANDWIDTH_FLOOR_M, _BANDWIDTH_CAP_M))


def kernel_density(
    x_m: Array, y_m: Array, *, bandwidth_m: float, cell_m: float, bounds_m: tuple[float, float, float, float]
) -> DensityGrid:
    """Compute a Gaussian kernel density surface (Silverman 1986, eq. 4.1).

    Linear binning spreads each incident over four cells and so widens the kernel by
    cell²/6 on average along each axis; the kernel is narrowed by as much.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in a metric system. Incidents outside the bounds still count within
        their kernel's reach.
    bandwidth_m : float
        Standard deviation of the kernel, metres.
    cell_m : float
        Side of a grid cell, metres; not more than the bandwidth.
    bounds_m : tuple of float
        West, south, east and north of the area, metres; the grid is widened to whole cells.

    Returns
    -------
    DensityGrid
        Incidents per km², never negative.

    Raises
    ------
    EmptyInput
        With fewer than two incidents or all at one point.
    InvalidParameter
        When the bandwidth is not positive or larger than the area, the cell is not positive or
        larger than the bandwidth, or the bounds are empty.
    TooLarge
        When the grid would have more than `MAX_CELLS` cells.

    Examples
    --------
    >>> x_m, y_m = np.array([4_000.0, 6_000.0]), np.array([5_000.0, 5_000.0])
    >>> grid = kernel_density(x_m, y_m, bandwidth_m=500, cell_m=100, bounds_m=(0, 0, 10_000, 10_000))
    >>> grid.shape, round(grid.total(), 3)
    ((100, 100), 2.0)
    """
    x_m, y_m = _places(x_m, y_m)
    bounds = MetricBounds(*bounds_m)
    _check_sizes(bandwidth_m, cell_m, bounds)
    rows, columns = _grid_shape(bounds, cell_m)
    reach = int(np.ceil(_REACH_BANDWIDTHS * bandwidth_m / cell_m))
    # Cells around the grid hold the incidents whose kernels reach into it.
    column = (x_m - bounds.west) / cell_m - 0.5 + reach
    row = (y_m - bounds.south) / cell_m - 0.5 + reach
    binned = _linear_binning(row, column, shape=(rows + 2 * reach, columns + 2 * reach))
    values = _convolve(binned, _gaussian(bandwidth_m, cell_m, reach)) * (1e6 / cell_m**2)
    return DensityGrid(values, bounds.west, bounds.south, cell_m, bandwidth_m, len(x_m))


def _places(x_m: Array, y_m: Array) -> tuple[Array, Array]:
    x_m, y_m = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    if x_m.shape != y_m.shape or not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise InvalidParameter(
            Text("Có vụ việc chưa có vị trí dùng được.", "Some incidents have no usable place."),
            Text("Chỉ đưa vào các vụ đã có vị trí.", "Pass only incidents that have a place."),
        )
    if len(x_m) < 2:
        raise EmptyInput(
            Text(
                "Cần ít nhất hai vụ có vị trí để tính mật độ.", "A density needs at least two incidents with a place."
            ),
            _PLACE_HINT,
        )
    if np.ptp(x_m) == 0 and np.ptp(y_m) == 0:
        raise EmptyInput(
            Text("Mọi vụ việc nằm tại cùng một điểm nên không tính được mật độ.",
                 "All incidents lie at one point, so there is no density to compute."),
            Text("Kiểm tra cách xác định vị trí, hoặc mở rộng phạm vi.",
                 "Check how the places were found, or widen the area."),
        )  # fmt: skip
    return x_m, y_m


def _robust_spread(values: Array) -> float:
    deviation = float(values.std(ddof=1))
    lower, upper = np.quantile(values, [0.25, 0.75])
    quartiles = float(upper - lower) / 1.34
    # Half of the incidents at one address make the quartile range vanish.
    return min(deviation, quartiles) if quartiles > 0 else deviation


def _check_sizes(bandwidth_m: float, cell_m: float, bounds: MetricBounds) -> None:
    width_m, height_m = bounds.east - bounds.west, bounds.north - bounds.south
    if not (np.isfinite(bounds).all() and width_m > 0 and height_m > 0):
        raise InvalidParameter(
            Text("Phạm vi tính mật độ trống.", "The area of the density is empty."),
            Text("Chọn phạm vi có chiều rộng và chiều cao.", "Choose an area with a width and a height."),
        )
    largest_m = max(width_m, height_m)
    if not 0 < bandwidth_m <= largest_m:
        raise InvalidParameter(
            Text(f"Bán kính làm mịn {bandwidth_m:g} m không dùng được.",
                 f"A bandwidth of {bandwidth_m:g} m cannot be used."),
            Text(f"Chọn lớn hơn 0 và không quá {largest_m:.0f} m, bề rộng của phạm vi.",
                 f"Choose more than 0 and at most {largest_m:.0f} m, the width of the area."),
        )  # fmt: skip
    if not 0 < cell_m <= bandwidth_m:
        raise InvalidParameter(
            Text(f"Cỡ ô {cell_m:g} m không dùng được.", f"A cell of {cell_m:g} m cannot be used."),
            Text(f"Chọn lớn hơn 0 và không quá bán kính làm mịn {bandwidth_m:g} m.",
                 f"Choose more than 0 and at most the bandwidth, {bandwidth_m:g} m."),
        )  # fmt: skip


def _grid_shape(bounds: MetricBounds, cell_m: float) -> tuple[int, int]:
    # A millionth of a cell keeps 10 000 m / 100 m from becoming 101 cells through rounding.
    columns = max(1, int(np.ceil((bounds.east - bounds.west) / cell_m - 1e-6)))
    rows = max(1, int(np.ceil((bounds.north - bounds.south) / cell_m - 1e-6)))
    if rows * columns > MAX_CELLS:
        least_m = cell_m * float(np.sqrt(rows * columns / MAX_CELLS))
        raise TooLarge(
            Text(f"Lưới mật độ {rows} × {columns} ô quá lớn.",
                 f"A density grid of {rows} × {columns} cells is too large."),
            Text(f"Chọn cỡ ô từ {np.ceil(least_m):.0f} m, hoặc thu hẹp phạm vi.",
                 f"Choose cells of {np.ceil(least_m):.0f} m or more, or a smaller area."),
        )  # fmt: skip
    return rows, columns


def _linear_binning(row: Array, column: Array, *, shape: tuple[int, int]) -> Array:
    rows, columns = shape
    inside = (row >= 0) & (row < rows - 1) & (column >= 0) & (column < columns - 1)
    row, column = row[inside], column[inside]
    first_row, first_column = row.astype(np.int64), column.astype(np.int64)
    north, east = row - first_row, column - first_column
    binned = np.zeros(rows * columns)
    for row_step, row_weight in ((0, 1 - north), (1, north)):
        for column_step, column_weight in ((0, 1 - east), (1, east)):
            cell = (first_row + row_step) * columns + first_column + column_step
            binned += np.bincount(cell, weights=row_weight * column_weight, minlength=rows * columns)
    return binned.reshape(shape)


def _gaussian(bandwidth_m: float, cell_m: float, reach: int) -> Array:
    steps_m = np.arange(-reach, reach + 1) * cell_m
    profile = np.exp(-0.5 * steps_m**2 / (bandwidth_m**2 - cell_m**2 / 6))
    profile /= profile.sum()
    return np.outer(profile, profile)


def _convolve(binned: Array, kernel: Array) -> Array:
    from scipy import fft  # a tenth of a second that only a density has to pay

    # A circle at least as long as the data: what wraps around falls on the cells cut off below.
    size = [fft.next_fast_len(length, real=True) for length in binned.shape]
    product = fft.rfft2(binned, size) * fft.rfft2(kernel, size)
    full = fft.irfft2(product, size)
    reach = kernel.shape[0] // 2
    valid = full[2 * reach : binned.shape[0], 2 * reach : binned.shape[1]]
    # The transform leaves noise of some 1e-16 of the peak around zero, on both sides of it.
    noise = 1e-12 * float(np.abs(valid).max(initial=0.0))
    return np.where(valid > noise, valid, 0.0)
