"""What becomes of rows that were read: new, known already, changed, or set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.catalog import INCIDENTS
from layers.incidents.counts import Counts
from layers.incidents.ingest import ChunkResult
from layers.incidents.rawcells import raw_cells
from layers.incidents.tables import Chunk
from layers.store import ChangeSet, Query, Store
from layers.store.base import Author, QuarantinedRow
from mapserver.services.own_rows import WHEREABOUTS, OwnRows

__all__ = ["Batch", "KnownRows", "Rules", "Settled", "settle"]

_PLACE_COLUMNS = ("geometry", "location_method", "location_accuracy_m")
# Field of a file -> columns of the record that it decides. A field that a later file does not have
# takes nothing away from the record.
_COLUMNS_OF: dict[str, tuple[str, ...]] = {
    "occurred_at": ("occurred_from", "occurred_to"),
    "occurred_time": ("occurred_from", "occurred_to"),
    "occurred_to": ("occurred_to",),
    "reported_at": ("reported_at",),
    "category": ("category", "category_source"),
    "severity": ("severity",),
    "status": ("status",),
    "lon": _PLACE_COLUMNS,
    "lat": _PLACE_COLUMNS,
    "coordinates": _PLACE_COLUMNS,
    "reported_unit": ("reported_unit", "location_method"),
    "location_accuracy_m": ("location_accuracy_m",),
    "channel": ("channel",),
}


@dataclass(frozen=True)
class Batch:
    """Rows that were read and understood, before they meet the store.

    Parameters
    ----------
    chunk : Chunk
        The rows as text.
    result : ChunkResult
        What the file alone says of them.
    outside : ndarray of bool, shape (accepted,)
        Accepted rows whose place lies in no unit.
    barred : ndarray of bool, shape (accepted,)
        Accepted rows that whoever imports may not bring; they are never compared with the store.
    """

    chunk: Chunk
    result: ChunkResult
    outside: NDArray[np.bool_]
    barred: NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """How rows are settled.

    Parameters
    ----------
    import_id : str
        The import they belong to.
    mapping : mapping of str to str
        Field -> column.
    on_change : str
        ``update`` or ``quarantine``: what is done with a known reference that has other values.
    author : Author
        Who updates.
    """

    import_id: str
    mapping: Mapping[str, str]
    on_change: str
    author: Author


@dataclass(frozen=True)
class Settled:
    """What became of the rows.

    Parameters
    ----------
    counts : Counts
        The sums.
    aside : tuple of QuarantinedRow
        Rows set aside; not yet written.
    """

    counts: Counts
    aside: tuple[QuarantinedRow, ...]


class KnownRows:
    """The incidents of one source that the store holds, read again when the store has changed.

    Parameters
    ----------
    store : Store
        The store of record.
    source : str
        Name of the source.
    own : OwnRows, optional
        What whoever imports may change; everything when left out.
    """

    def __init__(self, store: Store, source: str, own: OwnRows | None = None) -> None:
        self._store = store
        self._source = source
        self._own = own
        self._barred_ids: frozenset[str] | None = None
        self._version: int | None = None
        self._raised_by_commit = False
        self._rows = pd.DataFrame()
        self._index = pd.Index([], dtype=object)

    def refresh(self) -> None:
        """Read the references again if another writer touched the incidents; call inside the transaction."""
        if self._version == self._store.versions()[INCIDENTS.key]:
            return
        self._rows = self._store.known_references(self._source)
        self._index = pd.Index(self._rows["source_ref"].to_numpy(dtype=object), dtype=object)
        self._barred_ids = None
        self.settled()

    def settled(self, *, wrote: bool = False) -> None:
        """Take the store's present version as the one that these rows are of.

        Parameters
        ----------
        wrote : bool
            Whether incidents were written since `refresh`.
        """
        before, self._version = self._version, self._store.versions()[INCIDENTS.key]
        self._raised_by_commit |= wrote and before == self._version

    def committed(self) -> None:
        """Follow the version through the run's own commit, where the store raises it only there.

        A version raised further is another writer's work, and then everything is read again.
        """
        if self._raised_by_commit and self._version is not None:
            self._version += 1
        self._raised_by_commit = False

    def forget(self) -> None:
        """Have everything read again the next time."""
        self._version = None

    def find(self, accepted: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Look rows up.

        Parameters
        ----------
        accepted : GeoDataFrame
            Rows of the layer `incidents`.

        Returns
        -------
        tuple of ndarray of int64 and ndarray of bool, shapes (n,)
            Position of each among the known rows, -1 for a new one; and which are known with equal content.
        """
        if len(self._index) == 0 or accepted.empty:
            return np.full(len(accepted), -1, dtype=np.int64), np.zeros(len(accepted), dtype=np.bool_)
        places = self._index.get_indexer(accepted["source_ref"].to_numpy(dtype=object)).astype(np.int64)
        kept = self._rows["content_hash"].to_numpy(dtype=object)[places]
        hashes = accepted["content_hash"].to_numpy(dtype=object)
        # A record of an older layout has no hash; its reference tells where it was made of the content.
        made = np.array([ref.startswith(content) for ref, content in zip(accepted["source_ref"], hashes, strict=True)])
        same = (places >= 0) & ((kept == hashes) | (pd.isna(kept) & made))
        return places, np.asarray(same, dtype=np.bool_)

    def barred(self, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which known rows lie where whoever imports may change nothing.

        Parameters
        ----------
        places : ndarray of int64, shape (n,)
            As `find` gives them.

        Returns
        -------
        ndarray of bool, shape (n,)
            False for a new row.
        """
        found = places >= 0
        if self._own is not None and found.any():
            if self._barred_ids is None:
                # The run itself writes inside the area alone, so this holds until another writer comes.
                self._barred_ids = self._outside(self._own)
            found[found] = self.at(places[found])["id"].isin(self._barred_ids).to_numpy()
            return found
        return np.zeros(len(places), dtype=np.bool_)

    def _outside(self, own: OwnRows) -> frozenset[str]:
        kept = self._store.read(INCIDENTS, Query(where=(("source", self._source),), columns=WHEREABOUTS))
        return frozenset(kept["id"][~own.shows(kept)])

    def at(self, places: NDArray[np.int64]) -> pd.DataFrame:
        """Take known rows.

        Parameters
        ----------
        places : ndarray of int64, shape (m,)
            As `find` gives them.

        Returns
        -------
        DataFrame
            ``id, source_ref, row_version, content_hash``.
        """
        return self._rows.iloc[places]


def settle(store: Store, batch: Batch, known: KnownRows, *, rules: Rules) -> Settled:
    """Write what a batch adds and changes, inside the caller's transaction.

    Parameters
    ----------
    store : Store
        The store of record.
    batch : Batch
        The rows.
    known : KnownRows
        What the store holds of their source.
    rules : Rules
        How they are settled.

    Returns
    -------
    Settled
        What became of each row; rows set aside are for the caller to write.

    Raises
    ------
    Conflict
        When another writer was faster; nothing of the batch may then be committed.
    """
    known.refresh()
    accepted = batch.result.accepted
    places, same = known.find(accepted)
    barred = batch.barred | known.barred(places)
    new = (places < 0) & ~barred
    changed = (places >= 0) & ~same & ~barred
    if new.any():
        store.append(INCIDENTS, accepted if new.all() else accepted[new])
    updating = rules.on_change == "update"
    if updating and changed.any():
        _update(store, accepted[changed], known.at(places[changed]), rules=rules)
    known.settled(wrote=bool(new.any() or (updating and changed.any())))
    held = {"outside_area": barred, "changed_record": np.zeros_like(changed) if updating else changed}
    aside = _aside(batch, rules, held)
    updated = changed if updating else np.zeros_like(changed)
    return Settled(_counts(batch, new=new, updated=updated, held=held), tuple(aside))


def _update(store: Store, rows: gpd.GeoDataFrame, known: pd.DataFrame, *, rules: Rules) -> None:
    names = [name for field in rules.mapping for name in _COLUMNS_OF.get(field, ())]
    names = list(dict.fromkeys([*names, "content_hash", "import_id"]))
    columns = [_plain(rows[name]) for name in names]
    ids = known["id"].tolist()
    values = {
        row_id: dict(zip(names, row, strict=True)) for row_id, row in zip(ids, zip(*columns, strict=True), strict=True)
    }
    versions = dict(zip(ids, map(int, known["row_version"]), strict=True))
    store.apply(ChangeSet(INCIDENTS, update=values, expected_row_version=versions), rules.author)


def _plain(column: pd.Series) -> list[object]:
    values: list[object] = column.astype(object).where(column.notna(), None).tolist()
    return values


def _aside(batch: Batch, rules: Rules, held: Mapping[str, NDArray[np.bool_]]) -> list[QuarantinedRow]:
    result = batch.result
    rows = [
        QuarantinedRow(rules.import_id, int(row), tuple(reasons), raw)
        for row, reasons, raw in result.quarantined[["row", "reasons", "raw"]].itertuples(index=False)
    ]
    for reason, where in held.items():
        numbers = result.numbers[where]
        raws = raw_cells(batch.chunk, rules.mapping, np.flatnonzero(np.isin(batch.chunk.numbers, numbers)))
        rows += [
            QuarantinedRow(rules.import_id, int(row), (reason,), raw) for row, raw in zip(numbers, raws, strict=True)
        ]
    return rows


def _counts(
    batch: Batch, *, new: NDArray[np.bool_], updated: NDArray[np.bool_], held: Mapping[str, NDArray[np.bool_]]
) -> Counts:
    counts, kept = batch.result.counts, new | updated
    placed = batch.result.accepted.geometry.notna().to_numpy()
    aside = np.logical_or.reduce(list(held.values()))
    return replace(
        counts,
        accepted=int(new.sum()),
        updated=int(updated.sum()),
        quarantined=counts.quarantined + int(aside.sum()),
        duplicates=counts.duplicates + int((~kept & ~aside).sum()),
        unplaced=int((~placed & kept).sum()),
        outside=int((batch.outside & kept).sum()),
        unmapped_category=_unmapped(batch.result, kept),
    )


def _unmapped(result: ChunkResult, kept: NDArray[np.bool_]) -> int:
    if kept.all() or not result.unmapped:
        return result.unmapped.total()
    return int(result.accepted["category_source"].isin(list(result.unmapped))[kept].sum())
