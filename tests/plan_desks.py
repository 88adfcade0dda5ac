"""Stores with wards to plan with, and people who plan."""

from __future__ import annotations

import datetime as dt
import zlib

import geopandas as gpd
import numpy as np

from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.catalog import UNITS
from layers.planning.arcs import Topology
from layers.planning.operations import Redraw
from layers.planning.steps import Signature
from layers.records import new_ids
from layers.schema import check
from layers.store import Store
from mapserver.services.plan_desk import PlanDesk
from mapserver.services.plans import NewPlan, PlanRecord, create
from tests.builders import NOW
from tests.plan_towns import bent, crooked_town, inner_arcs

DAY = dt.date(2026, 11, 1)
PLANNER = Viewer("quy hoạch", Role.PLANNER, None, account_id="1")
COMMANDER = Viewer("chỉ huy", Role.COMMANDER, None, account_id="2")
BY = Signature("quy hoạch", NOW, "đường mới mở")


def town_rows(columns: int = 3, rows: int = 3) -> gpd.GeoDataFrame:
    """The crooked town as rows of the layer of units."""
    wards = crooked_town(columns, rows)
    return check(wards.assign(id=new_ids(len(wards), now=NOW, rng=np.random.default_rng(7))), UNITS.schema)


def new_plan(store: Store, name: str = "Phương án 1", *, level: str = "commune", parent: str = "31") -> PlanRecord:
    """A plan of the town; the town is loaded when the store is empty."""
    if not store.count(UNITS):
        store.append(UNITS, town_rows())
    asked = NewPlan(name, level, parent, DAY)
    return create(store, asked, who=PLANNER.name, now=NOW, rng=np.random.default_rng(zlib.crc32(name.encode())))


def sketch(topology: Topology, place: int = 0, share: float = 0.05) -> Redraw:
    """A new line for one of the borders that may move."""
    arc = sorted(inner_arcs(topology), key=lambda arc: arc.id)[place]
    return Redraw(arc.id, bent(arc.start, arc.end, share))


def redraw(desk: PlanDesk, plan_id: str, place: int = 0, share: float = 0.05, *, by: Signature = BY) -> None:
    """Redraw one border of a plan as it is now."""
    opened = desk.opened(plan_id)
    desk.commit(plan_id, sketch(opened.topology, place, share), seen=opened.record.entries, by=by)
