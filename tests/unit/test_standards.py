"""Units against the standard of their day: what passes, what does not, and what the map cannot tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd
import pytest

from layers import errors
from layers.boundaries.standards import Standing, doubts, in_force_on, judge, read_standards, shipped_standards

BEFORE, DURING, AFTER = dt.date(2025, 1, 1), dt.date(2025, 8, 1), dt.date(2026, 6, 1)


def _standing(day: dt.date, **unit: object) -> Standing:
    row: Mapping[str, object] = {
        "unit_type": "Phường",
        "parent_name": "Thành phố Hải Phòng",
        "valid_from": "2025-07-01",
        "area_km2": 6.0,
        "area_km2_published": 6.0,
        "population": 30_000,
        **unit,
    }
    return judge(pd.DataFrame([row]), in_force_on(shipped_standards(), day))[0]


def test_the_same_ward_passes_under_one_resolution_and_not_under_the_other() -> None:
    assert _standing(DURING).overall == "below"
    assert _standing(DURING).population == "below"
    assert _standing(AFTER).overall == "meets"


def test_a_ward_of_before_2025_keeps_the_standard_of_before() -> None:
    old = _standing(DURING, valid_from="2009-04-01", population=15_000)
    assert old.overall == "meets"
    assert {each.document[:7] for each in old.standards} == {"NQ 1211"}


def test_what_depends_on_the_mountains_says_so() -> None:
    commune = _standing(AFTER, unit_type="Xã", area_km2=40.0, area_km2_published=40.0, population=17_000)
    assert commune.overall == "depends"
    assert {each.setting for each in commune.standards} == {"mien_nui", "hai_dao", "dong_bang_song_hong", "khac"}
    assert commune.population == "meets"


def test_a_published_area_that_contradicts_the_measured_one_decides_nothing() -> None:
    assert _standing(AFTER, area_km2_published=5.0).area == "depends"


def test_without_people_only_a_small_area_is_decided() -> None:
    assert _standing(AFTER, population=None).overall == "unknown"
    assert _standing(AFTER, population=None, area_km2=5.0, area_km2_published=None).overall == "below"


def test_a_special_zone_and_a_day_without_law_have_no_standard() -> None:
    assert _standing(AFTER, unit_type="Đặc khu").overall == "no_standard"
    assert _standing(dt.date(2010, 1, 1)).overall == "no_standard"


def test_a_row_that_is_not_understood_is_named() -> None:
    row = {"document": "NQ", "in_force_from": "hôm qua"}
    with pytest.raises(errors.SchemaMismatch) as refused:
        read_standards([row])
    assert "2" in refused.value.message.vi


def test_every_shipped_standard_names_its_source_and_how_far_it_was_checked() -> None:
    assert all(each.source and each.confirmed and each.unchecked.vi for each in shipped_standards())
    assert doubts(in_force_on(shipped_standards(), BEFORE)) == ()
    assert [said.vi[:3] for said in doubts(in_force_on(shipped_standards(), AFTER))] == ["NQ "]


def test_the_resolutions_follow_each_other() -> None:
    first = {each.document[:6]: each.since for each in shipped_standards()}
    assert first == {"NQ 121": dt.date(2016, 5, 25), "NQ 76/": dt.date(2025, 4, 15), "NQ 112": dt.date(2026, 1, 1)}
