"""Lineage on the command line, as its user types it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from layers.catalog import UNITS
from layers.schema import check
from layers.store import open_store
from tests.builders import town
from tests.cli.command import antt, refused, result

HEAD = "new_code,new_name,new_province_code,new_province,old_code,old_name,old_district,old_province,note"
ROWS = (
    "10532,Phường Lê Thanh Nghị,31,Hải Phòng,10532,Phường Tân Bình,TP Hải Dương,Hải Dương,Nhập toàn bộ",
    "10532,Phường Lê Thanh Nghị,31,Hải Phòng,10528,Phường Trần Phú,TP Hải Dương,Hải Dương,Nhập một phần",
    "10537,Phường Tân Hưng,31,Hải Phòng,10528,Phường Trần Phú,TP Hải Dương,Hải Dương,Nhập một phần",
)
LINK = {"unit", "code", "name", "kind", "area_share", "population_share", "method", "confidence", "decree"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bang.csv").write_text("\n".join([HEAD, *ROWS]), encoding="utf-8")
    return tmp_path


def listed(said: dict[str, object], name: str) -> list[dict[str, object]]:
    """One of the lists of a command's object."""
    found = said[name]
    assert isinstance(found, list)
    return found


def test_import_show_and_search(folder: Path) -> None:
    said = result("lineage", "import", "bang.csv", "--decree", "NQ 202/2025/QH15", cwd=folder)
    assert (said["read"], said["accepted"], said["split"], said["units_added"]) == (3, 3, 1, 4)
    again = result("lineage", "import", "bang.csv", "--decree", "NQ 202/2025/QH15", cwd=folder)
    assert (again["units_added"], again["inserted"], again["updated"], again["unchanged"]) == (0, 0, 0, 3)

    shown = result("lineage", "show", "10532", cwd=folder)
    assert shown["unit"] == "10532@2025-07-01"
    ancestors = {one["name"]: one for one in listed(shown, "ancestors")}
    assert set(ancestors) == {"Tân Bình", "Trần Phú"}
    assert set(ancestors["Trần Phú"]) >= LINK
    assert (ancestors["Trần Phú"]["area_share"], ancestors["Trần Phú"]["method"]) == (None, "unknown")
    assert (ancestors["Tân Bình"]["area_share"], ancestors["Tân Bình"]["decree"]) == (1.0, "NQ 202/2025/QH15")
    assert [one["name"] for one in listed(result("lineage", "show", "10528", cwd=folder), "descendants")] == [
        "Lê Thanh Nghị", "Tân Hưng",
    ]  # fmt: skip

    first = listed(result("boundaries", "search", "P. Tran Phu, Hai Duong", cwd=folder), "results")[0]
    assert (first["name"], first["code"], first["valid_to"]) == ("Trần Phú", "10528", "2025-07-01")
    assert [later["name"] for later in listed(first, "successors")] == ["Lê Thanh Nghị", "Tân Hưng"]
    assert antt("store", "check", cwd=folder).returncode == 0


def test_a_corrected_table_never_stands_beside_the_one_it_corrects(folder: Path) -> None:
    old = "10532,Phường Tân Bình,TP Hải Dương,Hải Dương,Nhập toàn bộ"
    for file, new in (("wrong.csv", "10532,Phường Lê Thanh Nghị"), ("right.csv", "10537,Phường Tân Hưng")):
        (folder / file).write_text(f"{HEAD}\n{new},31,Hải Phòng,{old}", encoding="utf-8")
    result("lineage", "import", "wrong.csv", cwd=folder)
    error = refused("lineage", "import", "right.csv", cwd=folder)
    assert (error["code"], error["exit"], "--replace" in error["hint"]) == ("conflict", "5", True)
    said = result("lineage", "import", "right.csv", "--replace", cwd=folder)
    assert (said["inserted"], said["removed"]) == (1, 1)
    shown = result("lineage", "show", "10532@2025-01-01", cwd=folder)
    assert [(one["name"], one["area_share"]) for one in listed(shown, "descendants")] == [("Tân Hưng", 1.0)]


def test_a_person_reads_what_is_not_known(folder: Path) -> None:
    said = antt("lineage", "import", "bang.csv", cwd=folder).stdout
    assert "Chưa biết tỷ lệ diện tích của 2 dòng" in said
    shown = antt("lineage", "show", "10528", cwd=folder).stdout
    assert "diện tích chưa biết, dân số chưa biết" in shown
    assert "đến hết 30/6/2025" in shown


def test_a_dry_run_keeps_nothing(folder: Path) -> None:
    assert result("lineage", "import", "bang.csv", "--dry-run", cwd=folder)["inserted"] == 3
    assert not (folder / "antt.gpkg").exists()


def test_rows_that_do_not_fit_the_loaded_province_are_set_aside_with_their_reason(folder: Path) -> None:
    with contextlib.closing(open_store(str(folder / "antt.gpkg"))) as store:
        store.append(UNITS, town())
    said = result("lineage", "import", "bang.csv", cwd=folder, code=6)
    assert said["accepted"] == 0
    assert {one["reason"] for one in listed(said, "quarantined")} == {"lineage_new_code_unknown"}
    aside = listed(result("incidents", "quarantine", "list", cwd=folder), "rows")
    assert [one["row"] for one in aside] == [2, 3, 4]
    told = antt("incidents", "quarantine", "list", cwd=folder).stdout
    assert "bang.csv, dòng 2: Tỉnh này đã nạp ranh giới nhưng không có mã mới này" in told
    assert "sửa trong tệp gốc rồi nạp lại" in told
    assert result("incidents", "quarantine", "export", "--out", "a.xlsx", cwd=folder)["rows"] == 0
    assert antt("store", "check", cwd=folder).returncode == 0


def test_a_decree_before_the_old_units_began_is_refused(folder: Path) -> None:
    failure = refused("lineage", "import", "bang.csv", "--on", "2025-07-01", "--known-from", "2026-01-01", cwd=folder)
    assert failure["code"] == "invalid_parameter"
    assert "1/7/2025" in failure["message"]


def test_people_are_counted_at_points_once_the_shapes_are_there(folder: Path) -> None:
    wide = town(2, 1).assign(code=["10532", "10537"])
    old = town(1, 1, valid_from="2025-01-01", seed=7).assign(code="10528", valid_to="2025-07-01", parent="30")
    with contextlib.closing(open_store(str(folder / "antt.gpkg"))) as store:
        store.append(UNITS, check(wide, UNITS.schema))
        store.append(UNITS, check(old, UNITS.schema))
    result("lineage", "import", "bang.csv", cwd=folder)
    link = listed(result("lineage", "show", "10528", cwd=folder), "descendants")[0]
    assert link["area_share"] == pytest.approx(0.5, abs=1e-4)
    assert (link["population_share"], link["population_method"]) == (link["area_share"], "area")
    (folder / "dan.csv").write_text("lon,lat,population\n106.31,20.95,90\n106.39,20.95,10\n", encoding="utf-8")
    assert result("lineage", "import", "bang.csv", "--population", "dan.csv", cwd=folder)["updated"] == 2
    link = listed(result("lineage", "show", "10528", cwd=folder), "descendants")[0]
    assert (link["population_share"], link["population_method"]) == (0.9, "points")
    (folder / "dan.csv").write_text("lon,lat,population\n106.31,chín,90\n", encoding="utf-8")
    assert "dòng 2" in refused("lineage", "import", "bang.csv", "--population", "dan.csv", cwd=folder)["message"]
