"""From a file to units and a report: what is taken in, mended, set aside and found."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers import errors, schema
from layers.boundaries.prepare import Vintage, prepare
from layers.boundaries.reading import read_boundaries
from layers.boundaries.report import ImportReport, check_units
from layers.catalog import UNITS

NOW = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
VINTAGE = Vintage(dt.date(2025, 7, 1))


def _cell(column: int, row: int = 0) -> shapely.Polygon:
    return shapely.box(106 + column / 100, 20 + row / 100, 106.01 + column / 100, 20.01 + row / 100)


def _import(
    folder: Path, shapes: list[shapely.Geometry | None], vintage: Vintage = VINTAGE, **columns: list[object]
) -> tuple[gpd.GeoDataFrame, ImportReport]:
    count = len(shapes)
    standard: dict[str, list[object]] = {
        "code": [f"1050{number}" for number in range(count)],
        "name": [f"Xã {'ABCDEFGHIJKLMNOP'[number]}" for number in range(count)],
    }
    frame = gpd.GeoDataFrame(standard | columns, geometry=shapes, crs="EPSG:4326")
    frame.to_file(folder / "don_vi.gpkg")
    source = read_boundaries(folder / "don_vi.gpkg")
    return prepare(source, vintage, now=NOW, rng=np.random.default_rng(1))


def test_clean_units_are_all_taken_in(tmp_path: Path) -> None:
    vintage = Vintage(dt.date(2025, 7, 1), dt.date(2026, 1, 1), decree="Nghị quyết 1", source="Sở")
    units, report = _import(tmp_path, [_cell(0), _cell(1)], vintage, province_code=[31, 1], population=[10, 0])
    assert (report.accepted, report.mended, report.quarantined) == (2, (), ())
    assert (report.overlaps, report.gaps) == ((), ())
    assert units.columns.tolist() == UNITS.schema.names
    assert schema.check(units, UNITS.schema).equals(units)
    assert units["name"].tolist() == ["A", "B"]
    assert units["unit_type"].tolist() == ["Xã", "Xã"]
    assert units["parent"].tolist() == ["31", "01"]
    assert units["population"].tolist() == [10, 0]
    assert set(units["valid_from"]) == {"2025-07-01"}
    assert set(units["valid_to"]) == {"2026-01-01"}
    assert set(units["decree"]) == {"Nghị quyết 1"}
    assert set(units["source"]) == {"Sở"}
    assert set(units.geom_type) == {"MultiPolygon"}
    assert units["area_km2"].tolist() == pytest.approx([1.158452] * 2, rel=1e-6)


def test_same_seed_same_units(tmp_path: Path) -> None:
    first, _report = _import(tmp_path, [_cell(0), _cell(1)])
    second, _report = _import(tmp_path, [_cell(0), _cell(1)])
    assert first.equals(second)
    assert first["id"].is_unique


def test_codes_that_a_spreadsheet_shortened_get_their_zeros_back(tmp_path: Path) -> None:
    units, _report = _import(tmp_path, [_cell(0), _cell(1)], code=[4, 10532])
    assert units["code"].tolist() == ["00004", "10532"]


def test_crossed_rings_are_mended_and_said(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(106, 20), (106.01, 20.01), (106.01, 20), (106, 20.01)])
    units, report = _import(tmp_path, [bow_tie, _cell(5)])
    assert units.geometry.is_valid.all()
    assert [(unit.code, unit.name) for unit in report.mended] == [("10500", "A")]
    # Two triangles, each a quarter of the cell.
    assert units["area_km2"].iloc[0] == pytest.approx(1.158452 / 2, rel=1e-3)
    assert report.to_json()["mended"] == 1


def test_rows_that_cannot_be_used_are_set_aside_each_with_its_reason(tmp_path: Path) -> None:
    shapes = [_cell(n) for n in range(12)]
    shapes[1], shapes[2] = None, shapely.Point(106.5, 20.5)
    shapes[3] = shapely.box(2.0, 48.0, 2.1, 48.1)
    codes: list[object] = [f"1050{n}" for n in range(12)]
    names: list[object] = [f"Phường P{n}" for n in range(12)]
    codes[4], names[5] = "", None
    codes[7] = codes[6]
    units, report = _import(tmp_path, shapes, code=codes, name=names)
    reasons = {row.row: [why.vi for why in row.reasons] for row in report.quarantined}
    assert reasons == {
        2: ["không có hình học"],
        3: ["hình học không phải vùng"],
        4: ["nằm ngoài Việt Nam"],
        5: ["thiếu mã đơn vị"],
        6: ["thiếu tên đơn vị"],
        8: ["trùng mã với dòng 7"],
    }
    assert report.accepted == len(units) == 6
    assert report.to_json("en")["quarantined_rows"][0]["reasons"] == ["has no geometry"]  # type: ignore[index]


def test_broken_row_does_not_push_out_the_sound_one_of_its_code(tmp_path: Path) -> None:
    units, report = _import(tmp_path, [None, _cell(1), _cell(2)], code=["10501", "10501", "10502"])
    assert units["code"].tolist() == ["10501", "10502"]
    assert [row.row for row in report.quarantined] == [1]


def test_overlap_is_named_with_both_units_and_its_area(tmp_path: Path) -> None:
    wide = shapely.box(106, 20, 106.011, 20.01)
    _units, report = _import(tmp_path, [_cell(1), wide], name=["Phường Đông", "Phường Tây"])
    (overlap,) = report.overlaps
    assert (overlap.a, overlap.b, overlap.a_name, overlap.b_name) == ("10500", "10501", "Đông", "Tây")
    assert overlap.area_m2 == pytest.approx(115845, rel=1e-4)


def test_gap_is_named_with_the_units_around_it(tmp_path: Path) -> None:
    ring = [_cell(column, row) for column in range(3) for row in range(3) if (column, row) != (1, 1)]
    _units, report = _import(tmp_path, ring)
    (gap,) = report.gaps
    # Left, below, above and right of it; the four that touch it at a corner only are left out.
    assert gap.neighbours == ("10501", "10503", "10504", "10506")
    assert gap.neighbour_names == ("B", "D", "E", "G")
    assert gap.area_m2 == pytest.approx(1158376, rel=1e-3)
    assert _cell(1, 1).contains(shapely.Point(gap.lon, gap.lat))


def test_island_inside_a_gap_is_not_part_of_it(tmp_path: Path) -> None:
    lake = shapely.box(106.001, 20.001, 106.009, 20.009)
    island = shapely.box(106.004, 20.004, 106.006, 20.006)
    _units, report = _import(tmp_path, [_cell(0) - lake, island])
    (gap,) = report.gaps
    assert gap.area_m2 == pytest.approx(1158452 * (0.64 - 0.04), rel=1e-3)
    assert gap.neighbours == ("10500", "10501")


def test_published_area_that_is_far_off_is_flagged(tmp_path: Path) -> None:
    published = [1.16, "1,0", 0, None]
    _units, report = _import(tmp_path, [_cell(n) for n in range(4)], dien_tich=[str(a) for a in published])
    (flag,) = report.area_flags
    assert (flag.code, flag.published_km2) == ("10501", 1.0)
    assert flag.diff_pct == pytest.approx(15.8, abs=0.1)


def test_report_is_json(tmp_path: Path) -> None:
    _units, report = _import(tmp_path, [_cell(0), None, shapely.box(106.005, 20, 106.02, 20.01)], ghi_chu=["x"] * 3)
    told = json.loads(json.dumps(report.to_json()))
    assert (told["accepted"], told["mended"], told["quarantined"]) == (2, 0, 1)
    assert set(told["overlaps"][0]) >= {"a", "b", "area_m2"}
    assert told["dropped_columns"] == ["ghi_chu"]


def test_units_known_only_by_name_can_be_checked() -> None:
    frame = gpd.GeoDataFrame({"code": ["1", "2"], "name": ["A", "B"]}, geometry=[_cell(0), None], crs="EPSG:4326")
    report = check_units(frame)
    assert (report.accepted, report.overlaps, report.gaps, report.area_flags) == (2, (), (), ())


def test_a_file_of_which_nothing_can_be_used_gives_an_empty_table(tmp_path: Path) -> None:
    units, report = _import(tmp_path, [_cell(0)], name=[""])
    assert len(units) == 0
    assert len(report.quarantined) == 1


def test_bad_vintage_is_refused() -> None:
    with pytest.raises(errors.InvalidParameter, match="hamlet"):
        Vintage(dt.date(2025, 7, 1), level="hamlet")
    with pytest.raises(errors.InvalidParameter):
        Vintage(dt.date(2025, 7, 1), dt.date(2025, 7, 1))
