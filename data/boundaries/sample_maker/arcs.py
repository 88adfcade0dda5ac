"""Arcs: every border of the map once, with the face on either side of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from sample_maker.power_diagram import FAR, Diagram

_GRID_M = 0.01
_PROBE_M = 0.5


@dataclass(frozen=True)
class Arcs:
    """Lines between junctions; neighbours share them, so they cannot leave a gap.

    Parameters
    ----------
    lines_m : tuple of ndarray of float, each of shape (n, 2)
        Metres.
    left, right : ndarray of int, shape (arcs,)
        The faces beside each line; -1 outside the land.
    """

    lines_m: tuple[NDArray[np.float64], ...]
    left: NDArray[np.int64]
    right: NDArray[np.int64]

    def moved(self, lines_m: list[NDArray[np.float64]]) -> Arcs:
        """Return the same topology with other lines.

        Parameters
        ----------
        lines_m : list of ndarray of float, each of shape (n, 2)
            In the order of the arcs, with the same ends.

        Returns
        -------
        Arcs
            The moved arcs.
        """
        return replace(self, lines_m=tuple(lines_m))

    def coast(self) -> NDArray[np.bool_]:
        """Say which arcs lie on the outline of the land.

        Returns
        -------
        ndarray of bool, shape (arcs,)
            True on the outline.
        """
        return np.asarray((self.left == FAR) | (self.right == FAR))

    def around(self, face: int) -> NDArray[np.int64]:
        """Find the arcs around a face.

        Parameters
        ----------
        face : int
            Position of the face.

        Returns
        -------
        ndarray of int
            Positions of arcs.
        """
        return np.flatnonzero((self.left == face) != (self.right == face))

    def areas_m2(self, face_count: int) -> NDArray[np.float64]:
        """Measure the faces by going around them (shoelace formula).

        Parameters
        ----------
        face_count : int
            Number of faces.

        Returns
        -------
        ndarray of float, shape (face_count,)
            Square metres on the plane.
        """
        middle = self.lines_m[0][0]
        swept_m2 = np.array([_swept_m2(line - middle) for line in self.lines_m])
        areas = np.zeros(face_count)
        for sign, side in ((1.0, self.left), (-1.0, self.right)):
            land = side != FAR
            np.add.at(areas, side[land], sign * swept_m2[land])
        return areas


def _swept_m2(line_m: NDArray[np.float64]) -> float:
    x_m, y_m = line_m.T
    return float(np.sum(x_m[:-1] * y_m[1:] - x_m[1:] * y_m[:-1])) / 2


def extract(diagram: Diagram, outline: shapely.Polygon) -> Arcs:
    """Take the arcs out of a power diagram inside an outline.

    Parameters
    ----------
    diagram : Diagram
        Sites and weights.
    outline : Polygon
        Metres.

    Returns
    -------
    Arcs
        Lines between places where three or more faces, or two faces and the outside, meet.
    """
    edges = diagram.edges()
    near = (edges.sites != FAR).all(axis=1)
    owners = diagram.owner[edges.sites]
    borders = edges.lines[near & (owners[:, 0] != owners[:, 1])]
    noded = shapely.union_all([*borders, outline.exterior], grid_size=_GRID_M)
    pieces = shapely.get_parts(noded)
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    kept = pieces[shapely.dwithin(middles, outline, 2 * _GRID_M)]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(kept)))
    lines = [shapely.get_coordinates(line) for line in merged]
    left, right = zip(*(_beside(line, diagram, outline) for line in lines), strict=True)
    return Arcs(tuple(lines), np.array(left), np.array(right))


def _beside(line: NDArray[np.float64], diagram: Diagram, outline: shapely.Polygon) -> tuple[int, int]:
    longest = int(np.argmax(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    start, end = line[longest], line[longest + 1]
    direction = (end - start) / np.linalg.norm(end - start)
    aside = np.array([-direction[1], direction[0]]) * _PROBE_M
    probes = np.vstack([(start + end) / 2 + aside, (start + end) / 2 - aside])
    on_land = shapely.contains_xy(outline, probes[:, 0], probes[:, 1])
    left, right = np.where(on_land, diagram.face_at(probes), FAR)
    return int(left), int(right)


def pieces_of_face(arcs: Arcs, face: int) -> list[shapely.Polygon]:
    """Build the polygons of one face from its arcs.

    Parameters
    ----------
    arcs : Arcs
        The map.
    face : int
        Position of the face.

    Returns
    -------
    list of Polygon
        One where the face is in one piece.
    """
    lines = [shapely.LineString(arcs.lines_m[arc]) for arc in arcs.around(face)]
    return list(shapely.get_parts(shapely.polygonize(lines)))
