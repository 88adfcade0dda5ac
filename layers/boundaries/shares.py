"""Which share of an old unit's ground and people went into each of its successors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.ground import ground_of
from layers.geo import area_m2

__all__ = ["MEASURED_FROM", "PeoplePoints", "Shares", "area_shares", "point_shares", "shares_of_split"]

# Successors that cover so much of the old unit leave nothing to doubt but the width of a line.
MEASURED_FROM = 0.98


@dataclass(frozen=True, eq=False)
class PeoplePoints:
    """Where people live, such as houses or the cells of a grid.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Degrees.
    people : ndarray of float, shape (n,)
        How many live there.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    people: NDArray[np.float64]


@dataclass(frozen=True)
class Shares:
    """Shares of one old unit, one number for each of its m successors; not a number where unknown.

    Parameters
    ----------
    area, population : ndarray of float, shape (m,)
        Each sums to 1 where known.
    method, population_method : str
        ``table``, ``polygons``, ``points``, ``area`` or ``unknown``.
    confidence : str
        ``certain``, ``measured``, ``estimated`` or ``unknown``, of the area.
    """

    area: NDArray[np.float64]
    population: NDArray[np.float64]
    method: str
    population_method: str
    confidence: str


def area_shares(old: shapely.Geometry, new: Sequence[shapely.Geometry]) -> tuple[NDArray[np.float64], float]:
    """Measure how an old unit's ground divides among new ones.

    Areas are geodesic. What no successor covers, such as a sliver between lines drawn in different years,
    is left out of the shares and told by the coverage.

    Parameters
    ----------
    old : shapely.Geometry
        Lon/lat polygons.
    new : sequence of shapely.Geometry, length m
        Lon/lat polygons.

    Returns
    -------
    tuple of ndarray of float, shape (m,), and float
        Shares that sum to 1, not numbers where nothing is covered; and the part of the old unit covered.

    Examples
    --------
    >>> shares, covered = area_shares(shapely.box(106, 20, 106.4, 20.1), [shapely.box(105, 20, 106.1, 21)])
    >>> shares.tolist(), round(covered, 3)
    ([1.0], 0.25)
    """
    common = [ground_of(piece) for piece in shapely.intersection(old, np.asarray(new, dtype=object))]
    pieces = area_m2(common)
    total = float(pieces.sum())
    if total <= 0:
        return np.full(len(new), np.nan), 0.0
    return pieces / total, total / float(area_m2([old])[0])


def point_shares(old: shapely.Geometry, new: Sequence[shapely.Geometry], points: PeoplePoints) -> NDArray[np.float64]:
    """Count how an old unit's people divide among new ones.

    Parameters
    ----------
    old : shapely.Geometry
        Lon/lat polygons.
    new : sequence of shapely.Geometry, length m
        Lon/lat polygons; a point on a shared border is the first one's.
    points : PeoplePoints
        Where people live.

    Returns
    -------
    ndarray of float, shape (m,)
        Shares that sum to 1; not numbers when nobody is known to live there.
    """
    west, south, east, north = shapely.bounds(old)
    # Most people of a country live far from one unit, which comparing four numbers tells.
    near = np.flatnonzero((points.lon >= west) & (points.lon <= east) & (points.lat >= south) & (points.lat <= north))
    near = near[shapely.intersects_xy(old, points.lon[near], points.lat[near])]
    counts = np.zeros(len(new))
    for place, shape in enumerate(new):
        inside = shapely.intersects_xy(shape, points.lon[near], points.lat[near])
        counts[place] = points.people[near[inside]].sum()
        near = near[~inside]
    total = counts.sum()
    return counts / total if total > 0 else np.full(len(new), np.nan)


def shares_of_split(
    parts: Sequence[tuple[str, str]],
    old: shapely.Geometry | None,
    new: Sequence[shapely.Geometry | None],
    *,
    points: PeoplePoints | None = None,
) -> Shares:
    """Work out the shares of an old unit that was divided, as far as they can be known.

    What the table says outright comes first, then what polygons and population points tell. People
    are spread by area only where nothing better is there, and that is labelled.

    Parameters
    ----------
    parts : sequence of (str, str), length m
        For each successor what the table says of ground and people: ``whole``, ``part`` or ``none``.
    old : shapely.Geometry or None
        The old unit, lon/lat.
    new : sequence of shapely.Geometry or None, length m
        Its successors, lon/lat.
    points : PeoplePoints or None
        Where people live, when loaded.

    Returns
    -------
    Shares
        In the order of the successors.

    Examples
    --------
    >>> told = shares_of_split([("part", "none"), ("part", "whole")], None, [None, None])
    >>> told.population.tolist(), told.method, told.population_method
    ([0.0, 1.0], 'unknown', 'table')
    """
    area, method, confidence = _area(parts, old, new)
    population, population_method = _population(parts, area, old=old, new=new, points=points)
    return Shares(area, population, method, population_method, confidence)


def _area(
    parts: Sequence[tuple[str, str]], old: shapely.Geometry | None, new: Sequence[shapely.Geometry | None]
) -> tuple[NDArray[np.float64], str, str]:
    told = _told([ground for ground, _people in parts])
    if told is not None:
        return told, "table", "certain"
    taking = [place for place, (ground, _people) in enumerate(parts) if ground != "none"]
    shapes = [new[place] for place in taking]
    known = [shape for shape in shapes if shape is not None]
    shares = np.full(len(parts), np.nan)
    # A part alone says that the table leaves the rest out, and nobody knows how much that is.
    if len(parts) == 1 or old is None or len(known) < len(shapes):
        return shares, "unknown", "unknown"
    found, covered = area_shares(old, known)
    if not covered:
        return shares, "unknown", "unknown"
    shares[:] = 0.0
    shares[taking] = found
    return shares, "polygons", "measured" if covered >= MEASURED_FROM else "estimated"


def _population(
    parts: Sequence[tuple[str, str]],
    area: NDArray[np.float64],
    *,
    old: shapely.Geometry | None,
    new: Sequence[shapely.Geometry | None],
    points: PeoplePoints | None,
) -> tuple[NDArray[np.float64], str]:
    told = _told([people for _ground, people in parts])
    if told is not None:
        return told, "table"
    if len(parts) == 1:
        return np.full(1, np.nan), "unknown"
    taking = np.array([people != "none" for _ground, people in parts])
    known = [shape for shape in new if shape is not None]
    if points is not None and old is not None and len(known) == len(new):
        counted = _among(point_shares(old, known, points), taking)
        if not np.isnan(counted).any():
            return counted, "points"
    # People went to somebody who got no ground: then ground tells nothing of people.
    spread = np.full(len(parts), np.nan) if (area[taking] <= 0).any() else _among(area, taking)
    return spread, "unknown" if np.isnan(spread).any() else "area"


def _told(said: list[str]) -> NDArray[np.float64] | None:
    """Give the shares that follow from the words alone: everything went to one successor."""
    taking = [word != "none" for word in said]
    # "All of it" beside "a part of it" contradict each other, so several takers tell nothing.
    # A part alone says that the table leaves the rest out.
    if sum(taking) == 1 and said != ["part"]:
        return np.array(taking, dtype=np.float64)
    return None


def _among(shares: NDArray[np.float64], taking: NDArray[np.bool_]) -> NDArray[np.float64]:
    kept: NDArray[np.float64] = np.where(taking, shares, 0.0)
    total = kept.sum()
    return kept / total if total > 0 else np.full(len(shares), np.nan)
