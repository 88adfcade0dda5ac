"""Snapping to a grid: borders that differ by rounding alone become the same."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["GRID_DEG", "snap_to_grid"]

# About one centimetre: below what any survey of borders holds, far above the noise of a projection.
GRID_DEG = 1e-7
_DECIMALS = 7


def snap_to_grid(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Round every vertex to the grid, keeping each unit valid.

    Vertices are rounded one by one, so two that were the same stay the same whatever unit
    they belong to. The few units that rounding breaks are rebuilt on the grid (snap rounding,
    Hobby 1999, as in GEOS).

    Parameters
    ----------
    shapes : ndarray of valid polygons or None, shape (n,)
        In EPSG:4326.

    Returns
    -------
    ndarray of MultiPolygon or None, shape (n,)
        A unit smaller than the grid is left as it was.

    Examples
    --------
    >>> unit = shapely.box(106, 20, 106.000000149, 20.1)
    >>> snap_to_grid(np.array([unit, None], dtype=object))[0].bounds
    (106.0, 20.0, 106.0000001, 20.1)
    """
    rounded = np.asarray(shapely.transform(shapes, lambda places: np.round(places, _DECIMALS)), dtype=object)
    for position in np.flatnonzero(~(shapely.is_valid(rounded) | shapely.is_missing(rounded))).tolist():
        rebuilt = shapely.set_precision(shapes[position], GRID_DEG)
        rounded[position] = shapes[position] if rebuilt.is_empty else rebuilt
    for position, shape in enumerate(rounded):
        if shape is not None and shape.geom_type == "Polygon":
            rounded[position] = shapely.multipolygons([shape])
    return rounded
