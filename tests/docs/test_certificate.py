"""The certificate of the hotspot statistics is proved again and says what is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.certificate.__main__ import PAGE
from scripts.certificate.checks import Check, compared, mismatched
from scripts.certificate.page import HOUSTON_HEADING, section, without_differences

ROOT = Path(__file__).resolve().parents[2]


def _proved(**environment: str) -> subprocess.CompletedProcess[str]:
    # A process of its own: the peers are imported once for a whole process, with or without numba.
    inherited = {name: value for name, value in os.environ.items() if name != "ANTT_REAL_DATA"}
    command = [sys.executable, "-m", "scripts.certificate", "--check"]
    return subprocess.run(command, cwd=ROOT, env=inherited | environment, capture_output=True, text=True, check=False)


def test_every_statistic_is_proved_again() -> None:
    found = _proved()
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.long
@pytest.mark.real_data
def test_the_real_incidents_of_houston_give_the_same_again(real_data: Path) -> None:
    found = _proved(ANTT_REAL_DATA=str(real_data))
    assert found.returncode == 0, found.stdout + found.stderr
    assert "kept as it stands" not in found.stdout


def test_the_page_names_its_peers_and_has_the_part_on_houston() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in ("esda 2", "pointpats 2", "scikit-learn 1", "KDEpy 1", HOUSTON_HEADING, "Knox 1964"):
        assert name in text


@pytest.mark.parametrize(
    "check",
    [
        compared("z", "a peer", ours=[1.0, 2.0], theirs=[1.0, 2.1], allowed=1e-9),
        compared("z", "a peer", ours=[1.0, float("nan")], theirs=[1.0, 2.0], allowed=1e-9),
        compared("z", "a peer", ours=[1.0], theirs=[1.0, 2.0], allowed=1e-9),
        mismatched("names", "a paper", ours=["new"], theirs=["none"]),
    ],
)
def test_what_differs_does_not_hold(check: Check) -> None:
    assert not check.holds


def test_only_the_size_of_an_allowed_difference_may_change_the_page() -> None:
    def line(difference: float, compared_values: int) -> str:
        return without_differences(section("## Part", [Check("z", "esda", compared_values, difference, 1e-9)]))

    assert line(3e-15, 400) == line(0.0, 400)
    assert line(3e-15, 400) != line(3e-15, 399)
