"""Beats and provinces on the command line: beats lie in one ward, provinces follow from theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from tests.builders import town
from tests.cli.command import antt, refused, result

BEATS = ("beats.geojson", "--level", "beat", "--valid-from", "2026-01-01")
# The western ward of the town begins at 106.3 and ends at 106.35, where the eastern one begins.
WEST, EAST = "10000@2025-07-01", "10001@2025-07-01"


def _beats(folder: Path, spans: list[tuple[float, float]], **columns: object) -> None:
    shapes = [shapely.box(west, 20.9, east, 20.95) for west, east in spans]
    data = {"code": [str(number) for number in range(1, len(spans) + 1)], "name": "Địa bàn", **columns}
    gpd.GeoDataFrame(data, geometry=shapes, crs=4326).to_file(folder / "beats.geojson", driver="GeoJSON")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept = town()[["code", "name", "unit_type", "parent", "parent_name", "population", "geometry"]]
    kept.to_file(tmp_path / "wards.geojson", driver="GeoJSON")
    result("boundaries", "import", "wards.geojson", "--valid-from", "2025-07-01", cwd=tmp_path)
    return tmp_path


def _listed(folder: Path, *words: str) -> list[dict[str, Any]]:
    units: Any = result("boundaries", "list", *words, cwd=folder)["units"]
    return list(units)


def test_beats_belong_to_the_ward_they_lie_in(folder: Path) -> None:
    _beats(folder, [(106.3, 106.32), (106.32, 106.35), (106.35, 106.4)])
    assert result("boundaries", "import", *BEATS, cwd=folder)["inserted"] == 3
    assert [unit["code"] for unit in _listed(folder, "--level", "beat")] == ["10000-1", "10000-2", "10001-3"]
    result("boundaries", "export", "b.gpkg", "--level", "beat", "--as-of", "2026-02-01", cwd=folder)
    assert gpd.read_file(folder / "b.gpkg")["parent"].tolist() == [WEST, WEST, EAST]
    assert result("boundaries", "import", *BEATS, cwd=folder)["unchanged"] == 3
    assert len(_listed(folder, "--level", "commune")) == 4


def test_a_beat_in_no_ward_or_in_two_is_set_aside_with_the_reason(folder: Path) -> None:
    _beats(folder, [(106.3, 106.32), (106.33, 106.38), (106.39, 106.43), (106.6, 106.7)])
    said: Any = result("boundaries", "import", *BEATS, cwd=folder, code=6)
    reasons = {row["row"]: str(row["reasons"]) for row in said["quarantined_rows"]}
    assert "60 % ở Ô 1 (10001), 40 % ở Ô 0 (10000)" in reasons[2]
    assert "25 % ở Ô 1 (10001), 75 % ở ngoài" in reasons[3]
    assert "không nằm trong phường, xã nào" in reasons[4]
    assert [unit["code"] for unit in _listed(folder, "--level", "beat")] == ["10000-1"]


def test_a_beat_may_stray_a_little_across_the_border(folder: Path) -> None:
    _beats(folder, [(106.3, 106.3502)])
    assert result("boundaries", "import", *BEATS, cwd=folder)["inserted"] == 1


def test_a_beat_that_lies_elsewhere_than_its_file_says_is_set_aside(folder: Path) -> None:
    _beats(folder, [(106.3, 106.32)], parent="10001")
    said: Any = result("boundaries", "import", *BEATS, cwd=folder, code=6)
    assert "tệp ghi thuộc 10001 nhưng nằm trong Ô 0 (10000)" in str(said["quarantined_rows"])


def test_new_beats_of_a_ward_end_the_old_ones_there_and_nowhere_else(folder: Path) -> None:
    _beats(folder, [(106.3, 106.35), (106.35, 106.4)])
    result("boundaries", "import", *BEATS, cwd=folder)
    _beats(folder, [(106.3, 106.32), (106.32, 106.35)], code=["7", "8"])
    later = ("beats.geojson", "--level", "beat", "--valid-from", "2026-06-01", "--scope", "10000")
    assert result("boundaries", "import", *later, cwd=folder)["ended"] == ["10000-1"]
    current = _listed(folder, "--level", "beat", "--as-of", "2026-07-01")
    assert [unit["code"] for unit in current] == ["10000-7", "10000-8", "10001-2"]
    error = refused("boundaries", "import", *later[:-1], "99999", cwd=folder)
    assert "99999" in error["message"]


def test_beats_before_any_ward_are_refused(tmp_path: Path) -> None:
    _beats(tmp_path, [(106.3, 106.32)])
    error = refused("boundaries", "import", *BEATS, cwd=tmp_path)
    assert (error["exit"], "1/1/2026" in error["message"]) == ("5", True)


def test_provinces_are_never_imported(folder: Path) -> None:
    words = ("wards.geojson", "--level", "province", "--valid-from", "2026-01-01")
    error = refused("boundaries", "import", *words, cwd=folder)
    assert "Tỉnh được ghép từ các xã, phường" in error["message"]
    assert "boundaries export --level province" in error["hint"]


def test_provinces_of_a_day_are_listed(folder: Path) -> None:
    (province,) = _listed(folder, "--level", "province")
    assert (province["code"], province["unit_type"], province["name"]) == ("31", "Thành phố", "Hải Phòng")
    assert province["population"] == 40_000
    assert _listed(folder, "--level", "province", "--as-of", "2020-01-01") == []


def test_an_import_that_only_fills_in_borders_says_so(tmp_path: Path) -> None:
    (tmp_path / "bang.csv").write_text(
        "new_code,new_name,new_province_code,new_province,old_code,old_name,old_district,old_province,note\n"
        "10000,Phường Ô 0,31,Thành phố Hải Phòng,10528,Phường Trần Phú,TP Hải Dương,Hải Dương,Nhập toàn bộ\n",
        encoding="utf-8",
    )
    result("lineage", "import", "bang.csv", cwd=tmp_path)
    kept = town(1, 1)[["code", "name", "unit_type", "parent", "parent_name", "geometry"]]
    kept.to_file(tmp_path / "w.geojson", driver="GeoJSON")
    words = ("boundaries", "import", "w.geojson", "--valid-from", "2025-07-01")
    assert "bổ sung ranh giới cho 1 đơn vị" in antt(*words, "--dry-run", cwd=tmp_path).stdout
    said = antt(*words, cwd=tmp_path).stdout
    assert "Đã ghi vào antt.gpkg: bổ sung ranh giới cho 1 đơn vị trước đó chỉ biết tên." in said
    assert "Không có gì mới: 1 đơn vị đã có trong antt.gpkg." in antt(*words, cwd=tmp_path).stdout
