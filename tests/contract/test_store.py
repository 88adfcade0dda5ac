"""What every store promises, tried on every back-end."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from layers.catalog import INCIDENTS, LAYERS, SAFEZONES, UNITS
from layers.errors import Conflict, SchemaMismatch, StaleVersion
from layers.geo import Bounds
from layers.schema import check
from layers.store import ChangeSet, Query, Store
from tests.builders import incidents, town


def test_a_new_store_is_empty_and_has_every_layer(store: Store) -> None:
    assert store.versions() == {layer.key: 0 for layer in LAYERS}
    assert all(store.count(layer) == 0 for layer in LAYERS)


def test_an_empty_layer_is_read_with_its_columns(store: Store) -> None:
    for layer in LAYERS:
        assert list(store.read(layer).columns) == layer.schema.names


@pytest.mark.parametrize("count", [1, 5, 500])
def test_what_is_appended_is_read_back(store: Store, count: int) -> None:
    frame = check(incidents(count), INCIDENTS.schema)
    assert store.append(INCIDENTS, frame) == count
    expected = frame.sort_values("id").reset_index(drop=True)
    assert_geodataframe_equal(store.read(INCIDENTS), expected, check_less_precise=False)


def test_areas_and_dates_are_read_back(store: Store) -> None:
    frame = check(town(), UNITS.schema)
    store.append(UNITS, frame)
    assert_geodataframe_equal(store.read(UNITS), frame.sort_values("id").reset_index(drop=True))


def test_any_geometry_is_read_back_where_the_layer_takes_any(store: Store) -> None:
    shapes = [
        shapely.Point(106, 20),
        shapely.LineString([(106, 20), (106.1, 20)]),
        shapely.box(106, 20, 106.1, 20.1),
        None,
    ]
    frame = gpd.GeoDataFrame(
        {"id": list("abcd"), "kind": "dong_ho_tu_quan", "name": "Đình làng", "households": [3, None, 7, None]},
        geometry=shapes,
        crs="EPSG:4326",
    )
    store.append(SAFEZONES, frame)
    read = store.read(SAFEZONES)
    assert [shape and shape.geom_type for shape in read.geometry] == ["Point", "LineString", "Polygon", None]
    assert read["households"].tolist() == [3, pd.NA, 7, pd.NA]


def test_each_commit_raises_the_version_of_the_layer_it_touched_by_one(store: Store) -> None:
    store.append(INCIDENTS, incidents(300))
    assert store.append(INCIDENTS, incidents(3).iloc[:0]) == 0
    store.append(INCIDENTS, incidents(3, seed=5))
    assert store.versions() == {layer.key: 2 if layer is INCIDENTS else 0 for layer in LAYERS}


def test_rows_are_found_by_value_and_by_box(store: Store) -> None:
    frame = incidents(60)
    store.append(INCIDENTS, frame)
    assert store.count(INCIDENTS, Query(where=(("category", "ma_tuy"),))) == 20
    assert store.count(INCIDENTS, Query(where=(("severity", None),))) == 60
    west = Bounds(106.3, 20.9, 106.35, 21.0)
    inside = frame.geometry.x.between(106.3, 106.35).sum()
    # A spatial index may answer with the box of single precision, never with fewer rows.
    assert inside <= store.count(INCIDENTS, Query(bounds=west)) <= inside + 1


def test_only_the_columns_asked_for_are_read(store: Store) -> None:
    store.append(INCIDENTS, incidents(4))
    read = store.read(INCIDENTS, Query(columns=("category",), geometry=False))
    assert list(read.columns) == ["id", "category", "geometry"]
    assert read.geometry.isna().all()


def test_an_update_raises_the_row_version_and_moves_the_place(store: Store) -> None:
    store.append(INCIDENTS, incidents(4))
    row_id = store.read(INCIDENTS)["id"][2]
    changed = {row_id: {"category": "cuop", "geometry": shapely.Point(107.5, 20.1)}}
    store.apply(ChangeSet(INCIDENTS, update=changed, expected_row_version={row_id: 1}))
    row = store.read(INCIDENTS).set_index("id").loc[row_id]
    assert (row["category"], row["row_version"], row.geometry.x) == ("cuop", 2, 107.5)
    assert store.count(INCIDENTS, Query(bounds=Bounds(107, 20, 108, 21))) == 1


def test_a_stale_update_is_refused_with_both_versions_and_nothing_is_kept(store: Store) -> None:
    store.append(INCIDENTS, incidents(4))
    first, second = store.read(INCIDENTS)["id"][:2]
    changes = {first: {"category": "cuop"}, second: {"category": "cuop"}}
    with pytest.raises(StaleVersion) as refused:
        store.apply(ChangeSet(INCIDENTS, update=changes, expected_row_version={second: 7}))
    assert "7" in refused.value.message.en
    assert "1" in refused.value.message.en
    # It is sent to whoever was late.
    assert json.loads(json.dumps(refused.value.details)) == {"id": second, "expected": 7, "found": 1}
    assert store.count(INCIDENTS, Query(where=(("category", "cuop"),))) == 0
    assert store.versions()["incidents"] == 1


def test_deleted_rows_are_gone_from_every_kind_of_reading(store: Store) -> None:
    store.append(INCIDENTS, incidents(10))
    first = store.read(INCIDENTS)["id"][0]
    assert store.apply(ChangeSet(INCIDENTS, delete=(first,))) == 1
    assert store.count(INCIDENTS) == 9
    assert first not in set(store.read(INCIDENTS, Query(bounds=Bounds(100, 0, 120, 30)))["id"])


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    def fail_half_way() -> None:
        with store.transaction():
            store.append(INCIDENTS, incidents(300))
            store.append(UNITS, town())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert store.count(INCIDENTS) == store.count(UNITS) == 0
    assert set(store.versions().values()) == {0}


def test_a_refused_change_leaves_nothing_of_itself_in_a_longer_transaction(store: Store) -> None:
    store.append(INCIDENTS, incidents(4))
    first, second = store.read(INCIDENTS)["id"][:2]
    half_stale = ChangeSet(
        INCIDENTS, update={first: {"category": "cuop"}, second: {"category": "cuop"}}, expected_row_version={second: 9}
    )
    with store.transaction():
        store.append(UNITS, town())
        with pytest.raises(StaleVersion):
            store.apply(half_stale)
    assert store.count(UNITS) == 4
    assert store.count(INCIDENTS, Query(where=(("category", "cuop"),))) == 0


@pytest.mark.parametrize("count", [5, 400])
def test_a_record_that_is_there_already_is_refused_and_nothing_of_its_call_is_kept(store: Store, count: int) -> None:
    store.append(INCIDENTS, incidents(3))
    twice = incidents(count, seed=9)
    twice.loc[count - 1, ["source", "source_ref"]] = ["test", "1-0"]
    with pytest.raises(Conflict):
        store.append(INCIDENTS, twice)
    same_id = incidents(count, seed=9)
    same_id.loc[0, "id"] = store.read(INCIDENTS)["id"][0]
    with pytest.raises(Conflict):
        store.append(INCIDENTS, same_id)
    assert store.count(INCIDENTS) == 3
    assert store.problems() == []


def test_a_record_changed_meanwhile_is_not_deleted(store: Store) -> None:
    store.append(INCIDENTS, incidents(3))
    row_id = store.read(INCIDENTS)["id"][0]
    with pytest.raises(StaleVersion):
        store.apply(ChangeSet(INCIDENTS, delete=(row_id,), expected_row_version={row_id: 4}))
    assert store.count(INCIDENTS) == 3


def test_a_change_of_a_record_that_is_gone_is_refused(store: Store) -> None:
    store.append(INCIDENTS, incidents(3))
    with pytest.raises(StaleVersion):
        store.apply(ChangeSet(INCIDENTS, update={"nowhere": {"category": "cuop"}}))


@pytest.mark.parametrize("column", ["id", "row_version", "no_such_column"])
def test_only_columns_of_the_layer_are_changed(store: Store, column: str) -> None:
    store.append(INCIDENTS, incidents(3))
    row_id = store.read(INCIDENTS)["id"][0]
    with pytest.raises(SchemaMismatch, match=column):
        store.apply(ChangeSet(INCIDENTS, update={row_id: {column: "7"}}))


def test_a_needed_value_cannot_be_taken_away(store: Store) -> None:
    store.append(INCIDENTS, incidents(3))
    row_id = store.read(INCIDENTS)["id"][0]
    with pytest.raises(SchemaMismatch, match="category"):
        store.apply(ChangeSet(INCIDENTS, update={row_id: {"category": None}}))


def test_inner_transactions_join_the_outer_one(store: Store) -> None:
    with store.transaction():
        with store.transaction():
            store.append(UNITS, town())
        store.append(INCIDENTS, incidents(3))
    assert (store.count(UNITS), store.count(INCIDENTS)) == (4, 3)


def test_rows_that_break_the_contract_are_refused(store: Store) -> None:
    bad = incidents(3).drop(columns="category")
    with pytest.raises(SchemaMismatch, match="category"):
        store.append(INCIDENTS, bad)
    assert store.count(INCIDENTS) == 0


def test_a_new_store_and_one_that_was_filled_in_pieces_are_sound(store: Store) -> None:
    assert store.problems() == []
    for number, count in enumerate((300, 400, 5, 250, 1)):
        store.append(INCIDENTS, incidents(count, seed=20 + number))
    store.append(UNITS, town())
    assert store.problems() == []
    assert store.count(INCIDENTS) == 956
    assert store.count(INCIDENTS, Query(bounds=Bounds(106, 20, 107, 22))) == 951


def test_notes_are_kept_and_replaced(store: Store) -> None:
    store.keep_note("a", "1")
    store.keep_note("a", "2")
    assert store.notes() == {"a": "2"}


def test_closing_twice_does_nothing(store: Store) -> None:
    store.close()
    store.close()
