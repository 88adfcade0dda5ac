"""`antt --server`: the same answers as with the store at hand, refusals in both languages, nothing half done."""

from __future__ import annotations

import http.server
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from werkzeug.serving import make_server

from layers.access.policy import Action
from layers.access.roles import Role
from layers.catalog import INCIDENTS, UNITS
from layers.errors import InvalidParameter
from layers.store import open_store
from layers.store.system_file import system_path
from mapserver.app import create_app
from mapserver.cli.main import antt as antt_group
from mapserver.cli.remote import server_of
from mapserver.cli.remote_doors import DOORS, ON_THE_SERVER
from mapserver.cli.run import Elsewhere
from mapserver.clock import utc_now
from mapserver.services.entering import NewToken, create_token
from mapserver.services.jobs import Shift, run_next
from mapserver.settings import Settings
from mapserver.web.state import State
from tests.accounts import added, registers_at
from tests.builders import incidents, town
from tests.cli.command import Ended, antt, refused, result

TOKEN = "-".join(("bi", "mat"))
TABLE = "Số hồ sơ,Ngày xảy ra,Loại vụ việc,Kinh độ,Vĩ độ\nA1,2/10/2026,Trộm cắp,106.31,20.91\n"
BAD_ROW = "A2,32/10/2026,Ma túy,106.31,20.91\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the office keeps a store, an administrator, and the administrator's token."""
    store = open_store(str(tmp_path / "antt.gpkg"))
    store.append(UNITS, town())
    store.append(INCIDENTS, incidents(30))
    registers = registers_at(system_path(store.address))
    store.close()
    added(registers, "chief", Role.ADMINISTRATOR, area=None)
    asked = NewToken("chief", "máy trạm", frozenset({Action.IMPORT, Action.EDIT, Action.PLAN, Action.EXPORT}), 30)
    _token, secret = create_token(registers, asked, now=utc_now(), rng=np.random.default_rng(3))
    (tmp_path / "token.txt").write_text(f"{secret}\n", encoding="ascii")
    return tmp_path


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A served map with a worker that does its jobs."""
    monkeypatch.setattr("mapserver.cli.remote_jobs._LOOK_EVERY_S", 0.02)
    # Its lines about requests would stand between what the command says.
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    app = create_app(Settings(store=str(folder / "antt.gpkg"), audit_key_file=os.environ["ANTT_AUDIT_KEY_FILE"]))
    state, stop = State.of(app), threading.Event()
    shift = Shift(state.store, state.system, utc_now, np.random.default_rng(1))

    def work() -> None:
        while not stop.wait(0.02):
            run_next(shift)

    served = make_server("127.0.0.1", 0, app, threaded=True)
    threads = [threading.Thread(target=served.serve_forever), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    stop.set()
    served.shutdown()
    served.server_close()
    for thread in threads:
        thread.join()
    state.store.close()


@pytest.fixture
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A computer elsewhere: a folder without a store."""
    return tmp_path_factory.mktemp("station")


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Name every command, without the groups."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name))


def through(server: str, folder: Path) -> tuple[str, ...]:
    return ("--server", server, "--token-file", str(folder / "token.txt"))


def test_every_command_has_a_door_or_is_named_as_having_none() -> None:
    assert sorted(commands(antt_group)) == sorted([*DOORS, *ON_THE_SERVER])


