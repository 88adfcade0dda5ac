"""What the reading addresses answer."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from layers.catalog import INCIDENTS
from layers.store import Store
from mapserver.app import create_app
from mapserver.settings import Settings
from tests.api import (
    test_accounts_page,
    test_audit_page,
    test_boundary_imports,
    test_hotspot_maps,
    test_import_area,
    test_jobs,
    test_plan_files,
    test_plan_pages,
    test_plans,
    test_repairs_api,
    test_serving,
    test_sign_in,
    test_withheld_page,
    test_writing,
)
from tests.builders import NOW, incidents

READING = (
    "/api/v1/units",
    "/api/v1/units/list",
    "/api/v1/units/counts",
    "/api/v1/units/search?q=o+1",
    "/api/v1/units/names?q=o+1",
    "/api/v1/incidents/points",
    "/api/v1/incidents/summary",
    "/api/v1/incidents/recast",
    "/api/v1/incidents/trend?unit=10001",
    "/api/v1/vintages",
    "/api/v1/units/standards",
    "/api/v1/hotspots/density",
    "/api/v1/hotspots/density.png",
    "/api/v1/safezones",
    "/api/v1/cameras",
    "/api/v1/insets",
    "/snapshot.pdf",
    "/tiles/incidents/10/814/450.mvt",
    "/tiles/incidents/10/814/450.png",
    "/tiles/units/10/814/450.mvt",
)
FILTERED = ("/api/v1/units", "/api/v1/incidents/points", "/api/v1/incidents/summary", "/api/v1/hotspots/density")
UNIT = "10001@2025-07-01"


def read(client: FlaskClient, address: str) -> dict[str, object]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    content: dict[str, object] = json.loads(answer.data)
    return content


def summary(client: FlaskClient, query: str = "") -> dict[str, object]:
    return read(client, f"/api/v1/incidents/summary?{query}")


def test_every_address_is_known_to_these_tests(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    named = {address.partition("?")[0] for address in READING if not address.startswith("/tiles/")}
    tiles = {
        f"/tiles/{name}"
        for name in (
            "incidents/<int:z>/<int:x>/<int:y>.mvt",
            "incidents/<int:z>/<int:x>/<int:y>.png",
            "units/<int:z>/<int:x>/<int:y>.mvt",
        )
    }
    tiles |= {"/api/v1/units/<reference>/lineage", "/units/<reference>"}
    others = tiles | {"/", "/static/dist/<name>", "/healthz", "/api/v1/version", "/snapshot.<any(pdf, png):kind>"}
    tested = (
        test_writing, test_jobs, test_boundary_imports, test_repairs_api, test_sign_in, test_accounts_page,
        test_serving, test_hotspot_maps, test_audit_page, test_import_area, test_withheld_page, test_plans,
        test_plan_files, test_plan_pages,
    )  # fmt: skip
    elsewhere = {address for module in tested for address in module.ADDRESSES}
    assert rules == (named - {"/snapshot.pdf"}) | others | elsewhere


def test_every_address_of_programs_that_writes_is_guarded(app: Flask, client: FlaskClient) -> None:
    some_id = "0197c348-8800-7000-8000-000000000000"
    writing = [
        (method, re.sub("<uuid:[a-z_]+>", some_id, rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    ]
    assert writing
    for method, address in writing:
        answer = client.open(address, method=method, json={})
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json"), address


@pytest.mark.parametrize("address", READING)
def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert first.status_code == 200
    etag = first.headers["ETag"]
    assert not etag.startswith("W/")
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("address", READING)
def test_two_applications_give_the_same_bytes(store: Store, address: str) -> None:
    answers = [create_app(Settings(), store, clock=lambda: NOW).test_client().get(address) for _ in range(2)]
    assert answers[0].data == answers[1].data


def test_a_commit_is_seen_by_the_next_request(client: FlaskClient, store: Store) -> None:
    etag = client.get("/api/v1/incidents/summary").headers["ETag"]
    store.append(INCIDENTS, incidents(10, seed=8))
    answer = client.get("/api/v1/incidents/summary", headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert json.loads(answer.data)["meta"]["total"] == 311


def test_packed_and_plain_answers_say_the_same(client: FlaskClient) -> None:
    import gzip

    plain = client.get("/api/v1/incidents/summary")
    packed = client.get("/api/v1/incidents/summary", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def test_the_counts_add_up(client: FlaskClient) -> None:
    found = summary(client)
    meta = found["meta"]
    by_unit, by_category = found["by_unit"], found["by_category"]
    assert isinstance(meta, dict)
    assert isinstance(by_unit, list)
    assert isinstance(by_category, list)
    assert (meta["total"], meta["placed"], meta["unplaced"], meta["outside"]) == (301, 300, 1, 0)
    assert sum(entry["count"] for entry in by_unit) == 300
    assert sum(entry["count"] for entry in by_category) == 301


def test_points_are_those_with_a_place(client: FlaskClient) -> None:
    found = read(client, "/api/v1/incidents/points")
    columns = found["columns"]
    assert isinstance(columns, dict)
    assert {len(column) for column in columns.values()} == {300}


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("category=ma_tuy", 100),
        ("category=trat_tu_xa_hoi", 101),
        ("category=ma_tuy,chay_no", 200),
        ("category=ma_tuy&category=chay_no", 200),
        ("from=2026-01-01&to=2026-01-08", 23),
        ("to=2026-01-01", 0),
        ("bbox=106.3,20.9,106.4,21.0", 300),
        ("bbox=100,10,101,11", 0),
    ],
)
def test_filters_take_what_they_say(client: FlaskClient, query: str, total: int) -> None:
    meta = summary(client, query)["meta"]
    assert isinstance(meta, dict)
    assert meta["total"] == total


def test_one_unit_is_named_with_or_without_its_day(client: FlaskClient) -> None:
    whole, bare = summary(client, f"unit={UNIT}"), summary(client, "unit=10001")
    assert whole["by_unit"] == bare["by_unit"]
    assert isinstance(whole["by_unit"], list)
    assert [entry["unit"] for entry in whole["by_unit"]] == [UNIT]


def test_days_before_the_boundaries_have_no_units(client: FlaskClient) -> None:
    found = summary(client, "as_of=2025-06-30")
    assert isinstance(found["meta"], dict)
    assert (found["by_unit"], found["meta"]["outside"]) == ([], 300)
    assert "chưa có ranh giới" in found["meta"]["sentence"]


def test_the_sentence_says_the_filter_in_the_language_asked_for(client: FlaskClient) -> None:
    query = "category=ma_tuy&from=2026-05-01&to=2026-08-01&unit=10001"
    vi, en = summary(client, query)["meta"], summary(client, f"{query}&lang=en")["meta"]
    assert isinstance(vi, dict)
    assert isinstance(en, dict)
    assert vi["sentence"] == "Ma túy, Phường Ô 1, 1/5/2026–31/7/2026, theo ranh giới từ 1/7/2025"
    assert en["sentence"] == "Drugs, Ô 1, 2026-05-01 to 2026-07-31, by the boundaries from 2025-07-01"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("category=ma_tuy", "Ma túy"),
        ("from=2026-05-01", "từ 1/5/2026"),
        ("to=2026-05-01", "đến 30/4/2026"),
        ("unit=10001", "Phường Ô 1"),
        ("bbox=106.3,20.9,106.35,20.95", "khung tọa độ 106.3000, 20.9000, 106.3500, 20.9500"),
        ("severity=nghiem_trong", "mức độ nghiêm trọng"),
        ("status=dang_xu_ly", "trạng thái đang xử lý"),
        ("as_of=2025-07-02", "1/7/2025"),
    ],
)
def test_no_filter_is_left_out_of_the_sentence(client: FlaskClient, query: str, said: str) -> None:
    meta = summary(client, query)["meta"]
    assert isinstance(meta, dict)
    assert said in meta["sentence"]


def test_units_carry_what_the_panel_shows(client: FlaskClient) -> None:
    features = read(client, "/api/v1/units")["features"]
    assert isinstance(features, list)
    assert [feature["id"] for feature in features][:2] == ["10000@2025-07-01", UNIT]
    assert features[1]["properties"]["name"] == "Ô 1"
    lon, lat = features[1]["properties"]["label"]
    assert 106.35 < lon < 106.4
    assert 20.9 < lat < 20.95


def test_a_density_is_not_drawn_from_a_handful(client: FlaskClient) -> None:
    found = read(client, "/api/v1/hotspots/density?from=2026-01-01&to=2026-01-05")
    assert found["image"] is None
    assert "30" in str(found["reason"])


def test_a_density_says_its_bandwidth_and_lies_over_the_town(client: FlaskClient) -> None:
    found = read(client, "/api/v1/hotspots/density?bandwidth_m=600")
    assert (found["bandwidth_m"], found["unit"]) == (600, "vụ/km²")
    bounds = found["bounds"]
    assert isinstance(bounds, list)
    west, south, east, north = bounds
    assert (west < 106.3, south < 20.9, east > 106.4, north > 21.0) == (True, True, True, True)
    picture = client.get(str(found["image"]))
    assert picture.data.startswith(b"\x89PNG")


def test_both_archipelagos_are_always_in_the_inset(client: FlaskClient) -> None:
    features = read(client, "/api/v1/insets")["features"]
    assert isinstance(features, list)
    assert {feature["properties"]["role"] for feature in features} == {"mainland", "hoang_sa", "truong_sa"}


def test_search_needs_no_accents(client: FlaskClient) -> None:
    results = read(client, "/api/v1/units/search?q=phuong+o+1")["results"]
    assert isinstance(results, list)
    assert results[0]["unit"] == UNIT
