"""The list of what was done: undo and redo survive writing and reading, and two planners cannot undo each other."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest

from layers.errors import Conflict, GeometryWrong, InvalidParameter, StaleVersion
from layers.planning.arcs import Arc, Topology
from layers.planning.opening import open_plan
from layers.planning.operations import Merge, MoveNode, Operation, Redraw, Rename
from layers.planning.plans import (
    Plan,
    commit,
    current,
    last_changes,
    mark_of,
    plan_from_json,
    plan_to_json,
    redo,
    replay,
    undo,
)
from layers.planning.points import placed
from layers.planning.steps import Signature, Step
from tests.builders import NOW
from tests.plan_towns import bent, crooked_town

_UNDO = (
    b'{"base":"x","entries":[{"number":1,"action":"undo","by":{"author":"a","at":"2026-01-01T00:00:00Z","reason":""}}]}'
)
BY = Signature("nguyen.an", NOW, "theo đề nghị của phường")


@pytest.fixture(scope="module")
def base() -> Topology:
    return open_plan(crooked_town()).topology


def _bend(topology: Topology, one: str, other: str, share: float) -> Redraw:
    (arc,) = _arcs(topology, one, other)
    return Redraw(arc.id, bent(arc.start, arc.end, share))


def _arcs(topology: Topology, one: str, other: str) -> list[Arc]:
    return [arc for arc in topology.arcs.values() if {arc.left, arc.right} == {one, other}]


def _done(base: Topology, *operations: Operation) -> tuple[Plan, Topology]:
    plan, topology = Plan(mark_of(base)), base
    for operation in operations:
        plan, topology = commit(plan, topology, operation, by=BY, seen=len(plan.entries))
    return plan, topology


def test_a_step_tells_who_when_why_and_what_changed_hands(base: Topology) -> None:
    lon, lat = np.array([106.301, 106.3351]), np.array([20.92, 20.9216])
    people = placed(lon, lat, np.array([120.0, 80.0]), topology=base)
    operation = _bend(base, "10000", "10001", -0.1)
    plan, _topology = commit(Plan(mark_of(base)), base, operation, by=BY, seen=0, points={"people": people})
    (step,) = plan.entries
    assert isinstance(step, Step)
    assert (step.by.author, step.by.reason) == ("nguyen.an", "theo đề nghị của phường")
    assert [arc.id for arc in step.arcs_before] == [arc.id for arc in step.arcs_after] == [operation.arc]
    assert {(gain.giver, gain.taker): gain.counts["people"] for gain in step.effect} == {
        ("10000", "10001"): 0.0,
        ("10001", "10000"): 80.0,
    }
    assert sum(gain.area_m2 for gain in step.effect) == pytest.approx(721_950, rel=1e-4)


def test_undo_and_redo_survive_writing_and_reading(base: Topology) -> None:
    plan, topology = _done(base, _bend(base, "10000", "10001", 0.1), Rename("10000", "Tên mới"))
    read = plan_from_json(plan_to_json(undo(undo(plan, by=BY), by=BY)))
    assert current(base, read) == base
    again = plan_from_json(plan_to_json(redo(redo(read, by=BY), by=BY)))
    assert current(base, again) == topology == replay(base, again)
    assert len(again.entries) == 6


def test_a_new_operation_ends_what_could_be_redone(base: Topology) -> None:
    plan, _topology = _done(base, Rename("10000", "Một"))
    plan = undo(plan, by=BY)
    plan, _topology = commit(plan, current(base, plan), Rename("10000", "Hai"), by=BY, seen=2)
    with pytest.raises(Conflict, match="nothing to redo"):
        redo(plan, by=BY)


def test_nothing_to_undo_is_said(base: Topology) -> None:
    with pytest.raises(Conflict, match="nothing to undo"):
        undo(Plan(mark_of(base)), by=BY)


def test_a_plan_is_kept_as_stable_bytes(base: Topology) -> None:
    plan, _topology = _done(base, _bend(base, "10000", "10001", 0.1), Merge("10007", "10004"), Rename("10004", "Mới"))
    text = plan_to_json(plan)
    assert plan_to_json(plan_from_json(text)) == text
    moment = json.loads(text)["entries"][0]["by"]["at"]
    assert dt.datetime.fromisoformat(moment) == NOW


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"null", b'{"base":"x","entries":[1]}', b'{"base":"x","entries":[{"number":1}]}', _UNDO]
)
def test_what_is_no_plan_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidParameter):
        plan_from_json(text)


def test_another_base_is_refused(base: Topology) -> None:
    plan, topology = _done(base, Rename("10000", "Tên mới"))
    with pytest.raises(Conflict, match="base boundaries changed"):
        current(topology, plan)


def test_two_planners_on_two_borders_both_succeed(base: Topology) -> None:
    plan, topology = _done(base, _bend(base, "10000", "10001", 0.1))
    plan, topology = commit(plan, topology, _bend(base, "10003", "10004", 0.1), by=BY, seen=0)
    assert len(plan.entries) == 2
    assert replay(base, plan) == topology


def test_two_planners_on_one_border_the_second_sees_both_lines(base: Topology) -> None:
    plan, topology = _done(base, _bend(base, "10000", "10001", 0.1))
    late = _bend(base, "10000", "10001", -0.1)
    with pytest.raises(StaleVersion) as refused:
        commit(plan, topology, late, by=BY, seen=0)
    mine, theirs = refused.value.details["mine"], refused.value.details["theirs"]
    assert [arc["id"] for arc in mine] == [arc["id"] for arc in theirs] == [late.arc]  # type: ignore[attr-defined]
    assert mine != theirs
    assert len(plan.entries) == 1
    commit(plan, topology, late, by=BY, seen=1)


def test_a_line_drawn_on_a_border_that_moved_away_is_late_not_wrong(base: Topology) -> None:
    (arc,) = _arcs(base, "10000", "10001")
    middle = tuple(arc.points[len(arc.points) // 2].tolist())
    plan, topology = _done(base, _bend(base, "10000", "10001", 0.2))
    late = Redraw(arc.id, bent(arc.start, middle, 0.1))
    with pytest.raises(StaleVersion):
        commit(plan, topology, late, by=BY, seen=0)
    with pytest.raises(GeometryWrong):
        commit(plan, topology, late, by=BY, seen=1)


def test_undo_counts_as_a_change_for_whoever_looked_before_it(base: Topology) -> None:
    plan, _topology = _done(base, _bend(base, "10000", "10001", 0.1))
    plan = undo(plan, by=BY)
    with pytest.raises(StaleVersion):
        commit(plan, base, _bend(base, "10000", "10001", -0.1), by=BY, seen=1)


def test_two_renames_of_one_unit_conflict(base: Topology) -> None:
    plan, topology = _done(base, Rename("10000", "Một"))
    with pytest.raises(StaleVersion):
        commit(plan, topology, Rename("10000", "Hai"), by=BY, seen=0)
    assert last_changes(plan) == {"unit:10000": 1}


def test_a_node_that_moved_away_is_late_not_missing(base: Topology) -> None:
    node = next(node for node, arcs in base.by_node.items() if not any(base.is_locked(base.arcs[a]) for a in arcs))
    plan, topology = _done(base, MoveNode(node, (node[0] + 900, node[1])))
    with pytest.raises(StaleVersion):
        commit(plan, topology, MoveNode(node, (node[0], node[1] + 900)), by=BY, seen=0)
