"""The repair queue: every gap, overlap, sliver and T-junction as a card with a proposal, decided by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.coverage import Hole, Shared, find_gaps, find_overlaps, invalid_edges
from layers.boundaries.ground import ground_of
from layers.boundaries.snapping import GRID_DEG
from layers.wording import Text

__all__ = ["Repair", "cards", "find_repairs", "mean_width_m"]

# Narrower than this, a gap is a fault of drawing; wider, it may be a lake, an island or ground in dispute.
_SLIVER_M, _FILLED_M = 10.0, 50.0
_METRES_PER_DEG = 110_600.0
# Ground around a defect in which the proposal is worked out, some 50 m.
_AROUND_DEG = 5e-4
_KEY_LENGTH = 10
# An overlap that holds more of a unit than this is no fault of its border.
_MOST_OF_UNIT = 0.5
_LONGEST = Text("có đoạn ranh chung dài nhất với phần đất này", "shares the longest border with this ground")
_WIDE = Text(
    "khoảng trống rộng, có thể là hồ, đảo hoặc đất chưa phân định: cần người xem",
    "a wide gap, maybe a lake, an island or ground not assigned: a person has to look",
)
_SWALLOWED = Text(
    "phần chồng lấn chiếm hơn nửa một đơn vị, có thể đơn vị đó được vẽ hai lần: cần người xem",
    "the overlap holds more than half of a unit, which may be drawn twice: a person has to look",
)
_NODES = Text(
    "thêm đỉnh chung để hai đường ranh trùng nhau; mỗi chỗ chuyển không quá 1 m²",
    "adds shared vertices so that the two borders agree; no place moves more than 1 m²",
)


@dataclass(frozen=True)
class Repair:
    """One card of the queue.

    Parameters
    ----------
    key : str
        Names the defect for as long as it stays as it is.
    kind : str
        ``gap``, ``overlap``, ``sliver`` (a gap less than 10 m wide) or ``t_junction``.
    area_m2 : float
        Geodesic area that would change hands; 0 for a T-junction.
    rows : tuple of int
        Positions of the units that meet there: those who could get the ground.
    units, names : tuple of str
        Their codes and names.
    give_to : str or None
        Code of the unit that `shapely.coverage_clean` gives the ground to; None where nothing changes
        hands or nobody is proposed.
    reason : Text
        Why.
    lon, lat : float
        A place in it, degrees.
    shape : shapely.Geometry
        The ground, or the borders that do not agree, EPSG:4326.
    """

    key: str
    kind: str
    area_m2: float
    rows: tuple[int, ...]
    units: tuple[str, ...]
    names: tuple[str, ...]
    give_to: str | None
    reason: Text
    lon: float
    lat: float
    shape: shapely.Geometry

    @property
    def proposal(self) -> str:
        """What is proposed: ``give``, ``node`` or ``leave``."""
        if self.kind == "t_junction":
            return "node"
        return "give" if self.give_to else "leave"

    def to_json(self, language: str = "vi") -> dict[str, object]:
        """Write the card as plain values.

        Parameters
        ----------
        language : str
            Language of the reason.

        Returns
        -------
        dict
            Square metres to 0.01, degrees to 1e-6.
        """
        return {
            "key": self.key,
            "kind": self.kind,
            "area_m2": round(self.area_m2, 2),
            "units": list(self.units),
            "names": list(self.names),
            "proposal": {
                "action": self.proposal,
                "to": self.give_to,
                "by": "coverage_clean",
                "reason": self.reason.in_language(language),
            },
            "lon": round(self.lon, 6),
            "lat": round(self.lat, 6),
        }


def find_repairs(units: gpd.GeoDataFrame, *, min_area_m2: float = 1.0) -> list[Repair]:
    """List every defect of units that are in force together, each with a proposal.

    Parameters
    ----------
    units : GeoDataFrame
        Units of one level, EPSG:4326, with `code` and `name`; geometries valid or None.
    min_area_m2 : float
        Smaller gaps and overlaps count as borders that do not agree.

    Returns
    -------
    list of Repair
        Largest first, T-junctions last.

    Examples
    --------
    >>> cells = [shapely.box(106, 20, 106.011, 20.01), shapely.box(106.01, 20, 106.02, 20.01)]
    >>> frame = gpd.GeoDataFrame({"code": ["1", "2"], "name": ["A", "B"]}, geometry=cells, crs="EPSG:4326")
    >>> [(card.kind, round(card.area_m2), card.give_to) for card in find_repairs(frame)]
    [('overlap', 115845, '1')]
    """
    shapes = units.geometry.to_numpy()
    overlaps = find_overlaps(shapes, min_area_m2=min_area_m2)
    edges = invalid_edges(shapes)
    gaps = find_gaps(shapes, min_area_m2=min_area_m2, edges=edges)
    return cards(units, overlaps, gaps, edges=edges)


def cards(
    units: gpd.GeoDataFrame, overlaps: Sequence[Shared], gaps: Sequence[Hole], *, edges: NDArray[np.object_]
) -> list[Repair]:
    """Make the cards of defects that were found already.

    Parameters
    ----------
    units : GeoDataFrame
        As in `find_repairs`.
    overlaps, gaps : sequence
        From `layers.boundaries.coverage`, positions in `units`.
    edges : ndarray of lines, shape (n,)
        From `coverage.invalid_edges`.

    Returns
    -------
    list of Repair
        Largest first, T-junctions last.
    """
    found = [_overlap(units, shared) for shared in overlaps]
    found += [_gap(units, hole) for hole in gaps]
    found.sort(key=lambda card: -card.area_m2)
    return found + _t_junctions(units, edges, [card.shape for card in found])


def mean_width_m(area: float, shape: shapely.Geometry) -> float:
    """Tell how wide a long thin piece of ground is: twice its area over its outline.

    Parameters
    ----------
    area : float
        Square metres.
    shape : shapely.Geometry
        The ground, EPSG:4326.

    Returns
    -------
    float
        Metres.

    Examples
    --------
    >>> strip = shapely.box(106, 20, 106.01, 20.00003)
    >>> round(mean_width_m(3455.0, strip), 1)
    3.3
    """
    squeezed = np.array([np.cos(np.radians(shape.centroid.y)), 1.0]) * _METRES_PER_DEG
    outline = shapely.transform(shape, lambda places: places * squeezed).length
    return 2 * area / outline if outline else 0.0


def _overlap(units: gpd.GeoDataFrame, shared: Shared) -> Repair:
    rows = (shared.first, shared.second)
    # Two units may share ground here and only a line there.
    ground = ground_of(shared.shape)
    shapes = units.geometry.to_numpy()
    swallowed = ground.area > _MOST_OF_UNIT * min(shapes[row].area for row in rows)
    given = None if swallowed else _cleaned_to(shapes, rows, ground)
    reason = _SWALLOWED if swallowed else _LONGEST
    return _card(units, "overlap", shared.area_m2, rows=rows, shape=ground, proposed=(given, reason))


def _gap(units: gpd.GeoDataFrame, hole: Hole) -> Repair:
    width = mean_width_m(hole.area_m2, hole.shape)
    kind = "sliver" if width < _SLIVER_M else "gap"
    given = _cleaned_to(units.geometry.to_numpy(), hole.neighbours, hole.shape) if width < _FILLED_M else None
    reason = _WIDE if given is None else _LONGEST
    return _card(units, kind, hole.area_m2, rows=hole.neighbours, shape=hole.shape, proposed=(given, reason))


def _cleaned_to(shapes: NDArray[np.object_], rows: Sequence[int], ground: shapely.Geometry) -> int | None:
    """Clean the coverage around the ground and see which unit holds it afterwards."""
    west, south, east, north = ground.bounds
    box = (west - _AROUND_DEG, south - _AROUND_DEG, east + _AROUND_DEG, north + _AROUND_DEG)
    pieces = [shapely.intersection(shapes[row], shapely.box(*box)) for row in rows]
    # Filling needs a width, in degrees: every gap here is meant to be filled.
    width = float(np.hypot(east - west, north - south))
    try:
        clean = shapely.coverage_clean([ground_of(piece) for piece in pieces], gap_width=width, snapping_distance=0.0)
    except shapely.errors.GEOSException:
        return None
    inside = shapely.point_on_surface(ground)
    held = [row for row, piece in zip(rows, clean, strict=True) if shapely.intersects(piece, inside)]
    return held[0] if held else None


def _t_junctions(
    units: gpd.GeoDataFrame, edges: NDArray[np.object_], explained: Sequence[shapely.Geometry]
) -> list[Repair]:
    """Gather the edges that do not agree and belong to no gap or overlap, by the units that meet there."""
    rows = np.flatnonzero(~(shapely.is_missing(edges) | shapely.is_empty(edges)))
    if len(rows) == 0:
        return []
    parts, owner = shapely.get_parts(edges[rows], return_index=True)
    owner = rows[owner]
    if explained:
        near = shapely.STRtree(explained).query(parts, predicate="dwithin", distance=GRID_DEG)[0]
        free = np.setdiff1d(np.arange(len(parts)), near)
        parts, owner = parts[free], owner[free]
    if len(parts) == 0:
        return []
    first, second = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=10 * GRID_DEG)
    met: dict[tuple[int, int], set[int]] = {}
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        if owner[one] < owner[other]:
            met.setdefault((int(owner[one]), int(owner[other])), set()).update((one, other))
    return [
        _card(
            units, "t_junction", 0.0, rows=pair, shape=shapely.multilinestrings(parts[sorted(these)].tolist()),
            proposed=(None, _NODES),
        )
        for pair, these in sorted(met.items())
    ]  # fmt: skip


def _card(
    units: gpd.GeoDataFrame,
    kind: str,
    area: float,
    *,
    rows: Sequence[int],
    shape: shapely.Geometry,
    proposed: tuple[int | None, Text],
) -> Repair:
    given, reason = proposed
    ordered = sorted(rows, key=lambda row: str(units["code"].iloc[row]))
    codes = tuple(str(units["code"].iloc[row]) for row in ordered)
    place = shapely.point_on_surface(shape)
    written = f"{kind} {' '.join(codes)} {shapely.to_wkt(shapely.normalize(shape), rounding_precision=7)}"
    return Repair(
        key=hashlib.sha256(written.encode()).hexdigest()[:_KEY_LENGTH],
        kind=kind,
        area_m2=area,
        rows=tuple(ordered),
        units=codes,
        names=tuple(str(units["name"].iloc[row]) for row in ordered),
        give_to=None if given is None else str(units["code"].iloc[given]),
        reason=reason,
        lon=float(place.x),
        lat=float(place.y),
        shape=shape,
    )
