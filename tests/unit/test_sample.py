"""The shipped sample: what it holds, that it is marked, and that it can be made again."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers import catalog, geo
from layers.boundaries import bundled
from layers.errors import NotFound

ROOT = Path(__file__).resolve().parents[2]
FACTS = ("boundaries/units_2025.csv", "boundaries/le_thanh_nghi_lineage.csv")
MADE = (
    "boundaries/hai_phong_schematic.geojson",
    "boundaries/le_thanh_nghi_before.geojson",
    "boundaries/le_thanh_nghi_lineage.csv",
    "boundaries/insets.geojson",
    "boundaries/SOURCES.toml",
    "sample/incidents.csv",
    "sample/safezones.geojson",
    "sample/cameras.geojson",
    "sample/people.csv",
)


def _table(name: str) -> list[dict[str, str]]:
    with bundled.path(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _sources() -> dict[str, Any]:
    return tomllib.loads(bundled.path("SOURCES.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def units() -> gpd.GeoDataFrame:
    return gpd.read_file(bundled.path("hai_phong_schematic.geojson")).set_index("code", drop=False)


@pytest.fixture(scope="module")
def old_wards() -> gpd.GeoDataFrame:
    return gpd.read_file(bundled.path("le_thanh_nghi_before.geojson")).set_index("code", drop=False)


@pytest.fixture(scope="module")
def incidents() -> list[dict[str, str]]:
    return _table("incidents.csv")


def test_the_facts_name_every_unit_of_the_country_once() -> None:
    rows = _table("units_2025.csv")
    codes = [row["code"] for row in rows]
    assert len(rows) == 3321
    assert codes == sorted(set(codes))
    assert Counter(row["unit_type"] for row in rows) == {"Xã": 2611, "Phường": 697, "Đặc khu": 13}
    assert len({row["province_code"] for row in rows}) == 34
    assert all(geo.VIETNAM.holds(float(row["seat_lon"]), float(row["seat_lat"])) for row in rows)


def test_the_facts_keep_the_type_out_of_the_name() -> None:
    by_code = {row["code"]: row for row in _table("units_2025.csv")}
    ward = by_code["10532"]
    assert (ward["name"], ward["unit_type"], ward["area_km2_published"]) == ("Lê Thanh Nghị", "Phường", "8.04")
    assert [by_code[code]["name"] for code in ("20333", "22736")] == ["Hoàng Sa", "Trường Sa"]
    assert not any(row["name"].startswith(f"{row['unit_type']} ") for row in by_code.values())


def test_the_city_has_its_114_units_and_people(units: gpd.GeoDataFrame) -> None:
    assert len(units) == 114
    assert Counter(units["unit_type"]) == {"Xã": 67, "Phường": 45, "Đặc khu": 2}
    assert int(units["population"].sum()) == 4_664_124


def test_areas_are_the_published_ones(units: gpd.GeoDataFrame) -> None:
    measured_km2 = geo.area_m2(list(units.geometry)) / 1e6
    assert np.abs(measured_km2 / units["area_km2_published"].to_numpy() - 1).max() < 0.01


def test_neighbours_share_their_borders_exactly(units: gpd.GeoDataFrame) -> None:
    assert units.geometry.is_valid.all()
    assert shapely.coverage_is_valid(units.geometry.to_numpy())
    merged = shapely.coverage_union_all(units.geometry.to_numpy())
    assert sum(len(part.interiors) for part in shapely.get_parts(merged)) == 0
    mainland = units.drop(index=["11914", "11948"])
    assert set(mainland.geometry.geom_type) == {"Polygon"}
    assert len(shapely.get_parts(shapely.coverage_union_all(mainland.geometry.to_numpy()))) == 1


def test_units_lie_where_they_are_known_to_be(units: gpd.GeoDataFrame) -> None:
    seats = {row["code"]: (float(row["seat_lon"]), float(row["seat_lat"])) for row in _table("units_2025.csv")}
    middles = units.geometry.representative_point()
    shift = [np.hypot(p.x - seats[code][0], p.y - seats[code][1]) for code, p in middles.items()]
    assert np.median(shift) < 0.03
    assert np.max(shift) < 0.12


def test_borders_are_not_straight(units: gpd.GeoDataFrame) -> None:
    assert np.median(shapely.get_num_coordinates(units.geometry.to_numpy())) > 100


def test_three_old_wards_and_a_part_make_the_new_ward(units: gpd.GeoDataFrame, old_wards: gpd.GeoDataFrame) -> None:
    new = units.geometry["10532"]
    assert dict(old_wards["name"]) == {
        "10531": "Thanh Bình",
        "10532": "Tân Bình",
        "10534": "Lê Thanh Nghị",
        "10528": "Trần Phú",
    }
    for code in ("10531", "10532", "10534"):
        assert new.covers(old_wards.geometry[code])
    together = shapely.union_all(old_wards.geometry.to_numpy())
    assert shapely.equals(together.intersection(new), new)


def test_the_rest_of_tran_phu_lies_in_tan_hung(units: gpd.GeoDataFrame, old_wards: gpd.GeoDataFrame) -> None:
    split = old_wards.geometry["10528"]
    rest = split.difference(units.geometry["10532"])
    assert rest.area > 0.1 * split.area
    assert split.intersection(units.geometry["10532"]).area > 0.1 * split.area
    assert rest.difference(units.geometry["10537"]).area < 1e-9


def test_the_lineage_leads_from_each_old_ward_to_where_its_ground_lies(
    units: gpd.GeoDataFrame, old_wards: gpd.GeoDataFrame
) -> None:
    rows = _table("le_thanh_nghi_lineage.csv")
    told = {(row["old_code"], row["new_code"]) for row in rows}
    lies = {
        (old, new)
        for old, shape in old_wards.geometry.items()
        for new, area in units.geometry.items()
        if shape.intersection(area).area > 0.01 * shape.area
    }
    assert told == lies
    assert {row["new_name"] for row in rows} == {"Phường Lê Thanh Nghị", "Phường Tân Hưng"}


def test_the_new_ward_says_what_it_was_formed_from(units: gpd.GeoDataFrame) -> None:
    wording = "Thanh Bình, Tân Bình, Lê Thanh Nghị và một phần Trần Phú"
    assert units["before_merger"]["10532"] == wording
    assert units["before_merger"].notna().sum() == 1


def test_the_small_map_has_both_archipelagos_at_their_places() -> None:
    insets = gpd.read_file(bundled.path("insets.geojson")).set_index("role")
    assert list(insets.index) == ["mainland", "hoang_sa", "truong_sa"]
    assert list(insets["code"][1:]) == ["20333", "22736"]
    assert insets.geometry.is_valid.all()
    boxes = {"hoang_sa": (110.9, 15.5, 113.1, 17.3), "truong_sa": (111.3, 6.7, 117.7, 11.7)}
    for role, box in boxes.items():
        islands = insets.geometry[role]
        assert shapely.box(*box).covers(islands)
        assert len(islands.geoms) >= 8


@pytest.mark.parametrize(
    ("town", "lon", "lat"),
    [("Hà Nội", 105.85, 21.03), ("Huế", 107.58, 16.46), ("Đắk Lắk", 108.05, 12.67), ("Cà Mau", 105.15, 9.18),
     ("Phú Quốc", 104.0, 10.22), ("Điện Biên", 103.02, 21.39), ("Hà Giang", 104.98, 22.82)],
)  # fmt: skip
def test_the_small_map_holds_known_towns(town: str, lon: float, lat: float) -> None:
    mainland = gpd.read_file(bundled.path("insets.geojson")).geometry[0]
    assert mainland.contains(shapely.Point(lon, lat)), town


def test_the_small_map_leaves_out_towns_of_neighbours() -> None:
    mainland = gpd.read_file(bundled.path("insets.geojson")).geometry[0]
    for lon, lat in ((102.6, 17.97), (104.92, 11.56), (108.32, 22.82)):
        assert not mainland.contains(shapely.Point(lon, lat))


def test_incidents_lie_in_the_unit_they_name(units: gpd.GeoDataFrame, incidents: list[dict[str, str]]) -> None:
    area_by_title = {f"{row.unit_type} {row.name}": row.geometry for row in units.reset_index(drop=True).itertuples()}
    placed = [row for row in incidents if row["Kinh độ"]]
    for row in placed:
        area = area_by_title[row["Phường, xã"]]
        assert shapely.intersects_xy(area, float(row["Kinh độ"]), float(row["Vĩ độ"]))
    assert len(incidents) == 6000
    assert len(incidents) - len(placed) == 40


def test_no_incident_is_of_a_sensitive_category(incidents: list[dict[str, str]]) -> None:
    sensitive = {category.slug for category in catalog.categories() if category.sensitive}
    slugs = {catalog.category_of(row["Loại vụ việc"]) for row in incidents}
    assert None not in slugs
    assert not slugs & sensitive


def test_three_dates_cannot_be_read_and_the_rest_fill_the_period(incidents: list[dict[str, str]]) -> None:
    days, unreadable = [], 0
    for row in incidents:
        try:
            days.append(dt.datetime.strptime(row["Ngày xảy ra"], "%d/%m/%Y").replace(tzinfo=dt.UTC).date())
        except ValueError:
            unreadable += 1
    assert unreadable == 3
    assert min(days) >= dt.date(2024, 7, 1)
    assert max(days) <= dt.date(2026, 10, 31)
    tet = sum(dt.date(2026, 2, 14) <= day < dt.date(2026, 2, 21) for day in days)
    usual = sum(dt.date(2026, 3, 14) <= day < dt.date(2026, 3, 21) for day in days)
    assert tet < 0.8 * usual


def test_evenings_have_most_incidents_and_some_hours_are_unknown(incidents: list[dict[str, str]]) -> None:
    hours = Counter(row["Giờ"][:2] for row in incidents)
    assert 0.04 < hours.pop("") / len(incidents) < 0.08
    assert all(hours[evening] > hours["05"] for evening in ("18", "19", "20", "21", "22"))


def test_le_thanh_nghi_has_most_incidents(incidents: list[dict[str, str]]) -> None:
    assert Counter(row["Phường, xã"] for row in incidents).most_common(1)[0][0] == "Phường Lê Thanh Nghị"


def test_models_are_of_the_six_kinds_and_lie_on_land(units: gpd.GeoDataFrame) -> None:
    models = gpd.read_file(bundled.path("safezones.geojson"))
    assert set(models["kind"]) == {kind.slug for kind in catalog.safezone_kinds()}
    assert 150 <= len(models) <= 170
    assert models["name"].is_unique
    assert set(models.columns) == set(catalog.SAFEZONES.schema.names) - {"id", "row_version"}
    land = shapely.coverage_union_all(units.geometry.to_numpy())
    assert shapely.covers(land, models.geometry.to_numpy()).all()


def test_people_by_block_add_up_to_the_published_figures_of_each_unit(units: gpd.GeoDataFrame) -> None:
    blocks = _table("people.csv")
    places = shapely.points([[float(block["lon"]), float(block["lat"])] for block in blocks])
    inside, unit = shapely.STRtree(units.geometry.to_numpy()).query(places, predicate="intersects")
    assert inside.tolist() == list(range(len(blocks)))
    found = Counter[str]()
    for block, code in zip(blocks, units["code"].to_numpy()[unit], strict=True):
        found[code] += int(block["people"])
    assert found == dict(zip(units["code"], units["population"], strict=True))
    assert {block["source"] for block in blocks} == {catalog.SYNTHETIC}


def test_cameras_look_somewhere_and_lie_on_land(units: gpd.GeoDataFrame) -> None:
    cameras = gpd.read_file(bundled.path("cameras.geojson"))
    assert len(cameras) == 120
    assert set(cameras.columns) == set(catalog.CAMERAS.schema.names) - {"id", "row_version"}
    assert cameras["azimuth_deg"].between(0, 359.9).all()
    assert cameras["range_m"].between(10, 500).all()
    land = shapely.coverage_union_all(units.geometry.to_numpy())
    assert shapely.covers(land, cameras.geometry.to_numpy()).all()


def test_every_file_is_told_with_its_checksum() -> None:
    told = {entry["path"]: entry for entry in _sources()["file"]}
    shipped = {*MADE, "boundaries/units_2025.csv"} - {"boundaries/SOURCES.toml"}
    assert set(told) == shipped
    for path, entry in told.items():
        assert hashlib.sha256(bundled.path(path).read_bytes()).hexdigest() == entry["sha256"], path
        assert entry["origin"]


def test_drawings_and_inventions_are_marked() -> None:
    sources = _sources()
    assert sources["notice"] == "Sơ đồ, không có giá trị pháp lý về địa giới"
    for entry in sources["file"]:
        assert entry["synthetic"] == (entry["path"] not in FACTS)
        assert bool(entry["notice"]) == entry["synthetic"]


def test_files_stay_small() -> None:
    assert bundled.path("hai_phong_schematic.geojson").stat().st_size <= 700_000


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    script = ROOT / "data" / "boundaries" / "make_sample.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], env=environment, check=True, timeout=180)
    different = [name for name in MADE if (tmp_path / name).read_bytes() != bundled.path(name).read_bytes()]
    assert different == []


@pytest.mark.parametrize(
    "name", ["", "..", "../pyproject.toml", "/etc/hostname", "boundaries/../SOURCES.toml", "none.csv"]
)
def test_only_shipped_files_are_found(name: str) -> None:
    with pytest.raises(NotFound) as caught:
        bundled.path(name)
    assert caught.value.message.vi
    assert caught.value.hint.vi
