"""Seeded conditional permutations of the sum of neighbours, all cells at once.

Each permutation deals the other cells' counts out to the neighbours of a cell, as in Anselin
(1995, "Local indicators of spatial association: LISA", Geographical Analysis 27(2), 93–115). As
there, cells share their draws. Here even the sums are shared: `n - 1` places are numbered alike
for all cells by letting the last cell stand in the place of the cell that is held. The sum of the
drawn counts is then the same for every cell with `k` neighbours, except in the few permutations
that drew its own place, where the one count is put in for the other. So a cell costs one search
in a sorted list and no loop over permutations, and yet each sum is exactly the one its own
permutation gives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["permuted_tails"]

Integers = NDArray[np.int64]


def permuted_tails(
    counts: Integers, sizes: Integers, *, sums: Integers, permutations: int, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Count the permutations that reach the observed sums.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Incidents by cell.
    sizes : ndarray of int, shape (n,)
        How many neighbours each cell has, at most n - 1.
    sums : ndarray of int, shape (n,)
        The observed sum over the neighbours.
    permutations : int
        How many to draw.
    rng : numpy Generator
        The source of chance.

    Returns
    -------
    tuple of ndarray of int, shape (n,)
        How many permutations gave a sum at least as large, and at least as small.

    Examples
    --------
    >>> counts, sizes = np.array([2, 0, 1, 5]), np.array([2, 1, 1, 1])
    >>> upper, lower = permuted_tails(counts, sizes, sums=np.array([6, 5, 0, 2]),
    ...                               permutations=3000, rng=np.random.default_rng(1))
    >>> abs(int(upper[0]) - 1000) < 100, int(lower[0])
    (True, 3000)
    """
    last = len(counts) - 1
    places = _distinct_places(last, int(sizes.max()), permutations=permutations, rng=rng)
    running = np.zeros((permutations, places.shape[1] + 1), dtype=np.int64)
    np.cumsum(counts[places], axis=1, out=running[:, 1:])
    upper = np.zeros(len(counts), dtype=np.int64)
    lower = np.zeros(len(counts), dtype=np.int64)
    for size in np.unique(sizes).tolist():
        members = np.flatnonzero(sizes == size)
        dealt = np.sort(running[:, size])
        upper[members] = permutations - np.searchsorted(dealt, sums[members], side="left")
        lower[members] = np.searchsorted(dealt, sums[members], side="right")
    row, draw = np.nonzero(np.arange(places.shape[1]) < sizes[places])
    cell = places[row, draw]
    shared = running[row, sizes[cell]]
    own = shared - counts[cell] + counts[last]
    np.add.at(upper, cell, (own >= sums[cell]).astype(np.int64) - (shared >= sums[cell]))
    np.add.at(lower, cell, (own <= sums[cell]).astype(np.int64) - (shared <= sums[cell]))
    return upper, lower


def _distinct_places(count: int, draws: int, *, permutations: int, rng: np.random.Generator) -> Integers:
    # Beyond this, fewer than one hand in twenty would hold every place once.
    if draws * draws > 6 * count:
        deals = np.broadcast_to(np.arange(count, dtype=np.int64), (permutations, count))
        return rng.permuted(deals, axis=1)[:, :draws]
    places = rng.integers(count, size=(permutations, draws))
    again = _with_repeats(places)
    # A hand that holds a place twice is dealt anew, which leaves all hands without one equally likely.
    while len(again):
        places[again] = rng.integers(count, size=(len(again), draws))
        again = again[_with_repeats(places[again])]
    return places


def _with_repeats(places: Integers) -> Integers:
    ordered = np.sort(places, axis=1)
    return np.flatnonzero((np.diff(ordered, axis=1) == 0).any(axis=1))
