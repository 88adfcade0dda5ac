"""Carrying out one operation: borders in, new borders out, or a refusal and nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from layers.planning import plan_refusals, refusals
from layers.planning.arcs import Arc, Topology
from layers.planning.checks import refuse_broken, refuse_crossings
from layers.planning.editing import Draft
from layers.planning.faces import Half, Part, parts_of, rings_of, shape_of
from layers.planning.grid import Place, Points, on_line
from layers.planning.operations import (
    Line,
    Merge,
    MoveNode,
    MoveVertices,
    Operation,
    Redraw,
    Rename,
    Retype,
    Split,
    Transfer,
    TransferPart,
)
from layers.wording import Text

__all__ = ["COMMUNE_TYPES", "applied"]

# Law 72/2025/QH15, article 1: the units of the lower of the two tiers.
COMMUNE_TYPES = ("Phường", "Xã", "Đặc khu")


def applied(topology: Topology, operation: Operation, *, number: int) -> Topology:
    """Carry out one operation.

    Parameters
    ----------
    topology : Topology
        The borders before; they stay as they are.
    operation : Operation
        What to do.
    number : int
        Number of the operation in its plan; arcs that it makes are named by it.

    Returns
    -------
    Topology
        The borders after. Equal borders and operations give equal results.

    Raises
    ------
    InvalidParameter, NotFound
        When the operation names something that is not there, or changes nothing.
    GeometryWrong
        When its line starts off the border, or crosses itself or another unit.
    Conflict
        When a unit would be left without ground, or in separate parts without being told so.

    Examples
    --------
    >>> west, east = np.array([[5, 0], [5, 9]]), np.array([[5, 9], [0, 9], [0, 0], [5, 0]])
    >>> ring = Arc("c", np.array([[5, 0], [9, 0], [9, 9], [5, 9]]), "2", "")
    >>> from layers.planning.arcs import PlanUnit
    >>> town = Topology("commune", {"a": Arc("a", west, "1", "2"), "b": Arc("b", east, "1", ""), "c": ring},
    ...                 {"1": PlanUnit("1", "A", "Xã"), "2": PlanUnit("2", "B", "Xã")})
    >>> drawn = applied(town, Redraw("a", ((5, 0), (7, 4), (5, 9))), number=1)
    >>> shape_of(drawn, "1").area, shape_of(drawn, "2").area
    (54.0, 27.0)
    """
    draft = Draft(topology, number)
    _DO[type(operation)](draft, operation)
    after = draft.topology()
    refuse_broken(topology, after)
    return _with_parts(topology, after, operation)


def _redraw(draft: Draft, operation: Redraw) -> None:
    arc = _movable(draft, operation.arc)
    line = _points(operation.line)
    start, end = (_spot(arc, place) for place in (operation.line[0], operation.line[-1]))
    if start == end:
        raise refusals.meets_itself()
    if start > end:
        start, end, line = end, start, line[::-1]
    # A spot is a vertex and the way beyond it: the vertex itself is part of the new line.
    head = arc.points[: start[0] + (start[1] > 0)]
    draft.reshape(arc, np.concatenate([head, line, arc.points[end[0] + 1 :]]))
    refuse_crossings(draft)


def _movable(draft: Draft, name: str) -> Arc:
    arc = draft.arc(name)
    if draft.before.is_locked(arc):
        raise refusals.locked(arc)
    return arc


def _points(line: Line) -> Points:
    if len(line) < 2:
        raise plan_refusals.not_readable()
    return np.array(line, dtype=np.int64)


def _spot(arc: Arc, place: Place) -> tuple[int, float]:
    found = on_line(arc.points, place)
    if found is None:
        raise refusals.off_border(place)
    vertex, _is_vertex = found
    return vertex, float(np.hypot(*(np.array(place) - arc.points[vertex])))


def _move_vertices(draft: Draft, operation: MoveVertices) -> None:
    arc = _movable(draft, operation.arc)
    points = arc.points.copy()
    for start, end in operation.moves:
        found = np.flatnonzero((arc.points[1:-1] == start).all(axis=1))
        if not len(found):
            raise refusals.no_such(Text("đỉnh di chuyển được", "vertex to move"), str(start))
        points[found[0] + 1] = end
    draft.reshape(arc, points)
    refuse_crossings(draft)


def _move_node(draft: Draft, operation: MoveNode) -> None:
    names = draft.before.by_node.get(operation.node, ())
    if not names:
        raise refusals.no_such(Text("nút", "node"), str(operation.node))
    for name in sorted(set(names)):
        arc = _movable(draft, name)
        points = arc.points.copy()
        points[[end for end in (0, -1) if tuple(points[end]) == operation.node]] = operation.to
        draft.reshape(arc, points)
    refuse_crossings(draft)


def _split(draft: Draft, operation: Split) -> None:
    unit = draft.unit(operation.unit)
    if not operation.code or operation.code in draft.units:
        raise refusals.taken(operation.code)
    draft.give(_left_of_cut(draft, operation.unit, operation.line), operation.code)
    draft.units[operation.code] = replace(unit, code=operation.code, name=operation.name, origin="", parts=1)


def _transfer(draft: Draft, operation: Transfer) -> None:
    _refuse_pair(draft, operation.unit, operation.to)
    draft.give(_left_of_cut(draft, operation.unit, operation.line), operation.to)


def _left_of_cut(draft: Draft, code: str, line: Line) -> tuple[Half, ...]:
    """Cut a unit and return the sides that bound the ground to the left of the cut."""
    points = _points(line)
    name = draft.unit(code).name
    for place in (line[0], line[-1]):
        draft.node_at(place, [arc.id for arc in draft.arcs.values() if code in {arc.left, arc.right}])
    cut = draft.add(points, code)
    refuse_crossings(draft)
    # The cut meets no border on its way, so any place of it tells where it runs.
    if not shapely.contains_xy(shape_of(draft.before, code), *((points[0] + points[1]) / 2)):
        raise refusals.not_inside(name)
    parts = parts_of(draft.topology(), code)
    left, right = (_part_beside(parts, Half(draft.arcs[cut], forward)) for forward in (True, False))
    if left is None or left is right:
        raise refusals.does_not_divide(name)
    return left.halves


def _part_beside(parts: Sequence[Part], side: Half) -> Part | None:
    return next((part for part in parts if side in part.halves), None)


def _refuse_pair(draft: Draft, giver: str, taker: str) -> None:
    if draft.unit(giver).parent != draft.unit(taker).parent:
        raise refusals.other_parent(draft.unit(giver).name, draft.unit(taker).name)
    if giver == taker:
        raise refusals.whole_unit()


def _transfer_part(draft: Draft, operation: TransferPart) -> None:
    _refuse_pair(draft, operation.unit, operation.to)
    parts = parts_of(draft.before, operation.unit)
    around = next((part for part in parts if shapely.contains_xy(part.polygon, *operation.inside)), None)
    if around is None:
        raise refusals.not_inside(draft.unit(operation.unit).name)
    if len(parts) == 1:
        raise refusals.emptied(draft.unit(operation.unit).name)
    draft.give(around.halves, operation.to)


def _merge(draft: Draft, operation: Merge) -> None:
    _refuse_pair(draft, operation.unit, operation.into)
    draft.give([half for ring in rings_of(draft.before, operation.unit) for half in ring.halves], operation.into)
    del draft.units[operation.unit]


def _rename(draft: Draft, operation: Rename) -> None:
    draft.units[operation.unit] = replace(draft.unit(operation.unit), name=operation.name)


def _retype(draft: Draft, operation: Retype) -> None:
    # Beats are the police's own and are called what they like.
    if draft.before.level == "commune" and operation.unit_type not in COMMUNE_TYPES:
        raise refusals.no_such_type(operation.unit_type, COMMUNE_TYPES)
    draft.units[operation.unit] = replace(draft.unit(operation.unit), unit_type=operation.unit_type)


# Each function takes the one kind of operation it stands beside.
_DO: dict[type, Callable[[Draft, Any], None]] = {
    Redraw: _redraw, MoveVertices: _move_vertices, MoveNode: _move_node, Split: _split, Merge: _merge,
    Transfer: _transfer, TransferPart: _transfer_part, Rename: _rename, Retype: _retype,
}  # fmt: skip


def _with_parts(before: Topology, after: Topology, operation: Operation) -> Topology:
    """Refuse units in more parts than they may have; keep how many they have where that was said."""
    if not isinstance(operation, (Split, Merge, Transfer, TransferPart)):
        return after
    units = dict(after.units)
    concerned = {operation.unit, getattr(operation, "to", ""), getattr(operation, "into", "")} & units.keys()
    for code in sorted(concerned):
        count = len(parts_of(after, code))
        allowed = units[code].parts
        if isinstance(operation, Merge):
            allowed += before.units[operation.unit].parts - 1
        if count > allowed and not getattr(operation, "apart", False):
            raise refusals.apart(units[code].name, count, allowed)
        units[code] = replace(units[code], parts=count)
    counted = replace(after, units=units)
    counted.assembled.update(after.assembled)
    return counted
