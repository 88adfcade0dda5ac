"""Boundaries of a day on the command line: listed, written into a file, held against the law."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from tests.builders import town
from tests.cli.command import antt, refused, result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, frame in (("old", town(2, 1)), ("new", town())):
        kept = frame[["code", "name", "unit_type", "parent", "parent_name", "population", "geometry"]]
        kept.to_file(tmp_path / f"{name}.geojson", driver="GeoJSON")
    result("boundaries", "import", "new.geojson", "--valid-from", "2025-07-01", cwd=tmp_path)
    older = ("--valid-from", "2009-04-01", "--valid-to", "2025-07-01")
    result("boundaries", "import", "old.geojson", *older, cwd=tmp_path)
    return tmp_path


def test_the_units_of_a_day_are_listed_with_the_vintages(folder: Path) -> None:
    every: Any = result("boundaries", "list", cwd=folder)
    assert len(every["units"]) == 6
    assert [each["from"] for each in every["vintages"]] == ["2009-04-01", "2025-07-01"]
    old: Any = result("boundaries", "list", "--as-of", "2010-01-01", cwd=folder)
    assert [unit["valid_to"] for unit in old["units"]] == ["2025-07-01", "2025-07-01"]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "fgb"])
def test_the_boundaries_of_a_day_are_written_into_a_file(folder: Path, suffix: str) -> None:
    said = result("boundaries", "export", f"out.{suffix}", "--as-of", "2010-01-01", cwd=folder)
    assert said["units"] == len(gpd.read_file(folder / f"out.{suffix}")) == 2


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("--valid-from", "2000-01-01"), "5", "--valid-to 2009-04-01"),
        (("--valid-from", "2010-01-01", "--valid-to", "2030-01-01"), "5", "--valid-to"),
        (("--valid-from", "2025-07-01"), "5", "--valid-from"),
        (("--valid-from", "2026-01-01", "--valid-to", "2027-01-01"), "5", "--valid-to"),
        (("--valid-from", "2026-01-01", "--valid-to", "2025-01-01"), "2", ""),
    ],
)
def test_a_vintage_that_overlaps_one_in_force_is_refused(
    folder: Path, words: tuple[str, ...], code: str, hint: str
) -> None:
    file = gpd.read_file(folder / "old.geojson").assign(name="Khác")
    file.to_file(folder / "other.geojson", driver="GeoJSON")
    error = refused("boundaries", "import", "other.geojson", *words, cwd=folder)
    assert (error["exit"], hint in error["hint"]) == (code, True)


def test_a_sheet_is_printed_with_the_boundaries_of_a_day(folder: Path) -> None:
    then: Any = result("snapshot", "create", "--out", "then.png", "--as-of", "2010-01-01", cwd=folder)
    assert (then["as_of"], "1/4/2009" in then["sentence"]) == ("2010-01-01", True)
    now: Any = result("snapshot", "create", "--out", "now.png", cwd=folder)
    assert now["as_of"] > "2025-07-01"
    assert (folder / "then.png").read_bytes() != (folder / "now.png").read_bytes()
    assert antt("snapshot", "create", "--out", "none.png", "--as-of", "1999-01-01", cwd=folder).returncode == 3


def test_provinces_are_made_of_their_wards(folder: Path) -> None:
    result("boundaries", "export", "p.geojson", "--level", "province", cwd=folder)
    provinces = gpd.read_file(folder / "p.geojson")
    assert provinces["code"].tolist() == ["31"]
    assert provinces.total_bounds.round(6).tolist() == [106.3, 20.9, 106.4, 21.0]


def test_what_cannot_be_written_is_refused(folder: Path) -> None:
    assert antt("boundaries", "export", "out.txt", cwd=folder).returncode in {2, 3}
    assert antt("boundaries", "export", "out.geojson", "--as-of", "1999-01-01", cwd=folder).returncode == 3
    assert antt("boundaries", "export", "antt.gpkg", cwd=folder).returncode == 5


def test_the_table_of_standards_is_the_offices_own_to_change(folder: Path) -> None:
    before: Any = result("boundaries", "standards", "--export", "s.csv", cwd=folder)
    assert (before["counts"], before["meta"]["edited"]) == ({"below": 4}, False)
    assert "người, cần từ 21.000)" in antt("boundaries", "standards", cwd=folder).stdout
    table = folder / "s.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",21000,", ",9000,"), encoding="utf-8")
    assert result("boundaries", "standards", "--import", "s.csv", cwd=folder) == {"rows": 15}
    after: Any = result("boundaries", "standards", cwd=folder)
    assert (after["counts"], after["meta"]["edited"]) == ({"meets": 4}, True)
    table.write_text("document\nNQ\n", encoding="utf-8")
    assert antt("boundaries", "standards", "--import", "s.csv", cwd=folder).returncode == 3
    assert result("boundaries", "standards", cwd=folder)["counts"] == {"meets": 4}
