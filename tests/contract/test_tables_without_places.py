"""Books - layers without places - keep what every layer keeps, on every back-end."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from layers import schema
from layers.catalog import LINEAGE
from layers.errors import SchemaMismatch, StaleVersion
from layers.store import ChangeSet, Store, open_store
from layers.store.base import Author
from layers.store.gpkg_connection import open_file
from layers.store.migrations import migrate
from tests.builders import BOOKS, NOW, book

CLERK = Author("thư ký", "đối chiếu nghị quyết", NOW + dt.timedelta(hours=1))


def links(count: int, *, shape: shapely.Geometry | None = None) -> gpd.GeoDataFrame:
    """Links from one old unit to several new ones."""
    rows = {
        "id": [f"link-{number:04d}" for number in range(count)],
        "from_version": "10528@2025-01-01",
        "to_version": [f"{10532 + number}@2025-07-01" for number in range(count)],
        "kind": "part", "effective_on": "2025-07-01", "area_share": [0.25] + [float("nan")] * (count - 1),
        "method": "polygons", "population_method": "unknown", "confidence": "measured",
    }  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry=[shape] * count, crs=4326)


def kept(count: int) -> gpd.GeoDataFrame:
    return schema.check(links(count), LINEAGE.schema)


def test_rows_come_back_as_they_went_in(store: Store) -> None:
    assert store.append(LINEAGE, kept(400)) == 400
    read = store.read(LINEAGE)
    assert read.geometry.isna().all()
    assert list(read.columns) == LINEAGE.schema.names
    assert read["area_share"].notna().sum() == 1
    assert read["to_version"].tolist() == kept(400)["to_version"].tolist()
    assert store.versions()[LINEAGE.key] == 1
    assert store.problems() == []


def test_a_change_is_remembered_and_a_stale_one_refused(store: Store) -> None:
    store.apply(ChangeSet(LINEAGE, insert=kept(2)), CLERK)
    store.apply(ChangeSet(LINEAGE, update={"link-0001": {"area_share": 0.75}}), CLERK)
    entries = store.history(LINEAGE, "link-0001")
    assert [(entry.what, entry.who) for entry in entries] == [("insert", "thư ký"), ("update", "thư ký")]
    assert entries[1].after is not None
    assert (entries[1].after["area_share"], entries[1].after["geometry"]) == (0.75, None)
    stale = ChangeSet(LINEAGE, update={"link-0001": {"area_share": 0.5}}, expected_row_version={"link-0001": 1})
    with pytest.raises(StaleVersion):
        store.apply(stale, CLERK)
    assert store.apply(ChangeSet(LINEAGE, delete=("link-0000",)), CLERK) == 1
    assert store.count(LINEAGE) == 1


def test_its_content_counts_wherever_it_is_kept(store: Store) -> None:
    other = open_store("memory:")
    assert store.content_hash() == other.content_hash()
    store.append(LINEAGE, kept(3))
    assert store.content_hash() != other.content_hash()
    other.append(LINEAGE, kept(3))
    assert store.content_hash() == other.content_hash()


def test_a_shape_is_refused() -> None:
    with pytest.raises(SchemaMismatch):
        schema.check(links(1, shape=shapely.Point(106.3, 20.9)), LINEAGE.schema)


def test_gis_programs_are_shown_a_plain_table(tmp_path: Path) -> None:
    path = tmp_path / "kho.gpkg"
    store = open_store(str(path))
    store.append(LINEAGE, kept(2))
    store.close()
    kinds = dict(pyogrio.list_layers(path))
    assert {name for name, kind in kinds.items() if kind is None} >= {layer.key for layer in BOOKS}
    assert pyogrio.read_dataframe(path, layer="lineage")["kind"].tolist() == ["part", "part"]


def test_a_file_of_an_earlier_release_gets_its_books(tmp_path: Path) -> None:
    path = tmp_path / "kho.gpkg"
    with closing(open_file(path)) as old:
        old.execute("BEGIN")
        migrate(old, up_to=2)
        old.execute("COMMIT")
    with closing(open_store(str(path))) as store:
        assert store.problems() == []
        for layer in BOOKS:
            store.apply(ChangeSet(layer, insert=book(layer)), CLERK)
            assert (store.count(layer), store.versions()[layer.key]) == (2, 1)
        assert store.problems() == []
