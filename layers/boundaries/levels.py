"""Units for each zoom of a map: one coverage simplified as a whole, and its borders as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers import geo

__all__ = [
    "COARSEST_ZOOM",
    "FINEST_ZOOM",
    "NOBODY",
    "Borders",
    "Parts",
    "borders_of",
    "clean_coverage",
    "pixel_m",
    "pyramid",
    "tile_box_m",
]

# Half the girth of the Web Mercator square, metres.
_HALF_M = 20_037_508.342789244
# Below the first zoom the whole country is a few pixels; at the last the borders are drawn as recorded.
COARSEST_ZOOM, FINEST_ZOOM = 4, 15
NOBODY = -1
_TILE_PX = 256
_WEB_MERCATOR_EPSG = 3857
# Vertices closer than this are one vertex: surveys are no finer, and files are rounded to about as much.
_SNAP_M = 0.5

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Parts:
    """The parts of units, m of them, ordered by unit.

    Parameters
    ----------
    shapes : ndarray of Polygon, shape (m,)
        Metres of EPSG:3857.
    owner : ndarray of int64, shape (m,)
        Position of the unit each belongs to.
    """

    shapes: Shapes
    owner: NDArray[np.int64]


@dataclass(frozen=True)
class Borders:
    """Lines between units, n of them; a border of two units exists once.

    Parameters
    ----------
    lines : ndarray of LineString, shape (n,)
        In the coordinates of the units.
    first, second : ndarray of int64, shape (n,)
        Positions of the units on both sides; `NOBODY` as `second` on the outer edge.
    """

    lines: Shapes
    first: NDArray[np.int64]
    second: NDArray[np.int64]


def pixel_m(zoom: int) -> float:
    """Tell how much of the Web Mercator square one pixel covers.

    Parameters
    ----------
    zoom : int
        The zoom.

    Returns
    -------
    float
        Metres of the projection, not of the ground.

    Examples
    --------
    >>> round(pixel_m(10), 2)
    152.87
    """
    return 2 * _HALF_M / (_TILE_PX << zoom)


def tile_box_m(z: int, x: int, y: int, *, margin: float = 0.0) -> tuple[float, float, float, float]:
    """Tell where a tile lies in Web Mercator.

    Parameters
    ----------
    z, x, y : int
        Zoom, column and row from the north.
    margin : float
        Room around it, as a share of its side.

    Returns
    -------
    tuple of float
        West, south, east, north; metres.

    Examples
    --------
    >>> [round(edge) for edge in tile_box_m(1, 1, 0)]
    [0, 0, 20037508, 20037508]
    """
    side = 2 * _HALF_M / (1 << z)
    west, north = x * side - _HALF_M, _HALF_M - y * side
    room = margin * side
    return west - room, north - side - room, west + side + room, north + room


def clean_coverage(frame: gpd.GeoDataFrame) -> Shapes:
    """Bring units to Web Mercator as a clean coverage, for drawing only.

    Vertices that differ by less than half a metre become one and overlaps go to the neighbour with the
    longer border (GEOS 3.14, `CoverageCleaner`); gaps stay. The record keeps what was imported.

    Parameters
    ----------
    frame : GeoDataFrame
        n units in EPSG:4326; a geometry may be missing.

    Returns
    -------
    ndarray of polygons, shape (n,)
        Metres of EPSG:3857; empty where nothing can be drawn.

    Examples
    --------
    >>> cells = [shapely.box(106, 20, 106.1, 20.1), shapely.box(106.1, 20, 106.2, 20.1), None]
    >>> drawn = clean_coverage(gpd.GeoDataFrame(geometry=cells, crs="EPSG:4326"))
    >>> shapely.get_num_coordinates(drawn).tolist()
    [5, 5, 0]
    """
    shapes = np.full(len(frame), shapely.Polygon(), dtype=object)
    given = frame.geometry.to_numpy()
    present = np.flatnonzero(~(shapely.is_missing(given) | shapely.is_empty(given)))
    if len(present):
        metric = geo.to_crs(frame.iloc[present], _WEB_MERCATOR_EPSG).geometry.to_numpy()
        shapes[present] = _cleaned(shapely.make_valid(metric, method="structure", keep_collapsed=False))
    return shapes


def _cleaned(shapes: Shapes) -> Shapes:
    if shapely.coverage_is_valid(shapes):
        return shapes
    return np.asarray(shapely.coverage_clean(shapes, snapping_distance=_SNAP_M), dtype=object)


def pyramid(shapes: Shapes, zooms: Sequence[int]) -> Iterator[tuple[int, Parts]]:
    """Simplify a coverage for one zoom after the other, so that a shared border stays shared.

    Triangles under the square of half a pixel are taken off the borders (Visvalingam and Whyatt 1993,
    on all borders at once), each zoom from the finer one before it; `FINEST_ZOOM` stays as it is. An islet
    smaller than a pixel is drawn as the pixel it lies in, so that no archipelago vanishes.

    Parameters
    ----------
    shapes : ndarray of polygons, shape (n,)
        A clean coverage in EPSG:3857; may be empty.
    zooms : sequence of int
        Falling.

    Yields
    ------
    tuple of int and Parts
        The zoom and what is drawn there.

    Examples
    --------
    >>> island = shapely.Point(0, 0).buffer(2_000)
    >>> [round(float(shapely.area(drawn.shapes[0])) / 1e6, 1) for _, drawn in pyramid(np.array([island]), (12, 4))]
    [12.5, 95.7]
    """
    # An empty polygon counts as a part of itself; nothing does not.
    drawable = shapes.copy()
    drawable[shapely.is_empty(shapes)] = None
    rest = Parts(*shapely.get_parts(drawable, return_index=True))
    islets, centres = np.zeros(0, dtype=np.int64), np.zeros((0, 2))
    for zoom in zooms:
        size = pixel_m(zoom)
        small = _islets(rest, size)
        box = shapely.bounds(rest.shapes[small]).reshape(-1, 4)
        islets = np.concatenate([islets, rest.owner[small]])
        centres = np.concatenate([centres, (box[:, :2] + box[:, 2:]) / 2])
        rest = Parts(rest.shapes[~small], rest.owner[~small])
        if zoom < FINEST_ZOOM:
            rest = _simplified(rest, size / 2)
        yield zoom, _with_pixels(rest, islets, np.floor(centres / size), size_m=size)


def _islets(parts: Parts, size_m: float) -> NDArray[np.bool_]:
    islets = np.zeros(len(parts.shapes), dtype=bool)
    box = shapely.bounds(parts.shapes).reshape(-1, 4)
    small = np.flatnonzero((box[:, 2:] - box[:, :2] < size_m).all(axis=1))
    near, _ = shapely.STRtree(parts.shapes).query(parts.shapes[small], predicate="intersects")
    # Every part meets itself; an islet meets nothing else.
    islets[small[np.bincount(near, minlength=len(small)) == 1]] = True
    return islets


def _simplified(parts: Parts, tolerance_m: float) -> Parts:
    if not len(parts.shapes):
        return parts
    drawn = shapely.coverage_simplify(parts.shapes, tolerance_m)
    shapes, of_part = shapely.get_parts(drawn, return_index=True)
    return Parts(shapes, parts.owner[of_part])


def _with_pixels(rest: Parts, islets: NDArray[np.int64], pixels: NDArray[np.float64], *, size_m: float) -> Parts:
    column, row, owner = np.unique(np.column_stack([pixels, islets]), axis=0).T
    squares = shapely.box(column * size_m, row * size_m, (column + 1) * size_m, (row + 1) * size_m)
    owners = np.concatenate([rest.owner, owner.astype(np.int64)])
    order = np.argsort(owners, kind="stable")
    return Parts(np.concatenate([rest.shapes, squares])[order], owners[order])


def borders_of(parts: Parts) -> Borders:
    """Take the borders off a coverage, each once, with the units on both sides.

    Parameters
    ----------
    parts : Parts
        A clean coverage.

    Returns
    -------
    Borders
        Their vertices are those of the units.

    Examples
    --------
    >>> cells = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> found = borders_of(Parts(cells, np.array([0, 1])))
    >>> shared = found.second != NOBODY
    >>> found.lines[shared].tolist(), found.first[shared].tolist(), found.second[shared].tolist()
    ([<LINESTRING (1 0, 1 1)>], [0], [1])
    """
    rings, ring_part = shapely.get_rings(parts.shapes, return_index=True)
    if not len(rings):
        return Borders(np.zeros(0, object), np.zeros(0, np.int64), np.zeros(0, np.int64))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.flatnonzero(ring[1:] == ring[:-1])
    owner, of_ring = parts.owner[ring_part][ring[starts]], ring[starts]
    partner = _partners(np.hstack([xy[starts], xy[starts + 1]]), owner)
    # The side with the smaller position draws a shared border; inside one unit there is none.
    drawn = (partner == NOBODY) | (partner > owner)
    new_run = np.ones(len(starts), dtype=bool)
    new_run[1:] = (partner[1:] != partner[:-1]) | (of_ring[1:] != of_ring[:-1])
    run = np.cumsum(new_run) - 1
    heads = np.flatnonzero(new_run & drawn)
    lengths = np.bincount(run)[run[heads]]
    offsets = np.concatenate([[0], np.cumsum(lengths + 1)])
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths + 1)
    vertices = xy[np.repeat(starts[heads], lengths + 1) + within]
    lines = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, vertices, (offsets,))
    return Borders(np.asarray(lines, dtype=object), owner[heads], partner[heads])


def _partners(segments: NDArray[np.float64], owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Who has the same segment: the other unit, the unit itself, or nobody."""
    turned = (segments[:, 0] > segments[:, 2]) | (
        (segments[:, 0] == segments[:, 2]) & (segments[:, 1] > segments[:, 3])
    )
    same_way = np.where(turned[:, None], segments[:, [2, 3, 0, 1]], segments)
    order = np.lexsort(same_way.T)
    ordered = same_way[order]
    equal = (ordered[1:] == ordered[:-1]).all(axis=1)
    partner = np.full(len(segments), NOBODY, dtype=np.int64)
    partner[order[1:][equal]] = owner[order[:-1][equal]]
    partner[order[:-1][equal]] = owner[order[1:][equal]]
    return partner
