"""Units inside units: provinces dissolved from their wards, beats given the ward they lie in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.locate import locate
from layers.geo import CRS_LONLAT, area_m2

__all__ = ["NO_WARD", "dissolved", "wards_of"]

NO_WARD = -1


def dissolved(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make provinces of the wards and communes in force.

    A province is never a record of its own: its borders are those of its wards, whatever they are that day.

    Parameters
    ----------
    communes : GeoDataFrame
        Units of one day in EPSG:4326, with ``parent, parent_name, valid_from, population``.

    Returns
    -------
    GeoDataFrame
        ``code, name, level, valid_from`` (the latest of its wards), ``units``, ``population`` (None where one
        of them has none), ``area_km2`` and the union, ordered by code. Units without a province are left out,
        and so are provinces of which no border is known.

    Examples
    --------
    >>> wards = gpd.GeoDataFrame({"parent": ["31", "31"], "parent_name": "Hải Phòng", "population": [10, 20],
    ...     "valid_from": "2025-07-01"}, geometry=[shapely.box(106, 20, 107, 21), shapely.box(107, 20, 108, 21)],
    ...     crs="EPSG:4326")
    >>> whole = dissolved(wards)
    >>> whole["code"].tolist(), whole["population"].tolist(), whole.geometry.iloc[0].bounds
    (['31'], [30], (106.0, 20.0, 108.0, 21.0))
    """
    drawn = communes[communes.geometry.notna() & communes["parent"].notna()]
    groups = [(code, drawn[drawn["parent"] == code]) for code in sorted(set(drawn["parent"]))]
    shapes = [shapely.union_all(rows.geometry.to_numpy()) for _code, rows in groups]
    columns = {
        "code": [code for code, _rows in groups],
        "name": [rows["parent_name"].iloc[0] for _code, rows in groups],
        "level": "province",
        "valid_from": [max(rows["valid_from"]) for _code, rows in groups],
        "units": [len(rows) for _code, rows in groups],
        "population": [
            int(rows["population"].sum()) if rows["population"].notna().all() else None for _code, rows in groups
        ],
        "area_km2": area_m2(shapes) / 1e6,
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS_LONLAT)


def wards_of(beats: gpd.GeoDataFrame, wards: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Find the ward that each beat lies in, by a point inside it.

    Parameters
    ----------
    beats : GeoDataFrame
        n units in EPSG:4326; a geometry may be missing.
    wards : GeoDataFrame
        The wards of the same day, with `code`.

    Returns
    -------
    ndarray of int64, shape (n,)
        Positions in `wards`; `NO_WARD` outside all of them or without geometry.

    Examples
    --------
    >>> ward = gpd.GeoDataFrame({"code": ["10532"]}, geometry=[shapely.box(106, 20, 107, 21)], crs="EPSG:4326")
    >>> beats = gpd.GeoDataFrame(geometry=[shapely.box(106.1, 20.1, 106.2, 20.2), shapely.box(9, 9, 10, 10)],
    ...                          crs="EPSG:4326")
    >>> wards_of(beats, ward).tolist()
    [0, -1]
    """
    inner = beats.representative_point()
    return locate(inner.x.to_numpy(), inner.y.to_numpy(), wards)
