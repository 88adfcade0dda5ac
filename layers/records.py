"""Records: ids, periods, filters and the small frozen values that pass between parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from layers.errors import InvalidParameter
from layers.geo import Bounds
from layers.wording import Text

__all__ = ["Filter", "Period", "UnitRef", "new_ids", "vi_date"]


def new_ids(count: int, *, now: dt.datetime, rng: np.random.Generator) -> list[str]:
    """Make UUIDv7 text ids (RFC 9562 section 5.7), in growing order.

    Parameters
    ----------
    count : int
        How many.
    now : datetime
        The moment, with its time zone; its milliseconds lead the ids.
    rng : numpy.random.Generator
        Source of the random bits.

    Returns
    -------
    list of str, length count
        Lower-case UUID texts.

    Examples
    --------
    >>> moment = dt.datetime(2025, 7, 1, tzinfo=dt.timezone.utc)
    >>> first, second = new_ids(2, now=moment, rng=np.random.default_rng(1))
    >>> first[:13], first[14], first < second
    ('0197c348-8800', '7', True)
    """
    stamp = np.full(count, (int(now.timestamp() * 1000) << 16) | 0x7000, dtype=np.uint64)
    # The 12 bits after the version carry the leading random bits so that text order is draw order.
    random_bits = np.sort(rng.integers(0, 2**62, size=count, dtype=np.uint64))
    low_bits = rng.integers(0, 2**12, size=count, dtype=np.uint64)
    words = np.empty((count, 2), dtype=">u8")
    words[:, 0] = stamp | (random_bits >> np.uint64(50))
    words[:, 1] = np.uint64(1 << 63) | ((random_bits & np.uint64(2**50 - 1)) << np.uint64(12)) | low_bits
    return _dashed(words.tobytes().hex(), count)


def _dashed(digits: str, count: int) -> list[str]:
    # Whole arrays at once: a million ids would take seconds one by one.
    hexes = np.frombuffer(digits.encode("ascii"), dtype=np.uint8).reshape(count, 32)
    text = np.full((count, 36), ord("-"), dtype=np.uint8)
    for start, stop, shift in ((0, 8, 0), (8, 12, 1), (12, 16, 2), (16, 20, 3), (20, 32, 4)):
        text[:, start + shift : stop + shift] = hexes[:, start:stop]
    ids: list[str] = text.view("S36").ravel().astype("U36").tolist()
    return ids


def vi_date(day: dt.date) -> str:
    """Write a date as Vietnamese pages do.

    Parameters
    ----------
    day : date
        The day.

    Returns
    -------
    str
        ``day/month/year`` without leading zeros.

    Examples
    --------
    >>> vi_date(dt.date(2025, 7, 1))
    '1/7/2025'
    """
    return f"{day.day}/{day.month}/{day.year}"


@dataclass(frozen=True)
class UnitRef:
    """The outside name of a unit version: ``code@valid_from``, or a bare code.

    Parameters
    ----------
    code : str
        The official code.
    valid_from : date or None
        First day of the version; None for a bare code.
    """

    code: str
    valid_from: dt.date | None = None

    @classmethod
    def parse(cls, text: str) -> UnitRef:
        """Read ``10532@2025-07-01`` or ``10532``.

        Parameters
        ----------
        text : str
            The outside name.

        Returns
        -------
        UnitRef
            The reference.

        Raises
        ------
        InvalidParameter
            When the date is not a date or the code is empty.

        Examples
        --------
        >>> str(UnitRef.parse("10532@2025-07-01")), UnitRef.parse("10532").valid_from is None
        ('10532@2025-07-01', True)
        """
        code, _, day = text.strip().partition("@")
        try:
            valid_from = dt.date.fromisoformat(day) if day else None
        except ValueError:
            valid_from, code = None, ""
        if not code:
            raise InvalidParameter(
                Text(f"Không hiểu đơn vị “{text}”.", f"The unit “{text}” is not understood."),
                Text("Viết mã, hoặc mã@ngày: 10532@2025-07-01.", "Write a code, or code@date: 10532@2025-07-01."),
            )
        return cls(code, valid_from)

    def __str__(self) -> str:
        return f"{self.code}@{self.valid_from.isoformat()}" if self.valid_from else self.code


@dataclass(frozen=True)
class Period:
    """A half-open range of days ``[since, until)``; either end may be open.

    Parameters
    ----------
    since : date or None
        First day of the period.
    until : date or None
        First day after the period.

    Raises
    ------
    InvalidParameter
        When the period ends before it begins, or before the first day there is.
    """

    since: dt.date | None = None
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since >= self.until:
            raise InvalidParameter(
                Text("Ngày bắt đầu phải trước ngày kết thúc.", "The period must begin before it ends."),
                Text("Đổi “from” hoặc “to”; “to” là ngày đầu tiên sau kỳ.",
                     "Change “from” or “to”; “to” is the first day after the period."),
            )  # fmt: skip
        if self.until == dt.date.min:
            raise InvalidParameter(
                Text("Không có ngày nào trước ngày kết thúc này.", "There is no day before the end of this period."),
                Text("Đổi “to”: đó là ngày đầu tiên sau kỳ.", "Change “to”: it is the first day after the period."),
            )

    def describe(self) -> Text:
        """Say the period with its last day included.

        Returns
        -------
        Text
            For example ``1/5–31/7/2026`` written out in full.

        Examples
        --------
        >>> Period(dt.date(2026, 5, 1), dt.date(2026, 8, 1)).describe().vi
        '1/5/2026–31/7/2026'
        >>> Period().describe().vi
        'toàn bộ thời gian'
        """
        last = self.until - dt.timedelta(days=1) if self.until else None
        if self.since and last:
            return Text(f"{vi_date(self.since)}–{vi_date(last)}", f"{self.since} to {last}")
        if self.since:
            return Text(f"từ {vi_date(self.since)}", f"from {self.since}")
        if last:
            return Text(f"đến {vi_date(last)}", f"up to {last}")
        return Text("toàn bộ thời gian", "all time")


@dataclass(frozen=True)
class Filter:
    """What a reader asked to see; the same parameters at every door.

    Parameters
    ----------
    as_of : date or None
        The day whose boundaries are used; None for the latest loaded.
    period : Period
        Days of `occurred_from`.
    categories, severities, statuses : tuple of str
        Slugs; empty for all.
    unit : UnitRef or None
        Only incidents in this unit.
    bounds : Bounds or None
        Only places in this box, degrees.
    with_withdrawn : bool
        Whether incidents that were withdrawn are taken as well.
    """

    as_of: dt.date | None = None
    period: Period = field(default_factory=Period)
    categories: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    unit: UnitRef | None = None
    bounds: Bounds | None = None
    with_withdrawn: bool = False
