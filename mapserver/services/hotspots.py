"""The kernel-density surface of a selection."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.errors import InvalidParameter
from layers.geo import Bounds, metric_crs, transform_xy
from layers.hotspots.density import DensityGrid, default_bandwidth_m, kernel_density
from layers.records import Filter
from layers.wording import Text
from mapserver.services.incidents import select
from mapserver.services.provenance import Provenance
from mapserver.services.reader import Reader

__all__ = ["FEWEST", "Density", "density"]

# With fewer incidents a surface would only draw the points themselves, and point at places.
FEWEST = 30
# Four cells to a bandwidth keep the error of the grid below a hundredth of the peak.
_CELLS_PER_BANDWIDTH = 4
_MOST_CELLS_A_SIDE = 1600
_SAME_PLACE_M = 50.0


@dataclass(frozen=True)
class Density:
    """A density surface, or the reason why there is none.

    Parameters
    ----------
    grid : DensityGrid or None
        The surface in a metric system.
    epsg : int
        EPSG code of that system.
    bandwidth_m : float
        Bandwidth of the kernel, metres.
    reason : Text
        Why there is no surface; empty when there is one.
    provenance : Provenance
        Where the numbers come from.
    """

    grid: DensityGrid | None
    epsg: int
    bandwidth_m: float
    reason: Text
    provenance: Provenance


def density(reader: Reader, asked: Filter, *, bandwidth_m: float | None, now: dt.datetime) -> Density:
    """Compute the density of a selection in the metric system of its place.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        What was asked for.
    bandwidth_m : float or None
        Metres; None for the stated rule of `default_bandwidth_m`.
    now : datetime
        The moment.

    Returns
    -------
    Density
        The surface, or why there is none.

    Raises
    ------
    InvalidParameter
        When the bandwidth is not above zero or larger than the area.
    """
    taken = select(reader, asked, now=now)
    rows = taken.mask & taken.table.placed & _inside(taken.units.frame, taken.table.unit)
    lon, lat = taken.table.lon[rows], taken.table.lat[rows]
    if len(lon) < FEWEST:
        reason = Text(
            f"Chỉ có {len(lon)} vụ có vị trí; cần ít nhất {FEWEST} vụ để vẽ mật độ.",
            f"Only {len(lon)} incidents have a place; a density needs at least {FEWEST}.",
        )
        return Density(None, 0, bandwidth_m or 0.0, reason, taken.provenance)
    epsg = metric_crs(Bounds(lon.min(), lat.min(), lon.max(), lat.max()))
    x_m, y_m = transform_xy(lon, lat, from_epsg=4326, to_epsg=epsg)
    across_m = float(max(np.ptp(x_m), np.ptp(y_m)))
    if across_m < _SAME_PLACE_M:
        return Density(None, 0, bandwidth_m or 0.0, _ONE_PLACE, taken.provenance)
    narrowest_m = across_m / _MOST_CELLS_A_SIDE * _CELLS_PER_BANDWIDTH
    width_m = bandwidth_m or min(max(default_bandwidth_m(x_m, y_m), narrowest_m), across_m)
    if not narrowest_m <= width_m <= across_m:
        raise _unsuitable(width_m, narrowest_m, across_m)
    grid = kernel_density(
        x_m,
        y_m,
        bandwidth_m=width_m,
        cell_m=width_m / _CELLS_PER_BANDWIDTH,
        bounds_m=_room(x_m, y_m, width_m),
    )
    return Density(grid, epsg, width_m, Text("", ""), taken.provenance)


_ONE_PLACE = Text(
    "Mọi vụ việc ở cùng một chỗ; không vẽ mật độ.", "All incidents are at one place; no density is drawn."
)


def _unsuitable(width_m: float, narrowest_m: float, across_m: float) -> InvalidParameter:
    return InvalidParameter(
        Text(
            f"Bán kính {width_m:.0f} m không hợp với khu vực rộng {across_m / 1000:.1f} km.",
            f"The bandwidth of {width_m:.0f} m does not suit an area {across_m / 1000:.1f} km wide.",
        ),
        Text(
            f"Chọn từ {np.ceil(narrowest_m):.0f} đến {across_m:.0f} m.",
            f"Choose from {np.ceil(narrowest_m):.0f} to {across_m:.0f} m.",
        ),
    )


def _inside(units: gpd.GeoDataFrame, unit: NDArray[np.int64]) -> NDArray[np.bool_]:
    # One place far outside every unit would stretch the grid over half the country.
    return unit >= 0 if len(units) else np.ones(len(unit), dtype=bool)


def _room(x_m: NDArray[np.float64], y_m: NDArray[np.float64], width_m: float) -> tuple[float, float, float, float]:
    edge = 3 * width_m
    return (
        float(x_m.min() - edge),
        float(y_m.min() - edge),
        float(x_m.max() + edge),
        float(y_m.max() + edge),
    )
