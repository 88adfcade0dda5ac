"""What changed in a store that keeps no book of it: everything, every time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd

from layers.catalog import Layer
from layers.store.base import ALL, Query
from layers.store.changes import Changes, Mark

__all__ = ["WholeChanges"]


class WholeChanges(ABC):
    """Tells every record of a layer whenever it is asked what changed."""

    @abstractmethod
    def versions(self) -> dict[str, int]:
        """Tell the data version of each layer.

        Returns
        -------
        dict of str to int
            From the store.
        """

    @abstractmethod
    def read(self, layer: Layer, query: Query = ALL) -> gpd.GeoDataFrame:
        """Read rows.

        Parameters
        ----------
        layer : Layer
            The layer.
        query : Query
            Which rows and columns.

        Returns
        -------
        GeoDataFrame
            From the store.
        """

    @contextmanager
    def changes(self, layer: Layer, since: Mark | None = None, *, columns: tuple[str, ...] = ()) -> Iterator[Changes]:
        """Tell everything.

        Parameters
        ----------
        layer : Layer
            The layer.
        since : mapping or None
            Of no use here.
        columns : tuple of str
            Columns wanted besides `id`; empty for all.

        Yields
        ------
        Changes
            Every record.
        """
        del since
        frame, version = self.read(layer, Query(columns=columns)), self.versions()[layer.key]
        yield Changes(version, {"version": version}, whole=True, pieces=iter([frame]), deleted=(), count=len(frame))
