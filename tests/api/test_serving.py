"""Serving beyond this machine: names, proxies, rates, headers, the log, readiness, counters."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.store import Store, open_store
from mapserver.app import create_app
from mapserver.cli.logs import JsonLines
from mapserver.settings import Settings
from mapserver.web.doors import DOORS, Door
from mapserver.web.serving_rules import ServingRules
from tests.builders import NOW

ADDRESSES = {"/readyz", "/metrics", "/api/v1/openapi.json"}
OUTSIDE = {"REMOTE_ADDR": "10.0.0.77"}
BEHIND = Settings(host_names=("bando.example", "10.0.0.5"), trusted_proxies=("10.0.0.2/32", "127.0.0.0/8"))
SOME_ID = UUID("0197c348-8800-7000-8000-000000000000")
VALUES = {
    "name": "nothing.js", "reference": "10001", "record_id": SOME_ID, "kind": "csv", "job_id": SOME_ID,
    "z": 10, "x": 814, "y": 450, "key": "a", "login": "an", "session_id": SOME_ID,
    "plan_id": SOME_ID, "comment_id": SOME_ID,
}  # fmt: skip
PLACE = "106.3141592"


@pytest.fixture(autouse=True)
def doors_of_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody may pass the routes these tests add, which the table of doors does not name."""
    probes = dict.fromkeys(("cookie", "seen"), Door(is_open=True))
    monkeypatch.setattr("mapserver.web.gate.DOORS", {**DOORS, **probes})


@pytest.fixture
def behind(store: Store) -> FlaskClient:
    """The map behind a proxy at 10.0.0.2."""
    return create_app(BEHIND, store, clock=lambda: NOW).test_client()


def every_address(app: Flask) -> Iterator[tuple[str, str]]:
    adapter = app.url_map.bind("127.0.0.1")
    for rule in app.url_map.iter_rules():
        kind = next((each for each in ("pdf", "csv", "geojson") if each in rule.rule), "")
        values = {name: value for name, value in (VALUES | {"kind": kind}).items() if name in rule.arguments}
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, adapter.build(rule.endpoint, values, method=method)


def test_every_answer_has_the_headers_that_keep_a_browser_careful(app: Flask) -> None:
    client = app.test_client()
    asked = [*every_address(app), ("GET", "/nothing"), ("DELETE", "/"), ("GET", "/api/v1/units?x=1")]
    assert len(asked) > 45
    for method, address in asked:
        for scheme in ("http", "https"):
            headers = client.open(address, method=method, base_url=f"{scheme}://127.0.0.1", buffered=True).headers
            said = f"{method} {address}"
            assert headers["X-Content-Type-Options"] == "nosniff", said
            assert headers["Referrer-Policy"] == "same-origin", said
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", said
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin", said
            assert "geolocation=()" in headers["Permissions-Policy"], said
            assert "Cache-Control" in headers, said
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, said
            assert re.search(r"frame-ancestors '(none|self)'", policy), said
            assert "unsafe" not in policy, said
            assert ("Strict-Transport-Security" in headers) is (scheme == "https"), said


def test_a_cookie_is_for_https_alone_where_people_use_https(app: Flask) -> None:
    @app.get("/cookie")
    def cookie() -> Response:
        answer = Response("ok")
        answer.set_cookie("one", "1", httponly=True)
        answer.set_cookie("two", "2", secure=True)
        return answer

    client = app.test_client()
    safe = client.get("/cookie", base_url="https://127.0.0.1").headers.getlist("Set-Cookie")
    assert [cookie.lower().count("secure") for cookie in safe] == [1, 1]
    plain = client.get("/cookie").headers.getlist("Set-Cookie")
    assert ["Secure" in cookie for cookie in plain] == [False, True]


@pytest.mark.parametrize("host", ["bando.example", "bando.example:8443", "10.0.0.5", "BANDO.example"])
def test_a_listed_name_is_served(behind: FlaskClient, host: str) -> None:
    assert behind.get("/healthz", headers={"Host": host}, environ_base=OUTSIDE).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "bando.example.evil.example", "10.0.0.6", "[", ""])
def test_any_other_name_is_not(behind: FlaskClient, host: str) -> None:
    answer = behind.get("/healthz", headers={"Host": host}, environ_base=OUTSIDE)
    assert answer.status_code == 421 or not host


