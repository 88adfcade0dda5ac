"""The unit that a record without a place names, as it was on the day of the incident."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.boundaries.search import bare_name
from layers.boundaries.versions import version_names
from layers.wording import fold

__all__ = ["known_units"]

_NEVER = np.iinfo(np.int64).max
_EPOCH = dt.date(1970, 1, 1).toordinal()


def known_units(
    texts: Sequence[str | None], day: NDArray[np.integer], versions: pd.DataFrame
) -> tuple[str | None, ...]:
    """Find the unit version that each record means.

    A text is a unit's outside name, its code, or its name with or without its type and, after a comma, its
    province or district. It counts only where exactly one unit of that name was in force on the day: a name
    that several wards bear, or a code of another day, names nobody.

    Parameters
    ----------
    texts : sequence of str or None, length n
        The unit as written.
    day : ndarray of int, shape (n,)
        Local day of each incident, days since 1970-01-01.
    versions : DataFrame
        Unit versions: ``code, name, unit_type, parent_name, valid_from, valid_to``.

    Returns
    -------
    tuple of str or None, length n
        Outside names ``code@valid_from``.

    Examples
    --------
    >>> versions = pd.DataFrame({"code": ["10528", "10528"], "name": ["Trần Phú", "Mới"], "unit_type": "Phường",
    ...     "parent_name": "Hải Dương", "valid_from": ["2009-04-01", "2025-07-01"], "valid_to": ["2025-07-01", None]})
    >>> known_units(["P. Tran Phu", "10528", "phường Trần Phú"], np.array([18000, 20500, 20500]), versions)
    ('10528@2009-04-01', '10528@2025-07-01', None)
    """
    found: list[str | None] = [None] * len(texts)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        if text:
            rows_of[text].append(row)
    index = _Names(versions)
    for text, rows in rows_of.items():
        for row, name in zip(rows, index.on_days(text, day[rows]), strict=True):
            found[row] = name
    return tuple(found)


class _Names:
    """Unit versions by everything they are called."""

    def __init__(self, versions: pd.DataFrame) -> None:
        self._outside = version_names(versions)
        self._start = np.array([_day_number(text) for text in versions["valid_from"]], dtype=np.int64)
        self._end = np.array([_day_number(text) for text in versions["valid_to"]], dtype=np.int64)
        self._parent = [fold(text) if isinstance(text, str) else "" for text in versions["parent_name"]]
        self._rows: dict[str, list[int]] = defaultdict(list)
        names = zip(versions["code"], self._outside, versions["name"], versions["unit_type"], strict=True)
        for row, (code, outside, name, kind) in enumerate(names):
            for called in {code.lower(), outside.lower(), fold(name), fold(f"{kind} {name}")}:
                self._rows[called].append(row)

    def on_days(self, text: str, day: NDArray[np.integer]) -> list[str | None]:
        """Find the one version a text means on each day."""
        rows = np.array(self._candidates(text), dtype=np.int64)
        alive = (self._start[rows] <= day[:, None]) & (day[:, None] < self._end[rows])
        alone = alive.sum(axis=1) == 1
        chosen = np.argmax(alive, axis=1) if len(rows) else np.zeros(len(day), dtype=np.int64)
        return [self._outside[rows[place]] if one else None for place, one in zip(chosen, alone, strict=True)]

    def _candidates(self, text: str) -> list[int]:
        name, *places = (part.strip() for part in fold(text).split(","))
        bare, kind = bare_name(name)
        # A name can begin with what looks like a type, so the text as it stands goes first.
        rows = self._rows.get(name) or self._rows.get(f"{kind} {bare}", [])
        within = [bare_name(place)[0] for place in places]
        return [row for row in rows if all(place in self._parent[row] for place in within)]


def _day_number(text: object) -> int:
    return dt.date.fromisoformat(text).toordinal() - _EPOCH if isinstance(text, str) and text else _NEVER
