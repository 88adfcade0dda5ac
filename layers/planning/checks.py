"""What must hold before an operation is kept: no crossings, the units around it a valid coverage, no ground lost."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely

from layers.planning import refusals
from layers.planning.arcs import OUTSIDE, Arc, PlanUnit, Topology
from layers.planning.editing import Draft
from layers.planning.faces import polygons_of, rings_of

__all__ = ["arcs_changed", "refuse_broken", "refuse_crossings", "units_around"]

# Two lines may share ends and nothing else: no inside of one meets anything of the other (DE-9IM).
_ENDS_ONLY = "FF*F*****"


def refuse_crossings(draft: Draft) -> None:
    """Refuse lines that meet themselves or any other border but at their ends.

    Only pieces of line that are new are compared, with the arcs whose boxes they meet.

    Parameters
    ----------
    draft : Draft
        After lines were drawn.

    Raises
    ------
    GeometryWrong
        Names what is met.
    """
    now = draft.topology()
    for name in sorted(draft.drawn):
        arc = now.arcs[name]
        if len(arc.points) < 2 or not arc.line.is_simple or _is_flat(arc):
            raise refusals.meets_itself()
        others = [other for other in now.near(arc.points) if other.id != name]
        met = [other for other in others if not _only_ends(arc, other)]
        if met:
            sides = {side for other in met for side in (other.left, other.right)} - {OUTSIDE}
            raise refusals.meets_others(met, {draft.units[side].name for side in sides})


def _is_flat(arc: Arc) -> bool:
    # There and back along one line is closed and simple to nobody.
    return arc.start == arc.end and len(arc.points) < 4


def _only_ends(arc: Arc, other: Arc) -> bool:
    lines = np.array(_open_lines(arc), dtype=object)
    return all(shapely.relate_pattern(lines, against, _ENDS_ONLY).all() for against in _open_lines(other))


def _open_lines(arc: Arc) -> list[shapely.LineString]:
    # A closed line has no ends to share, so it is compared in two halves.
    if arc.start != arc.end:
        return [arc.line]
    middle = len(arc.points) // 2
    points = arc.points.astype(np.float64)
    return [shapely.linestrings(points[: middle + 1]), shapely.linestrings(points[middle:])]


def arcs_changed(before: Topology, after: Topology) -> tuple[tuple[Arc, ...], tuple[Arc, ...]]:
    """Compare the arcs of two states of one plan.

    Parameters
    ----------
    before, after : Topology
        The states.

    Returns
    -------
    tuple of tuple of Arc
        Those of the first that are not in the second, and the other way round; by id.
    """
    return _missing(before, after), _missing(after, before)


def _missing(these: Topology, those: Topology) -> tuple[Arc, ...]:
    # Most arcs are the very same object, which saves comparing their points.
    changed = [arc for name, arc in these.arcs.items() if (other := those.arcs.get(name)) is not arc and other != arc]
    return tuple(sorted(changed, key=lambda arc: arc.id))


def units_around(arcs: Iterable[Arc]) -> set[str]:
    """Find the units on the sides of some arcs.

    Parameters
    ----------
    arcs : iterable of Arc
        The arcs.

    Returns
    -------
    set of str
        Codes.
    """
    return {side for arc in arcs for side in (arc.left, arc.right)} - {OUTSIDE}


def refuse_broken(before: Topology, after: Topology) -> None:
    """Check the units that an operation touched, and their neighbours.

    Parameters
    ----------
    before, after : Topology
        The borders before and after it.

    Raises
    ------
    InvalidParameter
        When nothing changed.
    Conflict
        When a unit has no ground left.
    GeometryWrong
        When a unit is no valid polygon, two overlap or part, or ground is lost or won.
    """
    gone, come = arcs_changed(before, after)
    if not gone and not come and before.units == after.units:
        raise refusals.no_change()
    for code, unit in after.units.items():
        if code not in after.by_unit:
            raise refusals.emptied(unit.name)
    touched = units_around((*gone, *come))
    # The ground of all others is as it was, and so is what was assembled of it.
    moved = touched | {OUTSIDE}
    after.assembled.update({code: ground for code, ground in before.assembled.items() if code not in moved})
    kept = touched & after.units.keys()
    shapes = polygons_of(after, sorted(kept | after.neighbours(kept)))
    names = {_unit(code, before, after).name for code in touched}
    # A ring drawn around its own outside is turned over, and no ground is left of the unit.
    sound = shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    if not (sound.all() and shapely.coverage_is_valid(shapes)):
        raise refusals.not_valid(names)
    # The outer border stands still, so the ground inside it is the same to the cell: far below 1 m².
    if _double_area(before, touched) != _double_area(after, touched):
        raise refusals.not_valid(names)


def _unit(code: str, before: Topology, after: Topology) -> PlanUnit:
    return after.units.get(code) or before.units[code]


def _double_area(topology: Topology, units: Iterable[str]) -> int:
    return sum(ring.double_area for unit in units for ring in rings_of(topology, unit))
