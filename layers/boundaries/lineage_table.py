"""Reading a table that says which old unit went into which new one, such as the statistics office's."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from layers.boundaries.values import code_text, pad_code
from layers.errors import EmptyInput, FileMissing, FileUnreadable, InvalidParameter
from layers.wording import Text, fold, nfc, slug

__all__ = ["FIELDS", "LineageRow", "LineageTable", "parts_of_note", "read_lineage", "read_text"]

# Field -> headings that mean it, as slugs.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "new_code": ("new_code", "ma_moi", "ma_dvhc_moi", "ma_xa_moi", "ma_phuong_xa_moi"),
    "new_name": ("new_name", "ten_moi", "ten_dvhc_moi", "ten_xa_moi", "ten_phuong_xa_moi"),
    "new_province_code": ("new_province_code", "ma_tinh_moi"),
    "new_province": ("new_province", "ten_tinh_moi", "tinh_moi"),
    "old_code": ("old_code", "ma_cu", "ma_dvhc_cu", "ma_xa_cu", "ma_phuong_xa_cu"),
    "old_name": ("old_name", "ten_cu", "ten_dvhc_cu", "ten_xa_cu", "ten_phuong_xa_cu"),
    "old_district": ("old_district", "ten_huyen_cu", "huyen_cu", "quan_huyen"),
    "old_district_code": ("old_district_code", "ma_huyen_cu"),
    "old_province": ("old_province", "ten_tinh_cu", "tinh_cu"),
    "old_province_code": ("old_province_code", "ma_tinh_cu"),
    "area_part": ("area_part",),
    "population_part": ("population_part",),
    "note": ("note", "note_vi", "ghi_chu"),
}
_NEEDED = ("new_code", "new_name", "new_province_code", "old_code", "old_name")
_PARTS = {"whole", "part", "none"}
_CODES = {
    "new_code": "commune",
    "old_code": "commune",
    "new_province_code": "province",
    "old_province_code": "province",
}


@dataclass(frozen=True)
class LineageRow:
    """One row of the table: some of an old unit became some of a new one.

    Parameters
    ----------
    row : int
        Its row in the file, the header being row 1.
    new_code, new_name, new_province_code, new_province : str
        The new unit, its name with its type.
    old_code, old_name, old_district, old_district_code, old_province, old_province_code : str
        The old unit; its code may be empty where it was a district without communes.
    area_part, population_part : str
        How much of the old unit's ground and people: ``whole``, ``part`` or ``none``.
    note : str
        As written.
    """

    row: int
    new_code: str
    new_name: str
    new_province_code: str
    old_code: str
    old_name: str
    new_province: str = ""
    old_district: str = ""
    old_district_code: str = ""
    old_province: str = ""
    old_province_code: str = ""
    area_part: str = "whole"
    population_part: str = "whole"
    note: str = ""

    @property
    def old_key(self) -> str:
        """The code of the old unit; that of its district where the district had no communes."""
        return self.old_code or self.old_district_code

    @property
    def raw(self) -> dict[str, str]:
        """The cells that tell the row from others."""
        names = ("new_code", "new_name", "new_province", "old_code", "old_name", "old_district", "old_province", "note")
        return {name: str(getattr(self, name)) for name in names}


@dataclass(frozen=True)
class LineageTable:
    """A table as read.

    Parameters
    ----------
    rows : tuple of LineageRow
        In the order of the file.
    columns : mapping of str to str
        Field -> the column it was read from.
    """

    rows: tuple[LineageRow, ...]
    columns: Mapping[str, str]


def read_lineage(path: Path, *, mapping: Mapping[str, str] | None = None) -> LineageTable:
    """Read a CSV file in UTF-8, packed with gzip or not.

    Parameters
    ----------
    path : Path
        The file.
    mapping : mapping of str to str, optional
        Field -> column, where a heading is not one of `FIELDS`.

    Returns
    -------
    LineageTable
        Every row, whole or not.

    Raises
    ------
    FileMissing
        When there is no such file.
    FileUnreadable
        When it is no such text.
    InvalidParameter
        When a needed column is not found.
    EmptyInput
        When it has no rows.
    """
    lines = csv.reader(io.StringIO(read_text(path), newline=""))
    header = next(lines, [])
    columns = _columns(header, mapping or {})
    places = {field: header.index(column) for field, column in columns.items()}
    rows = tuple(_row(number, cells, places) for number, cells in enumerate(lines, start=2) if any(cells))
    if not rows:
        raise EmptyInput(
            Text(f"Tệp “{path.name}” không có dòng nào.", f"The file “{path.name}” has no rows."),
            Text("Chọn tệp bảng chuyển đổi đơn vị cũ – mới.", "Choose the table of old and new units."),
        )
    return LineageTable(rows, columns)


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, packed with gzip or not.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    FileMissing
        When there is no such file.
    FileUnreadable
        When it is no such text.
    """
    if not path.is_file():
        raise FileMissing(
            Text(f"Không có tệp “{path}”.", f"There is no file “{path}”."),
            Text("Kiểm tra lại đường dẫn.", "Check its path."),
        )
    data = path.read_bytes()
    try:
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    except (UnicodeDecodeError, OSError, EOFError) as problem:
        raise FileUnreadable(
            Text(f"Không đọc được “{path.name}”.", f"“{path.name}” cannot be read."),
            Text("Lưu bảng thành CSV (UTF-8) rồi thử lại.", "Save the table as CSV (UTF-8) and try again."),
        ) from problem


