"""The first sheet of an Excel workbook as a table of text."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from layers.boundaries.archives import require_modest
from layers.errors import EmptyInput, FileUnreadable
from layers.incidents.columns import header_row
from layers.incidents.csvfiles import without_blank_rows
from layers.incidents.tables import Chunk, Table, unique_names
from layers.wording import Text

__all__ = ["open_sheet"]

_LOOKED_AT = 20


class _Cell(Protocol):
    """What is needed of a cell of a workbook."""

    @property
    def value(self) -> object: ...

    @property
    def number_format(self) -> object: ...


# What the reader of workbooks raises when a byte is wrong somewhere inside: in the archive, in its
# compression, in the XML, or in a value that XML holds.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    NotImplementedError,
    RuntimeError,
)


def open_sheet(path: Path, *, chunk_rows: int) -> Table:
    """Open the first sheet of a workbook; title lines above the header are passed over.

    Parameters
    ----------
    path : Path
        A file ending in .xlsx or .xlsm.
    chunk_rows : int
        Rows in a chunk.

    Returns
    -------
    Table
        Without hash. A date cell shown without hours becomes a date without hours.

    Raises
    ------
    FileUnreadable
        When it is not a workbook.
    EmptyInput
        When the sheet is empty.
    """
    top = [cells for _, cells in zip(range(_LOOKED_AT), _rows(path), strict=False)]
    header = header_row(top)
    if not top or not any(top[header]):
        raise EmptyInput(
            Text(f"Trang đầu của “{path.name}” trống.", f"The first sheet of “{path.name}” is empty."),
            Text("Đưa bảng lên trang đầu rồi nhập lại.", "Put the table on the first sheet and import again."),
        )
    width = max(position for position, cell in enumerate(top[header], start=1) if cell)
    columns = unique_names(top[header][:width])
    return Table(
        path,
        columns,
        "utf-8",
        opener=lambda: _chunks(path, columns, header=header, chunk_rows=chunk_rows),
    )


def _chunks(path: Path, columns: tuple[str, ...], *, header: int, chunk_rows: int) -> Iterator[Chunk]:
    waiting: list[list[str]] = []
    start = header + 2
    for position, cells in enumerate(_rows(path)):
        if position > header:
            waiting.append([*cells, *[""] * len(columns)][: len(columns)])
        if len(waiting) == chunk_rows:
            yield _chunk(waiting, columns, start)
            start, waiting = start + len(waiting), []
    if waiting:
        yield _chunk(waiting, columns, start)


def _chunk(rows: list[list[str]], columns: tuple[str, ...], start: int) -> Chunk:
    by_column = zip(*rows, strict=True)
    cells = pa.table({name: pa.array(values, pa.string()) for name, values in zip(columns, by_column, strict=True)})
    return without_blank_rows(Chunk(cells, np.arange(start, start + len(rows))))


def _rows(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            require_modest(archive.infolist(), path.name)
        # A file of our own: of a damaged one the reader would leave its open.
        with path.open("rb") as file, closing(load_workbook(file, read_only=True, data_only=True)) as book:
            for row in book.worksheets[0].iter_rows():
                yield [_text(cell) for cell in row]
    except (InvalidFileException, *_DAMAGE) as cause:
        raise FileUnreadable(
            Text(f"Tệp “{path.name}” không phải bảng tính Excel.", f"“{path.name}” is not an Excel workbook."),
            Text("Lưu lại dạng .xlsx hoặc CSV UTF-8.", "Save it again as .xlsx or CSV UTF-8."),
        ) from cause


def _text(cell: _Cell) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        # A sheet has no plain dates: only the format tells whether the hours mean anything.
        hours = "h" in str(cell.number_format).lower()
        return value.isoformat(sep=" ") if hours else value.date().isoformat()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return str(value)
