"""Plans over HTTP: drawn on, undone, talked about, decided and published; nothing is sent twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from layers.catalog import CAMERAS, UNITS
from layers.store import ChangeSet, Store
from mapserver.app import create_app
from mapserver.services.published import Terms, release
from mapserver.settings import Settings
from mapserver.web.state import State
from tests.api.planners import NEW, PLANS_AT, made, moved, places, read, redraw, redrawing, refused, sent, told
from tests.builders import NOW, cameras
from tests.vector_tiles import read_tile

ONE = f"{PLANS_AT}/<uuid:plan_id>"
ADDRESSES = {
    PLANS_AT,
    ONE,
    *(f"{ONE}/{name}" for name in (
        "borders", "branch", "comments", "comments/<uuid:comment_id>/settle", "compare", "entries", "figures", "guides",
        "points", "redo", "state", "undo",
    )),
}  # fmt: skip
READING = ("borders", "borders?at=base", "points", "figures", "entries?after=0", "comments", "compare",
           "guides?as_of=2025-07-01")  # fmt: skip


@pytest.fixture
def plan(app: Flask, client: FlaskClient) -> str:
    """A plan of the town, whose incidents are published."""
    state = State.of(app)
    release(state.whole_reader, state.publication, Terms(5, 3000, 10, frozenset()), now=NOW)
    return made(client)


def figures_of(client: FlaskClient, plan: str, code: str) -> dict[str, Any]:
    found: dict[str, Any] = {unit["code"]: unit for unit in read(client, f"/{plan}/figures")["units"]}
    return dict(found[code])


# --- drawing --------------------------------------------------------------------------------


def test_a_new_plan_is_a_draft_on_the_borders_of_today(client: FlaskClient) -> None:
    answer = sent(client, "", NEW)
    plan = told(answer, 201)
    assert (plan["name"], plan["parent_name"], plan["base_as_of"]) == (
        "Phương án 1",
        "Thành phố Hải Phòng",
        "2026-11-01",
    )
    assert (plan["state"], plan["state_label"], plan["entries"]) == ("draft", "Đang soạn", 0)
    assert plan["may"]["edit"]
    assert not plan["may"]["publish"]
    assert told(client.get(answer.headers["Location"])) == plan | {"snapped_m2": 0.0, "comments_open": 0}
    assert read(client, "?lang=en")["plans"] == [plan | {"state_label": "Draft"}]
    borders = read(client, f"/{plan['id']}/borders")
    assert (borders["scale"], borders["last"], borders["level"]) == (10_000_000, 0, "commune")
    assert [unit["code"] for unit in borders["units"]] == ["10000", "10001", "10002", "10003"]
    # The border of the province stands still, those between two wards do not.
    assert {arc["locked"] for arc in borders["arcs"] if "" in {arc["left"], arc["right"]}} == {True}
    assert [arc["locked"] for arc in borders["arcs"] if "" not in {arc["left"], arc["right"]}] == [False] * 4
    ends = [places(arc["points"])[0] for arc in borders["arcs"]]
    assert all(1_063_000_000 <= east <= 1_064_000_000 for east, _north in ends)


def test_land_that_changes_hands_is_counted_at_once(client: FlaskClient, plan: str) -> None:
    done = told(redraw(client, plan), 201)
    (gain,) = done["entry"]["effect"]
    assert (done["last"], gain["from"], gain["to"]) == (1, "10001", "10000")
    assert {"incidents", "models"} <= set(gain["counts"])
    assert "cameras" not in gain["counts"]
    assert done["entry"]["by"]["reason"] == "theo đường mới"
    winner = figures_of(client, plan, "10000")
    assert winner["change"]["area_m2"] == pytest.approx(gain["area_m2"], rel=1e-4)
    # Whoever sits at this machine sees every camera.
    assert winner["now"]["cameras"] is not None
    totals = read(client, f"/{plan}/figures")["totals"]
    for name in ("population", "incidents", "models", "cameras"):
        assert totals["now"][name] == pytest.approx(totals["before"][name], abs=0.01), name
    (transfer,) = read(client, f"/{plan}/compare")["transfers"]
    assert (transfer["from_name"], transfer["to_name"]) == ("Phường Ô 1", "Phường Ô 0")
    assert transfer["counts"]["incidents"] == pytest.approx(gain["counts"]["incidents"], abs=0.01)


def test_undo_and_redo_survive_another_application(client: FlaskClient, store: Store, plan: str) -> None:
    base = read(client, f"/{plan}/borders")["arcs"]
    told(redraw(client, plan), 201)
    drawn = read(client, f"/{plan}/borders")["arcs"]
    undone = told(sent(client, f"/{plan}/undo", {"seen": 1}), 201)
    assert (undone["entry"]["action"], undone["last"]) == ("undo", 2)
    assert read(client, f"/{plan}/borders")["arcs"] == base
    reopened = create_app(Settings(), store, clock=lambda: NOW).test_client()
    assert read(reopened, f"/{plan}/borders")["arcs"] == base
    told(sent(reopened, f"/{plan}/redo", {"seen": 2}), 201)
    assert read(reopened, f"/{plan}/borders")["arcs"] == read(client, f"/{plan}/borders")["arcs"] == drawn
    assert read(client, f"/{plan}/borders?at=base")["arcs"] == base
    entries = read(client, f"/{plan}/entries?after=1")
    assert (entries["last"], [entry["action"] for entry in entries["entries"]]) == (3, ["undo", "redo"])


def test_whoever_comes_second_sees_both_lines(client: FlaskClient, plan: str) -> None:
    first = told(redraw(client, plan, 40_000), 201)
    late = refused(redraw(client, plan, 60_000, seen=0), 409, "Người khác vừa sửa")
    assert late["code"] == "stale_version"
    assert late["theirs"] == first["entry"]["arcs_after"]
    (mine,) = late["mine"]
    assert len(places(mine["points"])) == 3
    assert read(client, f"/{plan}/entries")["last"] == 1
    refused(sent(client, f"/{plan}/undo", {"seen": 0}), 409, "thao tác mới")
    # On what is there now it works.
    told(redraw(client, plan, 60_000, seen=1), 201)


def test_who_draws_elsewhere_is_in_nobodys_way(client: FlaskClient, plan: str) -> None:
    north = redrawing(client, plan, sides="10002 10003")
    told(redraw(client, plan), 201)
    told(sent(client, f"/{plan}/entries", {"operation": north, "seen": 0}), 201)
    assert len(read(client, f"/{plan}/compare")["transfers"]) == 2


def test_what_cannot_be_drawn_is_refused_with_the_reason(client: FlaskClient, plan: str) -> None:
    entries = f"/{plan}/entries"
    operation = redrawing(client, plan)
    start, _middle, end = operation["line"]
    off = [[start[0] + 50_000, start[1]], end]
    wrong = refused(sent(client, entries, {"operation": operation | {"line": off}, "seen": 0}), 422, "trên ranh giới")
    assert wrong["lon"] == pytest.approx(off[0][0] / 1e7)
    far = [start, [start[0] + 1_000_000, (start[1] + end[1]) // 2], end]
    refused(sent(client, entries, {"operation": operation | {"line": far}, "seen": 0}), 422, "cắt hoặc chạm")
    refused(sent(client, entries, {"operation": operation, "seen": 7}), 422, "thao tác")
    refused(sent(client, entries, {"operation": operation}), 428, "seen")
    refused(sent(client, f"/{plan}/undo", {"seen": 0}), 409, "hoàn tác")
    assert read(client, entries)["last"] == 0


# --- reading --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READING)
def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient, plan: str, name: str) -> None:
    first = client.get(f"{PLANS_AT}/{plan}/{name}")
    again = client.get(f"{PLANS_AT}/{plan}/{name}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_polling_sends_what_is_new_and_decodes_nothing_else(
    client: FlaskClient, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = f"{PLANS_AT}/{plan}/entries?after=0"
    idle = client.get(at)
    assert len(idle.data) < 300
    told(redraw(client, plan), 201)
    answer = client.get(at, headers={"If-None-Match": idle.headers["ETag"]})
    assert [entry["number"] for entry in told(answer)["entries"]] == [1]
    monkeypatch.setattr("mapserver.services.plan_desk.read_entries", lambda *_args, **_more: pytest.fail("decoded"))
    assert client.get(at, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    told(sent(client, f"/{plan}/comments", {"text": "Đoạn này theo kênh"}), 201)
    heard = told(client.get(f"{PLANS_AT}/{plan}/entries?after=1", headers={"If-None-Match": answer.headers["ETag"]}))
    assert (heard["comments_open"], heard["entries"]) == (1, [])


def test_points_are_those_of_the_base_and_never_cameras(client: FlaskClient, store: Store, plan: str) -> None:
    before = client.get(f"{PLANS_AT}/{plan}/points").data
    found = json.loads(before)
    assert set(found["kinds"]) <= {"people", "households", "incidents", "models"}
    assert {len(kind["weight"]) * 2 == len(kind["xy"]) for kind in found["kinds"].values()} == {True}
    assert sum(found["kinds"]["models"]["weight"]) == 2
    assert found["population"] == dict.fromkeys(("10000", "10001", "10002", "10003"), 10_000)
    assert any("số liệu công bố" in note for note in found["notes"])
    told(redraw(client, plan), 201)
    more = cameras()
    more["id"] = ["another"]
    store.append(CAMERAS, more)
    assert client.get(f"{PLANS_AT}/{plan}/points").data == before


def test_old_borders_are_lines_to_draw_along(client: FlaskClient, plan: str) -> None:
    lines = read(client, f"/{plan}/guides?as_of=2025-07-01")["lines"]
    assert len(lines) == 8
    assert read(client, f"/{plan}/guides?as_of=2020-01-01")["lines"] == []
    refused(client.get(f"{PLANS_AT}/{plan}/guides"), 422, "as_of")


def test_two_plans_on_one_base_are_compared(client: FlaskClient, plan: str) -> None:
    told(redraw(client, plan), 201)
    branched = told(sent(client, f"/{plan}/branch", {"name": "Phương án 2"}), 201)
    assert (branched["entries"], branched["branched_from"], branched["state"]) == (1, plan, "draft")
    other = branched["id"]
    told(sent(client, f"/{other}/undo", {"seen": 1}), 201)
    beside = read(client, f"/{plan}/compare?with={other}")
    assert len(beside["transfers"]) == 1
    assert set(beside["figures"]) == {"one", "other"}
    assert read(client, f"/{other}/compare")["transfers"] == []
    refused(client.get(f"{PLANS_AT}/{plan}/compare?with=x"), 422, "with")
    ward = made(client, level="beat", parent="10000")
    refused(client.get(f"{PLANS_AT}/{plan}/compare?with={ward}"), 409)


# --- talking and deciding -------------------------------------------------------------------


def test_a_comment_is_kept_and_settled_once(client: FlaskClient, plan: str) -> None:
    comment = told(sent(client, f"/{plan}/comments", {"text": "Hỏi lại phường Ô 1", "unit": "10001"}), 201)
    assert read(client, f"/{plan}")["comments_open"] == 1
    at = f"/{plan}/comments/{comment['id']}/settle"
    settled = told(sent(client, at, {"row_version": comment["row_version"]}))
    assert settled["settled_by"]
    refused(sent(client, at, {"row_version": settled["row_version"]}), 409)
    assert read(client, f"/{plan}/comments")["comments"] == [settled]
    assert read(client, f"/{plan}")["comments_open"] == 0
    refused(sent(client, f"/{plan}/comments", {"text": "  "}), 422)
    refused(sent(client, f"/{plan}/comments", {"text": "a", "entry_number": 4}), 422)


def test_a_name_is_changed_on_the_version_that_was_seen(client: FlaskClient, plan: str) -> None:
    renamed = told(sent(client, f"/{plan}", {"name": "Phương án theo kênh", "row_version": 1}, method="PATCH"))
    assert (renamed["name"], renamed["row_version"]) == ("Phương án theo kênh", 2)
    refused(sent(client, f"/{plan}", {"name": "Khác", "row_version": 1}, method="PATCH"), 412)
    refused(sent(client, f"/{plan}", {"name": "Khác"}, method="PATCH"), 428)
    assert read(client, f"/{plan}")["name"] == "Phương án theo kênh"


def test_a_plan_is_approved_and_published_and_the_map_follows(client: FlaskClient, store: Store, plan: str) -> None:
    refused(moved(client, plan, "in_review"), 422)
    told(redraw(client, plan), 201)
    told(moved(client, plan, "in_review"))
    refused(redraw(client, plan, seen=1), 409)
    refused(moved(client, plan, "draft"), 422, "lý do")
    told(moved(client, plan, "approved"))
    refused(moved(client, plan, "scheduled", decree="NQ 1/2026"), 422, "ngày")
    refused(moved(client, plan, "scheduled", effective_on="2025-01-01", decree="NQ 1/2026"), 409)
    done = told(moved(client, plan, "scheduled", effective_on="2027-01-01", decree="NQ 1/2026"))
    assert (done["state"], done["decree"], len(done["frozen_hash"])) == ("scheduled", "NQ 1/2026", 64)
    assert not any(done["may"][name] for name in ("edit", "review", "approve", "publish"))

    days = [vintage["from"] for vintage in told(client.get("/api/v1/vintages"))["vintages"]]
    assert days == ["2025-07-01", "2027-01-01"]
    tile = "/tiles/units/12/3257/1804.mvt"
    old, new = (read_tile(client.get(f"{tile}?as_of={day}").data) for day in ("2026-12-31", "2027-01-01"))
    assert old != new
    assert read_tile(client.get(tile).data) == old
    later = create_app(Settings(), store, clock=lambda: NOW.replace(year=2027)).test_client()
    assert read(later, f"/{plan}")["state"] == "in_force"
    assert read_tile(later.get(tile).data) == new


def test_a_plan_whose_units_were_changed_is_shown_but_not_drawn_on(
    client: FlaskClient, store: Store, plan: str
) -> None:
    first = store.read(UNITS)["id"].iloc[0]
    store.apply(ChangeSet(UNITS, update={first: {"name": "Tên khác"}}))
    assert read(client, f"/{plan}")["state"] == "draft"
    refused(client.get(f"{PLANS_AT}/{plan}/borders"), 409, "Ranh giới gốc đã thay đổi")
    body = {"operation": {"kind": "rename", "unit": "10000", "name": "Mới"}, "seen": 0}
    refused(sent(client, f"/{plan}/entries", body), 409)
