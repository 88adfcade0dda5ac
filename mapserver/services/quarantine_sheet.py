"""The sheet in which people correct rows that were set aside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from layers.incidents.columns import FIELDS
from layers.incidents.reasons import reason_text
from layers.store.base import QuarantinedRow
from layers.wording import Text
from mapserver.services.output_files import put_file

__all__ = ["HEADINGS", "write_sheet"]

HEADINGS: dict[str, Text] = {
    "import_id": Text("import_id", "import_id"),
    "row": Text("row", "row"),
    "reasons": Text("Lý do", "Reasons"),
    "source_ref": Text("Số hồ sơ", "Reference"),
    "occurred_at": Text("Ngày xảy ra", "Occurred on"),
    "occurred_time": Text("Giờ xảy ra", "Time of day"),
    "occurred_to": Text("Kết thúc", "Ended"),
    "reported_at": Text("Ngày tiếp nhận", "Reported on"),
    "category": Text("Loại vụ việc", "Category"),
    "severity": Text("Mức độ", "Severity"),
    "status": Text("Trạng thái", "Status"),
    "lon": Text("Kinh độ", "Longitude"),
    "lat": Text("Vĩ độ", "Latitude"),
    "coordinates": Text("Tọa độ", "Coordinates"),
    "reported_unit": Text("Phường, xã", "Ward"),
    "location_accuracy_m": Text("Sai số vị trí (m)", "Location accuracy (m)"),
    "channel": Text("Kênh tiếp nhận", "Channel"),
}


def write_sheet(rows: Sequence[QuarantinedRow], out: Path | BinaryIO, *, language: str) -> None:
    """Write rows that were set aside as XLSX: one column for each field, every cell text.

    Parameters
    ----------
    rows : sequence of QuarantinedRow
        What to write.
    out : Path or binary file
        The file.
    language : str
        Language of the headings and reasons, ``vi`` or ``en``.

    Raises
    ------
    OutputUnwritable
        When the file cannot be written.
    """
    from openpyxl import Workbook

    fields = [name for name in FIELDS if any(name in row.raw for row in rows)]
    book = Workbook()
    sheet = book.active
    sheet.title = "quarantine"
    sheet.append([HEADINGS[name].in_language(language) for name in ("import_id", "row", "reasons", *fields)])
    sheet.freeze_panes = "D2"
    for place, row in enumerate(rows, start=2):
        reasons = " ".join(reason_text(code).in_language(language) for code in row.reasons)
        texts = (row.import_id, str(row.row), reasons, *(row.raw.get(name, "") for name in fields))
        for column, text in enumerate(texts, start=1):
            _write(sheet.cell(place, column), text)
    if isinstance(out, Path):
        put_file(out, book.save)
    else:
        book.save(out)


def _write(cell: Any, text: str) -> None:  # noqa: ANN401 - openpyxl has no types
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:32767]
    # What a stranger wrote stays text: nothing that begins with "=" may become a formula.
    cell.data_type = "s"
    cell.quotePrefix = True
