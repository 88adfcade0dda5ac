"""A store copied to another back-end and back is the same store: records, history, ledger, quarantine, notes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from layers.catalog import CAMERAS, INCIDENTS, LAYERS, PEOPLE_POINTS, SAFEZONES, UNITS
from layers.errors import Conflict
from layers.store import ChangeSet, Store, open_store
from layers.store.base import Author
from mapserver.services.imports_categories import map_categories
from mapserver.services.imports_incidents import IncidentRequest, import_incidents
from mapserver.services.incidents_by_hand import (
    Desk,
    add_incident,
    edit_incident,
    reinstate_incident,
    withdraw_incident,
)
from mapserver.services.stores import copy_store
from tests.builders import BOOKS, NOW, book, cameras, incidents, models, people, town
from tests.contract.backends import Databases, fresh_address

# `memory:` is gone when it is closed, so it is no place between two copies.
BETWEEN = ["geopackage", pytest.param("postgis", marks=pytest.mark.postgis)]

SHEET = """Số hồ sơ,Ngày xảy ra,Giờ,Loại vụ việc,Phường,Kinh độ,Vĩ độ
HS1,1/7/2026,15h30,Trộm cắp,Ô 1,106.31,20.91
HS2,2/7/2026,,Chuyện lạ,Phường Trần Phú,,
HS3,31/2/2026,,Ma túy,CCCD 031085001234,106.31,20.91
HS4,3/7/2026,,Ma túy,,chợ,
"""


def chance() -> np.random.Generator:
    return np.random.default_rng(5)


def read_in(store: Store, path: Path) -> dict[str, int]:
    request = IncidentRequest(path, "sổ trực ban", "Asia/Ho_Chi_Minh", who="an")
    return dict(import_incidents(store, request, now=NOW, rng=chance()).counts.as_dict())


def live_in(store: Store, path: Path) -> None:
    """Do to a store what an office does in a year: files, corrections, withdrawals, deletions."""
    store.append(UNITS, town())
    store.append(INCIDENTS, incidents(700))
    store.append(SAFEZONES, models())
    store.append(CAMERAS, cameras())
    store.append(PEOPLE_POINTS, people())
    for layer in BOOKS:
        store.append(layer, book(layer))
    counts = read_in(store, path)
    assert (counts["accepted"], counts["quarantined"], counts["unmapped_category"]) == (2, 2, 1)
    map_categories(store, "sổ trực ban", {"Chuyện lạ": "gay_roi"}, author=Author("an", "", NOW))
    desk = Desk(store, Author("trực ban", "", NOW), "Asia/Ho_Chi_Minh")
    fields = {"category": "Ma túy", "occurred_from": "1/7/2026 9h", "lon": "106.3111111111", "lat": "20.9"}
    record_id = add_incident(desk, fields, why="tin báo", rng=chance()).record_id
    edit_incident(desk, record_id, {"lat": "20.95", "status": "moi"}, row_version=1, why="", rng=chance())
    withdraw_incident(desk, record_id, reason='nhầm ‘vụ’ "khác"', row_version=2)
    reinstate_incident(desk, record_id, reason="rút nhầm", row_version=3)
    first, second = store.read(INCIDENTS)["id"][:2]
    withdraw_incident(desk, first, reason="trùng", row_version=None)
    store.apply(ChangeSet(INCIDENTS, delete=(second,)), Author("an", "hết hạn lưu", NOW))
    store.keep_note("synthetic", "không")


def books(store: Store) -> tuple[object, ...]:
    return list(store.all_history()), store.imports(), store.quarantined(), store.notes()


@pytest.fixture
def origin(tmp_path: Path) -> str:
    (tmp_path / "thang7.csv").write_text(SHEET, encoding="utf-8")
    address = str(tmp_path / "origin.gpkg")
    with closing(open_store(address)) as store:
        live_in(store, tmp_path / "thang7.csv")
        assert store.problems() == []
    return address


@pytest.mark.parametrize("kind", BETWEEN)
def test_there_and_back_is_the_same_store(origin: str, kind: str, server: Databases | None, tmp_path: Path) -> None:
    back = str(tmp_path / "back.gpkg")
    with fresh_address(kind, tmp_path, server) as between:
        there = copy_store(origin, between)
        again = copy_store(between, back)
    with closing(open_store(origin)) as first, closing(open_store(back)) as last:
        assert {there.content_hash, again.content_hash} == {first.content_hash()}
        assert (there.problems, again.problems) == ([], [])
        assert books(last) == books(first)
        assert len(list(first.all_history())) == 7
        for layer in LAYERS:
            assert last.count(layer) == first.count(layer) > 0


@pytest.mark.parametrize("kind", BETWEEN)
def test_life_goes_on_in_the_copy(origin: str, kind: str, server: Databases | None, tmp_path: Path) -> None:
    with fresh_address(kind, tmp_path, server) as address:
        copy_store(origin, address)
        with closing(open_store(address)) as store:
            counts = read_in(store, tmp_path / "thang7.csv")
            assert (counts["accepted"], counts["duplicates"], counts["updated"]) == (0, 2, 0)
            hand = store.read(INCIDENTS)
            record_id = str(hand.loc[hand["source"] == "nhap_tay", "id"].iloc[0])
            desk = Desk(store, Author("trực ban", "", NOW), "Asia/Ho_Chi_Minh")
            withdraw_incident(desk, record_id, reason="trùng", row_version=4)
            assert [entry.why for entry in store.history(INCIDENTS, record_id)][-2:] == ["rút nhầm", "trùng"]
            assert store.problems() == []


@pytest.mark.parametrize("kind", BETWEEN)
def test_a_copy_never_mixes_with_what_is_there(
    origin: str, kind: str, server: Databases | None, tmp_path: Path
) -> None:
    with fresh_address(kind, tmp_path, server) as address:
        with closing(open_store(address)) as store:
            store.append(CAMERAS, cameras().assign(name="của kho đích"))
            before = store.content_hash()
        with pytest.raises(Conflict):
            copy_store(origin, address)
        with closing(open_store(address)) as store:
            assert store.content_hash() == before
            assert books(store)[:3] == ([], [], [])
