"""Where the map lies on the sheet: its metric system, its round scale, its true scale bar."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers import geo
from layers.geo import Bounds
from mapserver.rendering.print_data import PrintData
from mapserver.rendering.print_sheet import Box

__all__ = ["Ground", "MapFrame", "ScaleBar", "fit", "scale_bar", "thinned", "window_over"]

Array = NDArray[np.float64]

# Islands farther off than this do not shrink the map of the others.
_DETACHED_M = 15_000.0
_MARGIN_SHARE = 0.025
_ROUND_RATIOS = (10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100)
_SMALLEST_SPAN_M = 200.0
# Fine enough for print at 1:1 of the pixel of a 600 dpi press.
_FINEST_STROKE_MM = 0.04


@dataclass(frozen=True)
class MapFrame:
    """The window of the map: which ground lies at which place of the sheet.

    Parameters
    ----------
    box : Box
        On the sheet, millimetres.
    epsg : int
        The metric system the map is drawn in.
    west_m, south_m : float
        Ground at the lower left corner, metres.
    ratio : int
        The map's scale is one to this number.
    """

    box: Box
    epsg: int
    west_m: float
    south_m: float
    ratio: int

    @property
    def m_per_mm(self) -> float:
        """Metres of ground in a millimetre of paper."""
        return self.ratio / 1000

    @property
    def east_m(self) -> float:
        """Ground at the right edge, metres."""
        return self.west_m + self.box.width * self.m_per_mm

    @property
    def north_m(self) -> float:
        """Ground at the upper edge, metres."""
        return self.south_m + self.box.height * self.m_per_mm

    def to_mm(self, x_m: Array, y_m: Array) -> tuple[Array, Array]:
        """Find ground on the sheet.

        Parameters
        ----------
        x_m, y_m : ndarray of float, shape (n,)
            Metres in the map's system.

        Returns
        -------
        tuple of ndarray
            Millimetres from the lower left corner of the sheet.
        """
        return (
            self.box.left + (x_m - self.west_m) / self.m_per_mm,
            self.box.bottom + (y_m - self.south_m) / self.m_per_mm,
        )

    def project(self, lon: Array, lat: Array) -> tuple[Array, Array]:
        """Bring places into the map's system.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (n,)
            Degrees.

        Returns
        -------
        tuple of ndarray
            Metres.
        """
        return geo.transform_xy(lon, lat, from_epsg=4326, to_epsg=self.epsg)


@dataclass(frozen=True)
class Ground:
    """The units as they are drawn.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
        In the map's system; None where a unit has no geometry.
    groups : tuple of ndarray of int
        Positions of units that lie together; the first group is the one the map is fitted to.
    """

    shapes: NDArray[np.object_]
    groups: tuple[NDArray[np.int64], ...]


class ScaleBar(NamedTuple):
    """A bar as long as a round distance on the ground.

    Parameters
    ----------
    length_m : float
        Distance on the ground, metres.
    length_mm : float
        Length on the sheet, millimetres.
    """

    length_m: float
    length_mm: float


def fit(data: PrintData, box: Box) -> tuple[MapFrame, Ground]:
    """Choose system, scale and position of the map, and bring the units there.

    Parameters
    ----------
    data : PrintData
        The sheet.
    box : Box
        Room for the map, millimetres.

    Returns
    -------
    tuple of MapFrame and Ground
        A map of one round scale whose middle is the middle of what is shown.
    """
    groups = _groups(data.units) if data.extent is None else (np.flatnonzero(data.units.geometry.notna()),)
    shown = data.extent or geo.bounds_lonlat(data.units.iloc[groups[0]])
    if shown is None:
        shown = geo.VIETNAM
    epsg = geo.metric_crs(shown)
    shapes = geo.to_crs(data.units[["geometry"]], epsg).geometry.to_numpy()
    bounds_m = _projected_box(shown, epsg) if data.extent else tuple(shapely.total_bounds(shapes[groups[0]]))
    frame = window_over(bounds_m, box, epsg)
    return frame, Ground(thinned(shapes, frame), groups)


def scale_bar(frame: MapFrame, *, longest_mm: float = 48.0) -> ScaleBar:
    """Make a scale bar that is true at the middle of the map.

    A map grid is not the ground: a TM-3 zone shrinks it by up to 1 in 10,000 and a UTM zone by
    4. The bar is as long as the geodesic distance (Karney 2013), not the grid distance.

    Parameters
    ----------
    frame : MapFrame
        The map.
    longest_mm : float
        Room for the bar, millimetres.

    Returns
    -------
    ScaleBar
        Of 1, 2 or 5 times a power of ten metres.
    """
    room_m = longest_mm * frame.m_per_mm
    power = 10.0 ** math.floor(math.log10(room_m))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= room_m)
    middle_x, middle_y = (frame.west_m + frame.east_m) / 2, (frame.south_m + frame.north_m) / 2
    ends = np.array([middle_x - length_m / 2, middle_x + length_m / 2])
    lon, lat = geo.transform_xy(ends, np.array([middle_y, middle_y]), from_epsg=frame.epsg, to_epsg=4326)
    ground_m = geo.distance_m((float(lon[0]), float(lat[0])), (float(lon[1]), float(lat[1])))
    return ScaleBar(length_m, length_m / ground_m * length_m / frame.m_per_mm)


def _groups(units: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], ...]:
    """Units whose boxes lie near one another form one group; the largest comes first."""
    rows = np.flatnonzero(units.geometry.notna())
    west, south, east, north = shapely.bounds(units.geometry.to_numpy()[rows]).T
    # Degrees are enough to tell a strait from the open sea; boxes are enough to tell neighbours.
    reach = _DETACHED_M / 111_000 / 2
    boxes = shapely.box(west - reach, south - reach, east + reach, north + reach)
    parts = shapely.get_parts(shapely.union_all(boxes))
    member = shapely.STRtree(parts).query(shapely.point_on_surface(boxes), predicate="intersects")[1]
    groups = [rows[member == part] for part in range(len(parts))]
    return tuple(sorted(groups, key=lambda group: (-len(group), int(group[0]) if len(group) else 0)))


def _projected_box(shown: Bounds, epsg: int) -> tuple[float, float, float, float]:
    outline = shapely.segmentize(shapely.box(*shown), max((shown.east - shown.west) / 20, 1e-6))
    lon, lat = shapely.get_coordinates(outline).T
    x, y = geo.transform_xy(lon, lat, from_epsg=4326, to_epsg=epsg)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def window_over(bounds_m: tuple[float, ...], box: Box, epsg: int) -> MapFrame:
    """Lay a window of one round scale over some ground.

    Parameters
    ----------
    bounds_m : tuple of float
        West, south, east and north of the ground, metres.
    box : Box
        Room on the sheet, millimetres.
    epsg : int
        The metric system.

    Returns
    -------
    MapFrame
        The ground lies in its middle with a margin around it.
    """
    west, south, east, north = bounds_m
    room = 1 + 2 * _MARGIN_SHARE
    width_m, height_m = max(east - west, _SMALLEST_SPAN_M) * room, max(north - south, _SMALLEST_SPAN_M) * room
    ratio = _round_ratio(max(width_m / box.width, height_m / box.height) * 1000)
    frame = MapFrame(box, epsg, 0.0, 0.0, ratio)
    return replace(
        frame,
        west_m=(west + east - box.width * frame.m_per_mm) / 2,
        south_m=(south + north - box.height * frame.m_per_mm) / 2,
    )


def _round_ratio(least: float) -> int:
    power: int = 10 ** max(0, math.floor(math.log10(least)) - 1)
    return next(step * power for step in _ROUND_RATIOS if step * power >= least)


def thinned(shapes: NDArray[np.object_], frame: MapFrame) -> NDArray[np.object_]:
    """Drop vertices that no press could show; neighbours keep their common border.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
        Units in the map's system; None without a geometry.
    frame : MapFrame
        The map.

    Returns
    -------
    ndarray of shapely geometries, shape (n,)
        One too small to be thinned stays as it is.
    """
    thinned = np.full(len(shapes), None, dtype=object)
    rows = np.flatnonzero(~shapely.is_missing(shapes))
    thinned[rows] = shapely.coverage_simplify(shapes[rows], _FINEST_STROKE_MM * frame.m_per_mm)
    lost = rows[shapely.is_empty(thinned[rows])]
    thinned[lost] = shapes[lost]
    return thinned
