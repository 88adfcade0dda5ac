"""The words around the map: heading, key figures, table, legend, inset and foot."""

from __future__ import annotations

import numpy as np

from mapserver.rendering.print_data import PrintData, ranking
from mapserver.rendering.print_frame import MapFrame
from mapserver.rendering.print_legend import draw_legend, legend_height_mm
from mapserver.rendering.print_names import draw_disc
from mapserver.rendering.print_sheet import HEADING, SMALL, WIDTH_MM, Box, Sheet, Type
from mapserver.rendering.print_words import WORDS, crs_name, moment, number
from mapserver.rendering.style import ACCENT, INK, INK_SOFT

__all__ = ["COLUMN", "EDGE_MM", "MAP_BOX", "draw_column", "draw_foot", "draw_heading"]

EDGE_MM = 10.0
COLUMN = Box(221.0, 20.0, WIDTH_MM - EDGE_MM - 221.0, 165.0)
MAP_BOX = Box(EDGE_MM + 4.0, 24.0, 202.0, 161.0)

_TITLE_MM, _SENTENCE_MM = 197.5, 190.4
_ROW_MM = 4.7
_FIGURES_MM = 15.0
_TABLE_HEAD_MM = 10.5
_MOST_ROWS, _LEAST_ROWS = 10, 3


def draw_heading(sheet: Sheet, data: PrintData) -> None:
    """Write the title, the sentence of filters and the security marking.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    data : PrintData
        What is on it.
    """
    room = WIDTH_MM - 2 * EDGE_MM
    if data.marking is not None:
        room -= _draw_marking(sheet, data.marking.in_language(sheet.language)) + 5
    title, sentence = data.title.in_language(sheet.language), data.sentence.in_language(sheet.language)
    sentence = f"{data.place.in_language(sheet.language)} · {sentence}"
    _write_fitting(sheet, _TITLE_MM, title, room=room, sizes=(18.0, 16.0, 14.0, 12.0, 10.5), bold=True)
    _write_fitting(sheet, _SENTENCE_MM, sentence, room=room, sizes=(10.0, 9.0, 8.0, 7.0), bold=False)


def _write_fitting(sheet: Sheet, y_mm: float, text: str, *, room: float, sizes: tuple[float, ...], bold: bool) -> None:
    """Write in the largest size that fits on one line; else in two lines of the smallest."""
    color = INK if bold else INK_SOFT
    looks = [Type(size, bold=bold, color=color) for size in sizes]
    look = next((look for look in looks if sheet.width_mm(text, look) <= room), looks[-1])
    lines = sheet.wrap(text, room, look)
    for row, line in enumerate(lines[::-1]):
        sheet.text(EDGE_MM, y_mm + row * look.size_pt * 0.42, line, look=look)


def _draw_marking(sheet: Sheet, text: str) -> float:
    look = Type(9.0, bold=True, color=ACCENT, align="center")
    width = sheet.width_mm(text, look) + 6
    box = Box(WIDTH_MM - EDGE_MM - width, _TITLE_MM - 2.2, width, 7.0)
    sheet.box(box, edge=ACCENT, width_pt=1.0)
    sheet.text(box.left + width / 2, box.bottom + 2.4, text, look=look)
    return width


def draw_column(sheet: Sheet, data: PrintData, *, bottom_mm: float) -> list[int]:
    """Fill the column beside the map: key figures, table, legend.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    data : PrintData
        What is on it.
    bottom_mm : float
        Lower end of the room for it.

    Returns
    -------
    list of int
        Positions of the units that the table lists, first place first.
    """
    _draw_figures(sheet, data)
    legend_mm = legend_height_mm(data)
    room = COLUMN.top - _FIGURES_MM - _TABLE_HEAD_MM - 4 - legend_mm - bottom_mm
    rows = min(_MOST_ROWS, int(room / _ROW_MM))
    listed = ranking(data, rows) if rows >= _LEAST_ROWS else []
    bottom = _draw_table(sheet, data, listed) if listed else COLUMN.top - _FIGURES_MM
    draw_legend(sheet, data, Box(COLUMN.left, bottom - 4 - legend_mm, COLUMN.width, legend_mm))
    return listed


