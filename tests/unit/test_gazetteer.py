"""Finding a unit by any name or code that it ever had."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from layers import schema
from layers.boundaries.families import Families
from layers.boundaries.gazetteer import Gazetteer
from layers.boundaries.lineage import Change, plan_lineage
from layers.boundaries.lineage_table import LineageRow, read_lineage
from layers.catalog import LINEAGE, UNITS
from layers.errors import InvalidParameter, NotFound
from layers.records import UnitRef
from tests.builders import NOW

TODAY = dt.date(2026, 1, 1)
PLACE = {
    "old_district": "Thành phố Hải Dương", "old_province": "Tỉnh Hải Dương", "new_province": "Thành phố Hải Phòng",
    "new_province_code": "31", "old_province_code": "30",
}  # fmt: skip
PART = {"area_part": "part", "population_part": "part"}
ROWS = (
    LineageRow(row=2, new_code="10532", new_name="Phường Lê Thanh Nghị", old_code="10532", old_name="Phường Tân Bình",
               **PLACE),
    LineageRow(row=3, new_code="10532", new_name="Phường Lê Thanh Nghị", old_code="10528", old_name="Phường Trần Phú",
               **PLACE, **PART),
    LineageRow(row=4, new_code="10537", new_name="Phường Tân Hưng", old_code="10528", old_name="Phường Trần Phú",
               **PLACE, **PART),
    LineageRow(row=5, new_code="11392", new_name="Phường Lê Chân", old_code="11365", old_name="Phường An Biên",
               new_province="Thành phố Hải Phòng", new_province_code="31", old_district="Quận Lê Chân",
               old_province="Thành phố Hải Phòng"),
)  # fmt: skip


def families(rows: tuple[LineageRow, ...] = ROWS) -> Families:
    change = Change(dt.date(2025, 7, 1), dt.date(2025, 1, 1), "NQ 202/2025/QH15", "bảng")
    plan = plan_lineage(rows, schema.empty(UNITS.schema), change, now=NOW, rng=np.random.default_rng(1))
    return Families(plan.units, plan.links)


def found(text: str, limit: int = 10) -> list[str]:
    return [entry.label for entry in Gazetteer(families()).search(text, as_of=TODAY, limit=limit)]


def test_an_old_name_leads_to_the_units_it_became() -> None:
    assert found("tran phu") == ["Trần Phú (Hải Dương, đến 30/6/2025) → Lê Thanh Nghị, Tân Hưng"]


@pytest.mark.parametrize(
    "text",
    ["P. Trần Phú", "phường trần phú", "p.tran phu, tp. hai duong", "Trần Phú (Hải Dương)", "tran phu hai duong",
     "10528", "1052", "10528@2025-01-01"],
)  # fmt: skip
def test_ways_to_write_it(text: str) -> None:
    assert found(text)[:1] == ["Trần Phú (Hải Dương, đến 30/6/2025) → Lê Thanh Nghị, Tân Hưng"]


def test_a_recycled_code_is_never_confused() -> None:
    assert found("10532") == ["Lê Thanh Nghị (Hải Phòng)", "Tân Bình (Hải Dương, đến 30/6/2025) → Lê Thanh Nghị"]
    assert found("10532@2025-07-01") == ["Lê Thanh Nghị (Hải Phòng)"]
    assert found("10532@2019-01-01") == []


def test_a_district_of_old_narrows_the_search() -> None:
    assert found("an bien, q. le chan") == ["An Biên (Hải Phòng, đến 30/6/2025) → Lê Chân"]
    assert found("an bien, q. ngo quyen") == []


def test_nothing_typed_finds_nothing() -> None:
    assert found("") == found("  ,") == found("xyz") == found("tran phu", limit=0) == []


def test_a_family_is_followed_both_ways() -> None:
    known = families()
    new = known.find(UnitRef.parse("10532"), TODAY)
    assert new.name == "Lê Thanh Nghị"
    assert {relative.version.name for relative in known.ancestors(new.reference)} == {"Tân Bình", "Trần Phú"}
    old = known.find(UnitRef.parse("10528"), TODAY)
    assert [relative.version.name for relative in known.descendants(old.reference)] == ["Lê Thanh Nghị", "Tân Hưng"]


def test_a_bare_code_that_could_mean_two_units_is_refused() -> None:
    known = families()
    with pytest.raises(InvalidParameter) as refused:
        known.find(UnitRef.parse("10532"), dt.date(2000, 1, 1))
    assert "10532@2025-01-01" in refused.value.message.vi
    with pytest.raises(NotFound):
        known.find(UnitRef.parse("99999"), TODAY)


@pytest.mark.real_data
def test_an_old_ward_is_found_among_all_of_the_country(real_data: Path) -> None:
    table = read_lineage(real_data / "boundaries" / "lineage_2025.csv.gz")
    names = Gazetteer(families(table.rows))
    first = names.search("Trần Phú, TP. Hải Dương", as_of=TODAY)[0]
    assert first.label == "Trần Phú (Hải Dương, đến 30/6/2025) → Lê Thanh Nghị, Tân Hưng"


def test_units_of_a_store_without_lineage_are_found_by_what_they_were_formed_from() -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["a"], "code": ["1"], "name": ["Lê Thanh Nghị"], "unit_type": ["Phường"], "level": ["commune"],
         "valid_from": ["2025-07-01"], "formed_from": ["phường Tân Bình, phường Thanh Bình"]},
        geometry=[None], crs=4326,
    )  # fmt: skip
    names = Gazetteer(Families(schema.check(frame, UNITS.schema), schema.empty(LINEAGE.schema)))
    assert [entry.version.name for entry in names.search("thanh binh", as_of=TODAY)] == ["Lê Thanh Nghị"]
