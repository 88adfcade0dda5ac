"""Boundaries for drawing: simplified so that neighbours never part, and a good place for each label."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers import geo
from layers.errors import InvalidParameter
from layers.wording import Text

__all__ = ["generalise", "label_points"]


def generalise(frame: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Simplify units as one coverage, so that a shared border stays shared.

    Triangles with an area under `tolerance_m` squared are taken off the borders
    (Visvalingam and Whyatt 1993). Where the units are not a clean coverage the border of the
    defect is simplified on each side by itself. No part of a unit vanishes.

    Parameters
    ----------
    frame : GeoDataFrame
        Units in EPSG:4326; a geometry may be missing.
    tolerance_m : float
        Metres; 0 leaves the borders as they are.

    Returns
    -------
    GeoDataFrame
        The same rows and columns in EPSG:4326, valid multipolygons.

    Raises
    ------
    InvalidParameter
        When the tolerance is negative or not a number.

    Examples
    --------
    >>> cells = [shapely.box(106, 20, 106.1, 20.1), shapely.box(106.1, 20, 106.2, 20.1)]
    >>> frame = gpd.GeoDataFrame(geometry=shapely.segmentize(cells, 0.01), crs="EPSG:4326")
    >>> drawn = generalise(frame, 200.0)
    >>> shapely.get_num_coordinates(drawn.geometry.to_numpy()).tolist()
    [5, 5]
    """
    if not (np.isfinite(tolerance_m) and tolerance_m >= 0):
        raise InvalidParameter(
            Text("Độ giản lược phải từ 0 m trở lên.", "The tolerance must be 0 m or more."),
            Text("Dùng số mét, ví dụ 20.", "Use a number of metres, such as 20."),
        )
    bounds = geo.bounds_lonlat(frame)
    if bounds is None or tolerance_m == 0:
        return frame.copy()
    metric = geo.to_crs(frame, geo.metric_crs(bounds))
    units = metric.geometry.to_numpy()
    present = np.flatnonzero(~(shapely.is_missing(units) | shapely.is_empty(units)))
    drawn = units.copy()
    drawn[present] = _simplified(units[present], tolerance_m)
    lonlat = geo.to_lonlat(metric.set_geometry(gpd.GeoSeries(drawn, index=metric.index, crs=metric.crs)))
    shapes = lonlat.geometry.to_numpy().copy()
    # Rounding on the way back can make a needle touch itself.
    shapes[present] = _valid(shapes[present])
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=geo.CRS_LONLAT))


def _simplified(units: NDArray[np.object_], tolerance_m: float) -> NDArray[np.object_]:
    try:
        drawn = shapely.coverage_simplify(units, tolerance_m)
    except shapely.errors.GEOSException:
        drawn = shapely.simplify(units, tolerance_m, preserve_topology=True)
    drawn = _valid(drawn)
    lost = np.flatnonzero(shapely.get_num_geometries(drawn) < shapely.get_num_geometries(units))
    for position in lost:
        drawn[position] = _with_lost_parts(units[position], drawn[position], tolerance_m)
    return drawn


def _with_lost_parts(unit: shapely.Geometry, drawn: shapely.Geometry, tolerance_m: float) -> shapely.Geometry:
    lost = [part for part in shapely.get_parts(unit) if not shapely.intersects(part, drawn)]
    kept = [part for part in shapely.get_parts(drawn) if not part.is_empty]
    return shapely.multipolygons([*kept, *shapely.simplify(lost, tolerance_m, preserve_topology=True)])


def _valid(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    bad = ~shapely.is_valid(shapes)
    sound = shapes.copy()
    sound[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    single = shapely.get_type_id(sound) == 3
    sound[single] = [shapely.multipolygons([polygon]) for polygon in sound[single]]
    return sound


def label_points(frame: gpd.GeoDataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find where the label of each unit has the most room.

    The middle of the largest circle that fits in the largest part of the unit (the pole of
    inaccessibility, Garcia-Castellanos and Lombardo 2007), measured in metres.

    Parameters
    ----------
    frame : GeoDataFrame
        Units in EPSG:4326; a geometry may be missing.

    Returns
    -------
    tuple of ndarray of float, shape (n,)
        Longitudes and latitudes, inside the unit; not a number for a unit without geometry.

    Examples
    --------
    >>> frame = gpd.GeoDataFrame(geometry=[shapely.box(106, 20, 106.2, 20.2), None], crs="EPSG:4326")
    >>> lon, lat = label_points(frame)
    >>> np.round(lon, 1).tolist(), np.round(lat, 1).tolist()
    ([106.1, nan], [20.1, nan])
    """
    lon, lat = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    bounds = geo.bounds_lonlat(frame)
    if bounds is None:
        return lon, lat
    epsg = geo.metric_crs(bounds)
    owners, parts = _largest_parts(geo.to_crs(frame, epsg).geometry.to_numpy())
    middles = shapely.get_point(shapely.maximum_inscribed_circle(parts), 0)
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    lon[owners], lat[owners] = geo.transform_xy(x, y, from_epsg=epsg, to_epsg=4326)
    return lon, lat


def _largest_parts(units: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    parts, owners = shapely.get_parts(units, return_index=True)
    areal = shapely.area(parts) > 0
    parts, owners = parts[areal], owners[areal]
    order = np.lexsort((-shapely.area(parts), owners))
    kept_owners, first = np.unique(owners[order], return_index=True)
    return kept_owners, parts[order][first]
