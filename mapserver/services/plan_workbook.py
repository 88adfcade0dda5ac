"""The change sheet as a workbook: summary, ground that changes hands, figures, lineage."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable

from layers.wording import Text
from mapserver.rendering.plan_sheet import Cell, PlanSheet, SheetTable
from mapserver.services.spreadsheet_cells import of_workbook

__all__ = ["sheet_xlsx"]

_SUMMARY = Text("Tóm tắt", "Summary")
_SHEETS = (Text("Chuyển giao", "Transfers"), Text("Số liệu", "Figures"), Text("Kế thừa", "Lineage"))
_NOTES, _OLD = Text("Nguồn và cách tính", "Sources and methods"), Text("Xã, phường cũ", "Old wards")
_MOST_WIDE, _LEAST_WIDE = 60, 12
# A workbook says when it was saved; here that is the moment of the plan, so that equal sheets are equal bytes.
_SAVED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def sheet_xlsx(sheet: PlanSheet, language: str = "vi") -> bytes:
    """Write a change sheet as a workbook.

    Parameters
    ----------
    sheet : PlanSheet
        From `plan_sheets.change_sheet`.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    bytes
        An Office Open XML file; the same sheet gives the same bytes.
    """
    from openpyxl import Workbook

    book = Workbook()
    saved = sheet.as_of.astimezone(dt.UTC).replace(tzinfo=None)
    book.properties.creator, book.properties.created = "Bản đồ ANTT số hóa", saved
    book.properties.title = sheet.title.in_language(language)
    first = book.active
    first.title = _SUMMARY.in_language(language)
    _fill(first, _summary_rows(sheet, language))
    for name, table in zip(_SHEETS, (sheet.transfers, sheet.figures, sheet.lineage), strict=True):
        page = book.create_sheet(name.in_language(language))
        _fill(page, _table_rows(table, language), formats=table)
        page.freeze_panes = "A2"
    held = io.BytesIO()
    book.save(held)
    return _settled(held.getvalue(), saved)


def _summary_rows(sheet: PlanSheet, language: str) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [
        (sheet.title.in_language(language),),
        (sheet.marking.in_language(language),),
        (sheet.subtitle.in_language(language),),
        (),
        *((part.in_language(language),) for part in sheet.summary),
        (),
        *((title.in_language(language), value) for title, value in sheet.facts),
    ]
    if sheet.splits.rows:
        rows += [(), (_OLD.in_language(language),), *(row.cells for row in sheet.splits.rows)]
    return [*rows, (), (_NOTES.in_language(language),), *((note.in_language(language),) for note in sheet.notes)]


def _table_rows(table: SheetTable, language: str) -> list[tuple[Cell, ...]]:
    head = tuple(column.title.in_language(language) for column in table.columns)
    return [head, *(row.cells for row in table.rows)]


def _fill(page: object, rows: Iterable[tuple[Cell, ...]], *, formats: SheetTable | None = None) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    listed = list(rows)
    for cells in listed:
        page.append([of_workbook(cell) for cell in cells])  # type: ignore[attr-defined]
    for cell in page[1]:  # type: ignore[index]
        cell.font = Font(bold=True)
    if formats is None:
        page.column_dimensions["A"].width = 30  # type: ignore[attr-defined]
        return
    for place, column in enumerate(formats.columns, start=1):
        letter = get_column_letter(place)
        longest = max(len(str(cells[place - 1] or "")) for cells in listed) if column.decimals is None else 0
        page.column_dimensions[letter].width = min(max(longest + 2, _LEAST_WIDE), _MOST_WIDE)  # type: ignore[attr-defined]
        for row, shown in enumerate(formats.rows, start=2):
            cell = page.cell(row, place)  # type: ignore[attr-defined]
            cell.font = Font(bold=shown.bold)
            if column.decimals is not None:
                cell.number_format = "#,##0" + ("." + "0" * column.decimals if column.decimals else "")


def _settled(content: bytes, saved: dt.datetime) -> bytes:
    """Give every part of the file the moment of the plan."""
    stamp = f"{saved:%Y-%m-%dT%H:%M:%SZ}".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            part = _SAVED.sub(rb"\g<1>" + stamp + rb"\g<2>", made.read(name))
            kept.writestr(zipfile.ZipInfo(name, saved.timetuple()[:6]), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
