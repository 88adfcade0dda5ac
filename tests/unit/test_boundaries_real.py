"""The real files: the figures that are known of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.boundaries.generalise import generalise, label_points
from layers.boundaries.locate import locate
from layers.boundaries.prepare import Vintage, prepare
from layers.boundaries.reading import read_boundaries
from layers.boundaries.report import ImportReport
from layers.boundaries.search import search
from layers.boundaries.versions import plan_import

pytestmark = pytest.mark.real_data
DAY = dt.date(2025, 7, 1)
Imported = tuple[gpd.GeoDataFrame, ImportReport]


def _import(file: Path) -> Imported:
    now = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
    return prepare(read_boundaries(file), Vintage(DAY), now=now, rng=np.random.default_rng(1))


@pytest.fixture(scope="module")
def hai_phong(real_data: Path) -> Imported:
    return _import(real_data / "boundaries" / "hai_phong_114.geojson")


def test_hai_phong(hai_phong: Imported) -> None:
    units, report = hai_phong
    assert (report.accepted, report.mended, report.quarantined) == (114, (), ())
    assert units["unit_type"].value_counts().to_dict() == {"Xã": 67, "Phường": 45, "Đặc khu": 2}
    assert units["population"].sum() == 4_664_124
    (overlap,) = report.overlaps
    assert {overlap.a_name, overlap.b_name} == {"Lưu Kiếm", "Thuỷ Nguyên"}
    assert overlap.area_m2 == pytest.approx(1135, abs=1)
    ward = units.set_index("code").loc["10532"]
    assert (ward["name"], ward["unit_type"], ward["population"]) == ("Lê Thanh Nghị", "Phường", 81_500)
    assert ward["area_km2"] == pytest.approx(8.0705, abs=1e-4)
    assert {flag.name for flag in report.area_flags} == {
        "Đông Hải", "Hải An", "Đồ Sơn", "Hùng Thắng", "Cát Hải", "Bạch Long Vĩ",
    }  # fmt: skip
    assert [gap.neighbour_names for gap in report.gaps] == [("Đồ Sơn",)]


def test_hai_phong_loaded_twice_is_loaded_once(hai_phong: Imported) -> None:
    units, _report = hai_phong
    assert plan_import(units, units.sample(frac=1, random_state=1), valid_from=DAY).is_empty


def test_hai_phong_on_the_map(hai_phong: Imported) -> None:
    units, _report = hai_phong
    drawn = generalise(units, 50.0)
    assert drawn.geometry.is_valid.all()
    parts = [shapely.get_num_geometries(frame.geometry.to_numpy()).sum() for frame in (drawn, units)]
    assert parts[0] == parts[1]
    lon, lat = label_points(units)
    assert locate(lon, lat, units).tolist() == list(range(114))
    assert [units["name"].iloc[row] for row in search(units, "le thanh nghi")] == ["Lê Thanh Nghị"]


def test_a_million_places_in_hai_phong(hai_phong: Imported) -> None:
    units, _report = hai_phong
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(106.1, 107.0, 1_000_000), rng.uniform(20.5, 21.1, 1_000_000)
    found = locate(lon, lat, units)
    sample = rng.integers(0, 1_000_000, 2000)
    covers = shapely.intersects_xy(units.geometry.to_numpy()[:, None], lon[sample][None, :], lat[sample][None, :])
    codes = units["code"].to_numpy()
    expected = [min(np.flatnonzero(column), key=codes.__getitem__, default=-1) for column in covers.T]
    assert found[sample].tolist() == expected


@pytest.mark.long
def test_the_whole_country(real_data: Path) -> None:
    units, report = _import(real_data / "boundaries" / "communes_2025_vn_20m.fgb")
    assert (report.accepted, report.quarantined, report.overlaps) == (3321, (), ())
    assert set(units["code"]) >= {"20333", "22736"}
    assert sum(gap.area_m2 < 1000 for gap in report.gaps) == 104
    drawn = generalise(units, 200.0)
    assert drawn.geometry.is_valid.all()
    assert not drawn.geometry.is_empty.any()


def test_an_older_messy_vintage_is_taken_in_with_its_faults(real_data: Path) -> None:
    file = real_data / "boundaries" / "communes2009_hanoi_haiphong_haiduong.gpkg"
    units, report = _import(file)
    assert report.accepted == 1072
    assert len(report.overlaps) > 1000
    assert len(report.gaps) > 1000
    assert len(report.repairs) >= len(report.overlaps) + len(report.gaps)
    assert generalise(units, 100.0).geometry.is_valid.all()
