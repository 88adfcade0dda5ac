"""The small map of the country: Hoàng Sa and Trường Sa by name, and where the sheet lies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle

from layers import geo
from mapserver.rendering.print_data import PrintData
from mapserver.rendering.print_frame import MapFrame
from mapserver.rendering.print_shapes import area_path
from mapserver.rendering.print_sheet import Box, Sheet, Type
from mapserver.rendering.print_words import WORDS
from mapserver.rendering.style import ACCENT, BORDER_OUTER, GROUND, INK, INK_SOFT, SEA

__all__ = ["INSET_MM", "draw_inset"]

# Places a longitude and a latitude on the sheet, millimetres.
Placer = Callable[[float, float], tuple[float, float]]

INSET_MM = (48.0, 54.0)
_PADDING_MM = 2.5
_NAME_MM = 15.0
_NAME_LIFT_MM = 1.2
_LINE_MM = 2.9
_SEA_NAME_LONLAT = (111.6, 13.9)


def draw_inset(sheet: Sheet, data: PrintData, frame: MapFrame, *, box: Box) -> None:
    """Show the country with Hoàng Sa and Trường Sa, and where the map lies in it.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    data : PrintData
        What is on it.
    frame : MapFrame
        The map, outlined on the inset.
    box : Box
        Room for the inset, millimetres.
    """
    sheet.box(box, fill=SEA, edge=INK_SOFT, width_pt=0.5)
    at = _placer(data, box)
    for role, shape, name in zip(data.insets["role"], data.insets.geometry, data.insets["name"], strict=True):
        _draw_part(sheet, shapely.transform(shape, lambda points: np.column_stack(at(*points.T))), role)
        if role != "mainland":
            west, _south, east, north = shape.bounds
            x, y = at((west + east) / 2, north)
            _write_name(sheet, str(name), (x, y + _NAME_LIFT_MM), box=box)
    _write_sea(sheet, data, at)
    _outline_map(sheet, frame, at)


def _write_sea(sheet: Sheet, data: PrintData, at: Placer) -> None:
    bounds = dict(zip(data.insets["role"], data.insets.geometry.bounds.to_numpy(), strict=True))
    lon, _lat = _SEA_NAME_LONLAT
    x, upper = at(lon, float(bounds["hoang_sa"][1]))
    _x, lower = at(lon, float(bounds["truong_sa"][3]))
    # Between the northern islands and the two lines of the southern name, where there is room for it.
    lower += _NAME_LIFT_MM + 2 * _LINE_MM
    if upper - lower >= _LINE_MM + 1:
        y = (upper + lower) / 2 - 0.8
        sheet.text(x, y, WORDS["sea"].in_language(sheet.language), look=Type(7.0, color="#6d8797", align="center"))


def _placer(data: PrintData, box: Box) -> Placer:
    west, south, east, north = shapely.total_bounds(data.insets.geometry.to_numpy())
    # One degree of longitude is shorter than one of latitude; a plain stretch is enough at this size.
    stretch = float(np.cos(np.radians((south + north) / 2)))
    room_x, room_y = box.width - 2 * _PADDING_MM, box.height - 2 * _PADDING_MM
    scale = min(room_x / ((east - west) * stretch), room_y / (north - south))
    left = box.left + (box.width - (east - west) * stretch * scale) / 2
    bottom = box.bottom + (box.height - (north - south) * scale) / 2
    return lambda lon, lat: (left + (lon - west) * stretch * scale, bottom + (lat - south) * scale)


def _draw_part(sheet: Sheet, shape: shapely.Geometry, role: str) -> None:
    land = role == "mainland"
    fill, width = (GROUND, 0.5) if land else (ACCENT, 0.8)
    edge = BORDER_OUTER if land else ACCENT
    sheet.axes.add_collection(
        PathCollection([area_path(shape)], facecolors=fill, edgecolors=edge, linewidths=width, zorder=2)
    )


def _write_name(sheet: Sheet, name: str, place: tuple[float, float], *, box: Box) -> None:
    look = Type(7.0, bold=True, align="center")
    # In two lines the name of an archipelago stays clear of the mainland.
    lines = sheet.wrap(name, _NAME_MM, look)
    half = max(sheet.width_mm(line, look) for line in lines) / 2
    x = min(max(place[0], box.left + half + 1), box.right - half - 1)
    for row, line in enumerate(lines[::-1]):
        sheet.text(x, place[1] + _LINE_MM * row, line, look=look)


def _outline_map(sheet: Sheet, frame: MapFrame, at: Placer) -> None:
    corners = np.array([frame.west_m, frame.east_m]), np.array([frame.south_m, frame.north_m])
    lon, lat = geo.transform_xy(*corners, from_epsg=frame.epsg, to_epsg=4326)
    (left, bottom), (right, top) = at(float(lon[0]), float(lat[0])), at(float(lon[1]), float(lat[1]))
    # A ward is a speck on the country: below two millimetres the outline would not be seen.
    grow = max(0.0, 2.0 - (right - left)) / 2, max(0.0, 2.0 - (top - bottom)) / 2
    box = Box(left - grow[0], bottom - grow[1], right - left + 2 * grow[0], top - bottom + 2 * grow[1])
    sheet.axes.add_patch(
        Rectangle(
            (box.left, box.bottom), box.width, box.height, facecolor="none", edgecolor=INK, linewidth=0.9, zorder=4
        )
    )
