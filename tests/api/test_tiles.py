"""What the tile addresses answer, and that their counts are those of the API."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from layers.catalog import CAMERAS, INCIDENTS, UNITS, categories
from layers.index.cells import Tile, places_in_tile
from layers.index.morton import morton_of_places
from layers.store import Store, open_store
from mapserver.app import create_app
from mapserver.services.tiles import MOST_POINTS
from mapserver.settings import Settings
from tests.builders import NOW, cameras, incidents, town
from tests.vector_tiles import Feature, read_tile

MVT = "application/vnd.mapbox-vector-tile"
# Two tiles of this zoom hold the town.
ZOOM = 10
FILTERS = ("", "category=ma_tuy", "from=2026-02-01&to=2026-05-01", "unit=10001", "bbox=106.31,20.91,106.36,20.96")


def tiles_over(zoom: int) -> list[Tile]:
    corners = morton_of_places(np.array([106.3, 106.4]), np.array([21.0, 20.9]))
    (x0, y0), (x1, y1) = places_in_tile(corners, Tile(0, 0, 0), side_bits=zoom).tolist()
    return [Tile(zoom, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def features(client: FlaskClient, kind: str, tile: Tile, query: str = "") -> dict[str, list[Feature]]:
    answer = client.get(f"/tiles/{kind}/{tile.z}/{tile.x}/{tile.y}.mvt?{query}")
    assert (answer.status_code, answer.mimetype) == (200, MVT)
    return read_tile(answer.data)


def drawn(client: FlaskClient, zoom: int, query: str = "") -> int:
    total = 0
    for tile in tiles_over(zoom):
        layers = features(client, "incidents", tile, query)
        total += len(layers.get("incidents", []))
        total += sum(feature.attributes["n"] for feature in layers.get("cells", []))
    return total


def meta(client: FlaskClient, query: str = "") -> dict[str, int]:
    found: dict[str, int] = json.loads(client.get(f"/api/v1/incidents/summary?{query}").data)["meta"]
    return found


@pytest.fixture
def crowded(store: Store, client: FlaskClient) -> FlaskClient:
    store.append(INCIDENTS, incidents(4 * MOST_POINTS, seed=11))
    return client


@pytest.mark.parametrize("zoom", [7, ZOOM, 13])
@pytest.mark.parametrize("query", FILTERS)
def test_the_tiles_of_a_zoom_hold_what_the_api_counts(crowded: FlaskClient, zoom: int, query: str) -> None:
    assert drawn(crowded, zoom, query) == meta(crowded, query)["placed"] > 0


def test_a_commit_is_in_the_next_tile(client: FlaskClient, store: Store) -> None:
    assert drawn(client, ZOOM) == 300
    store.append(INCIDENTS, incidents(2_001, seed=12))
    assert drawn(client, ZOOM) == 2_300


def test_few_incidents_are_points_with_their_category_day_and_hour(client: FlaskClient) -> None:
    points = [point for tile in tiles_over(ZOOM) for point in features(client, "incidents", tile)["incidents"]]
    table = json.loads(client.get("/api/v1/incidents/points").data)
    listed = [category.slug for category in categories()]
    expected = sorted(
        (listed.index(table["categories"][c]), d, h)
        for c, d, h in zip(*(table["columns"][name] for name in ("category", "day", "hour")), strict=True)
    )
    found = sorted((point.attributes["c"], point.attributes["d"], point.attributes.get("h", -1)) for point in points)
    assert found == expected


def test_an_hour_that_is_not_known_is_left_out(client: FlaskClient, store: Store) -> None:
    frame = incidents(50, seed=13, category="khac")
    store.append(INCIDENTS, frame.assign(occurred_to=frame["occurred_from"] + np.timedelta64(24, "h")))
    points = [
        point
        for tile in tiles_over(ZOOM)
        for point in features(client, "incidents", tile, "category=khac")["incidents"]
    ]
    assert len(points) == 49
    assert not any("h" in point.attributes for point in points)


def test_many_incidents_are_cells_with_their_commonest_category(crowded: FlaskClient) -> None:
    cells = [cell for tile in tiles_over(8) for cell in features(crowded, "incidents", tile)["cells"]]
    assert sum(cell.attributes["n"] for cell in cells) == 4_299
    assert all(0 < cell.attributes["cn"] <= cell.attributes["n"] for cell in cells)
    assert all(coordinate % 64 == 32 for cell in cells for coordinate in cell.parts[0][0])
    one = [cell for tile in tiles_over(8) for cell in features(crowded, "incidents", tile, "category=ma_tuy")["cells"]]
    drugs = [category.slug for category in categories()].index("ma_tuy")
    assert {(cell.attributes["c"], cell.attributes["n"] - cell.attributes["cn"]) for cell in one} == {(drugs, 0)}


def test_a_tile_where_nothing_happened_is_empty(client: FlaskClient) -> None:
    answer = client.get("/tiles/incidents/10/0/0.mvt")
    assert (answer.status_code, answer.data) == (200, b"")


def test_the_picture_is_coloured_where_the_cells_are(crowded: FlaskClient) -> None:
    from PIL import Image

    tile = tiles_over(8)[0]
    answer = crowded.get(f"/tiles/incidents/{tile.z}/{tile.x}/{tile.y}.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    opacity = np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGBA"))[:, :, 3]
    assert opacity.shape == (256, 256)
    cells = {feature.parts[0][0] for feature in features(crowded, "incidents", tile)["cells"]}
    coloured = {(x * 64 + 32, y * 64 + 32) for y, x in np.argwhere(opacity[::4, ::4]).tolist()}
    assert coloured == cells


def test_units_have_the_numbers_of_the_list(client: FlaskClient) -> None:
    listed = json.loads(client.get("/api/v1/units/list").data)
    assert [unit["id"] for unit in listed["units"]][:2] == ["10000@2025-07-01", "10001@2025-07-01"]
    assert set(listed["units"][0]) == {
        "id", "code", "name", "unit_type", "parent", "population", "area_km2", "formed_from", "label", "bbox",
    }  # fmt: skip
    assert listed["units"][1]["bbox"] == [106.35, 20.9, 106.4, 20.95]
    layers = [features(client, "units", tile) for tile in tiles_over(ZOOM)]
    assert {unit.id for layer in layers for unit in layer["units"]} == {0, 1, 2, 3}
    assert not any(unit.attributes for layer in layers for unit in layer["units"])
    pairs = {(border.attributes["a"], border.attributes.get("b")) for layer in layers for border in layer["borders"]}
    assert pairs == {(0, None), (1, None), (2, None), (3, None), (0, 1), (0, 2), (1, 3), (2, 3)}


def test_far_out_only_provinces_have_borders(client: FlaskClient) -> None:
    (tile,) = tiles_over(6)
    pairs = {border.attributes.get("b") for border in features(client, "units", tile)["borders"]}
    assert pairs == {None}


@pytest.mark.parametrize("query", FILTERS)
def test_the_counts_of_units_are_those_of_the_summary(client: FlaskClient, query: str) -> None:
    counts = json.loads(client.get(f"/api/v1/units/counts?{query}").data)
    names = [unit["id"] for unit in json.loads(client.get("/api/v1/units/list").data)["units"]]
    summary = json.loads(client.get(f"/api/v1/incidents/summary?{query}").data)
    assert {name: count for name, count in zip(names, counts["counts"], strict=True) if count} == {
        entry["unit"]: entry["count"] for entry in summary["by_unit"]
    }
    assert counts["meta"] == summary["meta"]


def test_weeks_and_months_add_up_and_say_which_days_were_counted(client: FlaskClient) -> None:
    found = json.loads(client.get("/api/v1/incidents/summary?from=2026-01-14&to=2026-03-02").data)
    assert [(entry["from"], entry["to"]) for entry in found["police_months"]] == [
        ("2026-01-14", "2026-01-15"), ("2026-01-15", "2026-02-15"), ("2026-02-15", "2026-03-02"),
    ]  # fmt: skip
    assert [(entry["from"], entry["to"]) for entry in found["months"]] == [
        ("2026-01-14", "2026-02-01"), ("2026-02-01", "2026-03-01"), ("2026-03-01", "2026-03-02"),
    ]  # fmt: skip
    assert found["weeks"][1]["from"] == "2026-01-19"
    for name in ("weeks", "months", "police_months"):
        assert sum(entry["count"] for entry in found[name]) == found["meta"]["total"] > 0
    assert found["unplaced"] == found["meta"]["unplaced"]


def test_a_new_incident_leaves_the_tiles_of_units_as_they_are(client: FlaskClient, store: Store) -> None:
    tile = "/tiles/units/10/814/450.mvt"
    addresses = (tile, "/api/v1/units/list")
    etags = [client.get(address).headers["ETag"] for address in addresses]
    store.append(INCIDENTS, incidents(10, seed=8))
    store.append(CAMERAS, cameras().assign(id="0197c348-8800-7000-8000-000000000000"))
    assert [client.get(a, headers={"If-None-Match": e}).status_code for a, e in zip(addresses, etags, strict=True)] == [
        304, 304,
    ]  # fmt: skip
    store.append(UNITS, town(seed=5).assign(code=["20000", "20001", "20002", "20003"]))
    assert client.get(tile, headers={"If-None-Match": etags[0]}).status_code == 200


@pytest.mark.parametrize(
    ("rest", "status", "said"),
    [
        ("incidents/20/0/0.mvt", 404, "20/0/0"),
        ("incidents/3/8/0.mvt", 404, "3/8/0"),
        ("incidents/3/0/8.mvt", 404, "3/0/8"),
        ("incidents/3/-1/0.mvt", 404, "-1"),
        ("incidents/3/1/0.mvt?from=2026-05-01&to=2026-04-01", 422, "trước"),
        ("incidents/3/1/0.mvt?bbox=20.9,106.3,21.0,106.4", 422, "đổi chỗ"),
        ("incidents/3/1/0.mvt?category=lạ", 422, "lạ"),
        ("incidents/3/1/0.mvt?unit=99999", 404, "99999"),
        ("incidents/3/1/0.mvt?severity=lạ", 422, "lạ"),
        ("incidents/20/0/0.png", 404, "20/0/0"),
        ("units/20/0/0.mvt", 404, "20/0/0"),
        ("units/3/1/0.mvt?category=ma_tuy", 422, "category"),
        ("units/3/1/0.mvt?as_of=mai", 422, "as_of"),
        ("incidents/3/1/0.mvt?when=now", 422, "when"),
        ("incidents/3/1/0.mvt?as_of=hôm+nay", 422, "as_of"),
    ],
)
def test_what_is_not_understood_is_refused(client: FlaskClient, rest: str, status: int, said: str) -> None:
    answer = client.get(f"/tiles/{rest}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert said in json.loads(answer.data)["detail"]


def test_a_tile_of_one_store_is_not_taken_for_that_of_another(tmp_path: Path) -> None:
    tile = tiles_over(ZOOM)[0]
    address = f"/tiles/incidents/{tile.z}/{tile.x}/{tile.y}.mvt"
    tags: list[str] = []
    for name, seed in (("sample", 1), ("city", 2)):
        held = open_store(str(tmp_path / f"{name}.gpkg"))
        held.append(UNITS, town(3, 3))
        held.append(INCIDENTS, incidents(50, seed=seed))
        reader = create_app(Settings(store=held.address), held, clock=lambda: NOW).test_client()
        answer = reader.get(address, headers={"If-None-Match": tags[0]} if tags else {})
        assert answer.status_code == 200
        tags.append(answer.headers["ETag"])
        held.close()
