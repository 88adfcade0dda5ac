"""Modules import downwards only; the contracts stand in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.arch.source_tree import ROOT


def test_the_contracts_hold(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(
        [program, "--cache-dir", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_module_has_been_given_its_place() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    exhaustive = [contract for contract in contracts if contract.get("exhaustive")]
    assert sorted(contract["containers"][0] for contract in exhaustive) == ["layers", "mapserver"]
