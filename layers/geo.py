"""Coordinates: the systems used, the choice of a metric one, areas and distances on the ground.

Everything is kept and exchanged in EPSG:4326 as longitude, latitude. Areas are geodesic;
distances and densities are computed in a metric VN-2000 zone. This module is the only
one that changes coordinate systems, so the choice is made in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

__all__ = [
    "CRS_LONLAT",
    "CRS_WEB_MERCATOR",
    "TM3_MERIDIAN_BY_EPSG",
    "VIETNAM",
    "Bounds",
    "area_m2",
    "bounds_lonlat",
    "distance_m",
    "is_metric",
    "line_length_m",
    "metric_crs",
    "to_crs",
    "to_lonlat",
    "transform_xy",
]

CRS_LONLAT = "EPSG:4326"
CRS_WEB_MERCATOR = "EPSG:3857"

# VN-2000 / TM-3, scale 0.9999: EPSG code -> central meridian in degrees.
TM3_MERIDIAN_BY_EPSG: dict[int, float] = {
    5896: 102.0,
    9205: 103.0,
    9206: 104.0,
    9207: 104.5,
    9208: 104.75,
    5897: 105.0,
    9209: 105.5,
    9210: 105.75,
    9211: 106.0,
    9212: 106.25,
    9213: 106.5,
    9214: 107.0,
    9215: 107.25,
    9216: 107.5,
    5899: 107.75,
    5898: 108.0,
    9217: 108.25,
    9218: 108.5,
}

_GEOD = pyproj.Geod(ellps="WGS84")


class Bounds(NamedTuple):
    """A box in EPSG:4326.

    Parameters
    ----------
    west, south, east, north : float
        Degrees of longitude and latitude.
    """

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Say whether a place lies in the box, its border included.

        Parameters
        ----------
        lon, lat : float
            Degrees.

        Returns
        -------
        bool
            True inside or on the border.

        Examples
        --------
        >>> VIETNAM.holds(106.3, 20.9), VIETNAM.holds(20.9, 106.3)
        (True, False)
        """
        return self.west <= lon <= self.east and self.south <= lat <= self.north


# The mainland, Hoàng Sa and Trường Sa with room around them.
VIETNAM = Bounds(102.0, 6.0, 118.0, 23.6)


