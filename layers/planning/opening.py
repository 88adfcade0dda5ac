"""Opening a plan: arcs and nodes derived from the units of one day, which must be clean."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers import geo
from layers.boundaries.coverage import find_gaps, find_overlaps, invalid_edges
from layers.boundaries.repairs import Repair, cards
from layers.boundaries.snapping import snap_to_grid
from layers.planning import plan_refusals
from layers.planning.arcs import OUTSIDE, Arc, PlanUnit, Topology
from layers.planning.faces import rings_of
from layers.planning.grid import to_grid

__all__ = ["Opening", "open_plan"]

_NOBODY = -1


@dataclass(frozen=True)
class Opening:
    """The base that a plan starts from.

    Parameters
    ----------
    topology : Topology
        Its borders.
    snapped_m2 : float
        Ground that rounding to the grid moved across borders; 0 for boundaries that were imported, because the
        import rounds to the same grid.
    """

    topology: Topology
    snapped_m2: float


class _Rings(NamedTuple):
    """Rings of all units one after the other, without their closing vertices; interiors on the left."""

    vertex: NDArray[np.int64]  # number of the vertex, shape (n,)
    ring: NDArray[np.int64]  # ring of each, ascending
    owner: NDArray[np.int64]  # position of the unit of each ring
    places: NDArray[np.int64]  # grid place of each vertex number


def open_plan(units: gpd.GeoDataFrame, *, level: str = "commune", left: Collection[str] = ()) -> Opening:
    """Derive nodes and arcs from the units of one level on one day.

    Segments are matched by the numbers of their vertices, all at once; a vertex where other than two segments
    meet is a node, and the segments between two nodes are one arc (as in `CoverageRingEdges` of GEOS). A ring
    without nodes gets one at its south-westernmost vertex.

    Parameters
    ----------
    units : GeoDataFrame
        EPSG:4326 with ``code, name, unit_type, valid_from, parent, parent_name``; units without geometry are left out.
    level : str
        ``commune`` or ``beat``.
    left : collection of str
        Keys of the repair cards that a person decided to leave as they are; only gaps can stay.

    Returns
    -------
    Opening
        The borders and what rounding changed.

    Raises
    ------
    EmptyInput
        When no unit has a geometry.
    CheckFailed
        When the units overlap, leave gaps nobody decided on, or their borders do not agree.

    Examples
    --------
    >>> cells = [shapely.box(106, 20, 106.01, 20.01), shapely.box(106.01, 20, 106.02, 20.01)]
    >>> told = {"code": ["1", "2"], "name": ["A", "B"], "unit_type": "Phường", "valid_from": "2025-07-01"}
    >>> wards = gpd.GeoDataFrame(told | {"parent": "31", "parent_name": None}, geometry=cells, crs="EPSG:4326")
    >>> opened = open_plan(wards)
    >>> [(arc.left, arc.right, len(arc.points)) for arc in opened.topology.arcs.values()], opened.snapped_m2
    ([('1', '', 4), ('1', '2', 2), ('2', '', 4)], 0.0)
    """
    drawn = units[units.geometry.notna() & ~units.geometry.is_empty].sort_values("code").reset_index(drop=True)
    if drawn.empty:
        raise plan_refusals.nothing_drawn()
    given = drawn.geometry.to_numpy()
    shapes = shapely.orient_polygons(snap_to_grid(given))
    drawn = drawn.set_geometry(gpd.GeoSeries(shapes, crs=units.crs))
    edges = invalid_edges(shapes)
    if not (shapely.is_missing(edges) | shapely.is_empty(edges)).all():
        raise plan_refusals.dirty_base(_defects(drawn, edges))
    topology = Topology(level, _arcs(_rings(shapes), drawn["code"].tolist()), _units(drawn))
    _refuse_gaps(drawn, topology, edges=edges, left=left)
    return Opening(topology, _snapped_m2(given, shapes))


def _defects(units: gpd.GeoDataFrame, edges: NDArray[np.object_]) -> list[Repair]:
    shapes = units.geometry.to_numpy()
    return cards(units, find_overlaps(shapes), find_gaps(shapes, edges=edges), edges=edges)


def _refuse_gaps(
    units: gpd.GeoDataFrame, topology: Topology, *, edges: NDArray[np.object_], left: Collection[str]
) -> None:
    # The outer border runs clockwise around the units; where it runs the other way it encloses a gap.
    if all(ring.double_area <= 0 for ring in rings_of(topology, OUTSIDE)):
        return
    gaps = find_gaps(units.geometry.to_numpy(), edges=edges)
    undecided = [card for card in cards(units, [], gaps, edges=edges) if card.key not in left]
    if undecided:
        raise plan_refusals.dirty_base(undecided)


def _units(drawn: gpd.GeoDataFrame) -> dict[str, PlanUnit]:
    columns = [drawn[name].astype(str) for name in ("code", "name", "unit_type", "valid_from")]
    columns += [drawn[name].fillna("").astype(str) for name in ("parent", "parent_name")]
    parts = shapely.get_num_geometries(drawn.geometry.to_numpy()).tolist()
    return {
        code: PlanUnit(code, name, kind, f"{code}@{since}", parts=count, parent=parent, parent_name=of)
        for code, name, kind, since, parent, of, count in zip(*columns, parts, strict=True)
    }


def _snapped_m2(given: NDArray[np.object_], shapes: NDArray[np.object_]) -> float:
    """Sum the ground that each piece of border swept while it was rounded; a shared one is seen from both sides."""
    # A unit that had to be rebuilt on the grid has other vertices; it is left out.
    same = shapely.get_num_coordinates(given) == shapely.get_num_coordinates(shapes)
    old, ring = _border(given[same])
    new, _ring = _border(shapes[same])
    if np.array_equal(old, new):
        return 0.0
    epsg = geo.metric_crs(geo.Bounds(*old.min(axis=0), *old.max(axis=0)))
    before, after = (np.column_stack(geo.transform_xy(*xy.T, from_epsg=4326, to_epsg=epsg)) for xy in (old, new))
    shift = after - before
    swept = np.abs(_cross(np.diff(before, axis=0), (shift[1:] + shift[:-1]) / 2))
    return float(swept[ring[1:] == ring[:-1]].sum() / 2)


def _border(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(shapes)))
    degrees, ring = shapely.get_coordinates(rings, return_index=True)
    return degrees, ring


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]


def _rings(shapes: NDArray[np.object_]) -> _Rings:
    parts, unit = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    degrees, ring = shapely.get_coordinates(rings, return_index=True)
    cells = to_grid(degrees)
    # Each vertex but those equal to the one before, which also drops the closing one.
    kept = np.zeros(len(ring), dtype=bool)
    kept[1:] = (ring[1:] == ring[:-1]) & (cells[1:] != cells[:-1]).any(axis=1)
    cells, ring = cells[kept], ring[kept]
    packed = (cells[:, 0] << 32) + cells[:, 1]
    numbers, vertex = np.unique(packed, return_inverse=True)
    places = np.column_stack([numbers >> 32, numbers & 0xFFFFFFFF])
    return _Rings(vertex.astype(np.int64), ring, unit[part].astype(np.int64), places)


def _arcs(rings: _Rings, codes: list[str]) -> dict[str, Arc]:
    follower = _followers(rings.ring)
    right = _right_side(rings, follower)
    rings, right = _begun_at_nodes(rings, right, is_node=_nodes(rings, follower, right))
    follower = _followers(rings.ring)
    is_node = _nodes(rings, follower, right)
    heads = is_node[rings.vertex] | _ring_starts(rings.ring)
    run = np.cumsum(heads) - 1
    owner = rings.owner[rings.ring]
    # A shared border is taken from the unit that comes first.
    ours = np.flatnonzero(heads & ((right == _NOBODY) | (owner < right)))
    length = np.bincount(run)
    arcs: dict[str, Arc] = {}
    for number, head in enumerate(ours.tolist()):
        last = head + int(length[run[head]]) - 1
        points = rings.places[np.append(rings.vertex[head : last + 1], rings.vertex[follower[last]])]
        points.setflags(write=False)
        other = OUTSIDE if right[head] == _NOBODY else codes[right[head]]
        arcs[f"a{number}"] = Arc(f"a{number}", points, codes[owner[head]], other)
    return arcs


def _ring_starts(ring: NDArray[np.int64]) -> NDArray[np.bool_]:
    starts = np.ones(len(ring), dtype=bool)
    starts[1:] = ring[1:] != ring[:-1]
    return starts


def _followers(ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position of the next vertex of the same ring, the first after the last."""
    starts = np.flatnonzero(_ring_starts(ring))
    follower = np.arange(1, len(ring) + 1)
    follower[np.append(starts[1:], len(ring)) - 1] = starts
    return follower


