"""Dates and times as offices write them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from layers.errors import InvalidParameter
from layers.incidents.reasons import reason_at
from layers.incidents.times import Moments, check_timezone, read_moments

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HANOI = "Asia/Ho_Chi_Minh"


def _read(cells: list[str], clocks: list[str] | None = None, timezone: str = HANOI) -> Moments:
    beside = None if clocks is None else pa.array(clocks)
    return read_moments(pa.array(cells), beside, timezone=timezone, latest=NOW)


def _utc(micros: np.int64) -> str:
    return str(micros.view("M8[us]").astype("M8[s]"))


@pytest.mark.parametrize(
    "text",
    [
        "2025-07-01T15:30:00+07:00",
        "2025-07-01T15:30:00+0700",
        "2025-07-01T08:30:00Z",
        "2025-07-01 15:30",
        "2025/07/01 15:30:00",
        "01/07/2025 15:30:00.000",
        "1/7/2025 15:30",
        "1/7/2025 15h30",
        "1-7-25 15h30",
        "1.7.2025 15g30",
        "1/7/2025, 15 giờ 30 phút",
        "1/7/2025 - 15:30",
        "lúc 15 giờ 30 ngày 1/7/2025",
        "15h30 ngày 01 tháng 7 năm 2025",
        "1/7/2025 3:30:00 CH",
        "1/7/2025 3:30 PM",
        "45839.645833333336",
        "45839,6458333",
    ],
)
def test_a_moment_is_understood(text: str) -> None:
    found = _read([text])
    assert (_utc(found.start_us[0]), found.faults[0]) == ("2025-07-01T08:30:00", 0)
    assert str(found.end_us[0].view("M8[us]")) == "NaT"


@pytest.mark.parametrize("text", ["2025-07-01", "1/7/2025", "01-07-2025", "1/7/25", "45839", "ngày 1 tháng 7 năm 2025"])
def test_a_day_without_hour_is_the_whole_day(text: str) -> None:
    found = _read([text])
    assert _utc(found.start_us[0]) == "2025-06-30T17:00:00"
    assert _utc(found.end_us[0]) == "2025-07-01T17:00:00"


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("15h30", "08:30:00"),
        ("15:30:20", "08:30:20"),
        ("lúc 15 giờ 30", "08:30:00"),
        ("15", "08:00:00"),
        ("1530", "08:30:00"),
        ("0.645833333", "08:30:00"),
        ("3:30 CH", "08:30:00"),
    ],
)
def test_a_time_beside_its_date_is_joined(clock: str, expected: str) -> None:
    found = _read(["1/7/2025"], [clock])
    assert _utc(found.start_us[0]) == f"2025-07-01T{expected}"
    assert str(found.end_us[0].view("M8[us]")) == "NaT"


def test_an_empty_time_beside_its_date_leaves_the_whole_day() -> None:
    assert _utc(_read(["1/7/2025"], [""]).end_us[0]) == "2025-07-01T17:00:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "time_missing"),
        ("31/2/2025", "date_impossible"),
        ("2025-13-01", "date_impossible"),
        ("7/25/2025", "date_impossible"),
        ("0001-01-01", "date_impossible"),
        ("hôm qua", "time_unreadable"),
        ("1/7/2025 25:00", "time_unreadable"),
        ("1/7/2025 15", "time_unreadable"),
        ("2/1/2026", "time_in_future"),
        ("1/1/2199", "time_in_future"),
    ],
)
def test_what_cannot_be_is_said(text: str, reason: str) -> None:
    assert reason_at(_read([text]).faults[0]) == reason


def test_a_bad_time_beside_a_good_date_is_said() -> None:
    assert reason_at(_read(["1/7/2025"], ["chiều"]).faults[0]) == "time_unreadable"


def test_one_bad_row_leaves_the_others_alone() -> None:
    found = _read(["1/7/2025 15:30", "?", "2025-07-01T15:30:00", "", "1/7/2025 15h30"])
    assert [_utc(found.start_us[row]) for row in (0, 2, 4)] == ["2025-07-01T08:30:00"] * 3
    assert [bool(fault) for fault in found.faults] == [False, True, False, True, False]


def test_summer_time_counts() -> None:
    found = _read(
        ["2010-01-15 12:00", "2010-07-15 12:00", "2010-11-07 01:30", "2010-03-14 02:30"], timezone="America/Chicago"
    )
    assert [_utc(moment) for moment in found.start_us] == [
        "2010-01-15T18:00:00",
        "2010-07-15T17:00:00",
        "2010-11-07T06:30:00",
        "2010-03-14T08:00:00",
    ]


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="Mars"):
        check_timezone("Mars/Olympus")
