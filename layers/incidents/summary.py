"""Counting incidents for the page: by unit, category, day and hour of the week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["UNKNOWN_HOUR", "Summary", "hour_weekday", "summarise", "timeline"]

UNKNOWN_HOUR = -1
_HOURS = 24
_WEEKDAYS = 7
# 1970-01-01 was a Thursday; Monday is 0.
_WEEKDAY_OF_EPOCH = 3


@dataclass(frozen=True)
class Summary:
    """Counts of a set of incidents.

    Parameters
    ----------
    by_unit : ndarray of int64, shape (units,)
        Incidents in each unit.
    outside : int
        Incidents in no unit.
    by_category : ndarray of int64, shape (categories,)
        Incidents of each category.
    first_day : int or None
        First day of the timeline, days since 1970-01-01; None without incidents.
    timeline : ndarray of int64, shape (days,)
        Incidents on each day from the first to the last.
    hour_weekday : ndarray of int64, shape (7, 24)
        Incidents in each hour of the week, Monday first.
    unknown_hour : int
        Incidents whose hour is not known; in no cell of `hour_weekday`.
    """

    by_unit: NDArray[np.int64]
    outside: int
    by_category: NDArray[np.int64]
    first_day: int | None
    timeline: NDArray[np.int64]
    hour_weekday: NDArray[np.int64]
    unknown_hour: int


def summarise(
    units: NDArray[np.integer],
    categories: NDArray[np.integer],
    days: NDArray[np.integer],
    *,
    hours: NDArray[np.integer],
    unit_count: int,
    category_count: int,
) -> Summary:
    """Count incidents in every way the page shows.

    Parameters
    ----------
    units : ndarray of int, shape (n,)
        Position of each incident's unit; -1 in none.
    categories : ndarray of int, shape (n,)
        Position of its category.
    days : ndarray of int, shape (n,)
        Local day, days since 1970-01-01.
    hours : ndarray of int, shape (n,)
        Local hour 0 to 23; ``UNKNOWN_HOUR`` where it is not known.
    unit_count, category_count : int
        How many units and categories there are.

    Returns
    -------
    Summary
        The counts.

    Examples
    --------
    >>> one = np.array([0, 0, -1])
    >>> found = summarise(one, np.array([1, 1, 0]), np.array([20270, 20272, 20272]),
    ...                   hours=np.array([15, -1, 0]), unit_count=2, category_count=2)
    >>> found.by_unit.tolist(), found.outside, found.by_category.tolist(), found.timeline.tolist()
    ([2, 0], 1, [1, 2], [1, 0, 2])
    """
    # One place more in front takes the incidents in no unit, so no row is copied out first.
    by_unit = np.bincount(units + 1, minlength=unit_count + 1)
    week, unknown = hour_weekday(days, hours)
    first_day, counts = timeline(days)
    return Summary(
        by_unit=by_unit[1:].astype(np.int64),
        outside=int(by_unit[0]),
        by_category=np.bincount(categories, minlength=category_count).astype(np.int64),
        first_day=first_day,
        timeline=counts,
        hour_weekday=week,
        unknown_hour=unknown,
    )


def timeline(days: NDArray[np.integer]) -> tuple[int | None, NDArray[np.int64]]:
    """Count incidents by day.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        Days since 1970-01-01.

    Returns
    -------
    tuple of int or None and ndarray of int64
        The first day, and the count of each day from it to the last.

    Examples
    --------
    >>> first, counts = timeline(np.array([10, 12, 12]))
    >>> first, counts.tolist()
    (10, [1, 0, 2])
    """
    if not len(days):
        return None, np.zeros(0, dtype=np.int64)
    first = int(days.min())
    return first, np.bincount(days - first).astype(np.int64)


def hour_weekday(days: NDArray[np.integer], hours: NDArray[np.integer]) -> tuple[NDArray[np.int64], int]:
    """Count incidents by hour and day of the week.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        Days since 1970-01-01.
    hours : ndarray of int, shape (n,)
        0 to 23; ``UNKNOWN_HOUR`` where not known.

    Returns
    -------
    tuple of ndarray of int64, shape (7, 24), and int
        Monday first; and how many have no hour.

    Examples
    --------
    >>> week, unknown = hour_weekday(np.array([0, 0]), np.array([23, -1]))
    >>> int(week[3, 23]), int(week.sum()), unknown
    (1, 1, 1)
    """
    # Counted by whole days first, since there are far fewer days than incidents.
    first = int(days.min()) if len(days) else 0
    width = _HOURS + 1
    cells = (days.astype(np.int64) - first) * width + (hours + 1)
    by_day = np.bincount(cells)
    by_day = np.pad(by_day, (0, -len(by_day) % width)).reshape(-1, width)
    weekdays = (np.arange(len(by_day)) + first + _WEEKDAY_OF_EPOCH) % _WEEKDAYS
    week = np.zeros((_WEEKDAYS, width), dtype=np.int64)
    np.add.at(week, weekdays, by_day)
    return week[:, 1:], int(week[:, 0].sum())
