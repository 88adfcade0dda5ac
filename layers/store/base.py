"""What a store can do: one small protocol that every back-end keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import geopandas as gpd
import pandas as pd

from layers.catalog import Layer
from layers.geo import Bounds
from layers.store.changes import Changes, Mark

__all__ = [
    "ALL",
    "Author",
    "Capabilities",
    "Change",
    "ChangeSet",
    "Fenced",
    "ImportRecord",
    "QuarantinedRow",
    "Query",
    "Store",
]


@dataclass(frozen=True)
class Query:
    """Which rows of a layer to read.

    Parameters
    ----------
    where : tuple of (str, object)
        Column and value pairs that must all be equal; a value of None asks for empty.
    bounds : Bounds or None
        Only rows whose geometry's box meets this box, degrees.
    columns : tuple of str
        Columns wanted besides `id`; empty for all.
    geometry : bool
        Whether geometries are read; they are None where they are not.
    """

    where: tuple[tuple[str, object], ...] = ()
    bounds: Bounds | None = None
    columns: tuple[str, ...] = ()
    geometry: bool = True


ALL = Query()


@dataclass(frozen=True)
class ChangeSet:
    """Changes to one layer that are made together or not at all.

    Parameters
    ----------
    layer : Layer
        The layer changed.
    insert : GeoDataFrame or None
        New rows that keep the layer's schema.
    update : mapping of str to mapping
        id -> {column: new value}; ``geometry`` may be among the columns.
    expected_row_version : mapping of str to int
        id -> the `row_version` the change was based on; missing ids are not compared.
    delete : tuple of str
        Ids to remove.
    """

    layer: Layer
    insert: gpd.GeoDataFrame | None = None
    update: Mapping[str, Mapping[str, object]] | None = None
    expected_row_version: Mapping[str, int] | None = None
    delete: tuple[str, ...] = ()


@dataclass(frozen=True)
class Author:
    """Who makes a change, and why; written into the history with it.

    Parameters
    ----------
    who : str
        Account, or the operating-system user on the command line.
    why : str
        The reason given; may be empty.
    at : datetime
        The moment, with its time zone.
    """

    who: str
    why: str
    at: dt.datetime


@dataclass(frozen=True)
class Change:
    """One entry of the history of a record.

    Parameters
    ----------
    layer : str
        Key of the layer.
    record_id : str
        The record.
    what : str
        ``insert``, ``update`` or ``delete``.
    who, why : str
        From the `Author`; ``who`` is ``external`` for an edit made outside the program.
    at : datetime
        The moment, UTC.
    before, after : mapping or None
        Values of every column as kept; geometry as WKT. None where there is nothing.
    number : int
        Ascends in the order of writing, and differs between stores; 0 before it is kept.
    """

    layer: str
    record_id: str
    what: str
    who: str
    why: str
    at: dt.datetime
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    number: int = field(default=0, compare=False)


@dataclass(frozen=True)
class ImportRecord:
    """One import in the ledger.

    Parameters
    ----------
    import_id : str
        UUIDv7.
    layer, source, file_name, file_sha256 : str
        What was imported.
    who : str
        Who imported it.
    started_at : datetime
        UTC.
    heartbeat_at : datetime
        Last sign of life; an import that fell silent is ``interrupted``.
    state : str
        ``running``, ``done``, ``interrupted``, ``failed`` or ``cancelled``.
    rows_done : int
        Rows of the file whose fate is committed; a resumed import goes on behind them.
    counts : mapping of str to int
        ``read, accepted, updated, quarantined, unplaced, duplicates, unmapped_category``.
    mapping : mapping of str to str
        Field -> column.
    options : mapping
        Everything else needed to resume: crs, encoding, time zone, on_change, path.
    """

    import_id: str
    layer: str
    source: str
    file_name: str
    file_sha256: str
    who: str
    started_at: dt.datetime
    heartbeat_at: dt.datetime
    state: str = "running"
    rows_done: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class QuarantinedRow:
    """One row that was set aside.

    Parameters
    ----------
    import_id : str
        The import it came with.
    row : int
        Its row in the file, the header being row 1.
    reasons : tuple of str
        Codes of `layers.incidents.reasons`.
    raw : mapping of str to str
        Field -> cell, personal numbers masked.
    state : str
        ``waiting``, ``accepted`` (after correction) or ``expired``.
    """

    import_id: str
    row: int
    reasons: tuple[str, ...]
    raw: Mapping[str, str]
    state: str = "waiting"


@dataclass(frozen=True)
class Capabilities:
    """What a back-end can do, as data; recomputed by a test and printed in the documents.

    Parameters
    ----------
    concurrent_writers : bool
        Whether two processes may write at the same time without one waiting for the other.
    survives_process : bool
        Whether what is committed outlives the process.
    sees_external_edits : bool
        Whether edits made outside the program raise the version and enter the history.
    notifies : bool
        Whether a commit is announced to other processes without their asking.
    opens_in_qgis : bool
        Whether QGIS opens it as it is.
    """

    concurrent_writers: bool
    survives_process: bool
    sees_external_edits: bool
    notifies: bool
    opens_in_qgis: bool


@runtime_checkable
class Fenced(Protocol):
    """A store whose database holds details and writes to an area by itself, as a second fence."""

    def behind_fence(self, area: frozenset[str] | None) -> AbstractContextManager[None]:
        """Read and write as somebody who answers for an area.

        Parameters
        ----------
        area : frozenset of str or None
            Codes of the units; None for everywhere.

        Returns
        -------
        context manager
            Holds the thread to the area.
        """
        ...


class Store(Protocol):
    """The store of record. Every commit raises the data version of each layer it touched."""

    @property
    def address(self) -> str:
        """The place of the store as it may be shown: never with a password."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this back-end can do."""
        ...

    def migrate(self) -> list[str]:
        """Bring the store to the newest layout and name the steps taken."""
        ...

    def versions(self) -> dict[str, int]:
        """Tell the data version of each layer."""
        ...

    def read(self, layer: Layer, query: Query = ALL) -> gpd.GeoDataFrame:
        """Read rows, in the schema's column order, EPSG:4326, ordered by id."""
        ...

    def count(self, layer: Layer, query: Query = ALL) -> int:
        """Count rows."""
        ...

    def changes(
        self, layer: Layer, since: Mark | None = None, *, columns: tuple[str, ...] = ()
    ) -> AbstractContextManager[Changes]:
        """Tell what changed since a mark, or everything without one; read inside the context."""
        ...

    def append(self, layer: Layer, frame: gpd.GeoDataFrame) -> int:
        """Add rows in bulk and tell how many; not written into the history row by row."""
        ...

    def apply(self, changes: ChangeSet, author: Author | None = None) -> int:
        """Make a change set, all or nothing, with its history, and tell how many rows it touched."""
        ...

    def history(self, layer: Layer, record_id: str) -> list[Change]:
        """Read the history of one record, oldest first."""
        ...

    def all_history(self, *, after: int = 0, limit: int | None = None) -> Iterator[Change]:
        """Read the history in the order it was written: at most `limit` entries behind the one numbered `after`."""
        ...

    def history_end(self) -> int:
        """Tell the number of the newest entry, below which none can appear any more; 0 when there is none."""
        ...

    def keep_history(self, changes: Iterable[Change]) -> None:
        """Write entries of another store's history as they are; joins a running transaction."""
        ...

    def known_references(self, source: str) -> pd.DataFrame:
        """Read `id, source_ref, row_version, content_hash` of every incident of one source."""
        ...

    def keep_import(self, record: ImportRecord) -> None:
        """Write an import into the ledger, or its new state; joins a running transaction."""
        ...

    def imports(self) -> list[ImportRecord]:
        """Read the ledger, newest first."""
        ...

    def quarantine(self, rows: Sequence[QuarantinedRow]) -> None:
        """Set rows aside, or write their new state; joins a running transaction."""
        ...

    def quarantined(self, import_id: str | None = None) -> list[QuarantinedRow]:
        """Read the rows set aside, by import and row."""
        ...

    def keep_note(self, key: str, value: str) -> None:
        """Keep one named text beside the data, such as whether it is synthetic."""
        ...

    def notes(self) -> dict[str, str]:
        """Read the named texts kept beside the data."""
        ...

    def problems(self) -> list[str]:
        """Check the store through and name every problem, Vietnamese / English; empty when it is sound."""
        ...

    def content_hash(self) -> str:
        """Hash every record of every layer, whatever back-end holds them."""
        ...

    def bulk_load(self, layer: Layer, *, expected_rows: int = 0) -> AbstractContextManager[None]:
        """Join several calls of `append` into one commit and make the indices once, at its end."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Join several calls into one commit; inner calls join the outer one."""
        ...

    def close(self) -> None:
        """Let go of the store; closing twice does nothing."""
        ...
