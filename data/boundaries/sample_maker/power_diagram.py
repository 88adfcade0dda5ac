"""Power diagrams whose cells have given areas: the first, straight draft of the map.

A power diagram gives a place to the site i with the smallest |x - s_i|² - w_i (Aurenhammer
1987, "Power diagrams: properties, algorithms and applications"). Raising w_i makes cell i
grow; the weights that give all cells their areas are found by Newton's method (Kitagawa,
Mérigot and Thibert 2019, "Convergence of a Newton algorithm for semi-discrete optimal
transport", sections 1 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

FAR = -1
_UNIT_M = 100_000.0
_FAR_SITES = np.array([[-40.0, -40.0], [40.0, -41.0], [41.0, 40.0], [-41.0, 42.0]])
_ROUNDS = 60
_WANTED_ERROR = 1e-5


@dataclass(frozen=True)
class Edges:
    """The straight edges of a power diagram.

    Parameters
    ----------
    lines : ndarray of LineString, shape (n,)
        Metres.
    sites : ndarray of int, shape (n, 2)
        The two sites that each edge parts; -1 for one far outside.
    """

    lines: NDArray[np.object_]
    sites: NDArray[np.int64]


@dataclass(frozen=True)
class Diagram:
    """Sites with weights, each owned by a face.

    Parameters
    ----------
    sites_m : ndarray of float, shape (n, 2)
        Metres.
    owner : ndarray of int, shape (n,)
        The face each site belongs to; all sites of a face share one weight.
    weights_m2 : ndarray of float, shape (faces,)
        Square metres.
    """

    sites_m: NDArray[np.float64]
    owner: NDArray[np.int64]
    weights_m2: NDArray[np.float64]

    def edges(self) -> Edges:
        """Compute all edges.

        Returns
        -------
        Edges
            Those between two sites, edges within one face included.
        """
        middle = self.sites_m.mean(axis=0)
        sites = np.vstack([(self.sites_m - middle) / _UNIT_M, _FAR_SITES])
        weights = np.concatenate([self.weights_m2[self.owner] / _UNIT_M**2, np.zeros(len(_FAR_SITES))])
        # The lower hull of the sites lifted on a paraboloid is the dual of the diagram.
        hull = ConvexHull(np.column_stack([sites, (sites**2).sum(axis=1) - weights]), qhull_options="Qt")
        lower = hull.equations[:, 2] < 0
        corners = -hull.equations[:, :2] / (2 * hull.equations[:, 2:3]) * _UNIT_M + middle
        ends, pairs = _ridges(hull, lower, len(self.sites_m))
        return Edges(np.asarray(shapely.linestrings(corners[ends])), pairs)

    def face_at(self, places_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Tell which face each place belongs to.

        Parameters
        ----------
        places_m : ndarray of float, shape (n, 2)
            Metres.

        Returns
        -------
        ndarray of int, shape (n,)
            Positions of faces.
        """
        squared = ((places_m[:, None, :] - self.sites_m[None, :, :]) ** 2).sum(axis=2)
        nearest = np.argmin(squared - self.weights_m2[self.owner], axis=1)
        return np.asarray(self.owner[nearest])


def _ridges(hull: ConvexHull, lower: NDArray[np.bool_], near_count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ends, pairs = [], []
    for one in np.flatnonzero(lower):
        for across in range(3):
            other = hull.neighbors[one, across]
            if other > one and lower[other]:
                ridge = np.delete(hull.simplices[one], across)
                ends.append((one, other))
                pairs.append(np.where(ridge < near_count, ridge, FAR))
    return np.array(ends), np.array(pairs)


def face_areas_m2(diagram: Diagram, edges: Edges, outline: shapely.Polygon) -> NDArray[np.float64]:
    """Measure the faces of a diagram inside an outline.

    Parameters
    ----------
    diagram : Diagram
        The diagram.
    edges : Edges
        Its edges.
    outline : Polygon
        Metres.

    Returns
    -------
    ndarray of float, shape (faces,)
        Square metres on the plane; 0 for a face whose sites lost their cells.
    """
    ends = shapely.get_coordinates(edges.lines).reshape(-1, 2, 2)
    corner_count = np.zeros(len(diagram.sites_m), dtype=np.int64)
    areas = np.zeros(len(diagram.weights_m2))
    for site in range(len(corner_count)):
        corners = ends[(edges.sites == site).any(axis=1)].reshape(-1, 2)
        if len(corners) > 2:
            cell = shapely.convex_hull(shapely.multipoints(corners))
            areas[diagram.owner[site]] += shapely.area(shapely.intersection(cell, outline))
    return areas


def _growth(diagram: Diagram, edges: Edges, outline: shapely.Polygon) -> NDArray[np.float64]:
    """Differentiate every area by every weight (Kitagawa et al. 2019, section 1)."""
    inside_m = shapely.length(shapely.intersection(edges.lines, outline))
    near = (edges.sites != FAR).all(axis=1) & (inside_m > 0)
    one, other = edges.sites[near].T
    apart_m = np.linalg.norm(diagram.sites_m[one] - diagram.sites_m[other], axis=1)
    rate = inside_m[near] / (2 * apart_m)
    matrix = np.zeros((len(diagram.weights_m2),) * 2)
    first, second = diagram.owner[one], diagram.owner[other]
    np.add.at(matrix, (first, second), -rate)
    np.add.at(matrix, (second, first), -rate)
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return matrix


def fit(
    sites_m: NDArray[np.float64],
    owner: NDArray[np.int64],
    target_m2: NDArray[np.float64],
    *,
    outline: shapely.Polygon,
) -> Diagram:
    """Find the weights with which the faces share an outline as wanted.

    Parameters
    ----------
    sites_m : ndarray of float, shape (n, 2)
        Metres, inside or near the outline.
    owner : ndarray of int, shape (n,)
        The face of each site.
    target_m2 : ndarray of float, shape (faces,)
        Wanted areas; only their proportions count.
    outline : Polygon
        What is shared out.

    Returns
    -------
    Diagram
        With areas within 0.01 % of the smallest one, or the nearest found.
    """
    target_m2 = target_m2 * (outline.area / target_m2.sum())
    diagram = Diagram(sites_m, owner, np.zeros(len(target_m2)))
    edges = diagram.edges()
    areas = face_areas_m2(diagram, edges, outline)
    for _ in range(_ROUNDS):
        miss = target_m2 - areas
        if np.abs(miss).max() < _WANTED_ERROR * target_m2.min():
            break
        growth = _growth(diagram, edges, outline)
        # Adding a constant to all weights changes nothing, so the first one is held.
        step = np.concatenate([[0.0], np.linalg.solve(growth[1:, 1:], miss[1:])])
        for halving in range(12):
            tried = Diagram(sites_m, owner, diagram.weights_m2 + step / 2**halving)
            tried_edges = tried.edges()
            tried_areas = face_areas_m2(tried, tried_edges, outline)
            floor_m2 = 0.5 * min(areas.min(), target_m2.min())
            if tried_areas.min() > floor_m2 and _total(target_m2 - tried_areas) < _total(miss):
                break
        diagram, edges, areas = tried, tried_edges, tried_areas
    return diagram


def _total(miss_m2: NDArray[np.float64]) -> float:
    return float(np.abs(miss_m2).sum())
