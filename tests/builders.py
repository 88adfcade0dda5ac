"""Small records and towns for tests."""

from __future__ import annotations

import copy
import datetime as dt
import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.catalog import LAYERS, PEOPLE_POINTS, Layer
from layers.records import new_ids
from layers.schema import GeometryKind, Kind, check
from layers.store import MemoryStore
from layers.store.base import ImportRecord

NOW = dt.datetime(2026, 11, 1, 8, 0, tzinfo=dt.UTC)
BOOKS = tuple(layer for layer in LAYERS if layer.schema.geometry is GeometryKind.NONE)


def incidents(count: int, *, seed: int = 1, **columns: object) -> gpd.GeoDataFrame:
    """Incidents spread over one square of 0.1 degrees near Hải Dương, the last one without a place."""
    rng = np.random.default_rng(seed)
    shapes = shapely.points(rng.uniform(106.3, 106.4, count), rng.uniform(20.9, 21.0, count)).astype(object)
    shapes[-1] = None
    data: dict[str, object] = {
        "id": new_ids(count, now=NOW, rng=rng),
        "source": "test",
        "source_ref": [f"{seed}-{row}" for row in range(count)],
        "occurred_from": pd.date_range("2026-01-01T03:00", periods=count, freq="7h", tz="UTC"),
        "category": list(itertools.islice(itertools.cycle(["trom_cap", "ma_tuy", "chay_no"]), count)),
        **columns,
    }
    return gpd.GeoDataFrame(data, geometry=shapes, crs="EPSG:4326")


def town(columns: int = 2, rows: int = 2, *, valid_from: str = "2025-07-01", seed: int = 2) -> gpd.GeoDataFrame:
    """A clean tiling of square wards that covers the square of `incidents`."""
    side_lon, side_lat = 0.1 / columns, 0.1 / rows
    cells = [
        shapely.box(106.3 + c * side_lon, 20.9 + r * side_lat, 106.3 + (c + 1) * side_lon, 20.9 + (r + 1) * side_lat)
        for r in range(rows)
        for c in range(columns)
    ]
    data = {
        "id": new_ids(len(cells), now=NOW, rng=np.random.default_rng(seed)),
        "code": [f"{10000 + number:05d}" for number in range(len(cells))],
        "name": [f"Ô {number}" for number in range(len(cells))],
        "unit_type": "Phường",
        "level": "commune",
        "parent": "31",
        "parent_name": "Thành phố Hải Phòng",
        "valid_from": valid_from,
        "population": 10_000,
        "source": "test",
    }
    return gpd.GeoDataFrame(data, geometry=[shapely.MultiPolygon([cell]) for cell in cells], crs="EPSG:4326")


def models() -> gpd.GeoDataFrame:
    """One model of each of two kinds, in the town."""
    data = {
        "id": new_ids(2, now=NOW, rng=np.random.default_rng(3)),
        "kind": ["khu_dan_cu_an_toan", "camera_an_ninh"],
        "name": ["Khu dân cư số 5", "Ngõ 12 <b>"],
        "households": [120, 45],
    }
    return gpd.GeoDataFrame(data, geometry=shapely.points([[106.32, 20.92], [106.37, 20.97]]), crs="EPSG:4326")


def cameras() -> gpd.GeoDataFrame:
    """One camera in the town."""
    data = {"id": new_ids(1, now=NOW, rng=np.random.default_rng(4)), "name": ["Ngã tư"], "azimuth_deg": [90.0]}
    return gpd.GeoDataFrame(data, geometry=shapely.points([[106.35, 20.95]]), crs="EPSG:4326")


def twin(store: MemoryStore) -> MemoryStore:
    """A store of its own with the same content: a write puts a new frame in the place of one, so frames are shared."""
    made = copy.copy(store)
    made._held = store._held.copy()
    return made


def people(count: int = 40) -> gpd.GeoDataFrame:
    """Blocks of people all over the town, 100 households each."""
    rng = np.random.default_rng(5)
    places = shapely.points(rng.uniform(106.3, 106.4, count), rng.uniform(20.9, 21.0, count))
    data = {"id": new_ids(count, now=NOW, rng=rng), "people": rng.integers(100, 900, count), "households": 100}
    return check(gpd.GeoDataFrame(data, geometry=places, crs="EPSG:4326"), PEOPLE_POINTS.schema)


def book(layer: Layer, count: int = 2) -> gpd.GeoDataFrame:
    """Rows of a layer without places, a value in every column."""
    values: dict[Kind, object] = {
        Kind.TEXT: "chữ", Kind.INTEGER: 3, Kind.REAL: 0.25, Kind.DATE: "2025-07-01", Kind.MOMENT: NOW,
    }  # fmt: skip
    ids = new_ids(count, now=NOW, rng=np.random.default_rng(5))
    frame = pd.DataFrame({"id": ids, **{column.name: values[column.kind] for column in layer.schema.columns}})
    return check(gpd.GeoDataFrame(frame, geometry=[None] * count, crs="EPSG:4326"), layer.schema)


def import_record(import_id: str, *, started_at: dt.datetime = NOW, state: str = "running") -> ImportRecord:
    """One import of a file as the ledger has it."""
    return ImportRecord(
        import_id,
        "incidents",
        "test",
        "tháng 7.csv",
        "0" * 64,
        "trực ban",
        started_at,
        started_at,
        state,
        counts={"read": 3},
        mapping={"category": "Loại vụ việc"},
        options={"crs": None, "time_zone": "Asia/Ho_Chi_Minh", "on_change": "update"},
    )
