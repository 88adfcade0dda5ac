"""Plans on every back-end: kept as they were made, and nothing lost or doubled when many plan at once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from layers.catalog import PLAN_COMMENTS, PLAN_OPS, PLANS, UNITS
from layers.planning.operations import Rename
from layers.planning.plans import active_steps, plan_to_json, replay
from layers.store import Store, open_store
from mapserver.services import plan_comments
from mapserver.services.plan_comments import NewComment
from mapserver.services.plan_desk import PlanDesk
from mapserver.services.plans import branched, one
from tests.builders import NOW
from tests.conftest import LONG
from tests.contract.backends import Databases, fresh_address
from tests.plan_desks import BY, new_plan, redraw, town_rows

PLANNERS, TIMES = 20, 100 if LONG else 10
SERVERS = 2


def test_a_plan_comes_back_as_it_was_made(store: Store) -> None:
    desk = PlanDesk(store)
    plan_id = new_plan(store).id
    redraw(desk, plan_id)
    redraw(desk, plan_id, 3)
    desk.undo(plan_id, by=replace(BY, author="người khác"), seen=2)
    rng = np.random.default_rng(3)
    plan_comments.add(store, plan_id, NewComment("Đồng ý", entry_number=2), who="a", now=NOW, rng=rng)
    copy = branched(store, plan_id, "Bản sao", who="b", now=NOW, rng=rng)
    here, there = desk.opened(plan_id), PlanDesk(store).opened(plan_id)
    assert plan_to_json(there.plan) == plan_to_json(here.plan)
    assert there.topology == here.topology == replay(there.base, there.plan)
    assert plan_to_json(PlanDesk(store).opened(copy.id).plan) == plan_to_json(here.plan)
    assert (one(store, plan_id), one(store, plan_id).last_at) == (here.record, NOW)
    assert [store.count(layer) for layer in (PLANS, PLAN_OPS, PLAN_COMMENTS)] == [2, 6, 1]
    told = [(entry.layer, entry.what, entry.who, entry.why) for entry in store.all_history()]
    assert told[:3] == [
        ("plans", "insert", "quy hoạch", ""), ("plans", "update", "quy hoạch", BY.reason),
        ("plan_ops", "insert", "quy hoạch", BY.reason),
    ]  # fmt: skip
    assert told[6] == ("plan_ops", "insert", "người khác", BY.reason)
    assert store.problems() == []


@pytest.mark.deeper
@pytest.mark.parametrize("kind", ["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)], indirect=True)
def test_twenty_planners_lose_and_double_nothing(kind: str, tmp_path: Path, server: Databases | None) -> None:
    with fresh_address(kind, tmp_path, server) as address, closing(open_store(address)) as store:
        store.append(UNITS, town_rows(5, 4))
        plan_id = new_plan(store).id
        # Desks that share nothing but the store are as many servers.
        desks = [PlanDesk(store) for _ in range(SERVERS)]
        codes = sorted(desks[0].opened(plan_id).base.units)[:PLANNERS]

        def work(place: int) -> None:
            code, seen = codes[place], 0
            for time in range(TIMES):
                by = replace(BY, author=code, at=NOW + dt.timedelta(seconds=time))
                done = desks[place % SERVERS].commit(plan_id, Rename(code, f"Tên {time}"), seen=seen, by=by)
                seen = done.entry.number

        with ThreadPoolExecutor(PLANNERS) as planners:
            list(planners.map(work, range(PLANNERS)))
        found = PlanDesk(store).opened(plan_id)
        done = [(step.by.author, step.operation) for step in active_steps(found.plan)]
        assert sorted(done, key=repr) == sorted(
            [(code, Rename(code, f"Tên {time}")) for code in codes for time in range(TIMES)], key=repr
        )
        assert [entry.number for entry in found.plan.entries] == list(range(1, PLANNERS * TIMES + 1))
        assert found.record.entries == store.count(PLAN_OPS) == PLANNERS * TIMES
        assert found.topology == replay(found.base, found.plan)
        assert store.problems() == []