def _right_side(rings: _Rings, follower: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which unit has the same piece of border the other way round."""
    width = len(rings.places)
    forth = rings.vertex * width + rings.vertex[follower]
    back = rings.vertex[follower] * width + rings.vertex
    order = np.argsort(forth)
    found = np.minimum(np.searchsorted(forth[order], back), len(order) - 1)
    partner = order[found]
    return np.where(forth[partner] == back, rings.owner[rings.ring[partner]], _NOBODY)


def _nodes(rings: _Rings, follower: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of every vertex number whether other than two pieces of border meet there."""
    once = (right == _NOBODY) | (rings.owner[rings.ring] < right)
    ends = np.concatenate([rings.vertex[once], rings.vertex[follower[once]]])
    is_node = np.bincount(ends, minlength=len(rings.places)) != 2
    # A ring that meets no node has none yet; its first vertex in the order of places becomes one.
    has_node = np.zeros(len(rings.owner), dtype=bool)
    np.logical_or.at(has_node, rings.ring, is_node[rings.vertex])
    starts = np.flatnonzero(_ring_starts(rings.ring))
    lowest = np.minimum.reduceat(rings.vertex, starts)
    is_node[lowest[~has_node[rings.ring[starts]]]] = True
    return np.asarray(is_node, dtype=bool)


def _begun_at_nodes(
    rings: _Rings, right: NDArray[np.int64], *, is_node: NDArray[np.bool_]
) -> tuple[_Rings, NDArray[np.int64]]:
    """Turn every ring so that it begins at a node and no arc runs across its seam."""
    starts = np.flatnonzero(_ring_starts(rings.ring))
    length = np.diff(np.append(starts, len(rings.ring)))
    position = np.arange(len(rings.ring))
    first = np.minimum.reduceat(np.where(is_node[rings.vertex], position, len(position)), starts)
    base = np.repeat(starts, length)
    turned = base + (position - base + np.repeat(first - starts, length)) % np.repeat(length, length)
    return rings._replace(vertex=rings.vertex[turned]), right[turned]
