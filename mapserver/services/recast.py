"""Incidents of any time counted in the units of one day, with the range each count lies in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from layers.catalog import LINEAGE
from layers.incidents.reattribution import Descent, Recast, UnitSeries, recast, unit_series
from layers.records import Filter, UnitRef, vi_date
from layers.wording import Text
from mapserver.services.incidents import Selection, select
from mapserver.services.provenance import Provenance
from mapserver.services.reader import Reader
from mapserver.services.reported import reported_names
from mapserver.services.tables import UnitTable

__all__ = ["Break", "RecastUnits", "Trend", "recast_units", "unit_trend"]

_MONTH_ZERO = np.datetime64("1970-01", "M")
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class RecastUnits:
    """Counts of the units in force on the day asked for.

    Parameters
    ----------
    units : UnitTable
        The n units.
    counts : Recast
        Along those units.
    provenance : Provenance
        Where the numbers come from.
    """

    units: UnitTable
    counts: Recast
    provenance: Provenance


@dataclass(frozen=True)
class Break:
    """A day on which a series stops being about the same ground.

    Parameters
    ----------
    day : date
        First day of the other ground.
    sentence : Text
        What changed.
    """

    day: dt.date
    sentence: Text


@dataclass(frozen=True)
class Trend:
    """One unit by calendar months.

    Parameters
    ----------
    reference : str
        Outside name of the unit.
    first_month : date or None
        First day of the first of p months; None without incidents.
    recast : UnitSeries
        Every month in the borders of the day asked for.
    by_code : ndarray of int64, shape (p,)
        Every month in the borders that the unit's code had then: a series with breaks.
    breaks : tuple of Break
        Days on which `by_code` is about other ground.
    provenance : Provenance
        Where the numbers come from.
    """

    reference: str
    first_month: dt.date | None
    recast: UnitSeries
    by_code: NDArray[np.int64]
    breaks: tuple[Break, ...]
    provenance: Provenance


def recast_units(reader: Reader, asked: Filter, *, spread: bool, now: dt.datetime) -> RecastUnits:
    """Count a selection in the units of the day asked for.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        Which incidents; `as_of` names the day of the units.
    spread : bool
        Whether incidents that may be in several units are spread by the shares of lineage.
    now : datetime
        The moment.

    Returns
    -------
    RecastUnits
        Every incident of the selection once.
    """
    taken = select(reader, asked, now=now)
    rows = np.flatnonzero(taken.mask)
    placed = rows < taken.table.placed_count
    known = Counter(name for name in _named(reader, taken, rows[~placed]) if name)
    counts = recast(
        taken.table.unit[rows],
        placed,
        known_unit=known,
        references=taken.units.references,
        descent=_descent(reader, taken.units),
        spread=spread,
    )
    if not taken.units.frame.geometry.notna().any():
        # Of units known by name alone nobody can say what lies outside them.
        counts = replace(counts, outside=0, not_placeable=counts.not_placeable + counts.outside)
    return RecastUnits(taken.units, counts, taken.provenance)


def unit_trend(reader: Reader, asked: Filter, unit: UnitRef, *, now: dt.datetime) -> Trend:
    """Count one unit month by month, in the borders of one day and in those of each time.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        Which incidents; its `unit` is not looked at.
    unit : UnitRef
        A unit in force on the day asked for.
    now : datetime
        The moment.

    Returns
    -------
    Trend
        The series and the days on which the second one breaks.

    Raises
    ------
    NotFound
        When the unit is not in force on that day.
    """
    taken = select(reader, replace(asked, unit=None), now=now)
    position = taken.units.position(unit)
    reference = taken.units.references[position]
    rows = np.flatnonzero(taken.mask)
    months = _months(taken.table.day[rows])
    first = int(months.min()) if len(months) else 0
    months -= first
    length = int(months.max()) + 1 if len(months) else 0
    placed = rows < taken.table.placed_count
    names = _named(reader, taken, rows[~placed])
    inside = placed & (taken.table.unit[rows] == position)
    series = unit_series(
        np.bincount(months[inside], minlength=length).astype(np.int64),
        Counter((int(month), name) for month, name in zip(months[~placed], names, strict=True) if name),
        reference=reference,
        descent=_descent(reader, taken.units),
    )
    by_code = _by_code(reader, asked, unit.code, now=now)
    start = (_MONTH_ZERO + first).astype("datetime64[D]").astype(dt.date) if length else None
    counted = np.array([by_code.get(first + month, 0) for month in range(length)], dtype=np.int64)
    breaks = _breaks(reader, unit.code)
    return Trend(reference, start, series, counted, breaks, taken.provenance)


def _by_code(reader: Reader, asked: Filter, code: str, *, now: dt.datetime) -> Counter[int]:
    """Count by month in whatever bore the code at the time."""
    found: Counter[int] = Counter()
    for start, end, _called in _lives(reader, code):
        taken = select(reader, replace(asked, unit=None, as_of=start), now=now)
        reference = f"{code}@{start}"
        position = taken.units.position(UnitRef(code, start))
        day, rows = taken.table.day, np.flatnonzero(taken.mask)
        during = day[rows] >= (start - _EPOCH).days
        if end is not None:
            during &= day[rows] < (end - _EPOCH).days
        rows = rows[during]
        without = rows[rows >= taken.table.placed_count]
        told = [row for row, name in zip(without, _named(reader, taken, without), strict=True) if name == reference]
        counted = np.concatenate([rows[taken.table.unit[rows] == position], np.array(told, dtype=np.int64)])
        found.update(_months(day[counted]).tolist())
    return found


def _lives(reader: Reader, code: str) -> list[tuple[dt.date, dt.date | None, str]]:
    frame = reader.all_units()
    frame = frame[(frame["code"] == code) & (frame["level"] == "commune")].sort_values("valid_from")
    return [
        (
            dt.date.fromisoformat(row["valid_from"]),
            dt.date.fromisoformat(row["valid_to"]) if isinstance(row["valid_to"], str) and row["valid_to"] else None,
            f"{row['unit_type']} {row['name']}",
        )
        for _index, row in frame.iterrows()
    ]


def _breaks(reader: Reader, code: str) -> tuple[Break, ...]:
    lives = _lives(reader, code)
    found = [
        Break(
            start,
            Text(
                f"Từ {vi_date(start)} ranh giới khác; trước đó mã {code} là {called}.",
                f"Other borders from {start}; before it code {code} was {called}.",
            ),
        )
        for (_since, _until, called), (start, _end, _now) in pairwise(lives)
    ]
    if found or not lives:
        return tuple(found)
    # Nothing bore the code before: whatever was counted under it begins there.
    day = lives[0][0]
    return (Break(day, Text(f"Đơn vị có từ {vi_date(day)}.", f"The unit exists since {day}.")),)


def _descent(reader: Reader, units: UnitTable) -> Descent:
    key = ("descent", reader.store.versions()[LINEAGE.key], units.references)
    found = reader.tables.get_or_make(key, lambda: Descent(reader.symbols(LINEAGE), units.references))
    assert isinstance(found, Descent)  # noqa: S101 - tells mypy what this key holds
    return found


def _months(day: NDArray[np.integer]) -> NDArray[np.int64]:
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _named(reader: Reader, taken: Selection, rows: NDArray[np.int64]) -> list[str | None]:
    """Tell the unit that each row without a place names."""
    if not len(rows):
        return []
    names = reported_names(reader, taken.table, with_withdrawn=taken.provenance.asked.with_withdrawn)
    return [names[row] for row in (rows - taken.table.placed_count).tolist()]
