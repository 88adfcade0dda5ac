"""A plan as files: change sheets and units, marked while they are not in force, with names that do no harm."""

from __future__ import annotations

import io
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from flask.testing import FlaskClient

from layers.access.policy import Action
from layers.access.roles import Role
from tests.api.people import office, town_store
from tests.api.planners import PLANS_AT, made, redraw, refused, told

ONE = f"{PLANS_AT}/<uuid:plan_id>"
ADDRESSES = {f"{ONE}/sheet.<any(pdf, xlsx):kind>", f"{ONE}/units.<any(geojson, gpkg):kind>"}
SCRIPT = "<script>alert(1)</script>"
FILES = ("sheet.pdf", "sheet.xlsx", "units.geojson", "units.gpkg")


@pytest.fixture
def plan(client: FlaskClient) -> str:
    made_plan = made(client)
    told(redraw(client, made_plan), 201)
    return made_plan


def test_the_change_sheet_is_a_document_and_a_workbook(client: FlaskClient, plan: str) -> None:
    at = f"{PLANS_AT}/{plan}/sheet"
    pdf = client.get(f"{at}.pdf")
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="thay-doi-phuong-an-1.pdf"'
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{at}.xlsx").data))
    cells = [str(cell.value) for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert any("chưa có hiệu lực" in cell for cell in cells)
    assert any("Phường Ô 1" in cell for cell in cells)
    again = client.get(f"{at}.pdf", headers={"If-None-Match": pdf.headers["ETag"]})
    assert again.status_code == 304


def test_the_units_are_files_of_their_own(client: FlaskClient, plan: str, tmp_path: Path) -> None:
    drawn = json.loads(client.get(f"{PLANS_AT}/{plan}/units.geojson").data)
    assert [unit["properties"]["code"] for unit in drawn["features"]] == ["10000", "10001", "10002", "10003"]
    assert "chưa có hiệu lực" in json.dumps(drawn, ensure_ascii=False)
    (tmp_path / "units.gpkg").write_bytes(client.get(f"{PLANS_AT}/{plan}/units.gpkg").data)
    assert len(gpd.read_file(tmp_path / "units.gpkg")) == 4


@pytest.mark.parametrize(
    "name", [f'a"; filename="x.exe{SCRIPT}', "a\r\nX-Injected: yes", "=HYPERLINK(1)", "../../x", "№ ²", "x" * 160]
)
def test_the_name_of_a_plan_does_no_harm_in_a_file(client: FlaskClient, name: str) -> None:
    plan = made(client, name=name)
    for file in FILES[1:3]:
        headers = client.get(f"{PLANS_AT}/{plan}/{file}").headers
        assert "X-Injected" not in headers
        stem = headers["Content-Disposition"].removeprefix('attachment; filename="').removesuffix('"')
        assert stem.replace("-", "").replace(".", "").isalnum(), stem
        assert stem.isascii()
        assert len(stem) < 90
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PLANS_AT}/{plan}/sheet.xlsx").data))
    assert all(cell.data_type != "f" for page in book.worksheets for row in page.iter_rows() for cell in row)


def test_taking_a_file_along_is_an_export_and_recorded(tmp_path: Path) -> None:
    held = office(town_store(), tmp_path)
    administrator = held.client(Role.ADMINISTRATOR)
    plan = made(administrator)
    refused(held.program(Role.ADMINISTRATOR, Action.PLAN).get(f"{PLANS_AT}/{plan}/units.geojson"), 403)
    told(held.client(Role.PLANNER).get(f"{PLANS_AT}/{plan}/units.geojson"))
    with administrator.get("/audit/records.json") as answer:
        exports = [each for each in json.loads(answer.data) if each["action"] == "export" and each["who"] == "planner"]
    assert [json.loads(each["what"])["address"] for each in exports] == [f"{PLANS_AT}/{plan}/units.geojson"]
