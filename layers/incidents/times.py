"""Columns of dates and times: read once for each distinct piece, joined with arithmetic.

A million moments have some thousand dates and at most 86,400 times of day, so the pieces
are read one by one and the rest is arrays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.errors import InvalidParameter
from layers.incidents.clock import (
    DAY_US,
    NO_OFFSET,
    UNKNOWN_US,
    Reading,
    read_clock,
    read_minutes,
    read_moment,
    read_seconds,
)
from layers.incidents.reasons import fault_number
from layers.wording import Text

__all__ = ["Moments", "check_timezone", "read_moments"]

_DATE_WIDTH = 10
_MINUTES_END = 16
_PADDING = (
    (r"^(\d)([-/.])", r"0\1\2"),
    (r"^(\d{2}[-/.])(\d)([-/.])", r"\10\2\3"),
    (r"^(\S{10} )(\d):", r"\10\2:"),
)
_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Moments:
    """When each row happened.

    Parameters
    ----------
    start_us : ndarray of int64, shape (n,)
        Microseconds since 1970 in UTC; the smallest int64 where unknown. Where the hour is unknown
        it is the local midnight.
    end_us : ndarray of int64, shape (n,)
        The next local midnight where the hour is unknown; the smallest int64 elsewhere.
    faults : ndarray of int8, shape (n,)
        Reasons as `reasons.fault_number` numbers them; 0 where the row is understood.
    """

    start_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    faults: NDArray[np.int8]


def check_timezone(name: str) -> ZoneInfo:
    """Find a time zone.

    Parameters
    ----------
    name : str
        IANA name, such as ``Asia/Ho_Chi_Minh``.

    Returns
    -------
    ZoneInfo
        The zone.

    Raises
    ------
    InvalidParameter
        When there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as cause:
        raise InvalidParameter(
            Text(f"Không có múi giờ “{name}”.", f"There is no time zone “{name}”."),
            Text("Dùng tên như Asia/Ho_Chi_Minh.", "Use a name such as Asia/Ho_Chi_Minh."),
        ) from cause


def read_moments(dates: pa.Array, clocks: pa.Array | None, *, timezone: str, latest: dt.datetime) -> Moments:
    """Read a column of dates, with or without times of day in it or beside it.

    Parameters
    ----------
    dates : pyarrow.Array
        Cleaned cells of dates or moments.
    clocks : pyarrow.Array or None
        Cleaned cells of times of day; one that is not empty wins over the time in the date's cell.
    timezone : str
        IANA name of the zone of moments that state no offset.
    latest : datetime
        With its zone; anything after it is ``time_in_future``.

    Returns
    -------
    Moments
        As many as rows.

    Examples
    --------
    >>> from layers.incidents.reasons import reason_at
    >>> cells = pa.array(["1/7/2025", "2025-07-01T15:30:00+07:00", "32/1/2025"])
    >>> now = dt.datetime(2025, 7, 2, tzinfo=dt.timezone.utc)
    >>> found = read_moments(cells, None, timezone="Asia/Ho_Chi_Minh", latest=now)
    >>> found.start_us[:2].astype("M8[us]").astype(str).tolist(), reason_at(found.faults[2])
    (['2025-06-30T17:00:00.000000', '2025-07-01T08:30:00.000000'], 'date_impossible')
    """
    parts = _read_dates(dates)
    if clocks is not None:
        parts = _with_clocks(parts, clocks)
    start, end = _in_utc(parts, timezone)
    faults = parts.faults
    faults[(faults == 0) & (start > int(latest.timestamp() * 1_000_000))] = fault_number("time_in_future")
    faults[pc.equal(dates, "").to_numpy(zero_copy_only=False)] = fault_number("time_missing")
    bad = faults != 0
    start[bad] = _NEVER
    end[bad] = _NEVER
    return Moments(start, end, faults)


