"""What changed in a GeoPackage since a mark.

Rows get ascending numbers that are never given twice, and every change of a row that is there already
stands in the history: so a mark is the last number and the last entry of the history. It also names the
records that had them, because a restored backup counts on from older numbers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd

from layers.catalog import Layer
from layers.store.base import Query
from layers.store.changes import Changes, Mark
from layers.store.gpkg_connection import guarded
from layers.store.gpkg_rows import count_rows, last_fid, read_ids, read_numbered
from layers.store.gpkg_session import GeoPackageSession

__all__ = ["GeoPackageChanges"]

_ROWS_AT_ONCE = 50_000


class GeoPackageChanges(GeoPackageSession):
    """A GeoPackage that tells what changed in it.

    Parameters
    ----------
    address : str
        Path of the file.
    busy_timeout_s : float
        How long a call waits for another process that is writing.
    """

    def history_end(self) -> int:
        """Tell the number of the newest entry of the history; with one writer at a time, none can come below it."""
        with guarded(self.path):
            ((end,),) = self._connection.execute("SELECT coalesce(max(entry), 0) FROM antt_history").fetchall()
        return int(end)

    @contextmanager
    def changes(self, layer: Layer, since: Mark | None = None, *, columns: tuple[str, ...] = ()) -> Iterator[Changes]:
        """Tell what changed since a mark.

        Parameters
        ----------
        layer : Layer
            The layer.
        since : mapping or None
            The mark of an earlier answer; None for everything.
        columns : tuple of str
            Columns wanted besides `id`; empty for all.

        Yields
        ------
        Changes
            Of one state of the file, which is held until the context ends.
        """
        query = Query(columns=columns)
        with self.snapshot() as connection:
            mark = _mark(connection, layer)
            known = since is not None and _goes_on(connection, layer, since, now=mark)
            start = since if since is not None and known else {"fid": 0, "entry": mark["entry"]}
            changed = _changed(connection, layer, _number(start, "entry"))
            yield Changes(
                version=_number(mark, "version"),
                mark=mark,
                whole=not known,
                pieces=_pieces(connection, layer, query, start=_number(start, "fid"), changed={*changed}),
                deleted=sorted(record for record, verbs in changed.items() if "delete" in verbs),
                count=count_rows(connection, layer),
            )


def _mark(connection: sqlite3.Connection, layer: Layer) -> dict[str, object]:
    (version,) = connection.execute("SELECT version FROM antt_version WHERE layer = ?", (layer.key,)).fetchone()
    newest = connection.execute(f'SELECT fid, id FROM "{layer.key}" ORDER BY fid DESC LIMIT 1').fetchone()
    entry = connection.execute("SELECT entry, record_id, at FROM antt_history ORDER BY entry DESC LIMIT 1").fetchone()
    return {
        "version": version,
        "fid": last_fid(connection, layer),
        "entry": entry[0] if entry else 0,
        "newest_row": list(newest) if newest else None,
        "newest_entry": list(entry) if entry else None,
    }


def _goes_on(connection: sqlite3.Connection, layer: Layer, since: Mark, *, now: Mark) -> bool:
    """Tell whether this file is a later state of the one that gave the mark."""
    if not {*now} <= {*since} or any(_number(since, name) > _number(now, name) for name in ("version", "fid", "entry")):
        return False
    entry, row = since["newest_entry"], since["newest_row"]
    if isinstance(entry, list):
        sql = "SELECT entry, record_id, at FROM antt_history WHERE entry = ?"
        held = connection.execute(sql, (entry[0],)).fetchone()
        if held is None or list(held) != entry:
            return False
    if not isinstance(row, list):
        return True
    held = connection.execute(f'SELECT fid, id FROM "{layer.key}" WHERE fid = ?', (row[0],)).fetchone()
    gone = held is None and "delete" in _changed(connection, layer, _number(since, "entry")).get(str(row[1]), ())
    return gone or (held is not None and list(held) == row)


def _changed(connection: sqlite3.Connection, layer: Layer, behind_entry: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    sql = "SELECT DISTINCT record_id, what FROM antt_history WHERE entry > ? AND layer = ?"
    for record, what in connection.execute(sql, (behind_entry, layer.key)):
        found.setdefault(record, set()).add(what)
    return found


def _pieces(
    connection: sqlite3.Connection, layer: Layer, query: Query, *, start: int, changed: set[str]
) -> Iterator[gpd.GeoDataFrame]:
    fid, older = start, set(changed)
    while True:
        piece, fid = read_numbered(connection, layer, query, behind_fid=fid, limit=_ROWS_AT_ONCE)
        if piece.empty:
            break
        older.difference_update(piece["id"])
        yield piece
    # What is left was there before the mark.
    listed = sorted(older)
    for begin in range(0, len(listed), _ROWS_AT_ONCE):
        piece = read_ids(connection, layer, listed[begin : begin + _ROWS_AT_ONCE])
        if not piece.empty:
            yield piece


def _number(mark: Mark, name: str) -> int:
    value = mark[name]
    return value if isinstance(value, int) else 0
