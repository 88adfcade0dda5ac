"""What a reader of the published cube can derive of the counts that were left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.masking.cube import Cube, MonthOfCube
from layers.wording import Text

__all__ = ["Audit", "Intervals", "audit", "intervals"]

_UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Intervals:
    """For every unit and group of one month, the bounds on any piece that is not listed.

    Within a unit and group all unlisted pieces have the same bounds, because nothing published tells them apart.

    Parameters
    ----------
    low, high : ndarray of int, shape (u, g)
        Smallest and largest count that fits what was published; low above high where nothing fits.
    rest : ndarray of int, shape (u, g)
        Published total less the listed pieces; -1 without a total.
    unlisted : ndarray of int, shape (u, g)
        Pieces that are not listed.
    listed : ndarray of int, shape (u, g)
        Pieces that are.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    rest: NDArray[np.int64]
    unlisted: NDArray[np.int64]
    listed: NDArray[np.int64]

    @property
    def hides(self) -> NDArray[np.bool_]:
        """Where something may be hidden: not where the listed pieces make up the whole total."""
        return np.asarray(self.rest != 0, dtype=np.bool_)


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Parameters
    ----------
    k_reached : int or None
        The smallest count above 0 that is published or can be derived by subtraction; None when nothing is published.
    narrowest : int or None
        Width of the narrowest interval of a hidden piece; None when nothing can be.
    cells, totals, withheld : int
        Published pieces; published totals; totals that are withheld beside listed pieces.
    faults : tuple of Text
        Each breach of the rule; empty when the cube keeps it.
    """

    k_reached: int | None
    narrowest: int | None
    cells: int
    totals: int
    withheld: int
    faults: tuple[Text, ...]


def intervals(month: MonthOfCube) -> Intervals:
    """Bound every piece that is not listed, for a reader who knows the rule and k.

    Each unlisted piece holds 0 to k - 1 and, with a published total, all m of them together hold the rest R. The
    largest and smallest of one of them are then ``min(k - 1, R)`` and ``max(0, R - (m - 1)(k - 1))``: one equation
    with coefficients of 1 takes whole numbers at its extremes, so the bounds of the linear programme and of
    exact enumeration are the same. With the total withheld R may still be 1 to k - 1, which leaves 0 to k - 1, or
    1 to k - 1 for a single piece.

    Parameters
    ----------
    month : MonthOfCube
        As published.

    Returns
    -------
    Intervals
        The bounds.
    """
    shape, most = (len(month.units), len(month.rule.groups)), month.rule.k - 1
    total = np.full(shape, _UNKNOWN, dtype=np.int64)
    total[month.totals.unit, month.totals.group] = month.totals.count
    listed, listed_sum = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(listed, (month.cells.unit, month.cells.group), 1)
    np.add.at(listed_sum, (month.cells.unit, month.cells.group), month.cells.count)
    known = total != _UNKNOWN
    rest = np.where(known, total - listed_sum, _UNKNOWN)
    unlisted = np.maximum(month.pieces[:, None] - listed, 0)
    # Where a total is withheld something is hidden, be it in the only piece left or in slivers.
    alone = (~known & (listed > 0) & (unlisted <= 1)).astype(np.int64)
    low = np.where(known, np.maximum(0, rest - (unlisted - 1) * most), alone)
    return Intervals(low, np.where(known, np.minimum(most, rest), most), rest, unlisted, listed)


def audit(cube: Cube) -> Audit:
    """Look for counts that could be derived from what was published.

    Only published figures are used, so anybody can repeat it.

    Parameters
    ----------
    cube : Cube
        As published.

    Returns
    -------
    Audit
        What was reached and every breach of the rule.
    """
    found = [(month, intervals(month)) for month in cube.months]
    smallest = [int(figures.min()) for pair in found for figures in _figures(*pair) if len(figures)]
    widths = [int((bounds.high - bounds.low)[bounds.hides].min()) for _month, bounds in found if bounds.hides.any()]
    withheld = sum(int(np.count_nonzero((bounds.rest == _UNKNOWN) & (bounds.listed > 0))) for _month, bounds in found)
    return Audit(
        k_reached=min(smallest, default=None),
        narrowest=min(widths, default=None),
        cells=sum(len(month.cells.count) for month in cube.months),
        totals=sum(len(month.totals.count) for month in cube.months),
        withheld=withheld,
        faults=tuple(fault for pair in found for fault in _faults(*pair)),
    )


def _figures(month: MonthOfCube, bounds: Intervals) -> tuple[NDArray[np.int64], ...]:
    rest = bounds.rest[bounds.rest > 0]
    return month.cells.count, month.totals.count, rest


def _faults(month: MonthOfCube, bounds: Intervals) -> list[Text]:
    k, when = month.rule.k, f"{month.first_day:%m/%Y}"
    faults = []
    if (month.cells.count < k).any() or (month.totals.count < k).any():
        faults.append(Text(f"{when}: có số nhỏ hơn {k} được công bố.", f"{when}: a count below {k} is published."))
    derivable = (bounds.rest != _UNKNOWN) & (bounds.rest != 0) & (bounds.rest < k)
    alone = (bounds.rest == _UNKNOWN) & (bounds.listed > 0) & (bounds.unlisted <= 1)
    narrow = bounds.hides & (bounds.high - bounds.low < k - 1 - alone)
    for unit, group in np.argwhere(derivable | narrow).tolist():
        place = f"{when}, {month.units[unit]}, {month.rule.groups[group]}"
        faults.append(
            Text(
                f"{place}: trừ tổng cho các ô đã công bố thì suy ra được ô không công bố.",
                f"{place}: the total less the listed cells tells a cell that is not listed.",
            )
        )
    return faults
