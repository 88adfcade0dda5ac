"""Rows that were set aside: looked at, corrected elsewhere, and tried again without doubling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from layers.catalog import INCIDENTS
from layers.errors import InvalidParameter
from layers.geo import VIETNAM, Bounds
from layers.incidents.columns import FIELDS
from layers.incidents.counts import Counts
from layers.incidents.identity import SeenRows, from_hex_digits
from layers.incidents.ingest import ingest_chunk
from layers.incidents.options import IngestOptions
from layers.incidents.reading import open_table
from layers.incidents.reasons import reason_text
from layers.incidents.tables import Chunk
from layers.store import Query, Store
from layers.store.base import Author, ImportRecord, QuarantinedRow
from layers.wording import Text, fold
from mapserver.services.imports import refuse_store_file
from mapserver.services.imports_batches import UnitsInForce, batch_of
from mapserver.services.imports_categories import category_words
from mapserver.services.imports_ledger import find_import
from mapserver.services.imports_running import ingest_options
from mapserver.services.imports_settling import KnownRows, Rules, settle
from mapserver.services.own_rows import OwnRows
from mapserver.services.quarantine_sheet import HEADINGS, write_sheet

__all__ = ["RetryRequest", "expire", "export_quarantine", "retry_quarantine", "rows_json", "waiting_rows"]

_KEY = ("import_id", "row")


@dataclass(frozen=True)
class RetryRequest:
    """Corrected rows to be tried again.

    Parameters
    ----------
    path : Path
        The file that `export_quarantine` wrote, corrected.
    who : str
        Who corrected.
    region : Bounds or None
        The store's region, degrees.
    own : OwnRows or None
        What whoever corrected may bring and change; None for everything.
    whose : str or None
        Only rows of imports of this person; None for those of everybody.
    """

    path: Path
    who: str = ""
    region: Bounds | None = VIETNAM
    own: OwnRows | None = None
    whose: str | None = None


def waiting_rows(
    store: Store, import_id: str | None = None, *, every: bool = False, whose: str | None = None
) -> list[QuarantinedRow]:
    """Read the rows set aside.

    Parameters
    ----------
    store : Store
        The store of record.
    import_id : str or None
        Only those of one import.
    every : bool
        Whether rows that were accepted since, or have expired, are read as well.
    whose : str or None
        Only those of imports that this person made through a server; None for those of everybody.

    Returns
    -------
    list of QuarantinedRow
        By import and row.
    """
    rows = [row for row in store.quarantined(import_id) if every or row.state == "waiting"]
    if whose is None:
        return rows
    mine = {record.import_id for record in store.imports() if _is_of(record, whose)}
    return [row for row in rows if row.import_id in mine]


def _is_of(record: ImportRecord, whose: str | None) -> bool:
    # The user of a machine may have the name of an account; only an import through a server has an area.
    return whose is None or (record.who == whose and record.options.get("area") is not None)


def rows_json(store: Store, rows: Sequence[QuarantinedRow]) -> list[dict[str, object]]:
    """Write rows set aside as plain values.

    Parameters
    ----------
    store : Store
        The store of record.
    rows : sequence of QuarantinedRow
        The rows.

    Returns
    -------
    list of dict
        ``import_id, file_name, layer, row, reasons, why, raw, state``.
    """
    imports = {record.import_id: record for record in store.imports()}
    return [_row_json(row, imports[row.import_id]) for row in rows]


def _row_json(row: QuarantinedRow, record: ImportRecord) -> dict[str, object]:
    said = [reason_text(code) for code in row.reasons]
    return {
        "row": row.row,
        "reasons": list(row.reasons),
        "why": {"vi": " ".join(text.vi for text in said), "en": " ".join(text.en for text in said)},
        "raw": dict(row.raw),
        "import_id": row.import_id,
        "state": row.state,
        "file_name": record.file_name,
        "layer": record.layer,
    }


def expire(store: Store, *, now: dt.datetime, days: int) -> int:
    """Empty the rows that were set aside too long ago; that they were there stays known.

    Parameters
    ----------
    store : Store
        The store of record.
    now : datetime
        The moment.
    days : int
        How long a row is kept.

    Returns
    -------
    int
        How many rows were emptied.
    """
    until = now - dt.timedelta(days=days)
    old = {record.import_id for record in store.imports() if record.started_at < until}
    rows = [row for import_id in sorted(old) for row in store.quarantined(import_id) if row.raw]
    emptied = [replace(row, raw={}, state="expired" if row.state == "waiting" else row.state) for row in rows]
    if emptied:
        with store.transaction():
            store.quarantine(emptied)
    return len(emptied)


def export_quarantine(
    store: Store, out: Path | BinaryIO, *, import_id: str | None, language: str, whose: str | None = None
) -> int:
    """Write the waiting rows of incidents as a sheet that people correct.

    Rows of other tables (models, lineage) are corrected in their own file and imported again.

    Parameters
    ----------
    store : Store
        The store of record.
    out : Path or binary file
        The XLSX file to write.
    import_id : str or None
        Only those of one import.
    language : str
        Language of the headings and reasons, ``vi`` or ``en``.
    whose : str or None
        As in `waiting_rows`.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    OutputUnwritable
        When the file cannot be written.
    """
    of_incidents = {record.import_id for record in store.imports() if record.layer == INCIDENTS.key}
    rows = [row for row in waiting_rows(store, import_id, whose=whose) if row.import_id in of_incidents]
    write_sheet(rows, out, language=language)
    return len(rows)


def retry_quarantine(store: Store, request: RetryRequest, *, now: dt.datetime, rng: np.random.Generator) -> Counts:
    """Try corrected rows again; those accepted leave the quarantine.

    A row is known by its import and its number, so the same file twice changes nothing. A row that
    was set aside because its reference was known with other values is now taken as the change that
    it is: somebody has looked at it.

    Parameters
    ----------
    store : Store
        The store of record.
    request : RetryRequest
        The corrected file.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    Counts
        ``quarantined`` is how many still wait; ``duplicates`` counts rows accepted before.

    Raises
    ------
    AnttError
        When the file is not one of the quarantine's, or cannot be read; the store is then as it was.
    """
    refuse_store_file(store, request.path)
    rows = _read_rows(request.path)
    total = Counts()
    with store.transaction():
        for import_id, group in rows.groupby("import_id", sort=True):
            record = find_import(store, str(import_id), now)
            if not _is_of(record, request.whose):
                raise _not_of_the_quarantine(request.path)
            total += _retry(store, record, group, request=request, now=now, rng=rng)
    return total


def _read_rows(path: Path) -> pd.DataFrame:
    table = open_table(path)
    names = {column: _field_named(column) for column in table.columns}
    if not set(_KEY) <= set(names.values()):
        raise _not_of_the_quarantine(path)
    frame = pd.concat([chunk.frame for chunk in table.chunks()], ignore_index=True)
    frame = frame[[column for column, name in names.items() if name]].rename(columns=names)
    numbers = pd.to_numeric(frame["row"].str.strip(), errors="coerce")
    if numbers.isna().any() or frame["import_id"].str.strip().eq("").any():
        raise _not_of_the_quarantine(path)
    return frame.assign(row=numbers.astype("int64"), import_id=frame["import_id"].str.strip())


def _field_named(heading: str) -> str | None:
    for name in (*_KEY, *FIELDS):
        if fold(heading) in {fold(name), fold(HEADINGS[name].vi), fold(HEADINGS[name].en)}:
            return name
    return None


def _retry(
    store: Store,
    record: ImportRecord,
    rows: pd.DataFrame,
    *,
    request: RetryRequest,
    now: dt.datetime,
    rng: np.random.Generator,
) -> Counts:
    kept = {row.row: row for row in store.quarantined(record.import_id)} if record.layer == INCIDENTS.key else {}
    if not set(rows["row"]) <= set(kept):
        raise _not_of_the_quarantine(request.path)
    waiting = {number: row for number, row in kept.items() if row.state == "waiting"}
    fresh = rows[rows["row"].isin(waiting)].drop_duplicates("row")
    options = _options(store, record, fresh, request=request, now=now)
    trial = _Trial(store, options, record, own=request.own, rng=rng)
    author = Author(request.who, f"import {record.import_id}", now)
    confirmed = fresh["row"].map(lambda number: "changed_record" in waiting[number].reasons).astype(bool)
    total = Counts(read=len(rows) - len(fresh), duplicates=len(rows) - len(fresh))
    for on_change, part in (("update", fresh[confirmed]), ("quarantine", fresh[~confirmed])):
        total += trial.settle(part, waiting, rules=Rules(record.import_id, trial.mapping, on_change, author))
    moved = Counts.of(record.counts) + replace(total, read=0, duplicates=total.duplicates - len(rows) + len(fresh))
    left = replace(moved, quarantined=moved.quarantined - len(fresh))
    store.keep_import(replace(record, counts=left.as_dict()))
    return total


def _options(
    store: Store, record: ImportRecord, rows: pd.DataFrame, *, request: RetryRequest, now: dt.datetime
) -> IngestOptions:
    begun = ingest_options(record)
    return replace(
        begun,
        mapping={name: name for name in record.mapping if name in rows.columns},
        now=now,
        region=None if begun.region is None else request.region,
        category_words=category_words(store, record.source),
    )


class _Trial:
    """Rows of one import, tried with what is known of their source."""

    def __init__(
        self,
        store: Store,
        options: IngestOptions,
        record: ImportRecord,
        *,
        own: OwnRows | None,
        rng: np.random.Generator,
    ) -> None:
        self.mapping = options.mapping
        self._store = store
        self._options = options
        self._rng = rng
        self._own = own
        self._known = KnownRows(store, record.source, own)
        self._units = UnitsInForce(store, options.now)
        self._seen = SeenRows()
        # A corrected row that equals another of its file is a further incident, as it is in the file.
        self._seen.contents.add(from_hex_digits(_made_references(store, record.import_id)))

    def settle(self, rows: pd.DataFrame, waiting: Mapping[int, QuarantinedRow], *, rules: Rules) -> Counts:
        if rows.empty:
            return Counts()
        chunk = Chunk.from_frame(rows.set_index("row")[list(self.mapping)])
        result = ingest_chunk(chunk, self._options, self._seen, rng=self._rng)
        batch = batch_of(chunk, result, self._units, own=self._own)
        settled = settle(self._store, batch, self._known, rules=rules)
        still = {row.row for row in settled.aside}
        taken = [replace(waiting[number], state="accepted") for number in rows["row"] if number not in still]
        self._store.quarantine([*settled.aside, *taken])
        return settled.counts


def _made_references(store: Store, import_id: str) -> list[str]:
    query = Query(where=(("import_id", import_id),), columns=("source_ref", "content_hash"), geometry=False)
    rows = store.read(INCIDENTS, query).dropna(subset=["content_hash"])
    pairs: Iterable[tuple[str, str]] = rows[["source_ref", "content_hash"]].itertuples(index=False)
    return [content for reference, content in pairs if reference.partition("-")[0] == content]


def _not_of_the_quarantine(path: Path) -> InvalidParameter:
    return InvalidParameter(
        Text(f"Tệp “{path.name}” không phải bảng các dòng bị giữ lại của kho này.",
             f"“{path.name}” is not a sheet of rows set aside in this store."),
        Text("Xuất bảng bằng `antt incidents quarantine export`, sửa các ô, giữ nguyên cột “import_id” và “row”.",
             "Write the sheet with `antt incidents quarantine export`, correct its cells, and leave the columns "
             "“import_id” and “row” as they are."),
    )  # fmt: skip
