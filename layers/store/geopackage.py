"""The store of one office: a GeoPackage file, written by sqlite3 alone.

GDAL must never open the live file in the same process: two copies of SQLite in one
process break its POSIX locks (SQLite's "How to corrupt an SQLite database file", section 2.2.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import geopandas as gpd
import pandas as pd

from layers.catalog import LAYERS, Layer
from layers.errors import StoreUnreachable
from layers.schema import check
from layers.store import gpkg_ledger
from layers.store.base import ALL, Author, Capabilities, Change, ChangeSet, ImportRecord, QuarantinedRow, Query
from layers.store.canonical import content_hash_of
from layers.store.gpkg_backup import back_up
from layers.store.gpkg_changes import GeoPackageChanges
from layers.store.gpkg_check import find_problems
from layers.store.gpkg_connection import guarded
from layers.store.gpkg_rows import add_rows, count_rows, read_ids, read_rows, refresh_extent, update_rows
from layers.store.gpkg_views import renew_categories
from layers.store.migrations import STEPS, applied_step, migrate
from layers.store.updating import narrowed, refuse_stale, rows_as_changed, touched_columns
from layers.wording import Text

__all__ = ["GeoPackageStore"]

_ROWS_AT_ONCE = 50_000


class GeoPackageStore(GeoPackageChanges):
    """A store in one GeoPackage file; every thread has its own connection.

    Parameters
    ----------
    address : str
        Path of the file; made by `migrate` when it does not exist.
    busy_timeout_s : float
        How long a call waits for another process that is writing.

    Raises
    ------
    StoreUnreachable
        When the folder does not exist, lies on a network share, or the file is not a store of this program.
    """

    @property
    def address(self) -> str:
        """The path of the file."""
        return str(self.path)

    @property
    def capabilities(self) -> Capabilities:
        """One writer at a time; everything else but announcing itself."""
        return Capabilities(
            concurrent_writers=False,
            survives_process=True,
            sees_external_edits=True,
            notifies=False,
            opens_in_qgis=True,
        )

    def migrate(self) -> list[str]:
        """Bring the file to the newest layout, making it when it is new.

        A file with data is copied to ``NAME.before-step-N.gpkg`` first.

        Returns
        -------
        list of str
            Names of the steps taken.

        Raises
        ------
        StoreUnreachable
            When the file belongs to another program or to a newer version of this one.
        """
        with guarded(self.path):
            done = applied_step(self._connection)
            if done == len(STEPS):
                renew_categories(self._connection)
                return []
        self._refuse_foreign(done)
        if done > 0:
            copy = self.path.with_name(f"{self.path.stem}.before-step-{done + 1}{self.path.suffix}")
            back_up(self.path, copy, busy_timeout_s=self._busy_timeout_s)
        with guarded(self.path):
            # Only now, when the file is known to be ours: the mode is written into it.
            self._connection.execute("PRAGMA journal_mode = WAL")
        with self.transaction():
            taken = migrate(self._connection)
            renew_categories(self._connection)
        return taken

    def versions(self) -> dict[str, int]:
        """Tell the data version of each layer.

        Returns
        -------
        dict of str to int
            Layer key -> number of commits that touched it.
        """
        with guarded(self.path):
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
        with guarded(self.path):
            self._settle_loads()
            return read_rows(self._connection, layer, query)

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
        with guarded(self.path):
            self._settle_loads()
            return count_rows(self._connection, layer, query)

    def append(self, layer: Layer, frame: gpd.GeoDataFrame) -> int:
        """Add rows in bulk; they are not written into the history row by row.

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
        if frame.empty:
            return 0
        with self.bulk_load(layer, expected_rows=len(frame)):
            added = self._loads[layer.key].add(check(frame, layer.schema))
            self._touch(layer)
        return added

    def apply(self, changes: ChangeSet, author: Author | None = None) -> int:
        """Make a change set, all or nothing, with its history.

        Parameters
        ----------
        changes : ChangeSet
            What to insert, update and delete.
        author : Author or None
            Who changes it and why.

        Returns
        -------
        int
            How many rows were touched.
        """
        layer, touched = changes.layer, 0
        with self.transaction():
            self._settle_loads()
            self._sign(author)
            if changes.update or changes.delete:
                touched = self._change_held(changes)
            if changes.insert is not None and len(changes.insert):
                touched += add_rows(self._connection, layer, check(changes.insert, layer.schema))
            if touched:
                self._touch(layer)
            self._sign(None, inserts=False)
        return touched

    def _change_held(self, changes: ChangeSet) -> int:
        update, columns = changes.update or {}, touched_columns(changes)
        layer = narrowed(changes.layer, columns)
        held = read_ids(self._connection, layer, [*update, *changes.delete])
        refuse_stale(changes, dict(zip(held["id"], held["row_version"], strict=True)))
        if update:
            old = held[held["id"].isin(list(update))].reset_index(drop=True)
            new = rows_as_changed(old, update, columns, schema=layer.schema)
            update_rows(self._connection, layer, new, columns=columns)
        gone = [(row_id,) for row_id in changes.delete]
        return len(update) + self._connection.executemany(f'DELETE FROM "{layer.key}" WHERE id = ?', gone).rowcount

    def history(self, layer: Layer, record_id: str) -> list[Change]:
        """Read the history of one record.

        Parameters
        ----------
        layer : Layer
            The layer.
        record_id : str
            The record.

        Returns
        -------
        list of Change
            Oldest first.
        """
        with guarded(self.path):
            return list(gpkg_ledger.read_history(self._connection, layer=layer.key, record_id=record_id))

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
            One entry, in the order they were written.
        """
        with guarded(self.path):
            yield from gpkg_ledger.read_entries(self._connection, after=after, limit=limit)

    def keep_history(self, changes: Iterable[Change]) -> None:
        """Write entries of another store's history as they are.

        Parameters
        ----------
        changes : iterable of Change
            Oldest first.
        """
        with self.transaction():
            gpkg_ledger.keep_history(self._connection, changes)

    def known_references(self, source: str) -> pd.DataFrame:
        """Read what tells known incidents of one source from new ones.

        Parameters
        ----------
        source : str
            The source.

        Returns
        -------
        DataFrame
            Columns `id, source_ref, row_version, content_hash`, ordered by id.
        """
        with guarded(self.path):
            return gpkg_ledger.read_references(self._connection, source)

    def keep_import(self, record: ImportRecord) -> None:
        """Write an import into the ledger, or its new state.

        Parameters
        ----------
        record : ImportRecord
            The import.
        """
        with self.transaction():
            gpkg_ledger.keep_import(self._connection, record)

    def imports(self) -> list[ImportRecord]:
        """Read the ledger.

        Returns
        -------
        list of ImportRecord
            Newest first.
        """
        with guarded(self.path):
            return gpkg_ledger.read_imports(self._connection)

    def quarantine(self, rows: Sequence[QuarantinedRow]) -> None:
        """Set rows aside, or write their new state.

        Parameters
        ----------
        rows : sequence of QuarantinedRow
            The rows.
        """
        with self.transaction():
            gpkg_ledger.quarantine(self._connection, rows)

    def quarantined(self, import_id: str | None = None) -> list[QuarantinedRow]:
        """Read the rows set aside.

        Parameters
        ----------
        import_id : str or None
            Only those of one import.

        Returns
        -------
        list of QuarantinedRow
            By import and row.
        """
        with guarded(self.path):
            return gpkg_ledger.read_quarantined(self._connection, import_id)

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
        with guarded(self.path):
            return dict(self._connection.execute("SELECT key, value FROM antt_note ORDER BY key"))

    def problems(self) -> list[str]:
        """Check the file through.

        Returns
        -------
        list of str
            One sentence a problem, Vietnamese / English; empty when the file is sound.
        """
        with self.snapshot() as connection:
            return find_problems(connection)

    def content_hash(self) -> str:
        """Hash every record of every layer.

        Returns
        -------
        str
            Equal for equal content, whatever back-end holds it.
        """
        with self.snapshot():
            return content_hash_of((layer, self._pieces(layer)) for layer in LAYERS)

    def _refuse_foreign(self, done: int) -> None:
        if done > len(STEPS):
            raise StoreUnreachable(
                Text(f"“{self.path}” do phiên bản mới hơn của chương trình tạo ra.",
                     f"“{self.path}” was made by a newer version of this program."),
                Text("Cập nhật chương trình rồi mở lại.", "Update the program, then open it again."),
            )  # fmt: skip
        if done < 0:
            raise StoreUnreachable(
                Text(f"“{self.path}” không phải kho dữ liệu của chương trình này.",
                     f"“{self.path}” is not a store of this program."),
                Text("Chọn tệp khác bằng --store; để nạp tệp này, dùng `antt boundaries import`.",
                     "Choose another file with --store; to import this one use `antt boundaries import`."),
            )  # fmt: skip

    def _sign(self, author: Author | None, *, inserts: bool = True) -> None:
        signature = (author.who, author.why, gpkg_ledger.iso(author.at)) if author else ("", "", "")
        self._connection.execute(
            "UPDATE antt_writer SET inserts = ?, who = ?, why = ?, at = ?", (int(inserts), *signature)
        )

    def _touch(self, layer: Layer) -> None:
        self._connection.execute("UPDATE antt_version SET version = version + 1 WHERE layer = ?", (layer.key,))
        refresh_extent(self._connection, layer.key)

    def _pieces(self, layer: Layer) -> Iterator[gpd.GeoDataFrame]:
        last = ""
        while True:
            piece = read_rows(self._connection, layer, after=last, limit=_ROWS_AT_ONCE)
            if piece.empty:
                return
            yield piece
            last = str(piece["id"].iloc[-1])
