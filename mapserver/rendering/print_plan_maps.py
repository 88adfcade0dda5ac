"""The two maps of a change sheet: the same ground before and after, what changes hands hatched."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from layers import geo
from layers.wording import Text
from mapserver.rendering.plan_sheet import PlanSheet
from mapserver.rendering.print_cartography import SCALE_HEIGHT_MM, Corners, draw_scale, scale_width_mm
from mapserver.rendering.print_frame import MapFrame, thinned, window_over
from mapserver.rendering.print_labels import Wanted, place_labels
from mapserver.rendering.print_names import widest_places, write_with_halo
from mapserver.rendering.print_shapes import area_path
from mapserver.rendering.print_sheet import HEADING, Box, Sheet, Type
from mapserver.rendering.style import ACCENT, BORDER, GROUND, INK, SEA

__all__ = ["HATCH", "draw_maps", "draw_swatch"]

HATCH = "////"
_GAP_MM = 5.0
_HEADING_MM = 6.0
_BEFORE, _AFTER = Text("Trước", "Before"), Text("Sau", "After")
# Pale enough for names and hatching; a unit has one colour on both maps, so that its gain can be seen.
_TINTS = ("#dbe7f1", "#f6e6cc", "#dfecd9", "#ece0f1", "#f7dfdb", "#e8e6cf")


@dataclass(frozen=True)
class _Drawn:
    """The units of one map in its system."""

    shapes: NDArray[np.object_]
    labels: list[str]
    fills: list[str]
    changed: NDArray[np.bool_]


def draw_maps(sheet: Sheet, data: PlanSheet, room: Box) -> None:
    """Draw both maps side by side at one scale.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    data : PlanSheet
        What is on it.
    room : Box
        Where, millimetres.
    """
    width = (room.width - _GAP_MM) / 2
    tints = _tints(data)
    boxes = [Box(left, room.bottom, width, room.height - _HEADING_MM) for left in (room.left, room.right - width)]
    epsg, bounds_m = _ground(data)
    for box, units, words in zip(boxes, (data.before, data.after), (_BEFORE, _AFTER), strict=True):
        frame = window_over(bounds_m, box, epsg)
        sheet.text(box.left, box.top + 1.8, words.in_language(sheet.language), look=HEADING)
        _draw_map(sheet, _drawn(units, frame, tints), frame, moved=_in_system(data.moved, epsg))


def draw_swatch(sheet: Sheet, box: Box) -> None:
    """Draw the sign of ground that changes hands, for the legend.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    box : Box
        Where, millimetres.
    """
    sheet.box(box, edge=ACCENT, width_pt=0.7).set_hatch(HATCH)


def _tints(data: PlanSheet) -> dict[str, str]:
    changed = {code for frame in (data.before, data.after) for code in frame["code"][frame["changed"].astype(bool)]}
    return {code: _TINTS[place % len(_TINTS)] for place, code in enumerate(sorted(changed))}


def _ground(data: PlanSheet) -> tuple[int, tuple[float, float, float, float]]:
    """System and bounds of what changes, of everything where nothing does."""
    both = [frame[frame["changed"].astype(bool)] for frame in (data.before, data.after)]
    shapes = np.concatenate([frame.geometry.to_numpy() for frame in both])
    shapes = shapes if len(shapes) else data.after.geometry.to_numpy()
    epsg = geo.metric_crs(geo.Bounds(*shapely.total_bounds(shapes)))
    west, south, east, north = shapely.total_bounds(_in_system(shapes, epsg)).tolist()
    return epsg, (west, south, east, north)


def _in_system(shapes: NDArray[np.object_], epsg: int) -> NDArray[np.object_]:
    series = gpd.GeoDataFrame(geometry=list(shapes), crs=geo.CRS_LONLAT)
    return np.asarray(geo.to_crs(series, epsg).geometry.to_numpy(), dtype=object)


def _drawn(units: gpd.GeoDataFrame, frame: MapFrame, tints: dict[str, str]) -> _Drawn:
    shapes = thinned(_in_system(units.geometry.to_numpy(), frame.epsg), frame)
    here = shapely.intersects(shapes, shapely.box(frame.west_m, frame.south_m, frame.east_m, frame.north_m))
    rows = units[here]
    fills = [tints.get(code, GROUND) for code in rows["code"]]
    return _Drawn(shapes[here], rows["label"].astype(str).tolist(), fills, rows["changed"].to_numpy(dtype=bool))


def _draw_map(sheet: Sheet, drawn: _Drawn, frame: MapFrame, *, moved: NDArray[np.object_]) -> None:
    axes = sheet.panel(frame.box, order=len(sheet.figure.axes))
    axes.set_xlim(frame.west_m, frame.east_m)
    axes.set_ylim(frame.south_m, frame.north_m)
    axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor=SEA, edgecolor="none", zorder=0))
    paths = [area_path(shape) for shape in drawn.shapes]
    axes.add_collection(PathCollection(paths, facecolors=drawn.fills, edgecolors=BORDER, linewidths=0.4, zorder=1))
    ground = [area_path(shape) for shape in moved]
    axes.add_collection(
        PathCollection(ground, facecolors="none", edgecolors=ACCENT, linewidths=0.0, hatch=HATCH, zorder=2)
    )
    ours = [path for path, changed in zip(paths, drawn.changed, strict=True) if changed]
    axes.add_collection(PathCollection(ours, facecolors="none", edgecolors=INK, linewidths=0.9, zorder=3))
    corners = Corners(frame, drawn.shapes[drawn.changed])
    plate = corners.take(scale_width_mm(frame), SCALE_HEIGHT_MM)
    if plate is not None:
        draw_scale(sheet, frame, plate)
    _draw_labels(sheet, drawn, frame, taken=corners.taken)
    sheet.box(frame.box, width_pt=0.7)


def _draw_labels(sheet: Sheet, drawn: _Drawn, frame: MapFrame, *, taken: list[Box]) -> None:
    places = widest_places(drawn.shapes, np.arange(len(drawn.shapes)), frame)
    order = sorted(places, key=lambda row: (not drawn.changed[row], -places[row][2], row))
    labels = place_labels(
        [Wanted(drawn.labels[row], *places[row], overhang_mm=8.0 if drawn.changed[row] else 1.0) for row in order],
        window=frame.box, taken=taken, points_mm=np.empty((0, 2)),
        width_mm=lambda text, size_pt: sheet.width_mm(text, Type(size_pt)),
    )  # fmt: skip
    for label in labels:
        for line, y_mm in zip(label.lines, label.baselines_mm(), strict=True):
            write_with_halo(sheet, line, (label.x_mm, y_mm), size_pt=label.size_pt)
