"""Mending of single units: rings made valid, only areas kept, nothing lost without a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.ground import ground_of
from layers.geo import area_m2
from layers.wording import Text

__all__ = ["Mended", "mend"]

_NO_GEOMETRY = Text("không có hình học", "has no geometry")
_NOT_AREA = Text("hình học không phải vùng", "the geometry is not an area")
_NOT_FINITE = Text("tọa độ có giá trị không phải số", "a coordinate is not a number")
_UNMENDABLE = Text("hình học hỏng, không sửa được", "the geometry is broken beyond mending")


@dataclass(frozen=True)
class Mended:
    """Units after mending, in the order given.

    Parameters
    ----------
    shapes : ndarray of MultiPolygon or None, shape (n,)
        Valid, two-dimensional; None where a unit cannot be used.
    area_change_m2 : dict of int to float
        Position -> geodesic area after less before, for the units that were mended.
    refused : dict of int to Text
        Position -> why the unit cannot be used.
    """

    shapes: NDArray[np.object_]
    area_change_m2: dict[int, float]
    refused: dict[int, Text]


def mend(geometries_lonlat: Sequence[shapely.Geometry | None]) -> Mended:
    """Make every unit a valid two-dimensional multipolygon, or say why it cannot be.

    Invalid rings are rebuilt from the structure of the polygon (outer rings bound area,
    inner rings take it away), as in GEOS's structural repair.

    Parameters
    ----------
    geometries_lonlat : sequence of shapely geometries or None, length n
        In EPSG:4326.

    Returns
    -------
    Mended
        The units, what was mended by how many square metres, and what was refused.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(106, 20), (106.01, 20.01), (106.01, 20), (106, 20.01)])
    >>> done = mend([shapely.box(106, 20, 106.01, 20.01), bow_tie, shapely.Point(106, 20), None])
    >>> [shape.geom_type if shape else None for shape in done.shapes]
    ['MultiPolygon', 'MultiPolygon', None, None]
    >>> sorted(done.area_change_m2), {k: v.en for k, v in done.refused.items()}
    ([1], {2: 'the geometry is not an area', 3: 'has no geometry'})
    """
    flat = np.asarray(shapely.force_2d(np.asarray(geometries_lonlat, dtype=object)), dtype=object)
    refused = _unusable(flat)
    shapes = np.full(len(flat), None, dtype=object)
    changes: dict[int, float] = {}
    for position in range(len(flat)):
        if position not in refused:
            _mend_one(position, flat[position], shapes=shapes, changes=changes, refused=refused)
    return Mended(shapes, changes, refused)


def _unusable(flat: NDArray[np.object_]) -> dict[int, Text]:
    coordinates, owners = shapely.get_coordinates(flat, return_index=True)
    not_finite = set(owners[~np.isfinite(coordinates).all(axis=1)].tolist())
    missing = shapely.is_missing(flat) | shapely.is_empty(flat)
    areal = shapely.get_dimensions(flat) == 2
    refused: dict[int, Text] = {}
    for position in range(len(flat)):
        if missing[position]:
            refused[position] = _NO_GEOMETRY
        elif not areal[position]:
            refused[position] = _NOT_AREA
        elif position in not_finite:
            refused[position] = _NOT_FINITE
    return refused


def _mend_one(
    position: int,
    shape: shapely.Geometry,
    *,
    shapes: NDArray[np.object_],
    changes: dict[int, float],
    refused: dict[int, Text],
) -> None:
    valid = bool(shapely.is_valid(shape))
    try:
        sound = shape if valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:
        sound = shapely.MultiPolygon()
    ground = ground_of(sound)
    if ground.is_empty:
        refused[position] = _UNMENDABLE
        return
    shapes[position] = ground
    if not valid:
        before, after = area_m2([shape, shapes[position]])
        changes[position] = float(after - before)
