"""Hotspots in print: the cells that can be told apart from the rest, what that rests on, and how it did when tried."""

from __future__ import annotations

import textwrap

import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba

from layers import geo
from mapserver.rendering.print_data import PrintHotspots
from mapserver.rendering.print_frame import MapFrame
from mapserver.rendering.print_shapes import area_path
from mapserver.rendering.style import HOTSPOT_STYLES, HotspotStyle

__all__ = ["draw_hotspots", "hotspot_classes", "hotspot_lines"]

# Letters of the small size that fit the column of the legend.
_LINE_LETTERS = 50


def hotspot_classes(found: PrintHotspots) -> list[HotspotStyle]:
    """List the classes that are drawn.

    Parameters
    ----------
    found : PrintHotspots
        What was found.

    Returns
    -------
    list of HotspotStyle
        In the order of the legend.
    """
    present = set(found.cells["class"])
    return [style for name, style in HOTSPOT_STYLES.items() if name in present]


def hotspot_lines(found: PrintHotspots, language: str) -> list[str]:
    """Break the sentences into lines of the legend.

    Parameters
    ----------
    found : PrintHotspots
        What was found.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    list of str
        Lines.
    """
    said = [each.in_language(language) for each in found.sentences]
    return [line for text in (*said, found.evidence) if text for line in textwrap.wrap(text, _LINE_LETTERS)]


def draw_hotspots(axes: Axes, found: PrintHotspots, frame: MapFrame) -> None:
    """Draw what stands out.

    Parameters
    ----------
    axes : Axes
        The window of the map.
    found : PrintHotspots
        What was found.
    frame : MapFrame
        The window's system.
    """
    if not len(found.cells):
        return
    shapes = geo.to_crs(found.cells, frame.epsg).geometry.to_numpy()
    names = found.cells["class"].to_numpy()
    for style in hotspot_classes(found):
        paths = [area_path(shape) for shape in shapes[names == style.name] if shapely.get_dimensions(shape) == 2]
        fill = to_rgba(style.fill, style.opacity)
        drawn = PathCollection(
            paths, facecolors=[fill], edgecolors=[to_rgba(style.edge)], linewidths=style.width_pt, zorder=3.3
        )
        drawn.set_hatch(style.hatch)
        axes.add_collection(drawn)