def test_the_page_about_servers_names_every_command_with_a_door() -> None:
    page = (Path(__file__).parents[2] / "docs" / "remote.md").read_text(encoding="utf-8")
    assert [name for name in DOORS if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", sorted(ON_THE_SERVER))
def test_a_command_without_a_door_says_where_to_run_it(name: str, station: Path) -> None:
    command: click.Command = antt_group
    for word in name.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    needed = []
    for parameter in command.params:
        if parameter.required:
            value = "2026-01-01" if parameter.type.name == "date" else _sample(parameter)
            needed += [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]
    ended = antt("--server", "http://127.0.0.1:9", *name.split(), *needed, "--json", cwd=station)
    error = json.loads(ended.stderr)["error"]
    assert (ended.returncode, error["code"]) == (2, "invalid_parameter"), ended.stderr
    assert f"antt {name}" in error["message_en"]
    assert "--server" in error["hint"]
    assert list(station.iterdir()) == []


def _sample(parameter: click.Parameter) -> str:
    return str(parameter.type.choices[0]) if isinstance(parameter.type, click.Choice) else "a=b"


@pytest.mark.parametrize(
    "call",
    [
        ("boundaries", "list", "--as-of", "2026-01-01", "--level", "commune"),
        ("boundaries", "search", "o 1"),
        ("boundaries", "standards", "--as-of", "2026-01-01"),
        ("boundaries", "check", "--as-of", "2026-01-01"),
        ("lineage", "show", "10000"),
    ],
    ids=" ".join,
)
def test_reading_through_a_server_prints_what_the_store_prints(
    server: str, folder: Path, station: Path, call: tuple[str, ...]
) -> None:
    here, there = result(*call, cwd=folder), result(*through(server, folder), *call, cwd=station)
    assert {**there, "store": ""} == {**here, "store": ""}
    said_here, said_there = antt(*call, cwd=folder), antt(*through(server, folder), *call, cwd=station)
    assert said_there.stdout == said_here.stdout
    assert list(station.iterdir()) == []


def test_an_incident_is_written_changed_withdrawn_and_taken_back(server: str, folder: Path, station: Path) -> None:
    def call(*words: str, code: int = 0) -> dict[str, Any]:
        return result(*through(server, folder), "incidents", *words, cwd=station, code=code)

    made = call("add", "--category", "trom_cap", "--occurred-from", "2/10/2026 21:30", "--lon", "106.31",
                "--lat", "20.91", "--reason", "trực ban")  # fmt: skip
    name = str(made["id"])
    assert call("edit", name, "--severity", "nghiem_trong")["row_version"] == 2
    assert call("withdraw", name, "--reason", "nhập nhầm", "--row-version", "2")["row_version"] == 3
    assert call("reinstate", name, "--reason", "đúng là có")["row_version"] == 4
    here = result("incidents", "history", name, cwd=folder)
    assert call("history", name) == here
    assert [change["what"] for change in here["history"]] == ["insert", "update", "update", "update"]  # type: ignore[attr-defined]


def test_a_stale_change_is_refused_with_both_versions(server: str, folder: Path, station: Path) -> None:
    result("incidents", "export", "--out", "a.geojson", cwd=folder)
    name = str(json.loads((folder / "a.geojson").read_bytes())["features"][0]["id"])
    words = (*through(server, folder), "incidents", "edit", name, "--row-version", "1", "--status")
    result(*words, "dang_xu_ly", cwd=station)
    ended = antt(*words, "da_xu_ly", cwd=station)
    assert ended.returncode == 5
    assert "Lỗi: " in ended.stderr
    assert "Error: " in ended.stderr
    assert "status: yours da_xu_ly | current dang_xu_ly" in ended.stderr


@pytest.mark.parametrize("kind", ["csv", "geojson", "xlsx"])
def test_an_export_is_the_same_file(server: str, folder: Path, station: Path, kind: str) -> None:
    words = ("incidents", "export", "--from", "2026-01-02", "--to", "2026-01-05", "--out", f"vu.{kind}")
    here = result(*words, cwd=folder)
    there = result(*through(server, folder), *words, cwd=station)
    assert (there["count"], there["out"]) == (here["count"], here["out"])
    assert here["count"] == 11
    if kind == "csv":
        assert (station / "vu.csv").read_bytes() == (folder / "vu.csv").read_bytes()
        assert json.loads((station / "vu.meta.json").read_bytes())["rows"] == 11


def test_a_file_of_incidents_is_imported_and_what_is_set_aside_is_told(
    server: str, folder: Path, station: Path
) -> None:
    (station / "vụ “việc”.csv").write_text(TABLE + BAD_ROW, encoding="utf-8")
    words = (*through(server, folder), "incidents", "import", "vụ “việc”.csv")
    found = result(*words, cwd=station, code=6)
    assert (found["read"], found["accepted"], found["quarantined"], found["store"]) == (2, 1, 1, server)
    assert result(*words, cwd=station, code=6)["duplicates"] == 1
    (made,) = (one for one in result("incidents", "imports", cwd=folder)["imports"] if one["state"] == "done"  # type: ignore[attr-defined]
               and one["counts"]["accepted"])  # fmt: skip
    assert made["source"] == "vụ “việc”"


def test_a_file_that_is_no_table_is_refused_as_it_would_be_here(server: str, folder: Path, station: Path) -> None:
    (station / "a.csv").write_text("x\n", encoding="utf-8")
    here = refused("incidents", "import", str(station / "a.csv"), "--map", "lon=Không có", cwd=folder)
    there = refused(*through(server, folder), "incidents", "import", "a.csv", "--map", "lon=Không có", cwd=station)
    assert there == here
    assert refused(*through(server, folder), "incidents", "import", "b.csv", cwd=station)["exit"] == "3"


def test_boundaries_are_checked_then_imported(server: str, folder: Path, station: Path) -> None:
    town(valid_from="2026-06-01").drop(columns=["id", "valid_from"]).to_file(station / "xa.geojson")
    words = (*through(server, folder), "boundaries", "import", "xa.geojson", "--valid-from", "2026-06-01")
    checked = result(*words, "--dry-run", cwd=station)
    assert (checked["inserted"], checked["dry_run"]) == (4, True)
    assert len(result("boundaries", "list", cwd=folder)["units"]) == 4  # type: ignore[arg-type]
    assert result(*words, cwd=station)["inserted"] == 4
    assert len(result("boundaries", "list", cwd=folder)["units"]) == 8  # type: ignore[arg-type]


def test_the_map_is_drawn_and_the_versions_are_told(server: str, folder: Path, station: Path) -> None:
    found = result(*through(server, folder), "snapshot", "create", "--out", "a.png", cwd=station)
    assert (found["total"], (station / "a.png").read_bytes()[:4]) == (30, b"\x89PNG")
    told = result(*through(server, folder), "store", "info", cwd=station)
    assert told["versions"] == result("store", "info", cwd=folder)["versions"]
    error = refused(*through(server, folder), "snapshot", "create", "--out", "a.png", "--title", "T", cwd=station)
    assert (error["exit"], "--title" in error["message"]) == ("2", True)


def test_the_environment_names_the_server_and_a_store_comes_before_it(
    server: str, folder: Path, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTT_SERVER", server)
    monkeypatch.setenv("ANTT_TOKEN", (folder / "token.txt").read_text().strip())
    assert result("store", "info", cwd=station)["store"] == server
    assert "counts" in result("store", "info", "--store", str(folder / "antt.gpkg"), cwd=station)
    both = antt("--server", server, "store", "info", "--store", "a.gpkg", cwd=station)
    assert (both.returncode, "--store" in both.stderr) == (2, True)


@pytest.mark.parametrize(
    "address", ["http://antt.example.vn", "ftp://127.0.0.1", "antt", "https://an:b@antt.example.vn"]
)
def test_words_never_cross_a_network_unencrypted(address: str, station: Path) -> None:
    with pytest.raises(InvalidParameter):
        server_of(Elsewhere(address, token=TOKEN))
    assert refused("--server", address, "store", "info", cwd=station)["exit"] == "2"


class _Answers(http.server.BaseHTTPRequestHandler):
    """A server that is none of ours."""

    status = 200
    headers_sent: tuple[tuple[str, str], ...] = ()
    body = b""
    seen: list[str | None]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization"))
        self.send_response(self.status)
        for name, value in self.headers_sent:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


@contextmanager
def stranger(status: int, body: bytes = b"", **headers: str) -> Iterator[tuple[str, list[str | None]]]:
    seen: list[str | None] = []
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    handler = type("_One", (_Answers,), {"status": status, "headers_sent": sent, "body": body, "seen": seen})
    served = http.server.HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{served.server_port}", seen
    finally:
        served.shutdown()
        served.server_close()
        thread.join()


def asked_of(address: str, station: Path) -> dict[str, str]:
    (station / "t").write_text(TOKEN, encoding="ascii")
    return refused("--server", address, "--token-file", "t", "store", "info", cwd=station)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(200, b"<html>", "store_unreachable"), (502, b"Bad gateway", "store_unreachable"), (401, b"", "sign_in_refused"),
     (403, b"", "forbidden")],
)  # fmt: skip
def test_whoever_is_no_server_of_ours_is_told_apart(status: int, body: bytes, code: str, station: Path) -> None:
    with stranger(status, body) as (address, _seen):
        error = asked_of(address, station)
    assert error["code"] == code
    assert TOKEN not in json.dumps(error)


def test_nothing_is_sent_on_to_another_address(station: Path) -> None:
    with stranger(200, b"{}") as (elsewhere, seen), stranger(302, Location=f"{elsewhere}/") as (address, asked):
        assert asked_of(address, station)["code"] == "store_unreachable"
    assert (asked, seen) == ([f"Bearer {TOKEN}"], [])


def test_a_server_that_is_not_there_is_told_in_both_languages(station: Path) -> None:
    ended: Ended = antt("--server", "http://127.0.0.1:9", "store", "info", cwd=station)
    assert ended.returncode == 4
    assert "Không kết nối được máy chủ" in ended.stderr
    assert "cannot be reached" in ended.stderr


def test_a_token_is_never_shown(station: Path) -> None:
    assert TOKEN not in repr(server_of(Elsewhere("https://antt.example.vn", token=TOKEN)))
    assert TOKEN not in repr(Elsewhere("https://antt.example.vn", token=TOKEN))
    missing = refused("--server", "https://antt.example.vn", "--token-file", "none", "store", "info", cwd=station)
    assert missing["exit"] == "3"
