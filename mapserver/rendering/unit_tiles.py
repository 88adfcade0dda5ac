"""Units and their borders as layers of a vector tile: cut to the tile, set on its grid, still without a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.levels import FINEST_ZOOM, NOBODY, Borders, Parts, tile_box_m
from layers.index.cells import Tile
from mapserver.rendering.vector_tiles import ABSENT, EXTENT, Shape, TileLayer

__all__ = ["MARGIN", "Level", "unit_layers"]

# Drawn beyond the tile on every side, so that the stroke of a border is whole; in units of the tile.
MARGIN = 64
# A place half-way between two steps goes the same way whichever unit it is read from.
_BIAS = 1e-6
# Generalised borders are true to half a pixel, 8 steps; every other step is enough and packs better.
_COARSE_STEP = 2

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Level:
    """Everything drawn at one zoom, ready to be looked up.

    Parameters
    ----------
    parts : Parts
        The units.
    borders : Borders
        Their borders.
    part_tree, line_tree : shapely.STRtree
        Over the parts and over the lines.
    """

    parts: Parts
    borders: Borders
    part_tree: shapely.STRtree
    line_tree: shapely.STRtree

    @classmethod
    def of(cls, parts: Parts, borders: Borders) -> Level:
        """Make a level of its shapes.

        Parameters
        ----------
        parts : Parts
            The units.
        borders : Borders
            Their borders.

        Returns
        -------
        Level
            With its trees.
        """
        return cls(parts, borders, shapely.STRtree(parts.shapes), shapely.STRtree(borders.lines))


@dataclass(frozen=True)
class _Path:
    xy: Numbers
    part_of: Numbers


def unit_layers(level: Level, tile: Tile) -> tuple[TileLayer, ...]:
    """Cut the units and borders of a tile out of a level.

    Parameters
    ----------
    level : Level
        What is drawn at this zoom.
    tile : Tile
        The square.

    Returns
    -------
    tuple of TileLayer
        `units`, whose ids are positions of units, and `borders`, whose attributes `a` and `b` are; an
        outer edge has no `b`. Neighbours have the same vertices along their border.
    """
    return _areas(level, tile), _lines(level, tile)


def _areas(level: Level, tile: Tile) -> TileLayer:
    hits, cut = _cut(level.parts.shapes, level.part_tree, tile)
    polygons, of_hit = shapely.get_parts(cut, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    path = _on_grid(rings, tile, closed=True)
    area = _twice_area(path, len(rings))
    outer = np.ones(len(rings), dtype=bool)
    outer[1:] = of_polygon[1:] != of_polygon[:-1]
    # A hole goes with the ring around it.
    kept = (area != 0) & (area[outer] != 0)[of_polygon]
    path = _turned(path, (area > 0) != outer)
    ring_owner = level.parts.owner[hits][of_hit][of_polygon]
    path, number = _kept_parts(path, kept)
    owners, feature = np.unique(ring_owner[number], return_inverse=True)
    return TileLayer("units", Shape.AREA, path.xy, path.part_of, feature.astype(np.int64), ids=owners)


def _lines(level: Level, tile: Tile) -> TileLayer:
    hits, cut = _cut(level.borders.lines, level.line_tree, tile)
    lines, of_hit = shapely.get_parts(cut, return_index=True)
    path = _on_grid(lines, tile, closed=False)
    path, number = _kept_parts(path, np.bincount(path.part_of, minlength=len(lines)) > 1)
    border = hits[of_hit][number]
    pairs = np.column_stack([level.borders.first[border], level.borders.second[border]])
    order = np.lexsort((number, pairs[:, 1], pairs[:, 0]))
    path = _ordered(path, order)
    sides, feature = np.unique(pairs[order], axis=0, return_inverse=True)
    second = np.where(sides[:, 1] == NOBODY, ABSENT, sides[:, 1])
    return TileLayer(
        "borders", Shape.LINE, path.xy, path.part_of, feature.reshape(-1), attributes={"a": sides[:, 0], "b": second}
    )


def _cut(
    shapes: NDArray[np.object_], tree: shapely.STRtree, tile: Tile
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    box = tile_box_m(*tile, margin=MARGIN / EXTENT)
    hits = np.sort(tree.query(shapely.box(*box)))
    cut = shapes[hits]
    edges = shapely.bounds(cut).reshape(-1, 4)
    outside = (edges[:, :2] < box[:2]).any(axis=1) | (edges[:, 2:] > box[2:]).any(axis=1)
    cut[outside] = shapely.clip_by_rect(cut[outside], *box)
    return hits, cut


def _on_grid(paths: NDArray[np.object_], tile: Tile, *, closed: bool) -> _Path:
    """Set vertices on the tile's grid, leaving out those that fall on the one before them."""
    west, south, _, north = tile_box_m(*tile)
    xy, part = shapely.get_coordinates(paths, return_index=True)
    step = 1 if tile.z >= FINEST_ZOOM else _COARSE_STEP
    steps = (xy - (west, north)) * (1, -1) * (EXTENT / step / (north - south))
    grid = np.floor(steps + 0.5 + _BIAS).astype(np.int64) * step
    moved = np.ones(len(grid), dtype=bool)
    moved[1:] = (grid[1:] != grid[:-1]).any(axis=1) | (part[1:] != part[:-1])
    grid, part = grid[moved], part[moved].astype(np.int64)
    if closed and len(part):
        last = np.flatnonzero(np.append(part[1:] != part[:-1], True))
        grid, part = np.delete(grid, last, axis=0), np.delete(part, last)
    return _Path(grid, part)


def _twice_area(path: _Path, rings: int) -> Numbers:
    if not len(path.xy):
        return np.zeros(rings, dtype=np.int64)
    count = np.bincount(path.part_of, minlength=rings)
    first = np.cumsum(count) - count
    behind = np.arange(1, len(path.xy) + 1)
    behind[(first + count - 1)[count > 0]] = first[count > 0]
    x, y = path.xy.T
    crossed = x * y[behind] - x[behind] * y
    total = np.concatenate([[0], np.cumsum(crossed)])
    return np.asarray(total[first + count] - total[first])


def _turned(path: _Path, backwards: NDArray[np.bool_]) -> _Path:
    count = np.bincount(path.part_of, minlength=len(backwards))
    first = np.cumsum(count) - count
    place = np.arange(len(path.xy))
    mirrored = 2 * first[path.part_of] + count[path.part_of] - 1 - place
    return _Path(path.xy[np.where(backwards[path.part_of], mirrored, place)], path.part_of)


def _kept_parts(path: _Path, kept: NDArray[np.bool_]) -> tuple[_Path, Numbers]:
    numbers = np.flatnonzero(kept)
    vertices = kept[path.part_of]
    return _Path(path.xy[vertices], (np.cumsum(kept) - 1)[path.part_of[vertices]]), numbers


def _ordered(path: _Path, order: Numbers) -> _Path:
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    place = rank[path.part_of]
    vertices = np.argsort(place, kind="stable")
    return _Path(path.xy[vertices], place[vertices])
