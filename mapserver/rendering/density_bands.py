"""The classes of a density surface as areas."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import cast

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray

from layers import geo
from layers.hotspots.density import DensityGrid

__all__ = ["band", "contours_of"]

Array = NDArray[np.float64]

_MOST_KNOTS = 400


def contours_of(grid: DensityGrid, *, from_epsg: int, to_epsg: int) -> contourpy.ContourGenerator:
    """Prepare the contours of a surface.

    Parameters
    ----------
    grid : DensityGrid
        The surface, incidents per km².
    from_epsg, to_epsg : int
        Its system, and the one in which it is drawn.

    Returns
    -------
    contourpy.ContourGenerator
        Gives lines and, through `band`, areas.
    """
    step = math.ceil(max(grid.shape) / _MOST_KNOTS)
    x, y = np.meshgrid(grid.x_m[::step], grid.y_m[::step])
    if from_epsg != to_epsg:
        flat = geo.transform_xy(x.ravel(), y.ravel(), from_epsg=from_epsg, to_epsg=to_epsg)
        x, y = flat[0].reshape(x.shape), flat[1].reshape(y.shape)
    return contourpy.contour_generator(
        x=x, y=y, z=grid.values[::step, ::step],
        fill_type=contourpy.FillType.OuterOffset, line_type=contourpy.LineType.Separate,
    )  # fmt: skip


def band(contours: contourpy.ContourGenerator, lower: float, upper: float) -> shapely.Geometry:
    """Outline where a surface lies between two values.

    Parameters
    ----------
    contours : contourpy.ContourGenerator
        From `contours_of`.
    lower, upper : float
        Incidents per km².

    Returns
    -------
    shapely geometry
        Valid; perhaps empty.
    """
    outlines, offsets = cast(tuple[list[Array], list[NDArray[np.uint32]]], contours.filled(lower, upper))
    polygons = []
    for outline, starts in zip(outlines, offsets, strict=True):
        rings = [outline[first:last] for first, last in pairwise(starts.tolist())]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.make_valid(shapely.MultiPolygon(polygons))
