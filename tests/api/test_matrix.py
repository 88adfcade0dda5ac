"""Every route, every role, inside and outside the area: the answer is what the table of rights says.

The cells are made from the application's own list of routes and from the tables, not by hand: a new route is tested
as soon as it exists, and fails until the table of doors names it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from layers.access.policy import Action, Sight, right
from layers.access.roles import Role
from layers.catalog import INCIDENTS
from layers.store import Store
from mapserver.app import create_app
from mapserver.services.jobs import start_job
from mapserver.services.plans import NewPlan, create, listed
from mapserver.settings import Settings
from mapserver.web.doors import DOORS, Door
from tests.accounts import GOOD
from tests.api.people import INSIDE, OUTSIDE, PLACES, RNG, Office, office, town_store
from tests.builders import NOW, incidents

WHERE = (INSIDE, OUTSIDE)
TILES = {INSIDE: (14, 13030, 7220), OUTSIDE: (14, 13033, 7214)}
PASSES, SIGN_IN, REFUSED, ABSENT = "passes", "asked to sign in", "refused", "is not there"
TOO_COARSE = "what may be seen is too coarse"
# The plan asked for is of the beats of one ward.
ON_OWN_GROUND = {f"plans.{name}" for name in ("add", "branch", "commit", "move", "redo", "rename", "undo")}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Office:
    store = town_store()
    two = incidents(2, seed=9)
    two["id"], two["source_ref"] = [_record(code) for code in WHERE], list(WHERE)
    two["geometry"] = [_point(code) for code in WHERE]
    store.append(INCIDENTS, two)
    for code in WHERE:
        create(store, NewPlan(code, "beat", code, NOW.date()), who="somebody else", now=NOW, rng=RNG)
    return office(store, tmp_path_factory.mktemp("office"))


def _record(code: str) -> str:
    return f"0197c348-8800-7000-8000-0000000{code}"


def _point(code: str) -> Any:
    import shapely

    return shapely.Point(*PLACES[code])


def cells(app: Flask) -> list[tuple[Rule, str, Role, str]]:
    routes = [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return [(*route, role, where) for route, role, where in itertools.product(routes, Role, WHERE)]


def expected(held: Office, rule: Rule, role: Role, where: str) -> str:
    """What the tables say of one cell."""
    door, who = DOORS[rule.endpoint], held.viewer(role)
    allowed = (door.action is None or who.may(door.action)) and _sees_some(role, door)
    allowed = allowed and (rule.endpoint not in ON_OWN_GROUND or (who.may(Action.PLAN) and who.is_inside([where])))
    if door.is_open:
        return PASSES
    if role is Role.RESIDENT and (door.needs_account or not allowed):
        return SIGN_IN
    if not allowed:
        return REFUSED
    is_seen = who.sight("incidents", [where]) is Sight.EXACT
    if not is_seen and (rule.endpoint == "incidents_write.add" or "record_id" in rule.arguments):
        return ABSENT if rule.arguments else REFUSED
    if rule.endpoint.startswith("jobs.") and rule.arguments:
        return PASSES if where == INSIDE or who.may(Action.ADMINISTER) else ABSENT
    # A back-test goes by the day; published counts go by the month.
    return PASSES if is_seen or rule.endpoint != "hotspot_maps.backtest" else TOO_COARSE


def _sees_some(role: Role, door: Door) -> bool:
    return not door.layers or any(max(right(role, layer)) > Sight.NOTHING for layer in door.layers)


def address(held: Office, rule: Rule, role: Role, where: str) -> str:
    """A request of the route about a ward: its place, its record, a job of one's own or of somebody else."""
    z, x, y = TILES[where]
    values: dict[str, Callable[[], object]] = {
        "z": lambda: z, "x": lambda: x, "y": lambda: y, "record_id": lambda: _record(where), "name": lambda: "none.js",
        "kind": lambda: next(each for each in ("pdf", "csv", "geojson") if each in rule.rule),
        "reference": lambda: where, "key": lambda: "none", "login": lambda: "viewer",
        "session_id": lambda: _record(where), "job_id": lambda: _job(held, role, where),
        "plan_id": lambda: _plan(held, where), "comment_id": lambda: _record(where),
    }  # fmt: skip
    filled = {name: values[name]() for name in rule.arguments}
    built = rule.build(filled)
    assert built is not None
    asks = (
        "incidents" in DOORS[rule.endpoint].layers
        and not rule.arguments & {"record_id"}
        and "GET" in (rule.methods or ())
    )
    lon, lat = PLACES[where]
    # A request that is refused for its parameters would say nothing about rights.
    queries = {
        "incidents_write.add": "", "pages.map_page": "",
        "recast.recast": f"?bbox={lon},{lat},{lon + 0.01:.4f},{lat + 0.01:.4f}",
        "incident_records.at": f"?lon={lon}&lat={lat}&radius_m=5", "units.names": "?q=Ô", "units.search": "?q=Ô",
        "hotspot_maps.run": f"?method=gistar&cell_m=3000&unit={where}",
        "quarantine.listed": "", "quarantine.sheet": "",
        "plans.guides": "?as_of=2025-07-01",
    }  # fmt: skip
    return built[1] + queries.get(rule.endpoint, f"?unit={where}" if asks else "")


def _plan(held: Office, where: str) -> str:
    return next(plan.id for plan in listed(held.state.store) if plan.name == where)


def _job(held: Office, role: Role, where: str) -> str:
    account = held.accounts.get(role)
    who = account.login if account and where == INSIDE else "somebody else"
    return start_job(held.state.system, "import_boundaries", {"who": who, "path": "none"}, now=NOW, rng=RNG).job_id