def seen_by(app: Flask, *, sender: str, **headers: str) -> dict[str, str]:
    @app.get("/seen")
    def seen() -> dict[str, str]:
        return {"address": request.remote_addr or "", "scheme": request.scheme, "host": request.host}

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().get("/seen", headers=named, environ_base={"REMOTE_ADDR": sender})
    found: dict[str, str] = json.loads(answer.data)
    return found


FROM_PROXY = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "bando.example"}


def test_the_proxy_in_front_says_who_asks(store: Store) -> None:
    seen = seen_by(create_app(BEHIND, store), sender="10.0.0.2", **FROM_PROXY)
    assert seen == {"address": "203.0.113.9", "scheme": "https", "host": "bando.example"}


def test_anybody_else_who_says_so_is_not_believed(store: Store) -> None:
    seen = seen_by(create_app(BEHIND, store), sender="10.0.0.3", **FROM_PROXY)
    assert seen == {"address": "10.0.0.3", "scheme": "http", "host": "localhost"}
    none = create_app(Settings(), store)
    assert seen_by(none, sender="127.0.0.1", **FROM_PROXY)["address"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 127.0.0.1", "203.0.113.9"),
        ("127.0.0.1, 127.0.0.1", "127.0.0.1"),
        ("not an address", "10.0.0.2"),
        ("203.0.113.9, <script>", "10.0.0.2"),
        ("", "10.0.0.2"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_what_a_client_writes_before_the_proxy_is_not_believed(store: Store, chain: str, address: str) -> None:
    assert seen_by(create_app(BEHIND, store), sender="10.0.0.2", X_Forwarded_For=chain)["address"] == address


def test_who_comes_through_a_proxy_is_not_this_machine(behind: FlaskClient) -> None:
    forwarded = {"X-Forwarded-For": "127.0.0.1", "Host": "bando.example"}
    assert behind.get("/metrics", headers=forwarded, environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 403


# --- rates ----------------------------------------------------------------------------------


def small_rates(path: Path, who: Viewer | None = None) -> Flask:
    """One worker over a file: 60 requests a minute for an account, 600 for an address."""
    if not path.exists():
        with open_store(str(path)).transaction():
            pass
    app = create_app(Settings(store=str(path), rate_per_minute=60, host_names=("h",)), clock=lambda: NOW)
    ServingRules.of(app).who = lambda: who
    return app


def ask(app: Flask, address: str = "/healthz", **named: Any) -> Any:
    return app.test_client().get(address, environ_base=OUTSIDE, **named)


def test_an_address_is_slowed_down_by_all_workers_together(tmp_path: Path) -> None:
    workers = [small_rates(tmp_path / "antt.gpkg") for _ in range(2)]
    answers = [ask(workers[number % 2]) for number in range(640)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:570] == [200] * 570
    assert statuses.count(429) >= 640 - 600
    refused = answers[-1]
    assert int(refused.headers["Retry-After"]) >= 1
    assert json.loads(refused.data)["code"] == "too_many_tries"
    # Another address, this machine, and the parts of the page are served as before.
    other = {"REMOTE_ADDR": "10.0.0.78"}
    assert workers[0].test_client().get("/healthz", environ_base=other).status_code == 200
    assert workers[0].test_client().get("/healthz").status_code == 200
    assert ask(workers[0], "/static/dist/nothing.js").status_code == 404


def test_an_account_is_slowed_down_wherever_it_asks_from(tmp_path: Path) -> None:
    viewer = Viewer("an", Role.VIEWER, account_id="1")
    workers = [small_rates(tmp_path / "antt.gpkg", viewer) for _ in range(2)]
    statuses = [
        workers[number % 2].test_client().get("/healthz", environ_base={"REMOTE_ADDR": f"10.0.1.{number}"})
        for number in range(70)
    ]
    assert [answer.status_code for answer in statuses].count(429) == 10


# --- the log --------------------------------------------------------------------------------


def test_a_request_is_one_line_without_anything_about_people(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Settings(log="requests"), store, clock=lambda: NOW)
    ServingRules.of(app).who = lambda: Viewer("nguyen.an", Role.ANALYST, account_id="account-7")
    with caplog.at_level(logging.INFO, logger="antt.requests"):
        app.test_client().get(
            f"/api/v1/units/search?q=bi-mat&bbox={PLACE},20.9,106.4,21", headers={"Authorization": "Bearer khoa"}
        )
        app.test_client().get(f"/nothing/{PLACE}")
    first, second = (json.loads(record.getMessage()) for record in caplog.records)
    assert first.pop("ms") > 0
    assert first == {
        "time": NOW.isoformat(timespec="milliseconds"), "route": "/api/v1/units/search", "method": "GET",
        "status": 200, "role": "analyst",
    }  # fmt: skip
    assert (second["route"], second["status"]) == (None, 404)
    for hidden in ("bi-mat", PLACE, "nguyen.an", "account-7", "127.0.0.1", "khoa"):
        assert hidden not in caplog.text


def test_requests_are_not_logged_unless_asked_for(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="antt.requests"):
        client.get("/healthz")
    assert not caplog.records


def test_a_fault_is_logged_by_its_kind_and_place_and_does_not_quote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTT_DEBUG", raising=False)

    def fails() -> None:
        raise ValueError(PLACE)

    try:
        fails()
    except ValueError as problem:
        given = (ValueError, problem, problem.__traceback__)
    record = logging.LogRecord("antt", logging.ERROR, __file__, 1, "fault while answering %s", ("/x",), given)
    line = JsonLines().format(record)
    said = json.loads(line)
    assert (said["level"], said["kind"], said["message"]) == ("error", "ValueError", "fault while answering /x")
    assert "test_serving.py:" in said["at"][-1]
    assert PLACE not in line
    monkeypatch.setenv("ANTT_DEBUG", "1")
    assert PLACE in JsonLines().format(record)


# --- ready, metrics -------------------------------------------------------------------------


def ready(app: Flask) -> tuple[int, dict[str, str]]:
    answer = app.test_client().get("/readyz")
    return answer.status_code, json.loads(answer.data)["checks"]


def test_a_server_says_what_it_is_not_ready_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(str(tmp_path / "antt.gpkg")).transaction():
        pass
    app = create_app(Settings(store=str(tmp_path / "antt.gpkg")))
    assert ready(app) == (503, {"store": "ok", "index": "missing", "system_file": "ok", "disk": "ok"})
    (tmp_path / "antt.index").mkdir()
    (tmp_path / "antt.index" / "manifest.json").write_text("damaged", encoding="utf-8")
    assert ready(app)[1]["index"] == "file_unreadable"
    (tmp_path / "antt.system.db").unlink(missing_ok=True)
    (tmp_path / "antt.system.db").mkdir()
    assert ready(app)[1]["system_file"] == "store_unreachable"
    usage = type("Usage", (), {"free": 1})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    assert ready(app)[1]["disk"] == "nearly_full"
    assert str(tmp_path) not in json.dumps(ready(app))


def test_a_server_in_order_is_ready(app: Flask) -> None:
    assert ready(app) == (200, dict.fromkeys(("store", "index", "system_file", "disk"), "ok"))


def test_metrics_count_what_was_answered(app: Flask) -> None:
    client = app.test_client()
    for address in ("/api/v1/units/list", "/api/v1/units/list", "/api/v1/units?x=1", "/nothing"):
        client.get(address)
    text = client.get("/metrics").text
    for line in (
        'antt_requests_total{route="units.listed",status="200"} 2',
        'antt_requests_total{route="units.units",status="422"} 1',
        'antt_requests_total{route="none",status="404"} 1',
        'antt_request_seconds_count{route="units.listed"} 2',
        'antt_request_seconds_bucket{route="units.listed",le="+Inf"} 2',
        "antt_cache_hits_total 1",
        'antt_jobs{state="queued"} 0',
    ):
        assert line in text.splitlines(), text
    assert all(re.fullmatch(r"# .*|[a-z_]+(\{[^{}]*\})? [0-9.]+", line) for line in text.splitlines())


def test_metrics_are_for_this_machine_and_administrators(store: Store) -> None:
    app = create_app(Settings(host_names=("h",)), store)
    assert ask(app, "/metrics").status_code == 403
    ServingRules.of(app).who = lambda: Viewer("a", Role.COMMANDER, None, "1")
    assert ask(app, "/metrics").status_code == 403
    ServingRules.of(app).who = lambda: Viewer("a", Role.ADMINISTRATOR, None, "2")
    assert ask(app, "/metrics").status_code == 200
