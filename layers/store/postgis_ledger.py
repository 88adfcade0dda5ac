"""Transactions, history, ledger of imports, quarantine and notes of a PostGIS store."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import pandas as pd
from psycopg.types.json import Jsonb

from layers.catalog import LAYERS, Layer
from layers.store.base import Change, ImportRecord, QuarantinedRow
from layers.store.postgis_connections import BUSY_TIMEOUT_S, Connections, Row
from layers.store.postgis_rows import as_kept
from layers.store.postgis_sql import plain

__all__ = ["PostgisLedger"]


class PostgisLedger:
    """What a store keeps beside the rows of its layers.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host:port/database``; `address` shows it without the password.
    busy_timeout_s : float
        How long a call waits for a free connection, and for a row that somebody else is changing.

    Raises
    ------
    InvalidParameter
        When the address cannot be read.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._connections = Connections(url, busy_timeout_s=busy_timeout_s)
        self._local = threading.local()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address!r})"

    @property
    def address(self) -> str:
        """The address of the database, without the password."""
        return self._connections.address

    def history(self, layer: Layer, record_id: str) -> list[Change]:
        """Read the history of one record.

        Parameters
        ----------
        layer : Layer
            Its layer.
        record_id : str
            The record.

        Returns
        -------
        list of Change
            Oldest first.
        """
        return [_change(row) for row in self._rows("history", layer=layer.key, record_id=record_id)]

    def all_history(self, *, after: int = 0, limit: int | None = None) -> Iterator[Change]:
        """Read the history.

        Parameters
        ----------
        after : int
            Only entries behind the one with this number.
        limit : int or None
            At most so many.

        Yields
        ------
        Change
            In the order it was written.
        """
        for row in self._rows("all_history", after=after, limit=limit):
            yield _change(row)

    def history_end(self) -> int:
        """Tell the number of the newest entry of the history.

        Numbers are given before commits, so writers are waited for; at once they may write on.

        Returns
        -------
        int
            Below it no entry can appear any more; 0 when there is none.

        Raises
        ------
        StoreBusy
            When a writer takes longer than a moment: asking again later will do.
        """
        with self.transaction():
            for name in ("wait_shortly", "settle_history", "wait_as_usual"):
                self._run(name)
            ((end,),) = self._rows("history_end")
        return int(end)

    def keep_history(self, changes: Iterable[Change]) -> None:
        """Write entries of another store's history as they are; joins a running transaction.

        Parameters
        ----------
        changes : iterable of Change
            In their order.
        """
        rows = [vars(change) | {"before": _json(change.before), "after": _json(change.after)} for change in changes]
        self._write("keep_history", rows)

    def known_references(self, source: str) -> pd.DataFrame:
        """Read what is known of every incident of one source.

        Parameters
        ----------
        source : str
            Name of the source.

        Returns
        -------
        DataFrame
            Columns `id, source_ref, row_version, content_hash`, ordered by id.
        """
        rows = self._rows("known_references", source=source)
        names = ["id", "source_ref", "row_version", "content_hash"]
        return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names, object) | {"row_version": "Int64"})

    def keep_import(self, record: ImportRecord) -> None:
        """Write an import into the ledger, or its new state; joins a running transaction.

        Parameters
        ----------
        record : ImportRecord
            The import.
        """
        documents = {name: Jsonb(dict(getattr(record, name))) for name in ("counts", "mapping", "options")}
        self._write("keep_import", [{**vars(record), **documents}])

    def imports(self) -> list[ImportRecord]:
        """Read the ledger.

        Returns
        -------
        list of ImportRecord
            Newest first.
        """
        return [ImportRecord(*row) for row in self._rows("imports")]

    def quarantine(self, rows: Sequence[QuarantinedRow]) -> None:
        """Set rows aside, or write their new state; joins a running transaction.

        Parameters
        ----------
        rows : sequence of QuarantinedRow
            Known by import and row.
        """
        self._write(
            "quarantine",
            [{**vars(row), "reasons": Jsonb(list(row.reasons)), "raw": Jsonb(_keepable(row.raw))} for row in rows],
        )

    def quarantined(self, import_id: str | None = None) -> list[QuarantinedRow]:
        """Read the rows set aside.

        Parameters
        ----------
        import_id : str or None
            Of one import, or of all.

        Returns
        -------
        list of QuarantinedRow
            By import and row.
        """
        found = self._rows("quarantined", import_id=import_id)
        return [QuarantinedRow(key, row, tuple(reasons), raw, state) for key, row, reasons, raw, state in found]

    def keep_note(self, key: str, value: str) -> None:
        """Keep one named text beside the data.

        Parameters
        ----------
        key, value : str
            Name and text; an earlier text of that name is replaced.
        """
        self._write("keep_note", [{"key": key, "value": value}])

    def notes(self) -> dict[str, str]:
        """Read the named texts kept beside the data.

        Returns
        -------
        dict of str to str
            Name -> text.
        """
        return {str(key): str(value) for key, value in self._rows("notes")}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Join several calls of this thread into one commit.

        An inner call joins the outer one; when it fails, what it did is taken back by itself.

        Yields
        ------
        None
            Nothing; leaving normally commits, an exception takes everything back.

        Raises
        ------
        StoreUnreachable
            When the connection was lost on the way; nothing is kept then.
        """
        outer: set[str] | None = self._local.touched if self._connections.inside else None
        self._local.touched = set()
        try:
            with self._connections.transaction():
                yield
                if outer is None:
                    self._raise_versions(self._local.touched)
                else:
                    outer |= self._local.touched
        finally:
            self._local.touched = outer

    def close(self) -> None:
        """Close every connection; closing twice does nothing."""
        self._connections.close()

    def _raise_versions(self, touched: set[str]) -> None:
        # Last, and in one order, so that writers wait for each other's counters only while committing.
        for layer in sorted(touched):
            self._rows("raise_version", layer=layer)

    def _rows(self, name: str, **values: object) -> list[Row]:
        with self._connections.connection() as connection:
            return connection.execute(plain("queries.sql", name), values or None).fetchall()

    def _run(self, name: str) -> None:
        with self._connections.connection() as connection:
            connection.execute(plain("queries.sql", name))

    def _write(self, name: str, rows: Sequence[Mapping[str, object]]) -> None:
        with self.transaction(), self._connections.connection() as connection, connection.cursor() as cursor:
            cursor.executemany(plain("queries.sql", name), rows)


def _change(row: Row) -> Change:
    key, record_id, what, who, why, at, before, after, number = row
    layer = next((declared for declared in LAYERS if declared.key == key), None)
    return Change(key, record_id, what, who, why, at, as_kept(layer, before), as_kept(layer, after), number)


def _keepable(raw: Mapping[str, str]) -> dict[str, str]:
    # What a damaged file holds must be shown to somebody; PostgreSQL takes no NUL and no half character.
    return {name: text.replace("\0", "\ufffd").encode("utf-8", "replace").decode() for name, text in raw.items()}


def _json(values: Mapping[str, object] | None) -> Jsonb | None:
    return None if values is None else Jsonb(dict(values))
