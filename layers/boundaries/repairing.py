"""Carrying out decided repairs: ground goes to one unit, borders get shared vertices, nothing else moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.coverage import Hole, Shared, find_gaps, find_overlaps
from layers.boundaries.ground import ground_of
from layers.boundaries.repairs import Repair
from layers.boundaries.snapping import GRID_DEG, snap_to_grid
from layers.errors import InvalidParameter
from layers.wording import Text

__all__ = ["carried_out"]

# Smaller than the smallest gap or overlap that gets a card.
_CRACK_M2 = 1.0


def carried_out(units: gpd.GeoDataFrame, decided: Sequence[Repair], given: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Give the ground of each decided defect to one unit and make its borders agree.

    Parameters
    ----------
    units : GeoDataFrame
        The units the cards were made from, EPSG:4326.
    decided : sequence of Repair
        The cards accepted.
    given : mapping of str to str
        Key of a card -> code of the unit that gets its ground, where that differs from the proposal.

    Returns
    -------
    GeoDataFrame
        The units that changed, with their index in `units`.

    Raises
    ------
    InvalidParameter
        When ground would go to a unit that does not meet it, a card proposes nobody, or a unit would be left
        without ground.
    """
    before = units.geometry.to_numpy()
    shapes = before.copy()
    touched: set[int] = set()
    for card in decided:
        if card.kind == "t_junction":
            _close_cracks(shapes, card)
        else:
            _give(shapes, card.rows, card.shape, to=_receiver(card, given))
        _refuse_emptied(shapes, card)
        touched.update(card.rows)
    _node(shapes, sorted(touched))
    changed = [row for row in range(len(shapes)) if shapes[row] is not before[row]]
    return units.iloc[changed].set_geometry(shapes[changed])


def _receiver(card: Repair, given: Mapping[str, str]) -> int:
    code = given.get(card.key, card.give_to)
    for row, unit in zip(card.rows, card.units, strict=True):
        if unit == code:
            return row
    listed = ", ".join(card.units)
    raise InvalidParameter(
        Text(
            f"Chỗ {card.key} không thể giao cho “{code or '–'}”.",
            f"The ground {card.key} cannot go to “{code or '–'}”.",
        ),
        Text(
            f"Chọn một trong: {listed} (--give {card.key}=MÃ), hoặc để nguyên bằng --leave {card.key}.",
            f"Choose one of {listed} (--give {card.key}=CODE), or leave it with --leave {card.key}.",
        ),
    )


def _give(shapes: NDArray[np.object_], rows: Sequence[int], ground: shapely.Geometry, *, to: int) -> None:
    # An earlier card may have changed a unit, so the ground is cut from what is there now.
    for row in rows:
        if row != to:
            shapes[row] = ground_of(shapely.difference(shapes[row], ground, grid_size=GRID_DEG))
    shapes[to] = ground_of(shapely.union(shapes[to], ground, grid_size=GRID_DEG))


def _refuse_emptied(shapes: NDArray[np.object_], card: Repair) -> None:
    for row, code, name in zip(card.rows, card.units, card.names, strict=True):
        if shapes[row].is_empty:
            raise InvalidParameter(
                Text(
                    f"Sửa chỗ {card.key} sẽ làm {name} ({code}) không còn đất.",
                    f"The repair {card.key} would leave {name} ({code}) without ground.",
                ),
                Text(
                    f"Giao cho đơn vị đó bằng --give {card.key}={code}, hoặc để nguyên bằng --leave {card.key}.",
                    f"Give it to that unit with --give {card.key}={code}, or leave it with --leave {card.key}.",
                ),
            )


def _close_cracks(shapes: NDArray[np.object_], card: Repair) -> None:
    """Close what is too small for a card of its own along borders that do not agree."""
    pair = shapes[list(card.rows)]
    cracks: list[Shared | Hole] = [
        *(found for found in find_overlaps(pair, min_area_m2=0.0) if found.area_m2 < _CRACK_M2),
        *(found for found in find_gaps(pair, min_area_m2=0.0) if found.area_m2 < _CRACK_M2),
    ]
    for crack in cracks:
        if shapely.dwithin(crack.shape, card.shape, 10 * GRID_DEG):
            _give(shapes, card.rows, ground_of(crack.shape), to=card.rows[0])


def _node(shapes: NDArray[np.object_], touched: Sequence[int]) -> None:
    """Give the touched units and their neighbours each other's vertices where their borders run together."""
    if not touched:
        return
    tree = shapely.STRtree(shapes)
    around = np.unique(tree.query(shapes[list(touched)], predicate="dwithin", distance=10 * GRID_DEG)[1])
    edges = shapely.coverage_invalid_edges(shapes[around])
    wrong = np.flatnonzero(~(shapely.is_missing(edges) | shapely.is_empty(edges)))
    if len(wrong) == 0:
        return
    places = np.unique(shapely.get_coordinates(edges[wrong]), axis=0)
    points = shapely.STRtree(shapely.points(places))
    for position in wrong.tolist():
        row = int(around[position])
        near = points.query(shapely.boundary(shapes[row]), predicate="dwithin", distance=1.5 * GRID_DEG)
        shapes[row] = _with_vertices(shapes[row], places[near])


def _with_vertices(shape: shapely.Geometry, places: NDArray[np.float64]) -> shapely.Geometry:
    snapped = shapely.snap(shape, shapely.multipoints(places), 1.5 * GRID_DEG)
    if not snapped.is_valid:
        snapped = shapely.make_valid(snapped, method="structure", keep_collapsed=False)
    fitted: shapely.Geometry = snap_to_grid(np.array([ground_of(snapped)], dtype=object))[0]
    return fitted
