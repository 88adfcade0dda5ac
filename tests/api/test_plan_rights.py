"""Who may see plans, who draws, who decides: by role, by area of responsibility, by token; and what is recorded."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from layers.access.policy import Action
from layers.access.roles import Role
from layers.store.system_accounts import Account
from mapserver.services.accounts import NewAccount, add_account
from tests.accounts import GOOD
from tests.api.people import INSIDE, OUTSIDE, RNG, Office, office, town_store
from tests.api.planners import NEW, PLANS_AT, made, moved, read, redraw, refused, sent, told
from tests.builders import NOW

SOME = {"name": "Địa bàn", "level": "beat"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(town_store(), tmp_path_factory.mktemp("office"))


def everywhere(held: Office, role: Role, login: str) -> FlaskClient:
    """Somebody who answers for the whole province."""
    account: Account | None = held.state.registers.accounts.by_login(login)
    if account is None:
        asked = NewAccount(login, role.label.vi, role, None)
        account = add_account(held.state.registers, asked, GOOD, now=NOW, rng=RNG)
    return Office(held.app, {role: account}).client(role)


@pytest.fixture
def planner(held: Office) -> FlaskClient:
    return everywhere(held, Role.PLANNER, "quyhoach")


@pytest.fixture
def commander(held: Office) -> FlaskClient:
    return everywhere(held, Role.COMMANDER, "chihuy")


def test_a_planner_plans_the_own_ward_and_not_the_next(held: Office) -> None:
    client = held.client(Role.PLANNER)
    plan = made(client, **SOME, parent=INSIDE)
    assert read(client, f"/{plan}")["may"]["edit"]
    refused(sent(client, "", NEW), 403, "địa bàn")
    refused(sent(client, "", SOME | {"parent": OUTSIDE}), 403)
    # What others plan is seen, and left alone.
    other = made(everywhere(held, Role.PLANNER, "quyhoach"), **SOME, parent=OUTSIDE)
    assert not any(read(client, f"/{other}")["may"][name] for name in ("edit", "review", "branch"))
    entry = {"operation": {"kind": "rename", "unit": f"{OUTSIDE}-1", "name": "Mới"}, "seen": 0}
    refused(sent(client, f"/{other}/entries", entry), 403)
    refused(sent(client, f"/{other}/branch", {"name": "Của tôi"}), 403)
    refused(sent(client, f"/{other}", {"name": "Của tôi", "row_version": 1}, method="PATCH"), 403)
    refused(moved(client, other, "in_review"), 403)
    told(sent(client, f"/{other}/comments", {"text": "Giáp phường tôi"}), 201)


def test_one_draws_and_another_decides(planner: FlaskClient, commander: FlaskClient, held: Office) -> None:
    plan = made(planner)
    refused(redraw(commander, plan), 403)
    told(redraw(planner, plan), 201)
    told(sent(commander, f"/{plan}/comments", {"text": "Nêu rõ căn cứ"}), 201)
    told(moved(planner, plan, "in_review"))
    refused(moved(planner, plan, "approved"), 403)
    refused(moved(held.client(Role.COMMANDER), plan, "approved"), 403, "địa bàn")
    assert read(commander, f"/{plan}")["may"]["approve"]
    told(moved(commander, plan, "approved"))
    returned = told(moved(commander, plan, "draft", reason="Thiếu căn cứ"))
    assert (returned["state_by"], returned["state_reason"]) == ("chihuy", "Thiếu căn cứ")


def test_nobody_approves_a_plan_of_their_own(held: Office, commander: FlaskClient) -> None:
    administrator = held.client(Role.ADMINISTRATOR)
    plan = made(administrator)
    told(redraw(administrator, plan), 201)
    told(moved(administrator, plan, "in_review"))
    assert not read(administrator, f"/{plan}")["may"]["approve"]
    refused(moved(administrator, plan, "approved"), 403, "tự duyệt")
    told(moved(commander, plan, "approved"))
    # Nor does an answer that was made for one of the two reach the other.
    mine, theirs = ({each["id"]: each["may"] for each in read(who, "")["plans"]} for who in (administrator, commander))
    assert mine[plan]["edit"] is theirs[plan]["edit"] is False
    assert mine[plan]["branch"]
    assert not theirs[plan]["branch"]


@pytest.mark.parametrize("role", [Role.PLANNER, Role.COMMANDER])
def test_cameras_are_counted_for_whoever_sees_them_all(held: Office, planner: FlaskClient, role: Role) -> None:
    plan = made(planner)
    part, whole = (read(who, f"/{plan}/figures") for who in (held.client(role), everywhere(held, role, f"all-{role}")))
    assert {unit["now"]["cameras"] for unit in part["units"]} == {None}
    assert any(note.startswith("Camera") for note in part["notes"])
    assert sum(unit["now"]["cameras"] for unit in whole["units"]) == 1
    (gain,) = told(redraw(planner, plan), 201)["entry"]["effect"]
    assert "cameras" not in gain["counts"]


def test_a_token_draws_only_when_it_was_made_for_it(held: Office, planner: FlaskClient) -> None:
    plan = made(planner)
    reads = held.program(Role.ADMINISTRATOR, Action.EXPORT)
    writes = held.program(Role.ADMINISTRATOR, Action.PLAN)
    assert read(reads, f"/{plan}/borders")["last"] == 0
    refused(redraw(reads, plan), 403)
    refused(sent(reads, f"/{plan}/comments", {"text": "a"}), 403)
    told(redraw(writes, plan), 201)
    refused(moved(reads, plan, "in_review"), 403)


def test_a_form_of_another_site_changes_nothing(held: Office, planner: FlaskClient) -> None:
    plan = made(planner)
    del planner.environ_base["HTTP_X_ANTT_FORM_KEY"]
    refused(redraw(planner, plan), 403)
    assert read(planner, f"/{plan}")["entries"] == 0


def test_who_saw_numbers_of_people_is_on_record(held: Office, planner: FlaskClient) -> None:
    plan = made(planner)
    told(planner.get(f"{PLANS_AT}/{plan}/points"))
    held.state.views.flush()
    with held.client(Role.ADMINISTRATOR).get("/audit/records.json") as answer:
        views = [record for record in json.loads(answer.data) if record["who"] == "quyhoach"]
    assert {json.loads(record["what"])["layer"] for record in views} == {"people"}
