"""Counts by week, by calendar month and by the month that the police report in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Periods", "Span"]

# Days since 1970-01-01.
Days = NDArray[np.int64]

_WEEK = 7
# The fifth of January 1970 was a Monday.
_FIRST_MONDAY = 4
# A reporting month begins on this day of the calendar month before it.
_REPORT_DAY = 15


@dataclass(frozen=True)
class Span:
    """Incidents of one period.

    Parameters
    ----------
    since, until : date
        First day, and the first day behind it.
    count : int
        Incidents.
    """

    since: dt.date
    until: dt.date
    count: int


@dataclass(frozen=True)
class Periods:
    """The same incidents counted by three calendars; each adds up to all of them.

    Parameters
    ----------
    weeks : tuple of Span
        From Monday.
    months : tuple of Span
        Calendar months.
    police_months : tuple of Span
        From the 15th of the month before to the 14th.
    """

    weeks: tuple[Span, ...]
    months: tuple[Span, ...]
    police_months: tuple[Span, ...]

    @classmethod
    def of(cls, first_day: int | None, by_day: NDArray[np.int64]) -> Periods:
        """Add up days.

        Parameters
        ----------
        first_day : int or None
            Day of the first count, days since 1970-01-01; None without incidents.
        by_day : ndarray of int64, shape (days,)
            Incidents on each day.

        Returns
        -------
        Periods
            From the period of the first day to that of the last, quiet ones included.

        Examples
        --------
        >>> found = Periods.of(20_467, np.array([1, 2]))
        >>> [(str(span.since), str(span.until), span.count) for span in found.police_months]
        [('2025-12-15', '2026-01-15', 1), ('2026-01-15', '2026-02-15', 2)]
        """
        if first_day is None:
            return cls((), (), ())
        days = np.arange(first_day, first_day + len(by_day))
        return cls(
            _spans(_weeks(days), by_day),
            _spans(_months(days, first_of_month=1), by_day),
            _spans(_months(days, first_of_month=_REPORT_DAY), by_day),
        )


def _weeks(days: Days) -> tuple[Days, Days]:
    since = _FIRST_MONDAY + (days - _FIRST_MONDAY) // _WEEK * _WEEK
    return since, since + _WEEK


def _months(days: Days, *, first_of_month: int) -> tuple[Days, Days]:
    # Moved back, the days of one period are those of one calendar month.
    back = first_of_month - 1
    month = (days - back).astype("datetime64[D]").astype("datetime64[M]")
    since, until = (edge.astype("datetime64[D]").astype(np.int64) + back for edge in (month, month + 1))
    return since, until


def _spans(edges: tuple[Days, Days], by_day: NDArray[np.int64]) -> tuple[Span, ...]:
    since = edges[0]
    first = np.flatnonzero(np.append(True, since[1:] != since[:-1]))
    counts = np.add.reduceat(by_day, first).tolist()
    starts, ends = (edge[first].astype("datetime64[D]").tolist() for edge in edges)
    return tuple(map(Span, starts, ends, counts))
