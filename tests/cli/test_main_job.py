"""The main job on the command line, as its user types it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pypdf import PdfReader

from mapserver.cli.main import COMMANDS
from tests.builders import town
from tests.cli.command import antt, antt_process, result
from tests.cli.test_bad_input import DATE, write_town


def incident_table(path: Path, rows: list[str]) -> Path:
    head = "Số hồ sơ,Ngày xảy ra,Giờ,Loại vụ việc,Kinh độ,Vĩ độ,Họ tên"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def test_every_command_has_help_in_both_languages(tmp_path: Path) -> None:
    for name in COMMANDS:
        said = antt(name, "--help", cwd=tmp_path)
        assert said.returncode == 0
        assert " / " in said.stdout.splitlines()[2]


def test_help_answers_at_once(tmp_path: Path) -> None:
    antt_process("--help", cwd=tmp_path)
    began = time.perf_counter()
    assert "boundaries" in antt_process("--help", cwd=tmp_path).stdout
    print(f"antt --help: {time.perf_counter() - began:.2f} s")
    import_time = antt_imports(tmp_path)
    assert not {"geopandas", "matplotlib", "scipy", "folium", "numpy"} & import_time


def antt_imports(folder: Path) -> set[str]:
    probe = "import sys; import mapserver.cli.main; print(*{name.partition('.')[0] for name in sys.modules})"
    said = subprocess.run([sys.executable, "-c", probe], cwd=folder, capture_output=True, text=True, check=True)
    return set(said.stdout.split())


def test_boundaries_are_imported_and_listed(tmp_path: Path) -> None:
    write_town(tmp_path / "town.gpkg")
    report = result("boundaries", "import", "town.gpkg", *DATE, cwd=tmp_path)
    assert (report["accepted"], report["overlaps"], report["gaps"]) == (4, [], [])
    units = result("boundaries", "list", cwd=tmp_path)["units"]
    assert isinstance(units, list)
    assert [unit["code"] for unit in units] == ["10000", "10001", "10002", "10003"]
    assert units[0]["valid_from"] == "2025-07-01"
    assert units[0]["area_km2"] == pytest.approx(28.8, abs=0.1)


def test_the_same_boundaries_again_change_nothing(tmp_path: Path) -> None:
    write_town(tmp_path / "town.gpkg")
    result("boundaries", "import", "town.gpkg", *DATE, cwd=tmp_path)
    versions = result("store", "info", cwd=tmp_path)["versions"]
    again = result("boundaries", "import", "town.gpkg", *DATE, cwd=tmp_path)
    assert (again["inserted"], again["unchanged"]) == (0, 4)
    assert result("store", "info", cwd=tmp_path)["versions"] == versions


def test_a_dry_run_changes_nothing_and_makes_no_store(tmp_path: Path) -> None:
    write_town(tmp_path / "town.gpkg")
    report = result("boundaries", "import", "town.gpkg", *DATE, "--dry-run", cwd=tmp_path)
    assert report["accepted"] == 4
    assert not (tmp_path / "antt.gpkg").exists()


def test_an_overlap_and_a_gap_are_reported_with_whom(tmp_path: Path) -> None:
    frame = town(3, 1)
    _west, _middle, east = frame.geometry
    wider = shapely.MultiPolygon([shapely.box(106.3, 20.9, 106.3334, 21.0)])
    hole = shapely.box(106.35, 20.95, 106.351, 20.951)
    middle = shapely.MultiPolygon([shapely.difference(frame.geometry[1].geoms[0], hole)])
    dirty = gpd.GeoDataFrame(frame[["code", "name", "unit_type"]], geometry=[wider, middle, east], crs=4326)
    dirty.to_file(tmp_path / "dirty.gpkg")
    report = result("boundaries", "import", "dirty.gpkg", *DATE, cwd=tmp_path)
    overlaps, gaps = report["overlaps"], report["gaps"]
    assert isinstance(overlaps, list)
    assert isinstance(gaps, list)
    assert [(entry["a"], entry["b"]) for entry in overlaps] == [("10000", "10001")]
    assert gaps[0]["area_m2"] == pytest.approx(11_500, rel=0.02)


def test_incidents_are_counted_and_bad_rows_go_to_a_side_file(tmp_path: Path) -> None:
    write_town(tmp_path / "town.gpkg")
    result("boundaries", "import", "town.gpkg", *DATE, cwd=tmp_path)
    incident_table(
        tmp_path / "t7.csv",
        [
            "HS1,1/7/2025,15h30,Trộm cắp tài sản,106.31,20.91,A",
            "HS2,2/7/2025,,Cháy nổ,,,B",
            "HS3,31/2/2025,08:00,Ma túy,106.32,20.92,C",
            "HS4,3/7/2025,09:00,Chuyện lạ,106.33,20.93,D",
            "HS5,4/7/2025,09:00,Ma túy,20.93,106.33,E",
        ],
    )
    counts = result("incidents", "import", "t7.csv", cwd=tmp_path, code=6)
    assert {name: counts[name] for name in ("read", "accepted", "quarantined", "unplaced", "duplicates")} == {
        "read": 5, "accepted": 3, "quarantined": 2, "unplaced": 1, "duplicates": 0,
    }  # fmt: skip
    assert counts["unmapped_category"] == 1
    assert counts["dropped_columns"] == ["Họ tên"]
    rows = list(csv.DictReader((tmp_path / "t7.rejects.csv").read_text("utf-8-sig").splitlines()))
    assert [row["row"] for row in rows] == ["4", "6"]
    assert all(row["reasons"] for row in rows)
    assert "Họ tên" not in (tmp_path / "t7.rejects.csv").read_text("utf-8-sig")


def test_the_same_incidents_again_are_duplicates(tmp_path: Path) -> None:
    incident_table(tmp_path / "t7.csv", ["HS1,1/7/2025,15h30,Trộm cắp,106.31,20.91,A", ",1/7/2025,,Ma túy,106.3,20.9,"])
    assert result("incidents", "import", "t7.csv", cwd=tmp_path)["accepted"] == 2
    again = result("incidents", "import", "t7.csv", cwd=tmp_path)
    assert (again["accepted"], again["duplicates"]) == (0, 2)


def test_imports_at_the_same_time_keep_each_incident_once(tmp_path: Path) -> None:
    incident_table(tmp_path / "t7.csv", [f"HS{row},1/7/2025,15h30,Trộm cắp,106.31,20.91,A" for row in range(3000)])
    command = [sys.executable, "-m", "mapserver", "incidents", "import", "t7.csv", "--json"]
    pipe = subprocess.PIPE
    running = [subprocess.Popen(command, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) for _ in range(3)]
    ended = [process.communicate(timeout=120) for process in running]
    # Whoever finds the same file being imported may be told to wait.
    assert {process.returncode for process in running} <= {0, 4}, ended
    assert sum(json.loads(out)["accepted"] for out, _err in ended if out) == 3000
    assert result("incidents", "import", "t7.csv", cwd=tmp_path)["duplicates"] == 3000
    counts = result("store", "info", cwd=tmp_path)["counts"]
    assert isinstance(counts, dict)
    assert counts["incidents"] == 3000


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_a_snapshot_is_written(tmp_path: Path, kind: str) -> None:
    write_town(tmp_path / "town.gpkg")
    result("boundaries", "import", "town.gpkg", *DATE, cwd=tmp_path)
    incident_table(tmp_path / "t7.csv", ["HS1,1/7/2025,15h30,Trộm cắp,106.31,20.91,A", "HS2,2/7/2025,,Ma túy,,,"])
    result("incidents", "import", "t7.csv", cwd=tmp_path)
    said = result("snapshot", "create", "--out", f"map.{kind}", "--from", "2025-07-01", cwd=tmp_path)
    assert (said["total"], said["unplaced"]) == (2, 1)
    content = (tmp_path / f"map.{kind}").read_bytes()
    assert content.startswith(b"%PDF" if kind == "pdf" else b"\x89PNG")
    if kind == "pdf":
        text = PdfReader(tmp_path / "map.pdf").pages[0].extract_text()
        assert "1/7/2025" in text
        assert "Hoàng Sa" in text


@pytest.mark.real_data
def test_hai_phong_is_imported_as_its_facts_say(tmp_path: Path, real_data: Path) -> None:
    file = real_data / "boundaries" / "hai_phong_114.geojson"
    report = result("boundaries", "import", file, *DATE, cwd=tmp_path)
    assert report["accepted"] == 114
    overlaps, flags = report["overlaps"], report["area_flags"]
    assert isinstance(overlaps, list)
    assert isinstance(flags, list)
    assert [{entry["a_name"], entry["b_name"]} for entry in overlaps] == [{"Lưu Kiếm", "Thuỷ Nguyên"}]
    assert overlaps[0]["area_m2"] == pytest.approx(1135, abs=1)
    assert {flag["name"] for flag in flags} == {
        "Đông Hải", "Hải An", "Đồ Sơn", "Hùng Thắng", "Cát Hải", "Bạch Long Vĩ",
    }  # fmt: skip
    units = result("boundaries", "list", cwd=tmp_path)["units"]
    assert isinstance(units, list)
    assert len(units) == 114
    (ward,) = [unit for unit in units if unit["code"] == "10532"]
    assert (ward["name"], round(ward["area_km2"], 2), ward["population"]) == ("Lê Thanh Nghị", 8.07, 81500)
    assert sum(unit["population"] for unit in units) == 4_664_124


@pytest.mark.real_data
def test_a_hundred_thousand_incidents_inside_hai_phong_are_placed_and_printed(tmp_path: Path, real_data: Path) -> None:
    file = real_data / "boundaries" / "hai_phong_114.geojson"
    result("boundaries", "import", file, *DATE, cwd=tmp_path)
    rng = np.random.default_rng(7)
    area = shapely.union_all(gpd.read_file(file).geometry.to_numpy())
    shapely.prepare(area)
    west, south, east, north = area.bounds
    points = np.column_stack([rng.uniform(west, east, 1_000_000), rng.uniform(south, north, 1_000_000)])
    inside = points[shapely.contains_xy(area, points[:, 0], points[:, 1])][:100_000]
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 300 * 24, len(inside)), unit="h")
    table = pd.DataFrame({"Ngày xảy ra": days.strftime("%d/%m/%Y %H:%M"), "Loại": "Trộm cắp", "lon": inside[:, 0],
                          "lat": inside[:, 1]})  # fmt: skip
    table.to_csv(tmp_path / "many.csv", index=False)
    counts = result("incidents", "import", "many.csv", cwd=tmp_path)
    assert (counts["accepted"], counts["unplaced"]) == (100_000, 0)
    said = result("snapshot", "create", "--out", "map.pdf", cwd=tmp_path)
    assert said["placed"] == 100_000
    assert "100.000" in PdfReader(tmp_path / "map.pdf").pages[0].extract_text()
