"""Which incident a row is: by its reference, or by its content and its ordinal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = [
    "Multiset",
    "SeenRows",
    "fingerprints",
    "from_hex_digits",
    "hex_digits",
    "ordinal_references",
    "repeats",
]

_MERGED_WITHIN = 4
_HEX_DIGITS = 16
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
_SECOND_FACTOR = np.uint64(0x94D049BB133111EB)


@dataclass
class Multiset:
    """How often each number occurred so far: sorted runs that are merged when alike in size.

    Eight bytes for a number, against a hundred in a dictionary.
    """

    _runs: list[NDArray[np.uint64]] = field(default_factory=list)

    def count(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Tell how often each key was added.

        Parameters
        ----------
        keys : ndarray of uint64, shape (n,)
            Any numbers.

        Returns
        -------
        ndarray of int64, shape (n,)
            Counts.

        Examples
        --------
        >>> bag = Multiset()
        >>> bag.add(np.array([7, 7, 9], dtype=np.uint64))
        >>> bag.count(np.array([7, 8, 9], dtype=np.uint64)).tolist()
        [2, 0, 1]
        """
        order = np.argsort(keys)
        # Sorted questions walk through a run once; unsorted ones jump about in memory.
        asked = keys[order]
        total = np.zeros(len(keys), dtype=np.int64)
        for run in self._runs:
            left = np.searchsorted(run, asked, side="left")
            hit = run[np.minimum(left, len(run) - 1)] == asked
            total[order[hit]] += np.searchsorted(run, asked[hit], side="right") - left[hit]
        return total

    def add(self, keys: NDArray[np.uint64]) -> None:
        """Add keys, repeated ones as often as they are repeated.

        Parameters
        ----------
        keys : ndarray of uint64, shape (n,)
            Any numbers.
        """
        if len(keys):
            self._runs.append(np.sort(keys))
        while len(self._runs) > 1 and len(self._runs[-2]) <= _MERGED_WITHIN * len(self._runs[-1]):
            last = self._runs.pop()
            self._runs[-1] = np.sort(np.concatenate([self._runs[-1], last]), kind="stable")


@dataclass
class SeenRows:
    """What an import has met so far; one for a file, carried over its chunks.

    Parameters
    ----------
    contents : Multiset
        Fingerprints of the rows without a reference of their own.
    references : Multiset
        Hashes of the references of rows.
    referenced_contents : Multiset
        Fingerprints of the rows together with their references.
    """

    contents: Multiset = field(default_factory=Multiset)
    references: Multiset = field(default_factory=Multiset)
    referenced_contents: Multiset = field(default_factory=Multiset)


def fingerprints(columns: Sequence[NDArray[np.int64] | NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """Hash rows of numbers, whole columns at once.

    Each number is mixed into its row's hash with the finaliser of SplitMix64 (Steele, Lea and
    Flood 2014, "Fast splittable pseudorandom number generators", section 3). Two unequal rows that
    met in one hash would still both be kept: the second would only be given an ordinal.

    Parameters
    ----------
    columns : sequence of ndarray of int64 or uint64, shape (n,)
        The columns of the rows.

    Returns
    -------
    ndarray of uint64, shape (n,)
        Equal for equal rows, on every machine.

    Examples
    --------
    >>> first, second, third = fingerprints([np.array([1, 1, 2]), np.array([5, 5, 5])])
    >>> bool(first == second), bool(first == third)
    (True, False)
    """
    mixed = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.int64).view(np.uint64)) + _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST_FACTOR
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND_FACTOR
        mixed ^= mixed >> np.uint64(31)
    return mixed


def ordinal_references(
    contents: NDArray[np.uint64], seen: Multiset, *, digits: NDArray[np.object_] | None = None
) -> NDArray[np.object_]:
    """Make references of rows that have none: the hash, and from the second equal row on its ordinal.

    Parameters
    ----------
    contents : ndarray of uint64, shape (n,)
        Fingerprints of the rows in the order of the file.
    seen : Multiset
        Fingerprints of the rows before; these are added.
    digits : ndarray of str, shape (n,), or None
        What `hex_digits` makes of the fingerprints, where that is known.

    Returns
    -------
    ndarray of str, shape (n,)
        16 hexadecimal digits, with ``-2``, ``-3`` … behind for equal rows.

    Examples
    --------
    >>> seen = Multiset()
    >>> ordinal_references(np.array([255, 255], dtype=np.uint64), seen).tolist()
    ['00000000000000ff', '00000000000000ff-2']
    >>> ordinal_references(np.array([255], dtype=np.uint64), seen).tolist()
    ['00000000000000ff-3']
    """
    ordinals = seen.count(contents) + _ranks(contents) + 1
    seen.add(contents)
    references = hex_digits(contents) if digits is None else digits.copy()
    for position in np.flatnonzero(ordinals > 1):
        references[position] += f"-{ordinals[position]}"
    return references


def hex_digits(contents: NDArray[np.uint64]) -> NDArray[np.object_]:
    """Write fingerprints as text.

    Parameters
    ----------
    contents : ndarray of uint64, shape (n,)
        Fingerprints of rows.

    Returns
    -------
    ndarray of str, shape (n,)
        16 hexadecimal digits each.

    Examples
    --------
    >>> hex_digits(np.array([255], dtype=np.uint64)).tolist()
    ['00000000000000ff']
    """
    digits = contents.astype(">u8").tobytes().hex().encode("ascii")
    # Arrow makes texts of one long row of letters in half of the time numpy takes.
    ends = np.arange(0, len(digits) + 1, _HEX_DIGITS, dtype=np.int32)
    texts = pa.StringArray.from_buffers(len(contents), pa.py_buffer(ends), pa.py_buffer(digits))
    found: NDArray[np.object_] = texts.to_numpy(zero_copy_only=False)
    return found


def from_hex_digits(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Read fingerprints that `hex_digits` wrote.

    Parameters
    ----------
    texts : sequence of str, length n
        16 hexadecimal digits each.

    Returns
    -------
    ndarray of uint64, shape (n,)
        The fingerprints.

    Examples
    --------
    >>> from_hex_digits(["00000000000000ff"]).tolist()
    [255]
    """
    return np.array([int(text, 16) for text in texts], dtype=np.uint64)


def _ranks(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]][: len(keys)]
    places = np.arange(len(keys))
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = places - np.maximum.accumulate(np.where(starts, places, 0))
    return ranks


def repeats(
    references: NDArray[np.uint64], contents: NDArray[np.uint64], seen: SeenRows
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find rows whose own reference occurred before, in this chunk or an earlier one.

    Parameters
    ----------
    references : ndarray of uint64, shape (n,)
        Hashes of the references in the order of the file.
    contents : ndarray of uint64, shape (n,)
        Fingerprints of the rows.
    seen : SeenRows
        The rows before; those that are new are added.

    Returns
    -------
    tuple of ndarray of bool, shapes (n,) and (n,)
        Rows equal to the first of their reference; rows that differ from it.
    """
    # The content is joined to its reference, or another row's equal content would pass for it.
    joined = fingerprints([references, contents])
    earlier = seen.references.count(references) > 0
    _, first, which = np.unique(references, return_index=True, return_inverse=True)
    leader = first[which]
    again = earlier | (leader != np.arange(len(references)))
    equal = np.where(earlier, seen.referenced_contents.count(joined) > 0, joined == joined[leader])
    seen.references.add(references[~again])
    seen.referenced_contents.add(joined[~again])
    return again & equal, again & ~equal
