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
import shapely
from numpy.typing import NDArray

from layers.errors import InvalidParameter
from layers.hotspots.evidence import Evidence, inputs_hash
from layers.hotspots.points import spread_points
from layers.hotspots.study_area import MAX_CELLS, StudyArea, check_grid_size, stated
from layers.hotspots.surfaces import KERNELS, convolve, kernel_reach, kernel_window, linear_binning, refinement
from layers.wording import Text

__all__ = [
    "DensityGrid",
    "MetricBounds",
    "default_bandwidth_m",
    "density_within",
    "kernel_density",
]

Array = NDArray[np.float64]

_BANDWIDTH_FLOOR_M = 100.0
# A wider kernel smooths a province into one hill that no patrol can act upon.
_BANDWIDTH_CAP_M = 1_000.0


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
        Standard deviation of the Gaussian, radius of the quartic kernel; metres.
    count : int
        How many incidents the surface was made from.
    outside : int
        How many were left out because they lie outside the study area.
    evidence : Evidence
        Hash of the incidents' places, parameters, version.
    """

    values: Array
    west_m: float
    south_m: float
    cell_m: float
    bandwidth_m: float
    count: int
    outside: int
    evidence: Evidence

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
            Incidents; the full count when every kernel lies wholly on the grid or is corrected at the border.
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
    x_m, y_m, _day = spread_points(x_m, y_m)
    spread_m = float(np.sqrt(_robust_spread(x_m) * _robust_spread(y_m)))
    proposed_m = spread_m * len(x_m) ** (-1 / 6)
    return float(np.clip(round(proposed_m / 50) * 50, _BANDWIDTH_FLOOR_M, _BANDWIDTH_CAP_M))


def kernel_density(
    x_m: Array,
    y_m: Array,
    *,
    bandwidth_m: float,
    cell_m: float,
    bounds_m: tuple[float, float, float, float],
    kernel: str = "gaussian",
) -> DensityGrid:
    """Compute a kernel density surface over a box (Silverman 1986, eq. 4.1).

    Where density matters it equals the sum of every kernel within one in a thousand: with a
    Gaussian for cells of a fifth of the bandwidth, of a twentieth where many incidents share one
    address; with a quartic kernel, whose edge is sharper, for any cells, as wide ones are cut into
    parts while `MAX_CELLS` leaves room for them.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in a metric system. Incidents outside the bounds still count within
        their kernel's reach.
    bandwidth_m : float
        Standard deviation of the Gaussian, radius of the quartic kernel; metres.
    cell_m : float
        Side of a grid cell, metres; at most the bandwidth, for the quartic at most half of it.
    bounds_m : tuple of float
        West, south, east and north of the area, metres; the grid is widened to whole cells.
    kernel : str
        ``"gaussian"`` or ``"quartic"``.

    Returns
    -------
    DensityGrid
        Incidents per km², never negative.

    Raises
    ------
    EmptyInput
        With fewer than two incidents or all at one point.
    InvalidParameter
        When the kernel is not known, the bandwidth is not positive or larger than the area, the
        cell is not positive or too large for the bandwidth, or the bounds are empty.
    TooLarge
        When the grid would have more than `layers.hotspots.study_area.MAX_CELLS` cells.

    Examples
    --------
    >>> x_m, y_m = np.array([4_000.0, 6_000.0]), np.array([5_000.0, 5_000.0])
    >>> grid = kernel_density(x_m, y_m, bandwidth_m=500, cell_m=100, bounds_m=(0, 0, 10_000, 10_000))
    >>> grid.shape, round(grid.total(), 3)
    ((100, 100), 2.0)
    """
    x_m, y_m, _day = spread_points(x_m, y_m)
    frame = _frame(kernel, MetricBounds(*bounds_m), bandwidth_m=bandwidth_m, cell_m=cell_m)
    parts = frame.parts()
    fine = frame.cut(parts)
    values = convolve(fine.binned(x_m, y_m), fine.window())[parts // 2 :: parts, parts // 2 :: parts]
    return frame.grid(values * parts**2, x_m, y_m)


def density_within(
    x_m: Array, y_m: Array, *, bandwidth_m: float, cell_m: float, area: StudyArea | None, kernel: str = "gaussian"
) -> DensityGrid:
    """Compute a kernel density surface corrected at the border of a study area.

    A kernel that reaches over the border would lose what lies beyond. Each incident is weighted
    by the inverse of the part of its kernel that lies inside (Jones 1993, "Simple boundary
    correction for kernel density estimation", Statistics and Computing 3(3), 135–146; for point
    patterns Diggle 1985, "A kernel method for smoothing point process data", Applied Statistics
    34(2), 138–147), so that the surface integrates to the count over the area, exactly. Evenly
    spread incidents still look a quarter thinner at a straight border, half without correction.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in a metric system. Incidents outside the area are left out and counted.
    bandwidth_m : float
        Standard deviation of the Gaussian, radius of the quartic kernel; metres.
    cell_m : float
        Side of a grid cell, metres; at most the bandwidth, for the quartic at most half of it.
    area : StudyArea or None
        In the same system; None is refused. A cell belongs to it when its centre does.
    kernel : str
        ``"gaussian"`` or ``"quartic"``.

    Returns
    -------
    DensityGrid
        Incidents per km², never negative, 0 outside the area.

    Raises
    ------
    EmptyInput
        With fewer than two incidents inside or all at one point.
    InvalidParameter
        When no area is stated, the kernel, bandwidth or cell cannot be used, or an incident lies
        in a part of the area too narrow for the cells.
    TooLarge
        When the grid would have more than `layers.hotspots.study_area.MAX_CELLS` cells.

    Examples
    --------
    >>> x_m, y_m = np.array([10.0, 600.0, 5_000.0]), np.array([10.0, 900.0, 5_000.0])
    >>> area = StudyArea(shapely.box(0, 0, 2_000, 2_000), Text("ô thử", "a test"))
    >>> grid = density_within(x_m, y_m, bandwidth_m=500, cell_m=100, area=area)
    >>> round(grid.total(), 9), grid.outside
    (2.0, 1)
    """
    area = stated(area)
    frame = _frame(kernel, MetricBounds(*area.bounds_m), bandwidth_m=bandwidth_m, cell_m=cell_m)
    shapely.prepare(area.geometry)
    here = shapely.intersects_xy(area.geometry, x_m, y_m)
    x_m, y_m, _day = spread_points(x_m[here], y_m[here])
    window, reach = frame.window(), frame.reach
    covered = frame.covered(area)
    # Twice the reach around the grid, for incidents in the outer half of a cell bin just outside it.
    inside = convolve(np.pad(covered, 2 * reach), window)
    binned = frame.binned(x_m, y_m)
    _refuse_narrow(binned, inside, cell_m=cell_m)
    weighted = np.divide(binned, inside, out=np.zeros_like(binned), where=binned > 0)
    values = convolve(weighted, window) * covered
    return frame.grid(values, x_m, y_m, outside=int((~here).sum()), covered=covered)


class _Frame(NamedTuple):
    """A grid with room for the kernels that reach into it."""

    kernel: str
    bounds: MetricBounds
    bandwidth_m: float
    cell_m: float
    shape: tuple[int, int]

    @property
    def reach(self) -> int:
        return kernel_reach(self.kernel, bandwidth_m=self.bandwidth_m, cell_m=self.cell_m)

    def parts(self) -> int:
        room = float(np.sqrt(MAX_CELLS / (self.shape[0] * self.shape[1])))
        return refinement(self.kernel, bandwidth_m=self.bandwidth_m, cell_m=self.cell_m, most=room)

    def cut(self, parts: int) -> _Frame:
        rows, columns = self.shape
        return self._replace(cell_m=self.cell_m / parts, shape=(rows * parts, columns * parts))

    def window(self) -> Array:
        return kernel_window(self.kernel, bandwidth_m=self.bandwidth_m, cell_m=self.cell_m)

    def binned(self, x_m: Array, y_m: Array) -> Array:
        column = (x_m - self.bounds.west) / self.cell_m - 0.5 + self.reach
        row = (y_m - self.bounds.south) / self.cell_m - 0.5 + self.reach
        rows, columns = self.shape
        return linear_binning(row, column, shape=(rows + 2 * self.reach, columns + 2 * self.reach))

    def covered(self, area: StudyArea) -> Array:
        rows, columns = self.shape
        x_m = self.bounds.west + (np.arange(columns) + 0.5) * self.cell_m
        y_m = self.bounds.south + (np.arange(rows) + 0.5) * self.cell_m
        inside: Array = shapely.contains_xy(area.geometry, *np.meshgrid(x_m, y_m)).astype(np.float64)
        return inside

    def grid(
        self, values: Array, x_m: Array, y_m: Array, *, outside: int = 0, covered: Array | None = None
    ) -> DensityGrid:
        parameters = {"kernel": self.kernel, "bandwidth_m": self.bandwidth_m, "cell_m": self.cell_m}
        # Where the border runs decides what it is corrected by.
        ground = () if covered is None else (covered,)
        evidence = Evidence("density", parameters, inputs_hash(x_m, y_m, ground=ground))
        per_km2 = values * (1e6 / self.cell_m**2)
        west, south = self.bounds.west, self.bounds.south
        return DensityGrid(per_km2, west, south, self.cell_m, self.bandwidth_m, len(x_m), outside, evidence)


def _frame(kernel: str, bounds: MetricBounds, *, bandwidth_m: float, cell_m: float) -> _Frame:
    _check_sizes(kernel, bounds, bandwidth_m=bandwidth_m, cell_m=cell_m)
    return _Frame(kernel, bounds, bandwidth_m, cell_m, _grid_shape(bounds, cell_m))


def _refuse_narrow(binned: Array, inside: Array, *, cell_m: float) -> None:
    if (inside[binned > 0] > 0).all():
        return
    raise InvalidParameter(
        Text(
            f"Phạm vi có phần hẹp hơn ô {cell_m:g} m.", f"Parts of the area are narrower than a cell of {cell_m:g} m."
        ),
        Text("Chọn ô nhỏ hơn.", "Choose smaller cells."),
    )


def _robust_spread(values: Array) -> float:
    deviation = float(values.std(ddof=1))
    lower, upper = np.quantile(values, [0.25, 0.75])
    quartiles = float(upper - lower) / 1.34
    # Half of the incidents at one address make the quartile range vanish.
    return min(deviation, quartiles) if quartiles > 0 else deviation


def _check_sizes(kernel: str, bounds: MetricBounds, *, bandwidth_m: float, cell_m: float) -> None:
    if kernel not in KERNELS:
        raise InvalidParameter(
            Text(f"Không có hàm nhân “{kernel}”.", f"There is no kernel “{kernel}”."),
            Text(f"Chọn một trong: {', '.join(KERNELS)}.", f"Choose one of: {', '.join(KERNELS)}."),
        )
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
    # A cone of few cells is no longer round.
    coarsest_m = bandwidth_m / 2 if kernel == "quartic" else bandwidth_m
    if not 0 < cell_m <= coarsest_m:
        raise InvalidParameter(
            Text(f"Cỡ ô {cell_m:g} m không dùng được.", f"A cell of {cell_m:g} m cannot be used."),
            Text(f"Chọn lớn hơn 0 và không quá {coarsest_m:g} m so với bán kính làm mịn {bandwidth_m:g} m.",
                 f"Choose more than 0 and at most {coarsest_m:g} m with a bandwidth of {bandwidth_m:g} m."),
        )  # fmt: skip


def _grid_shape(bounds: MetricBounds, cell_m: float) -> tuple[int, int]:
    # A millionth of a cell keeps 10 000 m / 100 m from becoming 101 cells through rounding.
    columns = max(1, int(np.ceil((bounds.east - bounds.west) / cell_m - 1e-6)))
    rows = max(1, int(np.ceil((bounds.north - bounds.south) / cell_m - 1e-6)))
    check_grid_size(rows, columns, cell_m=cell_m)
    return rows, columns
