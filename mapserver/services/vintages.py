"""The days on which boundaries change: what the map can be asked to show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.catalog import UNITS
from layers.store import Query
from mapserver.services.reader import Reader

__all__ = ["UnitVintage", "vintages"]


@dataclass(frozen=True)
class UnitVintage:
    """The units in force from one change to the next.

    Parameters
    ----------
    since : date
        First day.
    until : date or None
        First day of the next one; None for the last.
    units : int
        Wards and communes in force.
    drawn : int
        Those with borders; the others are known by name only.
    begun, ended : int
        Unit versions that begin, and that end, on the first day.
    current : bool
        Whether today is in it.
    """

    since: dt.date
    until: dt.date | None
    units: int
    drawn: int
    begun: int
    ended: int
    current: bool

    def as_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            Days as ISO texts.
        """
        return {
            "from": str(self.since),
            "to": self.until and str(self.until),
            "units": self.units,
            "drawn": self.drawn,
            "begun": self.begun,
            "ended": self.ended,
            "current": self.current,
        }


def vintages(reader: Reader, *, now: dt.datetime) -> tuple[UnitVintage, ...]:
    """List the vintages of wards and communes, oldest first.

    Parameters
    ----------
    reader : Reader
        The store.
    now : datetime
        The moment.

    Returns
    -------
    tuple of UnitVintage
        One for each day on which a version begins or ends; days without any unit are left out.
    """
    version = reader.store.versions()[UNITS.key]
    today = reader.today(now)
    key = ("vintages", version, today)
    found = reader.tables.get_or_make(key, lambda: _read(reader, today))
    assert isinstance(found, tuple)  # noqa: S101 - tells mypy what this key holds
    return found


def _read(reader: Reader, today: dt.date) -> tuple[UnitVintage, ...]:
    frame = reader.store.read(UNITS, Query(where=(("level", "commune"),)))
    start = np.array(frame["valid_from"].tolist(), dtype="datetime64[D]")
    end = _ends(frame["valid_to"])
    drawn = frame.geometry.notna().to_numpy()
    days = np.unique(np.concatenate([start, end[~np.isnat(end)]]))
    found = []
    for place, day in enumerate(days):
        alive = (start <= day) & (np.isnat(end) | (end > day))
        if not alive.any():
            continue
        since = day.astype(dt.date)
        until = days[place + 1].astype(dt.date) if place + 1 < len(days) else None
        found.append(
            UnitVintage(
                since,
                until,
                units=int(alive.sum()),
                drawn=int((alive & drawn).sum()),
                begun=int((start == day).sum()),
                ended=int((end == day).sum()),
                current=since <= today and (until is None or today < until),
            )
        )
    return tuple(found)


def _ends(texts: pd.Series) -> NDArray[np.datetime64]:
    return np.array([text if isinstance(text, str) and text else "NaT" for text in texts], dtype="datetime64[D]")