def sent(client: FlaskClient, rule: Rule, method: str, *, at: str, where: str) -> TestResponse:
    if method == "GET":
        return client.get(at)
    if rule.endpoint.startswith(("sign_in.", "account_pages.", "boundary_imports.", "jobs.start", "quarantine.")):
        return client.open(at, method=method, data={"password": GOOD, "new": GOOD, "again": GOOD})
    lon, lat = PLACES[where]
    body = {"category": "trom_cap", "occurred_from": "2026-10-01 15h30", "lon": lon, "lat": lat}
    changed = {"severity": "nghiem_trong", "reason": "thử", "row_version": "1"}
    bodies: dict[str, dict[str, object]] = {
        "incidents_write.add": dict(body),
        "plans.add": {"name": "Mới", "level": "beat", "parent": where},
        "plans.move": {"to": "in_review", "row_version": 1},
    }
    said = bodies.get(rule.endpoint, changed)
    return client.open(at, method=method, json=said)


def found(answer: TestResponse, rule: Rule) -> str:
    leads_in = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?next=")
    if leads_in or (answer.status_code == 401 and rule.endpoint != "sign_in.enter"):
        return SIGN_IN
    if answer.status_code == 403 and rule.endpoint != "sign_in.enter":
        return REFUSED
    if answer.status_code == 404 and rule.arguments & {"record_id", "job_id"}:
        return ABSENT
    if answer.status_code == 422 and answer.request.method == "GET":
        return TOO_COARSE if "số liệu công bố" in answer.text else "not understood"
    return PASSES if answer.status_code < 500 else f"a fault ({answer.status_code})"


def test_every_route_gives_every_role_what_the_table_says(held: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    # Drawing a sheet takes a second and decides about nobody's rights.
    monkeypatch.setattr("mapserver.web.snapshots.draw", lambda data, language: None)
    monkeypatch.setattr("mapserver.web.snapshots.to_bytes", lambda drawn, kind: b"%PDF")
    monkeypatch.setattr("mapserver.web.plan_files.sheet_pdf", lambda sheet, language: b"%PDF")
    wrong = []
    checked = cells(held.app)
    for rule, method, role, where in checked:
        at = address(held, rule, role, where)
        answer = sent(held.client(role), rule, method, at=at, where=where)
        answer.close()
        wanted, got = expected(held, rule, role, where), found(answer, rule)
        if got != wanted:
            wrong.append(f"{method} {at} as {role}: {got} instead of {wanted} ({answer.status_code})")
    print(f"{len(checked)} cells of route, role and area")
    assert not wrong, f"{len(wrong)} of {len(checked)} cells:\n" + "\n".join(wrong)
    assert len(checked) == 2 * len(Role) * len({(rule.endpoint, method) for rule, method, *_ in checked}) >= 700


def test_the_table_names_every_route_and_nothing_else(held: Office) -> None:
    assert {rule.endpoint for rule in held.app.url_map.iter_rules()} == set(DOORS)


def test_whatever_writes_says_which_right_it_takes(held: Office) -> None:
    for rule in held.app.url_map.iter_rules():
        door = DOORS[rule.endpoint]
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"} and not door.is_open:
            assert door.action is not None or door.needs_account, rule.rule
        if "export" in rule.rule or "snapshot" in rule.rule:
            assert door.action is Action.EXPORT, rule.rule
        if rule.rule.startswith("/accounts"):
            assert door.action is Action.ADMINISTER, rule.rule
        assert "incidents" not in rule.rule.split("/") or "incidents" in door.layers, rule.rule


def test_a_route_that_the_table_does_not_name_is_shut(store: Store) -> None:
    app = create_app(Settings(), store, clock=lambda: NOW)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open to everybody")
    answer = app.test_client().get("/forgotten")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")


@pytest.mark.parametrize("kind", ["mvt", "png"])
def test_two_people_ask_for_the_same_tile_one_after_the_other(held: Office, kind: str) -> None:
    tile = f"/tiles/incidents/11/1628/902.{kind}"
    administrator, viewer = held.client(Role.ADMINISTRATOR), held.client(Role.VIEWER)
    first, second = administrator.get(tile), viewer.get(tile)
    assert first.data != second.data
    assert administrator.get(tile).data == first.data
    # What one browser holds is not taken for the answer to somebody else.
    again = viewer.get(tile, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (200, second.data)


def test_without_residents_everything_but_the_door_itself_is_shut(tmp_path: Path) -> None:
    shut = office(town_store(), tmp_path, residents=False)
    client = shut.app.test_client()
    assert client.get("/api/v1/incidents/summary").status_code == 401
    assert client.get("/?c=trom_cap").headers["Location"] == "/sign-in?next=%2F%3Fc%3Dtrom_cap"
    assert client.get("/healthz").status_code == client.get("/sign-in").status_code == 200


def test_a_token_does_what_it_was_made_for_and_nothing_else(held: Office) -> None:
    reads = held.program(Role.ADMINISTRATOR)
    writes = held.program(Role.ADMINISTRATOR, Action.EDIT)
    body = {"category": "trom_cap", "occurred_from": "2026-10-01 15h30", "reason": "thử"}
    assert reads.get("/api/v1/incidents/points").status_code == 200
    assert reads.post("/api/v1/incidents", json=body).status_code == 403
    assert writes.post("/api/v1/incidents", json=body).status_code == 201
    assert writes.get("/api/v1/incidents/export.csv").status_code == 403
    client = held.app.test_client()
    wrong = client.get("/api/v1/version", headers={"Authorization": "Bearer antt_made_up"})
    assert (wrong.status_code, json.loads(wrong.data)["code"]) == (401, "sign_in_refused")
