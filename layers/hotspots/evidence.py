"""What every finding carries along: how it was made and from what, so that it can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import layers

__all__ = ["Evidence", "inputs_hash"]


@dataclass(frozen=True)
class Evidence:
    """How a finding was made.

    Parameters
    ----------
    method : str
        A stable key, such as ``knox``.
    parameters : mapping of str to object
        Plain values; names carry their unit.
    inputs_hash : str
        See `inputs_hash`.
    seed : int or None
        Of the random numbers; None when the method draws none.
    version : str
        Of the program.
    """

    method: str
    parameters: Mapping[str, object]
    inputs_hash: str
    seed: int | None = None
    version: str = layers.__version__


def inputs_hash(*columns: NDArray[Any]) -> str:
    """Name a table by its content, whatever the order of its rows.

    Parameters
    ----------
    *columns : ndarray of numbers or text, each of shape (n,)
        The columns of the table, in a fixed order.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256).

    Examples
    --------
    >>> one = inputs_hash(np.array([1.0, 2.0]), np.array([5, 6]))
    >>> one == inputs_hash(np.array([2.0, 1.0]), np.array([6, 5]))
    True
    >>> one == inputs_hash(np.array([2.0, 1.0]), np.array([5, 6]))
    False
    """
    order = np.lexsort(columns)
    digest = hashlib.sha256(f"{len(columns)};{len(order)}".encode())
    for column in columns:
        ordered = np.asarray(column)[order]
        plain = ordered.astype("<f8") if ordered.dtype.kind in "biuf" else ordered.astype(str)
        digest.update(plain.tobytes() if plain.dtype.kind == "f" else "\0".join(plain.tolist()).encode())
    return digest.hexdigest()
