"""Units of one vintage side by side on a line, and what a plan of an import makes of those that are there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
import shapely

from layers import schema
from layers.boundaries.versions import VersionPlan
from layers.catalog import UNITS


def units(
    codes: str, start: dt.date, end: dt.date | None = None, *, ids: Sequence[str], names: Sequence[str] | None = None,
    parent: Sequence[str] | str | None = "31", drawn: bool = True,
) -> gpd.GeoDataFrame:  # fmt: skip
    """One commune a letter, each one degree wide, in the order of the alphabet."""
    rows = {
        "id": list(ids),
        "code": list(codes),
        "name": list(names or codes),
        "unit_type": "Xã",
        "level": "commune",
        "parent": parent,
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat() if end else None,
    }
    cells = [shapely.MultiPolygon([shapely.box(ord(code), 20, ord(code) + 1, 21)]) for code in codes]
    frame = gpd.GeoDataFrame(rows, geometry=cells if drawn else [None] * len(codes), crs="EPSG:4326")
    return schema.check(frame, UNITS.schema)


def applied(existing: gpd.GeoDataFrame, plan: VersionPlan) -> gpd.GeoDataFrame:
    """Do what a plan says."""
    after = existing.copy()
    for version, values in plan.updates.items():
        for column, value in values.items():
            after.loc[after["id"] == version, [column]] = [[value]]
    return gpd.GeoDataFrame(pd.concat([after, plan.insert], ignore_index=True)) if len(after) else plan.insert
