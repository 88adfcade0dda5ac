"""Connections and transactions of a GeoPackage store."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.errors import StoreUnreachable
from layers.store.gpkg_connection import BUSY_TIMEOUT_S, guarded, open_file, refuse_network_share
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
                with _savepoint(connection):
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

    def _mark_writer(self, *, inside: bool) -> None:
        # A new file has no such table until its first step has been taken.
        if applied_step(self._connection) > 0:
            self._connection.execute("UPDATE antt_writer SET inside = ?", (int(inside),))


def _end(connection: sqlite3.Connection) -> None:
    # Still open only when something failed; a full disk has already made SQLite take everything back.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


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
