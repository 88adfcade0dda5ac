"""What an import speaks for: its scope, versions known only by name, provinces and beats."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest

from layers import errors
from layers.boundaries.nesting import dissolved, wards_of
from layers.boundaries.versions import in_force, plan_import
from layers.catalog import UNITS
from layers.store import open_store
from mapserver.services.reader import Reader
from tests.builders import town
from tests.vintages import applied, units

OLD, NEW = dt.date(2009, 4, 1), dt.date(2025, 7, 1)


def _units(codes: str, start: dt.date, *, parent: str | None = "31", drawn: bool = True) -> gpd.GeoDataFrame:
    return units(codes, start, ids=[f"{code}{start}{parent}{drawn}" for code in codes], parent=parent, drawn=drawn)


def test_a_scope_closes_what_the_file_does_not_name() -> None:
    loaded = pd.concat([_units("AB", OLD), _units("X", OLD, parent="30"), _units("Y", OLD, parent="01")])
    plan = plan_import(loaded, _units("AB", NEW), valid_from=NEW, scope=["31", "30"])
    assert plan.ended == ("X",)
    assert plan_import(loaded, _units("AB", NEW), valid_from=NEW).ended == ()


def test_units_outside_the_scope_are_refused() -> None:
    with pytest.raises(errors.InvalidParameter) as refused:
        plan_import(_units("A", OLD), _units("B", NEW, parent="01"), valid_from=NEW, scope=["31"])
    assert "--scope 01" in refused.value.hint.vi


def test_one_scope_names_the_province_that_a_file_leaves_out() -> None:
    plan = plan_import(_units("A", OLD), _units("B", NEW, parent=None), valid_from=NEW, scope=["31"])
    assert plan.insert["parent"].tolist() == ["31"]
    assert plan.ended == ("A",)


def test_borders_come_to_a_unit_known_by_name() -> None:
    known = _units("AB", NEW, drawn=False)
    plan = plan_import(known, _units("ABC", NEW), valid_from=NEW)
    assert (plan.insert["code"].tolist(), dict(plan.close)) == (["C"], {})
    after = applied(known, plan)
    assert after.geometry.notna().all()
    assert after["code"].is_unique
    assert plan.row_versions == {f"{code}{NEW}31False": 1 for code in "AB"}
    assert plan_import(after, _units("ABC", NEW), valid_from=NEW).is_empty


def test_a_unit_known_by_name_that_ended_keeps_its_end() -> None:
    known = _units("A", OLD, drawn=False).assign(valid_to=NEW.isoformat())
    after = applied(known, plan_import(known, _units("A", OLD), valid_from=OLD, valid_to=NEW))
    assert in_force(after, NEW).empty
    assert in_force(after, OLD).geometry.notna().all()


def test_provinces_are_their_wards_of_the_day() -> None:
    frame = pd.concat([_units("AB", OLD), _units("X", OLD, parent="01"), _units("Z", OLD, drawn=False)])
    whole = dissolved(gpd.GeoDataFrame(frame, crs="EPSG:4326"))
    assert whole["code"].tolist() == ["01", "31"]
    assert whole["units"].tolist() == [1, 2]
    assert whole.geometry.iloc[1].bounds == (65, 20, 67, 21)


def test_the_days_of_one_vintage_share_what_was_read() -> None:
    store = open_store("memory:")
    for valid_from, valid_to, seed in (("2009-04-01", "2025-07-01", 7), ("2025-07-01", None, 2)):
        store.append(UNITS, town(valid_from=valid_from, seed=seed).assign(valid_to=valid_to))
    reader = Reader(store, "Asia/Ho_Chi_Minh")
    for level in ("commune", "province"):
        first, last, new = (reader.units(day, level) for day in (OLD, dt.date(2025, 6, 30), NEW))
        assert first is last
        assert new.references != first.references
    assert reader.units(dt.date(2000, 1, 1)).references == ()


def test_a_beat_outside_every_ward_has_none() -> None:
    assert wards_of(_units("AC", NEW), _units("BA", NEW)).tolist() == [1, -1]
