"""Boundaries through time over the API: vintages, counts recast, trends with their breaks, standards."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pytest
import shapely
from flask.testing import FlaskClient

from layers import schema
from layers.catalog import INCIDENTS, LINEAGE, UNITS
from layers.geo import CRS_LONLAT
from layers.store import Store, open_store
from mapserver.app import create_app
from mapserver.settings import Settings
from tests.builders import NOW, incidents, town

OLD, NEW = "2009-04-01", "2025-07-01"
PLACED = 300


def _lineage(rows: list[tuple[str, str, float | None]]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "id": [f"line {row}" for row in range(len(rows))],
            "from_version": [old for old, _new, _share in rows],
            "to_version": [new for _old, new, _share in rows],
            "kind": "part",
            "effective_on": NEW,
            "area_share": [share for _old, _new, share in rows],
            "method": "polygons",
            "population_method": "unknown",
            "confidence": "measured",
        },
        geometry=[None] * len(rows),
        crs=CRS_LONLAT,
    )
    return schema.check(frame, LINEAGE.schema)


@pytest.fixture
def store() -> Store:
    """Two old wards, west and east, then four; ten records know the western old ward, four nothing."""
    held = open_store("memory:")
    old = town(2, 1, valid_from=OLD, seed=7).assign(valid_to=NEW, name=["Trần Phú", "Nhị Châu"])
    held.append(UNITS, old)
    held.append(UNITS, town())
    held.append(INCIDENTS, incidents(PLACED + 1))
    told = incidents(11, seed=5, reported_unit=[*["Phường Trần Phú"] * 10, None])
    told.geometry = [None] * 11
    told["occurred_from"] = told["occurred_from"] - (told["occurred_from"].iloc[0] - _moment("2024-03-05"))
    held.append(INCIDENTS, told)
    west, east = f"10000@{OLD}", f"10001@{OLD}"
    held.append(
        LINEAGE,
        _lineage(
            [
                (west, f"10000@{NEW}", 0.5),
                (west, f"10002@{NEW}", 0.5),
                (east, f"10001@{NEW}", 0.5),
                (east, f"10003@{NEW}", 0.5),
            ]
        ),
    )
    return held


def _moment(text: str) -> Any:
    import pandas as pd

    return pd.Timestamp(f"{text}T03:00", tz="UTC")


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return create_app(Settings(), store, clock=lambda: NOW).test_client()


def _read(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = json.loads(answer.data)
    return content


def test_the_vintages_are_listed_with_what_changed(client: FlaskClient) -> None:
    before, after = _read(client, "/api/v1/vintages")["vintages"]
    assert (before["from"], before["to"], before["units"], before["current"]) == (OLD, NEW, 2, False)
    assert (after["from"], after["to"], after["begun"], after["ended"], after["current"]) == (NEW, None, 4, 2, True)


def test_a_vintage_of_the_future_is_listed_and_not_yet_shown(client: FlaskClient, store: Store) -> None:
    store.append(UNITS, town(1, 1, valid_from="2030-01-01", seed=9).assign(code="77777"))
    last = _read(client, "/api/v1/vintages")["vintages"][-1]
    assert (last["from"], last["current"]) == ("2030-01-01", False)
    assert len(_read(client, "/api/v1/units/list")["units"]) == 4
    assert len(_read(client, "/api/v1/units/list?as_of=2030-01-01")["units"]) == 5


def test_beats_and_wards_are_not_counted_into_each_other(client: FlaskClient, store: Store) -> None:
    store.append(UNITS, town(3, 3, seed=11).assign(level="beat", parent="10000"))
    assert len(_read(client, "/api/v1/units/list")["units"]) == 4


@pytest.mark.parametrize("as_of", ["2010-01-01", "2026-01-01"])
@pytest.mark.parametrize("rest", ["", "&apart=1", "&category=trom_cap", "&from=2024-01-01&to=2026-02-01"])
def test_every_record_is_counted_once_in_every_vintage(client: FlaskClient, as_of: str, rest: str) -> None:
    found = _read(client, f"/api/v1/incidents/recast?as_of={as_of}{rest}")
    parts = sum(unit["count"] for unit in found["units"])
    assert parts + found["outside"] + found["no_place"] + found["not_placeable"] == found["total"]
    assert found["total"] == found["meta"]["total"]


def test_a_split_ward_gives_ranges_and_a_whole_one_does_not(client: FlaskClient) -> None:
    new = _read(client, "/api/v1/incidents/recast?as_of=2026-01-01")
    west = next(unit for unit in new["units"] if unit["unit"] == f"10000@{NEW}")
    assert west["text"] == f"{west['low']}–{west['low'] + 10}"
    assert west["count"] == west["low"] + 5
    assert (new["no_place"], new["not_placeable"], new["spread"]) == (2, 0, 10)
    old = _read(client, "/api/v1/incidents/recast?as_of=2010-01-01")
    assert all(unit["low"] == unit["high"] for unit in old["units"])
    assert old["spread"] == 0


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/units",
        "/api/v1/units/list",
        "/api/v1/units/counts",
        "/api/v1/units/search?q=phu",
        "/api/v1/units/names?q=phu",
        "/api/v1/units/10000/lineage",
        "/api/v1/units/standards",
        "/api/v1/incidents/points",
        "/api/v1/incidents/summary",
        "/api/v1/incidents/recast",
        "/api/v1/incidents/trend?unit=10000",
        "/api/v1/hotspots/density",
    ],
)
def test_every_address_reads_the_boundaries_of_the_day_asked_for(client: FlaskClient, address: str) -> None:
    joint = "&" if "?" in address else "?"
    then, now = (_read(client, f"{address}{rest}")["meta"] for rest in (f"{joint}as_of=2010-01-01", ""))
    assert (then["as_of"], now["as_of"]) == ("2010-01-01", "2026-11-01")
    if "sentence" in then:
        assert "1/4/2009" in then["sentence"]
        assert "1/7/2025" in now["sentence"]


def test_a_unit_of_another_day_is_not_taken_for_one_of_this_day(client: FlaskClient) -> None:
    assert _read(client, f"/api/v1/incidents/summary?unit=10000@{OLD}&as_of=2010-01-01")["meta"]["total"] > 0
    assert client.get(f"/api/v1/incidents/summary?unit=10000@{OLD}&as_of=2026-01-01").status_code == 404


def test_incident_tiles_are_the_same_whatever_the_day_and_border_tiles_are_not(client: FlaskClient) -> None:
    tile = "10/814/450.mvt"
    then, now = (client.get(f"/tiles/incidents/{tile}{rest}").data for rest in ("?as_of=2010-01-01", ""))
    assert then == now != b""
    then, now = (client.get(f"/tiles/units/{tile}{rest}").data for rest in ("?as_of=2010-01-01", ""))
    assert then != now


def test_a_sheet_and_a_page_take_the_day(client: FlaskClient) -> None:
    then, now = (client.get(f"/snapshot.png?layers=units{rest}") for rest in ("&as_of=2010-01-01", ""))
    assert (then.status_code, now.status_code) == (200, 200)
    assert then.data != now.data
    assert client.get("/?as_of=2010-01-01&as_of2=2026-01-01").status_code == 200
    assert client.get("/api/v1/units/list?as_of2=2026-01-01").status_code == 422


def test_records_can_be_kept_apart(client: FlaskClient) -> None:
    found = _read(client, "/api/v1/incidents/recast?apart=1")
    assert found["not_placeable"] == 10
    assert sum(unit["count"] for unit in found["units"]) == PLACED


def test_a_trend_marks_its_break_and_offers_the_recast_series(client: FlaskClient) -> None:
    found = _read(client, "/api/v1/incidents/trend?unit=10000")
    assert [each["day"] for each in found["breaks"]] == [NEW]
    assert "Trần Phú" in found["breaks"][0]["sentence"]
    assert found["start"] == "2024-03-01"
    # Before the break the code meant the whole old ward; half of it is in the new one.
    assert (found["by_code"][0], found["recast"]["count"][0]) == (10, 5)
    assert (found["recast"]["low"][0], found["recast"]["high"][0]) == (0, 10)
    assert found["by_code"][-1] == found["recast"]["count"][-1] > 0


def test_a_trend_needs_a_unit_in_force(client: FlaskClient) -> None:
    assert client.get("/api/v1/incidents/trend").status_code == 422
    assert client.get("/api/v1/incidents/trend?unit=99999").status_code == 404
    assert client.get("/api/v1/incidents/recast?unit=10000").status_code == 422


def test_units_are_held_against_the_law_of_the_day(client: FlaskClient) -> None:
    today = _read(client, "/api/v1/units/standards")
    assert {standard["document"] for standard in today["standards"]} == {"NQ 112/2025/UBTVQH15"}
    assert {unit["population"] for unit in today["units"]} == {"below"}
    assert any("thu chi" in said for said in today["unchecked"])
    then = _read(client, "/api/v1/units/standards?as_of=2025-07-01&lang=en")
    assert len(then["units"]) == 4
    assert {standard["document"][:5] for standard in then["standards"]} == {"NQ 76", "NQ 12"}


def test_provinces_are_dissolved_from_the_wards_of_the_day(client: FlaskClient) -> None:
    answer = client.get("/api/v1/units?level=province&as_of=2026-01-01").get_json()
    (province,) = answer["features"]
    wards = client.get("/api/v1/units?as_of=2026-01-01").get_json()["features"]
    assert province["properties"]["code"] == wards[0]["properties"]["parent"]
    assert province["properties"]["population"] == sum(one["properties"]["population"] for one in wards)
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in (province, *wards)]
    assert shapes[0].equals(shapely.union_all(shapes[1:]))
    assert client.get("/api/v1/units?level=huyen").get_json()["code"] == "invalid_parameter"
