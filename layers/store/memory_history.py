"""Rows of the memory store as its history keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import isnan

import geopandas as gpd
import pandas as pd
import shapely

from layers.store.base import Change

__all__ = ["changed_rows", "numbered"]


def changed_rows(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, added: gpd.GeoDataFrame
) -> list[tuple[str, dict[str, object] | None, dict[str, object] | None]]:
    """Say what a change did to rows, as the history keeps it.

    Parameters
    ----------
    before, after : GeoDataFrame
        Rows of a layer before and after; rows of `after` that are not in `before` are left out.
    added : GeoDataFrame
        New rows.

    Returns
    -------
    list of tuple
        Id, values before and values after; None where there is no such row.
    """
    old = _plain_rows(before)
    new = _plain_rows(after[after["id"].isin(list(old))])
    changed = [(row_id, row, new.get(row_id)) for row_id, row in old.items()]
    return [*changed, *((row_id, None, row) for row_id, row in _plain_rows(added).items())]


def numbered(history: Sequence[Change], *, after: int, limit: int | None) -> Iterator[Change]:
    """Give entries their numbers: their places, from 1.

    Parameters
    ----------
    history : sequence of Change
        Oldest first.
    after : int
        Only entries behind the one with this number.
    limit : int or None
        At most so many.

    Yields
    ------
    Change
        With its number; the first has 1.
    """
    for number, entry in enumerate(islice(history, after, None if limit is None else after + limit), start=after + 1):
        yield replace(entry, number=number)


def _plain_rows(frame: gpd.GeoDataFrame) -> dict[str, dict[str, object]]:
    return {str(row["id"]): {name: _plain(row[name]) for name in frame.columns} for row in frame.to_dict("records")}


def _plain(value: object) -> object:
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkt(value, rounding_precision=-1, trim=True)
    if value is pd.NA or value is pd.NaT or (isinstance(value, float) and isnan(value)):
        return None
    return (
        f"{value.tz_localize(None).isoformat(timespec='milliseconds')}Z" if isinstance(value, pd.Timestamp) else value
    )
