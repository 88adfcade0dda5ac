"""Plans in the store: made, edited by several people, copied, commented on, moved from state to state."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from layers.access.policy import Action
from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.catalog import PLAN_OPS, PLANS, UNITS
from layers.errors import AnttError, CheckFailed, Conflict, Forbidden, InvalidParameter, NotFound, StaleVersion
from layers.planning.operations import Rename
from layers.planning.plans import replay
from layers.planning.points import placed
from layers.planning.steps import Step
from layers.store import ChangeSet, Query, Store, open_store
from mapserver.services import plan_comments
from mapserver.services.plan_comments import NewComment
from mapserver.services.plan_conditions import may
from mapserver.services.plan_desk import PlanDesk
from mapserver.services.plan_publishing import Published
from mapserver.services.plan_records import STATES
from mapserver.services.plan_states import MOVES, Move, move
from mapserver.services.plans import NewPlan, branched, create, listed, one, renamed
from tests.builders import NOW
from tests.plan_desks import BY, COMMANDER, DAY, PLANNER, new_plan, redraw, sketch

LATER = NOW + dt.timedelta(hours=1)
WARD = "10000"


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(open_store("memory:")) as opened:
        yield opened


@pytest.fixture
def desk(store: Store) -> PlanDesk:
    return PlanDesk(store)


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def content(store: Store) -> tuple[object, ...]:
    return tuple(store.read(layer).drop(columns="geometry").to_csv() for layer in (PLANS, PLAN_OPS, UNITS))


def moved(desk: PlanDesk, plan_id: str, to: str, viewer: Viewer = COMMANDER, **asked: object) -> None:
    version = one(desk.store, plan_id).row_version
    move(desk, plan_id, replace(Move(to, version), **asked), viewer=viewer, now=LATER, rng=rng())  # type: ignore[arg-type]


def test_a_new_plan_is_a_draft_of_the_units_of_its_day(store: Store, desk: PlanDesk) -> None:
    record = new_plan(store)
    opened = desk.opened(record.id)
    assert opened.topology == opened.base
    assert sorted(opened.base.units) == sorted(store.read(UNITS)["code"])
    assert record.as_json(DAY) | {"id": ""} == {
        "id": "", "row_version": 1, "name": "Phương án 1", "level": "commune", "parent": "31",
        "parent_name": "Thành phố Hải Phòng", "base_as_of": "2026-11-01", "state": "draft", "state_label": "Đang soạn",
        "author": "quy hoạch", "created_at": "2026-11-01T08:00:00+00:00", "last_at": "2026-11-01T08:00:00+00:00",
        "branched_from": None, "entries": 0, "effective_on": None, "decree": None, "state_by": None, "state_at": None,
        "state_reason": None, "frozen_hash": None,
    }  # fmt: skip


def test_a_ward_without_beats_is_planned_as_one_beat(store: Store, desk: PlanDesk) -> None:
    record = new_plan(store, level="beat", parent=WARD)
    (unit,) = desk.opened(record.id).base.units.values()
    assert (unit.code, unit.parent, record.parent_name) == (f"{WARD}-1", f"{WARD}@2025-07-01", "Phường Ô 0")


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (NewPlan("  ", "commune", "31", DAY), InvalidParameter),
        (NewPlan("A", "province", "31", DAY), InvalidParameter),
        (NewPlan("A", "commune", "99", DAY), NotFound),
        (NewPlan("A", "beat", "99999", DAY), NotFound),
        (NewPlan("A", "commune", "31", dt.date(2020, 1, 1)), NotFound),
    ],
)
def test_a_plan_of_nothing_is_not_made(store: Store, asked: NewPlan, refusal: type[AnttError]) -> None:
    kept = new_plan(store)
    with pytest.raises(refusal):
        create(store, asked, who="a", now=NOW, rng=rng())
    assert [record.id for record in listed(store)] == [kept.id]


def test_what_was_done_is_there_for_whoever_opens_the_store_next(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    for place, share in ((0, 0.05), (3, 0.05), (0, 0.1)):
        redraw(desk, plan_id, place, share)
    other = PlanDesk(store)
    assert other.opened(plan_id).topology == desk.opened(plan_id).topology
    undone = other.undo(plan_id, by=replace(BY, author="người khác"), seen=3)
    # This desk was not told, and sees it all the same.
    here = desk.opened(plan_id)
    assert here.topology == undone.topology == replay(here.base, here.plan)
    again = desk.redo(plan_id, by=BY, seen=4)
    assert [entry.by.author for entry in other.entries(plan_id, 3)] == ["người khác", "quy hoạch"]
    assert (again.record.entries, one(store, plan_id)) == (5, again.record)


def test_an_operation_on_a_border_that_has_moved_is_refused_with_both_lines(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    mine = sketch(desk.opened(plan_id).topology)
    redraw(PlanDesk(store), plan_id, 0, 0.1)
    before = content(store)
    with pytest.raises(StaleVersion) as refused:
        desk.commit(plan_id, mine, seen=0, by=BY)
    assert [line["id"] for line in refused.value.details["mine"]] == [mine.arc]  # type: ignore[attr-defined]
    assert [line["id"] for line in refused.value.details["theirs"]] == [mine.arc]  # type: ignore[attr-defined]
    for late in (desk.undo, desk.redo):
        with pytest.raises(StaleVersion):
            late(plan_id, by=BY, seen=0)
    with pytest.raises(InvalidParameter):
        desk.commit(plan_id, mine, seen=7, by=BY)
    assert content(store) == before
    # Elsewhere in the plan nothing has changed.
    assert desk.commit(plan_id, sketch(desk.opened(plan_id).topology, 5), seen=0, by=BY).record.entries == 2


def test_things_counted_are_carried_along_with_the_ground(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    base = desk.opened(plan_id).base
    lon, lat = np.random.default_rng(5).uniform([[106.3], [20.9]], [[106.4], [21.0]], (2, 4_000))
    people = {"people": placed(lon, lat, np.ones(4_000), topology=base)}
    line = sketch(base, 3, 0.3)
    there = desk.commit(plan_id, line, seen=0, by=BY, points=people).entry
    back = replace(line, line=(line.line[0], *reversed(base.arcs[line.arc].points[1:-1].tolist()), line.line[-1]))
    back = replace(back, line=tuple(tuple(place) for place in base.arcs[line.arc].points.tolist()))
    again = desk.commit(plan_id, back, seen=1, by=BY, points=people).entry
    assert isinstance(there, Step)
    assert isinstance(again, Step)
    given = {(gain.giver, gain.taker): gain.counts["people"] for gain in there.effect}
    assert sum(given.values()) > 0
    assert {(gain.taker, gain.giver): gain.counts["people"] for gain in again.effect} == given


def test_a_copy_has_the_entries_and_goes_its_own_way(store: Store, desk: PlanDesk) -> None:
    origin = new_plan(store).id
    redraw(desk, origin)
    copy = branched(store, origin, "Phương án 2", who="người khác", now=LATER, rng=rng())
    assert (copy.branched_from, copy.author, copy.entries) == (origin, "người khác", 1)
    desk.undo(copy.id, by=BY, seen=1)
    assert desk.opened(copy.id).topology == desk.opened(copy.id).base != desk.opened(origin).topology
    assert [record.name for record in listed(store)] == ["Phương án 2", "Phương án 1"]


def test_a_name_is_changed_by_whoever_saw_the_newest(store: Store) -> None:
    record = new_plan(store)
    named = renamed(store, record.id, " Phương án  mới", row_version=1, who="a", now=LATER)
    assert named.name == "Phương án mới"
    with pytest.raises(StaleVersion):
        renamed(store, record.id, "Khác", row_version=1, who="a", now=LATER)


def test_a_plan_on_units_that_changed_since_is_not_opened(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    redraw(desk, plan_id)
    ward = str(store.read(UNITS, Query((("code", WARD),)))["id"].iloc[0])
    store.apply(ChangeSet(UNITS, update={ward: {"name": "Tên khác"}}))
    with pytest.raises(Conflict):
        desk.opened(plan_id)
    with pytest.raises(Conflict):
        desk.commit(plan_id, Rename(WARD, "B"), seen=1, by=BY)
    # It can still be returned to whoever made it.
    store.apply(ChangeSet(PLANS, update={plan_id: {"state": "in_review"}}))
    moved(desk, plan_id, "draft", reason="ranh giới gốc đã đổi")
    assert one(store, plan_id).state == "draft"


def test_a_plan_that_lacks_an_entry_says_so(store: Store) -> None:
    plan_id = new_plan(store).id
    for place in (0, 3):
        redraw(PlanDesk(store), plan_id, place)
    first = store.read(PLAN_OPS, Query((("number", 1),)))["id"]
    store.apply(ChangeSet(PLAN_OPS, delete=tuple(first)))
    with pytest.raises(CheckFailed):
        PlanDesk(store).opened(plan_id)


def test_personal_numbers_in_reasons_are_masked(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    by = replace(BY, reason="theo ông A, 0912345678")
    desk.commit(plan_id, sketch(desk.opened(plan_id).topology), seen=0, by=by)
    assert "0912345678" not in store.read(PLAN_OPS).to_csv()


def test_comments_are_kept_counted_and_settled_once(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    redraw(desk, plan_id)
    made = plan_comments.add(
        store, plan_id, NewComment("Chưa theo tim đường", entry_number=1, unit=WARD), who="a", now=NOW, rng=rng()
    )
    assert [comment.as_json()["text"] for comment in plan_comments.listed(store, plan_id)] == ["Chưa theo tim đường"]
    assert plan_comments.open_count(store, plan_id) == 1
    done = plan_comments.settle(store, plan_id, made.id, row_version=1, who="b", now=LATER)
    assert (done.settled_by, done.settled_at, plan_comments.open_count(store, plan_id)) == ("b", LATER, 0)
    with pytest.raises(Conflict):
        plan_comments.settle(store, plan_id, made.id, row_version=2, who="b", now=LATER)
    for wrong in (NewComment(" "), NewComment("a", entry_number=2), NewComment("a", arc="x" * 50)):
        with pytest.raises(InvalidParameter):
            plan_comments.add(store, plan_id, wrong, who="a", now=NOW, rng=rng())
    other = new_plan(store, "Phương án 2").id
    with pytest.raises(NotFound):
        plan_comments.settle(store, other, made.id, row_version=2, who="b", now=LATER)


def _at(desk: PlanDesk, state: str) -> str:
    """A plan in a state, brought there without asking who may."""
    plan_id = new_plan(desk.store, f"Ở {state}").id
    redraw(desk, plan_id)
    desk.store.apply(ChangeSet(PLANS, update={plan_id: {"state": state}}))
    return plan_id


def test_each_move_is_for_those_the_table_names(desk: PlanDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    # What publishing does, and when it refuses, is tested by itself.
    monkeypatch.setattr("mapserver.services.plan_states.publish", lambda *_what, **_who: Published({}, (), (), 0))
    kept = [state for state in STATES if state not in {"in_force", "superseded"}]
    plans = {state: _at(desk, state) for state in kept}
    roles = {True: (Role.ANALYST, Role.PLANNER, Role.COMMANDER, Role.ADMINISTRATOR), False: (Role.ADMINISTRATOR,)}
    ways = [(way, role) for way in itertools.product(kept, STATES) for role in roles[way in MOVES]]
    for (start, to), role in ways:
        viewer = Viewer("ai đó", role, None, account_id="9")
        plan_id = plans[start]
        rule = MOVES.get((start, to))
        allowed = rule is not None and any(viewer.may(action) for action in rule.actions)
        record = one(desk.store, plan_id)
        asked = Move(to, record.row_version, "lý do", DAY + dt.timedelta(days=60), "NQ 1")
        expected = None if allowed else Forbidden if rule else Conflict
        assert _refusal(lambda: move(desk, plan_id, asked, viewer=viewer, now=LATER, rng=rng())) is expected  # noqa: B023
        if allowed:
            assert one(desk.store, plan_id).state == to
            desk.store.apply(ChangeSet(PLANS, update={plan_id: {"state": start}}))


def _refusal(deed: Callable[[], object]) -> type[AnttError] | None:
    try:
        deed()
    except AnttError as refused:
        return type(refused)
    return None


def test_the_way_from_draft_to_force(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    with pytest.raises(InvalidParameter):
        moved(desk, plan_id, "in_review", PLANNER)
    redraw(desk, plan_id)
    moved(desk, plan_id, "in_review", PLANNER)
    with pytest.raises(Conflict):
        redraw(desk, plan_id)
    with pytest.raises(InvalidParameter):
        moved(desk, plan_id, "draft")
    moved(desk, plan_id, "draft", reason="vẽ lại đoạn 1")
    assert one(store, plan_id).state_reason == "vẽ lại đoạn 1"
    redraw(desk, plan_id, 3)
    moved(desk, plan_id, "in_review", PLANNER)
    moved(desk, plan_id, "approved")
    with pytest.raises(InvalidParameter):
        moved(desk, plan_id, "scheduled", decree="NQ 1")
    with pytest.raises(Conflict):
        moved(desk, plan_id, "scheduled", effective_on=DAY, decree="NQ 1")
    for decree in ("NQ \x01", "N" * 201):
        with pytest.raises(InvalidParameter):
            moved(desk, plan_id, "scheduled", effective_on=dt.date(2027, 1, 1), decree=decree)
    moved(desk, plan_id, "scheduled", effective_on=dt.date(2027, 1, 1), decree="NQ 1")
    record = one(store, plan_id)
    states = [record.state_on(day) for day in (DAY, dt.date(2027, 1, 1))]
    assert states == ["scheduled", "in_force"]
    assert (record.state_by, record.decree) == ("chỉ huy", "NQ 1")


def test_nobody_approves_a_plan_of_their_own_but_at_the_machine_itself(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    redraw(desk, plan_id)
    moved(desk, plan_id, "in_review", PLANNER)
    author = Viewer(PLANNER.name, Role.ADMINISTRATOR, None, account_id="1")
    assert not may(author, desk.bases, one(store, plan_id))["approve"]
    with pytest.raises(Forbidden):
        moved(desk, plan_id, "approved", author)
    moved(desk, plan_id, "approved", replace(author, account_id=None))
    assert one(store, plan_id).state == "approved"


def test_nobody_approves_what_they_have_drawn_into_the_plan_of_another(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    redraw(desk, plan_id, by=replace(BY, author="quản trị"))
    moved(desk, plan_id, "in_review", PLANNER)
    with pytest.raises(Forbidden):
        moved(desk, plan_id, "approved", Viewer("quản trị", Role.ADMINISTRATOR, None, account_id="3"))
    moved(desk, plan_id, "approved")


def test_plans_are_for_those_who_answer_for_all_of_their_ground(store: Store, desk: PlanDesk) -> None:
    plan_id = new_plan(store).id
    redraw(desk, plan_id)
    codes = frozenset(store.read(UNITS)["code"])
    inside, part = replace(PLANNER, area=codes), replace(PLANNER, area=codes - {WARD})
    assert may(inside, desk.bases, one(store, plan_id))["edit"]
    assert not may(part, desk.bases, one(store, plan_id))["edit"]
    with pytest.raises(Forbidden):
        moved(desk, plan_id, "in_review", part)
    moved(desk, plan_id, "in_review", inside)
    assert [action for action in Action if PLANNER.may(action)] == [Action.PLAN, Action.EXPORT]


def test_a_plan_is_superseded_when_all_it_made_has_ended(store: Store) -> None:
    plan_id = new_plan(store).id
    published = {"state": "scheduled", "effective_on": "2025-07-01", "decree": "NQ 1"}
    store.apply(ChangeSet(PLANS, update={plan_id: published}))
    assert one(store, plan_id).state_on(DAY) == "in_force"
    ended = {str(unit): {"valid_to": "2026-10-01"} for unit in store.read(UNITS)["id"]}
    store.apply(ChangeSet(UNITS, update=ended))
    record = one(store, plan_id)
    assert [record.state_on(day) for day in (dt.date(2026, 9, 30), dt.date(2026, 10, 1))] == ["in_force", "superseded"]
