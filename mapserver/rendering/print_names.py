"""The names of the units on the map, and the discs that tie ranked units to the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.patches import Circle
from matplotlib.patheffects import Stroke
from numpy.typing import NDArray

from mapserver.rendering.print_data import PrintData
from mapserver.rendering.print_frame import Ground, MapFrame
from mapserver.rendering.print_labels import Wanted, place_labels
from mapserver.rendering.print_layers import marks
from mapserver.rendering.print_sheet import Box, Sheet, Type
from mapserver.rendering.style import INK

__all__ = ["DISC_MM", "Window", "draw_disc", "draw_names", "widest_places", "write_with_halo"]

DISC_MM = 1.9
_HALO_PT = 1.7
_TINY_MM = 5.0
_BESIDE_MM = 1.0
# The middle of a unit need not be found to the metre.
_CIRCLE_PRECISION_MM = 0.3


@dataclass(frozen=True)
class Window:
    """One window of the map and what is named in it.

    Parameters
    ----------
    frame : MapFrame
        Which ground it shows where.
    ground : Ground
        The units in its system.
    rows : ndarray of int
        Positions of the units named in it.
    taken : sequence of Box
        Ground that no name may touch, millimetres.
    overhang_mm : float
        By how much a name may stick out of its unit before it seems another's.
    """

    frame: MapFrame
    ground: Ground
    rows: NDArray[np.int64]
    taken: Sequence[Box]
    overhang_mm: float = 3.0


def draw_names(sheet: Sheet, data: PrintData, window: Window, *, ranked: Sequence[int]) -> None:
    """Write the names of units without one covering another.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    data : PrintData
        What is on it.
    window : Window
        Where the names go.
    ranked : sequence of int
        Positions of the units of the table, first place first; they get a disc with their place.
    """
    frame = window.frame
    middles = widest_places(window.ground.shapes, window.rows, frame)
    rank_of = {row: place for place, row in enumerate(ranked, start=1) if row in middles}
    discs = _place_discs(sheet, frame.box, middles, rank_of=rank_of)
    names = data.units["name"].astype(str).tolist()
    wanted = [
        Wanted(names[row], *middles[row], _mark_mm(rank_of.get(row), middles[row][2], window), window.overhang_mm)
        for row in _by_weight(middles, rank_of)
    ]
    labels = place_labels(
        wanted, window=frame.box, taken=[*window.taken, *discs], points_mm=_symbols_mm(data, frame),
        width_mm=lambda text, size_pt: sheet.width_mm(text, Type(size_pt)),
    )  # fmt: skip
    for label in labels:
        for line, y_mm in zip(label.lines, label.baselines_mm(), strict=True):
            write_with_halo(sheet, line, (label.x_mm, y_mm), size_pt=label.size_pt)


def _mark_mm(place: int | None, radius_mm: float, window: Window) -> float:
    # An island alone in its window would vanish under its own name.
    alone = radius_mm + _BESIDE_MM if len(window.rows) == 1 and radius_mm < _TINY_MM else 0.0
    return max(alone, 0.0 if place is None else DISC_MM)


def write_with_halo(sheet: Sheet, line: str, place_mm: tuple[float, float], *, size_pt: float) -> None:
    """Write a line that stays legible on a map.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    line : str
        The words.
    place_mm : tuple of float
        Middle of its base line.
    size_pt : float
        Points.
    """
    # matplotlib turns text with path effects into outlines; the words on top stay text that can be searched.
    halo = sheet.text(*place_mm, line, look=Type(size_pt, color="white", align="center"))
    halo.set_path_effects([Stroke(linewidth=_HALO_PT, foreground="white", joinstyle="round")])
    halo.set_gid("halo")
    sheet.text(*place_mm, line, look=Type(size_pt, color="#2b3036", align="center"))


def draw_disc(sheet: Sheet, x_mm: float, y_mm: float, *, place: int) -> None:
    """Draw a place of the table as a white number on a dark disc.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    x_mm, y_mm : float
        Middle of the disc.
    place : int
        The number.
    """
    sheet.axes.add_patch(Circle((x_mm, y_mm), DISC_MM, facecolor=INK, edgecolor="white", linewidth=0.5))
    sheet.text(x_mm, y_mm - 0.88, str(place), look=Type(7.0, bold=True, color="white", align="center"))


def widest_places(
    shapes: NDArray[np.object_], rows: NDArray[np.int64], frame: MapFrame
) -> dict[int, tuple[float, float, float]]:
    """Find the widest place of each unit in the window.

    Parameters
    ----------
    shapes : ndarray of shapely geometries
        Units in the window's system.
    rows : ndarray of int
        Positions of those asked for.
    frame : MapFrame
        The window.

    Returns
    -------
    dict of int to tuple of float
        Position -> x, y and radius in millimetres; units outside the window are left out.
    """
    window = (frame.west_m, frame.south_m, frame.east_m, frame.north_m)
    visible = shapely.clip_by_rect(shapes[rows], *window)
    found: dict[int, tuple[float, float, float]] = {}
    for row, shape in zip(rows.tolist(), visible, strict=True):
        parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
        if not parts:
            continue
        largest = max(parts, key=shapely.area)
        radius = shapely.maximum_inscribed_circle(largest, _CIRCLE_PRECISION_MM * frame.m_per_mm)
        (x, y), _edge = shapely.get_coordinates(radius)
        x_mm, y_mm = frame.to_mm(x, y)
        found[row] = (float(x_mm), float(y_mm), float(shapely.length(radius)) / frame.m_per_mm)
    return found


def _by_weight(middles: dict[int, tuple[float, float, float]], rank_of: dict[int, int]) -> list[int]:
    # Units of the table first; then the wide ones, whose names harm the fewest others.
    return sorted(middles, key=lambda row: (rank_of.get(row, len(middles) + 1), -middles[row][2], row))


def _place_discs(
    sheet: Sheet, window: Box, middles: dict[int, tuple[float, float, float]], *, rank_of: dict[int, int]
) -> list[Box]:
    discs: list[Box] = []
    for row, place in rank_of.items():
        x_mm, y_mm, radius_mm = middles[row]
        box = Box(x_mm - DISC_MM, y_mm - DISC_MM, 2 * DISC_MM, 2 * DISC_MM)
        if not window.holds(box) or (any(box.meets(other) for other in discs) and radius_mm < DISC_MM):
            continue
        draw_disc(sheet, x_mm, y_mm, place=place)
        discs.append(box)
    return discs


def _symbols_mm(data: PrintData, frame: MapFrame) -> NDArray[np.float64]:
    places = [np.column_stack(frame.to_mm(*frame.project(mark.lon, mark.lat))) for mark in marks(data)]
    return np.vstack(places) if places else np.empty((0, 2))
