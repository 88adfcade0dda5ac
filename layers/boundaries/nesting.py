"""Units inside units: provinces dissolved from their wards, beats given the ward they lie in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.ground import ground_of
from layers.boundaries.locate import locate
from layers.boundaries.values import split_name
from layers.geo import CRS_LONLAT, area_m2
from layers.wording import Text

__all__ = ["NO_WARD", "Nesting", "dissolved", "nest", "wards_of"]

NO_WARD = -1
# Beats are drawn by hand along a ward's border: this part of one may stray across it.
_MOST_ASTRAY = 0.02
_NOWHERE = Text(
    "không nằm trong phường, xã nào có hiệu lực ngày đó", "lies in no ward or commune that is in force on that day"
)


@dataclass(frozen=True)
class Nesting:
    """The ward of each of n beats.

    Parameters
    ----------
    ward : ndarray of int64, shape (n,)
        Position in the wards; `NO_WARD` for a beat that is refused.
    refused : mapping of int to Text
        Position of a beat -> why it has no ward.
    """

    ward: NDArray[np.int64]
    refused: Mapping[int, Text]


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
        ``code, name, unit_type, level, valid_from`` (the latest of its wards), ``units``, ``population`` (None
        where one of them has none), ``area_km2`` and the union, ordered by code. Units without a province are
        left out, and so are provinces of which no border is known.

    Examples
    --------
    >>> halves = [shapely.box(106, 20, 107, 21), shapely.box(107, 20, 108, 21)]
    >>> wards = gpd.GeoDataFrame({"parent": "31", "parent_name": "Thành phố Hải Phòng", "population": [10, 20],
    ...                           "valid_from": "2025-07-01"}, geometry=halves, crs="EPSG:4326")
    >>> whole = dissolved(wards)
    >>> whole["name"].tolist(), whole["population"].tolist(), whole.geometry.iloc[0].bounds
    (['Hải Phòng'], [30], (106.0, 20.0, 108.0, 21.0))
    """
    drawn = communes[communes.geometry.notna() & communes["parent"].notna()]
    groups = [(code, drawn[drawn["parent"] == code]) for code in sorted(set(drawn["parent"]))]
    shapes = [shapely.union_all(rows.geometry.to_numpy()) for _code, rows in groups]
    named = [split_name(rows["parent_name"].iloc[0] or code, "") for code, rows in groups]
    columns = {
        "code": [code for code, _rows in groups],
        "name": [name for name, _kind in named],
        "unit_type": [kind for _name, kind in named],
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


def nest(beats: NDArray[np.object_], wards: gpd.GeoDataFrame) -> Nesting:
    """Find the one ward that each beat lies in, and refuse a beat that lies in none or in several.

    Parameters
    ----------
    beats : ndarray of polygons, shape (n,)
        Valid, EPSG:4326; one may be missing.
    wards : GeoDataFrame
        The wards of the same day, with ``code, name``; a geometry may be missing.

    Returns
    -------
    Nesting
        A beat belongs to the ward that holds at least 98 % of its ground (geodesic).

    Examples
    --------
    >>> wards = gpd.GeoDataFrame({"code": ["1", "2"], "name": ["A", "B"]},
    ...     geometry=[shapely.box(106, 20, 107, 21), shapely.box(107, 20, 108, 21)], crs="EPSG:4326")
    >>> found = nest(np.array([shapely.box(107.1, 20, 107.2, 20.1), shapely.box(106.5, 20, 107.5, 20.1)]), wards)
    >>> found.ward.tolist(), found.refused[1].en
    ([1, -1], 'does not lie in one ward or commune alone: 50 % in A (1), 50 % in B (2)')
    """
    shapes = wards.geometry.to_numpy()
    beat, ward = shapely.STRtree(shapes).query(beats, predicate="intersects")
    whole_m2 = area_m2(beats.tolist())
    shared_m2 = area_m2([ground_of(shape) for shape in shapely.intersection(beats[beat], shapes[ward])])
    found = np.full(len(beats), NO_WARD, dtype=np.int64)
    refused: dict[int, Text] = {}
    for row in range(len(beats)):
        here = np.flatnonzero(beat == row)
        shares = shared_m2[here] / whole_m2[row]
        order = np.argsort(-shares, kind="stable")
        if len(here) and shares[order[0]] >= 1 - _MOST_ASTRAY:
            found[row] = ward[here[order[0]]]
        else:
            refused[row] = _divided(wards.iloc[ward[here[order]]], shares[order])
    return Nesting(found, refused)


def _divided(wards: gpd.GeoDataFrame, shares: NDArray[np.float64]) -> Text:
    seen = [
        (f"{share * 100:.0f} %", f"{name} ({code})")
        for share, name, code in zip(shares.tolist(), wards["name"], wards["code"], strict=True)
        if share >= _MOST_ASTRAY / 2
    ]
    if not seen:
        return _NOWHERE
    outside = f"{max(0.0, 1 - float(shares.sum())) * 100:.0f} %"
    rest = Text("", "") if outside == "0 %" else Text(f", {outside} ở ngoài", f", {outside} outside")
    vi = ", ".join(f"{share} ở {name}" for share, name in seen)
    en = ", ".join(f"{share} in {name}" for share, name in seen)
    return Text(
        f"không nằm gọn trong một phường, xã: {vi}{rest.vi}",
        f"does not lie in one ward or commune alone: {en}{rest.en}",
    )
