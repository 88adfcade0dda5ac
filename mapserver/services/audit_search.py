"""Finding records by who, when, what was done and to what; and writing them for other programs."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from layers.errors import InvalidParameter, OutputUnwritable
from layers.store.gpkg_ledger import iso
from layers.store.system_audit import Action, AuditChain, Record
from layers.wording import Text, fold
from mapserver.services.audit import ACTIONS
from mapserver.services.spreadsheet_cells import neutral

__all__ = ["KINDS", "Wanted", "find_records", "write_records"]

KINDS = ("csv", "json", "xlsx")

_TITLES = {
    "seq": Text("Số", "No."),
    "at": Text("Thời điểm (UTC)", "Moment (UTC)"),
    "who": Text("Người thực hiện", "Who"),
    "action": Text("Hành động", "Action"),
    "what": Text("Đối tượng", "What"),
    "why": Text("Lý do", "Why"),
    "address": Text("Nơi truy cập", "From"),
    "key_id": Text("Khóa", "Key"),
    "previous": Text("Mã bản ghi trước", "Hash of the record before"),
    "mac": Text("Mã bản ghi", "Hash"),
}
_LONGEST_CELL = 32_767


@dataclass(frozen=True)
class Wanted:
    """Which records are wanted.

    Parameters
    ----------
    who : str
        The account, accents and case aside; empty for all.
    action : Action or None
        What was done; None for all.
    what : str
        Part of what it was done to or why, accents and case aside; empty for all.
    since, until : datetime or None
        Half-open: since <= moment < until.
    """

    who: str = ""
    action: Action | None = None
    what: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def find_records(chain: AuditChain, wanted: Wanted) -> Iterator[Record]:
    """Find records.

    Parameters
    ----------
    chain : AuditChain
        The records.
    wanted : Wanted
        Which.

    Yields
    ------
    Record
        Oldest first.
    """
    # Texts of one width compare as moments do.
    since = "" if wanted.since is None else iso(wanted.since)
    until = "9999" if wanted.until is None else iso(wanted.until)
    who, what = fold(wanted.who), fold(wanted.what)
    for record in chain.records(action=wanted.action):
        if since <= record.at < until and who in {"", fold(record.who)} and what in fold(f"{record.what} {record.why}"):
            yield record


def write_records(records: Sequence[Record], path: Path, *, language: str) -> None:
    """Write records into a file; its ending says of which kind.

    Parameters
    ----------
    records : sequence of Record
        What to write.
    path : Path
        The file, ending in one of `KINDS`.
    language : str
        ``vi`` or ``en``, for headings and the names of actions; JSON keeps the records as they are sealed.

    Raises
    ------
    InvalidParameter
        When the ending is another.
    OutputUnwritable
        When the file cannot be written.
    """
    write = _WRITERS.get(path.suffix.lower().removeprefix("."))
    if write is None:
        raise InvalidParameter(
            Text(f"Không ghi được kiểu tệp “{path.suffix}”.", f"Files of the kind “{path.suffix}” cannot be written."),
            Text("Chọn tên tệp .csv, .xlsx hoặc .json.", "Choose a name that ends in .csv, .xlsx or .json."),
        )
    try:
        write(records, path, language)
    except OSError as problem:
        raise OutputUnwritable(
            Text(f"Không ghi được “{path}” ({problem.strerror}).", f"“{path}” cannot be written ({problem.strerror})."),
            Text("Chọn nơi khác bằng --out.", "Choose another place with --out."),
        ) from problem


def _rows(records: Sequence[Record], language: str) -> Iterator[list[object]]:
    yield [title.in_language(language) for title in _TITLES.values()]
    names = {str(action): title.in_language(language) for action, title in ACTIONS.items()}
    for record in records:
        values = asdict(record) | {"action": names.get(record.action, record.action)}
        yield [neutral(values[name]) for name in _TITLES]


def _write_csv(records: Sequence[Record], path: Path, language: str) -> None:
    # With the mark by which spreadsheets know UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(_rows(records, language))


def _write_json(records: Sequence[Record], path: Path, _language: str) -> None:
    path.write_text(json.dumps([asdict(record) for record in records], ensure_ascii=False, indent=1), encoding="utf-8")


def _write_xlsx(records: Sequence[Record], path: Path, language: str) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("audit")
    sheet.freeze_panes = "A2"
    for row in _rows(records, language):
        sheet.append([
            ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell)[:_LONGEST_CELL] if isinstance(cell, str) else cell for cell in row
        ])  # fmt: skip
    book.save(path)


_WRITERS: dict[str, Callable[[Sequence[Record], Path, str], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "xlsx": _write_xlsx,
}