@dataclass
class _Parts:
    days: NDArray[np.int64]
    micros: NDArray[np.int64]
    offsets_s: NDArray[np.int64]
    faults: NDArray[np.int8]

    @classmethod
    def of(cls, cells: pa.Array, reader: Callable[[str], Reading]) -> _Parts:
        encoded = cells.dictionary_encode()
        readings = [reader(text) for text in encoded.dictionary.to_pylist()] or [Reading()]
        where = encoded.indices.to_numpy(zero_copy_only=False)
        numbers = np.array([reading[:3] for reading in readings], dtype=np.int64)
        faults = np.array([fault_number(reading.fault) for reading in readings], dtype=np.int8)
        return cls(numbers[where, 0], numbers[where, 1], numbers[where, 2], faults[where])

    def put(self, where: NDArray[np.bool_], other: _Parts) -> None:
        self.days[where] = other.days
        self.micros[where] = other.micros
        self.offsets_s[where] = other.offsets_s
        self.faults[where] = other.faults


def _read_dates(cells: pa.Array) -> _Parts:
    parts = _of_full_width(cells)
    for reader in (_of_padded, _of_whole_cells):
        odd = parts.faults != 0
        if odd.any():
            parts.put(odd, reader(cells.filter(pa.array(odd))))
    return parts


def _of_padded(cells: pa.Array) -> _Parts:
    return _of_full_width(_padded(cells))


def _of_whole_cells(cells: pa.Array) -> _Parts:
    return _Parts.of(cells, read_moment)


def _of_full_width(cells: pa.Array) -> _Parts:
    parts = _Parts.of(pc.utf8_slice_codeunits(cells, 0, _DATE_WIDTH), _whole_date)
    minutes = _Parts.of(pc.utf8_slice_codeunits(cells, _DATE_WIDTH, _MINUTES_END), read_minutes)
    seconds = _Parts.of(pc.utf8_slice_codeunits(cells, _MINUTES_END), read_seconds)
    known = minutes.micros != UNKNOWN_US
    parts.micros = np.where(known, minutes.micros + seconds.micros, UNKNOWN_US)
    parts.offsets_s = seconds.offsets_s
    parts.faults = np.maximum(parts.faults, np.maximum(minutes.faults, seconds.faults))
    return parts


def _padded(cells: pa.Array) -> pa.Array:
    # "1/7/2025 7:30", as sheets write it, becomes "01/07/2025 07:30".
    for pattern, padded in _PADDING:
        cells = pc.replace_substring_regex(cells, pattern, padded)
    return cells


def _whole_date(text: str) -> Reading:
    # Only a date of full width may be cut off; "1/7/2025 1" would lose half of its hour.
    if len(text) != _DATE_WIDTH or not (text[:4].isdigit() or text[6:].isdigit()):
        return Reading(fault="time_unreadable")
    reading = read_moment(text)
    return reading if reading.micros == UNKNOWN_US else Reading(fault="time_unreadable")


def _with_clocks(parts: _Parts, cells: pa.Array) -> _Parts:
    clocks = _Parts.of(cells, read_clock)
    said = pc.not_equal(cells, "").to_numpy(zero_copy_only=False) & (parts.faults == 0)
    parts.micros = np.where(said, clocks.micros, parts.micros)
    parts.offsets_s = np.where(said, clocks.offsets_s, parts.offsets_s)
    parts.faults = np.where(said, clocks.faults, parts.faults)
    return parts


def _in_utc(parts: _Parts, timezone: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    known = parts.micros != UNKNOWN_US
    local = parts.days * DAY_US + np.where(known, parts.micros, 0)
    stated = known & (parts.offsets_s != NO_OFFSET)
    start = np.where(stated, local - parts.offsets_s * 1_000_000, 0)
    if not stated.all():
        start[~stated] = _localised(local[~stated], timezone)
    end = np.full(len(local), _NEVER)
    if not known.all():
        end[~known] = _localised(local[~known] + DAY_US, timezone)
    return start, end


def _localised(local_us: NDArray[np.int64], timezone: str) -> NDArray[np.int64]:
    naive = pd.DatetimeIndex(local_us.view("M8[us]"))
    # An hour that occurs twice is taken the first time, one that does not occur moves forward.
    first = np.ones(len(naive), dtype=np.bool_)
    zoned = naive.tz_localize(timezone, ambiguous=first, nonexistent="shift_forward")
    return zoned.tz_convert("UTC").as_unit("us").asi8
