"""Counting incidents for the page: by unit, category, day and hour of the week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.incidents.periods import Periods

__all__ = ["UNKNOWN_HOUR", "Summary", "by_unit", "day_by_hour", "hour_weekday", "summarise", "timeline"]

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
    periods : Periods
        Incidents in each week and month.
    """

    by_unit: NDArray[np.int64]
    outside: int
    by_category: NDArray[np.int64]
    first_day: int | None
    timeline: NDArray[np.int64]
    hour_weekday: NDArray[np.int64]
    unknown_hour: int
    periods: Periods


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
    found = by_unit(units, unit_count)
    first_day, table = day_by_hour(days, hours)
    by_day = table.sum(axis=1)
    week, unknown = hour_weekday(first_day, table)
    return Summary(
        by_unit=found[1:],
        outside=int(found[0]),
        by_category=np.bincount(categories, minlength=category_count).astype(np.int64),
        first_day=first_day,
        timeline=by_day,
        hour_weekday=week,
        unknown_hour=unknown,
        periods=Periods.of(first_day, by_day),
    )


def by_unit(units: NDArray[np.integer], unit_count: int) -> NDArray[np.int64]:
    """Count incidents by unit.

    Parameters
    ----------
    units : ndarray of int, shape (n,)
        Position of each incident's unit; -1 in none.
    unit_count : int
        How many units there are.

    Returns
    -------
    ndarray of int64, shape (unit_count + 1,)
        First those in no unit, then those of each unit.

    Examples
    --------
    >>> by_unit(np.array([0, 2, -1, 2]), 3).tolist()
    [1, 1, 0, 2]
    """
    # One place more in front takes the incidents in no unit, so no row is copied out first.
    return np.bincount(units + 1, minlength=unit_count + 1).astype(np.int64, copy=False)


def day_by_hour(days: NDArray[np.integer], hours: NDArray[np.integer]) -> tuple[int | None, NDArray[np.int64]]:
    """Count incidents by day and hour: one pass over the rows, from which everything about time follows.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        Days since 1970-01-01.
    hours : ndarray of int, shape (n,)
        0 to 23; ``UNKNOWN_HOUR`` where not known.

    Returns
    -------
    tuple of int or None and ndarray of int64, shape (days, 25)
        The first day; in each row first those without an hour, then those of each hour.

    Examples
    --------
    >>> first, table = day_by_hour(np.array([9, 10, 10]), np.array([-1, 0, 23]))
    >>> first, table.shape, np.flatnonzero(table).tolist()
    (9, (2, 25), [0, 26, 49])
    """
    width = _HOURS + 1
    if not len(days):
        return None, np.zeros((0, width), dtype=np.int64)
    first = int(days.min())
    cells = days.astype(np.int64)
    cells -= first
    cells *= width
    cells += hours
    cells += 1
    counts = np.bincount(cells)
    return first, np.pad(counts, (0, -len(counts) % width)).reshape(-1, width).astype(np.int64, copy=False)


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


def hour_weekday(first_day: int | None, table: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Count incidents by hour and day of the week.

    Parameters
    ----------
    first_day : int or None
        Day of the first row, days since 1970-01-01.
    table : ndarray of int64, shape (days, 25)
        As `day_by_hour` counts it.

    Returns
    -------
    tuple of ndarray of int64, shape (7, 24), and int
        Monday first; and how many have no hour.

    Examples
    --------
    >>> week, unknown = hour_weekday(*day_by_hour(np.array([0, 0]), np.array([23, -1])))
    >>> int(week[3, 23]), int(week.sum()), unknown
    (1, 1, 1)
    """
    weekdays = (np.arange(len(table)) + (first_day or 0) + _WEEKDAY_OF_EPOCH) % _WEEKDAYS
    week = np.zeros((_WEEKDAYS, _HOURS + 1), dtype=np.int64)
    np.add.at(week, weekdays, table)
    return week[:, 1:], int(week[:, 0].sum())
