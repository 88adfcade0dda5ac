"""Hotspots over HTTP: what a page asks for, what it is told when there is nothing to draw, and long runs as jobs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient

from layers.access.roles import Role
from layers.catalog import INCIDENTS, UNITS
from layers.store import Store, open_store
from mapserver.app import create_app
from mapserver.services.jobs import Shift, run_next
from mapserver.settings import Settings
from mapserver.web.state import State
from tests.api.people import INSIDE, RNG, Office, office
from tests.builders import NOW, incidents, town

RUN, BACKTEST, JOBS = "/api/v1/hotspots/run", "/api/v1/hotspots/backtest", "/api/v1/hotspots/jobs"
ADDRESSES = {RUN, BACKTEST, JOBS}
MARKET = (106.342, 20.947)
HEADERS = {"X-ANTT-Request": "1"}


def crowded(count: int = 600) -> gpd.GeoDataFrame:
    """A year of incidents, every third of them around one market."""
    rows = incidents(count, seed=5)
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(106.3, 106.4, count), rng.uniform(20.9, 21.0, count)
    lon[::3], lat[::3] = (MARKET[axis] + rng.normal(0, 0.003, len(lon[::3])) for axis in (0, 1))
    rows["geometry"] = shapely.points(lon, lat)
    rows["occurred_from"] = pd.date_range("2025-11-01T03:00", periods=count, freq="14h", tz="UTC")
    rows["location_accuracy_m"] = 20.0
    return rows


@pytest.fixture
def store() -> Store:
    held = open_store("memory:")
    held.append(UNITS, town())
    held.append(INCIDENTS, crowded())
    return held


@pytest.fixture
def app(store: Store) -> Flask:
    return create_app(Settings(), store, clock=lambda: NOW)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def answer(client: FlaskClient, address: str) -> dict[str, Any]:
    found = client.get(address)
    assert found.status_code == 200, found.text
    return dict(found.get_json(force=True))


def done(app: Flask) -> dict[str, Any]:
    """What a job ended with, after the process that does jobs has been at it."""
    state = State.of(app)
    ended = run_next(Shift(state.store, state.system, lambda: NOW, RNG))
    assert ended is not None
    return {"state": ended.state, "message": ended.message, "result": dict(ended.result or {})}


def test_hotspots_lie_where_the_crowd_is_and_carry_their_evidence(client: FlaskClient) -> None:
    found = answer(client, f"{RUN}?cell_m=500&lang=en")
    hot = [feature for feature in found["features"] if feature["properties"]["class"] == "hot"]
    assert hot
    market = shapely.Point(MARKET)
    assert all(shapely.geometry.shape(each["geometry"]).distance(market) < 0.02 for each in hot)
    assert {"count", "z", "p_sim", "permutations", "q"} <= set(hot[0]["properties"])
    assert all(each["properties"]["q"] <= 0.05 for each in hot)
    assert len(found["inputs_hash"]) == 64
    assert (found["seed"], found["crs"], found["area"]["kind"]) == (1, "EPSG:9212", "units")
    assert found["area"]["km2"] == pytest.approx(115, abs=2)
    assert found["sentence"] == found["sentence_en"]
    assert f"{len(hot)} of " in found["sentence"]
    assert "the 4 units loaded" in found["sentence"]
    assert "q" in hot[0]["properties"]["sentence"]
    assert "of the area caught" in hot[0]["properties"]["sentence"]
    # The market lies in one ward; a cell over its border is named after the ward its middle lies in.
    assert {each["properties"]["in_unit"] for each in hot} <= {"Ô 0", "Ô 1", "Ô 2", "Ô 3"}
    assert found["backtest"]["hit_rate"]["estimate"] > 0.2
    assert found["meta"]["versions"]["incidents"]


@pytest.mark.parametrize(("by", "labels"), [("hour", range(-1, 24)), ("weekday", range(7))])
def test_density_by_hour_or_weekday_shares_its_classes(client: FlaskClient, by: str, labels: range) -> None:
    found = answer(client, f"{RUN}?method=density&bandwidth_m=1000&by={by}&lang=en")
    slices = found["slices"]
    assert {each["slice"] for each in slices} <= set(labels)
    assert sum(each["count"] for each in slices) == found["counts"]["incidents"]
    assert all((each["reason"] is None) is (each["count"] >= 30) for each in slices)
    drawn = {feature["properties"]["slice"] for feature in found["features"]}
    assert drawn == {each["slice"] for each in slices if each["peak_per_km2"] is not None}
    assert len({feature["properties"]["from_per_km2"] for feature in found["features"]}) == found["counts"]["bands"]
    assert found["cautions"][0].startswith("Most incidents: ")
    busiest = max(slices, key=lambda each: each["count"])
    assert busiest["name"] in found["cautions"][0]


def test_a_sheet_takes_the_settings_of_the_page(client: FlaskClient) -> None:
    settings = "hotspots=gistar&cell_m=1000&permutations=499&area=bbox&seed=3"
    assert client.get(f"/snapshot.png?{settings}").data.startswith(b"\x89PNG")
    assert client.get("/snapshot.png?hotspots=gistar&eps_days=3").status_code == 422


def test_a_sheet_does_not_hold_up_a_server_that_others_wait_for(client: FlaskClient) -> None:
    fine = client.get("/snapshot.png?hotspots=gistar&cell_m=12")
    assert (fine.status_code, fine.get_json()["code"]) == (413, "too_large")
    # Refused before it is computed, however long that would take.
    table = client.get("/snapshot.png?hotspots=near_repeat&permutations=99999")
    assert (table.status_code, table.get_json()["hint"]) == (
        422,
        "Dùng một trong: gistar, moran, emerging, dbscan, stdbscan.",
    )


def test_the_same_question_has_the_same_answer(client: FlaskClient) -> None:
    one, other = (client.get(f"{RUN}?cell_m=1000").data for _ in range(2))
    assert one == other
    first = client.get(f"{RUN}?cell_m=1000")
    assert client.get(f"{RUN}?cell_m=1000", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("method=moran&cell_m=1000", "hot"),
        ("method=gistar&shape=hexagon&cell_m=800", "hot"),
        ("method=emerging&cell_m=1000&step_days=30", "hot"),
        ("method=dbscan&eps_m=400", "cluster"),
        ("method=stdbscan&eps_m=900&eps_days=60&min_points=5", "cluster"),
        ("method=repeats&rounding_m=200", "repeat"),
        ("method=density", "band"),
    ],
)
def test_every_method_draws_something_and_says_what(client: FlaskClient, query: str, kind: str) -> None:
    found = answer(client, f"{RUN}?{query}")
    assert found["reason"] is None
    assert kind in {feature["properties"]["class"] for feature in found["features"]}
    assert found["sentence"].endswith(".")


def test_near_repeats_are_a_table(client: FlaskClient) -> None:
    found = answer(client, f"{RUN}?method=near_repeat&permutations=99&distance_m=0,300,600&days=7,30")
    assert found["features"] == []
    assert [(row["to_m"], row["to_days"]) for row in found["table"]["rows"]] == [
        (0, 7), (0, 30), (300, 7), (300, 30), (600, 7), (600, 30),
    ]  # fmt: skip
    assert "ngẫu nhiên" in found["sentence"]
    same_place = answer(client, f"{RUN}?method=near_repeat&permutations=99&distance_m=0")
    assert {row["to_m"] for row in same_place["table"]["rows"]} == {0}


def test_every_pair_of_a_sentence_lies_in_the_ring_that_it_names(client: FlaskClient) -> None:
    found = answer(client, f"{RUN}?method=near_repeat&permutations=99&distance_m=0,300,600&days=7,30&lang=en")
    said = [row["sentence"] for row in found["table"]["rows"]]
    assert "at the same place, within 7 days" in said[0]
    assert "at two places up to 300 m apart, more than 7 and up to 30 days apart" in said[3]
    assert "more than 300 and up to 600 m apart, within 7 days" in said[4]


def test_steps_say_how_many_days_they_cover_and_what_came_before_them(client: FlaskClient) -> None:
    found = answer(client, f"{RUN}?method=emerging&cell_m=1000&step_days=30&lang=en")
    steps, early = found["counts"]["steps"], found["counts"]["early"]
    assert early > 0
    assert found["counts"]["incidents"] + early == 600
    assert f"{early} before the first step are not counted." in found["sentence"]
    told = next(each["properties"]["sentence"] for each in found["features"] if each["properties"]["count"])
    assert f" in {steps * 30} days: " in told


def test_units_as_cells_are_named(client: FlaskClient, store: Store) -> None:
    assert "quá ít để so sánh" in answer(client, f"{RUN}?shape=units")["reason"]
    many = open_store("memory:")
    many.append(UNITS, town(6, 6))
    many.append(INCIDENTS, crowded())
    other = create_app(Settings(), many, clock=lambda: NOW).test_client()
    found = answer(other, f"{RUN}?shape=units")
    first = found["features"][0]["properties"]
    assert (first["unit"], first["name"]) == ("10000@2025-07-01", "Phường Ô 0")
    assert first["sentence"].startswith("Phường Ô 0 có ")


def test_too_few_incidents_are_said_instead_of_drawn(client: FlaskClient) -> None:
    found = answer(client, f"{RUN}?from=2026-01-01&to=2026-01-05")
    assert found["features"] == []
    assert "cần ít nhất 30 vụ" in found["reason"]
    assert found["sentence"] == found["reason"]
    short = answer(client, f"{BACKTEST}?periods=12&cell_m=1000")
    assert (short["summaries"], short["beats"]) == ([], None)
    assert "kiểm nghiệm" in short["reason"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("method=none", "Chọn một trong: gistar"),
        ("method=gistar&eps_m=5", "cell_m"),
        ("cell_m=0", "cell_m=500"),
        ("cell_m=1", "Chọn"),
        ("cell_m=1e-200", "cell_m=500"),
        ("method=density&bandwidth_m=1e-200", "bandwidth_m=500"),
        ("method=emerging&step_days=1e-200", "step_days=30"),
        ("method=emerging&step_days=0.5", "step_days=30"),
        ("permutations=3", "999"),
        ("seed=-1", "seed=1"),
        ("crs=EPSG:4326", "EPSG:9210"),
        ("crs=3857", "EPSG:9210"),
        ("method=near_repeat&distance_m=100,50", "0,100,200,400"),
        ("shape=units&bbox=106.3,20.9,106.35,20.95", "bbox"),
        ("method=density&bandwidth_m=900000", "Chọn"),
        ("somewhere=1", "Dùng một trong"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(client: FlaskClient, query: str, said: str) -> None:
    refused = client.get(f"{RUN}?{query}")
    assert refused.status_code in {413, 422}
    assert said in refused.get_json()["hint"]


def test_positions_of_a_kilometre_are_not_looked_at_through_cells_of_a_hundred_metres() -> None:
    held = open_store("memory:")
    rows = crowded()
    rows["location_accuracy_m"] = 1_000.0
    held.append(UNITS, town())
    held.append(INCIDENTS, rows)
    coarse = create_app(Settings(), held, clock=lambda: NOW).test_client()
    refused = coarse.get(f"{RUN}?cell_m=100")
    assert refused.status_code == 422
    assert "1000 m" in refused.get_json()["hint"]
    assert coarse.get(f"{RUN}?cell_m=1000").status_code == 200


def test_without_units_a_study_area_has_to_be_stated() -> None:
    held = open_store("memory:")
    held.append(INCIDENTS, crowded())
    bare = create_app(Settings(), held, clock=lambda: NOW).test_client()
    refused = bare.get(RUN)
    assert (refused.status_code, refused.get_json()["title"]) == (422, "Chưa nêu phạm vi nghiên cứu.")
    assert "hình chữ nhật bao quanh các vụ việc" in answer(bare, f"{RUN}?area=bbox&cell_m=1000")["sentence"]


def test_a_box_cuts_the_study_area_so_that_what_lies_outside_is_not_empty(client: FlaskClient) -> None:
    whole, part = (answer(client, f"{RUN}?cell_m=500{box}") for box in ("", "&bbox=106.3,20.9,106.35,20.95"))
    assert part["area"]["km2"] == pytest.approx(whole["area"]["km2"] / 4, rel=0.01)
    assert "khung tọa độ" in part["area"]["said"]


def test_the_back_test_stands_beside_the_baselines(client: FlaskClient) -> None:
    found = answer(client, f"{BACKTEST}?cell_m=1000&periods=6&coverages=0.05,0.2")
    assert {row["method"] for row in found["summaries"]} == {"gistar", "last_period", "ward_counts", "random"}
    assert {row["coverage"] for row in found["summaries"]} == {0.05, 0.2}
    assert len(found["periods"]) == 4 * 6 * 2
    chosen = next(row for row in found["summaries"] if (row["method"], row["coverage"]) == ("gistar", 0.05))
    assert chosen["hit_rate"]["low"] < chosen["hit_rate"]["estimate"] < chosen["hit_rate"]["high"]
    blind = next(row for row in found["summaries"] if (row["method"], row["coverage"]) == ("random", 0.05))
    assert blind["pai"]["estimate"] == pytest.approx(1)
    assert found["sentence"].startswith("Kiểm nghiệm: 5 % diện tích do Gi* chọn")
    last = dt.date.fromisoformat(found["periods"][-1]["to"])
    assert last == dt.date(2026, 10, 17)


@pytest.mark.parametrize("method", ["moran", "density", "dbscan", "stdbscan", "near_repeat", "emerging", "repeats"])
def test_every_method_is_tried_out_beside_the_baselines(client: FlaskClient, method: str) -> None:
    found = answer(client, f"{BACKTEST}?method={method}&cell_m=1000&coverages=0.05")
    rates = {row["method"]: row["hit_rate"]["estimate"] for row in found["summaries"]}
    assert set(rates) == {method, "last_period", "ward_counts", "random"}
    # The crowd stays where it is, so whatever learns from the past beats a blind choice.
    assert rates[method] > rates["random"] == pytest.approx(0.05)


def test_what_takes_long_is_refused_at_once_and_done_as_a_job(app: Flask, client: FlaskClient) -> None:
    long = "method=near_repeat&permutations=99999&distance_m=9000&days=7"
    refused = client.get(f"{RUN}?{long}")
    assert (refused.status_code, refused.get_json()["as_job"]) == (413, True)
    short = "method=emerging&cell_m=1000&step_days=30"
    started = client.post(f"{JOBS}?{short}", headers=HEADERS)
    assert (started.status_code, started.get_json()["kind"]) == (202, "hotspots")
    ended = done(app)
    assert ended["state"] == "done"
    assert ended["result"] == answer(client, f"{RUN}?{short}")
    client.post(f"{JOBS}?cell_m=1000&task=backtest", headers=HEADERS)
    assert done(app)["result"] == answer(client, f"{BACKTEST}?cell_m=1000")


def test_clusters_of_too_many_pairs_are_not_waited_for(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    # A machine that links a thousand pairs a second stands for a store of many incidents.
    monkeypatch.setattr("mapserver.services.hotspot_maps._PAIRS_LINKED_A_SECOND", 1_000.0)
    assert client.get(f"{RUN}?method=dbscan&eps_m=100").status_code == 200
    wide = client.get(f"{RUN}?method=dbscan&eps_m=50000")
    assert (wide.status_code, wide.get_json()["as_job"]) == (413, True)


def test_a_job_is_stopped_at_its_next_step(app: Flask, client: FlaskClient) -> None:
    started = client.post(f"{JOBS}?method=emerging&cell_m=1000", headers=HEADERS).get_json()
    state = State.of(app)
    stopped = run_next(Shift(state.store, state.system, lambda: NOW, RNG, stopping=lambda: True))
    assert stopped is not None
    assert stopped.state == "interrupted"
    assert client.get(f"/api/v1/jobs/{started['id']}").get_json()["result"] == {"state": "cancelled"}


def test_a_job_that_cannot_be_understood_is_not_started(client: FlaskClient) -> None:
    assert client.post(f"{JOBS}?method=none", headers=HEADERS).status_code == 422
    assert client.post(f"{JOBS}?task=none", headers=HEADERS).status_code == 422
    assert client.post(f"{JOBS}?method=gistar").status_code == 403


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    kept = open_store(str(folder / "office.gpkg"))
    for layer, rows in ((UNITS, town()), (INCIDENTS, incidents(301))):
        kept.append(layer, rows)
    return office(kept, folder)


def test_whoever_sees_published_counts_gets_no_finer_cells_and_no_days(held: Office) -> None:
    viewer = held.client(Role.VIEWER)
    fine = viewer.get(f"{RUN}?cell_m=500")
    assert fine.status_code == 422
    assert "3000 m" in fine.get_json()["hint"]
    assert viewer.get(f"{RUN}?cell_m=3000").status_code == 200
    assert "theo tháng" in viewer.get(f"{BACKTEST}?cell_m=3000").get_json()["title"]
    assert "theo tháng" in viewer.get(f"{RUN}?method=near_repeat&distance_m=5000").get_json()["title"]


def test_an_officer_looks_closely_at_the_own_ward_alone(held: Office) -> None:
    officer = held.client(Role.WARD_OFFICER)
    assert officer.get(f"{RUN}?cell_m=500").status_code == 422
    own = answer(officer, f"{RUN}?cell_m=500&unit={INSIDE}")
    assert own["area"]["said"] == "Phường Ô 0"


def test_ground_that_is_not_seen_alike_is_not_compared(held: Office, tmp_path: Path) -> None:
    officer = held.client(Role.WARD_OFFICER)
    refused = officer.get(f"{RUN}?cell_m=3000")
    assert refused.status_code == 422
    assert "không so sánh được" in refused.get_json()["title"]
    assert "không so sánh được" in answer(officer, f"{RUN}?method=dbscan&eps_m=3000&min_points=2")["cautions"][0]
    assert answer(officer, f"{RUN}?method=dbscan&unit={INSIDE}")["cautions"] == []
    # Before anything is published the rest of the town only looks empty.
    bare = open_store("memory:")
    for layer, rows in ((UNITS, town()), (INCIDENTS, incidents(301))):
        bare.append(layer, rows)
    early = office(bare, tmp_path, published=False).client(Role.WARD_OFFICER)
    for address in (f"{RUN}?cell_m=500", f"{BACKTEST}?cell_m=500"):
        whole, own = early.get(address), early.get(f"{address}&unit={INSIDE}")
        assert (whole.status_code, own.status_code) == (422, 200)
        assert "không so sánh được" in whole.get_json()["title"]


def test_the_own_ground_is_compared_with_itself(held: Office) -> None:
    found = answer(held.client(Role.WARD_OFFICER), f"{RUN}?cell_m=500&area=own")
    assert found["area"]["said"] == "địa bàn phụ trách (1 đơn vị)"
    assert found["cautions"] == []
    one = answer(held.client(Role.WARD_OFFICER), f"{RUN}?cell_m=500&unit={INSIDE}")
    assert counts_by_cell(found) == counts_by_cell(one)
    assert held.client(Role.WARD_OFFICER).get(f"{BACKTEST}?cell_m=500&area=own").status_code == 200
    # Who sees everything answers for everything, who answers for nothing is told so.
    assert answer(held.client(Role.ADMINISTRATOR), f"{RUN}?cell_m=1000&area=own")["area"]["kind"] == "own"
    refused = held.client(Role.VIEWER).get(f"{RUN}?cell_m=3000&area=own")
    assert refused.status_code == 422
    assert "chưa có địa bàn" in refused.get_json()["title"]


def counts_by_cell(found: Any) -> list[int]:
    return sorted(feature["properties"]["count"] for feature in found["features"])


def test_a_job_sees_what_its_person_sees(held: Office) -> None:
    officer = held.client(Role.WARD_OFFICER)
    assert officer.post(f"{JOBS}?cell_m=500&unit={INSIDE}").status_code == 202
    assert done(held.app)["result"] == answer(officer, f"{RUN}?cell_m=500&unit={INSIDE}")
    assert officer.post(f"{JOBS}?cell_m=500").status_code == 202
    ended = done(held.app)
    assert ended["state"] == "failed"
    assert "3000 m" in ended["message"].vi
    mine = officer.post(f"{JOBS}?cell_m=500&unit={INSIDE}").get_json()["id"]
    assert held.client(Role.DUTY_OFFICER).get(f"/api/v1/jobs/{mine}").status_code == 404
