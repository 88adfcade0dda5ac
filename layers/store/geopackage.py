"""The store of one office: a GeoPackage file, written by sqlite3 alone.

GDAL must never open the live file in the same process: two copies of SQLite in one
process break its POSIX locks (SQLite's "How to corrupt an SQLite database file", section 2.2.1).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.catalog import Layer
from layers.errors import StaleVersion, StoreBusy, StoreUnreachable
from layers.geo import CRS_LONLAT
from layers.schema import DTYPE, Kind, check
from layers.store.base import ALL, ChangeSet, Query
from layers.store.gpkg_geometry import decode, encode, register_functions
from layers.store.gpkg_layout import RTREE_INSERT_SQL, drop_insert_trigger, restore_insert_trigger
from layers.store.migrations import STEPS, applied_step, migrate
from layers.wording import Text

__all__ = ["GeoPackageStore"]

_BUSY_TIMEOUT_S = 10.0
# From this many rows on, indexing from an array beats one trigger call a row.
_BULK_ROWS = 200


class GeoPackageStore:
    """A store in one GeoPackage file; every thread has its own connection.

    Parameters
    ----------
    address : str
        Path of the file; made by `migrate` when it does not exist.

    Raises
    ------
    StoreUnreachable
        When the folder does not exist or the file is not a store of this program.
    """

    def __init__(self, address: str) -> None:
        self.path = Path(address)
        if not self.path.parent.is_dir():
            raise StoreUnreachable(
                Text(f"Không có thư mục “{self.path.parent}”.", f"There is no folder “{self.path.parent}”."),
                Text("Tạo thư mục đó, hoặc chọn nơi khác bằng --store.",
                     "Make the folder, or choose another place with --store."),
            )  # fmt: skip
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """The path of the file."""
        return str(self.path)

    def migrate(self) -> list[str]:
        """Bring the file to the newest layout, making it when it is new.

        Returns
        -------
        list of str
            Names of the steps taken.

        Raises
        ------
        StoreUnreachable
            When the file belongs to another program.
        """
        with self._guarded():
            done = applied_step(self._connection)
        if done == len(STEPS):
            return []
        if done < 0:
            raise StoreUnreachable(
                Text(f"“{self.path}” không phải kho dữ liệu của chương trình này.",
                     f"“{self.path}” is not a store of this program."),
                Text("Chọn tệp khác bằng --store; để nạp tệp này, dùng `antt boundaries import`.",
                     "Choose another file with --store; to import this one use `antt boundaries import`."),
            )  # fmt: skip
        with self._guarded():
            # Only now, when the file is known to be ours: the mode is written into it.
            self._connection.execute("PRAGMA journal_mode = WAL")
        with self.transaction():
            return migrate(self._connection)

    def versions(self) -> dict[str, int]:
        """Tell the data version of each layer.

        Returns
        -------
        dict of str to int
            Layer key -> number of commits that touched it.
        """
        with self._guarded():
            return dict(self._connection.execute("SELECT layer, version FROM antt_version ORDER BY layer"))

    def read(self, layer: Layer, query: Query = ALL) -> gpd.GeoDataFrame:
        """Read rows in the schema's column order.

        Parameters
        ----------
        layer : Layer
            The layer to read.
        query : Query
            Which rows and columns.

        Returns
        -------
        GeoDataFrame
            EPSG:4326, ordered by id.
        """
        names = [name for name in layer.schema.names[:-1] if _wanted(name, query)]
        shape = "geom" if query.geometry else "NULL"
        condition, values = _condition(layer, query)
        sql = f'SELECT {", ".join(_quoted(names))}, {shape} FROM "{layer.key}" {condition} ORDER BY id'
        with self._guarded():
            rows = self._connection.execute(sql, values).fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [() for _ in range(len(names) + 1)]
        kinds = {"id": Kind.TEXT, "row_version": Kind.INTEGER}
        kinds |= {column.name: column.kind for column in layer.schema.columns}
        data = {name: _series(columns[place], kinds[name]) for place, name in enumerate(names)}
        shapes = gpd.GeoSeries(decode(columns[-1]), crs=CRS_LONLAT)
        return gpd.GeoDataFrame(data, geometry=shapes)

    def count(self, layer: Layer, query: Query = ALL) -> int:
        """Count rows.

        Parameters
        ----------
        layer : Layer
            The layer.
        query : Query
            Which rows.

        Returns
        -------
        int
            How many there are.
        """
        condition, values = _condition(layer, query)
        with self._guarded():
            (count,) = self._connection.execute(f'SELECT count(*) FROM "{layer.key}" {condition}', values).fetchone()
        return int(count)

    def append(self, layer: Layer, frame: gpd.GeoDataFrame) -> int:
        """Add rows.

        Parameters
        ----------
        layer : Layer
            The layer.
        frame : GeoDataFrame
            Rows that keep the layer's schema.

        Returns
        -------
        int
            How many were added.
        """
        return self.apply(ChangeSet(layer, insert=frame))

    def apply(self, changes: ChangeSet) -> int:
        """Make a change set, all or nothing.

        Parameters
        ----------
        changes : ChangeSet
            What to insert, update and delete.

        Returns
        -------
        int
            How many rows were touched.
        """
        table = changes.layer.key
        with self.transaction():
            touched = 0
            if changes.insert is not None and len(changes.insert):
                touched += self._insert(changes.layer, check(changes.insert, changes.layer.schema))
            for row_id, values in (changes.update or {}).items():
                touched += self._update(changes, row_id, dict(values))
            for row_id in changes.delete:
                touched += self._connection.execute(f'DELETE FROM "{table}" WHERE id = ?', (row_id,)).rowcount
            if touched:
                self._connection.execute("UPDATE antt_version SET version = version + 1 WHERE layer = ?", (table,))
                self._refresh_extent(table)
        return touched

    def keep_note(self, key: str, value: str) -> None:
        """Keep one named text beside the data.

        Parameters
        ----------
        key, value : str
            Name and text; an earlier text of that name is replaced.
        """
        with self.transaction():
            self._connection.execute("INSERT OR REPLACE INTO antt_note VALUES (?, ?)", (key, value))

    def notes(self) -> dict[str, str]:
        """Read the named texts kept beside the data.

        Returns
        -------
        dict of str to str
            Name -> text.
        """
        with self._guarded():
            return dict(self._connection.execute("SELECT key, value FROM antt_note ORDER BY key"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Join several calls into one commit; inner calls join the outer one.

        Yields
        ------
        None
            Nothing; leaving normally commits, an exception takes everything back.
        """
        connection = self._connection
        if connection.in_transaction:
            yield
            return
        with self._guarded():
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._mark_writer(inside=True)
                yield
                self._mark_writer(inside=False)
                connection.execute("COMMIT")
            finally:
                # Still open only when something above failed.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

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
            held = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            held.execute("PRAGMA synchronous = NORMAL")
            register_functions(held)
            self._local.connection = held
            with self._lock:
                self._open.append(held)
        return held

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem) or "busy" in str(problem):
                raise _busy(self.path) from problem
            raise _unreachable(self.path, problem) from problem
        except sqlite3.DatabaseError as problem:
            raise _unreachable(self.path, problem) from problem

    def _mark_writer(self, *, inside: bool) -> None:
        # A new file has no such table until its first step has been taken.
        if applied_step(self._connection) > 0:
            self._connection.execute("UPDATE antt_writer SET inside = ?", (int(inside),))

    def _insert(self, layer: Layer, frame: gpd.GeoDataFrame) -> int:
        bulk = len(frame) >= _BULK_ROWS
        if bulk:
            drop_insert_trigger(self._connection, layer.key)
        (last,) = self._connection.execute(f'SELECT coalesce(max(fid), 0) FROM "{layer.key}"').fetchone()
        names = layer.schema.names[:-1]
        shapes = frame.geometry.to_numpy()
        columns = [_sql_values(frame[name]) for name in names]
        fids = range(last + 1, last + 1 + len(frame))
        marks = ", ".join("?" * (len(names) + 2))
        self._connection.executemany(
            f'INSERT INTO "{layer.key}" (fid, geom, {", ".join(_quoted(names))}) VALUES ({marks})',
            zip(fids, encode(shapes), *columns, strict=True),
        )
        if bulk:
            self._index_boxes(layer.key, np.asarray(fids), shapes)
            restore_insert_trigger(self._connection, layer.key)
        return len(frame)

    def _index_boxes(self, table: str, fids: NDArray[np.int64], shapes: NDArray[np.object_]) -> None:
        boxes = shapely.bounds(shapes)
        placed = np.isfinite(boxes[:, 0])
        rows = zip(fids[placed].tolist(), *boxes[placed][:, [0, 2, 1, 3]].T.tolist(), strict=True)
        self._connection.executemany(RTREE_INSERT_SQL.format(table=table), rows)

    def _update(self, changes: ChangeSet, row_id: str, values: dict[str, object]) -> int:
        table = changes.layer.key
        expected = (changes.expected_row_version or {}).get(row_id)
        found = self._connection.execute(f'SELECT row_version FROM "{table}" WHERE id = ?', (row_id,)).fetchone()
        if found is None or (expected is not None and found[0] != expected):
            raise _stale(row_id, expected, found and found[0])
        if "geometry" in values:
            shape = np.array([values.pop("geometry")], dtype=object)
            values["geom"] = encode(shape)[0]
        sets = ", ".join(f'"{name}" = ?' for name in values)
        self._connection.execute(
            f'UPDATE "{table}" SET {sets}, row_version = row_version + 1 WHERE id = ?',
            (*values.values(), row_id),
        )
        return 1

    def _refresh_extent(self, table: str) -> None:
        self._connection.execute(
            f"UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), "
            f"(min_x, min_y, max_x, max_y) = "
            f'(SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{table}_geom") '
            f"WHERE table_name = ?",
            (table,),
        )


