"""The published counts of a store: when a release is due and how it is made."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from layers.catalog import INCIDENTS, categories, group_of
from layers.errors import CheckFailed, InvalidParameter
from layers.geo import VIETNAM, bounds_lonlat, metric_crs
from layers.index.identity import hash_ids
from layers.masking.audit import Audit, audit
from layers.masking.cube import Built, Records, Rule, Tally, build, month_of, released
from layers.masking.grid import Grid
from layers.store import Query, Store
from layers.wording import Text
from mapserver.services.published_files import NOTHING, Publication, Published
from mapserver.services.reader import Reader
from mapserver.services.tables import IncidentTable, UnitTable
from mapserver.settings import Settings

__all__ = ["Released", "Report", "Terms", "last_month_due", "months_due", "release", "report", "terms_of"]

_EPOCH_YEAR = 1970
# From any of the first 28 days it leads into the next month.
_MONTH = dt.timedelta(days=31)


@dataclass(frozen=True)
class Terms:
    """What the office decided about publishing.

    Parameters
    ----------
    k : int
        Smallest count published.
    cell_m : int
        Side of a cell, metres.
    release_day : int
        Day of the month on which the month before is published, 1 to 28.
    sensitive : frozenset of str
        Slugs of categories, or of whole groups, that are never published.
    """

    k: int
    cell_m: int
    release_day: int
    sensitive: frozenset[str]


@dataclass(frozen=True, eq=False)
class Released:
    """What a release did.

    Parameters
    ----------
    published : Published
        What stands now.
    months : tuple of int
        Months added, since January 1970.
    late : int
        Incidents of months released earlier that were entered since; they stay unpublished.
    """

    published: Published
    months: tuple[int, ...]
    late: int


@dataclass(frozen=True, eq=False)
class _Countable:
    """The incidents that may be counted, and the units they lie in."""

    records: Records
    month: NDArray[np.int64]
    units: UnitTable


@dataclass(frozen=True)
class Report:
    """What was published and what was left out; for the administrator.

    Parameters
    ----------
    release : str
        Name of the release.
    months : tuple of date
        First day of each month published.
    k, cell_m : int or None
        Terms of the last month; None before the first release.
    found : Audit
        What a reader can derive.
    kept : Tally
        What became of the incidents of all months.
    next_release : date
        The day from which the next month can be published.
    """

    release: str
    months: tuple[dt.date, ...]
    k: int | None
    cell_m: int | None
    found: Audit
    kept: Tally
    next_release: dt.date

    def as_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            Months as ``2026-05``, shares from 0 to 1, faults in both languages.
        """
        counted = max(self.kept.incidents, 1)
        return {
            "release": self.release,
            "months": [f"{month:%Y-%m}" for month in self.months],
            "k": self.k,
            "cell_m": self.cell_m,
            "k_reached": self.found.k_reached,
            "narrowest_interval": self.found.narrowest,
            "faults": [fault._asdict() for fault in self.found.faults],
            **asdict(self.kept),
            "share_in_cells": round(self.kept.in_cells / counted, 4),
            "share_in_totals": round(self.kept.in_totals / counted, 4),
            "next_release": str(self.next_release),
        }


def terms_of(settings: Settings) -> Terms:
    """Read the terms from the settings.

    Parameters
    ----------
    settings : Settings
        The settings of this run.

    Returns
    -------
    Terms
        Sensitive categories are those of the code list and those of the setting.

    Raises
    ------
    InvalidParameter
        When the setting names a category that does not exist: a slip must not publish it.
    """
    known = {category.slug for category in categories()}
    for slug in settings.cube_sensitive:
        if slug not in known:
            raise InvalidParameter(
                Text(f"ANTT_CUBE_SENSITIVE: không có loại vụ việc “{slug}”.",
                     f"ANTT_CUBE_SENSITIVE: there is no category “{slug}”."),
                Text(f"Các loại có: {', '.join(sorted(known))}.", f"Categories: {', '.join(sorted(known))}."),
            )  # fmt: skip
    marked = {category.slug for category in categories() if category.sensitive}
    return Terms(
        settings.cube_k, settings.cube_cell_m, settings.cube_release_day, frozenset(marked | {*settings.cube_sensitive})
    )


def last_month_due(today: dt.date, release_day: int) -> int:
    """Tell the last month that may be published.

    Parameters
    ----------
    today : date
        The day.
    release_day : int
        Day of the month on which the month before is published.

    Returns
    -------
    int
        Months since January 1970; the month itself is over.

    Examples
    --------
    >>> [last_month_due(dt.date(1970, 3, day), 10) for day in (9, 10)]
    [0, 1]
    """
    return (today.year - _EPOCH_YEAR) * 12 + today.month - (2 if today.day >= release_day else 3)


def months_due(reader: Reader, publication: Publication, terms: Terms, *, now: dt.datetime) -> tuple[int, ...]:
    """Tell which months wait for a release.

    Parameters
    ----------
    reader : Reader
        The store.
    publication : Publication
        What was published.
    terms : Terms
        The schedule.
    now : datetime
        The moment.

    Returns
    -------
    tuple of int
        Months that are over, whose day has come, that hold an incident in a unit and were never released. An
        incident told in confidence may make a month seem due; then a release adds nothing.
    """
    today = reader.today(now)
    _units, table = reader.incidents(today)
    months = month_of(table.day[_in_open_categories(table, terms)])
    return _due(months, publication.current(), last_month_due(today, terms.release_day))


