"""One date or time as people write it, read into numbers."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from layers.wording import fold

__all__ = [
    "DAY_US",
    "NO_OFFSET",
    "UNKNOWN_US",
    "Reading",
    "read_clock",
    "read_day",
    "read_minutes",
    "read_moment",
    "read_seconds",
]

DAY_US = 86_400_000_000
UNKNOWN_US = -1
NO_OFFSET = -(2**31)

_EPOCH = dt.date(1970, 1, 1).toordinal()
_EXCEL_EPOCH = dt.date(1899, 12, 30).toordinal() - _EPOCH
_FIRST_YEAR = 1900
_LAST_YEAR = 2200

_DATE = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})[-/.](?P<m2>\d{1,2})[-/.](?P<y2>\d{4}|\d{2})"
    r"|(?P<d3>\d{1,2}) thang (?P<m3>\d{1,2}) nam (?P<y3>\d{4}))(?!\d)"
)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_CLOCK = re.compile(
    r"(?P<h>\d{1,2})\s*(?:(?::|h|gio|g)\s*"
    r"(?:(?P<m>\d{1,2})\s*(?:phut|p|m)?\s*(?::?\s*(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?\s*(?:giay|s)?)?)?)?"
    r"\s*(?P<half>am|pm|sa|ch|sang|chieu|toi)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?(?:\d{2})?)?"
)
_MINUTES = re.compile(r"[Tt ](\d{2}):(\d{2})")
_SECONDS = re.compile(r"(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-]\d{2}:?(?:\d{2})?)?")
_FILLING = re.compile(r"\b(?:luc|hoi|vao|ngay)\b|(?<![a-z])t(?=\d)|,|(?<=\s)-(?=\s)")
_AFTERNOON = {"pm", "ch", "chieu", "toi"}


class Reading(NamedTuple):
    """What one cell says about time.

    Parameters
    ----------
    day : int
        Days since 1970-01-01.
    micros : int
        Microseconds since midnight; ``UNKNOWN_US`` where the hour is not said.
    offset_s : int
        Seconds east of UTC; ``NO_OFFSET`` where it is not said.
    fault : str
        Reason code; empty when the cell was understood.
    """

    day: int = 0
    micros: int = UNKNOWN_US
    offset_s: int = NO_OFFSET
    fault: str = ""


_UNREADABLE = Reading(fault="time_unreadable")


def read_day(year: int, month: int, day: int) -> Reading:
    """Check a date.

    Parameters
    ----------
    year, month, day : int
        As written, the year in full.

    Returns
    -------
    Reading
        With the fault ``date_impossible`` where the calendar has no such day.

    Examples
    --------
    >>> read_day(1970, 1, 2).day, read_day(2025, 2, 30).fault
    (1, 'date_impossible')
    """
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return Reading(fault="date_impossible")
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Reading(fault="date_impossible")
    return Reading(found.toordinal() - _EPOCH)


def read_clock(text: str) -> Reading:
    """Read a time of day.

    Parameters
    ----------
    text : str
        Such as ``15:30:20.5``, ``15h30``, ``lúc 15 giờ 30``, ``3:30 CH``, ``15:30+07:00``; alone in
        its cell also ``15``, ``1530`` or a fraction of a day as sheets keep it.

    Returns
    -------
    Reading
        Its `day` is 0.

    Examples
    --------
    >>> read_clock("15h30").micros == read_clock("0.645833333").micros == read_clock("3:30 CH").micros
    True
    >>> read_clock("25:00").fault
    'time_unreadable'
    """
    plain = fold(text)
    if re.fullmatch(r"0?[.,]\d+|0", plain):
        return Reading(micros=_fraction_us(plain.replace(",", ".")))
    if re.fullmatch(r"\d{4}", plain):
        plain = f"{plain[:2]}:{plain[2:]}"
    return _clock(plain, alone=True)


def _fraction_us(fraction: str) -> int:
    # Sheets keep a time as a fraction that is not exact; the second is what was typed.
    return round(float(fraction) * 86_400) % 86_400 * 1_000_000


def _clock(folded: str, *, alone: bool) -> Reading:
    match = _CLOCK.fullmatch(_FILLING.sub(" ", folded).strip())
    if match is None or (not alone and folded.strip().isdigit()):
        return _UNREADABLE
    hour, minute, second = (int(match[name] or 0) for name in ("h", "m", "s"))
    if match["half"] in _AFTERNOON and hour < 12:
        hour += 12
    elif match["half"] in {"am", "sa"} and hour == 12:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return _UNREADABLE
    micros = (hour * 3600 + minute * 60 + second) * 1_000_000
    offset = _offset_s(match["zone"])
    if offset is None:
        return _UNREADABLE
    return Reading(micros=micros + int((match["f"] or "0").ljust(6, "0")[:6]), offset_s=offset)


def read_minutes(text: str) -> Reading:
    """Read the hour and the minute that follow a date of full width.

    Parameters
    ----------
    text : str
        Such as ``T15:30``; an empty text says nothing.

    Returns
    -------
    Reading
        Its `day` is 0.
    """
    if not text:
        return Reading()
    match = _MINUTES.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return _UNREADABLE
    return Reading(micros=(int(match[1]) * 3600 + int(match[2]) * 60) * 1_000_000)


def read_seconds(text: str) -> Reading:
    """Read what follows hour and minute.

    Parameters
    ----------
    text : str
        Such as ``:20.5+07:00``; an empty text is no seconds.

    Returns
    -------
    Reading
        Its `day` is 0.

    Examples
    --------
    >>> read_seconds(":20.5Z")
    Reading(day=0, micros=20500000, offset_s=0, fault='')
    """
    match = _SECONDS.fullmatch(text)
    offset = _offset_s(match[3]) if match else None
    if match is None or offset is None or int(match[1] or 0) > 59:
        return _UNREADABLE
    micros = int((match[2] or "0").ljust(6, "0")[:6])
    return Reading(micros=int(match[1] or 0) * 1_000_000 + micros, offset_s=offset)


def _offset_s(zone: str | None) -> int | None:
    if not zone:
        return NO_OFFSET
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 15 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)


def read_moment(text: str) -> Reading:
    """Read a cell that holds a date and perhaps a time.

    Parameters
    ----------
    text : str
        ISO 8601, day first, year first, a sheet's serial number, or Vietnamese words.

    Returns
    -------
    Reading
        With a fault where it is not understood.

    Examples
    --------
    >>> read_moment("lúc 15 giờ 30 ngày 1/7/2025") == read_moment("2025-07-01T15:30")
    True
    >>> read_moment("1-7-25") == read_moment("45839") == Reading(20270)
    True
    """
    plain = fold(text)
    serial = _SERIAL.fullmatch(plain)
    if serial and 10_000 <= int(serial[1]) < 80_000:
        fraction = _fraction_us(f"0.{serial[2]}") if serial[2] and serial[2].strip("0") else UNKNOWN_US
        return Reading(int(serial[1]) + _EXCEL_EPOCH, fraction)
    match = _DATE.search(plain)
    if match is None:
        return _UNREADABLE
    day = read_day(*_date_parts(match))
    rest = f"{plain[: match.start()]} {plain[match.end() :]}"
    if day.fault or not _FILLING.sub(" ", rest).strip():
        return day
    clock = _clock(rest, alone=False)
    return clock if clock.fault else clock._replace(day=day.day)


def _date_parts(match: re.Match[str]) -> tuple[int, int, int]:
    year, month, day = (match[name] or match[f"{name}2"] or match[f"{name}3"] for name in "ymd")
    if len(year) == 2:
        # As in POSIX: 69 to 99 are of the last century.
        year = f"{'19' if int(year) >= 69 else '20'}{year}"
    return int(year), int(month), int(day)
