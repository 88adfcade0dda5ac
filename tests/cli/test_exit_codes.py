"""What a script sees: the documented exit codes of the program as a process of its own."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from layers.catalog import INCIDENTS
from layers.store import open_store
from tests.builders import incidents
from tests.cli.command import antt_process
from tests.cli.test_main_job import incident_table

FAULT = """
import sys
from mapserver.services import demo
demo.make_demo = None
from mapserver.__main__ import main
sys.argv = ["antt", "demo", "--no-serve", "--json"]
main()
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("store", "info"), 0),
        (("store", "inform"), 2),
        (("incidents", "import", "nowhere.csv"), 3),
        (("store", "info", "--store", "text.gpkg"), 4),
        (("serve", "--host", "0.0.0.0"), 5),  # noqa: S104 - that is what is refused
        (("incidents", "import", "t7.csv"), 6),
        (("store", "check"), 7),
    ],
)
def test_the_end_of_a_process_says_how_it_went(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    (tmp_path / "text.gpkg").write_text("no database " * 100, encoding="utf-8")
    incident_table(tmp_path / "t7.csv", ["HS1,31/2/2025,,Ma túy,106.31,20.91,A", "HS2,1/7/2025,,Ma túy,106.3,20.9,B"])
    if code == 7:
        make_a_store_with_a_fault(tmp_path / "antt.gpkg")
    ended = antt_process(*arguments, "--json", cwd=tmp_path)
    assert ended.returncode == code, ended.stderr
    said, silent = (ended.stdout, ended.stderr) if code in {0, 6, 7} else (ended.stderr, ended.stdout)
    assert silent == ""
    assert isinstance(json.loads(said), dict)


def make_a_store_with_a_fault(path: Path) -> None:
    with closing(open_store(str(path))) as store:
        store.append(INCIDENTS, incidents(10))
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("DELETE FROM rtree_incidents_geom WHERE id < 4")


def test_a_fault_of_the_program_is_said_without_its_inner_parts(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FAULT], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 70, ended.stderr
    assert "Traceback" not in ended.stderr
    assert json.loads(ended.stderr)["error"]["hint"]
