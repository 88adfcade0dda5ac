"""Every command with a door, run by every role with a token: done exactly where the tables of rights say so."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from werkzeug.serving import make_server

from layers.access.policy import ACTIONS, Action, Sight, right
from layers.access.roles import ACCOUNT_ROLES, Role
from layers.catalog import INCIDENTS, UNITS
from layers.planning.operations import Rename
from layers.store import Store, open_store
from layers.store.system_file import system_path
from mapserver.app import create_app
from mapserver.cli.remote_doors import DOORS as COMMANDS
from mapserver.clock import utc_now
from mapserver.services.entering import NewToken, create_token
from mapserver.services.jobs import Shift, run_next
from mapserver.services.plan_desk import PlanDesk
from mapserver.services.plans import branched
from mapserver.settings import Settings
from mapserver.web.gate import DOORS
from mapserver.web.state import State
from tests.accounts import added, registers_at
from tests.builders import NOW, incidents, town
from tests.cli.command import Ended, antt
from tests.plan_desks import BY, new_plan

OWN, ELSEWHERE = "10000", "10003"
PLACES = {OWN: ("106.321", "20.921"), ELSEWHERE: ("106.381", "20.981")}
TABLE = "Số hồ sơ,Ngày xảy ra,Loại vụ việc,Kinh độ,Vĩ độ\nA1,2/10/2026,Trộm cắp,106.31,20.91\n"
# The doors of the server that each command goes through.
ENDPOINTS: dict[str, tuple[str, ...]] = {
    "boundaries list": ("units.units", "vintages.listed"),
    "boundaries search": ("units.names",),
    "boundaries standards": ("vintages.standards",),
    "boundaries check": ("boundary_repairs.cards",),
    "boundaries repair": ("boundary_repairs.cards",),
    "boundaries import": ("boundary_imports.send", "jobs.job"),
    "lineage show": ("units.lineage",),
    "incidents import": ("jobs.start", "jobs.job"),
    "incidents quarantine list": ("quarantine.listed",),
    "incidents quarantine export": ("quarantine.listed", "quarantine.sheet"),
    "incidents quarantine retry": ("quarantine.retry", "jobs.job"),
    "incidents add": ("incidents_write.add",),
    "incidents edit": ("incident_records.one", "incidents_write.edit"),
    "incidents withdraw": ("incident_records.one", "incidents_write.withdraw"),
    "incidents reinstate": ("incident_records.one", "incidents_write.reinstate"),
    "incidents history": ("incident_records.history",),
    "incidents export": ("incident_records.export", "incident_records.export_meta"),
    "hotspots run": ("hotspot_maps.start", "jobs.job"),
    "hotspots backtest": ("hotspot_maps.start", "jobs.job"),
    "plan new": ("plans.add",),
    "plan list": ("plans.listed",),
    "plan show": ("plans.one", "plans.entries"),
    "plan apply": ("plans.one", "plans.commit"),
    "plan undo": ("plans.one", "plans.undo"),
    "plan redo": ("plans.one", "plans.redo"),
    "plan state": ("plans.one", "plans.move"),
    "snapshot create": ("snapshots.snapshot", "incidents.summary"),
    "store info": ("health.version",),
}
# Who may bring a plan to which state is not the door's to say.
BY_STATE = "plan state"
ON_A_RECORD = ("incidents add", "incidents edit", "incidents history", "incidents withdraw")
REFUSED = {2, 5}
# What is sent here is no sheet of the quarantine, which is told to those who may send one.
ENDS = {"incidents quarantine retry": 2}


@dataclass(frozen=True)
class Office:
    """A served map, and where the tokens of its people are."""

    address: str
    folder: Path
    records: dict[str, str]
    plans: dict[str, str]

    def run(self, role: Role, *words: str) -> Ended:
        """Run a command as somebody of a role."""
        token = self.folder / f"{role}.txt"
        return antt("--server", self.address, "--token-file", token, *words, "--json", cwd=self.folder)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    rows = incidents(30)
    store = open_store(str(folder / "antt.gpkg"))
    store.append(UNITS, town())
    store.append(INCIDENTS, rows)
    registers = registers_at(system_path(store.address))
    # The administrator first: without one nobody else gets an account.
    for role in reversed(ACCOUNT_ROLES):
        added(registers, str(role), role, area=None if role is Role.ADMINISTRATOR else frozenset({OWN}))
        asked = NewToken(str(role), "test", ACTIONS[role], 1)
        _token, secret = create_token(registers, asked, now=utc_now(), rng=np.random.default_rng(sum(role.encode())))
        (folder / f"{role}.txt").write_text(secret, encoding="ascii")
    (folder / "a.csv").write_text(TABLE, encoding="utf-8")
    town().drop(columns=["id", "valid_from"]).to_file(folder / "xa.geojson")
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    app = create_app(Settings(store=str(folder / "antt.gpkg"), audit_key_file=str(folder.parent / "audit.key")))
    state, stop = State.of(app), threading.Event()
    shift = Shift(state.store, state.system, utc_now, np.random.default_rng(1))

    def work() -> None:
        while not stop.wait(0.05):
            run_next(shift)

    served = make_server("127.0.0.1", 0, app, threaded=True)
    threads = [threading.Thread(target=served.serve_forever), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    west, south = rows.geometry.x < 106.35, rows.geometry.y < 20.95
    records = {OWN: str(rows[west & south]["id"].iloc[0]), ELSEWHERE: str(rows[~west & ~south]["id"].iloc[0])}
    yield Office(f"http://127.0.0.1:{served.server_port}", folder, records, _plans(store, folder))
    stop.set()
    served.shutdown()
    served.server_close()
    for thread in threads:
        thread.join()
    state.store.close()


def _plans(store: Store, folder: Path) -> dict[str, str]:
    """Plans of the beats of the own ward: one for each command, with enough to undo and to do again."""
    desk, unit, by = PlanDesk(store), f"{OWN}-1", replace(BY, author="ai đó")
    for role in ACCOUNT_ROLES:
        operation = {"kind": "rename", "unit": unit, "name": f"Tên của {role}"}
        (folder / f"{role}.json").write_text(json.dumps([operation]), encoding="utf-8")
    plan_id = new_plan(store, level="beat", parent=OWN).id
    for time in range(2):
        desk.commit(plan_id, Rename(unit, f"Tên {time}"), seen=time, by=by)
    rng = np.random.default_rng(3)
    names = ("show", "apply", "undo", "redo", *ACCOUNT_ROLES)
    made = {name: branched(store, plan_id, name, who="ai đó", now=NOW, rng=rng).id for name in names}
    for time in range(2):
        desk.undo(made["redo"], by=by, seen=2 + time)
    return made


def may_pass(role: Role, endpoint: str) -> bool:
    door = DOORS[endpoint]
    seen = [right(role, layer) for layer in door.layers]
    hidden = any(max(each.inside, each.outside) is Sight.NOTHING for each in seen)
    return not hidden and (door.action is None or door.action in ACTIONS[role])


def words_of(command: str, record: str, ward: str) -> tuple[str, ...]:
    lon, lat = PLACES[ward]
    more = {
        "boundaries search": ("o 1",),
        "boundaries import": ("xa.geojson", "--valid-from", "2025-07-01", "--dry-run"),
        "lineage show": ("10000",),
        "incidents import": ("a.csv",),
        "incidents quarantine export": ("--out", "giu-lai.xlsx"),
        "incidents quarantine retry": ("a.csv",),
        "incidents add": ("--category", "trom_cap", "--occurred-from", "2026-10-02", "--lon", lon, "--lat", lat),
        "incidents edit": (record, "--status", "da_xu_ly"),
        "incidents withdraw": (record, "--reason", "thử"),
        "incidents reinstate": (record, "--reason", "thử"),
        "incidents history": (record,),
        "incidents export": ("--out", "a.csv.geojson"),
        "hotspots run": ("--out", "o.geojson", "--cell-m", "1000", "--unit", ward),
        "hotspots backtest": ("--cell-m", "1000", "--unit", ward),
        "plan new": ("Phương án", "--parent", OWN, "--level", "beat"),
        "snapshot create": ("--out", "a.png", "--layers", "units"),
    }
    return (*command.split(), *more.get(command, ()))


def test_the_table_here_names_every_command_with_a_door() -> None:
    assert set(ENDPOINTS) == set(COMMANDS)


def plan_words(office: Office, command: str, role: Role) -> tuple[str, ...]:
    name = command.removeprefix("plan ")
    if name not in {*office.plans, "state"}:
        return ()
    more = {"apply": (f"{role}.json",), "state": ("in_review",)}
    return office.plans[str(role) if name == "state" else name], *more.get(name, ())


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
@pytest.mark.parametrize(
    "command", [name for name in ENDPOINTS if name not in {*ON_A_RECORD, "incidents reinstate", BY_STATE}]
)
def test_a_command_is_done_by_those_who_may(office: Office, command: str, role: Role) -> None:
    ended = office.run(role, *words_of(command, "", OWN), *plan_words(office, command, role))
    if all(may_pass(role, endpoint) for endpoint in ENDPOINTS[command]):
        assert ended.returncode == ENDS.get(command, 0), ended.stderr
        return
    error = json.loads(ended.stderr)["error"]
    assert (ended.returncode, error["code"]) == (5, "forbidden"), ended.stderr
    assert error["message"] != error["message_en"]


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
def test_a_plan_is_sent_to_review_by_those_who_plan(office: Office, role: Role) -> None:
    may = Action.PLAN in ACTIONS[role] and all(may_pass(role, endpoint) for endpoint in ENDPOINTS[BY_STATE])
    ended = office.run(role, *BY_STATE.split(), *plan_words(office, BY_STATE, role))
    assert ended.returncode == (0 if may else 5), ended.stderr


@pytest.mark.parametrize("ward", [OWN, ELSEWHERE])
@pytest.mark.parametrize("role", ACCOUNT_ROLES)
def test_single_incidents_are_reached_in_the_own_area_alone(office: Office, role: Role, ward: str) -> None:
    rights = right(role, INCIDENTS.key)
    exact = (rights.inside if ward == OWN else rights.outside) is Sight.EXACT
    for command in ON_A_RECORD:
        may = exact and all(may_pass(role, endpoint) for endpoint in ENDPOINTS[command])
        ended = office.run(role, *words_of(command, office.records[ward], ward))
        assert (ended.returncode == 0) is may, (command, ended.stderr)
        assert ended.returncode in {0, *REFUSED}
        if may and command == "incidents withdraw":
            assert office.run(role, *words_of("incidents reinstate", office.records[ward], ward)).returncode == 0


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
def test_hotspots_over_places_that_are_seen_unlike_one_another_are_refused(office: Office, role: Role) -> None:
    ended = office.run(role, "hotspots", "run", "--out", "o.geojson", "--cell-m", "1000")
    rights = right(role, INCIDENTS.key)
    if rights.inside is rights.outside:
        assert ended.returncode == 0, ended.stderr
        return
    error = json.loads(ended.stderr)["error"]
    assert (ended.returncode, error["hint"]) == (
        2,
        "Chọn phạm vi area=own (địa bàn bạn phụ trách), hoặc lọc một đơn vị của địa bàn đó.",
    )


def test_without_a_token_nothing_is_told_where_residents_are_not_let_in(office: Office) -> None:
    ended = antt("--server", office.address, "store", "info", "--json", cwd=office.folder)
    assert (ended.returncode, json.loads(ended.stderr)["error"]["code"]) == (5, "sign_in_refused")
