"""What an import adds and closes in time, and what it refuses."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers import errors, schema
from layers.boundaries.versions import VersionPlan, in_force, plan_import, staying
from layers.catalog import UNITS

OLD, NEW, NEXT = dt.date(2009, 4, 1), dt.date(2025, 7, 1), dt.date(2027, 1, 1)


def _units(
    codes: str, start: dt.date, end: dt.date | None = None, *, parent: str | None = "31", shift: float = 0.0
) -> gpd.GeoDataFrame:
    """Units of one vintage, one for each letter."""
    cells = [shapely.box(ord(code) + shift, 20, ord(code) + shift + 1, 21) for code in codes]
    rows = {
        "id": [f"{code}{start}{parent}" for code in codes],
        "code": list(codes),
        "name": list(codes),
        "unit_type": "Xã",
        "level": "commune",
        "parent": parent,
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat() if end else None,
    }
    shapes = shapely.multipolygons([[cell] for cell in cells])
    return schema.check(gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326"), UNITS.schema)


EMPTY = schema.empty(UNITS.schema)


def _applied(existing: gpd.GeoDataFrame, plan: VersionPlan) -> gpd.GeoDataFrame:
    closed = existing.copy()
    closed["valid_to"] = [plan.close.get(row["id"], row["valid_to"]) for _index, row in existing.iterrows()]
    return pd.concat([closed, plan.insert], ignore_index=True) if len(existing) else plan.insert


def _load(existing: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    start = dt.date.fromisoformat(units["valid_from"].iloc[0])
    end = units["valid_to"].iloc[0]
    last = dt.date.fromisoformat(end) if end else None
    return _applied(existing, plan_import(existing, units, valid_from=start, valid_to=last))


def _codes(units: gpd.GeoDataFrame, day: dt.date) -> str:
    return "".join(sorted(in_force(units, day)["code"]))


def test_first_import_only_adds() -> None:
    plan = plan_import(EMPTY, _units("AB", NEW), valid_from=NEW)
    assert len(plan.insert) == 2
    assert not plan.close


def test_newer_boundaries_close_the_older_on_their_first_day() -> None:
    before = _units("ABC", OLD)
    plan = plan_import(before, _units("AB", NEW), valid_from=NEW)
    assert set(plan.close.values()) == {"2025-07-01"}
    assert plan.ended == ("C",)
    after = _applied(before, plan)
    assert _codes(after, dt.date(2025, 6, 30)) == "ABC"
    assert _codes(after, NEW) == "AB"
    assert plan.updates[f"A{OLD}31"] == {"valid_to": "2025-07-01"}
    assert plan.row_versions[f"A{OLD}31"] == 1


def test_the_same_file_again_changes_nothing() -> None:
    loaded = _load(EMPTY, _units("AB", NEW))
    again = plan_import(loaded, _units("BA", NEW), valid_from=NEW)
    assert again.is_empty
    assert again.unchanged == ("A", "B")


def test_what_a_file_does_not_tell_is_no_difference() -> None:
    loaded = _units("AB", NEW).assign(decree="NQ 1669", parent_name="Hải Phòng")
    assert plan_import(loaded, _units("AB", NEW), valid_from=NEW).is_empty
    with pytest.raises(errors.Conflict):
        plan_import(loaded, _units("AB", NEW).assign(decree="NQ 1"), valid_from=NEW)


def test_units_that_stay_in_force_beside_an_import_are_named() -> None:
    existing = _units("ABC", OLD, parent=None)
    plan = plan_import(existing, _units("AD", NEW), valid_from=NEW)
    assert staying(existing, plan, level="commune", valid_from=NEW)["code"].to_list() == ["B", "C"]
    assert len(staying(existing, plan, level="beat", valid_from=NEW)) == 0
    ended = _units("ABC", OLD, NEW, parent=None)
    assert len(staying(ended, plan, level="commune", valid_from=NEW)) == 0


def test_an_old_file_again_after_a_newer_one_changes_nothing() -> None:
    loaded = _load(_load(EMPTY, _units("AB", OLD)), _units("AB", NEW))
    assert plan_import(loaded, _units("AB", OLD), valid_from=OLD).is_empty


def test_the_rest_of_a_province_from_a_second_file() -> None:
    loaded = _load(EMPTY, _units("AB", NEW))
    both = _load(loaded, _units("BC", NEW))
    assert _codes(both, NEW) == "ABC"
    assert len(both) == 3


def test_other_provinces_and_levels_are_left_alone() -> None:
    other = _units("XY", OLD, parent="01")
    beats = _units("AB", OLD).assign(level="beat", id=["beat 1", "beat 2"])
    plan = plan_import(pd.concat([other, beats], ignore_index=True), _units("AB", NEW), valid_from=NEW)
    assert not plan.close


def test_a_code_that_moved_to_another_province_does_not_overlap_itself() -> None:
    loaded = _load(_units("A", OLD, parent="30"), _units("A", NEW, parent="31"))
    assert _codes(loaded, NEW) == "A"
    assert _codes(loaded, OLD) == "A"


def test_other_content_from_the_same_day_is_refused() -> None:
    loaded = _load(EMPTY, _units("AB", NEW))
    with pytest.raises(errors.Conflict, match="codes A, B") as refused:
        plan_import(loaded, _units("AB", NEW, shift=0.1), valid_from=NEW)
    assert "--valid-from" in refused.value.hint.vi


def test_older_boundaries_need_to_be_told_when_they_ended() -> None:
    loaded = _load(EMPTY, _units("AB", NEW))
    with pytest.raises(errors.Conflict) as refused:
        plan_import(loaded, _units("AB", OLD), valid_from=OLD)
    assert refused.value.hint.vi == "Thêm --valid-to 2025-07-01 cho ranh giới cũ."
    with pytest.raises(errors.Conflict, match="Newer"):
        plan_import(loaded, _units("AB", OLD, NEXT), valid_from=OLD, valid_to=NEXT)
    both = _load(loaded, _units("ABC", OLD, NEW))
    assert (_codes(both, dt.date(2025, 6, 30)), _codes(both, NEW)) == ("ABC", "AB")


def test_an_import_that_would_leave_later_days_without_units_is_refused() -> None:
    with pytest.raises(errors.Conflict, match="2027-01-01"):
        plan_import(_units("AB", OLD), _units("AB", NEW, NEXT), valid_from=NEW, valid_to=NEXT)
