"""History, ledger of imports, quarantine and notes of a GeoPackage store."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.schema import DTYPE, Kind
from layers.store.base import Change, ImportRecord, QuarantinedRow
from layers.store.gpkg_geometry import decode, encode

__all__ = [
    "iso",
    "keep_history",
    "keep_import",
    "quarantine",
    "read_entries",
    "read_history",
    "read_imports",
    "read_quarantined",
    "read_references",
]

_HISTORY_COLUMNS = "layer, record_id, what, who, why, at, before, after, entry"
_IMPORT_COLUMNS = (
    "import_id, layer, source, file_name, file_sha256, who, started_at, heartbeat_at, state, rows_done, "
    "counts, mapping, options"
)


def iso(moment: dt.datetime) -> str:
    """Write a moment as the file keeps it.

    Parameters
    ----------
    moment : datetime
        With its time zone.

    Returns
    -------
    str
        UTC with milliseconds.

    Examples
    --------
    >>> iso(dt.datetime(2026, 11, 1, 7, 30, tzinfo=dt.timezone(dt.timedelta(hours=7))))
    '2026-11-01T00:30:00.000Z'
    """
    return f"{moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def read_history(connection: sqlite3.Connection, *, layer: str, record_id: str) -> Iterator[Change]:
    """Read the history of one record, oldest first.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    layer, record_id : str
        The record.

    Yields
    ------
    Change
        One entry.
    """
    sql = f"SELECT {_HISTORY_COLUMNS} FROM antt_history WHERE layer = ? AND record_id = ? ORDER BY entry"
    yield from map(_change, connection.execute(sql, (layer, record_id)))


def read_entries(connection: sqlite3.Connection, *, after: int, limit: int | None) -> Iterator[Change]:
    """Read the history of every record, oldest first.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    after : int
        Only entries behind the one with this number.
    limit : int or None
        At most so many.

    Yields
    ------
    Change
        One entry.
    """
    sql = f"SELECT {_HISTORY_COLUMNS} FROM antt_history WHERE entry > ? ORDER BY entry LIMIT ?"
    yield from map(_change, connection.execute(sql, (after, -1 if limit is None else limit)))


def keep_history(connection: sqlite3.Connection, changes: Iterable[Change]) -> None:
    """Write entries of another store's history as they are.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    changes : iterable of Change
        Oldest first.
    """
    connection.executemany(
        "INSERT INTO antt_history (layer, record_id, what, who, why, at, before, after) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (entry.layer, entry.record_id, entry.what, entry.who, entry.why, iso(entry.at), _kept(entry.before),
             _kept(entry.after))
            for entry in changes
        ),
    )  # fmt: skip


def keep_import(connection: sqlite3.Connection, record: ImportRecord) -> None:
    """Write an import into the ledger, or its new state.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    record : ImportRecord
        The import.
    """
    connection.execute(
        f"INSERT OR REPLACE INTO antt_import ({_IMPORT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.import_id,
            record.layer,
            record.source,
            record.file_name,
            record.file_sha256,
            record.who,
            iso(record.started_at),
            iso(record.heartbeat_at),
            record.state,
            record.rows_done,
            _json(record.counts),
            _json(record.mapping),
            _json(record.options),
        ),
    )


def read_imports(connection: sqlite3.Connection) -> list[ImportRecord]:
    """Read the ledger, newest first.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.

    Returns
    -------
    list of ImportRecord
        Every import.
    """
    sql = f"SELECT {_IMPORT_COLUMNS} FROM antt_import ORDER BY started_at DESC, import_id DESC"
    return [_import(row) for row in connection.execute(sql)]


def quarantine(connection: sqlite3.Connection, rows: Sequence[QuarantinedRow]) -> None:
    """Set rows aside, or write their new state.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    rows : sequence of QuarantinedRow
        The rows.
    """
    connection.executemany(
        "INSERT OR REPLACE INTO antt_quarantine (import_id, row, reasons, raw, state) VALUES (?, ?, ?, ?, ?)",
        ((row.import_id, row.row, json.dumps(row.reasons), _json(row.raw), row.state) for row in rows),
    )


def read_quarantined(connection: sqlite3.Connection, import_id: str | None = None) -> list[QuarantinedRow]:
    """Read the rows set aside.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    import_id : str or None
        Only those of one import.

    Returns
    -------
    list of QuarantinedRow
        By import and row.
    """
    condition, values = ("", ()) if import_id is None else ("WHERE import_id = ?", (import_id,))
    sql = f"SELECT import_id, row, reasons, raw, state FROM antt_quarantine {condition} ORDER BY import_id, row"
    return [
        QuarantinedRow(key, row, tuple(json.loads(reasons)), json.loads(raw), state)
        for key, row, reasons, raw, state in connection.execute(sql, values)
    ]


def read_references(connection: sqlite3.Connection, source: str) -> pd.DataFrame:
    """Read what tells known incidents of one source from new ones.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    source : str
        The source.

    Returns
    -------
    DataFrame
        Columns `id, source_ref, row_version, content_hash`, ordered by id.
    """
    kinds = {"id": Kind.TEXT, "source_ref": Kind.TEXT, "row_version": Kind.INTEGER, "content_hash": Kind.TEXT}
    sql = f"SELECT {', '.join(kinds)} FROM incidents WHERE source = ? ORDER BY id"
    rows = connection.execute(sql, (source,)).fetchall()
    columns = zip(*rows, strict=True) if rows else [()] * len(kinds)
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=DTYPE[kind])
            for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }
    )


def _import(row: Sequence[Any]) -> ImportRecord:
    import_id, layer, source, file_name, file_sha256, who, started, heard, state, done, *maps = row
    return ImportRecord(
        import_id,
        layer,
        source,
        file_name,
        file_sha256,
        who,
        _moment(started),
        _moment(heard),
        state,
        done,
        *(json.loads(text) for text in maps),
    )


def _change(row: Sequence[Any]) -> Change:
    key, record_id, what, who, why, at, before, after, entry = row
    return Change(key, record_id, what, who, why, _moment(at), _values(before), _values(after), entry)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(dict(content), ensure_ascii=False)


def _values(text: str | None) -> dict[str, object] | None:
    if text is None:
        return None
    values: dict[str, object] = json.loads(text)
    blob = bytes.fromhex(str(values["geometry"]))
    # The shortest digits that give the same numbers back.
    values["geometry"] = shapely.to_wkt(decode([blob])[0], rounding_precision=-1, trim=True) if blob else None
    return values


def _kept(values: Mapping[str, object] | None) -> str | None:
    if values is None:
        return None
    wkt = values.get("geometry")
    blob = encode(np.array([shapely.from_wkt(wkt)], dtype=object))[0] if wkt else b""
    return _json({**values, "geometry": (blob or b"").hex().upper()})
