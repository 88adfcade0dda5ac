"""The file beside the map data, ``NAME.system.db``: who opens it, where it lies.

SQLite does not commit two files as one, so nothing here must ever be atomic with the map data.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from layers.errors import StoreBusy, StoreUnreachable
from layers.wording import Text, slug

__all__ = ["IN_PROCESS", "SystemFile", "system_path"]

IN_PROCESS = "memory:"

_BUSY_TIMEOUT_S = 10.0


def system_path(store_address: str) -> str:
    """Find the place of the system store that belongs to a store of record.

    Parameters
    ----------
    store_address : str
        Path of a GeoPackage, address of a database without its password, or ``memory:``.

    Returns
    -------
    str
        ``NAME.system.db`` beside the file; for a database a file in the current folder, because
        jobs work on files of this machine; ``memory:`` for a store in this process.

    Examples
    --------
    >>> system_path("data/antt.gpkg"), system_path("memory:"), system_path("postgresql://a@host:5432/city")
    ('data/antt.system.db', 'memory:', 'a_host_5432_city.system.db')
    """
    if store_address == IN_PROCESS:
        return IN_PROCESS
    scheme, separator, rest = store_address.partition("://")
    if separator:
        return f"{slug(rest) or slug(scheme)}.system.db"
    return str(Path(store_address).with_suffix(".system.db"))


class SystemFile:
    """One SQLite file, made when first needed; safe between threads and processes.

    Whoever keeps something here brings the statements that make its tables.

    Parameters
    ----------
    address : str
        Path of the file, or ``memory:``.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._lock = threading.RLock()
        self._made: set[str] = set()
        # The connection of the thread that makes several changes one.
        self._joint = threading.local()
        # A database in memory lives as long as its one connection.
        self._held = sqlite3.connect(":memory:", check_same_thread=False) if address == IN_PROCESS else None

    @contextmanager
    def transaction(self, tables: str) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction that writes or reads; within `together` it is part of that one.

        Parameters
        ----------
        tables : str
            ``CREATE … IF NOT EXISTS`` statements of the tables used, run once for each process.

        Yields
        ------
        sqlite3.Connection
            Committed at the end, rolled back when the block raises.

        Raises
        ------
        StoreBusy
            When somebody else holds the file for too long.
        StoreUnreachable
            When it cannot be opened or is not ours.
        """
        joint = self._joint_connection()
        with _failures_told(self.address):
            if joint is not None:
                self._make_within(joint, tables)
                yield joint
                return
            with self._connected() as connection:
                self._make(connection, tables)
                yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make all that this thread keeps here until the end of the block one change: it is kept whole or not at all.

        Yields
        ------
        None
            Nobody else writes meanwhile. Rolled back when the block raises.

        Raises
        ------
        StoreBusy
            When somebody else holds the file for too long.
        StoreUnreachable
            When it cannot be opened or is not ours.
        """
        if self._joint_connection() is not None:
            yield
            return
        with _failures_told(self.address), self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._joint.connection = connection
            try:
                yield
            finally:
                self._joint.connection = None

    def _joint_connection(self) -> sqlite3.Connection | None:
        found: sqlite3.Connection | None = getattr(self._joint, "connection", None)
        return found

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        if self._held is not None:
            with self._lock, self._held:
                yield self._held
            return
        # One for each call: a connection must not be carried over a fork.
        with closing(self._opened()) as connection, connection:
            yield connection

    def _opened(self) -> sqlite3.Connection:
        path = Path(self.address)
        if not path.exists():
            # Made by hand, because only the office itself may read what it holds.
            path.touch(mode=0o600)
            self._made.clear()
        connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S)
        if not self._made:
            connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def _make(self, connection: sqlite3.Connection, tables: str) -> None:
        if tables not in self._made:
            connection.executescript(tables)
            self._made.add(tables)

    def _make_within(self, connection: sqlite3.Connection, tables: str) -> None:
        # `executescript` would commit what was done so far; and what is made here may be taken back.
        if tables not in self._made:
            for statement in _statements(tables):
                connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """Cut a script into its statements; the body of a trigger holds semicolons of its own."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            if statement.strip() != ";":
                yield statement
            statement = ""


@contextmanager
def _failures_told(address: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as problem:
        raise _failure(address, problem) from problem
    except (sqlite3.DatabaseError, OSError) as problem:
        raise _unreachable(address, problem) from problem


def _failure(address: str, problem: sqlite3.Error) -> StoreBusy | StoreUnreachable:
    if "locked" in str(problem) or "busy" in str(problem):
        return StoreBusy(
            Text(f"“{address}” đang bận.", f"“{address}” is busy."),
            Text("Thử lại sau ít phút.", "Try again in a moment."),
        )
    return _unreachable(address, problem)


def _unreachable(address: str, problem: Exception) -> StoreUnreachable:
    return StoreUnreachable(
        Text(f"Không mở được “{address}” ({problem}).", f"“{address}” cannot be opened ({problem})."),
        Text("Kiểm tra quyền ghi và dung lượng đĩa của thư mục giữ kho.",
             "Check the right to write and the space on the disk where the store lies."),
    )  # fmt: skip