def _draw_figures(sheet: Sheet, data: PrintData) -> None:
    total = number(data.total, sheet.language)
    look = Type(22.0, bold=True, color=ACCENT)
    sheet.text(COLUMN.left, COLUMN.top - 7.0, total, look=look)
    beside = COLUMN.left + sheet.width_mm(total, look) + 2.0
    sheet.text(beside, COLUMN.top - 7.0, WORDS["total"].in_language(sheet.language), look=Type(9.0))
    parts = [("placed", data.placed), ("unplaced", data.unplaced)]
    texts = [_filled(sheet, key, count) for key, count in parts]
    sheet.text(COLUMN.left, COLUMN.top - 11.8, " · ".join(texts), look=Type(7.5, color=INK_SOFT))


def _filled(sheet: Sheet, key: str, count: int) -> str:
    return WORDS[key].in_language(sheet.language).format(count=number(count, sheet.language))


def _draw_table(sheet: Sheet, data: PrintData, listed: list[int]) -> float:
    top = COLUMN.top - _FIGURES_MM
    right, middle = COLUMN.right, COLUMN.right - (20.0 if data.rates is not None else 0.0)
    words = {key: WORDS[key].in_language(sheet.language) for key in ("table", "column_count", "column_rate")}
    sheet.line([COLUMN.left, right], [top, top], width_pt=0.7)
    sheet.text(COLUMN.left, top - 4.3, words["table"], look=HEADING)
    y = top - 8.8
    head = Type(SMALL.size_pt, color=SMALL.color, align="right")
    sheet.text(middle, y, words["column_count"], look=head)
    if data.rates is not None:
        sheet.text(right, y, words["column_rate"], look=head)
    sheet.line([COLUMN.left, right], [y - 1.5, y - 1.5], width_pt=0.3, color=INK_SOFT)
    for place, row in enumerate(listed, start=1):
        y -= _ROW_MM
        draw_disc(sheet, COLUMN.left + 2.0, y + 0.4, place=place)
        name = sheet.shortened(str(data.units["name"].iloc[row]), middle - COLUMN.left - 18.0, Type(8.0))
        sheet.text(COLUMN.left + 5.6, y - 0.5, name, look=Type(8.0))
        for x_mm, figure in _figures(sheet, data, row, columns=(middle, right)):
            sheet.text(x_mm, y - 0.5, figure, look=Type(8.0, align="right"))
    return y - 2.4


def _figures(sheet: Sheet, data: PrintData, row: int, *, columns: tuple[float, float]) -> list[tuple[float, str]]:
    figures = [] if data.counts is None else [(columns[0], number(int(data.counts[row]), sheet.language))]
    if data.rates is not None:
        rate = float(data.rates[row])
        figures.append((columns[1], number(rate, sheet.language, decimals=1) if np.isfinite(rate) else "–"))
    return figures


def draw_foot(sheet: Sheet, data: PrintData, frame: MapFrame, *, left_out: list[int]) -> None:
    """Write where everything comes from, and what must be said about it.

    Parameters
    ----------
    sheet : Sheet
        The paper.
    data : PrintData
        What is on it.
    frame : MapFrame
        The map, whose system is named.
    left_out : list of int
        Positions of units that lie off the map, which are named.
    """
    language = sheet.language
    room = WIDTH_MM - 2 * EDGE_MM
    sheet.line([EDGE_MM, WIDTH_MM - EDGE_MM], [16.2, 16.2], width_pt=0.7)
    facts = [
        f"{WORDS['period'].in_language(language)}: {data.period.in_language(language)}",
        f"{WORDS['vintage'].in_language(language)}: {data.vintage.in_language(language)}",
        _filled(sheet, "unplaced", data.unplaced),
        crs_name(frame.epsg, language),
        f"{WORDS['version'].in_language(language)}: {data.data_version}",
    ]
    origin = [
        f"{WORDS['source'].in_language(language)}: {data.source.in_language(language)}",
        f"{WORDS['printed'].in_language(language)} {moment(data.printed_at, language)}",
    ]
    said = [notice.in_language(language) for notice in data.notices]
    if left_out:
        names = ", ".join(data.units["name"].iloc[left_out].astype(str))
        said.append(f"{WORDS['left_out'].in_language(language)}: {names}")
    notices = " · ".join(said)
    y = 12.6
    for text, look in (
        (notices, Type(7.5, bold=True, color=ACCENT)),
        (" · ".join(facts), SMALL),
        (" · ".join(origin), SMALL),
    ):
        for line in sheet.wrap(text, room, look) if text else []:
            sheet.text(EDGE_MM, y, line, look=look)
            y -= 3.5
