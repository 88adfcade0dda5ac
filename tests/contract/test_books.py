"""History, ledger and quarantine: what every store remembers, tried on every back-end."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
import shapely

from layers.catalog import INCIDENTS, UNITS
from layers.errors import StaleVersion
from layers.store import ChangeSet, Store
from layers.store.base import Author, Change, QuarantinedRow
from tests.builders import NOW, import_record, incidents, town

OFFICER = Author("trực ban 1", "nhập sai loại", dt.datetime(2026, 11, 2, 1, 2, 3, 456000, tzinfo=dt.UTC))


def changes_of(store: Store, row_id: str) -> list[Change]:
    return store.history(INCIDENTS, row_id)


def test_a_change_is_remembered_with_who_why_when_before_and_after(store: Store) -> None:
    store.append(INCIDENTS, incidents(3))
    row_id = store.read(INCIDENTS)["id"][0]
    moved = {"category": "cuop", "location_accuracy_m": 0.1 + 0.2, "geometry": shapely.Point(107.5, 20.1)}
    store.apply(ChangeSet(INCIDENTS, update={row_id: moved}), OFFICER)
    (change,) = changes_of(store, row_id)
    assert (change.layer, change.record_id, change.what) == ("incidents", row_id, "update")
    assert (change.who, change.why, change.at) == (OFFICER.who, OFFICER.why, OFFICER.at)
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    assert set(before) == set(after) == set(INCIDENTS.schema.names)
    assert (before["row_version"], after["row_version"]) == (1, 2)
    assert (before["category"], after["category"]) == ("trom_cap", "cuop")
    assert (before["severity"], before["occurred_from"]) == (None, "2026-01-01T03:00:00.000Z")
    assert after["location_accuracy_m"] == 0.1 + 0.2
    assert shapely.from_wkt(after["geometry"]).equals(shapely.Point(107.5, 20.1))


def test_every_kind_of_change_is_remembered_in_order(store: Store) -> None:
    row_id = str(incidents(1)["id"][0])
    store.apply(ChangeSet(INCIDENTS, insert=incidents(1)), OFFICER)
    store.apply(ChangeSet(INCIDENTS, update={row_id: {"severity": "nang"}}), OFFICER)
    store.apply(ChangeSet(INCIDENTS, update={row_id: {"severity": None}}), OFFICER)
    store.apply(ChangeSet(INCIDENTS, delete=(row_id,)), OFFICER)
    entries = changes_of(store, row_id)
    assert [entry.what for entry in entries] == ["insert", "update", "update", "delete"]
    assert entries[0].before is None
    assert entries[-1].after is None
    for earlier, later in pairwise(entries):
        assert later.before == earlier.after


def test_rows_added_in_bulk_stand_in_the_ledger_and_not_in_the_history(store: Store) -> None:
    for count, seed in ((3, 1), (400, 2)):
        frame = incidents(count, seed=seed)
        store.append(INCIDENTS, frame)
        assert changes_of(store, str(frame["id"][0])) == []
    assert list(store.all_history()) == []


def test_a_refused_change_is_not_remembered(store: Store) -> None:
    store.append(INCIDENTS, incidents(3))
    row_id = store.read(INCIDENTS)["id"][0]
    with pytest.raises(StaleVersion):
        store.apply(ChangeSet(INCIDENTS, update={row_id: {"category": "cuop"}}, expected_row_version={row_id: 5}))
    assert list(store.all_history()) == []


def test_a_change_without_an_author_is_remembered_with_its_moment(store: Store) -> None:
    store.append(UNITS, town())
    row_id = store.read(UNITS)["id"][0]
    store.apply(ChangeSet(UNITS, update={row_id: {"decree": "1/QĐ"}}))
    (change,) = store.history(UNITS, row_id)
    assert change.who != "external"
    assert change.at.tzinfo is not None


def test_the_history_of_one_store_can_be_kept_by_another_as_it_is(store: Store) -> None:
    row_id = str(incidents(2)["id"][0])
    store.apply(ChangeSet(INCIDENTS, insert=incidents(2)), OFFICER)
    store.apply(ChangeSet(INCIDENTS, delete=(row_id,)), OFFICER)
    entries = list(store.all_history())
    store.keep_history(entries)
    assert list(store.all_history()) == [*entries, *entries]


def test_references_of_one_source_are_known(store: Store) -> None:
    store.append(INCIDENTS, incidents(3, content_hash="h"))
    store.append(INCIDENTS, incidents(2, seed=2, source="other"))
    known = store.known_references("test")
    assert list(known.columns) == ["id", "source_ref", "row_version", "content_hash"]
    assert sorted(known["source_ref"]) == ["1-0", "1-1", "1-2"]
    assert set(known["row_version"]) == {1}
    assert set(known["content_hash"]) == {"h"}
    assert store.known_references("nobody").empty


def test_imports_are_kept_newest_first_and_brought_up_to_date(store: Store) -> None:
    older = import_record("01", started_at=NOW)
    newer = import_record("02", started_at=NOW + dt.timedelta(hours=1))
    store.keep_import(older)
    store.keep_import(newer)
    finished = replace(older, state="done", rows_done=10, counts={"read": 10, "accepted": 9}, heartbeat_at=NOW)
    store.keep_import(finished)
    assert store.imports() == [newer, finished]


def test_quarantined_rows_are_kept_by_import_and_row(store: Store) -> None:
    rows = [
        QuarantinedRow("01", 12, ("no_date", "bad_place"), {"category": "Cháy “lớn”", "lon": ""}),
        QuarantinedRow("01", 3, ("no_date",), {"category": "Ma túy"}),
        QuarantinedRow("02", 1, ("no_date",), {}),
    ]
    for key in ("01", "02"):
        store.keep_import(import_record(key))
    store.quarantine(rows)
    assert store.quarantined("01") == [rows[1], rows[0]]
    corrected = replace(rows[0], state="accepted")
    store.quarantine([corrected])
    assert store.quarantined() == [rows[1], corrected, rows[2]]


def test_a_transaction_takes_ledger_quarantine_and_rows_back_together(store: Store) -> None:
    def fail_half_way() -> None:
        with store.transaction():
            store.keep_import(import_record("01"))
            store.append(INCIDENTS, incidents(300))
            store.quarantine([QuarantinedRow("01", 1, ("no_date",), {})])
            store.apply(ChangeSet(INCIDENTS, insert=incidents(2, seed=2)), OFFICER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert (store.imports(), store.quarantined(), store.count(INCIDENTS)) == ([], [], 0)
    assert list(store.all_history()) == []


@pytest.mark.parametrize("state", ["running", "done"])
def test_an_import_that_fell_silent_is_named_by_the_check(store: Store, kind: str, state: str) -> None:
    if kind == "memory":
        # Nothing outlives the process, so neither does an import.
        return
    store.keep_import(import_record("01", started_at=NOW - dt.timedelta(days=400), state=state))
    assert [("01" in problem) for problem in store.problems()] == ([True] if state == "running" else [])
