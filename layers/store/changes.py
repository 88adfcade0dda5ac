"""What changed in a layer since somebody last looked: how a copy of it is kept up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd

__all__ = ["Changes", "Mark"]

# Plain values that a store gives and takes back; nobody else reads them.
Mark = Mapping[str, object]


@dataclass(frozen=True)
class Changes:
    """What changed in one layer, all read from one state of the store.

    Parameters
    ----------
    version : int
        Data version of the layer in that state.
    mark : mapping
        To be handed back the next time.
    whole : bool
        Whether `pieces` hold every record because the store does not know the mark given to it.
    pieces : iterator of GeoDataFrame
        Records that are new or have changed, as they are now, ordered by nothing in particular. One that was
        told before may be told again.
    deleted : sequence of str
        Ids of records that were deleted; one that was added again is among the pieces as well.
    count : int
        How many records the layer has.
    """

    version: int
    mark: Mark
    whole: bool
    pieces: Iterator[gpd.GeoDataFrame]
    deleted: Sequence[str]
    count: int
