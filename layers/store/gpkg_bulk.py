"""Many new rows at once: what is kept for each row singly is made once, behind the last of them (ADR 13)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.catalog import Layer
from layers.store.gpkg_layout import create_indices, drop_indices, drop_insert_trigger, restore_insert_trigger
from layers.store.gpkg_rows import free_fids, write_rows
from layers.store.gpkg_rtree import index_boxes
from layers.store.gpkg_triggers import pause_insert_triggers, resume_insert_triggers

__all__ = ["BulkLoad"]

# From this many rows on, indexing from an array beats one trigger call a row.
_BULK_ROWS = 200
# Only from so many on does a piece of a load tell that the load is large.
_LARGE_PIECE_ROWS = 10_000


@dataclass(frozen=True)
class _State:
    """What a load still owes to the table; kept as a value, so that a step taken back takes it back as well."""

    fids: tuple[NDArray[np.int64], ...] = ()
    boxes: tuple[NDArray[np.float64], ...] = ()
    paused: bool = False
    bare: bool = False
    settled: bool = False


class BulkLoad:
    """New rows of one layer on their way in, inside one transaction.

    Between `add` and `settle` the rows stand in the table but not in its indices. Both happen in one
    transaction, so nobody else ever sees that, and a process that dies leaves nothing of it behind.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction that lasts longer than the load.
    layer : Layer
        The layer.
    expected_rows : int
        About how many rows will come.
    """

    def __init__(self, connection: sqlite3.Connection, layer: Layer, *, expected_rows: int) -> None:
        self.state = _State()
        self._connection = connection
        self._layer = layer
        self._expected_rows = expected_rows

    def add(self, frame: gpd.GeoDataFrame) -> int:
        """Write rows into the table.

        Parameters
        ----------
        frame : GeoDataFrame
            Rows that keep the layer's schema.

        Returns
        -------
        int
            How many.
        """
        fids = free_fids(self._connection, self._layer, len(frame))
        if len(frame) < _BULK_ROWS and not self.state.paused:
            write_rows(self._connection, self._layer, frame, fids=fids)
            return len(frame)
        self._begin(int(fids[0]) - 1, len(frame))
        write_rows(self._connection, self._layer, frame, fids=fids)
        boxes = shapely.bounds(frame.geometry.to_numpy())
        self.state = replace(self.state, fids=(*self.state.fids, fids), boxes=(*self.state.boxes, boxes))
        return len(frame)

    def settle(self) -> None:
        """Make the indices and the triggers as if every row had come singly."""
        state, connection, layer = self.state, self._connection, self._layer
        if not state.paused:
            return
        if state.bare:
            create_indices(connection, layer)
        if state.fids:
            index_boxes(connection, layer.key, fids=np.concatenate(state.fids), boxes=np.concatenate(state.boxes))
        resume_insert_triggers(connection, layer)
        restore_insert_trigger(connection, layer.key)
        self.state = _State(settled=True)

    def _begin(self, held: int, coming: int) -> None:
        if self.state.paused:
            return
        drop_insert_trigger(self._connection, self._layer.key)
        pause_insert_triggers(self._connection, self._layer)
        # Where most rows are new, making the indices afterwards is cheaper than keeping them meanwhile.
        many = self._expected_rows if coming >= _LARGE_PIECE_ROWS else coming
        bare = held <= max(many, coming) and not self.state.settled
        if bare:
            drop_indices(self._connection, self._layer)
        self.state = replace(self.state, paused=True, bare=bare)
