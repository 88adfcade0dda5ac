"""Where units overlap and where they leave gaps, in square metres on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import area_m2

__all__ = ["Hole", "Shapes", "Shared", "find_gaps", "find_overlaps", "invalid_edges", "invalid_members"]

Shapes: TypeAlias = Sequence[shapely.Geometry | None] | NDArray[np.object_]

# Neighbours of a gap are looked for this far around it; about one centimetre.
_REACH_DEG = 1e-7


@dataclass(frozen=True)
class Shared:
    """Ground that two units both claim.

    Parameters
    ----------
    first, second : int
        Positions of the two units, `first` the smaller.
    area_m2 : float
        Geodesic area of the shared ground.
    shape : shapely.Geometry
        The shared ground in EPSG:4326.
    """

    first: int
    second: int
    area_m2: float
    shape: shapely.Geometry


@dataclass(frozen=True)
class Hole:
    """Ground surrounded by units that belongs to none of them.

    Parameters
    ----------
    neighbours : tuple of int
        Positions of the units on its border; one only when a single unit encloses it.
    area_m2 : float
        Geodesic area.
    shape : shapely.Geometry
        The ground in EPSG:4326.
    """

    neighbours: tuple[int, ...]
    area_m2: float
    shape: shapely.Geometry


def find_overlaps(shapes: Shapes, *, min_area_m2: float = 1.0) -> list[Shared]:
    """Find every pair of units whose insides meet.

    Exact: the pairs come from a spatial index and are decided by their DE-9IM relation
    (Egenhofer and Franzosa 1991), so neither slivers nor equal units are missed.

    Parameters
    ----------
    shapes : sequence of valid polygons or None, length n
        In EPSG:4326.
    min_area_m2 : float
        Smaller overlaps are left out.

    Returns
    -------
    list of Shared
        Largest first.

    Examples
    --------
    >>> left, right = shapely.box(106, 20, 106.011, 20.01), shapely.box(106.01, 20, 106.02, 20.01)
    >>> [(found.first, found.second, round(found.area_m2)) for found in find_overlaps([left, right])]
    [(0, 1, 115845)]
    """
    units = _array(shapes)
    first, second = shapely.STRtree(units).query(units)
    once = first < second
    first, second = first[once], second[once]
    meet = shapely.relate_pattern(units[first], units[second], "2********")
    first, second = first[meet], second[meet]
    common = shapely.intersection(units[first], units[second])
    areas = area_m2(common.tolist())
    kept = [position for position in np.argsort(-areas, kind="stable") if areas[position] >= min_area_m2]
    return [Shared(int(first[p]), int(second[p]), float(areas[p]), common[p]) for p in kept]


def find_gaps(shapes: Shapes, *, min_area_m2: float = 1.0, edges: NDArray[np.object_] | None = None) -> list[Hole]:
    """Find the ground that units surround without owning it.

    These are the holes of the union of all units, less what lies inside a hole. Ground that
    is open to the outside is not a gap.

    Parameters
    ----------
    shapes : sequence of valid polygons or None, length n
        In EPSG:4326.
    min_area_m2 : float
        Smaller gaps are left out.
    edges : ndarray, optional
        What `invalid_edges` found of these shapes, where it is known already.

    Returns
    -------
    list of Hole
        Largest first.

    Examples
    --------
    >>> ring = shapely.box(106, 20, 106.03, 20.03) - shapely.box(106.01, 20.01, 106.02, 20.02)
    >>> [(gap.neighbours, round(gap.area_m2)) for gap in find_gaps([ring])]
    [((0,), 1158380)]
    """
    units = _array(shapes)
    parts = shapely.get_parts(_union(units, invalid_edges(units) if edges is None else edges))
    holes = _holes(parts)
    areas = area_m2(holes.tolist())
    large = [position for position in np.argsort(-areas, kind="stable") if areas[position] >= min_area_m2]
    tree = shapely.STRtree(units)
    return [Hole(_neighbours(holes[p], units, tree), float(areas[p]), holes[p]) for p in large]


def invalid_members(shapes: Shapes) -> NDArray[np.int64]:
    """Find the units whose borders do not match their neighbours' vertex by vertex.

    Parameters
    ----------
    shapes : sequence of valid polygons or None, length n
        In EPSG:4326.

    Returns
    -------
    ndarray of int
        Positions, ascending.

    Examples
    --------
    >>> cells = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(1.5, 0, 3, 1)]
    >>> invalid_members(cells).tolist()
    [1, 2]
    """
    return _with_edges(invalid_edges(shapes))


def invalid_edges(shapes: Shapes) -> NDArray[np.object_]:
    """Find the pieces of border that do not match the neighbours' vertex by vertex.

    Parameters
    ----------
    shapes : sequence of valid polygons or None, length n
        In EPSG:4326.

    Returns
    -------
    ndarray of lines, shape (n,)
        Empty or None where all borders of a unit match.

    Examples
    --------
    >>> cells = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    >>> [edge.is_empty for edge in invalid_edges(cells)]
    [True, True]
    """
    return np.asarray(shapely.coverage_invalid_edges(_array(shapes)), dtype=object)


def _with_edges(edges: NDArray[np.object_]) -> NDArray[np.int64]:
    return np.flatnonzero(~(shapely.is_missing(edges) | shapely.is_empty(edges)))


def _array(shapes: Shapes) -> NDArray[np.object_]:
    units = np.full(len(shapes), None, dtype=object)
    units[:] = list(shapes)
    return units


def _union(units: NDArray[np.object_], edges: NDArray[np.object_]) -> shapely.Geometry:
    # Merging along equal edges is ten times faster, but right only where all edges are equal.
    broken = _with_edges(edges)
    sound = shapely.coverage_union_all(np.delete(units, broken))
    return sound if len(broken) == 0 else shapely.union_all([sound, *units[broken]])


def _holes(parts: NDArray[np.object_]) -> NDArray[np.object_]:
    areal = parts[shapely.get_dimensions(parts) == 2]
    rings = [ring for part in areal for ring in part.interiors]
    holes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    if len(holes) == 0:
        return holes
    tree = shapely.STRtree(areal)
    for position, hole in enumerate(holes):
        islands = areal[tree.query(hole, predicate="covers")]
        if len(islands):
            holes[position] = shapely.difference(hole, shapely.union_all(islands))
    return holes


def _neighbours(hole: shapely.Geometry, units: NDArray[np.object_], tree: shapely.STRtree) -> tuple[int, ...]:
    around = np.sort(tree.query(hole, predicate="dwithin", distance=_REACH_DEG))
    # Grown a little, the gap takes a strip of each unit along its border but only a dot at a corner.
    strips = shapely.area(shapely.intersection(units[around], shapely.buffer(hole, _REACH_DEG)))
    bordering = around[strips > 4 * _REACH_DEG**2]
    return tuple(int(unit) for unit in (bordering if len(bordering) else around))
