"""Whatever a planner sends, a plan is the list of what was accepted; a browser that applies it has its borders."""

from __future__ import annotations

import json
from typing import Any

import hypothesis
import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import Phase
from hypothesis import strategies as st

from layers.catalog import UNITS
from layers.planning.operations import OPERATIONS, operation_to_json
from layers.records import new_ids
from layers.store import Store, open_store
from mapserver.app import create_app
from mapserver.settings import Settings
from mapserver.web.state import State
from tests.api.planners import PLANS_AT, made, read, sent
from tests.builders import NOW
from tests.conftest import LONG
from tests.plan_towns import crooked_town, random_operation

PLACE = st.lists(st.integers(-(10**12), 10**12) | st.floats() | st.none(), max_size=3) | st.tuples(
    st.integers(1_063_000_000, 1_064_000_000), st.integers(209_000_000, 210_000_000)
)  # fmt: skip
VALUE = (
    st.sampled_from(["10000", "10008", "10099", "a1", "a5", "", "../x", "\ud800", "a@b", "x" * 300])
    | PLACE | st.lists(PLACE, max_size=4) | st.lists(st.tuples(PLACE, PLACE), max_size=2)
    | st.booleans() | st.integers() | st.none() | st.dictionaries(st.text(max_size=3), st.none(), max_size=2)
)  # fmt: skip
FIELDS = ("arc", "line", "moves", "node", "to", "unit", "into", "apart", "inside", "code", "name", "unit_type", "x")
OPERATION = st.builds(
    lambda kind, more: {"kind": kind} | more,
    st.sampled_from([*OPERATIONS, "explode", None]),
    st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=5),
)


@pytest.fixture
def store() -> Store:
    held = open_store("memory:")
    wards = crooked_town()
    held.append(UNITS, wards.assign(id=new_ids(len(wards), now=NOW, rng=np.random.default_rng(1))))
    return held


def arcs_of(borders: dict[str, Any]) -> dict[str, Any]:
    return {arc["id"]: {name: arc[name] for name in ("id", "left", "right", "points")} for arc in borders["arcs"]}


def laid_over(arcs: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """What a browser does with the entries it is sent."""
    done: list[dict[str, Any]] = []
    undone: list[dict[str, Any]] = []
    for entry in entries:
        action, sides = entry.get("action"), ["arcs_before", "arcs_after"]
        if action == "undo":
            step = done.pop()
            undone.append(step)
            sides.reverse()
        else:
            step = undone.pop() if action else entry
            undone = undone if action else []
            done.append(step)
        gone, come = (step[side] for side in sides)
        assert all(arcs.pop(arc["id"]) == arc for arc in gone)
        arcs |= {arc["id"]: arc for arc in come}
    return arcs


@pytest.mark.deeper
@pytest.mark.parametrize("seed", range(20 if LONG else 2))
def test_the_entries_lead_to_the_borders(client: FlaskClient, store: Store, seed: int) -> None:
    plan, rng = made(client), np.random.default_rng(seed)
    desk, base = State.of(client.application).plan_desk, arcs_of(read(client, f"/{plan}/borders"))
    accepted, refusals = 0, []
    for _ in range(60 if LONG else 25):
        choice = rng.random()
        at = "undo" if choice < 0.15 else "redo" if choice < 0.25 else "entries"
        body: dict[str, object] = {"seen": accepted}
        if at == "entries":
            body["operation"] = operation_to_json(random_operation(desk.opened(plan).topology, rng))
        answer = sent(client, f"/{plan}/{at}", body)
        accepted += answer.status_code == 201
        refusals += [answer.status_code] if answer.status_code != 201 else []
    assert accepted > 5
    assert set(refusals) <= {404, 409, 422}
    entries = read(client, f"/{plan}/entries")["entries"]
    assert [entry["number"] for entry in entries] == list(range(1, accepted + 1))
    now = client.get(f"{PLANS_AT}/{plan}/borders")
    assert laid_over(base, entries) == arcs_of(json.loads(now.data))
    reopened = create_app(Settings(), store, clock=lambda: NOW).test_client()
    assert reopened.get(f"{PLANS_AT}/{plan}/borders").data == now.data


@pytest.mark.deeper
def test_no_operation_is_a_fault_of_the_program(client: FlaskClient) -> None:
    plan = made(client)

    @hypothesis.seed(20261122)
    @hypothesis.settings(
        max_examples=2_000 if LONG else 150, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(OPERATION)
    def send(operation: dict[str, object]) -> None:
        answer = sent(client, f"/{plan}/entries", {"operation": operation, "seen": 0})
        assert answer.status_code < 500, f"{operation}: {answer.text}"

    send()
