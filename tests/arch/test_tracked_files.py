"""What may never be in the repository is not in it."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.arch.source_tree import ROOT

# Made from the npm lock at build time, exported by users, or somebody's data.
MADE = re.compile(r"^mapserver/static/|^frontend/node_modules/|\.(gpkg|db|sqlite|parquet|shp|pdf|whl|pyc)$|-wal$|-shm$")


def test_nothing_that_is_made_or_belongs_to_users_is_tracked() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.fail("the tests run in a checkout, so that what is tracked can be looked at")
    tracked = listed.stdout.splitlines()
    assert "pyproject.toml" in tracked
    assert [name for name in tracked if MADE.search(name)] == []
