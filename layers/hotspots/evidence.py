"""What every finding carries along: how it was made and from what, so that it can be made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers import __version__
from layers.incidents.identity import fingerprints

__all__ = ["Evidence", "hash_of_arrays", "inputs_hash"]


@dataclass(frozen=True)
class Evidence:
    """How a finding was made.

    Parameters
    ----------
    method : str
        A stable key, such as ``knox``.
    parameters : mapping of str to object
        Every choice that shaped it, as plain values; names carry their unit.
    inputs_hash : str
        See `inputs_hash` and `hash_of_arrays`.
    seed : int or None
        Of the random numbers; None when the method draws none.
    version : str
        Of the program.
    """

    method: str
    parameters: Mapping[str, object]
    inputs_hash: str
    seed: int | None = None
    version: str = __version__


def inputs_hash(*columns: NDArray[Any], ground: tuple[NDArray[Any], ...] = ()) -> str:
    """Name a table by its content, whatever the order of its rows, and the ground that it was looked at on.

    The hash of a set of rows is the hash of the sums of its rows' hashes, which costs a tenth of sorting.

    Parameters
    ----------
    *columns : ndarray of numbers or text, each of shape (n,)
        The columns of the table, in a fixed order.
    ground : tuple of ndarray of numbers
        What else goes in, in an order that matters, such as which cells lie in the study area.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256), equal on every machine.

    Examples
    --------
    >>> one = inputs_hash(np.array([1.0, 2.0]), np.array([5, 6]))
    >>> one == inputs_hash(np.array([2.0, 1.0]), np.array([6, 5]))
    True
    >>> one == inputs_hash(np.array([2.0, 1.0]), np.array([5, 6]))
    False
    """
    numbers = [_as_whole(np.asarray(column)) for column in columns]
    sums = [fingerprints(order).sum(dtype=np.uint64) for order in (numbers, numbers[::-1])]
    size = np.array([len(numbers), len(numbers[0])])
    return hash_of_arrays(size, np.array(sums, dtype=np.uint64).view(np.int64), *ground)


def _as_whole(column: NDArray[Any]) -> NDArray[np.int64]:
    if column.dtype.kind not in "biuf":
        return pd.util.hash_array(column.astype(object)).view(np.int64)
    # Adding zero makes the two zeros one.
    return (column.astype(np.float64) + 0.0).view(np.int64)


def hash_of_arrays(*arrays: NDArray[Any]) -> str:
    """Hash arrays whose order matters, such as counts by cell.

    Parameters
    ----------
    *arrays : ndarray
        Numbers of any shape.

    Returns
    -------
    str
        64 hexadecimal digits, equal for equal arrays on every machine.

    Examples
    --------
    >>> hash_of_arrays(np.array([1, 2])) == hash_of_arrays(np.array([2, 1]))
    False
    """
    digest = sha256()
    for array in arrays:
        # Little-endian 64-bit numbers, so that another machine or integer width gives the same hash.
        plain = np.ascontiguousarray(array, dtype="<f8" if array.dtype.kind == "f" else "<i8")
        digest.update(f"{plain.dtype.str}{plain.shape}".encode())
        digest.update(plain.tobytes())
    return digest.hexdigest()
