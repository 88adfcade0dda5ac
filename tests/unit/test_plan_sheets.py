"""The change sheet of a plan on paper and as a workbook, and its units as files."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pyogrio
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from layers.catalog import SAFEZONES, UNITS
from layers.planning.operations import Merge, Rename, Split, Transfer
from layers.store import open_store
from mapserver.rendering.plan_sheet import PlanSheet
from mapserver.services.plan_figures import figures_of
from mapserver.services.plan_points import PlanPoints, points_of
from mapserver.services.plan_sheets import change_sheet, sheet_pdf
from mapserver.services.plan_unit_files import plan_units, units_geojson, units_gpkg
from mapserver.services.plan_workbook import sheet_xlsx
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader
from tests.builders import NOW, models, town
from tests.opened_plans import HALF, Opened, crooked_squares, opened

TODAY = dt.date(2026, 11, 1)
MOVED = opened(crooked_squares(), Transfer("10000", "10001", HALF), Rename("10002", "=Lê Lợi"))
PUBLISHED = MOVED.told(effective_on=dt.date(2027, 7, 1), decree="NQ 9/2027", frozen_hash="ab" * 32)


@pytest.fixture(scope="module")
def reader() -> Reader:
    store = open_store("memory:")
    store.append(UNITS, crooked_squares())
    store.append(SAFEZONES, models())
    return Reader(store, "Asia/Ho_Chi_Minh")


def _points(reader: Reader, plan: Opened) -> PlanPoints:
    return points_of(reader, Publication(reader.store), plan.base)


def _sheet(reader: Reader, plan: Opened = MOVED, today: dt.date = TODAY) -> PlanSheet:
    return change_sheet(reader, plan, _points(reader, plan), today=today)


def _pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_the_printed_sheet_says_what_changes_and_that_it_is_a_proposal(reader: Reader) -> None:
    maps, tables = _pages(sheet_pdf(_sheet(reader)))
    for page in (maps, tables):
        assert "PHƯƠNG ÁN – chưa có hiệu lực" in page
        assert "Phương án địa giới: Thử 1" in page
    assert "3 đơn vị thay đổi" in maps
    assert "ước tính theo diện tích" in maps
    for words in (
        "Đất chuyển giao",
        "Phường Ô 0",
        "1.439,62",
        "Chênh lệch",
        "từ 5,5 km², 21.000 dân",
        "Toàn phạm vi phương án",
    ):
        assert words in tables


def test_the_sheet_of_a_plan_in_force_names_its_document_and_its_hash(reader: Reader) -> None:
    before, on_the_day = (_pages(sheet_pdf(_sheet(reader, PUBLISHED, day)))[0]
                          for day in (TODAY, dt.date(2027, 7, 1)))  # fmt: skip
    assert "chưa có hiệu lực (từ 1/7/2027)" in before
    assert "Có hiệu lực từ 1/7/2027" in on_the_day
    assert "chưa có hiệu lực" not in on_the_day
    assert "NQ 9/2027" in on_the_day
    assert "ab" * 32 in on_the_day.replace("\n", "")


def test_a_long_list_goes_on_with_its_heading_and_no_unit_is_torn(reader: Reader) -> None:
    wards = town(5, 4, seed=8)
    plan = opened(wards, *(Rename(code, f"Tên {code}") for code in wards["code"]))
    pages = _pages(sheet_pdf(_sheet(reader, plan)))
    assert len(pages) > 2
    assert "Số liệu các đơn vị thay đổi (tiếp)" in pages[2]
    for page in pages[1:]:
        assert page.count("Trước") == page.count("Chênh lệch")


def test_a_plan_without_changes_can_be_printed(reader: Reader) -> None:
    plan = opened(crooked_squares())
    (only,) = _pages(sheet_pdf(_sheet(reader, plan)))
    assert "0 đơn vị thay đổi" in only
    assert len(load_workbook(io.BytesIO(sheet_xlsx(_sheet(reader, plan))))["Kế thừa"]["A"]) == 1


def test_the_workbook_has_numbers_and_runs_no_formula(reader: Reader) -> None:
    book = load_workbook(io.BytesIO(sheet_xlsx(_sheet(reader))))
    assert book.sheetnames == ["Tóm tắt", "Chuyển giao", "Số liệu", "Kế thừa"]
    assert book["Tóm tắt"]["A2"].value == "PHƯƠNG ÁN – chưa có hiệu lực"
    head, (giver, taker, hectares, *_counts) = list(book["Chuyển giao"].iter_rows(values_only=True))[:2]
    assert head[:3] == ("Từ", "Đến", "Diện tích (ha)")
    assert (giver, taker, hectares) == ("Phường Ô 0", "Phường Ô 1", pytest.approx(1439.62, abs=0.01))
    links = list(book["Kế thừa"].iter_rows(min_row=2, values_only=True))
    assert ("10000@2025-07-01", "10001") in [(row[0], row[2]) for row in links]
    assert {str(row[4]) for row in links} == {"phần còn lại", "một phần", "nhập", "đổi tên"}
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any("=Lê Lợi" in str(cell.value) for cell in cells)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_what_no_face_and_no_workbook_can_show_does_not_keep_a_sheet_from_being_made(reader: Reader) -> None:
    sheet = _sheet(reader, MOVED.told(name="Bờ sông \U0010fffd", decree="NQ \x01 9"))
    assert "Phương án địa giới: Bờ sông" in _pages(sheet_pdf(sheet))[0]
    book = load_workbook(io.BytesIO(sheet_xlsx(sheet)))
    assert "NQ  9" in [cell.value for row in book["Tóm tắt"].iter_rows() for cell in row]


def test_the_former_name_of_a_unit_is_read_in_full(reader: Reader) -> None:
    name = "Ô 2 mới"
    tables = _pages(sheet_pdf(_sheet(reader, opened(crooked_squares(), Rename("10002", name)))))[1]
    assert f"Phường {name} (10002)" in tables.replace("\n", " ")
    assert "trước là Phường Ô 2" in tables.replace("\n", " ")


def test_equal_sheets_are_equal_bytes(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = _sheet(reader), _sheet(reader)
    assert sheet_pdf(first) == sheet_pdf(second)
    made = sheet_xlsx(first)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert sheet_xlsx(second) == made


def test_the_units_as_files_are_marked_and_measured(reader: Reader, tmp_path: Path) -> None:
    plan = opened(crooked_squares(), Split("10000", HALF, "m1", "Mới"), Merge("10003", "10002"))
    figures = figures_of(reader, plan, _points(reader, plan), today=TODAY)
    units = plan_units(plan, figures, today=TODAY)
    told = json.loads(units_geojson(units))
    assert told["note"] == "PHƯƠNG ÁN – chưa có hiệu lực"
    by_code = {one["properties"]["code"]: one["properties"] for one in told["features"]}
    assert list(by_code) == ["10000", "10001", "10002", "m1"]
    assert (by_code["10001"]["changed"], by_code["m1"]["changed"], by_code["m1"]["decree"]) == (False, True, None)
    path = tmp_path / "units.gpkg"
    path.write_bytes(content := units_gpkg(units, at=NOW))
    read = pyogrio.read_dataframe(path, layer="units")
    assert read["name"].tolist() == ["Ô 0", "Ô 1", "Ô 2", "Mới"]
    assert read.geometry.geom_equals(units.geometry).all()
    assert read["area_km2"].sum() == pytest.approx(115.15, abs=0.01)
    assert units_gpkg(units, at=NOW) == content
