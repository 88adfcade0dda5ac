"""The legend: only what the sheet really shows, with its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from layers.catalog import categories
from mapserver.rendering.print_data import PrintData
from mapserver.rendering.print_density import DENSITY_LINE, class_widths_pt
from mapserver.rendering.print_hotspots import hotspot_classes, hotspot_lines
from mapserver.rendering.print_layers import (
    NO_DATA_LINE,
    add_marks,
    add_shapes,
    choropleth,
    incident_groups,
    marks,
)
from mapserver.rendering.print_shapes import SHAPES, Symbol
from mapserver.rendering.print_sheet import HEADING, SMALL, Box, Sheet, Type
from mapserver.rendering.print_words import WORDS, number, short_number
from mapserver.rendering.style import (
    BORDER,
    BORDER_OUTER,
    INK_SOFT,
    NO_DATA,
    HotspotStyle,
    category_style,
    density_classes,
)

__all__ = ["draw_legend", "legend_height_mm"]

_HEAD_MM = 6.2
_RAMP_MM = 12.6
_CAPTION_MM = 3.2
_TITLE_MM = 4.6
_ROW_MM = 4.1
_SYMBOL_MM = 3.0
_LINE_MM = 3.1

_BLOCK_TITLE = Type(7.5, bold=True)

# Draws a sample around a point given in millimetres.
Sample = Callable[[Sheet, float, float], None]


@dataclass(frozen=True)
class _Ramp:
    title: str
    caption: str
    colors: tuple[str, ...]
    edges: tuple[float, ...]
    line: str

    def height_mm(self) -> float:
        return _RAMP_MM + (_CAPTION_MM if self.caption else 0.0)


@dataclass(frozen=True)
class _Items:
    title: str
    rows: tuple[tuple[str, Sample], ...]

    def height_mm(self) -> float:
        return (_TITLE_MM if self.title else 0.0) + _ROW_MM * len(self.rows) + 1.6


@dataclass(frozen=True)
class _Words:
    lines: tuple[str, ...]

    def height_mm(self) -> float:
        return _LINE_MM * len(self.lines) + 2.0


def legend_height_mm(data: PrintData) -> float:
    """Tell how much room the legend takes.

    Parameters
    ----------
    data : PrintData
        The sheet.

    Returns
    -------
    float
        Millimetres.
    """
    # A sentence may take more lines in one language than in the other.
    return _HEAD_MM + max(sum(block.height_mm() for block in _blocks(data, language)) for language in ("vi", "en"))


def draw_legend(sheet: Sheet, data: PrintData, box: Box) -> None:
    """Draw the legend.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    data : PrintData
        What is on it.
    box : Box
        Room for it, millimetres.
    """
    sheet.line([box.left, box.right], [box.top, box.top], width_pt=0.7)
    sheet.text(box.left, box.top - 4.3, WORDS["legend"].in_language(sheet.language), look=HEADING)
    top = box.top - _HEAD_MM
    for block in _blocks(data, sheet.language):
        room = Box(box.left, top - block.height_mm(), box.width, block.height_mm())
        if isinstance(block, _Ramp):
            _draw_ramp(sheet, block, room)
        elif isinstance(block, _Words):
            _draw_words(sheet, block, room)
        else:
            _draw_items(sheet, block, room)
        top = room.bottom


def _hotspots(data: PrintData, language: str) -> list[_Items | _Words]:
    found = data.hotspots
    if found is None:
        return []
    title = f"{WORDS['hotspots'].in_language(language)}: {found.title.in_language(language)}"
    rows = tuple((style.title.in_language(language), _hotspot_sample(style)) for style in hotspot_classes(found))
    return [_Items(title, rows), _Words(tuple(hotspot_lines(found, language)))]


def _blocks(data: PrintData, language: str) -> list[_Ramp | _Items | _Words]:
    blocks: list[_Ramp | _Items | _Words] = [*_hotspots(data, language), *_ramps(data, language)]
    groups = incident_groups(data)
    titles = {category.slug: category.title.in_language(language) for category in categories()}
    if groups:
        rows = tuple((titles[slug], _incident_sample(slug)) for slug in groups)
        blocks.append(_Items(WORDS["incidents"].in_language(language), rows))
    samples = {mark.key: (mark.title.in_language(language), _mark_sample(mark.symbol)) for mark in marks(data)}
    cameras = samples.pop("cameras", None)
    if samples:
        blocks.append(_Items(WORDS["safezones"].in_language(language), tuple(samples.values())))
    blocks.append(_Items("", (*([cameras] if cameras else []), *_lines(data, language))))
    return blocks


def _ramps(data: PrintData, language: str) -> list[_Ramp]:
    ramps: list[_Ramp] = []
    figure = choropleth(data)
    if figure is not None:
        highest = float(np.nanmax(figure.values[np.isfinite(figure.values)], initial=0.0))
        edges = (0.0, *figure.breaks, highest) if figure.breaks else (0.0,)
        ramps.append(_Ramp(figure.title.in_language(language), "", figure.colors, edges, INK_SOFT))
    if data.density is not None and data.shows("density"):
        classes = density_classes(float(data.density.values.max(initial=0.0)))
        caption = WORDS["density_key"].in_language(language)
        caption = caption.format(bandwidth=number(data.density.bandwidth_m, language))
        edges = (*(entry.from_value for entry in classes), *(entry.to_value for entry in classes[-1:]))
        colors = tuple(entry.color for entry in classes)
        ramps.append(_Ramp(WORDS["density"].in_language(language), caption, colors, edges, DENSITY_LINE))
    return [ramp for ramp in ramps if ramp.colors]


def _lines(data: PrintData, language: str) -> tuple[tuple[str, Sample], ...]:
    rows: list[tuple[str, Sample]] = []
    figure = choropleth(data)
    if figure is not None and not np.isfinite(figure.values).all():
        rows.append((WORDS["no_data"].in_language(language), _unknown_sample))
    rows.append((WORDS["boundary"].in_language(language), _line_sample(BORDER, 0.5)))
    rows.append((WORDS["boundary_outer"].in_language(language), _line_sample(BORDER_OUTER, 0.9)))
    return tuple(rows)


def _draw_ramp(sheet: Sheet, ramp: _Ramp, box: Box) -> None:
    y = box.top - 3.4
    sheet.text(box.left, y, ramp.title, look=_BLOCK_TITLE)
    if ramp.caption:
        y -= _CAPTION_MM
        sheet.text(box.left, y, ramp.caption, look=SMALL)
    step = box.width / len(ramp.colors)
    widths = class_widths_pt(len(ramp.colors)) if ramp.line == DENSITY_LINE else [0.3] * len(ramp.colors)
    for place, (color, width_pt) in enumerate(zip(ramp.colors, widths, strict=True)):
        swatch = Rectangle(
            (box.left + place * step, y - 4.6), step, 3.4,
            facecolor=to_rgba(color), edgecolor=ramp.line, linewidth=float(width_pt),
        )  # fmt: skip
        sheet.axes.add_patch(swatch)
    for place, edge in enumerate(ramp.edges):
        align = "left" if place == 0 else "right" if place == len(ramp.colors) else "center"
        at = box.left + min(place, len(ramp.colors)) * step
        sheet.text(at, y - 7.8, short_number(edge, sheet.language), look=Type(7.0, align=align))


def _draw_items(sheet: Sheet, items: _Items, box: Box) -> None:
    y = box.top - 3.4
    if items.title:
        sheet.text(box.left, y, items.title, look=_BLOCK_TITLE)
        y -= _TITLE_MM
    for title, sample in items.rows:
        sample(sheet, box.left + 3.0, y + 0.9)
        sheet.text(box.left + 7.5, y, title, look=Type(7.0))
        y -= _ROW_MM


def _draw_words(sheet: Sheet, words: _Words, box: Box) -> None:
    for row, line in enumerate(words.lines):
        sheet.text(box.left, box.top - 2.4 - row * _LINE_MM, line, look=SMALL)


def _hotspot_sample(style: HotspotStyle) -> Sample:
    def draw(sheet: Sheet, x_mm: float, y_mm: float) -> None:
        room = Box(x_mm - 2.8, y_mm - _SYMBOL_MM / 2, 5.6, _SYMBOL_MM)
        swatch = sheet.box(room, fill=style.fill, edge=style.edge, width_pt=style.width_pt)
        swatch.set_facecolor(to_rgba(style.fill, style.opacity))
        swatch.set_hatch(style.hatch)

    return draw


def _incident_sample(slug: str) -> Sample:
    def draw(sheet: Sheet, x_mm: float, y_mm: float) -> None:
        style = category_style(slug)
        add_shapes(
            sheet.axes, SHAPES[style.shape], np.array([[x_mm, y_mm]]), size_pt=5.5, fill=style.color, edge="none"
        )

    return draw


def _mark_sample(symbol: Symbol) -> Sample:
    def draw(sheet: Sheet, x_mm: float, y_mm: float) -> None:
        add_marks(sheet.axes, symbol, np.array([[x_mm, y_mm]]), size_pt=9.0)

    return draw


def _line_sample(color: str, width_pt: float) -> Sample:
    def draw(sheet: Sheet, x_mm: float, y_mm: float) -> None:
        sheet.line([x_mm - 2.8, x_mm + 2.8], [y_mm, y_mm], width_pt=width_pt, color=color)

    return draw


def _unknown_sample(sheet: Sheet, x_mm: float, y_mm: float) -> None:
    swatch = sheet.box(Box(x_mm - 2.8, y_mm - _SYMBOL_MM / 2, 5.6, _SYMBOL_MM), fill=NO_DATA, edge=NO_DATA_LINE)
    swatch.set_hatch("////")
