"""The density surface in print: filled classes with outlines, cut at the coast."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import cast

import contourpy
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgba
from numpy.typing import NDArray

from layers import geo
from layers.hotspots.density import DensityGrid
from mapserver.rendering.print_frame import MapFrame
from mapserver.rendering.print_shapes import area_path
from mapserver.rendering.style import density_classes

__all__ = ["DENSITY_LINE", "class_widths_pt", "draw_density"]

Array = NDArray[np.float64]

DENSITY_LINE = "#4b1064"
_MOST_KNOTS = 400


def class_widths_pt(count: int) -> list[float]:
    """Give the widths of the outlines of the classes.

    A copy loses the hue: lines that grow heavier towards the middle keep the order.

    Parameters
    ----------
    count : int
        Number of classes.

    Returns
    -------
    list of float, length count
        Points, growing.
    """
    return [float(width) for width in np.linspace(0.25, 0.9, count)]


def draw_density(axes: Axes, grid: DensityGrid, *, epsg: int, frame: MapFrame, land: shapely.Geometry) -> None:
    """Draw a density surface.

    Parameters
    ----------
    axes : Axes
        The window of the map.
    grid : DensityGrid
        The surface, incidents per km².
    epsg : int
        The metric system of the surface.
    frame : MapFrame
        The window's system.
    land : shapely geometry
        Where it is drawn, in the window's system; valid.
    """
    classes = density_classes(float(grid.values.max(initial=0.0)))
    if not classes:
        return
    contours = _contours(grid, epsg, frame.epsg)
    uppers = [*(entry.from_value for entry in classes[1:]), np.inf]
    for entry, upper, width_pt in zip(classes, uppers, class_widths_pt(len(classes)), strict=True):
        area = area_path(shapely.intersection(_area(contours, entry.from_value, upper), land))
        fill = PathCollection([area], facecolors=[to_rgba(entry.color)], linewidths=0, zorder=2)
        lines = LineCollection(
            list(_lines(contours, entry.from_value, land)), colors=DENSITY_LINE, linewidths=width_pt, zorder=2.1
        )
        axes.add_collection(fill)
        axes.add_collection(lines)


def _contours(grid: DensityGrid, from_epsg: int, to_epsg: int) -> contourpy.ContourGenerator:
    step = math.ceil(max(grid.shape) / _MOST_KNOTS)
    x, y = np.meshgrid(grid.x_m[::step], grid.y_m[::step])
    if from_epsg != to_epsg:
        flat = geo.transform_xy(x.ravel(), y.ravel(), from_epsg=from_epsg, to_epsg=to_epsg)
        x, y = flat[0].reshape(x.shape), flat[1].reshape(y.shape)
    return contourpy.contour_generator(
        x=x, y=y, z=grid.values[::step, ::step],
        fill_type=contourpy.FillType.OuterOffset, line_type=contourpy.LineType.Separate,
    )  # fmt: skip


def _area(contours: contourpy.ContourGenerator, lower: float, upper: float) -> shapely.Geometry:
    outlines, offsets = cast(tuple[list[Array], list[NDArray[np.uint32]]], contours.filled(lower, upper))
    polygons = []
    for outline, starts in zip(outlines, offsets, strict=True):
        rings = [outline[first:last] for first, last in pairwise(starts.tolist())]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.make_valid(shapely.MultiPolygon(polygons))


def _lines(contours: contourpy.ContourGenerator, level: float, land: shapely.Geometry) -> Iterator[Array]:
    for line in contours.lines(level):
        for part in shapely.get_parts(shapely.intersection(shapely.LineString(line), land)):
            yield shapely.get_coordinates(part)
