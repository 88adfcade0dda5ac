"""Things that are counted on a plan's ground, each in one unit, and handed over with the ground they lie on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.boundaries.locate import locate
from layers.geo import CRS_LONLAT
from layers.planning.arcs import OUTSIDE, Topology
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.ledger import Gain, Moved

__all__ = ["PlacedPoints", "gain_of", "handed_over", "placed"]


@dataclass(frozen=True, eq=False)
class PlacedPoints:
    """Things with a place and the unit each lies in.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Degrees.
    weight : ndarray of float, shape (n,)
        What each counts: people of a block, households of a model, 1 for an incident or a camera.
    unit : ndarray of str, shape (n,)
        Codes; empty outside all units.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    weight: NDArray[np.float64]
    unit: NDArray[np.object_]

    def totals(self) -> dict[str, float]:
        """Add up by unit.

        Returns
        -------
        dict of str to float
            Code -> sum of weights; units without any are left out.
        """
        position, codes = pd.factorize(self.unit)
        sums = np.bincount(position, weights=self.weight, minlength=len(codes))
        return {str(code): float(total) for code, total in zip(codes, sums, strict=True) if code != OUTSIDE}


def placed(
    lon: NDArray[np.float64], lat: NDArray[np.float64], weight: NDArray[np.float64], *, topology: Topology
) -> PlacedPoints:
    """Find the unit that each thing lies in.

    Parameters
    ----------
    lon, lat, weight : ndarray of float, shape (n,)
        Degrees, and what each counts.
    topology : Topology
        The borders.

    Returns
    -------
    PlacedPoints
        A thing on a border is the unit's with the lowest code.
    """
    codes = np.array([*topology.units, OUTSIDE], dtype=object)
    shapes = shapes_lonlat(polygons_of(topology, topology.units))
    units = gpd.GeoDataFrame({"code": codes[:-1]}, geometry=shapes, crs=CRS_LONLAT)
    return PlacedPoints(lon, lat, weight, codes[locate(lon, lat, units)])


def handed_over(points: PlacedPoints, moved: Sequence[Moved]) -> PlacedPoints:
    """Give each thing on ground that changed hands to the unit that got it.

    Parameters
    ----------
    points : PlacedPoints
        With the units they lay in before.
    moved : sequence of Moved
        The ground.

    Returns
    -------
    PlacedPoints
        The same things; none is lost.
    """
    unit = points.unit.copy()
    for ground in moved:
        unit[_on(points, ground)] = ground.taker
    return PlacedPoints(points.lon, points.lat, points.weight, unit)


def _on(points: PlacedPoints, ground: Moved) -> NDArray[np.int64]:
    west, south, east, north = shapely.bounds(ground.shape)
    near = np.flatnonzero((points.lon >= west) & (points.lon <= east) & (points.lat >= south) & (points.lat <= north))
    near = near[points.unit[near] == ground.giver]
    inside: NDArray[np.int64] = near[shapely.intersects_xy(ground.shape, points.lon[near], points.lat[near])]
    return inside


def gain_of(moved: Moved, points: Mapping[str, PlacedPoints]) -> Gain:
    """Count what lies on ground that changed hands.

    Parameters
    ----------
    moved : Moved
        The ground.
    points : mapping of str to PlacedPoints
        By kind, with the units they lay in before.

    Returns
    -------
    Gain
        One line of the list of changes.
    """
    counts = {kind: round(float(these.weight[_on(these, moved)].sum()), 3) for kind, these in sorted(points.items())}
    return Gain(moved.giver, moved.taker, round(moved.area_m2, 2), counts)
