"""Imports of whoever answers for an area: what lies elsewhere is set aside, and the report tells nothing about it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient
from openpyxl import load_workbook

from layers.access.policy import Action
from layers.access.roles import Role
from layers.catalog import INCIDENTS
from layers.store import Query
from mapserver.services.jobs import Shift, run_next
from mapserver.services.quarantine import RetryRequest, export_quarantine, retry_quarantine, waiting_rows
from tests.api.people import INSIDE, OUTSIDE, PLACES, RNG, Office, office, town_store
from tests.builders import NOW, incidents

HEAD = "Số hồ sơ,Ngày xảy ra,Loại vụ việc,Kinh độ,Vĩ độ,Phường xã"
HERE, THERE = PLACES[INSIDE], PLACES[OUTSIDE]
KNOWN = "0197c348-8800-7000-8000-000000000077"


ADDRESSES = {"/api/v1/quarantine", "/api/v1/quarantine/sheet.xlsx", "/api/v1/quarantine/retry"}


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return office(town_store(), tmp_path)


def file_of(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode()


def row(reference: str, place: tuple[float, float] | None, ward: str = "", *, category: str = "Trộm cắp") -> str:
    lon, lat = place or ("", "")
    return f"{reference},2/10/2026,{category},{lon},{lat},{ward}"


def brought(held: Office, client: FlaskClient, content: bytes, **form: str) -> dict[str, Any]:
    data = {"file": (io.BytesIO(content), "vu.csv"), "source": "CA", **form}
    answer = client.post("/api/v1/imports", data=data, content_type="multipart/form-data")
    assert answer.status_code == 202, answer.text
    run_next(Shift(held.state.store, held.state.system, lambda: NOW, RNG))
    found = json.loads(client.get(f"/api/v1/jobs/{json.loads(answer.data)['id']}").data)
    assert found["state"] == "done", found
    result: dict[str, Any] = found["result"]
    return result


def by_analyst(held: Office, *rows: str, **form: str) -> dict[str, Any]:
    return brought(held, held.program(Role.ANALYST, Action.IMPORT), file_of(*rows), **form)


def fates(held: Office, result: dict[str, Any]) -> dict[int, tuple[str, ...]]:
    return {each.row: each.reasons for each in waiting_rows(held.state.store, result["import_id"])}


def test_what_lies_outside_the_area_is_set_aside_and_an_administrator_can_take_it(held: Office, tmp_path: Path) -> None:
    result = by_analyst(
        held,
        row("A1", HERE),
        row("A2", HERE, "Ô 0"),
        row("A3", None, "Ô 0"),
        row("A4", HERE, "không rõ"),
        row("B1", THERE),
        row("B2", HERE, "Ô 3"),
        row("B3", None, "Ô 3"),
        row("B4", None, "không rõ"),
        row("B5", (106.5, 20.95)),
    )
    assert (result["read"], result["accepted"], result["quarantined"], result["duplicates"]) == (9, 4, 5, 0)
    assert fates(held, result) == dict.fromkeys(range(6, 11), ("outside_area",))
    store, sheet = held.state.store, tmp_path / "giu-lai.xlsx"
    assert export_quarantine(store, sheet, import_id=result["import_id"], language="vi") == 5
    counts = retry_quarantine(store, RetryRequest(sheet, "quản trị"), now=NOW, rng=np.random.default_rng(3))
    assert (counts.accepted, counts.quarantined) == (5, 0)


def keep_outside(held: Office, reference: str) -> None:
    """A record of another ward, brought by its own police from the same source."""
    one = incidents(2, seed=41).head(1)
    one["id"], one["source"], one["source_ref"] = [KNOWN], "CA", [reference]
    one["geometry"] = [shapely.Point(*THERE)]
    held.state.store.append(INCIDENTS, one)


def known(held: Office) -> dict[str, object]:
    kept = held.state.store.read(INCIDENTS, Query(where=(("id", KNOWN),))).iloc[0]
    return {"category": kept["category"], "lon": kept.geometry.x, "row_version": kept["row_version"]}


@pytest.mark.parametrize("on_change", ["update", "quarantine"])
def test_a_record_outside_the_area_is_never_changed_by_a_row_that_says_it_lies_inside(
    held: Office, on_change: str
) -> None:
    keep_outside(held, "B9")
    before = known(held)
    result = by_analyst(held, row("B9", HERE, category="Ma túy"), row("A9", HERE), on_change=on_change)
    assert (result["accepted"], result["updated"], result["quarantined"]) == (1, 0, 1)
    assert fates(held, result) == {2: ("outside_area",)}
    assert known(held) == before


def test_the_report_is_the_same_whatever_the_store_holds_at_the_places_of_another_area(held: Office) -> None:
    rows = [row("B9", THERE), row("B9", THERE, category="Ma túy"), row("", THERE), row("A9", HERE)]
    administrator = held.program(Role.ADMINISTRATOR, Action.IMPORT)
    reports = []
    for number, content in enumerate((None, rows[:1], rows[1:2], rows[2:3])):
        if content is not None:
            brought(held, administrator, file_of(*content), source=f"CA {number}")
        report = by_analyst(held, *rows, source=f"CA {number}")
        aside = fates(held, report)
        reports.append(({name: report[name] for name in report if name != "import_id"}, aside))
    assert all(report == reports[0] for report in reports), reports
    assert reports[0][1] == {2: ("outside_area",), 3: ("repeated_reference",), 4: ("outside_area",)}


def test_an_import_that_an_administrator_left_unfinished_is_not_gone_on_with_by_somebody_with_an_area(
    held: Office,
) -> None:
    content = file_of(row("B1", THERE), row("A1", HERE))
    store, administrator = held.state.store, held.program(Role.ADMINISTRATOR, Action.IMPORT)
    first = brought(held, administrator, content)
    (record,) = (one for one in store.imports() if one.import_id == first["import_id"])
    store.keep_import(replace(record, state="interrupted", rows_done=0, counts={}))
    mine = brought(held, held.program(Role.ANALYST, Action.IMPORT), content)
    assert mine["import_id"] != first["import_id"]
    assert (mine["resumed"], mine["quarantined"], mine["duplicates"]) == (False, 1, 1)


def test_rows_are_taken_again_when_the_same_person_brings_the_file_twice(held: Office) -> None:
    rows = [row("A1", HERE), row("B1", THERE)]
    assert by_analyst(held, *rows)["accepted"] == 1
    again = by_analyst(held, *rows, row("A2", HERE), row("A1", HERE, category="Ma túy"))
    assert (again["accepted"], again["duplicates"], again["quarantined"]) == (1, 1, 2)
    changed = by_analyst(held, row("A1", HERE, category="Ma túy"))
    assert (changed["updated"], changed["quarantined"]) == (1, 0)


def rows_shown(client: FlaskClient) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/quarantine")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = json.loads(answer.data)["rows"]
    return rows


def sent_back(held: Office, client: FlaskClient, sheet: bytes) -> dict[str, Any]:
    data = {"file": (io.BytesIO(sheet), "Bảng sửa.xlsx")}
    answer = client.post("/api/v1/quarantine/retry", data=data, content_type="multipart/form-data")
    assert answer.status_code == 202, answer.text
    run_next(Shift(held.state.store, held.state.system, lambda: NOW, RNG))
    found: dict[str, Any] = json.loads(client.get(f"/api/v1/jobs/{json.loads(answer.data)['id']}").data)
    return found


def corrected(sheet: bytes, reference: str, place: tuple[float, float]) -> bytes:
    book = load_workbook(io.BytesIO(sheet))
    head, *rows = list(book.active.iter_rows())
    names = [cell.value for cell in head]
    for cells in rows:
        if cells[names.index("Số hồ sơ")].value == reference:
            cells[names.index("Kinh độ")].value, cells[names.index("Vĩ độ")].value = map(str, place)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_rows_set_aside_are_seen_and_tried_again_by_who_brought_them_within_the_area(held: Office) -> None:
    analyst = held.program(Role.ANALYST, Action.IMPORT)
    administrator = held.program(Role.ADMINISTRATOR, Action.IMPORT)
    brought(held, analyst, file_of(row("B1", THERE), row("B2", THERE)))
    brought(held, administrator, file_of("X1,32/10/2026,Ma túy,106.387654,20.987654,"), source="khác")
    assert [one["raw"]["source_ref"] for one in rows_shown(analyst)] == ["B1", "B2"]
    assert len(rows_shown(administrator)) == 3
    sheet = analyst.get("/api/v1/quarantine/sheet.xlsx").data
    mended = corrected(sheet, "B1", HERE)
    ended = sent_back(held, analyst, mended)
    assert (ended["state"], ended["result"]["accepted"], ended["result"]["quarantined"]) == ("done", 1, 1)
    assert [(one["raw"]["source_ref"], one["reasons"]) for one in rows_shown(analyst)] == [("B2", ["outside_area"])]
    # Rows of somebody else are as unknown as rows that never were.
    everything = administrator.get("/api/v1/quarantine/sheet.xlsx").data
    refused = sent_back(held, analyst, everything)
    assert (refused["state"], "Bảng sửa.xlsx" in refused["message"]) == ("failed", True)
    assert sent_back(held, administrator, everything)["result"]["accepted"] == 1


def test_whoever_may_not_import_sees_no_row_set_aside(held: Office) -> None:
    for role in (Role.VIEWER, Role.WARD_OFFICER, Role.COMMANDER):
        client = held.client(role)
        assert client.get("/api/v1/quarantine").status_code == 403
        assert client.get("/api/v1/quarantine/sheet.xlsx").status_code == 403
