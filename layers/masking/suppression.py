r"""Which counts may be published: small ones are left out, and totals that would tell them.

For each month, group and unit there is one table: the counts :math:`x_1 … x_N` of the unit's pieces and their total
:math:`U = \sum x_i`. That sum is the only relation between published figures, because nothing is published for
provinces, years or all groups together. So the problem of suppressing further cells, hard for tables of many
dimensions (Fischetti and Salazar 2001, "Solving the cell suppression problem on tabular data with linear
constraints", Management Science 47), has a short answer here:

1. A piece is listed if its count is at least k. Pieces with nothing and pieces with 1 to k − 1 are not listed and
   look the same.
2. Of the total a reader learns the rest :math:`R = U - \sum` listed, spread over the m pieces that are not listed,
   of each of which the rule itself tells that it has 0 to k − 1. The total is published if U is at least k and

   * R = 0: there is nothing to hide, or
   * R ≥ k, so that the rest is no small count itself, and R ≤ (m − 1)(k − 1), so that even with one piece at 0 the
     others have room for all of R.

   Otherwise the total is withheld. It is the figure that costs least: with R < k it is known within k − 1 anyway,
   while a listed piece taken away in its place would be lost whole.

What a reader can derive (Willenborg and de Waal 2001, "Elements of Statistical Disclosure Control", Springer):
with the second condition every value from 0 to k − 1 of any unlisted piece can be completed to R by the others, each
at most k − 1. Every such completion has the same listed pieces, the same U and so the same publication; hence even a
reader who knows this text and k (Wong et al. 2007, "Minimality attack in privacy preserving data publishing", VLDB)
excludes none of them. With the total withheld, R is 1 to k − 1 or beyond the second bound; the first
alone already leaves 0 to k − 1 where m ≥ 2, and 1 to k − 1 where a single piece is not listed.

The rule guards against readers of what is published. A reader who knows some of the incidents already can
subtract these; k should leave room for that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST_K", "Kept", "kept"]

# With 2 a single unlisted piece beside a withheld total would be known to hold 1.
FEWEST_K = 3


@dataclass(frozen=True, eq=False)
class Kept:
    """What of some tables may be published.

    Parameters
    ----------
    listed : ndarray of bool, shape (c,)
        Whether each piece's count is published.
    totals : ndarray of int, shape (t,)
        The total of each table, published or not.
    with_total : ndarray of bool, shape (t,)
        Whether each table's total is published.
    """

    listed: NDArray[np.bool_]
    totals: NDArray[np.int64]
    with_total: NDArray[np.bool_]


def kept(table: NDArray[np.int64], count: NDArray[np.int64], *, pieces: NDArray[np.int64], k: int) -> Kept:
    """Decide what is published of many tables at once; see the module's text for the rule.

    Parameters
    ----------
    table : ndarray of int, shape (c,)
        The table of each piece that holds anything, 0 to t - 1.
    count : ndarray of int, shape (c,)
        Its incidents, at least 1.
    pieces : ndarray of int, shape (t,)
        Pieces of each table's unit, those with nothing included.
    k : int
        Smallest count that is published, at least `FEWEST_K`.

    Returns
    -------
    Kept
        What may be published.

    Examples
    --------
    The rest is 7 in the first table, 1 in the second, 0 in the third:

    >>> found = kept(np.array([0, 0, 0, 1, 1, 2]), np.array([9, 4, 3, 9, 1, 9]), pieces=np.full(3, 40), k=5)
    >>> found.listed.tolist(), found.with_total.tolist()
    ([True, False, False, True, False, True], [True, False, True])
    """
    listed = count >= k
    totals = _sums(table, count, len(pieces))
    rest = totals - _sums(table[listed], count[listed], len(pieces))
    unlisted = pieces - np.bincount(table[listed], minlength=len(pieces))
    hidden_well = (rest >= k) & (rest <= (unlisted - 1) * (k - 1))
    return Kept(listed, totals, (totals >= k) & ((rest == 0) | hidden_well))


def _sums(table: NDArray[np.int64], count: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    sums = np.zeros(length, dtype=np.int64)
    np.add.at(sums, table, count)
    return sums