def _wanted(name: str, query: Query) -> bool:
    return not query.columns or name == "id" or name in query.columns


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _condition(layer: Layer, query: Query) -> tuple[str, list[object]]:
    known = {*layer.schema.names} - {"geometry"}
    parts: list[str] = []
    values: list[object] = []
    for name, value in query.where:
        if name not in known:
            raise KeyError(name)
        parts.append(f'"{name}" IS ?')
        values.append(value)
    if query.bounds is not None:
        parts.append(
            f'fid IN (SELECT id FROM "rtree_{layer.key}_geom" '
            "WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)"
        )
        values += [query.bounds.west, query.bounds.east, query.bounds.south, query.bounds.north]
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


def _series(values: Sequence[object], kind: Kind) -> pd.Series:
    if kind is Kind.MOMENT:
        texts = pd.Series(list(values), dtype=object)
        moments: pd.Series = pd.to_datetime(texts, utc=True, format="ISO8601").astype(DTYPE[kind])
        return moments
    return pd.Series(list(values), dtype=DTYPE[kind])


def _sql_values(column: pd.Series) -> list[object]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        moments = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        texts = np.char.add(np.datetime_as_string(moments, unit="ms"), "Z")
        return [None if missing else text for missing, text in zip(np.isnat(moments), texts.tolist(), strict=True)]
    values: list[object] = column.astype(object).where(column.notna(), None).tolist()
    return values


