"""Towns to plan with, and random operations on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.boundaries.mending import mend
from layers.boundaries.repairing import carried_out
from layers.boundaries.repairs import find_repairs
from layers.boundaries.snapping import snap_to_grid
from layers.planning.arcs import Arc, Topology
from layers.planning.faces import parts_of
from layers.planning.grid import Place, place_of
from layers.planning.operations import (
    Line,
    Merge,
    MoveNode,
    MoveVertices,
    Operation,
    Redraw,
    Rename,
    Split,
    Transfer,
    TransferPart,
)
from tests.builders import town

ENCLAVE = "10099"
_T = TypeVar("_T")


def crooked_town(columns: int = 3, rows: int = 3) -> gpd.GeoDataFrame:
    """Wards with crooked borders; the first has an island, the last surrounds a ward of its own."""
    wards = town(columns, rows)
    shapes = shapely.transform(shapely.segmentize(wards.geometry.to_numpy(), 0.1 / columns / 8), _crooked)
    shapes[0] = shapely.union_all([shapes[0], shapely.box(106.27, 20.91, 106.28, 20.925)])
    middle = shapely.point_on_surface(shapes[-1])
    disc = shapely.transform(middle.buffer(0.1 / columns / 6, quad_segs=4), _rounded)
    shapes[-1] = shapely.difference(shapes[-1], disc)
    enclave = wards.iloc[[-1]].assign(code=ENCLAVE, name="Ô trong")
    made = pd.concat([wards.set_geometry(shapes, crs=wards.crs), enclave.set_geometry([disc], crs=wards.crs)])
    return gpd.GeoDataFrame(made, crs=wards.crs).reset_index(drop=True)


def clean_wards(real_data: Path) -> gpd.GeoDataFrame:
    """The 114 wards of Hải Phòng with their one overlap repaired; a lake in Đồ Sơn is left as a gap."""
    units = gpd.read_file(real_data / "boundaries" / "hai_phong_114.geojson")
    wards = units.set_geometry(snap_to_grid(mend(list(units.geometry)).shapes), crs=units.crs).assign(
        valid_from="2025-07-01", parent=units["province_code"], parent_name=units["province_name"]
    )
    repaired = carried_out(wards, [card for card in find_repairs(wards) if card.kind != "gap"], {})
    wards.loc[repaired.index, "geometry"] = repaired.geometry
    return wards


def gaps_left(wards: gpd.GeoDataFrame) -> list[str]:
    """Keys of the gaps that a person would leave as they are."""
    return [card.key for card in find_repairs(wards) if card.kind == "gap"]


def _crooked(places: np.ndarray) -> np.ndarray:
    x, y = ((places - [106.3, 20.9]) * 150).T
    return _rounded(places + np.column_stack([np.sin(3 * y + x), np.cos(2 * x + y)]) * 0.0015)


def _rounded(places: np.ndarray) -> np.ndarray:
    return np.round(places, 7)


def random_operation(topology: Topology, rng: np.random.Generator) -> Operation:
    """Something a planner might try; it may well be refused."""
    makers: tuple[Callable[[Topology, np.random.Generator], Operation], ...] = (
        _redraw, _redraw, _move_vertices, _move_node, _split, _merge, _transfer, _transfer_part, _rename,
    )  # fmt: skip
    return makers[int(rng.integers(len(makers)))](topology, rng)


def inner_arcs(topology: Topology) -> list[Arc]:
    """Every arc that a plan may move."""
    return [arc for arc in topology.arcs.values() if not topology.is_locked(arc)]


def bent(start: Place, end: Place, share: float) -> Line:
    """A line that leaves the straight way by a share of its length."""
    along = np.subtract(end, start)
    middle = np.add(start, along / 2 + share * np.array([-along[1], along[0]]))
    return start, place_of(np.rint(middle).astype(np.int64)), end


def _pick(items: Sequence[_T], rng: np.random.Generator) -> _T:
    return items[int(rng.integers(len(items)))]


def _redraw(topology: Topology, rng: np.random.Generator) -> Redraw:
    arc = _pick(inner_arcs(topology), rng)
    first, last = np.sort(rng.integers(0, len(arc.points), 2))
    share = rng.uniform(-1, 1) * rng.choice([0.4, 4.0])
    return Redraw(arc.id, bent(place_of(arc.points[first]), place_of(arc.points[last]), share))


def _move_vertices(topology: Topology, rng: np.random.Generator) -> MoveVertices:
    arc = _pick(inner_arcs(topology), rng)
    vertex = place_of(_pick(list(arc.points), rng))
    return MoveVertices(arc.id, ((vertex, _moved(vertex, rng)),))


def _move_node(topology: Topology, rng: np.random.Generator) -> MoveNode:
    node = _pick(inner_arcs(topology), rng).start
    return MoveNode(node, _moved(node, rng))


def _moved(place: Place, rng: np.random.Generator) -> Place:
    """Some way off, often a little, now and then across the next border."""
    return place_of(np.add(place, rng.integers(-1_000, 1_000, 2) * rng.choice([4, 400])))


def _cut(topology: Topology, unit: str, rng: np.random.Generator) -> Line:
    ring = _pick(parts_of(topology, unit), rng).outer.points
    first, last = rng.integers(0, len(ring) - 1, 2)
    return bent(place_of(ring[first]), place_of(ring[last]), rng.uniform(-0.1, 0.1))


def _split(topology: Topology, rng: np.random.Generator) -> Split:
    unit = _pick(sorted(topology.units), rng)
    code = f"m{rng.integers(1000)}"
    return Split(unit, _cut(topology, unit, rng), code, f"Đơn vị {code}")


def _pair(topology: Topology, rng: np.random.Generator) -> tuple[str, str]:
    unit = _pick(sorted(topology.units), rng)
    return unit, _pick(sorted(topology.neighbours([unit])) or [unit], rng)


def _merge(topology: Topology, rng: np.random.Generator) -> Merge:
    return Merge(*_pair(topology, rng), apart=bool(rng.integers(2)))


def _transfer(topology: Topology, rng: np.random.Generator) -> Transfer:
    unit, to = _pair(topology, rng)
    return Transfer(unit, to, _cut(topology, unit, rng), apart=bool(rng.integers(2)))


def _transfer_part(topology: Topology, rng: np.random.Generator) -> TransferPart:
    unit, to = _pair(topology, rng)
    inside = shapely.point_on_surface(_pick(parts_of(topology, unit), rng).polygon)
    return TransferPart(unit, to, (round(inside.x), round(inside.y)), apart=bool(rng.integers(2)))


def _rename(topology: Topology, rng: np.random.Generator) -> Rename:
    return Rename(_pick(sorted(topology.units), rng), f"Tên {rng.integers(5)}")
