"""Incidents written by hand on the command line, and files of incidents for other programs."""

from __future__ import annotations

import csv
import getpass
import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from openpyxl import load_workbook

from tests.cli.command import antt, refused, result
from tests.cli.test_bad_input import DATE, write_town
from tests.cli.test_main_job import incident_table

THEFT = ("--category", "Trộm cắp", "--occurred-from", "1/7/2026 15h30", "--lon", "106.31", "--lat", "20.91")


def history(record_id: object, cwd: Path) -> list[dict[str, object]]:
    entries = result("incidents", "history", record_id, cwd=cwd)["history"]
    assert isinstance(entries, list)
    return entries


def test_an_incident_from_first_word_to_withdrawal(tmp_path: Path) -> None:
    added = result("incidents", "add", *THEFT, "--reason", "tin báo trực ban", cwd=tmp_path)
    record_id = added["id"]
    assert (added["row_version"], added["occurred_from"]) == (1, "2026-07-01T15:30:00+07:00")
    assert str(added["source_ref"]).startswith("NT-")
    edited = result("incidents", "edit", record_id, "--status", "Đang điều tra", "--clear", "lon", "--clear", "lat",
                    "--row-version", 1, "--reason", "xác minh lại", cwd=tmp_path)  # fmt: skip
    assert (edited["row_version"], edited["status"], edited["lon"]) == (2, "dang_xu_ly", None)
    withdrawn = result("incidents", "withdraw", record_id, "--reason", "ghi nhầm", cwd=tmp_path)
    assert (withdrawn["row_version"], withdrawn["withdrawn"]) == (3, "ghi nhầm")
    entries = history(record_id, tmp_path)
    assert [(entry["what"], entry["who"], entry["why"]) for entry in entries] == [
        ("insert", getpass.getuser(), "tin báo trực ban"),
        ("update", getpass.getuser(), "xác minh lại"),
        ("update", getpass.getuser(), "ghi nhầm"),
    ]
    assert entries[1]["changed"] == {
        "status": {"before": None, "after": "dang_xu_ly"},
        "location_method": {"before": "coordinates", "after": None},
        "lon": {"before": 106.31, "after": None},
        "lat": {"before": 20.91, "after": None},
    }
    said = antt("incidents", "history", record_id, cwd=tmp_path).stdout
    assert "status: – → dang_xu_ly" in said


def test_what_was_written_survives_a_check_of_the_store(tmp_path: Path) -> None:
    record_id = result("incidents", "add", *THEFT, cwd=tmp_path)["id"]
    times = ("--occurred-from", "2/7/2026 9h", "--occurred-to", "2/7/2026 11h30")
    edited = result("incidents", "edit", record_id, *times, cwd=tmp_path)
    assert (edited["occurred_from"], edited["occurred_to"]) == (
        "2026-07-02T09:00:00+07:00", "2026-07-02T11:30:00+07:00",
    )  # fmt: skip
    later = result("incidents", "edit", record_id, "--occurred-from", "2/7/2026 10h", cwd=tmp_path)
    assert later["occurred_to"] == "2026-07-02T11:30:00+07:00"
    assert result("store", "check", cwd=tmp_path)["problems"] == []