def metric_crs(bounds: Bounds) -> int:
    """Choose the metric system for measuring inside a box.

    Inside Việt Nam the VN-2000 / TM-3 zone whose meridian is nearest to the middle of the
    box; elsewhere the WGS 84 UTM zone.

    Parameters
    ----------
    bounds : Bounds
        The box, degrees.

    Returns
    -------
    int
        An EPSG code.

    Examples
    --------
    >>> metric_crs(Bounds(105.6, 20.7, 105.9, 21.1)), metric_crs(Bounds(-95.8, 29.5, -95.0, 30.1))
    (9210, 32615)
    """
    lon = (bounds.west + bounds.east) / 2
    lat = (bounds.south + bounds.north) / 2
    if VIETNAM.holds(lon, lat):
        return min(TM3_MERIDIAN_BY_EPSG, key=lambda code: abs(TM3_MERIDIAN_BY_EPSG[code] - lon))
    zone = int((lon + 180) // 6) + 1
    return (32600 if lat >= 0 else 32700) + zone


def is_metric(epsg: int) -> bool:
    """Say whether lengths may be measured in a system.

    Parameters
    ----------
    epsg : int
        An EPSG code that exists.

    Returns
    -------
    bool
        True for a plane in metres; False for degrees, and for Web Mercator, whose metres grow with latitude.

    Examples
    --------
    >>> is_metric(9210), is_metric(32615), is_metric(4326), is_metric(3857)
    (True, True, False, False)
    """
    system = pyproj.CRS.from_epsg(epsg)
    in_metres = all(axis.unit_name == "metre" for axis in system.axis_info)
    return system.is_projected and in_metres and f"EPSG:{epsg}" != CRS_WEB_MERCATOR


def to_crs(frame: gpd.GeoDataFrame, epsg: int) -> gpd.GeoDataFrame:
    """Return the frame in another coordinate system.

    Parameters
    ----------
    frame : GeoDataFrame
        With a coordinate system set.
    epsg : int
        The EPSG code wanted.

    Returns
    -------
    GeoDataFrame
        The same rows; x is east or longitude, y is north or latitude.
    """
    return frame.to_crs(epsg=epsg)


def to_lonlat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame in EPSG:4326, longitude first.

    Parameters
    ----------
    frame : GeoDataFrame
        With a coordinate system set.

    Returns
    -------
    GeoDataFrame
        The same rows, degrees.
    """
    return to_crs(frame, 4326)


def transform_xy(
    x: NDArray[np.float64], y: NDArray[np.float64], *, from_epsg: int, to_epsg: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Change the coordinate system of two arrays.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        East and north in metres, or longitude and latitude in degrees.
    from_epsg, to_epsg : int
        EPSG codes.

    Returns
    -------
    tuple of ndarray
        The new x and y, shape (n,); not finite where a place cannot be projected.
    """
    new_x, new_y = _transformer(from_epsg, to_epsg).transform(x, y)
    return np.asarray(new_x, dtype=np.float64), np.asarray(new_y, dtype=np.float64)


# Making one takes 13 ms; pyproj lets threads share it.
@cache
def _transformer(from_epsg: int, to_epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(from_epsg, to_epsg, always_xy=True)


def area_m2(geometries_lonlat: Sequence[shapely.Geometry | None]) -> NDArray[np.float64]:
    """Measure areas on the ellipsoid (Karney 2013, "Algorithms for geodesics").

    Parameters
    ----------
    geometries_lonlat : sequence of shapely geometries or None, length n
        In EPSG:4326.

    Returns
    -------
    ndarray of float, shape (n,)
        Square metres; 0 for None, empty geometries, points and lines.

    Examples
    --------
    >>> cell = shapely.box(106.0, 20.0, 106.01, 20.01)
    >>> [round(float(a)) for a in area_m2([cell, None, shapely.Polygon()])]
    [1158452, 0, 0]
    """
    return np.array([_one_area_m2(shape) for shape in geometries_lonlat], dtype=np.float64)


def _one_area_m2(shape: shapely.Geometry | None) -> float:
    if shape is None or shape.is_empty or shapely.get_dimensions(shape) < 2:
        return 0.0
    oriented = shapely.orient_polygons(shape)
    area, _perimeter = _GEOD.geometry_area_perimeter(oriented)
    return abs(float(area))


def distance_m(start_lonlat: tuple[float, float], end_lonlat: tuple[float, float]) -> float:
    """Measure the shortest way on the ellipsoid (Karney 2013, "Algorithms for geodesics").

    Parameters
    ----------
    start_lonlat, end_lonlat : tuple of float
        Longitude and latitude, degrees.

    Returns
    -------
    float
        Metres.

    Examples
    --------
    >>> round(distance_m((106.0, 20.0), (106.0, 21.0)))
    110711
    """
    _azimuth, _back, length_m = _GEOD.inv(*start_lonlat, *end_lonlat)
    return float(length_m)


def line_length_m(lonlat: NDArray[np.float64]) -> float:
    """Measure a line on the ellipsoid, the shortest way from each vertex to the next (Karney 2013, as `distance_m`).

    Parameters
    ----------
    lonlat : ndarray of float, shape (n, 2)
        Degrees.

    Returns
    -------
    float
        Metres.

    Examples
    --------
    >>> round(line_length_m(np.array([[106.0, 20.0], [106.0, 20.5], [106.0, 21.0]])))
    110711
    """
    return float(_GEOD.line_length(lonlat[:, 0], lonlat[:, 1]))


def bounds_lonlat(frame: gpd.GeoDataFrame) -> Bounds | None:
    """Return the box around every geometry of a frame in EPSG:4326.

    Parameters
    ----------
    frame : GeoDataFrame
        In EPSG:4326.

    Returns
    -------
    Bounds or None
        None when nothing has a place.

    Examples
    --------
    >>> bounds_lonlat(gpd.GeoDataFrame(geometry=[], crs=CRS_LONLAT)) is None
    True
    """
    west, south, east, north = frame.total_bounds
    if not np.isfinite(west):
        return None
    return Bounds(float(west), float(south), float(east), float(north))
