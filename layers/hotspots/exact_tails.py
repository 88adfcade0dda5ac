"""How likely a sum of neighbours is when the other cells' counts are dealt out at random, exactly.

Hold the count of a cell and deal the counts of all other cells out anew: the sum over its `k`
neighbours is then a sum of `k` draws without replacement. How many of the C(n - 1, k) hands give
the sum `s` is the coefficient of tᵏ·xˢ in the product of (1 + t·xᵛ) over the other cells' counts
`v`, for each draw takes a cell (t·xᵛ) or leaves it (1). This is the generating function of
combinations by number and sum (Riordan 1958, "An introduction to combinatorial analysis",
chapter 1), worked out as the network of Streitberg and Röhmel (1986, "Exact distributions for
permutation and rank tests", Statistical Software Newsletter 12(1), 10–17) does for two samples.
All terms are positive, so nothing cancels. The product is made once for all cells; leaving out
the one cell that is held divides it by (1 + t·xᵛ).
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

__all__ = ["exact_tails", "exact_work"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def exact_work(counts: Integers, sizes: Integers) -> float:
    """Estimate the work of `exact_tails`.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Incidents by cell.
    sizes : ndarray of int, shape (n,)
        How many neighbours each cell has.

    Returns
    -------
    float
        Additions; a hundred million take some 0.1 s. Infinite where numbers would overflow.

    Examples
    --------
    >>> exact_work(np.array([0, 1, 2, 3]), np.array([1, 2, 2, 1]))
    96.0
    """
    largest = int(sizes.max())
    if largest > 40:
        return float("inf")
    _values, multiples = np.unique(counts, return_counts=True)
    pairs = np.minimum(multiples, largest).sum() * largest
    # The division leaves out each distinct count once more.
    return float((pairs + len(multiples) * largest) * (_largest_sum(counts, largest) + 1))


def exact_tails(counts: Integers, sizes: Integers, *, sums: Integers) -> tuple[Array, Array]:
    """Compute both tails of the sum of neighbours given the cell's own count.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Incidents by cell, not negative.
    sizes : ndarray of int, shape (n,)
        How many neighbours each cell has, at most n - 1.
    sums : ndarray of int, shape (n,)
        The observed sum over the neighbours.

    Returns
    -------
    tuple of ndarray, shape (n,)
        The probability of a sum at least as large, and of one at least as small; both 1 without
        neighbours.

    Examples
    --------
    Of the three other counts 0, 1 and 5, two are drawn: sums 1, 5 and 6.

    >>> upper, lower = exact_tails(np.array([2, 0, 1, 5]), np.array([2, 0, 0, 0]), sums=np.array([6, 0, 0, 0]))
    >>> round(float(upper[0]), 6), float(lower[0])
    (0.333333, 1.0)
    """
    hands = _hands(counts, int(sizes.max()))
    upper, lower = np.ones(len(counts)), np.ones(len(counts))
    order = np.argsort(counts, kind="stable")
    values, starts = np.unique(counts[order], return_index=True)
    for value, members in zip(values.tolist(), np.split(order, starts[1:]), strict=True):
        without = _leave_one_out(hands, value)
        totals = without.sum(axis=1, keepdims=True)
        at_most = np.cumsum(without, axis=1) / totals
        at_least = np.cumsum(without[:, ::-1], axis=1)[:, ::-1] / totals
        upper[members] = at_least[sizes[members], sums[members]]
        lower[members] = at_most[sizes[members], sums[members]]
    return np.minimum(upper, 1.0), np.minimum(lower, 1.0)


def _largest_sum(counts: Integers, largest: int) -> int:
    return int(np.sort(counts)[-largest:].sum()) if largest else 0


def _hands(counts: Integers, largest: int) -> Array:
    hands = np.zeros((largest + 1, _largest_sum(counts, largest) + 1))
    hands[0, 0] = 1.0
    for value, multiple in zip(*(part.tolist() for part in np.unique(counts, return_counts=True)), strict=True):
        # From many draws to few: a row is read before it is itself written.
        for draws in range(largest, 0, -1):
            for taken in range(1, min(multiple, draws) + 1):
                reach = hands.shape[1] - taken * value
                if reach > 0:
                    hands[draws, taken * value :] += float(comb(multiple, taken)) * hands[draws - taken, :reach]
    return hands


def _leave_one_out(hands: Array, value: int) -> Array:
    without = hands.copy()
    for draws in range(1, len(hands)):
        without[draws, value:] -= without[draws - 1, : hands.shape[1] - value]
        # What should be zero is a rounding error of either sign.
        np.maximum(without[draws], 0.0, out=without[draws])
    return without
