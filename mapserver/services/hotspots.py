"""The kernel-density surface of a selection."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

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
_CELLS_PER_BANDWIDTH = 6
_FINEST_CELL_M = 50.0
_MOST_CELLS_A_SIDE = 1000


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
    width_m = bandwidth_m if bandwidth_m is not None else default_bandwidth_m(x_m, y_m)
    grid = kernel_density(
        x_m, y_m, bandwidth_m=width_m, cell_m=_cell_m(x_m, y_m, width_m), bounds_m=_room(x_m, y_m, width_m)
    )
    return Density(grid, epsg, width_m, Text("", ""), taken.provenance)


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


def _cell_m(x_m: NDArray[np.float64], y_m: NDArray[np.float64], width_m: float) -> float:
    west, south, east, north = _room(x_m, y_m, width_m)
    coarsest = max(east - west, north - south) / _MOST_CELLS_A_SIDE
    return float(max(width_m / _CELLS_PER_BANDWIDTH, _FINEST_CELL_M, coarsest))
