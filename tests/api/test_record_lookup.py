"""The records at a place: for those who see them as they are, the nearest first."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import geopandas as gpd
import pytest
import shapely
from flask.testing import FlaskClient

from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.catalog import INCIDENTS, UNITS, Layer
from layers.errors import StoreBusy
from layers.masking.rows import PublishedRows
from layers.records import Filter
from layers.store import ChangeSet, MemoryStore, Query, Store
from layers.store.base import ALL, Author
from mapserver.services.incident_places import Spot, incidents_at
from mapserver.services.reader import Reader
from mapserver.services.sight import ViewerSight
from tests.builders import NOW, incidents, town

WRITING = {"X-ANTT-Request": "1"}
# In the ward 10000, and 60 m further east.
LON, LAT, EAST = 106.31, 20.91, 106.310577
PLACE = f"lon={LON}&lat={LAT}"


def added(client: FlaskClient, lon: float = LON, **changes: object) -> dict[str, Any]:
    fields = {"category": "trom_cap", "occurred_from": "2026-10-01 15h30", "lon": lon, "lat": LAT} | changes
    answer = client.post("/api/v1/incidents", json=fields, headers=WRITING)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = json.loads(answer.data)
    return record


def found(client: FlaskClient, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/incidents/at?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "private, no-cache"
    records: list[dict[str, Any]] = json.loads(answer.data)["records"]
    return records


def test_the_records_at_a_place_are_found_with_their_ids_and_values(client: FlaskClient) -> None:
    here, there = added(client), added(client, EAST, category="chay_no")
    nearest, next_one = found(client, f"{PLACE}&radius_m=100")[:2]
    assert nearest == here | {"distance_m": 0.0}
    assert next_one["id"] == there["id"]
    assert next_one["distance_m"] == pytest.approx(60, abs=0.5)
    assert [record["id"] for record in found(client, f"{PLACE}&radius_m=20")] == [here["id"]]
    assert found(client, "lon=106.05&lat=20.5&radius_m=500") == []


def test_the_filters_of_the_map_hold_at_a_place_too(client: FlaskClient) -> None:
    theft, fire = added(client), added(client, category="chay_no", occurred_from="2026-10-05 08:00")
    assert [record["id"] for record in found(client, f"{PLACE}&radius_m=5")] == [fire["id"], theft["id"]]
    assert [record["id"] for record in found(client, f"{PLACE}&radius_m=5&category=trom_cap")] == [theft["id"]]
    assert [record["id"] for record in found(client, f"{PLACE}&radius_m=5&from=2026-10-02")] == [fire["id"]]


def test_withdrawn_records_are_found_when_they_are_asked_for(client: FlaskClient) -> None:
    record = added(client)
    body = {"reason": "nhập trùng", "row_version": 1}
    assert client.post(f"/api/v1/incidents/{record['id']}/withdraw", json=body, headers=WRITING).status_code == 200
    assert found(client, f"{PLACE}&radius_m=5") == []
    (again,) = found(client, f"{PLACE}&radius_m=5&with_withdrawn=1")
    assert (again["id"], again["withdrawn"]) == (record["id"], "nhập trùng")


@pytest.mark.parametrize(
    "query",
    ["", "lon=106.3&lat=20.9", "lon=20.9&lat=106.3&radius_m=5", f"{PLACE}&radius_m=501", f"{PLACE}&radius_m=0",
     f"{PLACE}&radius_m=nan", f"{PLACE}&radius_m=5&bbox=106,20,107,21", f"{PLACE}&radius_m=5&with_withdrawn=maybe"],
)  # fmt: skip
def test_what_is_not_a_place_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/incidents/at?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


class Moving(MemoryStore):
    """A store in which a record is moved just before it is read at a place."""

    def __init__(self, *places: tuple[float, float]) -> None:
        super().__init__()
        self.places, self.moved = places, 0

    def read(self, layer: Layer, query: Query = ALL) -> gpd.GeoDataFrame:
        if layer is INCIDENTS and query.bounds is not None and self.moved < len(self.places):
            place = shapely.Point(*self.places[self.moved])
            self.moved += 1
            row = super().read(INCIDENTS).iloc[0]
            self.apply(ChangeSet(INCIDENTS, update={row["id"]: {"geometry": place}}), Author("trực ban", "thử", NOW))
        return super().read(layer, query)


def moving(*places: tuple[float, float]) -> tuple[Moving, Reader]:
    store = Moving(*places)
    store.append(UNITS, town())
    one = incidents(2).head(1)
    one["geometry"] = [shapely.Point(LON, LAT)]
    store.append(INCIDENTS, one)
    whole = Reader(store, "Asia/Ho_Chi_Minh")
    officer = Viewer("an", Role.WARD_OFFICER, frozenset({"10000"}))
    return store, whole.narrowed(ViewerSight(whole, officer, PublishedRows.none(), dt.date(2026, 11, 1)))


# A box so wide that the place it moves to is in it as well.
WIDE = Spot(LON, LAT, 20_000)


def test_a_record_that_leaves_the_area_while_it_is_looked_for_is_not_shown_where_it_went() -> None:
    store, reader = moving((106.39, 20.99))
    assert incidents_at(reader, WIDE, Filter(), now=NOW) == []
    assert store.moved == 1


def test_a_record_that_never_rests_is_refused_rather_than_shown() -> None:
    _store, reader = moving(*[(LON, LAT), (EAST, LAT)] * 9)
    with pytest.raises(StoreBusy):
        incidents_at(reader, WIDE, Filter(), now=NOW)


@pytest.mark.parametrize(
    ("role", "area", "seen"),
    [
        (Role.WARD_OFFICER, {"10000"}, True),
        (Role.WARD_OFFICER, {"10003"}, False),
        (Role.RESIDENT, None, False),
        (Role.ADMINISTRATOR, None, True),
    ],
)
def test_only_who_sees_a_record_exactly_finds_it(
    client: FlaskClient, store: Store, role: Role, area: set[str] | None, seen: bool
) -> None:
    record = added(client)
    reader = Reader(store, "Asia/Ho_Chi_Minh")
    viewer = Viewer("người xem", role, None if area is None else frozenset(area))
    sight = ViewerSight(reader, viewer, PublishedRows.none(), dt.date(2026, 11, 1))
    near = incidents_at(reader.narrowed(sight), Spot(LON, LAT, 5), Filter(), now=NOW)
    assert [each.record.record_id for each in near] == ([record["id"]] if seen else [])


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"category": None}, ["category"]),
        ({"occurred_from": "2026-11-02"}, ["occurred_from"]),
        ({"occurred_to": "2026-10-01 15:00"}, ["occurred_to"]),
        ({"occurred_to": "32/10/2026"}, ["occurred_to"]),
        ({"lon": 20.91, "lat": 106.31}, ["lon"]),
        ({"location_accuracy_m": "xa"}, ["location_accuracy_m"]),
        ({"severity": "lạ"}, ["severity"]),
    ],
)
def test_a_refusal_names_the_field_that_it_is_about(
    client: FlaskClient, changes: dict[str, object], fields: list[str]
) -> None:
    body = {"category": "trom_cap", "occurred_from": "2026-10-01 15h30", "lon": LON, "lat": LAT} | changes
    answer = client.post("/api/v1/incidents", json=body, headers=WRITING)
    assert (answer.status_code, json.loads(answer.data)["fields"]) == (422, fields)