def test_an_edit_of_an_older_version_is_refused_with_both(tmp_path: Path) -> None:
    record_id = result("incidents", "add", *THEFT, cwd=tmp_path)["id"]
    result("incidents", "edit", record_id, "--status", "moi", cwd=tmp_path)
    ended = antt("incidents", "edit", record_id, "--status", "da_xu_ly", "--row-version", 1, "--json", cwd=tmp_path)
    error = json.loads(ended.stderr)["error"]
    assert (ended.returncode, error["code"]) == (5, "stale_version")
    assert error["yours"] == {"row_version": 1, "status": "da_xu_ly"}
    assert (error["current"]["row_version"], error["current"]["status"]) == (2, "moi")


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("add", "--occurred-from", "1/7/2026"), "2"),
        (("add", "--category", "Trộm cắp"), "2"),
        (("add", *THEFT[:-2]), "2"),
        (("add", "--category", "Trộm cắp", "--occurred-from", "1/7/2199"), "2"),
        (("edit", "0197c348-8800-7000-8000-000000000000", "--status", "moi"), "2"),
        (("edit", "0197c348-8800-7000-8000-000000000000"), "2"),
        (("withdraw", "0197c348-8800-7000-8000-000000000000", "--reason", "x"), "2"),
        (("history", "0197c348-8800-7000-8000-000000000000"), "2"),
        (("export", "--out", "t7.docx"), "2"),
        (("export", "--out", "nowhere/t7.csv"), "3"),
        (("export", "--out", "t7.csv", "--category", "gi_do"), "2"),
    ],
)
def test_what_cannot_be_written_is_refused(filled: Path, arguments: tuple[str, ...], exit_code: str) -> None:
    assert refused("incidents", *arguments, cwd=filled)["exit"] == exit_code
    assert not list(filled.glob("*t7*"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store holds a town and three incidents, one of them without a place."""
    folder = tmp_path_factory.mktemp("sample")
    result("boundaries", "import", write_town(folder / "town.gpkg"), *DATE, cwd=folder)
    rows = [
        "HS1,1/7/2026,15h30,Trộm cắp,106.31,20.91,A",
        "HS2,2/7/2026,,Ma túy,106.37,20.96,B",
        "=1+1,3/8/2026,,Ma túy,,,C",
    ]
    result("incidents", "import", incident_table(folder / "t7.csv", rows), cwd=folder)
    return folder


@pytest.fixture
def filled(sample: Path, tmp_path: Path) -> Path:
    """A folder with a copy of the sample's store."""
    shutil.copy(sample / "antt.gpkg", tmp_path)
    return tmp_path


def test_a_csv_file_has_its_provenance_beside_it(filled: Path) -> None:
    said = result("incidents", "export", "--out", "out.csv", "--category", "ma_tuy", cwd=filled)
    assert (said["out"], said["count"]) == (["out.csv", "out.meta.json"], 2)
    meta = json.loads((filled / "out.meta.json").read_text("utf-8"))
    assert meta["sentence"] == "Ma túy, toàn bộ thời gian, theo ranh giới từ 1/7/2025"
    assert (meta["total"], meta["unplaced"], meta["as_of"]) == (2, 1, meta["exported_at"][:10])
    rows = list(csv.DictReader((filled / "out.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["source_ref"], row["unit"]) for row in rows] == [("HS2", "10003@2025-07-01"), ("'=1+1", "")]
    assert rows[0]["occurred_from"] == "2026-07-02T00:00:00+07:00"
    assert meta["columns"]["occurred_from"] == "Xảy ra từ"


def test_a_workbook_says_its_filter_above_the_table(filled: Path) -> None:
    period = ("--from", "2026-07-01", "--to", "2026-08-01")
    result("incidents", "export", "--out", "out.xlsx", *period, "--unit", "10000", cwd=filled)
    table = load_workbook(filled / "out.xlsx").worksheets[0]
    assert table["A1"].value == "Mọi loại vụ việc, Phường Ô 0, 1/7/2026–31/7/2026, theo ranh giới từ 1/7/2025"
    assert table.max_row == 5


def test_geojson_opens_where_the_incidents_are(filled: Path) -> None:
    result("incidents", "export", "--out", "out.geojson", cwd=filled)
    frame = gpd.read_file(filled / "out.geojson")
    assert (len(frame), frame.crs.to_epsg(), int(frame.geometry.isna().sum())) == (3, 4326, 1)
    assert tuple(frame.total_bounds.round(2)) == (106.31, 20.91, 106.37, 20.96)


def test_withdrawn_incidents_leave_maps_and_files_but_not_the_store(filled: Path) -> None:
    added = result("incidents", "add", *THEFT, cwd=filled)
    result("incidents", "withdraw", added["id"], "--reason", "trùng HS1", cwd=filled)
    assert result("incidents", "export", "--out", "out.csv", cwd=filled)["count"] == 3
    assert result("snapshot", "create", "--out", "map.png", cwd=filled)["total"] == 3
    everything = result("incidents", "export", "--out", "all.csv", "--with-withdrawn", cwd=filled)
    assert everything["count"] == 4
    rows = list(csv.DictReader((filled / "all.csv").read_text("utf-8-sig").splitlines()))
    assert {row["withdrawn"] for row in rows} == {"", "trùng HS1"}
