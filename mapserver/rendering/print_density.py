"""The density surface in print: filled classes with outlines, cut at the coast."""

from __future__ import annotations

from collections.abc import Iterator

import contourpy
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgba
from numpy.typing import NDArray

from layers.hotspots.density import DensityGrid
from mapserver.rendering.density_bands import band, contours_of
from mapserver.rendering.print_frame import MapFrame
from mapserver.rendering.print_shapes import area_path
from mapserver.rendering.style import density_classes

__all__ = ["DENSITY_LINE", "class_widths_pt", "draw_density"]

Array = NDArray[np.float64]

DENSITY_LINE = "#4b1064"


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
    contours = contours_of(grid, from_epsg=epsg, to_epsg=frame.epsg)
    uppers = [*(entry.from_value for entry in classes[1:]), np.inf]
    for entry, upper, width_pt in zip(classes, uppers, class_widths_pt(len(classes)), strict=True):
        area = area_path(shapely.intersection(band(contours, entry.from_value, upper), land))
        fill = PathCollection([area], facecolors=[to_rgba(entry.color)], linewidths=0, zorder=2)
        lines = LineCollection(
            list(_lines(contours, entry.from_value, land)), colors=DENSITY_LINE, linewidths=width_pt, zorder=2.1
        )
        axes.add_collection(fill)
        axes.add_collection(lines)


def _lines(contours: contourpy.ContourGenerator, level: float, land: shapely.Geometry) -> Iterator[Array]:
    for line in contours.lines(level):
        for part in shapely.get_parts(shapely.intersection(shapely.LineString(line), land)):
            yield shapely.get_coordinates(part)
