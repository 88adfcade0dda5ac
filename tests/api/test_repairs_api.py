"""The repair queue over HTTP: cards with a sketch, one decision each, nothing decided on what is out of date."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from layers.catalog import REPAIRS, UNITS
from layers.records import new_ids
from layers.store import ChangeSet, Store, open_store
from tests.builders import NOW
from tests.messy_files import faulty_cells

REPAIRS_AT = "/api/v1/boundaries/repairs"
ADDRESSES = {REPAIRS_AT, f"{REPAIRS_AT}/<key>"}
WRITING = {"X-ANTT-Request": "1"}


def wards(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    more = {"level": "commune", "parent": "31", "valid_from": "2025-07-01", "source": "test"}
    ids = new_ids(len(cells), now=NOW, rng=np.random.default_rng(1))
    return cells.set_geometry([shapely.multipolygons([cell]) for cell in cells.geometry]).assign(id=ids, **more)


@pytest.fixture
def store() -> Store:
    held = open_store("memory:")
    held.append(UNITS, wards(faulty_cells()))
    return held


def queue(client: FlaskClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{REPAIRS_AT}?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


def cards(client: FlaskClient) -> dict[str, dict[str, Any]]:
    return {card["kind"]: card for card in queue(client)["repairs"]}


def decide(client: FlaskClient, key: str, body: object, query: str = "", **headers: str) -> TestResponse:
    at = f"{REPAIRS_AT}/{key}" if key else REPAIRS_AT
    return client.post(f"{at}?{query}", json=body, headers=WRITING | headers)


def refused(answer: TestResponse) -> dict[str, Any]:
    assert answer.mimetype == "application/problem+json", answer.text
    body: dict[str, Any] = json.loads(answer.data)
    assert body["hint"]
    return body


def test_each_card_shows_its_defect_and_the_units_around(client: FlaskClient) -> None:
    found = queue(client)
    assert found["counts"] == {"open": 2, "left": 0, "decided": 0}
    assert (found["as_of"], found["units_checked"]) == ("2026-11-01", 3)
    for card in found["repairs"]:
        assert (card["state"], card["row_version"]) == ("open", 2)
        assert card["proposal"]["to"] in card["units"]
        west, south, east, north = card["sketch"]["bbox"]
        assert west < card["lon"] < east
        assert south < card["lat"] < north
        ground = shapely.from_geojson(json.dumps(card["geometry"]))
        assert shapely.box(west, south, east, north).contains(ground)
        drawn = {unit["name"]: shapely.from_geojson(json.dumps(unit["geometry"])) for unit in card["sketch"]["units"]}
        assert list(drawn) == card["names"]
        assert all(shapely.dwithin(shape, ground, 1e-6) for shape in drawn.values())
    assert "longest border" in queue(client, "lang=en")["repairs"][0]["proposal"]["reason"]
    assert queue(client, "as_of=2020-01-01")["units_checked"] == 0
    assert queue(client, "level=province")["repairs"] == []


def test_an_unchanged_queue_is_not_sent_twice(client: FlaskClient) -> None:
    tag = client.get(REPAIRS_AT).headers["ETag"]
    assert client.get(REPAIRS_AT, headers={"If-None-Match": tag}).status_code == 304
    card = cards(client)["sliver"]
    decide(client, card["key"], {"action": "leave", "row_version": card["row_version"]})
    assert client.get(REPAIRS_AT, headers={"If-None-Match": tag}).status_code == 200


def test_a_proposal_is_accepted_with_its_reason_in_the_history(client: FlaskClient, store: Store) -> None:
    card = cards(client)["sliver"]
    body = {"action": "accept", "row_version": card["row_version"], "reason": "Biên bản 12"}
    answer = decide(client, card["key"], body)
    assert answer.status_code == 200, answer.text
    after = json.loads(answer.data)
    assert after["decided"] == 1
    assert card["proposal"]["to"] in after["changed"]
    assert after["counts"] == {"open": 1, "left": 0, "decided": 1}
    (row,) = after["decisions"]
    assert (row["key"], row["decision"], row["given_to"], row["why"]) == (
        card["key"], "accept", card["proposal"]["to"], "Biên bản 12",
    )  # fmt: skip
    assert row["who"].endswith("(web)")
    units = store.read(UNITS).set_index("code")
    entry = store.history(UNITS, units.loc[card["proposal"]["to"], "id"])[-1]
    assert entry.why.startswith("Biên bản 12")
    assert {key: queue(client)[key] for key in ("counts", "repairs")} == {
        "counts": after["counts"], "repairs": after["repairs"],
    }  # fmt: skip


def test_the_ground_goes_to_another_unit_or_stays(client: FlaskClient, store: Store) -> None:
    overlap = cards(client)["overlap"]
    (other,) = set(overlap["units"]) - {overlap["proposal"]["to"]}
    body = {"action": "give", "to": other}
    given = decide(client, overlap["key"], body, **{"If-Match": f'"{overlap["row_version"]}"'})
    assert json.loads(given.data)["decisions"][0]["decision"] == "change"
    sliver = cards(client)["sliver"]
    left = decide(client, sliver["key"], {"action": "leave", "row_version": sliver["row_version"]})
    assert json.loads(left.data)["counts"] == {"open": 0, "left": 1, "decided": 2}
    assert [card["state"] for card in queue(client)["repairs"]] == ["left"]
    assert set(store.read(REPAIRS)["decision"]) == {"change", "leave"}


def test_all_below_an_area_are_accepted_at_once(client: FlaskClient, store: Store) -> None:
    small, large = sorted(card["area_m2"] for card in queue(client)["repairs"])
    one = json.loads(decide(client, "", {"accept_below_m2": (small + large) / 2}).data)
    assert (one["decided"], one["counts"]["open"]) == (1, 1)
    rest = json.loads(decide(client, "", {"accept_below_m2": large + 1, "reason": "họp 20/11"}).data)
    assert rest["counts"] == {"open": 0, "left": 0, "decided": 2}
    assert shapely.coverage_is_valid(store.read(UNITS).geometry.to_numpy())
    assert json.loads(decide(client, "", {"accept_below_m2": 0}).data)["decided"] == 0


def test_a_decision_on_what_somebody_changed_is_refused(client: FlaskClient, store: Store) -> None:
    card = cards(client)["sliver"]
    unit = store.read(UNITS).set_index("code").loc[card["units"][0], "id"]
    store.apply(ChangeSet(UNITS, update={unit: {"population": 5}}, expected_row_version={unit: 1}))
    body = {"action": "accept", "row_version": card["row_version"]}
    stale = refused(decide(client, card["key"], body))
    assert (stale["status"], stale["code"], stale["asked"], stale["current"]) == (412, "stale_version", 2, 3)
    assert store.count(REPAIRS) == 0
    fresh = body | {"row_version": cards(client)["sliver"]["row_version"]}
    assert decide(client, card["key"], fresh).status_code == 200
    assert refused(decide(client, card["key"], fresh))["code"] == "conflict"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"action": "accept"}, 428, "version_missing"),
        ({"action": "accept", "row_version": "x"}, 422, "invalid_parameter"),
        ({"action": "burn", "row_version": 2}, 422, "invalid_parameter"),
        ({"row_version": 2}, 422, "invalid_parameter"),
        ({"action": "give", "row_version": 2}, 422, "invalid_parameter"),
        ({"action": "accept", "to": "90001", "row_version": 2}, 422, "invalid_parameter"),
        ({"action": "give", "to": "99999", "row_version": 2}, 422, "invalid_parameter"),
        ({"action": "leave", "row_version": 2, "owner": "me"}, 422, "invalid_parameter"),
        (["accept"], 422, "invalid_parameter"),
    ],
)
def test_a_decision_that_is_not_clear_is_refused(
    client: FlaskClient, store: Store, body: object, status: int, code: str
) -> None:
    answer = refused(decide(client, cards(client)["sliver"]["key"], body))
    assert (answer["status"], answer["code"]) == (status, code)
    assert store.count(REPAIRS) == 0


@pytest.mark.parametrize("below", [None, "", "lớn", -1, "nan", "inf"])
def test_an_area_that_cannot_be_used_is_refused(client: FlaskClient, store: Store, below: object) -> None:
    assert refused(decide(client, "", {"accept_below_m2": below}))["code"] == "invalid_parameter"
    assert store.count(REPAIRS) == 0


def test_addresses_that_are_not_understood_are_refused(client: FlaskClient) -> None:
    unknown = {"action": "leave", "row_version": 1}
    assert refused(decide(client, "0123456789", unknown))["code"] == "not_found"
    assert refused(client.get(f"{REPAIRS_AT}?level=street"))["code"] == "invalid_parameter"
    assert refused(client.get(f"{REPAIRS_AT}?as_of=soon"))["code"] == "invalid_parameter"
    assert refused(client.get(f"{REPAIRS_AT}?bbox=1,2,3,4"))["code"] == "invalid_parameter"
    assert refused(decide(client, "", {"accept_below_m2": 1}, "level=street"))["code"] == "invalid_parameter"
    assert refused(client.post(REPAIRS_AT, json={"accept_below_m2": 1}))["code"] == "forbidden"
