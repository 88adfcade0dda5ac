"""Rows as they stand in the file, for the quarantine: mapped fields only, personal numbers masked."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.incidents.tables import Chunk
from layers.incidents.values import mask_personal, pseudonym

__all__ = ["masked_cells", "raw_cells"]

_PLACE_FIELDS = {"lon", "lat", "coordinates"}
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,7}(?:[.,]\d+)?")


def raw_cells(chunk: Chunk, mapping: Mapping[str, str], positions: NDArray[np.int64]) -> list[dict[str, str]]:
    """Take some rows of a chunk as they stand in the file.

    Parameters
    ----------
    chunk : Chunk
        Rows of a table.
    mapping : mapping of str to str
        Field -> column.
    positions : ndarray of int64, shape (m,)
        Positions of the rows in the chunk.

    Returns
    -------
    list of dict, length m
        Field -> cell, personal numbers masked.
    """
    picked = chunk.cells.select(list(dict.fromkeys(mapping.values()))).take(pa.array(positions, pa.int64()))
    return [masked_cells(values, mapping) for values in picked.to_pylist()]


def masked_cells(values: Mapping[str, str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Name the cells of one row by their fields and mask personal numbers.

    Parameters
    ----------
    values : mapping of str to str
        Column -> cell.
    mapping : mapping of str to str
        Field -> column.

    Returns
    -------
    dict of str to str
        Field -> cell. Coordinates stay; a reference that looks like a personal number becomes the
        pseudonym that the import uses, so that the row keeps its identity.

    Examples
    --------
    >>> masked_cells({"Vụ": "gọi 0912345678", "x": "1234567"}, {"category": "Vụ", "lon": "x"})
    {'category': 'gọi •••', 'lon': '1234567'}
    """
    return {name: _masked(name, values.get(column, "")) for name, column in mapping.items()}


def _masked(name: str, text: str) -> str:
    if name in _PLACE_FIELDS and _PLAIN_NUMBER.fullmatch(text):
        return text
    return pseudonym(text) if name == "source_ref" else mask_personal(text)
