"""One import on its way: chunk by chunk into the store, each with its place in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layers.catalog import INCIDENTS
from layers.errors import AnttError, Conflict, StoreBusy
from layers.geo import Bounds
from layers.incidents.columns import dropped
from layers.incidents.counts import Counts
from layers.incidents.options import IngestOptions
from layers.incidents.tables import Table
from layers.store import Store
from layers.store.base import Author, ImportRecord
from layers.wording import storable
from mapserver.services.imports_batches import UnitsInForce, ahead, read_batches
from mapserver.services.imports_ledger import process_mark
from mapserver.services.imports_settling import Batch, KnownRows, Rules, settle
from mapserver.services.own_rows import OwnRows

__all__ = ["UNWATCHED", "ImportRun", "IncidentResult", "Progress", "Watch", "ingest_options"]

Progress = Callable[[int, int], None]

_TRIES_WHEN_BUSY = 6


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Watch:
    """How whoever started an import follows it.

    Parameters
    ----------
    progress : callable
        Takes rows done and rows in all.
    cancelled : callable
        Asked between chunks; the import stops when it says so, what is committed stays.
    clock : callable or None
        Tells the moment of each sign of life; None keeps the moment of the start.
    """

    progress: Progress = _silent
    cancelled: Callable[[], bool] = lambda: False
    clock: Callable[[], dt.datetime] | None = None


UNWATCHED = Watch()


@dataclass(frozen=True)
class IncidentResult:
    """What became of the rows of a file.

    Parameters
    ----------
    import_id : str
        The import's id in the ledger.
    file_name : str
        The file.
    state : str
        ``done`` or ``cancelled``.
    counts : Counts
        The sums, those before an interruption included.
    mapping : dict of str to str
        Field -> column, as used.
    dropped_columns : tuple of str
        Columns of the file that did not enter.
    rejects : DataFrame
        Rows set aside: ``row``, ``reasons`` (codes), ``raw`` (field -> cell, personal numbers masked).
    encoding : str
        The encoding found.
    resumed : bool
        Whether an import begun earlier went on.
    """

    import_id: str
    file_name: str
    state: str
    counts: Counts
    mapping: dict[str, str]
    dropped_columns: tuple[str, ...]
    rejects: pd.DataFrame
    encoding: str
    resumed: bool = False

    def as_json(self) -> dict[str, object]:
        """Write the result as plain values.

        Returns
        -------
        dict
            The id, the state, the counts, the mapping and the columns left out.
        """
        return {
            "import_id": self.import_id,
            "state": self.state,
            **self.counts.as_dict(),
            "dropped_columns": list(self.dropped_columns),
            "columns": self.mapping,
            "encoding": self.encoding,
            "resumed": self.resumed,
        }


def ingest_options(record: ImportRecord) -> IngestOptions:
    """Make the options of reading from what the ledger keeps, so that a resumed import reads the same.

    Parameters
    ----------
    record : ImportRecord
        From the ledger.

    Returns
    -------
    IngestOptions
        How the rows are understood.
    """
    kept = record.options
    region, words = kept.get("region"), kept.get("category_words")
    return IngestOptions(
        source=record.source,
        mapping=dict(record.mapping),
        timezone=str(kept.get("timezone")),
        now=record.started_at,
        epsg=int(str(kept.get("crs", 4326))),
        region=Bounds(*map(float, region)) if isinstance(region, list) else None,
        category_words=words if isinstance(words, Mapping) else {},
        import_id=record.import_id,
    )


def _as_far_as_readable(batches: Iterator[Batch], faults: list[AnttError]) -> Iterator[Batch]:
    try:
        yield from batches
    except AnttError as fault:
        faults.append(fault)


class ImportRun:
    """One import on its way.

    Parameters
    ----------
    store : Store
        The store of record.
    record : ImportRecord
        Its place in the ledger, as it is to be or as it was left.
    table : Table
        The file.
    rng : numpy.random.Generator
        Source of the ids.
    watch : Watch
        Progress, cancelling and the clock of the signs of life.
    own : OwnRows, optional
        What whoever imports may bring and change; everything when left out.
    """

    def __init__(
        self,
        store: Store,
        record: ImportRecord,
        *,
        table: Table,
        rng: np.random.Generator,
        watch: Watch,
        own: OwnRows | None = None,
    ) -> None:
        self.options = ingest_options(record)
        self._store = store
        self._record = self._committed = record
        self._open = False
        self._rows_together = int(str(record.options["chunk_rows"]))
        self._table = table
        self._rng = rng
        self._watch = watch
        self._own = own
        self._known = KnownRows(store, record.source, own)
        self._listed = False

    def go_on(self, now: dt.datetime) -> IncidentResult:
        """Go on behind the rows that are kept; one that is done stays as it is.

        Parameters
        ----------
        now : datetime
            The moment.

        Returns
        -------
        IncidentResult
            The sums of the whole import.

        Raises
        ------
        AnttError
            When the file or the store fails.
        """
        if self._record.state == "done":
            return self._result(resumed=True)
        options = {**self._record.options, **process_mark(), "path": storable(str(self._table.path.resolve()))}
        self._record = self._committed = replace(self._record, state="running", heartbeat_at=now, options=options)
        self._list()
        return self.run(resumed=True)

    def run(self, *, resumed: bool) -> IncidentResult:
        """Read the file to its end, or until the watch cancels.

        Parameters
        ----------
        resumed : bool
            Whether an import begun earlier goes on.

        Returns
        -------
        IncidentResult
            The sums of the whole import.

        Raises
        ------
        AnttError
            When the file or the store fails; the ledger then says so.
        """
        ended = "interrupted"
        try:
            ended = self._run()
        except AnttError:
            ended = "failed"
            raise
        finally:
            self._end(ended)
        return self._result(resumed=resumed)

    def _run(self) -> str:
        units = UnitsInForce(self._store, self._record.started_at)
        batches = read_batches(
            self._table, self.options, units, own=self._own, skip_rows=self._record.rows_done, rng=self._rng
        )
        unreadable: list[AnttError] = []
        # What was kept before a fault of the file stays; a fault of the store takes back what is not committed.
        with ExitStack() as group, closing(ahead(batches)) as coming:
            for batch in _as_far_as_readable(coming, unreadable):
                # Only now, so that a file that cannot be read at all leaves no trace.
                self._list()
                if self._watch.cancelled():
                    self._commit(group)
                    return "cancelled"
                self._begin_patiently(group)
                self._keep_patiently(batch)
                done = self._record.rows_done
                self._watch.progress(done, max(self._table.row_count or 0, done))
                if done - self._committed.rows_done >= self._rows_together:
                    self._commit(group)
            self._commit(group)
        if unreadable:
            raise unreadable[0]
        return "done"

    def _list(self) -> None:
        if not self._listed:
            self._store.keep_import(self._record)
            self._listed = True

    def _begin_patiently(self, group: ExitStack) -> None:
        if self._open:
            return
        for _attempt in range(_TRIES_WHEN_BUSY - 1):
            with suppress(StoreBusy):
                self._begin(group)
                return
        self._begin(group)

    def _begin(self, group: ExitStack) -> None:
        expected = max((self._table.row_count or 0) - self._record.rows_done, 0)
        group.enter_context(self._store.bulk_load(INCIDENTS, expected_rows=expected))
        self._open = True

    def _commit(self, group: ExitStack) -> None:
        if self._open:
            self._open = False
            group.close()
            self._committed = self._record
            self._known.committed()

    def _keep_patiently(self, batch: Batch) -> None:
        for _attempt in range(_TRIES_WHEN_BUSY - 1):
            with suppress(StoreBusy):
                self._keep_after_conflict(batch)
                return
        self._keep_after_conflict(batch)

    def _keep_after_conflict(self, batch: Batch) -> None:
        try:
            self._keep(batch)
        except Conflict:
            # Another writer was faster than our knowledge of the store; with fresh knowledge it will do.
            self._known.forget()
            self._keep(batch)

    def _keep(self, batch: Batch) -> None:
        record, at = self._record, self._now()
        author = Author(record.who, f"import {record.import_id}", at)
        rules = Rules(record.import_id, record.mapping, str(record.options["on_change"]), author)
        try:
            with self._store.transaction():
                settled = settle(self._store, batch, self._known, rules=rules)
                self._store.quarantine(settled.aside)
                counts = Counts.of(record.counts) + settled.counts
                changed = replace(record, rows_done=counts.read, counts=counts.as_dict(), heartbeat_at=at)
                self._store.keep_import(changed)
        except AnttError:
            self._known.forget()
            raise
        self._record = changed

    def _end(self, state: str) -> None:
        if not self._listed:
            return
        # Rows of a commit that failed are not kept, so they do not count.
        self._record = replace(self._committed, state=state, heartbeat_at=self._now())
        if state in {"done", "cancelled"}:
            self._store.keep_import(self._record)
        else:
            # The store may be what failed; then the ledger shows the import as interrupted by itself.
            with suppress(AnttError):
                self._store.keep_import(self._record)

    def _now(self) -> dt.datetime:
        return self._watch.clock() if self._watch.clock else self._record.started_at

    def _result(self, *, resumed: bool) -> IncidentResult:
        record = self._record
        aside = [row for row in self._store.quarantined(record.import_id) if row.state == "waiting"]
        rejects = pd.DataFrame(
            {"row": [row.row for row in aside], "reasons": [list(row.reasons) for row in aside],
             "raw": [dict(row.raw) for row in aside]}
        )  # fmt: skip
        mapping = dict(record.mapping)
        return IncidentResult(
            import_id=record.import_id,
            file_name=record.file_name,
            state=record.state,
            counts=Counts.of(record.counts),
            mapping=mapping,
            dropped_columns=tuple(dropped(self._table.columns, mapping)),
            rejects=rejects,
            encoding=self._table.encoding,
            resumed=resumed,
        )
