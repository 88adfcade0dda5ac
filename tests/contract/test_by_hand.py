"""An incident written by hand is the same on every back-end, with the same history."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from layers.errors import StaleVersion
from layers.records import Filter
from layers.store import Store
from layers.store.base import Author
from mapserver.services.exports import collect_export
from mapserver.services.incident_records import change_json, incident_history, read_incident
from mapserver.services.incidents_by_hand import Desk, add_incident, edit_incident, withdraw_incident
from mapserver.services.reader import Reader
from tests.builders import NOW

ZONE = "Asia/Ho_Chi_Minh"
FIRST = {"category": "Ma túy", "occurred_from": "1/7/2026 9h", "lon": "106.3", "lat": "20.9"}


def chance() -> np.random.Generator:
    return np.random.default_rng(1)


def desk(store: Store, who: str = "trực ban") -> Desk:
    return Desk(store, Author(who, "", NOW), ZONE)


def history(store: Store, record_id: str) -> list[dict[str, Any]]:
    return [change_json(change, ZONE) for change in incident_history(store, record_id)]


def test_every_step_is_kept_with_who_when_and_why(store: Store) -> None:
    record = add_incident(desk(store), FIRST, why="tin báo", rng=chance())
    changes = {"occurred_from": "1/7/2026 10h", "lat": "20.95", "reported_at": "1/7/2026 11h"}
    edited = edit_incident(desk(store), record.record_id, changes, row_version=1, why="xác minh", rng=chance())
    assert edited.values["occurred_from"] == dt.datetime(2026, 7, 1, 3, tzinfo=dt.UTC)
    assert (edited.row_version, edited.lon, edited.lat) == (2, 106.3, 20.95)
    withdraw_incident(desk(store, "chỉ huy"), record.record_id, reason="trùng", row_version=2)
    entries = history(store, record.record_id)
    assert [(entry["what"], entry["who"], entry["why"], entry["row_version"]) for entry in entries] == [
        ("insert", "trực ban", "tin báo", 1), ("update", "trực ban", "xác minh", 2), ("update", "chỉ huy", "trùng", 3),
    ]  # fmt: skip
    assert {entry["at"] for entry in entries} == {"2026-11-01T15:00:00+07:00"}
    assert entries[1]["changed"] == {
        "occurred_from": {"before": "2026-07-01T09:00:00+07:00", "after": "2026-07-01T10:00:00+07:00"},
        "reported_at": {"before": None, "after": "2026-07-01T11:00:00+07:00"},
        "lat": {"before": 20.9, "after": 20.95},
    }
    assert entries[2]["changed"] == {"withdrawn": {"before": None, "after": "trùng"}}


def test_two_writers_of_one_record(store: Store) -> None:
    record_id = add_incident(desk(store), FIRST, why="", rng=chance()).record_id
    edit_incident(desk(store), record_id, {"status": "moi"}, row_version=1, why="", rng=chance())
    with pytest.raises(StaleVersion) as refused:
        edit_incident(desk(store), record_id, {"status": "da_xu_ly"}, row_version=1, why="", rng=chance())
    assert refused.value.details["yours"] == {"row_version": 1, "status": "da_xu_ly"}
    assert refused.value.details["current"] == read_incident(store, record_id).as_json(ZONE)
    assert read_incident(store, record_id).values["status"] == "moi"


def test_withdrawn_incidents_count_only_when_asked_for(store: Store) -> None:
    kept, gone = (add_incident(desk(store), FIRST, why="", rng=np.random.default_rng(seed)) for seed in (1, 2))
    withdraw_incident(desk(store), gone.record_id, reason="trùng", row_version=None)
    reader = Reader(store, ZONE)
    listed = collect_export(reader, Filter(), now=NOW, language="vi")
    everything = collect_export(reader, Filter(with_withdrawn=True), now=NOW, language="vi")
    assert listed.rows["id"].tolist() == [kept.record_id]
    assert set(everything.rows["id"]) == {kept.record_id, gone.record_id}
    assert (listed.meta["total"], everything.meta["total"]) == (1, 2)
