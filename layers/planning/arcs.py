"""Borders as arcs: each stretch between two nodes exists once and knows the units on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.geo import line_length_m
from layers.planning.grid import Place, Points, from_grid, place_of

__all__ = ["OUTSIDE", "Arc", "PlanUnit", "Topology"]

# What lies beyond the outer border, and in gaps that were left as they are.
OUTSIDE = ""


@dataclass(frozen=True, eq=False)
class Arc:
    """One stretch of border between two nodes.

    Parameters
    ----------
    id : str
        Its name, which stays while the arc is redrawn.
    points : ndarray of int64, shape (n, 2), n of 2 or more
        Its vertices on the grid; not to be written to. The first and the last are nodes.
    left, right : str
        Codes of the units on both sides, looking along the points; `OUTSIDE` for none.
    """

    id: str
    points: Points
    left: str
    right: str

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Arc)
            and (self.id, self.left, self.right) == (other.id, other.left, other.right)
            and np.array_equal(self.points, other.points)
        )

    def __hash__(self) -> int:
        return hash(self.id)

    @cached_property
    def start(self) -> Place:
        """The node it begins at."""
        return place_of(self.points[0])

    @cached_property
    def end(self) -> Place:
        """The node it ends at."""
        return place_of(self.points[-1])

    @property
    def is_outer(self) -> bool:
        """Whether nothing lies on its other side."""
        return OUTSIDE in {self.left, self.right}

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """West, south, east and north of it, cells."""
        return place_of(self.points.min(axis=0)) + place_of(self.points.max(axis=0))

    @cached_property
    def line(self) -> shapely.LineString:
        """The line, in cells of the grid."""
        return shapely.linestrings(self.points.astype(np.float64))

    @cached_property
    def length_m(self) -> float:
        """Its length on the ground."""
        return line_length_m(from_grid(self.points))

    @cached_property
    def band_m(self) -> float:
        """The length of a rubber band from its start around its outside to its end, at most its own."""
        chord_m = line_length_m(from_grid(self.points[[0, -1]]))
        around = shapely.get_coordinates(shapely.convex_hull(self.line))
        return max(chord_m, min(self.length_m, line_length_m(from_grid(around)) - chord_m))

    def to_json(self) -> dict[str, object]:
        """Write the arc as plain values.

        Returns
        -------
        dict
            What `from_json` reads.
        """
        return {"id": self.id, "left": self.left, "right": self.right, "points": self.points.tolist()}

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> Arc:
        """Read an arc from plain values.

        Parameters
        ----------
        values : mapping
            From `to_json`.

        Returns
        -------
        Arc
            The arc.

        Examples
        --------
        >>> arc = Arc("a1", np.array([[0, 0], [5, 5]]), "10532", OUTSIDE)
        >>> Arc.from_json(arc.to_json()) == arc
        True
        """
        points = np.asarray(values["points"], dtype=np.int64).reshape(-1, 2)
        return cls(str(values["id"]), points, str(values["left"]), str(values["right"]))


@dataclass(frozen=True)
class PlanUnit:
    """One unit of a plan.

    Parameters
    ----------
    code : str
        Its code, which is its name inside the plan.
    name, unit_type : str
        As the plan has them.
    origin : str
        Outside name of the version it was at the opening; empty for a unit the plan made.
    parts : int
        How many parts it may lie in: as many as at the opening, or as somebody said.
    parent, parent_name : str
        The province or ward it belongs to; empty where unknown.
    """

    code: str
    name: str
    unit_type: str
    origin: str = ""
    parts: int = 1
    parent: str = ""
    parent_name: str = ""

    def to_json(self) -> dict[str, object]:
        """Write the unit as plain values.

        Returns
        -------
        dict
            The fields.
        """
        return asdict(self)


@dataclass(frozen=True)
class Topology:
    """All borders of a plan at one moment. Never changed: an edit makes another one.

    Parameters
    ----------
    level : str
        ``commune`` (the borders of provinces are locked) or ``beat`` (those of wards).
    arcs : mapping of str to Arc
        By id.
    units : mapping of str to PlanUnit
        By code.
    assembled : dict
        What `faces` has assembled already, by side: several checks and figures ask for the same ground.
    """

    level: str
    arcs: Mapping[str, Arc]
    units: Mapping[str, PlanUnit]
    assembled: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def by_unit(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of each unit's arcs, sorted."""
        found: dict[str, set[str]] = defaultdict(set)
        for arc in self.arcs.values():
            found[arc.left].add(arc.id)
            found[arc.right].add(arc.id)
        return {unit: tuple(sorted(ids)) for unit, ids in found.items()}

    @cached_property
    def by_node(self) -> Mapping[Place, tuple[str, ...]]:
        """The ids of the arcs that begin or end at each node, sorted; twice where an arc does both."""
        found: dict[Place, list[str]] = defaultdict(list)
        for arc in self.arcs.values():
            found[arc.start].append(arc.id)
            found[arc.end].append(arc.id)
        return {node: tuple(sorted(ids)) for node, ids in found.items()}

    def is_locked(self, arc: Arc) -> bool:
        """Say whether no plan moves an arc: outer border, and border between units of different parents.

        Parameters
        ----------
        arc : Arc
            An arc of these borders.

        Returns
        -------
        bool
            True where it stands still.
        """
        return arc.is_outer or self.units[arc.left].parent != self.units[arc.right].parent

    @cached_property
    def _boxes(self) -> NDArray[np.int64]:
        return np.array([arc.box for arc in self.arcs.values()], dtype=np.int64).reshape(-1, 4)

    def near(self, points: Points) -> list[Arc]:
        """Find the arcs whose boxes meet the box around some points.

        Parameters
        ----------
        points : ndarray of int64, shape (n, 2)
            Cells.

        Returns
        -------
        list of Arc
            In the order of `arcs`.
        """
        low, high = points.min(axis=0), points.max(axis=0)
        meet = (self._boxes[:, :2] <= high).all(axis=1) & (self._boxes[:, 2:] >= low).all(axis=1)
        return list(compress(self.arcs.values(), meet))

    def neighbours(self, units: Iterable[str]) -> set[str]:
        """Find the units that share an arc with some units.

        Parameters
        ----------
        units : iterable of str
            Codes.

        Returns
        -------
        set of str
            Codes, those given left out.
        """
        asked = set(units)
        arcs = (self.arcs[arc] for unit in asked for arc in self.by_unit.get(unit, ()))
        return {side for arc in arcs for side in (arc.left, arc.right)} - asked - {OUTSIDE}
