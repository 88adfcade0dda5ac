"""Connections to PostgreSQL: the address, the pool, and its failures in the program's words."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from layers.errors import AnttError, Conflict, InvalidParameter, SchemaMismatch, StoreBusy, StoreUnreachable
from layers.wording import Text

__all__ = ["BUSY_TIMEOUT_S", "Connections", "Row"]

Row = tuple[Any, ...]

_CONNECT_TIMEOUT_S = 5
BUSY_TIMEOUT_S = 10.0
_SILENCE_S = 30
_POOL_SIZE = 16

_BUSY = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.TooManyConnections,
    errors.QueryCanceled,
)
_FULL = (errors.DiskFull, errors.OutOfMemory, errors.InsufficientResources)
_CONTRACT = (errors.NotNullViolation, errors.CheckViolation, errors.DataError)
_RIGHTS = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
_LAYOUT = (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.InvalidSchemaName)

# The pool tells of every failed attempt to connect; the program says it once, in its own words.
logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())
logging.getLogger("psycopg").addHandler(logging.NullHandler())


class Connections:
    """A pool of connections to one database; a transaction holds one for its thread.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host:port/database``; what is missing comes from the
        usual variables (PGPASSWORD, PGHOST …) and from ~/.pgpass.
    busy_timeout_s : float
        How long a call waits for a free connection, and for a row that somebody else is changing.

    Raises
    ------
    InvalidParameter
        When the address cannot be read. The message never repeats it.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._busy_timeout_s = busy_timeout_s
        parts = _parsed(url)
        self._secret = str(parts.get("password") or "")
        self.address = _shown(parts)
        parts.setdefault("connect_timeout", _CONNECT_TIMEOUT_S)
        parts.setdefault("application_name", "antt")
        # A server whose network was cut is given up after half a minute, not after hours.
        parts.setdefault("keepalives_idle", _SILENCE_S)
        parts.setdefault("tcp_user_timeout", _SILENCE_S * 1000)
        self._conninfo = make_conninfo(**parts)
        self._pool: ConnectionPool[psycopg.Connection[Row]] | None = None
        self._process = 0
        self._lock = threading.Lock()
        self._local = threading.local()

    def __repr__(self) -> str:
        return f"Connections({self.address!r})"

    @property
    def inside(self) -> bool:
        """Whether this thread is in a transaction."""
        return getattr(self._local, "held", None) is not None

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Row]]:
        """Lend the transaction's connection, or one of the pool for one statement.

        Yields
        ------
        psycopg.Connection
            In autocommit outside a transaction.

        Raises
        ------
        StoreUnreachable
            When the server cannot be reached, or the connection is lost.
        StoreBusy
            When no connection or lock is free in time.
        """
        with self.guarded():
            if self.inside:
                yield self._local.held
                return
            with self._opened().connection() as lent:
                yield lent

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold one connection for this thread until the end.

        An inner call joins the outer one; when it fails, what it did is taken back by itself.

        Yields
        ------
        None
            Nothing; leaving normally commits, an exception takes everything back.
        """
        if self.inside:
            with self.guarded(), self._local.held.transaction():
                yield
            return
        with self.guarded(), self._opened().connection() as lent, lent.transaction():
            self._local.held = lent
            try:
                yield
            finally:
                self._local.held = None

    def close(self) -> None:
        """Close every connection; closing twice does nothing."""
        with self._lock:
            pool, self._pool = self._pool, None
            mine = self._process == os.getpid()
        if pool is not None and mine:
            pool.close()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Say failures of the server in the program's words, never with the password.

        Yields
        ------
        None
            Nothing.

        Raises
        ------
        AnttError
            In place of an error of psycopg that is not a fault of the program.
        """
        try:
            yield
        except psycopg.Error as problem:
            told = self._told(problem)
            if told is None:
                raise
            raise told from self._cause(problem)

    def _opened(self) -> ConnectionPool[psycopg.Connection[Row]]:
        with self._lock:
            # A forked worker must not share the sockets of its parent.
            if self._pool is None or self._process != os.getpid():
                self._probe()
                self._pool = ConnectionPool(
                    self._conninfo,
                    kwargs={"autocommit": True},
                    min_size=0,
                    max_size=_POOL_SIZE,
                    open=True,
                    configure=self._configure,
                    check=ConnectionPool.check_connection,
                    timeout=self._busy_timeout_s,
                )
                self._process = os.getpid()
            return self._pool

    def _configure(self, connection: psycopg.Connection[Row]) -> None:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{self._busy_timeout_s * 1000:.0f}ms"])
        connection.execute("SET timezone = 'UTC'")
        # Functions of PostGIS are found wherever its extension was put.
        connection.execute(
            "SELECT set_config('search_path', concat_ws(', ', 'antt', quote_ident(n.nspname), 'public'), false) "
            "FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
        )

    def _probe(self) -> None:
        # Asked directly, a server that refuses says why; the pool would only wait.
        psycopg.connect(self._conninfo).close()

    def _told(self, problem: psycopg.Error) -> AnttError | None:
        if isinstance(problem, PoolTimeout):
            try:
                self._probe()
            except psycopg.Error as refused:
                return _unreachable(self.address, self._reason(refused))
            return _busy(self.address)
        return _in_words(problem, self.address, self._reason(problem))

    def _reason(self, problem: psycopg.Error) -> str:
        text = " ".join(str(problem).split())
        return text.replace(self._secret, "…") if self._secret else text

    def _cause(self, problem: psycopg.Error) -> psycopg.Error | None:
        return None if self._secret and self._secret in str(problem) else problem