def parts_of_note(note: str) -> tuple[str, str]:
    """Read from the words of the table how much of an old unit went over.

    Parameters
    ----------
    note : str
        As written, such as ``Nhập một phần diện tích, toàn bộ dân số``.

    Returns
    -------
    tuple of str
        For the ground and for the people: ``whole``, ``part`` or ``none``.

    Examples
    --------
    >>> parts_of_note("Nhập toàn bộ"), parts_of_note("Nhập một phần diện tích")
    (('whole', 'whole'), ('part', 'none'))
    >>> parts_of_note("Nhập một phần diện tích, toàn bộ dân số"), parts_of_note("Nhập một phần dân số")
    (('part', 'whole'), ('none', 'part'))
    """
    said = fold(note)
    if "mot phan" not in said and "con lai" not in said:
        return "whole", "whole"
    if "mot phan dien tich" in said:
        people = "whole" if "toan bo dan so" in said else "part" if "mot phan dan so" in said else "none"
        return "part", people
    return ("none" if "mot phan dan so" in said else "part"), "part"


def _columns(header: Iterable[str], mapping: Mapping[str, str]) -> dict[str, str]:
    by_slug = {slug(name): name for name in header}
    unknown = sorted((set(mapping) - set(FIELDS)) | {name for name in mapping.values() if slug(name) not in by_slug})
    found = {field: next((by_slug[word] for word in words if word in by_slug), "") for field, words in FIELDS.items()}
    found |= {field: by_slug.get(slug(name), "") for field, name in mapping.items() if field in FIELDS}
    missing = [field for field in _NEEDED if not found[field]]
    if unknown or missing:
        listed = ", ".join(unknown or missing)
        raise InvalidParameter(
            Text(f"Không tìm thấy cột hoặc trường: {listed}.", f"Columns or fields not found: {listed}."),
            Text(
                f"Chỉ cột bằng --map TRƯỜNG=CỘT; các trường: {', '.join(FIELDS)}.",
                f"Name the columns with --map FIELD=COLUMN; fields: {', '.join(FIELDS)}.",
            ),
        )
    return {field: name for field, name in found.items() if name}


def _row(number: int, cells: list[str], places: Mapping[str, int]) -> LineageRow:
    read = {field: nfc(cells[place]) if place < len(cells) else "" for field, place in places.items()}
    for field, level in _CODES.items():
        code = code_text(read.get(field, ""))
        read[field] = pad_code(code, level) if code else ""
    ground, people = parts_of_note(read.get("note", ""))
    area, population = read.pop("area_part", ""), read.pop("population_part", "")
    return LineageRow(
        row=number,
        area_part=area if area in _PARTS else ground,
        population_part=population if population in _PARTS else people,
        **read,
    )
