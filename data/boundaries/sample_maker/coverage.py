"""The drawn coverage: from facts to polygons of the mainland units and the island zones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import geo
from sample_maker import arc_shapes, arcs, landform, power_diagram
from sample_maker.arcs import Arcs
from sample_maker.power_diagram import Diagram
from sample_maker.units import SPECIAL_ZONES, Face, OldWard, Unit, faces_of, to_degrees

_KM2_PER_SITE = 3.2
_MOST_SITES = 9
_TRIES = 8


@dataclass(frozen=True)
class Drawing:
    """The drawn map.

    Parameters
    ----------
    units : dict of str to geometry
        Code of a unit -> its area, EPSG:4326, six decimals.
    old_wards : list of (OldWard, Polygon)
        Pieces of old wards, EPSG:4326.
    """

    units: dict[str, shapely.Geometry]
    old_wards: list[tuple[OldWard, shapely.Polygon]]


def draw(units: list[Unit], rng: np.random.Generator) -> Drawing:
    """Draw all units of the city.

    Parameters
    ----------
    units : list of Unit
        Of the city.
    rng : numpy.random.Generator
        Source of every bend.

    Returns
    -------
    Drawing
        A coverage: neighbours share their borders vertex by vertex.
    """
    faces = faces_of(units)
    polygons = _mainland(faces, rng)
    by_unit: dict[str, list[shapely.Polygon]] = {}
    for face, polygon in zip(faces, polygons, strict=True):
        by_unit.setdefault(face.unit_code, []).append(polygon)
    areas = {code: shapely.orient_polygons(shapely.coverage_union_all(parts)) for code, parts in by_unit.items()}
    pieces = [
        (face.old_ward, polygon) for face, polygon in zip(faces, polygons, strict=True) if face.old_ward is not None
    ]
    return Drawing(areas | _islands({unit.code: unit for unit in units}, rng), pieces)


def whole_old_wards(drawing: Drawing) -> list[tuple[OldWard, shapely.Polygon]]:
    """Put the pieces of each old ward together.

    Parameters
    ----------
    drawing : Drawing
        The drawn map.

    Returns
    -------
    list of (OldWard, Polygon)
        Each old ward once, EPSG:4326.
    """
    by_code: dict[str, list[tuple[OldWard, shapely.Polygon]]] = {}
    for ward, piece in drawing.old_wards:
        by_code.setdefault(ward.code, []).append((ward, piece))
    return [
        (pieces[0][0], shapely.orient_polygons(shapely.coverage_union_all([piece for _, piece in pieces])))
        for pieces in by_code.values()
    ]


def _mainland(faces: list[Face], rng: np.random.Generator) -> list[shapely.Polygon]:
    outline = landform.mainland(faces, rng)
    wanted_m2 = np.array([face.area_m2 for face in faces])
    diagram = _villages(faces, outline, rng)
    straight = _joined(diagram, wanted_m2, outline)
    # On the central meridian of a TM-3 zone lengths are 0.9999 of those on the ground.
    return _polygons(arc_shapes.draw(straight, wanted_m2 * 0.9999**2, rng), len(faces))


def _villages(faces: list[Face], outline: shapely.Polygon, rng: np.random.Generator) -> Diagram:
    """Share the land out twice: by seats, then by several villages in each first share."""
    # Faces made of several small cells have bays and noses as real units do, which were put
    # together from villages; cells around one seat alone would all be convex.
    wanted_m2 = np.array([face.area_m2 for face in faces])
    seats_m = np.array([face.seat_m for face in faces])
    first = power_diagram.fit(seats_m, np.arange(len(faces)), wanted_m2, outline=outline)
    homes = arcs.extract(first, outline)
    sites, owner = [], []
    for position, face in enumerate(faces):
        home = arcs.pieces_of_face(homes, position)[0]
        count = int(np.clip(math.ceil(face.area_m2 / 1e6 / _KM2_PER_SITE), 1, _MOST_SITES))
        sites.append(_scattered(home, count, rng))
        owner += [position] * count
    return power_diagram.fit(np.vstack(sites), np.array(owner), wanted_m2, outline=outline)


def _joined(diagram: Diagram, wanted_m2: NDArray[np.float64], outline: shapely.Polygon) -> Arcs:
    """Take the arcs out, once every unit is in one piece."""
    # A village cut off from its unit is dropped; a piece of coast without one is left to the sea.
    for _ in range(_TRIES):
        drawn = arcs.extract(diagram, outline)
        kept = np.ones(len(diagram.owner), dtype=bool)
        lost: list[shapely.Polygon] = []
        for face in range(len(wanted_m2)):
            *small, largest = sorted(arcs.pieces_of_face(drawn, face), key=shapely.area)
            own = np.flatnonzero(diagram.owner == face)
            inside = shapely.contains_xy(largest, diagram.sites_m[own])
            kept[own] = inside | (not small)
            lost += small if inside.all() else []
        if kept.all() and not lost:
            return drawn
        outline = _without(outline, lost)
        diagram = power_diagram.fit(diagram.sites_m[kept], diagram.owner[kept], wanted_m2, outline=outline)
    raise ArithmeticError("a unit stays in several pieces")


def _without(outline: shapely.Polygon, lost: list[shapely.Polygon]) -> shapely.Polygon:
    land = outline.difference(shapely.union_all(lost).buffer(1.0)).buffer(-100.0).buffer(100.0)
    return max(shapely.get_parts(land), key=shapely.area) if lost else outline


def _scattered(home: shapely.Polygon, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Scatter places evenly: each is the one of some tries that is farthest from those before."""
    west, south, east, north = home.bounds
    chosen = np.array([home.centroid.coords[0]]) if count == 1 else np.empty((0, 2))
    while len(chosen) < count:
        tries = rng.uniform((west, south), (east, north), (12 * _TRIES, 2))
        tries = tries[shapely.contains_xy(home, tries[:, 0], tries[:, 1])][:_TRIES]
        gaps = [np.linalg.norm(chosen - one, axis=1).min(initial=1e9) for one in tries]
        if len(tries):
            chosen = np.vstack([chosen, tries[int(np.argmax(gaps))]])
    return chosen


def _polygons(drawn: Arcs, face_count: int) -> list[shapely.Polygon]:
    rounded = drawn.moved([to_degrees(line) for line in drawn.lines_m])
    polygons = []
    for face in range(face_count):
        pieces = arcs.pieces_of_face(rounded, face)
        if len(pieces) != 1:
            raise ArithmeticError(f"face {face} is in {len(pieces)} pieces")
        polygons.append(shapely.orient_polygons(pieces[0]))
    return polygons


def _islands(units: dict[str, Unit], rng: np.random.Generator) -> dict[str, shapely.Geometry]:
    zones: dict[str, shapely.Geometry] = {}
    for code in SPECIAL_ZONES:
        wanted_m2 = units[code].area_km2 * 1e6
        rings = [
            landform.island(isle, wanted_m2 * isle.area_share, rng) for isle in landform.ISLES if isle.zone == code
        ]
        zones[code] = _scaled(rings, wanted_m2)
    return zones


def _scaled(rings: list[NDArray[np.float64]], wanted_m2: float) -> shapely.Geometry:
    """Bring islands to their geodesic area in all, each around its own middle."""
    grown = 1.0
    for _ in range(3):
        drawn = [ring.mean(axis=0) + (ring - ring.mean(axis=0)) * grown for ring in rings]
        shapes = [shapely.orient_polygons(shapely.Polygon(to_degrees(ring))) for ring in drawn]
        grown *= math.sqrt(wanted_m2 / float(geo.area_m2(shapes).sum()))
    return shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(shapes)
