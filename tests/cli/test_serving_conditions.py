"""`antt serve` beyond this machine: what it asks for first, and that it then answers through a proxy."""

from __future__ import annotations

import io
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest

from layers.access.roles import Role
from layers.catalog import UNITS
from layers.store import open_store
from mapserver.services.accounts import edit_account
from tests.accounts import NOW, added, registers_at
from tests.builders import town
from tests.cli.command import refused

ANY = "0.0.0.0"  # noqa: S104 - serving there is what is tested
KEY = secrets.token_urlsafe(32)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A town whose administrator is made."""
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(UNITS, town())
    added(registers_at(str(tmp_path / "antt.system.db")), "chief", area=None)
    return tmp_path


def refusal(folder: Path, *arguments: str, **settings: str) -> str:
    with mock.patch.dict(os.environ, settings):
        said = refused("serve", *arguments, cwd=folder)
    assert (said["code"], said["exit"]) == ("forbidden", "5")
    return said["message"] + said["hint"]


def test_an_administrator_a_key_and_a_name_are_asked_for_one_after_the_other(tmp_path: Path, office: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "antt user add" in refusal(empty, "--host", ANY, ANTT_SECRET_KEY=KEY, ANTT_HOST_NAMES="h")
    assert "ANTT_SECRET_KEY" in refusal(office, "--host", ANY, ANTT_HOST_NAMES="h")
    for weak in ("short", "a" * 64, KEY[:42]):
        said = refusal(office, "--host", ANY, ANTT_HOST_NAMES="h", ANTT_SECRET_KEY=weak)
        assert "ANTT_SECRET_KEY" in said
        assert weak not in said
    assert "ANTT_HOST_NAMES" in refusal(office, "--host", ANY, ANTT_SECRET_KEY=KEY)


def test_a_proxy_in_front_asks_for_the_same(office: Path) -> None:
    assert "ANTT_SECRET_KEY" in refusal(office, ANTT_TRUSTED_PROXIES="127.0.0.1", ANTT_HOST_NAMES="h")


def test_an_administrator_whose_account_is_shut_does_not_count(office: Path) -> None:
    registers = registers_at(str(office / "antt.system.db"))
    added(registers, "second", area=None)
    added(registers, "viewer", Role.VIEWER, area=None)
    edit_account(registers, "second", {"role": Role.VIEWER}, row_version=None, now=NOW)
    edit_account(registers, "viewer", {"disabled": True}, row_version=None, now=NOW)
    assert "ANTT_SECRET_KEY" in refusal(office, "--host", ANY, ANTT_HOST_NAMES="h")


def test_the_sample_is_for_this_machine_alone(tmp_path: Path) -> None:
    said = refused("demo", "--host", ANY, cwd=tmp_path)
    assert (said["code"], "antt serve" in said["hint"]) == ("forbidden", True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANTT_HOST_NAMES", "https://bando.example"),
        ("ANTT_HOST_NAMES", "*"),
        ("ANTT_HOST_NAMES", "bando.example:8000"),
        ("ANTT_TRUSTED_PROXIES", "10.0.0.0/40"),
        ("ANTT_TRUSTED_PROXIES", "proxy"),
        ("ANTT_RATE_PER_MINUTE", "5"),
        ("ANTT_LOG", "everything"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with mock.patch.dict(os.environ, {name: value}):
        said = refused("serve", cwd=tmp_path)
    assert (said["exit"], name in said["message"]) == ("2", True)


@pytest.fixture
def server(office: Path) -> Iterator[tuple[int, Path]]:
    """Two workers behind a proxy on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "ANTT_SECRET_KEY": KEY, "ANTT_HOST_NAMES": "bando.example", "ANTT_TRUSTED_PROXIES": "127.0.0.1",
        "ANTT_LOG": "requests",
    }  # fmt: skip
    command = [sys.executable, "-m", "mapserver", "serve", "--port", str(port), "--workers", "2"]
    log = office / "log"
    with log.open("w", encoding="utf-8") as err:
        program = subprocess.Popen(
            command, cwd=office, env=os.environ | settings, stdout=subprocess.PIPE, stderr=err, text=True
        )
    try:
        assert program.stdout is not None
        assert program.stdout.readline().strip() == f"http://127.0.0.1:{port}"
        yield port, log
    finally:
        program.terminate()
        program.communicate(timeout=30)


def ask(port: int, address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{address}", headers=named)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, dict(problem.headers), problem.read()


def test_two_workers_behind_a_proxy_answer_count_and_log_together(server: tuple[int, Path]) -> None:
    port, log = server
    proxied = {"X_Forwarded_For": "10.0.0.9", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "bando.example"}
    for _ in range(30):
        status, headers, _body = ask(port, "/healthz", **proxied)
        assert (status, headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
    assert ask(port, "/healthz", **proxied | {"X_Forwarded_Host": "evil.example"})[0] == 421
    assert ask(port, "/metrics", **proxied)[0] != 200
    status, _headers, body = ask(port, "/metrics")
    assert status == 200
    assert b'antt_requests_total{route="health.healthz",status="200"} 30' in body
    deadline = time.monotonic() + 20
    while ask(port, "/readyz")[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.3)
    assert json.loads(ask(port, "/readyz")[2])["ready"] is True
    for unreadable in (b"GET /?q=106.3141 NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nnguyen van an\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as asking:
            asking.sendall(unreadable)
            assert b" 400 " in asking.recv(100)
    text = log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in io.StringIO(text)]
    assert [line["message"] for line in lines if "message" in line] == ["Invalid request"] * 2
    assert not [word for word in ("106.3141", "nguyen", "127.0.0.1") if word in text]
    assert sum(line.get("route") == "/healthz" and line["status"] == 200 for line in lines) == 30
    assert "10.0.0.9" not in text
