"""Conservation: whatever the incidents and the filter, the tiles of a zoom hold what the API counts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from layers.catalog import INCIDENTS, UNITS
from layers.index.cells import Tile, places_in_tile
from layers.index.morton import morton_of_places
from layers.store import open_store
from mapserver.app import create_app
from mapserver.services import tiles as service
from mapserver.settings import Settings
from tests.builders import NOW, incidents, town
from tests.vector_tiles import read_tile

# Borders of tiles of every zoom up to 9: multiples of 360 / 2^9 degrees of longitude, the equator, poles, the rim.
ON_A_BORDER = st.sampled_from([-180.0, -90.0, 0.0, 0.703125, 106.171875, 106.875, 180.0])
LON = st.one_of(ON_A_BORDER, st.floats(106.3, 106.4), st.floats(-180, 180))
LAT = st.one_of(
    st.sampled_from([-90.0, 90.0, 0.0, 85.0511287798066, -85.06]), st.floats(20.9, 21.0), st.floats(-90, 90)
)
PLACE = st.one_of(st.none(), st.tuples(LON, LAT))
PERIOD = st.sampled_from(["", "&from=2026-01-02", "&from=2026-01-02&to=2026-01-04"])
WHAT = st.sampled_from(["", "&category=ma_tuy", "&category=trat_tu_xa_hoi,chay_no", "&unit=10001"])
WHERE = st.sampled_from(["", "&bbox=106.3,20.9,106.4,21.0", "&bbox=-180,-90,180,90"])


def client_of(places: list[tuple[float, float] | None]) -> FlaskClient:
    frame = incidents(len(places))
    frame["geometry"] = [None if place is None else _point(*place) for place in places]
    store = open_store("memory:")
    store.append(UNITS, town())
    store.append(INCIDENTS, frame)
    return create_app(Settings(), store, clock=lambda: NOW).test_client()


def _point(lon: float, lat: float) -> object:
    import shapely

    return shapely.Point(lon, lat)


def tiles_with(places: list[tuple[float, float] | None], zoom: int) -> set[Tile]:
    """Tiles that a place can lie in, and their neighbours: all others are empty by the meaning of a key."""
    placed = np.array([place for place in places if place is not None]).reshape(-1, 2)
    found = places_in_tile(morton_of_places(placed[:, 0], placed[:, 1]), Tile(0, 0, 0), side_bits=zoom)
    side = 1 << zoom
    around = {(x + dx, y + dy) for x, y in found.tolist() for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    return {Tile(zoom, x, y) for x, y in around if 0 <= x < side and 0 <= y < side}


def held(client: FlaskClient, tile: Tile, query: str) -> int:
    answer = client.get(f"/tiles/incidents/{tile.z}/{tile.x}/{tile.y}.mvt?{query}")
    assert answer.status_code == 200
    layers = read_tile(answer.data)
    cells = layers.get("cells", [])
    assert all(cell.attributes["cn"] <= cell.attributes["n"] for cell in cells)
    return len(layers.get("incidents", [])) + sum(cell.attributes["n"] for cell in cells)


@given(
    places=st.lists(PLACE, min_size=1, max_size=60),
    zoom=st.sampled_from([0, 1, 5, 9, 16, 19]),
    filters=st.tuples(PERIOD, WHAT, WHERE).map("".join),
    most_points=st.sampled_from([0, 3, 1_000]),
)
def test_the_tiles_of_a_zoom_hold_what_the_api_counts(
    places: list[tuple[float, float] | None], zoom: int, filters: str, most_points: int
) -> None:
    client = client_of(places)
    query = filters.removeprefix("&")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "MOST_POINTS", most_points)
        drawn = sum(held(client, tile, query) for tile in tiles_with(places, zoom))
    placed = json.loads(client.get(f"/api/v1/incidents/summary?{query}").data)["meta"]["placed"]
    assert drawn == placed


@given(places=st.lists(PLACE, min_size=1, max_size=60))
def test_four_tiles_hold_what_the_tile_above_them_holds(places: list[tuple[float, float] | None]) -> None:
    client = client_of(places)
    for parent in tiles_with(places, 4):
        children = [Tile(5, 2 * parent.x + dx, 2 * parent.y + dy) for dx in (0, 1) for dy in (0, 1)]
        assert held(client, parent, "") == sum(held(client, child, "") for child in children)
