"""Rows set aside: exported, corrected, tried again without doubling, and forgotten in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from layers.catalog import INCIDENTS
from layers.errors import InvalidParameter
from layers.incidents.counts import Counts
from layers.store import MemoryStore
from mapserver.services.imports_incidents import IncidentResult
from mapserver.services.quarantine import RetryRequest, expire, export_quarantine, retry_quarantine, waiting_rows
from tests.builders import NOW
from tests.unit.test_imports import brought, table

BAD = [
    "A1;31/2/2025;Trộm cắp;106,31;20,95;;",
    "A2;1/7/2025;Trộm cắp;106,32;20,95;;",
    "A3;x;Trộm cắp;106,33;abc;;gọi 0912345678",
    "=HYPERLINK(1);99/7/2025;+1;-106,33;20,9;@x;",
]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def said(store: MemoryStore, tmp_path: Path) -> IncidentResult:
    return brought(store, table(tmp_path / "a.csv", *BAD))


def sheet(store: MemoryStore, path: Path, corrections: Mapping[int, Mapping[str, Any]] | None = None) -> Path:
    export_quarantine(store, path, import_id=None, language="vi")
    book = openpyxl.load_workbook(path)
    head = [cell.value for cell in book.active[1]]
    for row in book.active.iter_rows(min_row=2):
        for title, value in (corrections or {}).get(int(row[head.index("row")].value), {}).items():
            row[head.index(title)].value = value
    book.save(path)
    return path


def retry(store: MemoryStore, path: Path) -> Counts:
    return retry_quarantine(store, RetryRequest(path, who="mai"), now=NOW, rng=np.random.default_rng(9))


def test_a_row_is_kept_with_all_its_reasons_and_masked(store: MemoryStore, said: IncidentResult) -> None:
    rows = {row.row: row for row in waiting_rows(store)}
    assert sorted(rows) == [2, 4, 5]
    assert rows[2].reasons == ("date_impossible",)
    assert set(rows[4].reasons) == {"time_unreadable", "coordinates_unreadable"}
    assert rows[4].raw["status"] == "gọi •••"
    assert {row.import_id for row in rows.values()} == {said.import_id}


def test_the_sheet_says_why_and_holds_no_formula(store: MemoryStore, said: IncidentResult, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(sheet(store, tmp_path / "q.xlsx"))
    rows = list(book.active.iter_rows(min_row=2))
    assert "f" not in {cell.data_type for row in rows for cell in row}
    assert rows[0][2].value == "Không có ngày này, hoặc năm quá xa (ngày viết theo thứ tự ngày/tháng/năm)."
    assert rows[2][3].value == "=HYPERLINK(1)"


def test_corrected_rows_enter_once(store: MemoryStore, said: IncidentResult, tmp_path: Path) -> None:
    corrected: dict[int, dict[str, Any]] = {
        2: {"Ngày xảy ra": dt.datetime(2025, 2, 28)},  # noqa: DTZ001 - a cell knows no zone
        4: {"Ngày xảy ra": "3/7/2025"},
    }
    path = sheet(store, tmp_path / "q.xlsx", corrected)
    counts = retry(store, path)
    assert (counts.read, counts.accepted, counts.quarantined) == (3, 1, 2)
    again = retry(store, path)
    assert (again.read, again.accepted, again.duplicates, again.quarantined) == (3, 0, 1, 2)
    assert store.read(INCIDENTS)["source_ref"].tolist() == ["A2", "A1"]
    states = {row.row: row.state for row in waiting_rows(store, every=True)}
    assert states == {2: "accepted", 4: "waiting", 5: "waiting"}
    assert [row.reasons for row in waiting_rows(store) if row.row == 4] == [("coordinates_unreadable",)]


def test_the_ledger_still_adds_up_after_a_retry(store: MemoryStore, said: IncidentResult, tmp_path: Path) -> None:
    retry(store, sheet(store, tmp_path / "q.xlsx", {2: {"Ngày xảy ra": "28/2/2025"}}))
    counts = Counts.of(store.imports()[0].counts)
    assert (counts.read, counts.accepted, counts.quarantined, counts.adds_up) == (4, 2, 2, True)


def test_a_corrected_row_without_a_reference_is_one_more_incident(store: MemoryStore, tmp_path: Path) -> None:
    rows = [";1/7/2025;Ma túy;106,3;20,9;;", ";41/7/2025;Ma túy;106,3;20,9;;", ";51/7/2025;Ma túy;106,3;20,9;;"]
    brought(store, table(tmp_path / "a.csv", *rows))
    path = sheet(store, tmp_path / "q.xlsx", {3: {"Ngày xảy ra": "1/7/2025"}, 4: {"Ngày xảy ra": "1/7/2025"}})
    assert retry(store, path).accepted == 2
    assert retry(store, path).accepted == 0
    # The source corrected its own file as well: that is the same three incidents.
    again = brought(store, table(tmp_path / "b.csv", *[rows[0]] * 3))
    assert (again.counts.accepted, again.counts.duplicates, store.count(INCIDENTS)) == (0, 3, 3)


def test_a_source_that_corrects_its_file_first_is_not_doubled_by_the_retry(store: MemoryStore, tmp_path: Path) -> None:
    rows = [";1/7/2025;Ma túy;106,3;20,9;;", ";41/7/2025;Ma túy;106,3;20,9;;"]
    brought(store, table(tmp_path / "a.csv", *rows))
    path = sheet(store, tmp_path / "q.xlsx", {3: {"Ngày xảy ra": "1/7/2025"}})
    brought(store, table(tmp_path / "b.csv", rows[0], rows[0]))
    assert (retry(store, path).duplicates, store.count(INCIDENTS)) == (1, 2)
    assert waiting_rows(store) == []


def test_a_changed_record_that_somebody_looked_at_is_updated(store: MemoryStore, tmp_path: Path) -> None:
    brought(store, table(tmp_path / "a.csv", "A1;1/7/2025;Trộm cắp;106,31;20,95;;"))
    brought(store, table(tmp_path / "b.csv", "A1;2/7/2025;Ma túy;106,31;20,95;;"), on_change="quarantine")
    counts = retry(store, sheet(store, tmp_path / "q.xlsx"))
    assert (counts.updated, store.read(INCIDENTS)["category"].tolist()) == (1, ["ma_tuy"])
    (row_id,) = store.read(INCIDENTS)["id"]
    assert store.history(INCIDENTS, row_id)[-1].who == "mai"


def test_a_second_row_of_one_reference_does_not_overwrite_the_first(store: MemoryStore, tmp_path: Path) -> None:
    rows = ["A1;1/7/2025;Trộm cắp;106,31;20,95;;", "A1;2/7/2025;Ma túy;106,31;20,95;;"]
    brought(store, table(tmp_path / "a.csv", *rows))
    counts = retry(store, sheet(store, tmp_path / "q.xlsx"))
    assert (counts.updated, counts.quarantined) == (0, 1)
    assert store.read(INCIDENTS)["category"].tolist() == ["trom_cap"]


def test_a_file_that_is_not_of_the_quarantine_is_refused(
    store: MemoryStore, said: IncidentResult, tmp_path: Path
) -> None:
    strange = table(tmp_path / "x.csv", "1;2", header="a;b")
    with pytest.raises(InvalidParameter):
        retry(store, strange)
    unknown = table(tmp_path / "y.csv", f"{said.import_id};77;1/7/2025", header="import_id;row;Ngày xảy ra")
    with pytest.raises(InvalidParameter):
        retry(store, unknown)
    assert store.count(INCIDENTS) == 1


def test_rows_expire(store: MemoryStore, said: IncidentResult) -> None:
    assert expire(store, now=NOW + dt.timedelta(days=89), days=90) == 0
    assert expire(store, now=NOW + dt.timedelta(days=91), days=90) == 3
    assert waiting_rows(store) == []
    assert {(row.state, len(row.raw)) for row in waiting_rows(store, every=True)} == {("expired", 0)}