def _in_words(problem: psycopg.Error, address: str, reason: str) -> AnttError | None:
    # Ordered from the particular to the general: classes of psycopg derive from each other.
    told: AnttError | None = None
    if isinstance(problem, _BUSY):
        told = _busy(address)
    elif isinstance(problem, _FULL):
        told = _full(address, reason)
    elif isinstance(problem, _CONTRACT):
        told = _contract(reason)
    elif isinstance(problem, errors.IntegrityError):
        told = _conflict(reason)
    elif isinstance(problem, _RIGHTS):
        told = _no_rights(address, reason)
    elif isinstance(problem, _LAYOUT):
        told = _not_laid_out(address)
    elif isinstance(problem, psycopg.OperationalError | psycopg.InterfaceError):
        told = _unreachable(address, reason)
    return told


def _parsed(url: str) -> dict[str, Any]:
    try:
        split = urlsplit(url)
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
        # A bare @ or / in a password would put its rest into the name of the host.
        sound = split.netloc.count("@") <= 1 and str(parts.get("port") or "0").replace(",", "").isdigit()
    except (ValueError, psycopg.Error):
        sound = False
    if not sound:
        # Neither the address nor psycopg's reason is repeated: both hold the password.
        raise InvalidParameter(
            Text("Không hiểu địa chỉ PostgreSQL.", "The PostgreSQL address is not understood."),
            Text("Viết postgresql://người_dùng@máy_chủ:5432/cơ_sở_dữ_liệu; trong mật khẩu viết @ là %40, / là %2F.",
                 "Write postgresql://user@host:5432/database; in a password write @ as %40 and / as %2F."),
        ) from None  # fmt: skip
    return parts


def _shown(parts: dict[str, Any]) -> str:
    user = f"{quote(str(parts['user']))}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{parts.get('host') or ''}{port}/{quote(str(parts.get('dbname') or ''))}"


def _busy(address: str) -> StoreBusy:
    return StoreBusy(
        Text(f"Kho dữ liệu “{address}” đang bận.", f"The store “{address}” is busy."),
        Text("Người khác đang ghi; hãy thử lại sau ít phút.", "Somebody else is writing; try again in a moment."),
    )


def _unreachable(address: str, reason: str) -> StoreUnreachable:
    return StoreUnreachable(
        Text(f"Không kết nối được kho dữ liệu “{address}” ({reason}).",
             f"The store “{address}” cannot be reached ({reason})."),
        Text("Việc đang làm dở không được lưu. Kiểm tra máy chủ, tên và mật khẩu, rồi làm lại.",
             "What was under way is not kept. Check the server, the name and the password, then do it again."),
    )  # fmt: skip


def _full(address: str, reason: str) -> StoreUnreachable:
    return StoreUnreachable(
        Text(f"Máy chủ “{address}” hết dung lượng đĩa hoặc bộ nhớ ({reason}).",
             f"The server “{address}” has no disk space or memory left ({reason})."),
        Text("Dữ liệu đã lưu còn nguyên, việc đang làm không được lưu. Giải phóng dung lượng rồi làm lại.",
             "What was kept is intact, what was under way is not kept. Make room, then do it again."),
    )  # fmt: skip


def _contract(reason: str) -> SchemaMismatch:
    return SchemaMismatch(
        Text(f"Dữ liệu không đúng khuôn dạng: {reason}.", f"The data break the column contract: {reason}."),
        Text("Sửa giá trị đó rồi làm lại; chưa có gì được lưu.", "Correct the value and try again; nothing was kept."),
    )


def _conflict(reason: str) -> Conflict:
    return Conflict(
        Text(f"Thay đổi trái với dữ liệu đang có: {reason}.", f"The change contradicts what is kept: {reason}."),
        Text("Tải lại dữ liệu rồi làm lại; chưa có gì được lưu.", "Load the data again; nothing was kept."),
    )


def _no_rights(address: str, reason: str) -> StoreUnreachable:
    return StoreUnreachable(
        Text(f"Tài khoản không đủ quyền trên “{address}” ({reason}).",
             f"The account lacks rights on “{address}” ({reason})."),
        Text("Nhờ quản trị cấp quyền; docs/postgis.md ghi các lệnh.",
             "Ask the administrator for them; docs/postgis.md has the commands."),
    )  # fmt: skip


def _not_laid_out(address: str) -> StoreUnreachable:
    return StoreUnreachable(
        Text(f"“{address}” chưa có đủ bảng của chương trình.", f"“{address}” lacks tables of this program."),
        Text("Chạy `antt store migrate`.", "Run `antt store migrate`."),
    )
