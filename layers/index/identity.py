"""Record ids as numbers: eight bytes each, so that a million of them are found and compared as one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["ascending", "find", "hash_ids"]

# pandas takes a key of 16 bytes.
_KEY_DIGITS = 16


def hash_ids(ids: Sequence[str] | pd.Series, *, salt: int = 0) -> NDArray[np.uint64]:
    """Hash record ids.

    Two ids share a number once in some 10^19 pairs; whoever finds that two do takes the next salt.

    Parameters
    ----------
    ids : sequence of str, length n
        The ids.
    salt : int
        Another salt gives other numbers.

    Returns
    -------
    ndarray of uint64, shape (n,)
        SipHash of each (J.-P. Aumasson and D. J. Bernstein, 2012), as pandas computes it.

    Examples
    --------
    >>> first, again = hash_ids(["a", "b"]), hash_ids(["b", "a"])
    >>> first.tolist() == again[::-1].tolist(), first[0] == hash_ids(["a"], salt=1)[0]
    (True, np.False_)
    """
    texts = np.asarray(ids, dtype=object)
    return pd.util.hash_array(texts, hash_key=f"{salt:0{_KEY_DIGITS}d}", categorize=False)


def ascending(identity: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Order rows by their numbers, as `find` needs them.

    Parameters
    ----------
    identity : ndarray of uint64, shape (n,)
        Numbers of the rows.

    Returns
    -------
    ndarray of uint32, shape (n,)
        Row positions, smallest number first.
    """
    return np.argsort(identity, kind="stable").astype(np.uint32)


def find(
    identity: NDArray[np.uint64], by_identity: NDArray[np.uint32], wanted: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """Find rows by their numbers.

    Parameters
    ----------
    identity : ndarray of uint64, shape (n,)
        Numbers of the rows; may be mapped from a file, of which few pages are read.
    by_identity : ndarray of uint32, shape (n,)
        From `ascending`.
    wanted : ndarray of uint64, shape (m,)
        Numbers looked for.

    Returns
    -------
    ndarray of int64, shape (m,)
        Row positions; -1 where there is no such row.

    Examples
    --------
    >>> identity = np.array([7, 3, 9], dtype=np.uint64)
    >>> find(identity, ascending(identity), np.array([9, 4, 7], dtype=np.uint64)).tolist()
    [2, -1, 0]
    """
    low = np.zeros(len(wanted), dtype=np.int64)
    if len(identity) == 0:
        return low - 1
    high = np.full(len(wanted), len(identity), dtype=np.int64)
    # numpy's own search would first copy the whole order to another type.
    for _step in range(len(identity).bit_length()):
        open_ = low < high
        middle = (low + high) // 2
        below = identity[by_identity[np.minimum(middle, len(identity) - 1)]] < wanted
        low = np.where(open_ & below, middle + 1, low)
        high = np.where(open_ & ~below, middle, high)
    row = by_identity[np.minimum(low, len(identity) - 1)].astype(np.int64)
    return np.where(identity[row] == wanted, row, -1)
