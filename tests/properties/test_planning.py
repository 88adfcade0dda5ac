"""Whatever planners do, in whatever order: no gap, no overlap, nothing lost, everything can be undone and replayed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import shapely
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from layers.errors import AnttError
from layers.planning.arcs import Topology
from layers.planning.faces import polygons_of
from layers.planning.ledger import land_moved
from layers.planning.lineage import Decision, publication
from layers.planning.measures import PEOPLE, Base, Figures, figures
from layers.planning.opening import open_plan
from layers.planning.plans import (
    Plan,
    active_steps,
    commit,
    current,
    mark_of,
    plan_from_json,
    plan_to_json,
    redo,
    replay,
    undo,
)
from layers.planning.points import placed
from layers.planning.steps import Signature
from tests.builders import NOW
from tests.conftest import LONG
from tests.plan_towns import clean_wards, crooked_town, gaps_left, random_operation

BY = Signature("quy hoạch", NOW, "thử")
SEEDS = st.integers(0, 2**32 - 1)


def _base(topology: Topology, people: Mapping[str, float | None]) -> Base:
    rng = np.random.default_rng(7)
    west, south, east, north = shapely.total_bounds(polygons_of(topology, topology.units)) / 1e7
    lon, lat = rng.uniform(west, east, 3_000), rng.uniform(south, north, 3_000)
    points = {
        PEOPLE: placed(lon, lat, rng.integers(1, 90, 3_000).astype(float), topology=topology),
        "incidents": placed(lon[:500], lat[:500], np.ones(500), topology=topology),
    }
    return Base.of(topology, people, points)


class Planning(RuleBasedStateMachine):
    """Planners at work on one plan."""

    base: Base
    then: Mapping[str, Figures]

    def __init__(self) -> None:
        super().__init__()
        self.plan = Plan(mark_of(self.base.topology))
        self.topology = self.base.topology

    @rule(seed=SEEDS)
    def operate(self, seed: int) -> None:
        operation = random_operation(self.topology, np.random.default_rng(seed))
        before = self.topology
        try:
            self.plan, self.topology = commit(
                self.plan, self.topology, operation, by=BY, seen=len(self.plan.entries), points=self.base.points
            )
        except AnttError:
            # A refused operation leaves the plan as it was.
            assert self.topology is before

    @precondition(lambda self: bool(active_steps(self.plan)))
    @rule()
    def take_back(self) -> None:
        self.plan = undo(self.plan, by=BY)
        self.topology = current(self.base.topology, self.plan)

    @rule()
    def do_again(self) -> None:
        try:
            self.plan = redo(self.plan, by=BY)
        except AnttError:
            return
        self.topology = current(self.base.topology, self.plan)

    @invariant()
    def nothing_is_lost_on_the_way(self) -> None:
        # Of a hundred real wards the operation itself has checked those that it touched.
        if len(self.topology.units) < 30:
            self.no_gap_no_overlap()

    def no_gap_no_overlap(self) -> None:
        shapes = polygons_of(self.topology, self.topology.units)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        whole = shapely.coverage_union_all(polygons_of(self.base.topology, self.base.topology.units))
        assert shapely.equals(shapely.coverage_union_all(shapes), whole)

    def teardown(self) -> None:
        self.no_gap_no_overlap()
        self.written_and_replayed()
        self.figures_are_conserved()
        self.lineage_is_whole()
        plan = self.plan
        while active_steps(plan):
            plan = undo(plan, by=BY)
        assert mark_of(current(self.base.topology, plan)) == mark_of(self.base.topology)

    def written_and_replayed(self) -> None:
        text = plan_to_json(self.plan)
        read = plan_from_json(text)
        assert read == self.plan
        assert plan_to_json(read) == text
        replayed = replay(self.base.topology, read)
        assert mark_of(replayed) == mark_of(self.topology)
        codes = sorted(self.topology.units)
        cached = shapely.to_wkb(polygons_of(self.topology, codes)).tolist()
        assert shapely.to_wkb(polygons_of(replayed, codes)).tolist() == cached

    def figures_are_conserved(self) -> None:
        moved = land_moved(self.base.topology, self.topology)
        now, then = figures(self.base, self.topology, moved), self.then
        for total in (_people, _incidents):
            assert sum(map(total, now.values())) == pytest.approx(sum(map(total, then.values())), rel=1e-12)
        # Borders bend between vertices by a hair: an edge of a kilometre is no geodesic of the ellipsoid.
        assert sum(one.area_m2 for one in now.values()) == pytest.approx(sum(one.area_m2 for one in then.values()))
        by_area = figures(Base(self.base.topology, self.base.area_m2, self.base.population, {}), self.topology, moved)
        known = [one.population for one in by_area.values() if one.population is not None]
        assert sum(known) == pytest.approx(sum(filter(None, self.base.population.values())), rel=1e-6)

    def lineage_is_whole(self) -> None:
        decision = Decision(dt.date(2027, 1, 1), "NQ 1")
        try:
            left = publication(self.base, self.topology, decision, now=NOW, rng=np.random.default_rng(1))
        except AnttError:
            assert not land_moved(self.base.topology, self.topology)
            return
        shares = left.links.groupby("from_version")[["area_share", "population_share"]].sum()
        assert np.allclose(shares, 1.0, atol=1e-12)
        assert set(shares.index) == set(left.ended)
        assert set(left.links["to_version"]) == {f"{code}@2027-01-01" for code in left.units["code"]}


def _people(one: Figures) -> float:
    assert one.population is not None
    return one.population


def _incidents(one: Figures) -> float:
    return one.counts["incidents"]


def _run(base: Base, *, examples: int, steps: int) -> None:
    machine = type("PlanningHere", (Planning,), {"base": base, "then": figures(base, base.topology, ())})
    settings = hypothesis.settings(max_examples=examples, stateful_step_count=steps)
    run_state_machine_as_test(machine, settings=settings)


@pytest.mark.deeper
def test_plans_on_a_made_town() -> None:
    topology = open_plan(crooked_town()).topology
    _run(_base(topology, dict.fromkeys(topology.units, 10_000.0)), examples=700 if LONG else 15, steps=12)


@pytest.mark.deeper
@pytest.mark.real_data
def test_plans_on_real_wards(real_data: Path) -> None:
    wards = clean_wards(real_data)
    topology = open_plan(wards, left=gaps_left(wards)).topology
    people = dict(zip(wards["code"], wards["population"].astype(float), strict=True))
    _run(_base(topology, people), examples=300 if LONG else 3, steps=8)
