"""Bringing incidents into the store: every row is accepted, a duplicate, or set aside with its reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.catalog import INCIDENTS, UNITS
from layers.geo import VIETNAM
from layers.incidents.columns import dropped, guess_mapping, with_overrides
from layers.incidents.ingest import ChunkResult, Counts, IngestOptions, SeenRows, check_places, ingest_chunk
from layers.incidents.reading import open_table
from layers.incidents.tables import Table
from layers.store import Query, Store
from mapserver.services.imports import refuse_store_file

__all__ = ["IncidentRequest", "IncidentResult", "import_incidents"]

Progress = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class IncidentRequest:
    """What to import as incidents.

    Parameters
    ----------
    path : Path
        The file.
    source : str
        Name of the source; with the reference it identifies an incident.
    timezone : str
        IANA name of the zone of moments that state none.
    mapping : mapping of str to str
        Field -> column, where the columns cannot be guessed.
    crs : int or None
        EPSG code of the coordinates; None for the file's own, or longitude and latitude.
    encoding : str or None
        None to find it.
    """

    path: Path
    source: str
    timezone: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    crs: int | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class IncidentResult:
    """What became of the rows of a file.

    Parameters
    ----------
    counts : Counts
        The sums.
    mapping : dict of str to str
        Field -> column, as used.
    dropped_columns : tuple of str
        Columns of the file that did not enter.
    rejects : DataFrame
        Rows set aside: ``row``, ``reasons`` (codes), ``raw`` (field -> cell, personal numbers masked).
    encoding : str
        The encoding found.
    """

    counts: Counts
    mapping: dict[str, str]
    dropped_columns: tuple[str, ...]
    rejects: pd.DataFrame
    encoding: str

    def as_json(self) -> dict[str, object]:
        """Write the result as plain values.

        Returns
        -------
        dict
            The counts, the mapping and the columns left out.
        """
        return {
            "read": self.counts.read,
            "accepted": self.counts.accepted,
            "quarantined": self.counts.quarantined,
            "unplaced": self.counts.unplaced,
            "duplicates": self.counts.duplicates,
            "unmapped_category": self.counts.unmapped_category,
            "dropped_columns": list(self.dropped_columns),
            "columns": self.mapping,
            "encoding": self.encoding,
        }


def import_incidents(
    store: Store,
    request: IncidentRequest,
    *,
    now: dt.datetime,
    rng: np.random.Generator,
    progress: Progress = _silent,
) -> IncidentResult:
    """Read a file of incidents in chunks and keep what is usable in one commit.

    Parameters
    ----------
    store : Store
        The store of record.
    request : IncidentRequest
        What to import.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.
    progress : callable
        Takes rows done and rows in all.

    Returns
    -------
    IncidentResult
        What became of the rows.

    Raises
    ------
    AnttError
        When the file cannot be used; the store is then as it was.
    """
    refuse_store_file(store, request.path)
    table = open_table(request.path, encoding=request.encoding)
    mapping = with_overrides(guess_mapping(table.columns), request.mapping, table.columns)
    options = _options(store, request, table=table, mapping=mapping, now=now)
    check_places(table, options)
    seen, counts, rejects = SeenRows(), Counts(), []
    with store.transaction():
        # Read inside the transaction: another import may have been writing until now.
        known = _known_references(store, request.source)
        for chunk in table.chunks():
            result = ingest_chunk(chunk, options, seen, rng=rng)
            new = result.accepted[~result.accepted["source_ref"].isin(known)]
            store.append(INCIDENTS, new)
            counts += _recounted(result, new)
            rejects.append(result.quarantined)
            progress(counts.read, table.row_count or counts.read)
    aside = pd.concat(rejects, ignore_index=True) if rejects else pd.DataFrame(columns=["row", "reasons", "raw"])
    return IncidentResult(counts, mapping, tuple(dropped(table.columns, mapping)), aside, table.encoding)


def _options(
    store: Store, request: IncidentRequest, *, table: Table, mapping: dict[str, str], now: dt.datetime
) -> IngestOptions:
    return IngestOptions(
        source=request.source,
        mapping=mapping,
        timezone=request.timezone,
        now=now,
        epsg=request.crs or table.epsg or 4326,
        # Without boundaries nothing says where the store's region is.
        region=VIETNAM if store.count(UNITS) else None,
    )


def _known_references(store: Store, source: str) -> set[str]:
    query = Query(where=(("source", source),), columns=("source_ref",), geometry=False)
    return set(store.read(INCIDENTS, query)["source_ref"])


def _recounted(result: ChunkResult, new: gpd.GeoDataFrame) -> Counts:
    counts = result.counts
    again = counts.accepted - len(new)
    return Counts(
        read=counts.read,
        accepted=len(new),
        quarantined=counts.quarantined,
        duplicates=counts.duplicates + again,
        unplaced=int(new.geometry.isna().sum()),
        unmapped_category=int(((new["category"] == "khac") & new["category_source"].notna()).sum()) if again
        else counts.unmapped_category,
    )  # fmt: skip
