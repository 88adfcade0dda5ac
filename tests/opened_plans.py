"""An open plan as the services of planning are given it, made without a book of plans."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import geopandas as gpd
import shapely

from layers.boundaries.snapping import snap_to_grid
from layers.planning.applying import applied
from layers.planning.arcs import Topology
from layers.planning.opening import open_plan
from layers.planning.operations import Operation
from layers.planning.plans import mark_of
from tests.builders import NOW, town

BASE_DAY = dt.date(2026, 11, 1)
WEST, SOUTH, SIDE = 1_063_000_000, 209_000_000, 500_000
# The right half of the south-western ward of the town.
HALF = ((WEST + SIDE // 2, SOUTH + SIDE), (WEST + SIDE // 2, SOUTH))


@dataclass(frozen=True)
class Facts:
    """The row of a plan."""

    id: str
    name: str
    level: str
    parent_name: str
    base_mark: str
    base_as_of: dt.date = BASE_DAY
    state: str = "draft"
    author: str = "an"
    last_at: dt.datetime = NOW
    effective_on: dt.date | None = None
    decree: str | None = None
    approved_mark: str | None = None
    frozen_hash: str | None = None


@dataclass(frozen=True)
class Opened:
    """A plan with its borders."""

    record: Facts
    base: Topology
    topology: Topology

    def told(self, **facts: object) -> Opened:
        return replace(self, record=replace(self.record, **facts))  # type: ignore[arg-type]

    def approved(self) -> Opened:
        return self.told(state="approved", approved_mark=mark_of(self.topology))


def crooked_squares() -> gpd.GeoDataFrame:
    """Four square wards whose borders have vertices between their corners, on the grid of the record."""
    wards = town(2, 2)
    shapes = snap_to_grid(shapely.segmentize(wards.geometry.to_numpy(), 0.0125))
    return wards.set_geometry(shapes, crs=wards.crs)


def opened(units: gpd.GeoDataFrame, *operations: Operation, level: str = "commune", name: str = "Thử 1") -> Opened:
    base = open_plan(units, level=level).topology
    now = base
    for number, operation in enumerate(operations, start=1):
        now = applied(now, operation, number=number)
    parent = str(units["parent_name"].iloc[0])
    return Opened(Facts("0197c348-8800-7000-8000-00000000000a", name, level, parent, mark_of(base)), base, now)
