"""The guards of tests/conftest.py catch what they are there for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch.source_tree import ROOT

# 192.0.2.1 is reserved for documentation: nothing answers there.
SAMPLE = """
import socket
import pytest

def test_swallows_the_refusal():
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    except AssertionError:
        pass

def test_looks_a_name_up():
    with pytest.raises(AssertionError):
        socket.getaddrinfo("example.org", 443)

def test_talks_to_itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

def test_is_skipped_quietly():
    pytest.skip("not today")

def test_needs_real_data(real_data):
    raise AssertionError("never reached")

def test_draws_a_browser(chromium_path):
    assert chromium_path
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What became of each sample test where nothing may be skipped."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    return _outcomes(folder, {"CI": "true"})


def test_a_connection_off_the_machine_fails_the_test(outcomes: dict[str, set[str]]) -> None:
    assert "ERROR" in outcomes["test_swallows_the_refusal"]
    assert "ERROR" in outcomes["test_looks_a_name_up"]


def test_loopback_is_open(outcomes: dict[str, set[str]]) -> None:
    assert outcomes["test_talks_to_itself"] == {"PASSED"}


def test_a_silent_skip_fails(outcomes: dict[str, set[str]]) -> None:
    assert outcomes["test_is_skipped_quietly"] == {"FAILED"}


def test_missing_real_data_may_skip_unless_they_are_required(outcomes: dict[str, set[str]], tmp_path: Path) -> None:
    assert outcomes["test_needs_real_data"] == {"SKIPPED"}
    (tmp_path / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    required = _outcomes(tmp_path, {"CI": "true", "ANTT_REQUIRE_REAL_DATA": "1"})
    assert "ERROR" in required["test_needs_real_data"]


def test_skips_are_allowed_on_a_developers_machine(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    assert _outcomes(tmp_path, {"CI": ""})["test_is_skipped_quietly"] == {"SKIPPED"}


def _outcomes(folder: Path, settings: dict[str, str]) -> dict[str, set[str]]:
    hidden = {"ANTT_REAL_DATA", "ANTT_REQUIRE_REAL_DATA", "PYTEST_CURRENT_TEST"}
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-v", "-rs"]
    ran = subprocess.run(
        [*command, f"--rootdir={folder}", "-c", os.devnull, str(folder)],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)} | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, set[str]] = {}
    for name, outcome in re.findall(r"::(test_\w+) (PASSED|FAILED|ERROR|SKIPPED)", ran.stdout):
        found.setdefault(name, set()).add(outcome)
    for name in re.findall(r"^ERROR \S*::(test_\w+)", ran.stdout, re.MULTILINE):
        found.setdefault(name, set()).add("ERROR")
    assert found, ran.stdout + ran.stderr
    return found
