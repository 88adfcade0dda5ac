"""Texts that a bulk load could trip over are kept as they are, or refused with the column's name."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.catalog import CAMERAS, SAFEZONES, UNITS
from layers.errors import SchemaMismatch
from layers.store import ChangeSet, Store
from layers.store.base import QuarantinedRow
from tests.builders import cameras, models, town

pytestmark = pytest.mark.postgis

ODD = [
    "a\tb",
    "a\nb",
    "a\r\nb",
    "\\",
    "\\N",
    "\\.",
    "a\n\\.\nb",
    '"',
    "'; DROP TABLE antt.cameras; --",
    " ",
    "",
    "%s {x}",
]


def test_odd_texts_are_kept_as_they_are(store: Store) -> None:
    frame = cameras().iloc[[0] * len(ODD)].assign(id=[f"{place:02d}" for place in range(len(ODD))], name=ODD)
    store.append(CAMERAS, frame)
    assert store.read(CAMERAS)["name"].tolist() == ODD
    changes = {f"{place:02d}": {"status": text} for place, text in enumerate(ODD)}
    store.apply(ChangeSet(CAMERAS, update=changes))
    assert store.read(CAMERAS)["status"].tolist() == ODD


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_cannot_be_kept_is_refused_by_the_name_of_its_column(store: Store, text: str) -> None:
    names = pd.Series([text], dtype=object)
    frame = gpd.GeoDataFrame({"id": ["a"], "name": names}, geometry=[shapely.Point(106.3, 20.9)], crs="EPSG:4326")
    with pytest.raises(SchemaMismatch, match="name"):
        store.append(CAMERAS, frame)
    assert store.count(CAMERAS) == 0


def test_an_edit_to_a_text_that_cannot_be_kept_is_refused(store: Store) -> None:
    store.append(CAMERAS, cameras())
    row_id = store.read(CAMERAS)["id"][0]
    with pytest.raises(SchemaMismatch, match="status"):
        store.apply(ChangeSet(CAMERAS, update={row_id: {"status": "a\0b"}}))
    assert store.read(CAMERAS)["row_version"].tolist() == [1]


def test_quarantine_takes_what_a_damaged_file_holds(store: Store) -> None:
    row = QuarantinedRow("a", 2, ("bad_time",), {"name": "a\0b\ud800"})
    store.quarantine([row])
    assert store.quarantined() == [dataclasses.replace(row, raw={"name": "a\ufffdb?"})]


def test_a_single_polygon_becomes_a_multipolygon_and_heights_are_left_out(store: Store) -> None:
    store.append(UNITS, town(1, 1).set_geometry([shapely.box(106, 20, 106.1, 20.1)], crs="EPSG:4326"))
    assert store.read(UNITS).geometry[0].geom_type == "MultiPolygon"
    high = models().set_geometry(
        [shapely.Point(106, 20, 5), shapely.LineString([(106, 20, 1), (107, 21, 2)])], crs=4326
    )
    store.append(SAFEZONES, high)
    assert not shapely.has_z(store.read(SAFEZONES).geometry.to_numpy()).any()


def test_a_date_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(SchemaMismatch, match="31"):
        store.append(UNITS, town(valid_from="2025-02-31"))
    assert store.count(UNITS) == 0
