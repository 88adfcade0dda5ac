"""Which ground changed hands between two states of a plan: from whom, to whom, how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import area_m2
from layers.planning.arcs import OUTSIDE, Arc, Topology
from layers.planning.checks import arcs_changed, units_around
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.grid import Points

__all__ = ["Gain", "Moved", "land_moved"]


@dataclass(frozen=True)
class Moved:
    """Ground that one unit gave to another.

    Parameters
    ----------
    giver, taker : str
        Codes.
    area_m2 : float
        Geodesic.
    shape : shapely.Geometry
        The ground, EPSG:4326.
    """

    giver: str
    taker: str
    area_m2: float
    shape: shapely.Geometry


@dataclass(frozen=True)
class Gain:
    """One line of the list of changes: ground that changed hands and what lies on it.

    Parameters
    ----------
    giver, taker : str
        Codes.
    area_m2 : float
        Geodesic, to 0.01.
    counts : mapping of str to float
        By kind, to 0.001.
    """

    giver: str
    taker: str
    area_m2: float
    counts: Mapping[str, float]

    def to_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            ``from, to, area_m2, counts``.
        """
        return {"from": self.giver, "to": self.taker, "area_m2": self.area_m2, "counts": dict(self.counts)}


def land_moved(before: Topology, after: Topology) -> tuple[Moved, ...]:
    """Find the ground that changed hands.

    Only pieces of border that differ, in place or in the units on their sides, can bound such ground. They are
    made faces, and each face is looked up in the units before and after. Where a long straight line is cut by
    another, the faces on its sides differ from the units' own geodesic areas by some 1e-5 of the ground moved.

    Parameters
    ----------
    before, after : Topology
        Two states on the same base, of one plan or of two.

    Returns
    -------
    tuple of Moved
        One for each pair of units, by codes.

    Examples
    --------
    >>> from layers.planning.arcs import PlanUnit
    >>> units = {"1": PlanUnit("1", "A", "Xã"), "2": PlanUnit("2", "B", "Xã")}
    >>> def halves(middle):
    ...     west, east = [[0, 900], [-500, 900], [-500, 0], [0, 0]], [[0, 0], [500, 0], [500, 900], [0, 900]]
    ...     lines = [[[0, 0], middle, [0, 900]], west, east]
    ...     sides = [("1", "2"), ("1", ""), ("2", "")]
    ...     arcs = [Arc(str(n), np.array(line), *side) for n, (line, side) in enumerate(zip(lines, sides))]
    ...     return Topology("commune", {arc.id: arc for arc in arcs}, units)
    >>> [(m.giver, m.taker, round(m.area_m2, 3)) for m in land_moved(halves([0, 400]), halves([100, 400]))]
    [('2', '1', 5.539)]
    """
    gone, come = arcs_changed(before, after)
    lines = _differing(gone, come)
    if not lines:
        return ()
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    inside = shapely.point_on_surface(faces)
    units = units_around((*gone, *come))
    giver, taker = (_holder(inside, state, units) for state in (before, after))
    pairs = sorted({pair for pair in zip(giver, taker, strict=True) if pair[0] != pair[1]})
    return tuple(_moved(faces, pair, [at == pair for at in zip(giver, taker, strict=True)]) for pair in pairs)


def _differing(gone: Sequence[Arc], come: Sequence[Arc]) -> list[shapely.LineString]:
    """Draw the borders that differ; what one of them has in common with the other only makes faces smaller."""
    old, new = ({arc.id: arc for arc in arcs} for arcs in (gone, come))
    redrawn = {name for name in old.keys() & new.keys() if _sides(old[name]) == _sides(new[name])}
    pairs = [_without_same_ends(old[name].points, new[name].points) for name in sorted(redrawn)]
    others = [arc.points for arc in (*gone, *come) if arc.id not in redrawn]
    drawn = [*(points for pair in pairs for points in pair), *others]
    return [shapely.linestrings(points.astype(np.float64)) for points in drawn if len(points) > 1]


def _sides(arc: Arc) -> tuple[str, str]:
    return arc.left, arc.right


def _without_same_ends(one: Points, other: Points) -> tuple[Points, Points]:
    head, tail = _same(one, other), _same(one[::-1], other[::-1])
    # The ends may not overlap in the shorter of the two.
    tail = min(tail, min(len(one), len(other)) - head)
    start, end = max(head - 1, 0), max(tail - 1, 0)
    return one[start : len(one) - end], other[start : len(other) - end]


def _same(one: Points, other: Points) -> int:
    """Count the vertices that two lines begin with alike."""
    count = min(len(one), len(other))
    differ = np.flatnonzero((one[:count] != other[:count]).any(axis=1))
    return int(differ[0]) if len(differ) else count


def _holder(places: NDArray[np.object_], state: Topology, units: set[str]) -> list[str]:
    codes = sorted(units & state.units.keys())
    holder = [OUTSIDE] * len(places)
    # The units are asked about, not searched through: what is asked about is prepared once for all places.
    for unit, row in shapely.STRtree(places).query(polygons_of(state, codes), predicate="intersects").T.tolist():
        holder[row] = codes[unit]
    return holder


def _moved(faces: NDArray[np.object_], pair: tuple[str, str], these: list[bool]) -> Moved:
    ground = shapes_lonlat(faces[np.array(these)])
    return Moved(*pair, float(area_m2(ground.tolist()).sum()), shapely.union_all(ground))
