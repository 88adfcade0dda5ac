"""Messy official files on the command line: what is found by itself, what is shown, what a person decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.catalog import REPAIRS, UNITS
from layers.geo import area_m2
from layers.store import open_store
from tests.cli.command import antt, refused, result
from tests.messy_files import faulty_cells, official, with_planted_faults, write

DATE = ("--valid-from", "2025-07-01")


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    """A folder whose store holds three wards with faults."""
    result("boundaries", "import", write(faulty_cells(), tmp_path / "o.gpkg"), *DATE, cwd=tmp_path)
    return tmp_path


def _queue(folder: Path, code: int = 7) -> list[dict[str, Any]]:
    listed = result("boundaries", "check", "--as-of", "2025-07-02", cwd=folder, code=code)["repairs"]
    assert isinstance(listed, list)
    return listed


def test_the_import_says_where_its_faults_are_listed(tmp_path: Path) -> None:
    words = ("boundaries", "import", write(faulty_cells(), tmp_path / "o.gpkg"), *DATE)
    assert "Sau khi nạp sẽ có 2 chỗ cần quyết định." in antt(*words, "--dry-run", cwd=tmp_path).stdout
    assert "`antt boundaries check --as-of 2025-07-01`" in antt(*words, cwd=tmp_path).stdout


def test_the_queue_names_each_fault_with_a_proposal(cells: Path) -> None:
    found = {card["kind"]: card for card in _queue(cells)}
    assert set(found) == {"sliver", "overlap"}
    assert found["sliver"]["units"] == ["90001", "90002"]
    assert found["overlap"]["units"] == ["90002", "90003"]
    assert found["overlap"]["area_m2"] == pytest.approx(3.1 * 1107, rel=0.02)
    assert all(card["proposal"]["to"] in card["units"] and card["proposal"]["reason"] for card in found.values())


def test_accepting_below_an_area_makes_a_clean_coverage_and_says_who_did_it(cells: Path) -> None:
    faults = _queue(cells)
    done = result(
        "boundaries", "repair", "--as-of", "2025-07-02", "--accept-below", 5000, "--why", "Biên bản 12", cwd=cells
    )
    assert (done["decided"], done["repairs"]) == (2, [])
    assert _queue(cells, code=0) == []
    again = refused("boundaries", "import", cells / "o.gpkg", *DATE, cwd=cells)
    assert again["exit"] == "5", "a repair is not undone by the file it came from"
    store = open_store(str(cells / "antt.gpkg"))
    units, decided = store.read(UNITS).sort_values("code"), store.read(REPAIRS)
    last = store.history(UNITS, units["id"].iloc[1])[-1]
    store.close()
    assert shapely.coverage_is_valid(units.geometry.to_numpy())
    assert set(decided["decision"]) == {"accept"}
    assert "Biên bản 12" in last.why
    assert units["area_km2"].to_numpy() * 1e6 == pytest.approx(area_m2(units.geometry.to_list()))
    moved = np.abs(area_m2(units.geometry.to_list()) - area_m2(faulty_cells().geometry.to_list()))
    assert moved.max() <= sum(card["area_m2"] for card in faults)


def test_a_person_may_give_the_ground_to_the_other_unit_or_leave_it(cells: Path) -> None:
    found = {card["kind"]: card for card in _queue(cells)}
    overlap, sliver = found["overlap"], found["sliver"]
    (other,) = set(overlap["units"]) - {overlap["proposal"]["to"]}
    words = ("--give", f"{overlap['key']}={other}", "--leave", sliver["key"])
    done = result("boundaries", "repair", "--as-of", "2025-07-02", *words, cwd=cells)
    assert done["repairs"] == []
    assert f"'{sliver['key']}'" in str(done["left"])
    store = open_store(str(cells / "antt.gpkg"))
    rows = store.read(REPAIRS).set_index("key")
    store.close()
    assert rows.loc[overlap["key"], ["decision", "given_to"]].tolist() == ["change", other]
    assert rows.loc[sliver["key"], "decision"] == "leave"


def test_without_a_decision_nothing_changes(cells: Path) -> None:
    before = (cells / "antt.gpkg").read_bytes()
    ended = antt("boundaries", "repair", "--as-of", "2025-07-02", cwd=cells)
    assert "chồng lấn" in ended.stdout
    assert (cells / "antt.gpkg").read_bytes() == before
    error = refused("boundaries", "repair", "--as-of", "2025-07-02", "--accept", "khong-co", cwd=cells)
    assert "khong-co" in error["message"]
    far = _queue(cells)[0]["key"]
    error = refused("boundaries", "repair", "--as-of", "2025-07-02", "--give", f"{far}=99999", cwd=cells)
    assert "--leave" in error["hint"]


def test_a_file_of_the_abc_fonts_is_read_and_may_be_overruled(tmp_path: Path) -> None:
    wards = gpd.GeoDataFrame(
        {"code": ["10532", "90001"], "name": ["Lê Thanh Nghị", "Ứng Thiên"], "unit_type": ["Phường", "Xã"],
         "province_code": ["31", "31"]},
        geometry=[shapely.box(106.30, 20.91, 106.33, 20.94), shapely.box(106.33, 20.91, 106.36, 20.94)], crs=4326,
    ).to_crs(9209)  # fmt: skip
    file = official(wards, tmp_path / "abc.shp")
    told = ("boundaries", "import", file, *DATE, "--dry-run", "--crs", "EPSG:9209")
    assert result(*told, cwd=tmp_path)["encoding"] == {"used": "tcvn3", "score": 1.0}
    overruled = result(*told, "--encoding", "cp1258", cwd=tmp_path)
    assert overruled["encoding"] != {"used": "tcvn3", "score": 1.0}
    result("boundaries", "import", file, *DATE, "--crs", "EPSG:9209", cwd=tmp_path)
    store = open_store(str(tmp_path / "antt.gpkg"))
    names = store.read(UNITS)["name"].tolist()
    store.close()
    assert sorted(names) == ["Lê Thanh Nghị", "Ứng Thiên"]


@pytest.mark.real_data
@pytest.mark.parametrize("epsg", [9209, 9210])
def test_the_two_zones_of_hai_phong_are_told_apart(tmp_path: Path, real_data: Path, epsg: int) -> None:
    wards = gpd.read_file(real_data / "boundaries" / "hai_phong_114.geojson").to_crs(epsg)
    found = result(
        "boundaries", "import", official(wards, tmp_path / "hp.shp"), *DATE, "--dry-run", cwd=tmp_path
    )  # fmt: skip
    crs = found["crs"]
    assert isinstance(crs, dict)
    assert (crs["declared"], crs["used"]) == (None, f"EPSG:{epsg}")
    assert crs["evidence_m"] < 100


@pytest.mark.real_data
def test_the_datum_mistake_is_recognised_and_said(tmp_path: Path, real_data: Path) -> None:
    wards = gpd.read_file(real_data / "boundaries" / "hai_phong_114.geojson")
    mistaken = wards.to_crs(4756).set_crs(4326, allow_override=True)
    file = write(mistaken, tmp_path / "hp.gpkg")
    found = result("boundaries", "import", file, *DATE, "--dry-run", cwd=tmp_path)["crs"]
    assert isinstance(found, dict)
    assert (found["declared"], found["used"]) == ("EPSG:4326", "EPSG:4756")
    assert "--crs EPSG:4326" in found["note"]
    elsewhere = write(wards.to_crs(9209).set_crs(9210, allow_override=True), tmp_path / "zone.gpkg")
    note = result("boundaries", "import", elsewhere, *DATE, "--dry-run", cwd=tmp_path)["crs"]
    assert isinstance(note, dict)
    assert "lệch 26.002 m" in note["note"]
    obeyed = result("boundaries", "import", file, *DATE, "--dry-run", "--crs", "EPSG:4326", cwd=tmp_path)["crs"]
    assert isinstance(obeyed, dict)
    assert obeyed["used"] == "EPSG:4326"
    assert "EPSG:4756" in obeyed["note"]
    three = write(wards.iloc[:3], tmp_path / "three.gpkg")
    few = result("boundaries", "import", three, *DATE, "--dry-run", cwd=tmp_path)["crs"]
    assert isinstance(few, dict)
    assert "không kiểm được" in few["note"]


@pytest.mark.real_data
def test_an_earlier_vintage_shows_the_offset_of_a_single_ward(tmp_path: Path, real_data: Path) -> None:
    wards = gpd.read_file(real_data / "boundaries" / "hai_phong_114.geojson")
    result("boundaries", "import", write(wards, tmp_path / "hp.gpkg"), *DATE, cwd=tmp_path)
    ward = wards.iloc[[2]].to_crs(4756).set_crs(4326, allow_override=True)
    words = ("--valid-from", "2026-07-01", "--dry-run", "--partial")
    found = result("boundaries", "import", write(ward, tmp_path / "mot.gpkg"), *words, cwd=tmp_path)["crs"]
    assert isinstance(found, dict)
    assert (found["used"], found["against"]) == ("EPSG:4756", "borders")
    assert found["evidence_m"] < 5


@pytest.mark.real_data
def test_ha_noi_made_nasty_comes_out_clean(tmp_path: Path, real_data: Path) -> None:
    wards = gpd.read_file(real_data / "boundaries" / "ha_noi_126.geojson").to_crs(5897)
    nasty, planted = with_planted_faults(wards)
    assert len(planted) == 8
    taken: dict[str, Any] = result("boundaries", "import", official(nasty, tmp_path / "hn.shp"), *DATE, cwd=tmp_path)
    assert (taken["accepted"], taken["quarantined"]) == (126, 0)
    assert taken["encoding"] == {"used": "tcvn3", "score": 1.0}
    assert taken["crs"]["used"] == "EPSG:5897"
    listed = {(frozenset(card["units"]), card["kind"]): card["area_m2"] for card in taken["repairs"]}
    for units, (kind, area) in planted.items():
        assert listed[units, kind] == pytest.approx(area, rel=0.01)
    done = result("boundaries", "repair", "--as-of", "2025-07-02", "--accept-below", 10_000, cwd=tmp_path)
    assert done["repairs"] == []
    store = open_store(str(tmp_path / "antt.gpkg"))
    units = store.read(UNITS).set_index("code")
    store.close()
    assert shapely.coverage_is_valid(units.geometry.to_numpy())
    real = wards.to_crs(4326).set_index("code").loc[units.index]
    spelt = [name.removeprefix(f"{kind} ") for name, kind in zip(real["name"], real["unit_type"], strict=True)]
    assert units["name"].tolist() == spelt
    moved = np.abs(area_m2(units.geometry.to_list()) - area_m2(real.geometry.to_list()))
    cut = {code: area for pair, (_kind, area) in planted.items() for code in pair}
    assert all(far <= 1.01 * cut.get(code, 0) + 2 for code, far in zip(units.index, moved, strict=True))
    # With borders to compare with, the zone is found by them.
    later = ("--valid-from", "2026-07-01", "--dry-run")
    again: dict[str, Any] = result("boundaries", "import", tmp_path / "hn.shp", *later, cwd=tmp_path)
    assert (again["crs"]["used"], again["crs"]["against"]) == ("EPSG:5897", "borders")
