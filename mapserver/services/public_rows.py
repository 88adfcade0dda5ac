"""Published counts as rows of a table of incidents, beside exact ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.boundaries.locate import locate
from layers.index.morton import morton_of_places
from layers.masking.rows import PublishedRows
from mapserver.services.tables import IncidentTable, UnitTable

__all__ = ["with_published"]

_UNKNOWN_HOUR = -1
_BLANK = ("severity", "status")


def with_published(
    table: IncidentTable, rows: NDArray[np.int64], public: PublishedRows, *, units: UnitTable
) -> IncidentTable:
    """Leave some rows of a table and add published ones.

    Parameters
    ----------
    table : IncidentTable
        All incidents.
    rows : ndarray of int, shape (m,)
        Positions of those that are left, ascending.
    public : PublishedRows
        p rows.
    units : UnitTable
        The units that the table's positions point into.

    Returns
    -------
    IncidentTable
        m + p rows in the order every table has.

    Notes
    -----
    A row that only a unit's total counts is in that unit when it is in force on the day asked for, otherwise it is
    without unit and place: what a unit that has ended became is told by its cells, as published, or not at all.
    """
    key = np.concatenate([table.key[rows], morton_of_places(public.lon, public.lat)])
    order = np.argsort(key, kind="stable")
    count = len(public.day)
    words, added = _worded(table, public)
    added |= {
        "lon": public.lon, "lat": public.lat, "unit": _units_of(public, units), "day": public.day,
        "hour": np.full(count, _UNKNOWN_HOUR), "identity": np.zeros(count, dtype=np.uint64),
        "accuracy_m": np.full(count, public.cell_m, dtype=np.float32),
    }  # fmt: skip
    columns: dict[str, Any] = {name: _joined(getattr(table, name)[rows], more)[order] for name, more in added.items()}
    published = np.arange(len(key)) >= len(rows)
    shown, k = published[order], public.k
    return replace(table, key=key[order], words=words, published=shown, least_count=k, **columns)


def _joined(exact: NDArray[Any], more: NDArray[Any]) -> NDArray[Any]:
    # The type of the column where it holds what is added; a list of words may have grown beyond it.
    small = more.astype(exact.dtype)
    same = np.array_equal(small, more, equal_nan=small.dtype.kind == "f")
    return np.concatenate([exact, small if same else more])


def _worded(table: IncidentTable, public: PublishedRows) -> tuple[dict[str, tuple[str, ...]], dict[str, NDArray[Any]]]:
    wanted = {"category": public.categories, **dict.fromkeys(_BLANK, ("",))}
    words = {name: tuple(dict.fromkeys([*known, *wanted.get(name, ())])) for name, known in table.words.items()}
    category_at = np.array([words["category"].index(slug) for slug in public.categories], dtype=np.int64)
    blank = {name: np.full(len(public.day), words[name].index("")) for name in _BLANK}
    return words, {"category": category_at[public.category], **blank}


def _units_of(public: PublishedRows, units: UnitTable) -> NDArray[np.int64]:
    position = {name: place for place, name in enumerate(units.references)}
    named = np.array([position.get(name, -1) for name in public.units], dtype=np.int64)
    found: NDArray[np.int64] = named[public.unit]
    # A cell lies in its own unit as long as that is in force; among other units its place tells.
    elsewhere = public.placed & (found < 0)
    if elsewhere.any() and len(units.frame):
        found[elsewhere] = locate(public.lon[elsewhere], public.lat[elsewhere], units.frame)
    return found
