"""A store that lives in this process: for tests and for trying things out."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

import geopandas as gpd
import pandas as pd

from layers.catalog import INCIDENTS, LAYERS, Layer
from layers.errors import Conflict, SchemaMismatch
from layers.schema import check, empty
from layers.store.base import ALL, Author, Capabilities, Change, ChangeSet, ImportRecord, QuarantinedRow, Query
from layers.store.canonical import content_hash_of
from layers.store.memory_changes import WholeChanges
from layers.store.memory_history import changed_rows, numbered
from layers.store.updating import refuse_stale, rows_as_changed, touched_columns
from layers.wording import Text

__all__ = ["MemoryStore"]


@dataclass
class _Content:
    # Replaced, never changed in place, so a shallow copy is enough to go back to.
    frames: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    history: tuple[Change, ...] = ()
    imports: dict[str, ImportRecord] = field(default_factory=dict)
    quarantine: dict[tuple[str, int], QuarantinedRow] = field(default_factory=dict)

    def copy(self) -> _Content:
        return replace(
            self,
            frames=dict(self.frames),
            versions=dict(self.versions),
            notes=dict(self.notes),
            imports=dict(self.imports),
            quarantine=dict(self.quarantine),
        )


@cache
def _nothing() -> _Content:
    return _Content({layer.key: empty(layer.schema) for layer in LAYERS}, {layer.key: 0 for layer in LAYERS})


class MemoryStore(WholeChanges):
    """A store of frames; nothing outlives it."""

    def __init__(self) -> None:
        self._held = _nothing().copy()

    @property
    def address(self) -> str:
        """Always ``memory:``."""
        return "memory:"

    # Nothing that another process could see.
    capabilities = Capabilities(
        concurrent_writers=False, survives_process=False, sees_external_edits=False, notifies=False, opens_in_qgis=False
    )

    def migrate(self) -> list[str]:
        """Do nothing: a new store has the newest layout.

        Returns
        -------
        list of str
            Empty.
        """
        return []

    def versions(self) -> dict[str, int]:
        """Tell the data version of each layer.

        Returns
        -------
        dict of str to int
            Layer key -> number of commits that touched it.
        """
        return dict(sorted(self._held.versions.items()))

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
        found = _matching(self._held.frames[layer.key], query).sort_values("id").reset_index(drop=True)
        if not query.geometry:
            found = found.set_geometry(gpd.GeoSeries([None] * len(found), crs=found.crs))
        if query.columns:
            found = found[[name for name in found.columns if name in {"id", "geometry", *query.columns}]]
        return found.copy()

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
        return len(_matching(self._held.frames[layer.key], query))

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
        with self.transaction():
            self._put(layer, self._held.frames[layer.key], check(frame, layer.schema))
        return len(frame)

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
        layer, update = changes.layer, changes.update or {}
        columns = touched_columns(changes)
        with self.transaction():
            held = self._held.frames[layer.key]
            before = held[held["id"].isin([*update, *changes.delete])]
            refuse_stale(changes, dict(zip(before["id"], before["row_version"], strict=True)))
            frame = held[~held["id"].isin(changes.delete)].reset_index(drop=True)
            if update:
                frame = rows_as_changed(frame, update, columns, schema=layer.schema)
                frame["row_version"] += frame["id"].isin(list(update)).astype("int64")
            added = empty(layer.schema) if changes.insert is None else check(changes.insert, layer.schema)
            if touched := len(update) + len(held) - len(frame) + len(added):
                self._put(layer, frame, added)
            self._remember(layer, changed_rows(before, frame, added), author)
        return touched

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
        return [entry for entry in self._held.history if (entry.layer, entry.record_id) == (layer.key, record_id)]

    def all_history(self, *, after: int = 0, limit: int | None = None) -> Iterator[Change]:
        """Read the history.

        Parameters
        ----------
        after : int
            Only entries behind the one with this number.
        limit : int or None
            At most so many.

        Returns
        -------
        iterator of Change
            In the order they were written.
        """
        return numbered(self._held.history, after=after, limit=limit)

    def history_end(self) -> int:
        """Tell the number of the newest entry; 0 when there is none."""
        return len(self._held.history)

    def keep_history(self, changes: Iterable[Change]) -> None:
        """Write entries of another store's history as they are.

        Parameters
        ----------
        changes : iterable of Change
            Oldest first.
        """
        self._held.history = (*self._held.history, *changes)

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
        found = self.read(INCIDENTS, Query(where=(("source", source),)))
        return pd.DataFrame(found[["id", "source_ref", "row_version", "content_hash"]])

    def keep_import(self, record: ImportRecord) -> None:
        """Write an import into the ledger, or its new state.

        Parameters
        ----------
        record : ImportRecord
            The import.
        """
        self._held.imports[record.import_id] = record

    def imports(self) -> list[ImportRecord]:
        """Read the ledger.

        Returns
        -------
        list of ImportRecord
            Newest first.
        """
        return sorted(self._held.imports.values(), key=lambda kept: (kept.started_at, kept.import_id), reverse=True)

    def quarantine(self, rows: Sequence[QuarantinedRow]) -> None:
        """Set rows aside, or write their new state.

        Parameters
        ----------
        rows : sequence of QuarantinedRow
            The rows.
        """
        self._held.quarantine.update({(row.import_id, row.row): row for row in rows})

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
        kept = sorted(self._held.quarantine.items())
        return [row for _key, row in kept if import_id in {None, row.import_id}]

    def keep_note(self, key: str, value: str) -> None:
        """Keep one named text beside the data.

        Parameters
        ----------
        key, value : str
            Name and text.
        """
        self._held.notes[key] = value

    def notes(self) -> dict[str, str]:
        """Read the named texts kept beside the data.

        Returns
        -------
        dict of str to str
            Name -> text.
        """
        return dict(sorted(self._held.notes.items()))

    def problems(self) -> list[str]:
        """Check that every frame keeps its contract.

        Returns
        -------
        list of str
            One sentence a problem; empty when the store is sound.
        """
        found = []
        for layer in LAYERS:
            try:
                check(self._held.frames[layer.key], layer.schema)
            except SchemaMismatch as broken:
                found.append(f"{layer.key}: {' / '.join(broken.message)}")
        return found

    def content_hash(self) -> str:
        """Hash every record of every layer.

        Returns
        -------
        str
            Equal for equal content, whatever back-end holds it.
        """
        return content_hash_of((layer, [self.read(layer)]) for layer in LAYERS)

    def bulk_load(self, layer: Layer, *, expected_rows: int = 0) -> AbstractContextManager[None]:  # noqa: ARG002
        """Join several calls of `append` into one commit; there are no indices to make.

        Parameters
        ----------
        layer : Layer
            The layer that the rows are for.
        expected_rows : int
            About how many will come.

        Returns
        -------
        context manager
            Leaving it normally commits.
        """
        return self.transaction()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Join several calls into one commit; what a failed inner call did is taken back by itself.

        Yields
        ------
        None
            Nothing; an exception takes everything back.
        """
        before, done = self._held.copy(), False
        try:
            yield
            done = True
        finally:
            if not done:
                self._held = before

    def close(self) -> None:
        """Do nothing: there is nothing to let go."""

    def _put(self, layer: Layer, frame: gpd.GeoDataFrame, added: gpd.GeoDataFrame) -> None:
        joined = frame if added.empty else added if frame.empty else pd.concat([frame, added], ignore_index=True)
        keys = [["id"], *([["source", "source_ref"]] if layer is INCIDENTS else [])]
        if any(joined.duplicated(subset=key).any() for key in keys):
            raise Conflict(Text("Bản ghi đã có trong kho.", "The record is there already."))
        self._held.frames[layer.key] = check(joined, layer.schema)
        self._held.versions[layer.key] += 1

    def _remember(
        self, layer: Layer, changed: Iterable[tuple[str, dict[str, object] | None, dict[str, object] | None]],
        author: Author | None,
    ) -> None:  # fmt: skip
        signed = author or Author("", "", dt.datetime.fromtimestamp(time.time(), tz=dt.UTC))
        for row_id, before, after in changed:
            what = "insert" if before is None else "delete" if after is None else "update"
            entry = Change(layer.key, row_id, what, signed.who, signed.why, signed.at, before, after)
            self._held.history = (*self._held.history, entry)


def _matching(frame: gpd.GeoDataFrame, query: Query) -> gpd.GeoDataFrame:
    keep = pd.Series(data=True, index=frame.index)
    for name, value in query.where:
        keep &= frame[name].isna() if value is None else frame[name].eq(value).fillna(value=False).astype(bool)
    if query.bounds is not None:
        box, (west, south, east, north) = frame.bounds, query.bounds
        keep &= (box.maxx >= west) & (box.minx <= east) & (box.maxy >= south) & (box.miny <= north)
    return frame[keep]
