"""Where the units of a file lie: its coordinate system, and whether that can be right."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from layers import geo
from layers.boundaries import refusals

__all__ = ["crs_name", "declare", "inside_vietnam", "placed", "require_vietnam"]

# Up to one unit in ten outside Việt Nam is a matter of rows, more is a matter of the file.
_TOLERATED_OUTSIDE = 0.1


def declare(raw: gpd.GeoDataFrame, crs: int | None, *, file: str) -> gpd.GeoDataFrame:
    """Settle which coordinate system the positions of a file are in.

    Parameters
    ----------
    raw : GeoDataFrame
        As read.
    crs : int or None
        EPSG code given by the user; it goes before what the file says.
    file : str
        As the user named it, for the message.

    Returns
    -------
    GeoDataFrame
        The same positions with a coordinate system set.

    Raises
    ------
    CrsMissing
        When neither the file nor the user names one.
    InvalidParameter
        When there is no system of that code.
    """
    if crs is not None:
        try:
            return raw.set_crs(epsg=crs, allow_override=True)
        except CRSError:
            raise refusals.crs_unknown(crs) from None
    if raw.crs is None:
        raise refusals.crs_missing(file)
    return raw


def placed(declared: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    """Bring a file to longitude and latitude.

    Parameters
    ----------
    declared : GeoDataFrame
        With its coordinate system set.
    file : str
        As the user named it, for the message.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326.

    Raises
    ------
    CrsMissing
        When the system is a local one without a place on the earth.
    """
    try:
        return geo.to_lonlat(declared)
    except ProjError:
        # A local system of a drawing has a name but no place on the earth.
        raise refusals.crs_missing(file) from None


def crs_name(declared: gpd.GeoDataFrame) -> str:
    """Name the coordinate system of a frame.

    Parameters
    ----------
    declared : GeoDataFrame
        With its coordinate system set.

    Returns
    -------
    str
        Such as ``EPSG:9211``, or the system's own name when it has no code.

    Examples
    --------
    >>> crs_name(gpd.GeoDataFrame(geometry=[], crs="EPSG:9211"))
    'EPSG:9211'
    """
    authority = declared.crs.to_authority()
    return ":".join(authority) if authority else str(declared.crs.name)


def inside_vietnam(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Say which units lie in Việt Nam, by the middle of their boxes.

    Parameters
    ----------
    shapes : ndarray of shapely geometries or None, shape (n,)
        In EPSG:4326.

    Returns
    -------
    ndarray of bool, shape (n,)
        True also for a unit without a place, of which nothing can be said.

    Examples
    --------
    >>> inside_vietnam(np.array([shapely.Point(106, 21), shapely.Point(21, 106), None])).tolist()
    [True, False, True]
    """
    west, south, east, north = shapely.bounds(shapes).T
    lon, lat = (west + east) / 2, (south + north) / 2
    box = geo.VIETNAM
    inside = (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
    unplaced = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return np.asarray(inside | unplaced, dtype=np.bool_)


def require_vietnam(frame: gpd.GeoDataFrame, declared: gpd.GeoDataFrame) -> None:
    """Refuse a file whose units do not lie in Việt Nam, and say whether its axes are swapped.

    A few stray rows are let through here, to be set aside one by one later.

    Parameters
    ----------
    frame : GeoDataFrame
        In EPSG:4326, with `name`.
    declared : GeoDataFrame
        The same rows in the file's own coordinate system.

    Raises
    ------
    AxesSwapped
        When the units fall in Việt Nam once x and y are exchanged.
    CrsWrong
        When they do not even then.
    """
    shapes = frame.geometry.to_numpy()
    outside = np.flatnonzero(~inside_vietnam(shapes))
    if len(outside) <= _TOLERATED_OUTSIDE * len(frame):
        return
    if _inside_when_swapped(declared.iloc[outside]):
        raise refusals.axes_swapped(crs_name(declared))
    west, south, east, north = shapely.bounds(shapes[outside[0]])
    raise refusals.crs_wrong(
        crs_name(declared),
        len(outside),
        example=str(frame["name"].iloc[outside[0]]),
        lon=(west + east) / 2,
        lat=(south + north) / 2,
    )


def _inside_when_swapped(declared: gpd.GeoDataFrame) -> bool:
    west, south, east, north = shapely.bounds(declared.geometry.to_numpy()).T
    middles = shapely.points((south + north) / 2, (west + east) / 2)
    swapped = gpd.GeoDataFrame(geometry=middles, crs=declared.crs)
    return bool(inside_vietnam(geo.to_lonlat(swapped).geometry.to_numpy()).mean() > 0.5)
