"""The guards of tests/conftest.py catch what they are there for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

from tests.arch.source_tree import ROOT, files_below

# 192.0.2.1 is reserved for documentation: nothing answers there.
SAMPLE = """
import os
import socket
from pathlib import Path
import pytest
from hypothesis import given
from hypothesis import strategies as st

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

def test_has_a_home_of_its_own():
    assert Path.home() != Path(os.environ["TRUE_HOME"])
    assert not list(Path.home().iterdir())

@given(st.integers())
def test_of_random_cases(number):
    pass

@pytest.mark.long
def test_that_takes_long():
    pass

@pytest.mark.deeper
def test_that_counts():
    pass
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What became of each sample test where nothing may be skipped."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    return _outcomes(folder, {"CI": "true", "TRUE_HOME": str(Path.home())})


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


def test_the_developers_files_are_out_of_reach(outcomes: dict[str, set[str]]) -> None:
    assert outcomes["test_has_a_home_of_its_own"] == {"PASSED"}


def test_the_long_run_is_of_what_takes_long_and_of_what_has_more_to_prove(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    assert set(_outcomes(tmp_path, {}, "-m", _marked("test-long"))) == {
        "test_of_random_cases",
        "test_that_takes_long",
        "test_that_counts",
    }


@pytest.mark.parametrize("marks", [(), ("long",), ("deeper",), ("long", "deeper"), ("browser",), ("real_data", "long")])
def test_no_test_is_left_out_of_both_runs(marks: tuple[str, ...]) -> None:
    def has(name: str, /, **_named: object) -> bool:
        return name in marks

    assert any(Expression.compile(_marked(target)).evaluate(has) for target in ("test", "test-long"))


def test_what_reads_the_full_counts_is_run_with_them() -> None:
    for path in (path for path in files_below("tests") if path.name.startswith("test_")):
        text = path.read_text("utf-8")
        if re.search(r"^from tests\.(conftest|crash\.kills) import .*\b(LONG|KILLS)\b", text, re.MULTILINE):
            assert "@pytest.mark.deeper" in text or "@given" in text, path


def _marked(target: str) -> str:
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe is not None
    (expression,) = re.findall(r'\$\(PYTEST\) -m "([^"]+)"', recipe[1])
    return str(expression)


def _outcomes(folder: Path, settings: dict[str, str], *options: str) -> dict[str, set[str]]:
    hidden = {"ANTT_REAL_DATA", "ANTT_REQUIRE_REAL_DATA", "PYTEST_CURRENT_TEST"}
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-v", "-rs"]
    ran = subprocess.run(
        [*command, *options, f"--rootdir={folder}", "-c", os.devnull, str(folder)],
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
