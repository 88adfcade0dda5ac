"""Any text, number, moment and shape comes back as it was given, from every back-end."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.catalog import CAMERAS, INCIDENTS, SAFEZONES, Layer
from layers.schema import check
from layers.store import ChangeSet, Store

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)
# SQLite writes 17 digits of a number; at the end of the range of floats the last one may differ.
METRES = st.floats(-1e12, 1e12)
LONGITUDES, LATITUDES = st.floats(102, 118, allow_nan=False), st.floats(6, 23.6, allow_nan=False)
POINTS = st.builds(shapely.Point, LONGITUDES, LATITUDES)
LINES = st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=2, max_size=5).map(shapely.LineString)
BOXES = st.tuples(st.floats(102, 117), st.floats(6, 22), st.floats(0.001, 1), st.floats(0.001, 1)).map(
    lambda corner: shapely.box(corner[0], corner[1], corner[0] + corner[2], corner[1] + corner[3])
)
MOMENTS = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001 - a zone is added later
# One store of a back-end serves every example: each example leaves it as it found it.
SHARED = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tried(store: Store, layer: Layer, frame: gpd.GeoDataFrame) -> None:
    kept = check(frame, layer.schema)
    store.append(layer, kept)
    assert_geodataframe_equal(store.read(layer), kept)
    store.apply(ChangeSet(layer, delete=tuple(kept["id"])))


@given(rows=st.lists(st.tuples(TEXTS, st.none() | NUMBERS, POINTS, st.none() | MOMENTS), max_size=6))
@SHARED
def test_any_text_number_moment_and_place_survives(
    store: Store,
    rows: list[tuple[str, float | None, shapely.Point, dt.datetime | None]],
) -> None:
    frame = gpd.GeoDataFrame(
        {
            "id": [f"{number:02d}" for number in range(len(rows))],
            "name": [row[0] for row in rows],
            "range_m": pd.Series([row[1] for row in rows], dtype="float64"),
            "last_heard_at": pd.Series([row[3] for row in rows], dtype="datetime64[us]"),
        },
        geometry=[row[2] for row in rows],
        crs="EPSG:4326",
    )
    tried(store, CAMERAS, frame)


@given(rows=st.lists(st.tuples(TEXTS, st.none() | st.integers(-(2**53), 2**53), POINTS | LINES | BOXES), max_size=6))
@SHARED
def test_any_shape_and_whole_number_survives(
    store: Store, rows: list[tuple[str, int | None, shapely.Geometry]]
) -> None:
    frame = gpd.GeoDataFrame(
        {
            "id": [f"{number:02d}" for number in range(len(rows))],
            "kind": "khu_dan_cu_an_toan",
            "name": [row[0] for row in rows],
            "households": pd.Series([row[1] for row in rows], dtype="Int64"),
        },
        geometry=[row[2] for row in rows],
        crs="EPSG:4326",
    )
    tried(store, SAFEZONES, frame)


@given(text=TEXTS, accuracy_m=st.none() | METRES, place=st.none() | POINTS, moment=MOMENTS)
@SHARED
def test_any_change_is_read_back_and_stands_in_the_history(
    store: Store,
    text: str,
    accuracy_m: float | None,
    place: shapely.Point | None,
    moment: dt.datetime,
) -> None:
    first = gpd.GeoDataFrame(
        {"id": ["a"], "source": "s", "source_ref": "1", "occurred_from": pd.Timestamp("2026-01-01", tz="UTC"),
         "category": "khac"}, geometry=[None], crs="EPSG:4326",
    )  # fmt: skip
    store.append(INCIDENTS, first)
    values = {
        "category_source": text,
        "location_accuracy_m": accuracy_m,
        "geometry": place,
        "occurred_to": moment.replace(tzinfo=dt.UTC),
    }
    store.apply(ChangeSet(INCIDENTS, update={"a": values}))
    row = store.read(INCIDENTS).iloc[0]
    assert row["category_source"] == text
    assert pd.isna(row["location_accuracy_m"]) if accuracy_m is None else row["location_accuracy_m"] == accuracy_m
    assert row.geometry is None if place is None else row.geometry.equals(place)
    change = store.history(INCIDENTS, "a")[-1]
    after = change.after
    assert after is not None
    assert (after["category_source"], after["location_accuracy_m"]) == (text, accuracy_m)
    assert after["geometry"] is None if place is None else shapely.from_wkt(after["geometry"]).equals(place)
    whole_ms = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert after["occurred_to"] == f"{whole_ms.isoformat(timespec='milliseconds')}Z"
    store.apply(ChangeSet(INCIDENTS, delete=("a",)))