def _busy(path: Path) -> StoreBusy:
    return StoreBusy(
        Text(f"Kho dữ liệu “{path}” đang bận.", f"The store “{path}” is busy."),
        Text("Chương trình khác đang ghi; hãy thử lại sau ít phút.",
             "Another program is writing; try again in a moment."),
    )  # fmt: skip


def _unreachable(path: Path, problem: sqlite3.Error) -> StoreUnreachable:
    return StoreUnreachable(
        Text(f"Không mở được kho dữ liệu “{path}” ({problem}).", f"The store “{path}” cannot be opened ({problem})."),
        Text("Kiểm tra đường dẫn, quyền ghi và dung lượng đĩa; hoặc chọn tệp khác bằng --store.",
             "Check the path, the right to write and the space on the disk; or choose another file with --store."),
    )  # fmt: skip


def _stale(row_id: str, expected: int | None, found: int | None) -> StaleVersion:
    return StaleVersion(
        Text(f"Bản ghi {row_id} đã được người khác thay đổi (bạn có bản {expected}, kho có bản {found}).",
             f"Record {row_id} was changed by somebody else (you have version {expected}, the store has {found})."),
        Text("Tải lại, xem thay đổi rồi sửa lại.", "Load it again, look at the change, then edit again."),
    )  # fmt: skip
