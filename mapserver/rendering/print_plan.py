"""The change sheet in print: maps before and after on the first page, tables and provenance on those behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from layers.wording import Text
from mapserver.rendering.plan_sheet import PlanSheet, SheetColumn, SheetRow, SheetTable, shown
from mapserver.rendering.print_fonts import Fonts, load_fonts
from mapserver.rendering.print_plan_maps import draw_maps, draw_swatch
from mapserver.rendering.print_sheet import HEADING, SMALL, WIDTH_MM, Box, PrintFigure, Sheet, Type
from mapserver.rendering.print_words import moment
from mapserver.rendering.style import ACCENT, INK, INK_SOFT

__all__ = ["draw_sheets"]

_EDGE_MM = 10.0
_ROOM = Box(_EDGE_MM, 16.0, WIDTH_MM - 2 * _EDGE_MM, 168.0)
_TITLE_MM, _SUBTITLE_MM, _RULE_MM = 197.5, 191.0, 187.5
_FOOT_MM = 12.0
_MAPS = Box(_ROOM.left, 54.0, _ROOM.width, 131.0)
_NOTES_LEFT_MM = 118.0
_ROW_MM, _HEAD_MM, _TITLE_ROW_MM, _LINE_MM, _APART_MM = 5.0, 9.0, 9.0, 3.7, 5.0
_PADDING_MM, _AFTER_NUMBERS_MM = 1.2, 3.0
_MOST_BESIDE = 7
_BODY = Type(8.0)
_BOLD = Type(8.0, bold=True)
_SAID = Type(11.0, bold=True)
_CHANGED = Text("Đất chuyển giao", "Ground that changes hands")
_NOTES = Text("Nguồn và cách tính", "Sources and methods")
_AS_OF = Text("Phương án cập nhật", "Plan as of")
_PAGE = Text("Trang", "Page")
_CONTINUED = Text("(tiếp)", "(continued)")


@dataclass(frozen=True)
class _Block:
    """Something that goes onto a page whole: rows, the heading of a table with its first rows, a line of text."""

    height_mm: float
    table: SheetTable | None = None
    rows: tuple[SheetRow, ...] = ()
    line: str = ""
    look: Type = SMALL
    opens: bool = False


def draw_sheets(data: PlanSheet, *, language: str = "vi", fonts: Fonts | None = None) -> list[PrintFigure]:
    """Draw the pages.

    Parameters
    ----------
    data : PlanSheet
        What is on them.
    language : str
        ``vi`` or ``en``.
    fonts : Fonts or None
        The faces used; None for those of the program.

    Returns
    -------
    list of PrintFigure
        A4 landscape: the maps, then tables and notes on as many pages as they need.
    """
    faces = fonts or load_fonts()
    maps = Sheet(PrintFigure(data.title.in_language(language), data.as_of), faces, language)
    pages = [maps]
    draw_maps(maps, data, _MAPS)
    _draw_summary(maps, data)
    notes = _note_lines(maps, data, _ROOM.right - _NOTES_LEFT_MM)
    # Where they fit, sources stand beside the maps; otherwise behind the tables.
    beside = len(notes) <= _MOST_BESIDE
    if beside:
        _draw_notes(maps, notes)
    for blocks in _paged(_blocks(maps, data, with_notes=not beside), _ROOM.height - 2.0):
        sheet = Sheet(PrintFigure(data.title.in_language(language), data.as_of), faces, language)
        _draw_blocks(sheet, blocks)
        pages.append(sheet)
    for number, sheet in enumerate(pages, start=1):
        _draw_frame(sheet, data, number=number, pages=len(pages))
    return [sheet.figure for sheet in pages]


def _draw_frame(sheet: Sheet, data: PlanSheet, *, number: int, pages: int) -> None:
    """Title, marking and foot, alike on every page."""
    language = sheet.language
    marking = data.marking.in_language(language)
    look = Type(9.0, bold=True, color=INK if data.in_force else ACCENT, align="center")
    width = sheet.width_mm(marking, look) + 6
    plate = Box(WIDTH_MM - _EDGE_MM - width, _TITLE_MM - 2.2, width, 7.0)
    sheet.box(plate, edge=look.color, width_pt=1.0)
    sheet.text(plate.left + width / 2, plate.bottom + 2.4, marking, look=look)
    room = plate.left - _EDGE_MM - 5
    title = data.title.in_language(language)
    sizes = [Type(size, bold=True) for size in (16.0, 14.0, 12.0, 10.0)]
    fitting = next((size for size in sizes if sheet.width_mm(title, size) <= room), sizes[-1])
    (first, *_rest) = sheet.wrap(title, room, fitting)
    sheet.text(_EDGE_MM, _TITLE_MM, first, look=fitting)
    sheet.text(_EDGE_MM, _SUBTITLE_MM, data.subtitle.in_language(language), look=Type(9.0, color=INK_SOFT))
    sheet.line([_EDGE_MM, WIDTH_MM - _EDGE_MM], [_RULE_MM, _RULE_MM], width_pt=0.7)
    sheet.line([_EDGE_MM, WIDTH_MM - _EDGE_MM], [_FOOT_MM, _FOOT_MM], width_pt=0.4, color=INK_SOFT)
    told = f"{_AS_OF.in_language(language)} {moment(data.as_of, language)}"
    sheet.text(_EDGE_MM, _FOOT_MM - 4.0, told, look=SMALL)
    paging = f"{_PAGE.in_language(language)} {number}/{pages}"
    sheet.text(WIDTH_MM - _EDGE_MM, _FOOT_MM - 4.0, paging, look=Type(7.0, color=INK_SOFT, align="right"))


def _draw_summary(sheet: Sheet, data: PlanSheet) -> None:
    """Write the change in a few figures, the legend and the facts of the plan below the maps."""
    language, y = sheet.language, _MAPS.bottom - 6.5
    said = " · ".join(part.in_language(language) for part in data.summary)
    sheet.text(_ROOM.left, y, sheet.shortened(said, _ROOM.width - 55, _SAID), look=_SAID)
    y -= 5.2
    swatch = Box(_ROOM.right - 48.0, _MAPS.bottom - 7.5, 8.0, 4.5)
    draw_swatch(sheet, swatch)
    sheet.text(swatch.right + 2.0, swatch.bottom + 1.3, _CHANGED.in_language(language), look=_BODY)
    y -= 1.0
    for title, value in data.facts:
        label = f"{title.in_language(language)}: "
        sheet.text(_ROOM.left, y, label, look=Type(8.0, color=INK_SOFT))
        beside = _ROOM.left + max(sheet.width_mm(label, _BODY) + 1.0, 30.0)
        for line in _broken(sheet, value, _NOTES_LEFT_MM - 4.0 - beside):
            sheet.text(beside, y, line, look=_BODY)
            y -= 4.2


def _broken(sheet: Sheet, value: str, room: float) -> list[str]:
    """Break a value into lines; a hash has no spaces to break at."""
    if " " in value or sheet.width_mm(value, _BODY) <= room:
        return sheet.wrap(value, room, _BODY)
    half = (len(value) + 1) // 2
    return [value[:half], value[half:]]


def _note_lines(sheet: Sheet, data: PlanSheet, room: float) -> list[str]:
    notes = [f"• {note.in_language(sheet.language)}" for note in data.notes]
    return [line for note in notes for line in sheet.wrap(note, room, SMALL)]


def _draw_notes(sheet: Sheet, lines: Sequence[str]) -> None:
    y = _MAPS.bottom - 12.0
    sheet.text(_NOTES_LEFT_MM, y, _NOTES.in_language(sheet.language), look=HEADING)
    for line in lines:
        y -= _LINE_MM
        sheet.text(_NOTES_LEFT_MM, y, line, look=SMALL)


def _blocks(sheet: Sheet, data: PlanSheet, *, with_notes: bool) -> list[_Block]:
    blocks: list[_Block] = []
    for table in data.tables:
        first, *others = _groups(table)
        blocks.append(_Block(_TITLE_ROW_MM + _HEAD_MM + len(first) * _ROW_MM, table, first, opens=True))
        blocks += [_Block(len(rows) * _ROW_MM, table, rows) for rows in others]
    if with_notes:
        blocks.append(_Block(_APART_MM + _LINE_MM, line=_NOTES.in_language(sheet.language), look=HEADING))
        blocks += [_Block(_LINE_MM, line=line) for line in _note_lines(sheet, data, _ROOM.width)]
    return blocks


def _groups(table: SheetTable) -> list[tuple[SheetRow, ...]]:
    groups: list[tuple[SheetRow, ...]] = []
    for row in table.rows:
        groups[-1:] = [(*groups[-1], row)] if row.follows and groups else [*groups[-1:], (row,)]
    return groups


def _paged(blocks: Sequence[_Block], height_mm: float) -> Iterator[list[_Block]]:
    """Fill pages; a table that goes on to the next one gets its heading again."""
    page: list[_Block] = []
    left = height_mm
    for block in blocks:
        placed = block
        if block.height_mm > left and page:
            yield page
            page, left = [], height_mm
            if block.rows and not block.opens:
                placed = replace(block, height_mm=block.height_mm + _TITLE_ROW_MM + _HEAD_MM)
        page.append(placed)
        left -= placed.height_mm
    if page:
        yield page


def _draw_blocks(sheet: Sheet, blocks: Sequence[_Block]) -> None:
    y = _ROOM.top
    for block in blocks:
        bottom = y - block.height_mm
        if block.table is None:
            sheet.text(_ROOM.left, bottom + 1.0, block.line, look=block.look)
        else:
            if block.height_mm > len(block.rows) * _ROW_MM:
                _draw_head(sheet, block.table, y, continued=not block.opens)
            for place, row in enumerate(block.rows[::-1]):
                _draw_row(sheet, block.table, row, bottom_mm=bottom + place * _ROW_MM)
        y = bottom


def _draw_head(sheet: Sheet, table: SheetTable, top_mm: float, *, continued: bool) -> None:
    title = table.title.in_language(sheet.language)
    more = f" {_CONTINUED.in_language(sheet.language)}" if continued else ""
    sheet.text(_ROOM.left, top_mm - 6.5, title + more, look=Type(10.0, bold=True))
    top = top_mm - _TITLE_ROW_MM
    sheet.line([_ROOM.left, _ROOM.right], [top, top], width_pt=0.7)
    for column, left, right in _columns(table):
        lines = sheet.wrap(column.title.in_language(sheet.language), right - left - _PADDING_MM, SMALL)[:2]
        for place, line in enumerate(lines):
            # One line stands on the rule below, as the second of two does.
            y = top - 3.4 - 3.2 * (place + 2 - len(lines))
            x, look = _aligned(column, left, right, look=SMALL)
            sheet.text(x, y, line, look=look)
    bottom = top - _HEAD_MM
    sheet.line([_ROOM.left, _ROOM.right], [bottom, bottom], width_pt=0.4, color=INK_SOFT)


def _draw_row(sheet: Sheet, table: SheetTable, row: SheetRow, *, bottom_mm: float) -> None:
    if row.opens:
        top = bottom_mm + _ROW_MM
        sheet.line([_ROOM.left, _ROOM.right], [top, top], width_pt=0.25, color=INK_SOFT)
    look = _BOLD if row.bold else _BODY
    for (column, left, right), cell in zip(_columns(table), row.cells, strict=True):
        words = shown(cell, column, sheet.language, signed=row.signed)
        text = sheet.shortened(words, right - left - _PADDING_MM, look)
        x, placed = _aligned(column, left, right, look=look)
        sheet.text(x, bottom_mm + 1.5, text, look=placed)


def _columns(table: SheetTable) -> Iterator[tuple[SheetColumn, float, float]]:
    whole = sum(column.share for column in table.columns)
    left = _ROOM.left
    for column in table.columns:
        right = left + column.share / whole * _ROOM.width
        yield column, left, right
        left = right


def _aligned(column: SheetColumn, left: float, right: float, *, look: Type) -> tuple[float, Type]:
    if column.decimals is None:
        return left + (0.0 if left == _ROOM.left else _AFTER_NUMBERS_MM), look
    return right - _PADDING_MM, Type(look.size_pt, look.bold, look.color, "right")
