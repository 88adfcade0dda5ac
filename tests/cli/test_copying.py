"""`antt store copy` from a file into PostGIS and back, and what a user is told on the way."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from layers.catalog import UNITS
from layers.store import open_store
from tests.builders import town
from tests.cli.command import antt, result
from tests.contract.backends import Databases, fresh_address

ROWS = """Số hồ sơ,Ngày xảy ra,Loại vụ việc,Kinh độ,Vĩ độ
A1,1/7/2026 15h30,Trộm cắp,106.31,20.91
A2,31/2/2026,Ma túy,106.31,20.91
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with a store that was worked with: an import, a quarantine, a record withdrawn and taken back."""
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(UNITS, town())
    (tmp_path / "t7.csv").write_text(ROWS, encoding="utf-8")
    result("incidents", "import", "t7.csv", cwd=tmp_path, code=6)
    added = result("incidents", "add", "--category", "Ma túy", "--occurred-from", "1/7/2026", cwd=tmp_path)
    result("incidents", "withdraw", added["id"], "--reason", "nhầm", cwd=tmp_path)
    result("incidents", "reinstate", added["id"], "--reason", "rút nhầm", cwd=tmp_path)
    return tmp_path


def told(folder: Path, store: str) -> list[object]:
    rows = result("incidents", "quarantine", "list", "--store", store, cwd=folder)
    imports = result("incidents", "imports", "--store", store, cwd=folder)
    checked = result("store", "check", "--store", store, cwd=folder)
    return [rows, imports, checked["ok"], checked["content_hash"]]


@pytest.mark.postgis
def test_into_a_database_and_back(office: Path, databases: Databases) -> None:
    before = told(office, "antt.gpkg")
    with fresh_address("postgis", office, databases) as address:
        there = antt("store", "copy", "antt.gpkg", address, "--json", cwd=office)
        assert json.loads(there.stdout)["content_hash"] == before[-1]
        assert told(office, address) == before
        back = result("store", "copy", address, "back.gpkg", cwd=office)
        full = antt("store", "copy", "back.gpkg", address, cwd=office)
        said = there.stdout + there.stderr + full.stdout + full.stderr
    assert back["content_hash"] == before[-1]
    assert told(office, "back.gpkg") == before
    assert full.returncode == 5
    secret = urlsplit(address).password
    assert secret is None or secret not in said
    for file in ("antt.gpkg", "back.gpkg"):
        everything = result("incidents", "export", "--out", f"{file}.csv", "--store", file, cwd=office)
        assert everything["count"] == 2
    assert (office / "antt.gpkg.csv").read_bytes() == (office / "back.gpkg.csv").read_bytes()


def test_a_copy_of_nothing_makes_nothing(office: Path) -> None:
    (office / "text.gpkg").write_text("no store, but long enough to look like one" * 50, encoding="utf-8")
    for source in ("nowhere.gpkg", "text.gpkg"):
        assert antt("store", "copy", source, "copy.gpkg", cwd=office).returncode in {3, 4}
    assert antt("store", "copy", "antt.gpkg", "antt.gpkg", cwd=office).returncode == 5
    assert not list(office.glob("copy.gpkg*"))


def test_a_withdrawal_taken_back_says_so_and_a_stale_one_shows_both_versions(tmp_path: Path) -> None:
    record = result("incidents", "add", "--category", "Ma túy", "--occurred-from", "1/7/2026", cwd=tmp_path)
    never = antt("incidents", "reinstate", record["id"], "--reason", "x", cwd=tmp_path)
    assert (never.returncode, "không bị rút" in never.stderr) == (5, True)
    withdrawn = result("incidents", "withdraw", record["id"], "--reason", "nhầm vụ", cwd=tmp_path)
    edited = antt("incidents", "edit", record["id"], "--status", "moi", cwd=tmp_path)
    assert (edited.returncode, "antt incidents reinstate" in edited.stderr) == (5, True)
    stale = antt("incidents", "reinstate", record["id"], "--reason", "x", "--row-version", 1, cwd=tmp_path)
    assert (stale.returncode, "row_version: yours 1 | current 2" in stale.stderr) == (5, True)
    back = result("incidents", "reinstate", record["id"], "--reason", "rút nhầm", "--row-version", 2, cwd=tmp_path)
    assert back == withdrawn | {"row_version": 3, "withdrawn": None}
    late = antt("incidents", "edit", record["id"], "--status", "moi", "--row-version", 2, cwd=tmp_path)
    assert "status: yours moi | current –" in late.stderr
