"""A plan: the borders it starts from and an append-only list of what was done; undo and redo are entries too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from layers.errors import AnttError
from layers.planning import plan_refusals
from layers.planning.applying import applied
from layers.planning.arcs import Arc, Topology
from layers.planning.checks import arcs_changed
from layers.planning.ledger import land_moved
from layers.planning.operations import Merge, MoveNode, MoveVertices, Operation, Redraw
from layers.planning.points import PlacedPoints, gain_of
from layers.planning.steps import Entry, Mark, Signature, Step, canonical_json, entry_from_json

__all__ = [
    "Plan", "active_steps", "commit", "current", "last_changes", "mark_of", "plan_from_json", "plan_to_json", "redo",
    "replay", "undo",
]  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """A proposal for other borders.

    Parameters
    ----------
    base : str
        Mark of the borders it starts from; see `mark_of`.
    entries : tuple of Step or Mark
        What was done, oldest first; only ever added to.
    """

    base: str
    entries: tuple[Entry, ...] = ()


def mark_of(topology: Topology) -> str:
    """Make a mark that two states share only when they are equal.

    Parameters
    ----------
    topology : Topology
        The borders.

    Returns
    -------
    str
        SHA-256 in hexadecimal digits.
    """
    digest = hashlib.sha256(topology.level.encode())
    for code in sorted(topology.units):
        digest.update(canonical_json(topology.units[code].to_json()))
    for name in sorted(topology.arcs):
        arc = topology.arcs[name]
        digest.update(canonical_json([name, arc.left, arc.right, len(arc.points)]))
        digest.update(arc.points.astype("<i8").tobytes())
    return digest.hexdigest()


def active_steps(plan: Plan) -> tuple[Step, ...]:
    """Find the steps that are in force.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    tuple of Step
        Those not undone, in their order.
    """
    return tuple(_stacks(plan)[0])


def _stacks(plan: Plan) -> tuple[list[Step], list[Step], dict[str, int]]:
    """Go through the entries: steps in force, those that can be done again, the last entry to change each name."""
    done: list[Step] = []
    undone: list[Step] = []
    changed: dict[str, int] = {}
    for entry in plan.entries:
        if isinstance(entry, Step):
            done.append(entry)
            undone.clear()
        elif entry.action == "undo":
            undone.append(done.pop())
        else:
            done.append(undone.pop())
        meant = undone[-1] if isinstance(entry, Mark) and entry.action == "undo" else done[-1]
        changed.update(dict.fromkeys(meant.touched, entry.number))
    return done, undone, changed


def last_changes(plan: Plan) -> dict[str, int]:
    """Find the entry that last changed each arc and unit, undo and redo included.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    dict of str to int
        Name of an arc (or ``unit:`` and a code) -> number of the entry. What no entry changed is left out.
    """
    return _stacks(plan)[2]


def current(base: Topology, plan: Plan) -> Topology:
    """Lay the steps in force over the base as they were written down, without working them out again.

    Parameters
    ----------
    base : Topology
        The borders the plan starts from.
    plan : Plan
        The plan.

    Returns
    -------
    Topology
        The borders now.

    Raises
    ------
    Conflict
        When these are other borders than the plan starts from.
    """
    _refuse_other_base(base, plan)
    arcs, units = dict(base.arcs), dict(base.units)
    for step in active_steps(plan):
        for arc in step.arcs_before:
            del arcs[arc.id]
        arcs.update((arc.id, arc) for arc in step.arcs_after)
        for unit in step.units_before:
            del units[unit.code]
        units.update((unit.code, unit) for unit in step.units_after)
    return Topology(base.level, arcs, units)


def replay(base: Topology, plan: Plan) -> Topology:
    """Carry out every operation in force anew, with all checks.

    Parameters
    ----------
    base : Topology
        The borders the plan starts from.
    plan : Plan
        The plan.

    Returns
    -------
    Topology
        Equal to `current`, or something was tampered with.

    Raises
    ------
    Conflict
        When these are other borders than the plan starts from.
    """
    _refuse_other_base(base, plan)
    topology = base
    for step in active_steps(plan):
        topology = applied(topology, step.operation, number=step.number)
    return topology


def _refuse_other_base(base: Topology, plan: Plan) -> None:
    found = mark_of(base)
    if found != plan.base:
        raise plan_refusals.other_base(plan.base, found)


def commit(
    plan: Plan,
    topology: Topology,
    operation: Operation,
    *,
    by: Signature,
    seen: int,
    points: Mapping[str, PlacedPoints] | None = None,
) -> tuple[Plan, Topology]:
    """Add an operation to a plan, unless somebody changed the same arcs since the planner looked.

    Parameters
    ----------
    plan : Plan
        The plan.
    topology : Topology
        Its present borders, from `current`.
    operation : Operation
        What to do.
    by : Signature
        By whom.
    seen : int
        Number of the last entry that the planner had seen; what the operation touches may not have changed later.
    points : mapping of str to PlacedPoints, optional
        What is counted on ground that changes hands, by kind, placed in the present borders.

    Returns
    -------
    tuple of Plan and Topology
        The plan with one entry more, and its borders.

    Raises
    ------
    StaleVersion
        When an arc or unit it touches was changed since; the details hold both lines.
    InvalidParameter, NotFound, GeometryWrong, Conflict
        As `applied`.
    """
    number = len(plan.entries) + 1
    newer = {name for name, entry in last_changes(plan).items() if entry > seen}
    try:
        after = applied(topology, operation, number=number)
    except AnttError as refusal:
        # What was drawn on borders that are no longer there is not wrong but late.
        if newer & _named(topology, operation):
            raise plan_refusals.stale((), _these(topology, newer)) from refusal
        raise
    step = _step(topology, after, operation, number=number, by=by, points=points or {})
    if newer & step.touched:
        raise plan_refusals.stale(step.arcs_after, _these(topology, newer & step.touched))
    return replace(plan, entries=(*plan.entries, step)), after


def _these(topology: Topology, names: Collection[str]) -> list[Arc]:
    return [topology.arcs[name] for name in sorted(names) if name in topology.arcs]


def _named(topology: Topology, operation: Operation) -> set[str]:
    """Names of what an operation says it works on."""
    if isinstance(operation, (Redraw, MoveVertices)):
        return {operation.arc}
    if isinstance(operation, MoveNode):
        # A node that has moved on is found by nothing; any arc changed since may have been its.
        return set(topology.by_node.get(operation.node, topology.arcs))
    codes = {operation.unit, operation.into} if isinstance(operation, Merge) else {operation.unit}
    return {arc for code in codes for arc in topology.by_unit.get(code, ())} | {f"unit:{code}" for code in codes}


def _step(
    before: Topology,
    after: Topology,
    operation: Operation,
    *,
    number: int,
    by: Signature,
    points: Mapping[str, PlacedPoints],
) -> Step:
    gone, come = arcs_changed(before, after)
    old, new = before.units, after.units
    codes = sorted(code for code in old.keys() | new.keys() if old.get(code) != new.get(code))
    return Step(
        number,
        operation,
        by,
        arcs_before=gone,
        arcs_after=come,
        units_before=tuple(old[code] for code in codes if code in old),
        units_after=tuple(new[code] for code in codes if code in new),
        effect=tuple(gain_of(moved, points) for moved in land_moved(before, after)),
    )


def undo(plan: Plan, *, by: Signature) -> Plan:
    """Undo the last step in force, whoever made it.

    Parameters
    ----------
    plan : Plan
        The plan.
    by : Signature
        By whom.

    Returns
    -------
    Plan
        With one entry more.

    Raises
    ------
    Conflict
        When there is none.
    """
    if not _stacks(plan)[0]:
        raise plan_refusals.nothing_to_undo()
    return _marked(plan, "undo", by=by)


def redo(plan: Plan, *, by: Signature) -> Plan:
    """Do the step again that was undone last.

    Parameters
    ----------
    plan : Plan
        The plan.
    by : Signature
        By whom.

    Returns
    -------
    Plan
        With one entry more.

    Raises
    ------
    Conflict
        When none was undone since the last operation.
    """
    if not _stacks(plan)[1]:
        raise plan_refusals.nothing_to_redo()
    return _marked(plan, "redo", by=by)


def _marked(plan: Plan, action: str, *, by: Signature) -> Plan:
    return replace(plan, entries=(*plan.entries, Mark(len(plan.entries) + 1, action, by)))


def plan_to_json(plan: Plan) -> bytes:
    """Write a plan as JSON; equal plans are equal bytes.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    bytes
        UTF-8, keys in order, no spaces.
    """
    return canonical_json({"base": plan.base, "entries": [entry.to_json() for entry in plan.entries]})


def plan_from_json(text: bytes) -> Plan:
    """Read a plan.

    Parameters
    ----------
    text : bytes
        From `plan_to_json`.

    Returns
    -------
    Plan
        The plan.

    Raises
    ------
    InvalidParameter
        When it cannot be read.
    """
    try:
        values = json.loads(text)
        plan = Plan(str(values["base"]), tuple(entry_from_json(entry) for entry in values["entries"]))
        # An undo of nothing shows here.
        active_steps(plan)
    except (IndexError, KeyError, TypeError, ValueError) as problem:
        raise plan_refusals.not_readable() from problem
    return plan
