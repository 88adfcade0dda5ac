"""From arcs back to polygons: rings walked around each unit, holes given to the part they lie in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.planning.arcs import Arc, Topology
from layers.planning.grid import Place, Points, from_grid

__all__ = ["Half", "Part", "Ring", "parts_of", "polygons_of", "rings_of", "shape_of", "shapes_lonlat"]


@dataclass(frozen=True)
class Half:
    """One side of an arc, walked with the unit on the left.

    Parameters
    ----------
    arc : Arc
        The arc.
    forward : bool
        Whether it is walked along its points.
    """

    arc: Arc
    forward: bool

    @property
    def start(self) -> Place:
        """The node it leaves."""
        return self.arc.start if self.forward else self.arc.end

    @property
    def end(self) -> Place:
        """The node it reaches."""
        return self.arc.end if self.forward else self.arc.start

    @property
    def points(self) -> Points:
        """Its vertices in the order walked."""
        return self.arc.points if self.forward else self.arc.points[::-1]


@dataclass(frozen=True)
class Ring:
    """A closed walk around ground of one unit.

    Parameters
    ----------
    halves : tuple of Half
        Head to tail.
    """

    halves: tuple[Half, ...]

    @cached_property
    def points(self) -> Points:
        """The closed ring, shape (n, 2)."""
        last = self.halves[-1].points[-1:]
        return np.concatenate([*(half.points[:-1] for half in self.halves), last])

    @cached_property
    def double_area(self) -> int:
        """Twice its area in cells: positive around ground, negative around a hole. Exact."""
        points = self.points - self.points[0]
        x, y = points[:, 0], points[:, 1]
        return int((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


@dataclass(frozen=True)
class Part:
    """One connected part of a unit.

    Parameters
    ----------
    outer : Ring
        Around it.
    holes : tuple of Ring
        Around ground inside that is not the unit's.
    """

    outer: Ring
    holes: tuple[Ring, ...]

    @cached_property
    def polygon(self) -> shapely.Polygon:
        """The ground, in cells."""
        holes = [ring.points.astype(np.float64) for ring in self.holes]
        return shapely.Polygon(self.outer.points.astype(np.float64), holes)

    @property
    def halves(self) -> tuple[Half, ...]:
        """Every side of an arc that bounds it."""
        return sum((ring.halves for ring in (self.outer, *self.holes)), ())


@dataclass(frozen=True)
class _Ground:
    """Everything assembled of one unit, each only when it is asked for."""

    rings: tuple[Ring, ...]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return _parts(self.rings)

    @cached_property
    def shape(self) -> shapely.MultiPolygon:
        return shapely.normalize(shapely.MultiPolygon([part.polygon for part in self.parts]))


def _ground(topology: Topology, unit: str) -> _Ground:
    found = topology.assembled.get(unit)
    if not isinstance(found, _Ground):
        found = topology.assembled[unit] = _Ground(_rings(topology, unit))
    return found


def rings_of(topology: Topology, unit: str) -> tuple[Ring, ...]:
    """Walk around the ground of a unit.

    At a node the walk takes the next side clockwise, which keeps parts that touch in a point apart; where it
    comes by a node twice the loop in between is a ring of its own, which keeps holes that touch the border holes.

    Parameters
    ----------
    topology : Topology
        The borders.
    unit : str
        A code, or `OUTSIDE`.

    Returns
    -------
    tuple of Ring
        Outer rings and holes.
    """
    return _ground(topology, unit).rings


def _rings(topology: Topology, unit: str) -> tuple[Ring, ...]:
    leaving: dict[Place, list[Half]] = defaultdict(list)
    halves: list[Half] = []
    for arc in (topology.arcs[name] for name in topology.by_unit.get(unit, ())):
        halves += [Half(arc, forward) for forward, side in ((True, arc.left), (False, arc.right)) if side == unit]
    for half in halves:
        leaving[half.start].append(half)
    unused = dict.fromkeys(halves)
    rings: list[Ring] = []
    while unused:
        rings += _walk(next(iter(unused)), leaving, unused)
    return tuple(rings)


def _walk(half: Half, leaving: dict[Place, list[Half]], unused: dict[Half, None]) -> list[Ring]:
    path: list[Half] = []
    rings: list[Ring] = []
    while half in unused:
        del unused[half]
        path.append(half)
        came_by = next((at for at, walked in enumerate(path) if walked.start == half.end), None)
        if came_by is not None:
            rings.append(Ring(tuple(path[came_by:])))
            del path[came_by:]
        if not path:
            break
        half = _next(half, leaving[half.end])
    return rings


def _next(half: Half, leaving: Sequence[Half]) -> Half:
    if len(leaving) == 1:
        return leaving[0]
    back = _direction(half.points[::-1])
    full = 2 * np.pi
    # Going straight back is the last choice, not the first.
    turns = [(back - _direction(out.points)) % full or full for out in leaving]
    return leaving[int(np.argmin(turns))]


def _direction(points: Points) -> float:
    east, north = (points[1] - points[0]).tolist()
    return float(np.arctan2(north, east))


def parts_of(topology: Topology, unit: str) -> tuple[Part, ...]:
    """Find the connected parts of a unit.

    Parameters
    ----------
    topology : Topology
        The borders.
    unit : str
        A code.

    Returns
    -------
    tuple of Part
        Parts that only touch in a point count as two.
    """
    return _ground(topology, unit).parts


def _parts(rings: Sequence[Ring]) -> tuple[Part, ...]:
    outers = [ring for ring in rings if ring.double_area > 0]
    holes = [ring for ring in rings if ring.double_area < 0]
    if len(outers) == 1:
        return (Part(outers[0], tuple(holes)),)
    inside: dict[int, list[Ring]] = defaultdict(list)
    grounds = [shapely.Polygon(outer.points) for outer in outers]
    for hole in holes:
        around = [row for row, ground in enumerate(grounds) if shapely.covers(ground, shapely.LinearRing(hole.points))]
        # A hole in no part is left to the check of validity, which finds its ground claimed twice.
        inside[min(around, key=lambda row: grounds[row].area, default=0)].append(hole)
    return tuple(Part(outer, tuple(inside[row])) for row, outer in enumerate(outers))


def shape_of(topology: Topology, unit: str) -> shapely.MultiPolygon:
    """Assemble the ground of a unit.

    Parameters
    ----------
    topology : Topology
        The borders.
    unit : str
        A code.

    Returns
    -------
    MultiPolygon
        In cells of the grid; normalised, so that equal ground is equal byte for byte.
    """
    return _ground(topology, unit).shape


def polygons_of(topology: Topology, units: Iterable[str]) -> NDArray[np.object_]:
    """Assemble the ground of several units.

    Parameters
    ----------
    topology : Topology
        The borders.
    units : iterable of str
        Codes, m of them.

    Returns
    -------
    ndarray of MultiPolygon, shape (m,)
        In cells of the grid, in the order of the codes.
    """
    asked = list(units)
    shapes = np.empty(len(asked), dtype=object)
    shapes[:] = [shape_of(topology, unit) for unit in asked]
    return shapes


def shapes_lonlat(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return ground in degrees.

    Parameters
    ----------
    shapes : ndarray of geometries, shape (m,)
        In cells of the grid.

    Returns
    -------
    ndarray of geometries, shape (m,)
        EPSG:4326; what nobody moved is exactly what was recorded.

    Examples
    --------
    >>> shapes_lonlat(np.array([shapely.Point(1063100000, 209400000)]))[0].wkt
    'POINT (106.31 20.94)'
    """
    return np.asarray(shapely.transform(shapes, from_grid), dtype=object)
