"""Finding records by who, when, what was done and to what; and writing them for other programs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from layers.errors import InvalidParameter
from layers.store.gpkg_ledger import iso
from layers.store.system_audit import Action, AuditChain, Record
from layers.wording import Text, fold
from mapserver.services.audit import ACTIONS
from mapserver.services.output_files import put_file
from mapserver.services.spreadsheet_cells import neutral

__all__ = ["KINDS", "Found", "Wanted", "days", "find_newest", "find_records", "stream_records", "write_records"]

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


@dataclass(frozen=True)
class Found:
    """One page of records.

    Parameters
    ----------
    records : tuple of Record
        Newest first.
    older_than : int or None
        Where the next page begins; None when there is no other.
    """

    records: tuple[Record, ...]
    older_than: int | None


def days(since: dt.date | None, until: dt.date | None, zone: dt.tzinfo) -> dict[str, dt.datetime | None]:
    """Turn days that a person has named into the moments of `Wanted`.

    Parameters
    ----------
    since, until : date or None
        The first and the last day, both included.
    zone : tzinfo
        Where the days begin.

    Returns
    -------
    dict
        ``since`` and ``until``.

    Examples
    --------
    >>> named = days(dt.date(2026, 3, 1), dt.date(2026, 3, 1), dt.UTC)
    >>> (named["until"] - named["since"]).days
    1
    """
    end = None if until is None else until + dt.timedelta(days=1)
    return {"since": _midnight(since, zone), "until": _midnight(end, zone)}


def find_records(chain: AuditChain, wanted: Wanted) -> Iterator[Record]:
    """Find records.

    Parameters
    ----------
    chain : AuditChain
        The records.
    wanted : Wanted
        Which.

    Returns
    -------
    iterator of Record
        Oldest first.
    """
    return filter(_test(wanted), chain.records(action=wanted.action))


def find_newest(chain: AuditChain, wanted: Wanted, *, before: int | None, at_most: int) -> Found:
    """Find one page of records from the end of the chain back.

    Parameters
    ----------
    chain : AuditChain
        The records.
    wanted : Wanted
        Which.
    before : int or None
        Only those in front of this place in the chain; None begins at its end.
    at_most : int
        So many make a page.

    Returns
    -------
    Found
        The page.
    """
    matching = filter(_test(wanted), chain.newest(before=before, action=wanted.action))
    # One more than is shown tells whether there is another page.
    records = tuple(islice(matching, at_most + 1))
    shown = records[:at_most]
    return Found(shown, shown[-1].seq if len(records) > at_most else None)


def _midnight(day: dt.date | None, zone: dt.tzinfo) -> dt.datetime | None:
    return None if day is None else dt.datetime.combine(day, dt.time(), zone)


def _test(wanted: Wanted) -> Callable[[Record], bool]:
    # Texts of one width compare as moments do.
    since = "" if wanted.since is None else iso(wanted.since)
    until = "9999" if wanted.until is None else iso(wanted.until)
    who, what = fold(wanted.who), fold(wanted.what)
    return lambda record: (
        since <= record.at < until and who in {"", fold(record.who)} and what in fold(f"{record.what} {record.why}")
    )


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
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise InvalidParameter(
            Text(f"Không ghi được kiểu tệp “{path.suffix}”.", f"Files of the kind “{path.suffix}” cannot be written."),
            Text("Chọn tên tệp .csv, .xlsx hoặc .json.", "Choose a name that ends in .csv, .xlsx or .json."),
        )
    put_file(path, lambda out: stream_records(records, kind, out, language=language))


def stream_records(records: Sequence[Record], kind: str, out: BinaryIO, *, language: str) -> None:
    """Write records for another program.

    Parameters
    ----------
    records : sequence of Record
        What to write.
    kind : str
        One of `KINDS`.
    out : binary file
        Where to; it stays open.
    language : str
        As for `write_records`.
    """
    _WRITERS[kind](records, out, language)


def _rows(records: Sequence[Record], language: str) -> Iterator[list[object]]:
    yield [title.in_language(language) for title in _TITLES.values()]
    names = {str(action): title.in_language(language) for action, title in ACTIONS.items()}
    for record in records:
        values = asdict(record) | {"action": names.get(record.action, record.action)}
        yield [neutral(values[name]) for name in _TITLES]


def _write_csv(records: Sequence[Record], out: BinaryIO, language: str) -> None:
    # With the mark by which spreadsheets know UTF-8.
    file = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    csv.writer(file).writerows(_rows(records, language))
    file.detach()


def _write_json(records: Sequence[Record], out: BinaryIO, _language: str) -> None:
    out.write(json.dumps([asdict(record) for record in records], ensure_ascii=False, indent=1).encode())


def _write_xlsx(records: Sequence[Record], out: BinaryIO, language: str) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("audit")
    sheet.freeze_panes = "A2"
    for row in _rows(records, language):
        sheet.append([
            ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell)[:_LONGEST_CELL] if isinstance(cell, str) else cell for cell in row
        ])  # fmt: skip
    book.save(out)


_WRITERS: dict[str, Callable[[Sequence[Record], BinaryIO, str], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "xlsx": _write_xlsx,
}