def release(reader: Reader, publication: Publication, terms: Terms, *, now: dt.datetime) -> Released:
    """Publish the months that are due; those published before stay as they are.

    Parameters
    ----------
    reader : Reader
        The store, with exact places.
    publication : Publication
        Where it is kept.
    terms : Terms
        How to publish the new months.
    now : datetime
        The moment.

    Returns
    -------
    Released
        What stands now; with no months when nothing was due.

    Raises
    ------
    StoreBusy
        When another process is making a release.
    FileUnreadable
        When what was published before cannot be read: without it nothing may be published.
    OutputUnwritable
        When the folder cannot be written.
    CheckFailed
        When the audit of the new months fails; nothing is published then.
    """
    today = reader.today(now)
    with publication.alone():
        before = publication.current()
        found = _countable(reader, terms, today)
        months = _due(found.month, before, last_month_due(today, terms.release_day))
        tallies = publication.tallies()
        late = _late(found.month, tallies)
        if not months:
            return Released(before or NOTHING, (), late)
        rule = Rule(terms.k, _grid(before, found.units, terms), _groups(), today)
        built = build(found.records, found.units.frame, names=found.units.references, rule=rule, months=months)
        _refuse_faults(built)
        cube = released(before.cube if before else None, built.cube)
        return Released(publication.put(cube, {**built.tallies, **tallies}), months, late)


def report(publication: Publication, terms: Terms, *, today: dt.date) -> Report:
    """Sum up what was published.

    Parameters
    ----------
    publication : Publication
        Where it is kept.
    terms : Terms
        The schedule.
    today : date
        The day.

    Returns
    -------
    Report
        Of the release that stands.

    Raises
    ------
    FileUnreadable
        When the file is damaged.
    """
    standing = publication.current() or NOTHING
    months = standing.cube.months
    tallies = [asdict(tally) for tally in publication.tallies().values()]
    sums = {field.name: sum(tally[field.name] for tally in tallies) for field in fields(Tally)}
    this_month = today.replace(day=terms.release_day)
    return Report(
        standing.name,
        tuple(month.first_day for month in months),
        months[-1].rule.k if months else None,
        months[-1].rule.grid.cell_m if months else None,
        found=audit(standing.cube),
        kept=Tally(**sums),
        next_release=this_month if today < this_month else (this_month + _MONTH).replace(day=terms.release_day),
    )


def _countable(reader: Reader, terms: Terms, today: dt.date) -> _Countable:
    units, table = reader.incidents(today)
    group = np.array([_groups().index(group_of(word)) for word in table.words["category"]], dtype=np.int64)
    rows = np.flatnonzero(_in_open_categories(table, terms) & ~_told_in_confidence(reader.store, table))
    records = Records(table.lon[rows], table.lat[rows], table.unit[rows], group[table.category[rows]], table.day[rows])
    return _Countable(records, month_of(records.day), units)


def _in_open_categories(table: IncidentTable, terms: Terms) -> NDArray[np.bool_]:
    hidden = np.array([bool({word, group_of(word)} & terms.sensitive) for word in table.words["category"]], dtype=bool)
    return np.asarray((table.unit >= 0) & ~hidden[table.category], dtype=np.bool_)


def _told_in_confidence(store: Store, table: IncidentTable) -> NDArray[np.bool_]:
    # Read after the table, so that a mark set in between is seen. Whatever the mark says, it keeps a record in.
    marks = store.read(INCIDENTS, Query(columns=("sensitivity",), geometry=False))
    marked = marks["id"][marks["sensitivity"].fillna("").astype(str).str.strip() != ""]
    return np.isin(table.identity, hash_ids(marked, salt=table.salt))


def _due(month: NDArray[np.int64], before: Published | None, last: int) -> tuple[int, ...]:
    standing = {each.month for each in before.cube.months} if before else set()
    return tuple(each for each in np.unique(month).tolist() if each <= last and each not in standing)


def _late(month: NDArray[np.int64], tallies: dict[int, Tally]) -> int:
    return sum(max(0, int(np.count_nonzero(month == each)) - tally.incidents) for each, tally in tallies.items())


def _grid(before: Published | None, units: UnitTable, terms: Terms) -> Grid:
    # The system of the first release is kept, so that cells do not move when the units change.
    if before is not None and before.cube.months:
        return Grid(before.cube.months[0].rule.grid.epsg, terms.cell_m)
    return Grid(metric_crs(bounds_lonlat(units.frame) or VIETNAM), terms.cell_m)


def _groups() -> tuple[str, ...]:
    return tuple(dict.fromkeys(category.group for category in categories()))


def _refuse_faults(built: Built) -> None:
    faults = audit(built.cube).faults
    if faults:
        raise CheckFailed(
            Text(f"Kiểm tra số liệu trước khi công bố không đạt: {faults[0].vi}",
                 f"The counts failed the audit before their release: {faults[0].en}"),
            Text("Không có gì được công bố; báo người quản trị.", "Nothing was published; tell the administrator."),
        )  # fmt: skip
