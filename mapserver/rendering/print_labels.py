"""Names on the map: each at its best free place, none on another, none off the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mapserver.rendering.print_sheet import MM_PER_POINT, Box

__all__ = ["Label", "Wanted", "place_labels"]

Array = NDArray[np.float64]

_LINE_HEIGHT = 1.12
_PADDING_MM = 0.35
_LONGEST_LINE = 11


@dataclass(frozen=True)
class Wanted:
    """A name that wants a place.

    Parameters
    ----------
    name : str
        The name.
    x_mm, y_mm : float
        Middle of its unit on the sheet.
    radius_mm : float
        Room around the middle inside the unit.
    keep_clear_mm : float
        Radius of a mark already drawn on the middle; 0 for none.
    overhang_mm : float
        By how much the name may stick out on either side before it seems another unit's.
    """

    name: str
    x_mm: float
    y_mm: float
    radius_mm: float
    keep_clear_mm: float = 0.0
    overhang_mm: float = 3.0


@dataclass(frozen=True)
class Label:
    """A name in its place.

    Parameters
    ----------
    lines : tuple of str
        The name in one or two lines.
    x_mm, y_mm : float
        Middle of the label on the sheet.
    size_pt : float
        Points.
    box : Box
        Ground it covers, millimetres.
    """

    lines: tuple[str, ...]
    x_mm: float
    y_mm: float
    size_pt: float
    box: Box

    def baselines_mm(self) -> list[float]:
        """Give the base line of every line of the label.

        Returns
        -------
        list of float
            Millimetres from the bottom of the sheet, upper line first.
        """
        step = self.size_pt * MM_PER_POINT * _LINE_HEIGHT
        # Letters without a tail seem centred when a third of the size lies below the middle.
        first = self.y_mm + step * (len(self.lines) - 1) / 2 - self.size_pt * MM_PER_POINT * 0.34
        return [first - step * row for row in range(len(self.lines))]


def place_labels(
    wanted: Sequence[Wanted],
    *,
    window: Box,
    taken: Sequence[Box],
    points_mm: Array,
    width_mm: Callable[[str, float], float],
) -> list[Label]:
    """Place names one after the other, those of greater weight first.

    Each name takes the free one of its candidate places that hides the fewest symbols; a name
    without a free place is left out (the greedy rule of Yoeli 1972, "The logic of automated map
    lettering", The Cartographic Journal 9(2)).

    Parameters
    ----------
    wanted : sequence of Wanted
        In falling weight.
    window : Box
        The map on the sheet, millimetres.
    taken : sequence of Box
        Ground that no name may touch, millimetres.
    points_mm : ndarray of float, shape (n, 2)
        Symbols that names had better leave visible.
    width_mm : callable
        Measures a text in a size in points.

    Returns
    -------
    list of Label
        Names with a place, in the order given.
    """
    occupied = np.array([_edges(box) for box in taken]).reshape(-1, 4)
    placed: list[Label] = []
    for name in wanted:
        free = [
            label
            for label in _candidates(name, width_mm)
            if window.holds(label.box) and not _meets_any(label.box, occupied)
        ]
        if free:
            best = min(free, key=lambda label: _hidden(label.box, points_mm))
            placed.append(best)
            occupied = np.vstack([occupied, _edges(best.box)])
    return placed


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.bottom, box.right, box.top


def _meets_any(box: Box, occupied: Array) -> bool:
    left, bottom, right, top = occupied.T
    return bool(np.any((left < box.right) & (right > box.left) & (bottom < box.top) & (top > box.bottom)))


def _candidates(name: Wanted, width_mm: Callable[[str, float], float]) -> Iterator[Label]:
    size_pt = float(np.clip(5.4 + 0.3 * name.radius_mm, 7.0, 9.0))
    for lines in _breaks(name.name):
        width = max(width_mm(line, size_pt) for line in lines) + 2 * _PADDING_MM
        height = size_pt * MM_PER_POINT * _LINE_HEIGHT * len(lines) + 2 * _PADDING_MM
        if width > 2 * (name.radius_mm + name.overhang_mm):
            continue
        for step_x, step_y in _steps(name, width, height):
            x, y = name.x_mm + step_x, name.y_mm + step_y
            yield Label(lines, x, y, size_pt, Box(x - width / 2, y - height / 2, width, height))


def _breaks(name: str) -> list[tuple[str, ...]]:
    words = name.split()
    if len(words) < 2:
        return [(name,)]
    halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    broken = min(halves, key=lambda pair: max(len(pair[0]), len(pair[1])))
    return [(name,), broken] if len(name) <= _LONGEST_LINE else [broken, (name,)]


def _steps(name: Wanted, width: float, height: float) -> list[tuple[float, float]]:
    if name.keep_clear_mm:
        below, beside = name.keep_clear_mm + height / 2, name.keep_clear_mm + width / 2
        return [(0, -below), (0, below), (beside, 0), (-beside, 0), (beside, -below / 2), (-beside, -below / 2)]
    up = min(name.radius_mm * 0.6, height)
    aside = min(name.radius_mm * 0.6, width / 2)
    return [(0, 0), (0, up), (0, -up), (aside, 0), (-aside, 0), (aside, up), (-aside, up), (aside, -up), (-aside, -up)]


def _hidden(box: Box, points_mm: Array) -> int:
    x, y = points_mm[:, 0], points_mm[:, 1]
    return int(np.sum((x > box.left - 1) & (x < box.right + 1) & (y > box.bottom - 1) & (y < box.top + 1)))
