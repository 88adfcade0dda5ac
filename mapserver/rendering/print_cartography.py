"""What makes a picture a map: its window, graticule, scale bar and north arrow, and islands far off."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import shapely
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import NDArray

from layers import geo
from mapserver.rendering.print_data import PrintData
from mapserver.rendering.print_frame import Ground, MapFrame, scale_bar
from mapserver.rendering.print_layers import draw_layers
from mapserver.rendering.print_names import Window, draw_names
from mapserver.rendering.print_sheet import SMALL, Box, Sheet, Type
from mapserver.rendering.print_words import WORDS, degrees, number
from mapserver.rendering.style import INK, INK_SOFT, SEA

__all__ = ["SCALE_HEIGHT_MM", "Corners", "draw_map", "draw_scale", "scale_width_mm"]

_GAP_MM = 2.5
SCALE_HEIGHT_MM = 13.0
_ARROW_MM, _AFTER_BAR_MM = 15.0, 10.0
_MOST_HIDDEN = 0.02
_DETACHED_PADDING_MM = 4.5
_DETACHED_LEAST_MM = 40.0
_DETACHED_MOST_MM = 60.0
_GRATICULE_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 300)
_GRATICULE_APART_MM = 36.0
_TICK_MM = 1.4
# A number centred nearer to the end would run into the column beside the map.
_LEAST_FROM_END_MM = 7.0


@dataclass
class Corners:
    """The corners of the window, given to furniture so that it hides the least land.

    Parameters
    ----------
    frame : MapFrame
        The window.
    land : ndarray of shapely geometries
        What had better stay visible, in the window's system.
    taken : list of Box
        Ground given away, millimetres.
    """

    frame: MapFrame
    land: NDArray[np.object_]
    taken: list[Box] = field(default_factory=list)

    def take(self, width_mm: float, height_mm: float, *, most_hidden: float = 1.0) -> Box | None:
        """Give a corner away.

        Parameters
        ----------
        width_mm, height_mm : float
            Size of the furniture.
        most_hidden : float
            Share of its ground that may be land, 0 to 1.

        Returns
        -------
        Box or None
            Its place, millimetres; None when no corner is free.
        """
        window = self.frame.box
        lefts = (window.left + _GAP_MM, window.right - _GAP_MM - width_mm)
        bottoms = (window.bottom + _GAP_MM, window.top - _GAP_MM - height_mm)
        boxes = [Box(left, bottom, width_mm, height_mm) for bottom in bottoms for left in lefts]
        free = {box: self._hidden_share(box) for box in boxes if not any(box.meets(other) for other in self.taken)}
        allowed = [box for box, hidden in free.items() if hidden <= most_hidden]
        if not allowed:
            return None
        best = min(allowed, key=lambda box: free[box])
        self.taken.append(best)
        return best

    def _hidden_share(self, box: Box) -> float:
        scale = self.frame.m_per_mm
        west = self.frame.west_m + (box.left - self.frame.box.left) * scale
        south = self.frame.south_m + (box.bottom - self.frame.box.bottom) * scale
        cover = shapely.box(west, south, west + box.width * scale, south + box.height * scale)
        met = self.land[shapely.intersects(self.land, cover)]
        return float(shapely.area(shapely.intersection(met, cover)).sum() / shapely.area(cover))


def draw_map(sheet: Sheet, data: PrintData, corners: Corners, *, ground: Ground, ranked: list[int]) -> list[int]:
    """Draw the map with everything inside its window.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    data : PrintData
        What is on it.
    corners : Corners
        The window and what stands in its corners.
    ground : Ground
        The units in the window's system.
    ranked : list of int
        Positions of the units that the table lists, marked with their place in it.

    Returns
    -------
    list of int
        Positions of units far off for which no corner was free.
    """
    frame = corners.frame
    _draw_window(sheet, data, frame, ground=ground)
    _draw_graticule(sheet, frame)
    scale = corners.take(scale_width_mm(frame), SCALE_HEIGHT_MM)
    if scale is not None:
        draw_scale(sheet, frame, scale)
    left_out: list[int] = []
    for group in ground.groups[1:]:
        if not _draw_detached(sheet, data, corners, ground=ground, rows=group, ranked=ranked):
            left_out += group.tolist()
    draw_names(sheet, data, Window(frame, ground, ground.groups[0], corners.taken), ranked=ranked)
    sheet.box(frame.box, width_pt=0.9)
    return left_out


def _draw_window(sheet: Sheet, data: PrintData, frame: MapFrame, *, ground: Ground) -> None:
    window = sheet.panel(frame.box, order=len(sheet.figure.axes))
    window.add_patch(Rectangle((0, 0), 1, 1, transform=window.transAxes, facecolor=SEA, edgecolor="none", zorder=0))
    draw_layers(window, data, frame, ground=ground)


def _draw_detached(
    sheet: Sheet, data: PrintData, corners: Corners, *, ground: Ground, rows: NDArray[np.int64], ranked: list[int]
) -> bool:
    """Show units far from the others at the same scale in a corner, if one is free and large enough."""
    main = corners.frame
    west, south, east, north = shapely.total_bounds(ground.shapes[rows])
    width = max((east - west) / main.m_per_mm + 2 * _DETACHED_PADDING_MM, _DETACHED_LEAST_MM)
    height = (north - south) / main.m_per_mm + 4 * _DETACHED_PADDING_MM
    if max(width, height) > _DETACHED_MOST_MM:
        return False
    box = corners.take(width, height, most_hidden=_MOST_HIDDEN)
    if box is None:
        return False
    frame = MapFrame(
        box, main.epsg, (west + east - width * main.m_per_mm) / 2,
        (south + north - (height + _DETACHED_PADDING_MM) * main.m_per_mm) / 2, main.ratio,
    )  # fmt: skip
    _draw_window(sheet, data, frame, ground=ground)
    sheet.box(box, width_pt=0.5)
    caption = WORDS["detached"].in_language(sheet.language)
    sheet.text(box.left + width / 2, box.bottom + 1.4, caption, look=Type(7.0, color=INK_SOFT, align="center"))
    below = Box(box.left, box.bottom, box.width, _DETACHED_PADDING_MM)
    draw_names(sheet, data, Window(frame, ground, rows, [below], overhang_mm=width), ranked=ranked)
    return True


def scale_width_mm(frame: MapFrame) -> float:
    """Tell how wide the plate of scale and north arrow is.

    Parameters
    ----------
    frame : MapFrame
        The map.

    Returns
    -------
    float
        Millimetres.
    """
    return _ARROW_MM + scale_bar(frame).length_mm + _AFTER_BAR_MM


def draw_scale(sheet: Sheet, frame: MapFrame, box: Box) -> None:
    """Draw the plate with the scale, its bar and the arrow to the north.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    frame : MapFrame
        The map.
    box : Box
        Its place, millimetres; `scale_width_mm` wide and `SCALE_HEIGHT_MM` high.
    """
    sheet.box(box, fill="white", edge=INK_SOFT, width_pt=0.4)
    _draw_arrow(sheet, frame, (box.left + 7.0, box.bottom + 4.7))
    bar = scale_bar(frame)
    left, bottom = box.left + _ARROW_MM, box.bottom + 2.2
    ratio = f"{WORDS['scale'].in_language(sheet.language)} 1:{number(frame.ratio, sheet.language)}"
    sheet.text(left, box.top - 3.6, ratio, look=Type(8.0, bold=True))
    step = bar.length_mm / 4
    for part in range(4):
        fill = INK if part % 2 == 0 else "white"
        sheet.box(Box(left + part * step, bottom, step, 1.3), fill=fill, width_pt=0.4)
    outline = sheet.box(Box(left, bottom, bar.length_mm, 1.3), width_pt=0.5)
    outline.set_gid("scale-bar")
    unit, per_unit = ("km", 1000) if bar.length_m >= 1000 else ("m", 1)
    for part, suffix in ((0, ""), (2, ""), (4, f" {unit}")):
        value = bar.length_m * part / 4 / per_unit
        shown = number(value, sheet.language, decimals=0 if value == round(value) else 1)
        look = Type(7.0, align="center")
        digits = sheet.text(left + part * step, bottom + 2.2, shown, look=look)
        if suffix:
            digits.set_gid("scale-bar-length")
            edge = left + part * step + sheet.width_mm(shown, look) / 2
            sheet.text(edge, bottom + 2.2, suffix, look=Type(7.0))


def _draw_arrow(sheet: Sheet, frame: MapFrame, foot_mm: tuple[float, float]) -> None:
    """Point to true north at the middle of the map, which in a grid is rarely straight up."""
    middle = np.array([(frame.west_m + frame.east_m) / 2]), np.array([(frame.south_m + frame.north_m) / 2])
    lon, lat = geo.transform_xy(*middle, from_epsg=frame.epsg, to_epsg=4326)
    north_x, north_y = frame.project(lon, lat + 0.01)
    turn = math.atan2(float(north_x[0] - middle[0][0]), float(north_y[0] - middle[1][0]))
    x_mm, y_mm = foot_mm

    def turned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        sine, cosine = math.sin(turn), math.cos(turn)
        return [(x_mm + x * cosine + y * sine, y_mm - x * sine + y * cosine) for x, y in points]

    for points, fill in (([(0, 6.5), (-2.1, -2.4), (0, -0.9)], INK), ([(0, 6.5), (2.1, -2.4), (0, -0.9)], "white")):
        sheet.axes.add_patch(Polygon(turned(points), facecolor=fill, edgecolor=INK, linewidth=0.5))
    letter = WORDS["arrow"].in_language(sheet.language)
    sheet.text(x_mm + 2.6, y_mm + 3.5, letter, look=Type(8.0, bold=True))


def _draw_graticule(sheet: Sheet, frame: MapFrame) -> None:
    """Mark whole minutes along the edges of the window."""
    box = frame.box
    along = np.linspace(0.0, 1.0, 41)
    x, y = frame.west_m + along * (frame.east_m - frame.west_m), frame.south_m + along * (frame.north_m - frame.south_m)
    lon, _lat = geo.transform_xy(x, np.full_like(x, frame.south_m), from_epsg=frame.epsg, to_epsg=4326)
    _lon, lat = geo.transform_xy(np.full_like(y, frame.west_m), y, from_epsg=frame.epsg, to_epsg=4326)
    minutes = _minutes_apart((lat[-1] - lat[0]) * _GRATICULE_APART_MM / box.height)
    for value in _whole_steps(lon, minutes):
        at = box.left + float(np.interp(value, lon, along)) * box.width
        sheet.line([at, at], [box.bottom - _TICK_MM, box.bottom], width_pt=0.5)
        if at < box.right - _LEAST_FROM_END_MM:
            sheet.text(at, box.bottom - 4.0, degrees(value, sheet.language, axis="lon"), look=_CENTRED)
    for value in _whole_steps(lat, minutes):
        at = box.bottom + float(np.interp(value, lat, along)) * box.height
        sheet.line([box.left - _TICK_MM, box.left], [at, at], width_pt=0.5)
        written = sheet.text(box.left - 2.2, at, degrees(value, sheet.language, axis="lat"), look=_CENTRED)
        written.set_rotation(90)
        written.set_rotation_mode("anchor")


_CENTRED = Type(SMALL.size_pt, color=SMALL.color, align="center")


def _minutes_apart(degrees_apart: float) -> int:
    wanted = degrees_apart * 60
    return next((minutes for minutes in _GRATICULE_MINUTES if minutes >= wanted), _GRATICULE_MINUTES[-1])


def _whole_steps(values: NDArray[np.float64], minutes: int) -> list[float]:
    first, last = math.ceil(values[0] * 60 / minutes), math.floor(values[-1] * 60 / minutes)
    return [step * minutes / 60 for step in range(first, last + 1)]
