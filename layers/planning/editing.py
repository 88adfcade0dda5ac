"""The few steps that every edit is made of: an arc put, an arc cut at a place, a part given to another unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from layers.planning import refusals
from layers.planning.arcs import Arc, PlanUnit, Topology
from layers.planning.faces import Half
from layers.planning.grid import Place, Points, on_line
from layers.wording import Text

__all__ = ["Draft"]


@dataclass
class Draft:
    """Borders while one operation works on them; the topology it began with stays as it is.

    Parameters
    ----------
    before : Topology
        The borders to start from.
    number : int
        Number of the operation, which names the arcs it makes.
    arcs : dict of str to Arc
        The arcs so far, by id.
    units : dict of str to PlanUnit
        The units so far, by code.
    drawn : set of str
        Ids of arcs with pieces of line that were not there before: these have to be checked for crossings.
    """

    before: Topology
    number: int
    arcs: dict[str, Arc] = field(init=False)
    units: dict[str, PlanUnit] = field(init=False)
    drawn: set[str] = field(init=False, default_factory=set)
    _made: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.arcs = dict(self.before.arcs)
        self.units = dict(self.before.units)

    def topology(self) -> Topology:
        """Return the borders as they are now.

        Returns
        -------
        Topology
            A new one.
        """
        return Topology(self.before.level, dict(self.arcs), dict(self.units))

    def arc(self, name: str) -> Arc:
        """Find an arc.

        Parameters
        ----------
        name : str
            Its id.

        Returns
        -------
        Arc
            The arc.

        Raises
        ------
        NotFound
            When there is none.
        """
        if name not in self.arcs:
            raise refusals.no_such(Text("đoạn ranh giới", "arc"), name)
        return self.arcs[name]

    def unit(self, code: str) -> PlanUnit:
        """Find a unit.

        Parameters
        ----------
        code : str
            Its code.

        Returns
        -------
        PlanUnit
            The unit.

        Raises
        ------
        NotFound
            When there is none.
        """
        if code not in self.units:
            raise refusals.no_such(Text("đơn vị", "unit"), code)
        return self.units[code]

    def reshape(self, arc: Arc, points: Points) -> None:
        """Give an arc another line.

        Parameters
        ----------
        arc : Arc
            The arc.
        points : ndarray of int64, shape (n, 2)
            Its new vertices; repeated ones are dropped.
        """
        self._put(replace(arc, points=_without_repeats(points)))
        self.drawn.add(arc.id)

    def add(self, points: Points, unit: str) -> str:
        """Draw an arc through a unit.

        Parameters
        ----------
        points : ndarray of int64, shape (n, 2)
            From node to node.
        unit : str
            The unit on both sides.

        Returns
        -------
        str
            Its id.
        """
        arc = Arc(self._new_id(), _without_repeats(points), unit, unit)
        self._put(arc)
        self.drawn.add(arc.id)
        return arc.id

    def node_at(self, place: Place, arcs: Iterable[str]) -> None:
        """Make a place on one of some arcs a node.

        Parameters
        ----------
        place : tuple of int
            Cells.
        arcs : iterable of str
            Ids of the arcs it may lie on.

        Raises
        ------
        GeometryWrong
            When it lies on none of them, or on locked border between two vertices.
        """
        found = [(name, spot) for name in sorted(arcs) if (spot := on_line(self.arcs[name].points, place)) is not None]
        if not found:
            raise refusals.off_border(place)
        # A vertex is nearer than any line that passes by.
        name, (position, is_vertex) = min(found, key=lambda each: not each[1][1])
        arc = self.arcs[name]
        if place in {arc.start, arc.end}:
            return
        if not is_vertex and self.before.is_locked(arc):
            raise refusals.needs_vertex(place)
        head, tail = arc.points[: position + 1], arc.points[position if is_vertex else position + 1 :]
        here = np.array([place], dtype=np.int64)
        pieces = (head, tail) if is_vertex else (np.concatenate([head, here]), np.concatenate([here, tail]))
        del self.arcs[name]
        for points in pieces:
            piece = Arc(self._new_id(), _frozen(points), arc.left, arc.right)
            self._put(piece)
            if not is_vertex:
                self.drawn.add(piece.id)

    def give(self, halves: Iterable[Half], to: str) -> None:
        """Make the ground that some sides bound another unit's; borders inside the unit vanish.

        Parameters
        ----------
        halves : iterable of Half
            The sides of arcs, all of one part.
        to : str
            The unit that gets the ground.
        """
        nodes: set[Place] = set()
        for half in halves:
            arc = self.arcs[half.arc.id]
            arc = replace(arc, left=to) if half.forward else replace(arc, right=to)
            nodes |= {arc.start, arc.end}
            if arc.left == arc.right:
                del self.arcs[arc.id]
                self.drawn.discard(arc.id)
            else:
                self._put(arc)
        self._join(nodes)

    def _join(self, nodes: set[Place]) -> None:
        """Make one arc of two that meet where nothing else does."""
        near = {arc.id for arc in self.arcs.values() if not nodes.isdisjoint((arc.start, arc.end))}
        for node in sorted(nodes):
            meeting = [self.arcs[name] for name in sorted(near) if node in {self.arcs[name].start, self.arcs[name].end}]
            ends = Counter(end for arc in meeting for end in (arc.start, arc.end))
            if len(meeting) == 2 and ends[node] == 2:
                near -= {arc.id for arc in meeting}
                near.add(self._join_two(*meeting, node=node))

    def _join_two(self, one: Arc, other: Arc, *, node: Place) -> str:
        if one.end != node:
            one = _turned(one)
        if other.start != node:
            other = _turned(other)
        points = np.concatenate([one.points, other.points[1:]])
        joined = Arc(self._new_id(), _frozen(points), one.left, one.right)
        if {one.id, other.id} & self.drawn:
            self.drawn.add(joined.id)
        for arc in (one, other):
            del self.arcs[arc.id]
            self.drawn.discard(arc.id)
        self._put(joined)
        return joined.id

    def _put(self, arc: Arc) -> None:
        self.arcs[arc.id] = arc

    def _new_id(self) -> str:
        self._made += 1
        return f"{self.number}.{self._made}"


def _turned(arc: Arc) -> Arc:
    return Arc(arc.id, arc.points[::-1], arc.right, arc.left)


def _frozen(points: Points) -> Points:
    kept = np.ascontiguousarray(points)
    kept.setflags(write=False)
    return kept


def _without_repeats(points: Points) -> Points:
    new = np.ones(len(points), dtype=bool)
    new[1:] = (points[1:] != points[:-1]).any(axis=1)
    return _frozen(points[new])
