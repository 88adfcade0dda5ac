"""Bringing incidents into the store: every row is accepted, updated, a duplicate, or set aside with its reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from layers.catalog import INCIDENTS, UNITS
from layers.errors import Conflict, InvalidParameter
from layers.geo import VIETNAM, Bounds
from layers.incidents.columns import guess_mapping, with_overrides
from layers.incidents.ingest import check_places
from layers.incidents.reading import open_table
from layers.incidents.tables import Table
from layers.records import new_ids
from layers.store import Store
from layers.store.base import ImportRecord
from layers.wording import Text, nfc, storable
from mapserver.services.imports import refuse_store_file
from mapserver.services.imports_categories import category_words
from mapserver.services.imports_ledger import find_import, process_mark, unfinished
from mapserver.services.imports_running import UNWATCHED, ImportRun, IncidentResult, Watch
from mapserver.services.own_rows import OwnRows

__all__ = ["CHUNK_ROWS", "ON_CHANGE", "IncidentRequest", "IncidentResult", "Watch", "import_incidents", "resume_import"]

# Indices are renewed with each commit, so few large ones are faster; a stop still answers within seconds.
CHUNK_ROWS = 500_000
# Small enough that reading begins early and its rows fit into the processor's cache.
_READ_ROWS = 50_000
ON_CHANGE = ("update", "quarantine")


@dataclass(frozen=True)
class IncidentRequest:
    """What to import as incidents.

    Parameters
    ----------
    path : Path
        The file.
    source : str
        Name of the source; with the reference it identifies an incident.
    timezone : str
        IANA name of the zone of moments that state none.
    mapping : mapping of str to str
        Field -> column, where the columns cannot be guessed.
    crs : int or None
        EPSG code of the coordinates; None for the file's own, or longitude and latitude.
    encoding : str or None
        None to find it.
    who : str
        Who imports.
    on_change : str
        ``update`` or ``quarantine``: what is done with a known reference that has other values.
    region : Bounds or None
        The store's region, degrees; a place beyond it is set aside once boundaries are loaded.
    chunk_rows : int
        Rows committed together.

    Raises
    ------
    InvalidParameter
        When `on_change` or `chunk_rows` is not usable.
    """

    path: Path
    source: str
    timezone: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    crs: int | None = None
    encoding: str | None = None
    who: str = ""
    on_change: str = "update"
    region: Bounds | None = VIETNAM
    chunk_rows: int = CHUNK_ROWS

    def __post_init__(self) -> None:
        if self.on_change not in ON_CHANGE or self.chunk_rows < 1:
            raise InvalidParameter(
                Text("Tham số nhập không hợp lệ: on_change, chunk_rows.",
                     "Import parameters not usable: on_change, chunk_rows."),
                Text(f"on_change: {', '.join(ON_CHANGE)}; chunk_rows từ 1.",
                     f"on_change: {', '.join(ON_CHANGE)}; chunk_rows from 1."),
            )  # fmt: skip


def import_incidents(
    store: Store,
    request: IncidentRequest,
    *,
    now: dt.datetime,
    rng: np.random.Generator,
    watch: Watch = UNWATCHED,
    own: OwnRows | None = None,
) -> IncidentResult:
    """Read a file of incidents and keep it chunk by chunk, with its place in the ledger.

    A file whose import was begun with the same mapping and not finished goes on where it stopped.

    Parameters
    ----------
    store : Store
        The store of record.
    request : IncidentRequest
        What to import.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.
    watch : Watch
        Progress, cancelling and the clock of the signs of life.
    own : OwnRows, optional
        What whoever imports may bring and change; everything when left out. Other rows are set aside.

    Returns
    -------
    IncidentResult
        What became of the rows.

    Raises
    ------
    AnttError
        When the file cannot be used: the store is then as it was. When the store fails on the way:
        the chunks committed stay, and the import can go on.
    """
    refuse_store_file(store, request.path)
    table = open_table(request.path, encoding=request.encoding, chunk_rows=_rows_read(request.chunk_rows))
    mapping = with_overrides(guess_mapping(table.columns), request.mapping, table.columns)
    record = _new_record(store, request, table=table, mapping=mapping, now=now)
    # Only who is bound in the same way may go on with it.
    record = replace(record, options={**record.options, "area": None if own is None else own.area})
    begun = unfinished(store, record, now)
    if begun is not None:
        table = _table_as_begun(request.path, begun)
        return ImportRun(store, begun, table=table, rng=rng, watch=watch, own=own).go_on(now)
    record = replace(record, import_id=new_ids(1, now=now, rng=rng)[0])
    new = ImportRun(store, record, table=table, rng=rng, watch=watch, own=own)
    check_places(table, new.options)
    return new.run(resumed=False)


def resume_import(
    store: Store,
    import_id: str,
    path: Path | None,
    *,
    now: dt.datetime,
    rng: np.random.Generator,
    watch: Watch = UNWATCHED,
) -> IncidentResult:
    """Go on with an import that was interrupted, failed or cancelled.

    Parameters
    ----------
    store : Store
        The store of record.
    import_id : str
        The import's id in the ledger.
    path : Path or None
        The file, if it has moved since.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.
    watch : Watch
        Progress, cancelling and the clock of the signs of life.

    Returns
    -------
    IncidentResult
        The sums of the whole import. One that is done already stays as it is.

    Raises
    ------
    AnttError
        When there is no such import, it is running, or the file is not the one that was begun.
    """
    record = find_import(store, import_id, now)
    file = path or Path(str(record.options.get("path", record.file_name)))
    table = _table_as_begun(file, record)
    if table.sha256 != record.file_sha256:
        raise Conflict(
            Text(f"Tệp “{file.name}” không phải tệp đã nhập dở.", f"“{file.name}” is not the file that was begun."),
            Text("Chỉ ra đúng tệp, hoặc nhập tệp mới như bình thường.",
                 "Name the right file, or import the new one in the usual way."),
        )  # fmt: skip
    return ImportRun(store, record, table=table, rng=rng, watch=watch).go_on(now)


def _table_as_begun(path: Path, record: ImportRecord) -> Table:
    # Read in the same pieces, or the rows that are kept would end in the midst of one.
    options = record.options
    encoding = options.get("encoding")
    rows = options.get("read_rows", options.get("chunk_rows", CHUNK_ROWS))
    return open_table(path, encoding=None if encoding is None else str(encoding), chunk_rows=int(str(rows)))


def _rows_read(chunk_rows: int) -> int:
    return min(chunk_rows, _READ_ROWS)


def _new_record(
    store: Store, request: IncidentRequest, *, table: Table, mapping: Mapping[str, str], now: dt.datetime
) -> ImportRecord:
    source = nfc(request.source)
    # Without boundaries nothing says that the store is for one region.
    region = list(request.region) if request.region and store.count(UNITS) else None
    options = {
        "crs": request.crs or table.epsg or 4326,
        "encoding": request.encoding,
        "timezone": request.timezone,
        "on_change": request.on_change,
        "path": storable(str(request.path.resolve())),
        "chunk_rows": request.chunk_rows,
        "read_rows": _rows_read(request.chunk_rows),
        "region": region,
        "category_words": category_words(store, source),
        **process_mark(),
    }
    return ImportRecord(
        import_id="",
        layer=INCIDENTS.key,
        source=source,
        file_name=storable(request.path.name),
        file_sha256=table.sha256,
        who=request.who,
        started_at=now,
        heartbeat_at=now,
        mapping=mapping,
        options=options,
    )
