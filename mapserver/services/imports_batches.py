"""Reading a file ahead of the store: the next chunk is understood while the last one is written."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.locate import locate
from layers.catalog import UNITS
from layers.incidents.identity import SeenRows
from layers.incidents.ingest import ChunkResult, ingest_chunk
from layers.incidents.options import IngestOptions
from layers.incidents.tables import Chunk, Table
from layers.store import Store
from mapserver.services.imports_settling import Batch
from mapserver.services.own_rows import OwnRows

__all__ = ["UnitsInForce", "ahead", "batch_of", "read_batches"]

Item = TypeVar("Item")

# Enough to read on while the store makes its indices, and a few tens of megabytes.
_BATCHES_AHEAD = 4


class UnitsInForce:
    """The units of a day, to tell which places lie in none of them.

    Parameters
    ----------
    store : Store
        The store of record; read once, here.
    now : datetime
        The moment whose units are taken.
    """

    def __init__(self, store: Store, now: dt.datetime) -> None:
        units = store.read(UNITS)
        day = now.date().isoformat()
        ended = units["valid_to"].notna() & (units["valid_to"].fillna("") <= day)
        current = units[~ended & (units["valid_from"] <= day)]
        self._units: gpd.GeoDataFrame = units if current.empty else current

    def outside(self, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
        """Find the records whose place lies in no unit.

        Parameters
        ----------
        frame : GeoDataFrame
            Points or nothing, EPSG:4326.

        Returns
        -------
        ndarray of bool, shape (n,)
            All False where no unit is loaded; False for a record without a place.
        """
        if self._units.empty or frame.empty:
            return np.zeros(len(frame), dtype=np.bool_)
        shapes = frame.geometry.to_numpy()
        lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
        return np.asarray(np.isfinite(lon) & (locate(lon, lat, self._units) < 0), dtype=np.bool_)


def read_batches(
    table: Table,
    options: IngestOptions,
    units: UnitsInForce,
    *,
    own: OwnRows | None,
    skip_rows: int,
    rng: np.random.Generator,
) -> Iterator[Batch]:
    """Read and understand a file chunk by chunk.

    Parameters
    ----------
    table : Table
        The file.
    options : IngestOptions
        How it is understood.
    units : UnitsInForce
        To tell the places outside.
    own : OwnRows or None
        What whoever imports may bring; None for everything.
    skip_rows : int
        Rows at the beginning that were kept before; they are read for their references only.
    rng : numpy.random.Generator
        Source of the ids.

    Yields
    ------
    Batch
        The chunks behind the rows skipped.
    """
    seen, rows = SeenRows(), 0
    for chunk in table.chunks():
        rows += len(chunk)
        result = ingest_chunk(chunk, options, seen, rng=rng)
        if rows > skip_rows:
            yield batch_of(chunk, result, units, own=own)


def batch_of(chunk: Chunk, result: ChunkResult, units: UnitsInForce, *, own: OwnRows | None) -> Batch:
    """Look where rows that were understood lie.

    Parameters
    ----------
    chunk : Chunk
        The rows as text.
    result : ChunkResult
        What the file alone says of them.
    units : UnitsInForce
        To tell the places outside.
    own : OwnRows or None
        What whoever imports may bring; None for everything.

    Returns
    -------
    Batch
        The rows, before they meet the store.
    """
    accepted = result.accepted
    barred = np.zeros(len(accepted), dtype=np.bool_) if own is None else ~own.takes(accepted)
    return Batch(chunk, result, units.outside(accepted), barred)


def ahead(items: Iterator[Item], *, depth: int = _BATCHES_AHEAD) -> Generator[Item]:
    """Prepare the next items in a second thread while the last one is worked on.

    Parameters
    ----------
    items : iterator
        Used by that thread alone.
    depth : int
        How many items may wait.

    Yields
    ------
    object
        The items in their order.

    Examples
    --------
    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    with ThreadPoolExecutor(1, thread_name_prefix="antt-read") as pool:
        waiting = deque(pool.submit(next, items, None) for _ in range(depth))
        try:
            while (item := waiting.popleft().result()) is not None:
                waiting.append(pool.submit(next, items, None))
                yield item
        finally:
            # Nobody takes what was not begun; without this the file would be read on in vain.
            for later in waiting:
                later.cancel()
