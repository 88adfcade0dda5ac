"""The ground of a shape: what of it has an area."""

from __future__ import annotations

import shapely

__all__ = ["ground_of"]


def ground_of(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Keep the areas of a shape and drop the lines and points beside them.

    Where neighbours share a border, an intersection, a difference or a repair has lines and points as well.

    Parameters
    ----------
    shape : Geometry
        Any kind, in any system.

    Returns
    -------
    MultiPolygon
        Empty where nothing of the shape has an area.

    Examples
    --------
    >>> meeting = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(1, 0), (2, 0)])])
    >>> print(ground_of(meeting))
    MULTIPOLYGON (((1 0, 1 1, 0 1, 0 0, 1 0)))
    >>> ground_of(shapely.LineString([(0, 0), (1, 1)])).is_empty
    True
    """
    # A collection can hold multipolygons, so parts are taken twice.
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas: shapely.MultiPolygon = shapely.multipolygons(
        parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)]
    )
    return areas
