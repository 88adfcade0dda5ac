"""Counts add up and agree with counting one by one."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

import numpy as np

from layers.incidents.summary import UNKNOWN_HOUR, summarise, timeline

EPOCH = dt.date(1970, 1, 1)


def test_counts_agree_with_counting_one_by_one() -> None:
    rng = np.random.default_rng(4)
    units, categories = rng.integers(-1, 5, 500), rng.integers(0, 4, 500)
    days, hours = rng.integers(20_000, 20_030, 500), rng.integers(-1, 24, 500)
    found = summarise(units, categories, days, hours=hours, unit_count=6, category_count=4)

    assert {unit: count for unit, count in enumerate(found.by_unit.tolist()) if count} == {
        unit: count for unit, count in Counter(units.tolist()).items() if unit >= 0
    }
    assert found.outside == int((units == -1).sum())
    assert found.by_category.sum() == 500
    week = Counter(
        ((EPOCH + dt.timedelta(days=int(day))).weekday(), int(hour))
        for day, hour in zip(days, hours, strict=True)
        if hour != UNKNOWN_HOUR
    )
    assert found.hour_weekday.shape == (7, 24)
    assert {(d, h): found.hour_weekday[d, h] for d, h in week} == week
    assert found.hour_weekday.sum() + found.unknown_hour == 500
    assert found.first_day == days.min()
    assert found.timeline.tolist() == [int((days == day).sum()) for day in range(days.min(), days.max() + 1)]


def test_nothing_counts_as_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = summarise(none, none, none, hours=none, unit_count=3, category_count=2)
    assert found.by_unit.tolist() == [0, 0, 0]
    assert found.first_day is None
    assert found.hour_weekday.sum() == 0
    assert timeline(none)[0] is None


def test_days_before_1970_fall_on_their_weekday() -> None:
    day = (dt.date(1969, 12, 28) - EPOCH).days
    one = np.array([0])
    found = summarise(one, one, np.array([day]), hours=np.array([3]), unit_count=1, category_count=1)
    assert found.hour_weekday[6, 3] == 1


def test_weeks_and_months_agree_with_the_calendar() -> None:
    rng = np.random.default_rng(5)
    days = rng.integers(20_400, 20_530, 300)
    none = np.zeros(300, dtype=np.int64)
    found = summarise(none, none, days, hours=none, unit_count=1, category_count=1).periods
    dates = [EPOCH + dt.timedelta(days=int(day)) for day in days]

    for spans in (found.weeks, found.months, found.police_months):
        assert [span.count for span in spans] == [
            sum(span.since <= day < span.until for day in dates) for span in spans
        ]
        assert sum(span.count for span in spans) == 300
        assert all(one.until == other.since for one, other in itertools.pairwise(spans))
    assert {span.since.weekday() for span in found.weeks} == {0}
    assert {span.since.day for span in found.months} == {1}
    assert {span.since.day for span in found.police_months} == {15}


def test_small_column_types_count_the_same() -> None:
    rng = np.random.default_rng(6)
    units, categories = rng.integers(-1, 100, 500), rng.integers(0, 4, 500)
    days, hours = rng.integers(20_000, 20_030, 500), rng.integers(-1, 24, 500)
    large = summarise(units, categories, days, hours=hours, unit_count=127, category_count=4)
    small = summarise(
        units.astype(np.int8), categories.astype(np.uint8), days.astype(np.int16),
        hours=hours.astype(np.int8), unit_count=127, category_count=4,
    )  # fmt: skip
    assert small.by_unit.tolist() == large.by_unit.tolist()
    assert small.hour_weekday.tolist() == large.hour_weekday.tolist()
    assert (small.outside, small.timeline.tolist()) == (large.outside, large.timeline.tolist())
