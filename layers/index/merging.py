"""Laying changes over a sorted table without sorting it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.index.columns import Columns, empty_columns, joined, ordered, taken
from layers.index.identity import find

__all__ = ["NO_CHANGES", "Delta", "Edit", "edit", "later"]

# Up to here copying the runs between the edited rows is quicker than marking every row.
_FEW_EDITS = 4096


@dataclass(frozen=True)
class Delta:
    """What changed since some state of the table.

    Parameters
    ----------
    rows : dict of str to ndarray, shape (m,)
        Columns of the records that are new or have changed, as they are now.
    gone : ndarray of uint64, shape (g,)
        Identities that no longer stand as they did: changed or deleted; ascending.
    """

    rows: Columns
    gone: NDArray[np.uint64]

    @property
    def size(self) -> int:
        """How many rows and identities it holds."""
        return max(len(self.gone), len(self.rows["key"]))


NO_CHANGES = Delta(empty_columns(), np.zeros(0, dtype=np.uint64))


def later(first: Delta, second: Delta) -> Delta:
    """Join two deltas of which the second came after the first.

    Parameters
    ----------
    first, second : Delta
        The changes.

    Returns
    -------
    Delta
        Both as one.
    """
    if not first.size or not second.size:
        return second if second.size else first
    kept = taken(first.rows, ~np.isin(first.rows["identity"], second.gone))
    return Delta(joined([kept, second.rows]), np.union1d(first.gone, second.gone))


@dataclass(frozen=True)
class Edit:
    """How one sorted table becomes another: rows that leave, and rows that come in between.

    Parameters
    ----------
    length : int
        Rows of the table before.
    left_out : ndarray of int64, shape (d,)
        Positions of the rows that leave, ascending.
    order : ndarray of int64, shape (m,)
        The new rows in their order.
    slots : ndarray of int64, shape (m,)
        The old row before which each comes, ascending.
    """

    length: int
    left_out: NDArray[np.int64]
    order: NDArray[np.int64]
    slots: NDArray[np.int64]

    def apply(self, before: NDArray[Any], added: NDArray[Any]) -> NDArray[Any]:
        """Make one column of the new table.

        Parameters
        ----------
        before : ndarray, shape (length,)
            The column as it was.
        added : ndarray, shape (m,)
            Its values of the new rows, in the order they were given in.

        Returns
        -------
        ndarray
            The column as it is; `before` itself when nothing changes.
        """
        if not len(self.left_out) and not len(self.slots):
            return before
        values = added[self.order]
        if len(self.left_out) + len(self.slots) > _FEW_EDITS:
            return self._marked(before, values)
        return self._in_runs(before, values)

    def _marked(self, before: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
        stays = np.ones(self.length, dtype=bool)
        stays[self.left_out] = False
        slots = self.slots - np.searchsorted(self.left_out, self.slots)
        return np.insert(before[stays], slots, values)

    def _in_runs(self, before: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
        edges = np.unique(np.concatenate([[0, self.length], self.slots, self.left_out, self.left_out + 1]))
        first_new = np.searchsorted(self.slots, edges, side="left").tolist()
        behind_new = np.searchsorted(self.slots, edges, side="right").tolist()
        leaves = np.isin(edges, self.left_out).tolist()
        starts = edges.tolist()
        parts = [values[:0]]
        for place, start in enumerate(starts):
            if behind_new[place] > first_new[place]:
                parts.append(values[first_new[place] : behind_new[place]])
            if start < self.length and not leaves[place]:
                parts.append(before[start : starts[place + 1]])
        return np.concatenate(parts)


def edit(table: Columns, by_identity: NDArray[np.uint32], delta: Delta) -> Edit:
    """Find where changes fall in a sorted table.

    Parameters
    ----------
    table : dict of str to ndarray, shape (n,)
        Has ``key`` and ``identity``, in the order of `layers.index.columns.ordered`.
    by_identity : ndarray of uint32, shape (n,)
        From `layers.index.identity.ascending`.
    delta : Delta
        The changes.

    Returns
    -------
    Edit
        To be applied to each column.
    """
    found = find(table["identity"], by_identity, delta.gone)
    order = ordered(delta.rows)
    slots = _slots(table, taken({name: delta.rows[name] for name in ("key", "identity")}, order))
    return Edit(len(table["key"]), np.unique(found[found >= 0]), order, slots)


def _slots(table: Columns, added: Columns) -> NDArray[np.int64]:
    low = np.searchsorted(table["key"], added["key"], side="left")
    high = np.searchsorted(table["key"], added["key"], side="right")
    # Rows of one place, or of none, stand in the order of their identities.
    tied = np.flatnonzero(low < high)
    starts, first = np.unique(low[tied], return_index=True)
    ends = [*first[1:].tolist(), len(tied)][: len(starts)]
    for start, begin, end in zip(starts.tolist(), first.tolist(), ends, strict=True):
        rows = tied[begin:end]
        among = table["identity"][start : high[rows[0]]]
        low[rows] = start + np.searchsorted(among, added["identity"][rows])
    return low.astype(np.int64)
