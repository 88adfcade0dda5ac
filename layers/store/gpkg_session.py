"""Connections and transactions of a GeoPackage store."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.catalog import Layer
from layers.errors import StoreUnreachable
from layers.store.gpkg_bulk import BulkLoad
from layers.store.gpkg_connection import BUSY_TIMEOUT_S, guarded, open_file, refuse_network_share
from layers.store.gpkg_rows import refresh_extent
from layers.store.migrations import applied_step
from layers.wording import Text

__all__ = ["GeoPackageSession"]


class GeoPackageSession:
    """One file; every thread has its own connection.

    Parameters
    ----------
    address : str
        Path of the file.
    busy_timeout_s : float
        How long a call waits for another process that is writing.

    Raises
    ------
    StoreUnreachable
        When the folder does not exist or lies on a network share.
    """

    def __init__(self, address: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = Path(address)
        self._busy_timeout_s = busy_timeout_s
        if not self.path.parent.is_dir():
            raise StoreUnreachable(
                Text(f"Không có thư mục “{self.path.parent}”.", f"There is no folder “{self.path.parent}”."),
                Text("Tạo thư mục đó, hoặc chọn nơi khác bằng --store.",
                     "Make the folder, or choose another place with --store."),
            )  # fmt: skip
        refuse_network_share(self.path)
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Join several calls into one commit.

        An inner call joins the outer one; when it fails, what it did is taken back by itself.

        Yields
        ------
        None
            Nothing; leaving normally commits, an exception takes everything back.
        """
        connection = self._connection
        with guarded(self.path):
            if connection.in_transaction:
                with _kept_or_restored(self._loads), _savepoint(connection):
                    yield
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._mark_writer(inside=True)
                yield
                self._mark_writer(inside=False)
                connection.execute("COMMIT")
            finally:
                _end(connection)

    @contextmanager
    def bulk_load(self, layer: Layer, *, expected_rows: int = 0) -> Iterator[None]:
        """Make what many calls of `append` add whole once, at the end: one commit, one building of indices.

        Parameters
        ----------
        layer : Layer
            The layer that the rows are for.
        expected_rows : int
            About how many will come; a wrong number costs time only.

        Yields
        ------
        None
            Nothing; leaving normally commits, unless a transaction is around it.
        """
        with self.transaction():
            if layer.key in self._loads:
                yield
                return
            self._loads[layer.key] = BulkLoad(self._connection, layer, expected_rows=expected_rows)
            try:
                yield
                self._settle_loads()
            finally:
                del self._loads[layer.key]

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Read several times from one state of the file.

        Yields
        ------
        sqlite3.Connection
            The connection of this thread.
        """
        connection = self._connection
        with guarded(self.path):
            if connection.in_transaction:
                self._settle_loads()
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close every connection; closing twice does nothing."""
        with self._lock:
            while self._open:
                self._open.pop().close()
        self._local = threading.local()

    @property
    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            with guarded(self.path):
                held = open_file(self.path, busy_timeout_s=self._busy_timeout_s)
            self._local.connection = held
            with self._lock:
                self._open.append(held)
        return held

    @property
    def _loads(self) -> dict[str, BulkLoad]:
        held: dict[str, BulkLoad] = self._local.__dict__.setdefault("loads", {})
        return held

    def _settle_loads(self) -> None:
        # Whoever looks at rows or changes them in the midst of a load needs the indices.
        for key, load in self._loads.items():
            load.settle()
            refresh_extent(self._connection, key)

    def _mark_writer(self, *, inside: bool) -> None:
        # A new file has no such table until its first step has been taken.
        if applied_step(self._connection) > 0:
            self._connection.execute("UPDATE antt_writer SET inside = ?", (int(inside),))


def _end(connection: sqlite3.Connection) -> None:
    # Still open only when something failed; a full disk has already made SQLite take everything back.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def _kept_or_restored(loads: dict[str, BulkLoad]) -> Iterator[None]:
    before = {key: load.state for key, load in loads.items()}
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            for key, state in before.items():
                loads[key].state = state


@contextmanager
def _savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("SAVEPOINT antt_inner")
    done = False
    try:
        yield
        done = True
    finally:
        # A full disk makes SQLite take back the whole transaction by itself.
        if connection.in_transaction:
            if not done:
                connection.execute("ROLLBACK TO antt_inner")
            connection.execute("RELEASE antt_inner")
