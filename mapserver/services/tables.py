"""Units in force and incidents as tables in memory, never to be written to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.errors import NotFound
from layers.index.morton import NOWHERE
from layers.records import UnitRef
from layers.wording import Text
from mapserver.services.indexing import vintage_of

__all__ = ["IncidentTable", "UnitTable"]


@dataclass(frozen=True, eq=False)
class UnitTable:
    """The units in force on one day.

    Parameters
    ----------
    frame : GeoDataFrame
        Rows of the layer `units`, ordered by code.
    references : tuple of str
        The outside name ``code@valid_from`` of each row.
    """

    frame: gpd.GeoDataFrame
    references: tuple[str, ...]

    @cached_property
    def vintage(self) -> str:
        """A name that the same units with the same shapes always have."""
        return vintage_of(self.frame)

    def position(self, reference: UnitRef) -> int:
        """Find a unit's row.

        Parameters
        ----------
        reference : UnitRef
            A bare code, or a code with the first day of its version.

        Returns
        -------
        int
            Row position.

        Raises
        ------
        NotFound
            When no unit in force has that name.
        """
        for row, name in enumerate(self.references):
            if name == str(reference) or (reference.valid_from is None and name.startswith(f"{reference.code}@")):
                return row
        raise NotFound(
            Text(f"Không có đơn vị {reference} đang có hiệu lực.", f"No unit {reference} is in force."),
            Text("Tìm mã bằng ô tìm kiếm, hoặc đổi “as_of”.", "Search for its code, or change “as_of”."),
        )


@dataclass(frozen=True, eq=False)
class IncidentTable:
    """Every incident as arrays of one length n, of small types, never to be written to.

    Parameters
    ----------
    key : ndarray of uint64
        Key along the Morton curve (`layers.index.morton`), ascending: rows without a place come last. Rows of
        one key are in the order of `identity`.
    lon, lat : ndarray of float
        Degrees; not a number where the place is not known.
    unit : ndarray of int
        Row in the unit table; -1 outside every unit or without a place.
    category, severity, status : ndarray of unsigned int
        Positions in the lists of the same name in `words`.
    words : dict of str to tuple of str
        The slugs that the positions point into; those of the catalogue come first, in its order.
    day : ndarray of int
        Days since 1970-01-01 in the store's time zone.
    hour : ndarray of int
        0 to 23, -1 when not known.
    identity : ndarray of uint64
        The record's id as a number, see `layers.index.identity`.
    accuracy_m : ndarray of float, shape (n,)
        How far each incident may be from its place, metres; not a number where that is not known. Of a published
        count the side of its cell.
    salt, version : int
        The salt of those numbers; data version of the incidents.
    synthetic : bool
        Whether any of them is made up.
    published : ndarray of bool, shape (n,), optional
        Rows that are not incidents but published counts, one row for each incident counted: the place stands
        for a cell, the day for a month. None where there are none.
    least_count : int
        Smallest count that was published; 0 when nothing is.
    """

    key: NDArray[np.uint64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    unit: NDArray[np.signedinteger]
    category: NDArray[np.unsignedinteger]
    severity: NDArray[np.unsignedinteger]
    status: NDArray[np.unsignedinteger]
    words: dict[str, tuple[str, ...]]
    day: NDArray[np.int32]
    hour: NDArray[np.int8]
    identity: NDArray[np.uint64]
    accuracy_m: NDArray[np.float32]
    salt: int
    synthetic: bool
    version: int
    published: NDArray[np.bool_] | None = None
    least_count: int = 0

    @cached_property
    def placed_count(self) -> int:
        """How many rows have a place; they come first."""
        return int(np.searchsorted(self.key, NOWHERE))

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which incidents have a place."""
        return np.arange(len(self.key)) < self.placed_count
