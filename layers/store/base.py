"""What a store can do: one small protocol that every back-end keeps."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd

from layers.catalog import Layer
from layers.geo import Bounds

__all__ = ["ALL", "ChangeSet", "Query", "Store"]


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


class Store(Protocol):
    """The store of record. Every commit raises the data version of each layer it touched."""

    @property
    def address(self) -> str:
        """The place of the store as it may be shown: never with a password."""
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

    def append(self, layer: Layer, frame: gpd.GeoDataFrame) -> int:
        """Add rows that keep the layer's schema and tell how many."""
        ...

    def apply(self, changes: ChangeSet) -> int:
        """Make a change set, all or nothing, and tell how many rows it touched."""
        ...

    def keep_note(self, key: str, value: str) -> None:
        """Keep one named text beside the data, such as whether it is synthetic."""
        ...

    def notes(self) -> dict[str, str]:
        """Read the named texts kept beside the data."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Join several calls into one commit; inner calls join the outer one."""
        ...

    def close(self) -> None:
        """Let go of the store; closing twice does nothing."""
        ...
