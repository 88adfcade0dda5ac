"""Incidents counted in the units of another day: by place where it is known, by lineage where only a unit is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.incidents.summary import by_unit

__all__ = ["Descent", "Recast", "Share", "UnitSeries", "recast", "unit_series"]

# Shares measured on polygons add up to one only as far as their borders agree.
_WHOLE = 1 - 1e-6
# Lineage is a few changes deep; a longer chain is a table that leads in a circle.
_DEEPEST = 12
_PARTIAL = frozenset({"part", "remainder"})


@dataclass(frozen=True)
class Share:
    """Where one unit went, as seen from another day.

    Parameters
    ----------
    target : str
        Outside name of a unit in force on the day asked for.
    share : float or None
        Part of the unit that lies there, 0 to 1; None when nobody measured it.
    """

    target: str
    share: float | None


@dataclass(frozen=True)
class Recast:
    """Counts of n units, each with the range it certainly lies in.

    Parameters
    ----------
    low : ndarray of int64, shape (n,)
        Incidents that are certainly in the unit.
    count : ndarray of int64, shape (n,)
        Those and its part of the incidents that were spread.
    high : ndarray of int64, shape (n,)
        Incidents that may be in the unit.
    outside : int
        Incidents with a place in no unit.
    no_place : int
        Incidents with neither a place nor a known unit.
    not_placeable : int
        Incidents of a known unit that cannot be given to one unit of this day, kept apart.
    spread : int
        Incidents in `count` that were given out by shares, since several units may hold them.
    total : int
        All of them: ``count.sum() + outside + no_place + not_placeable``.
    """

    low: NDArray[np.int64]
    count: NDArray[np.int64]
    high: NDArray[np.int64]
    outside: int
    no_place: int
    not_placeable: int
    spread: int
    total: int


@dataclass(frozen=True)
class UnitSeries:
    """One unit through p periods.

    Parameters
    ----------
    low, count, high : ndarray of int64, shape (p,)
        As in `Recast`.
    """

    low: NDArray[np.int64]
    count: NDArray[np.int64]
    high: NDArray[np.int64]


class Descent:
    """Follows units through lineage to those in force on one day.

    Parameters
    ----------
    lineage : DataFrame
        Columns ``from_version, to_version, kind, area_share, population_share``; versions by outside name.
    targets : sequence of str
        Outside names of the units in force on the day asked for.

    Examples
    --------
    >>> rows = {"from_version": ["A@2009-01-01"] * 2, "to_version": ["B@2025-07-01", "C@2025-07-01"],
    ...         "kind": ["part"] * 2, "area_share": [0.75, 0.25], "population_share": [None, None]}
    >>> later = Descent(pd.DataFrame(rows), ["B@2025-07-01", "C@2025-07-01"])
    >>> [(share.target[0], share.share) for share in later.shares("A@2009-01-01")]
    [('B', 0.75), ('C', 0.25)]
    >>> Descent(pd.DataFrame(rows), ["A@2009-01-01"]).shares("C@2025-07-01")
    (Share(target='A@2009-01-01', share=1.0),)
    """

    def __init__(self, lineage: pd.DataFrame, targets: Sequence[str]) -> None:
        self._targets = frozenset(targets)
        self._after: dict[str, list[Share]] = defaultdict(list)
        self._before: dict[str, list[str]] = defaultdict(list)
        shares = _best_shares(lineage)
        divided = set()
        for old, new, kind, share in zip(
            lineage["from_version"], lineage["to_version"], lineage["kind"], shares, strict=True
        ):
            self._after[old].append(Share(new, share))
            self._before[new].append(old)
            if kind in _PARTIAL:
                divided.add(old)
        # A part of unknown size that stands alone: the table leaves the rest of the unit out.
        self._cut_short = {old for old in divided if [share.share for share in self._after[old]] == [None]}

    def shares(self, version: str) -> tuple[Share, ...]:
        """Tell which units of the day asked for a unit became, or came from.

        Parameters
        ----------
        version : str
            Outside name of any unit version.

        Returns
        -------
        tuple of Share
            Ordered by name; empty when lineage does not lead there.
        """
        if version in self._targets:
            return (Share(version, 1.0),)
        found, complete = self._forward(version)
        if not found:
            found, complete = self._backward(version)
        if len(found) == 1 and complete:
            # Whatever was measured, all of it is in the only unit there is.
            return (Share(next(iter(found)), 1.0),)
        return tuple(Share(name, found[name]) for name in sorted(found))

    def _forward(self, version: str) -> tuple[dict[str, float | None], bool]:
        """Follow a unit to later ones; also tell whether every part of it was found."""
        found: dict[str, float | None] = {}
        open_ends: dict[str, float | None] = {version: 1.0}
        complete = True
        for _step in range(_DEEPEST):
            onward: dict[str, float | None] = {}
            for name, part in open_ends.items():
                after = self._after.get(name, [])
                complete &= bool(after) and _adds_up(after) and name not in self._cut_short
                for share in after:
                    side = found if share.target in self._targets else onward
                    piece = _times(part, share.share)
                    side[share.target] = _plus(side[share.target], piece) if share.target in side else piece
            open_ends = onward
            if not open_ends:
                break
        return found, complete and not open_ends

    def _backward(self, version: str) -> tuple[dict[str, float | None], bool]:
        """Follow a unit to earlier ones; lineage tells no part of this unit that came from each."""
        found: dict[str, float | None] = {}
        open_ends = {version}
        complete = True
        for _step in range(_DEEPEST):
            complete &= all(name in self._before for name in open_ends)
            older = {name for newer in open_ends for name in self._before.get(newer, ())}
            found |= dict.fromkeys(older & self._targets, None)
            open_ends = older - self._targets
            if not open_ends:
                break
        return found, complete and not open_ends


def recast(
    unit: NDArray[np.integer],
    placed: NDArray[np.bool_],
    *,
    known_unit: Mapping[str, int],
    references: Sequence[str],
    descent: Descent,
    spread: bool = True,
) -> Recast:
    """Count incidents in the units of one day, leaving none out and counting none twice.

    An incident with a place is counted where it lies. One of which only the unit of its time is known is
    certainly in the unit that took all of that unit; where several took a part, it is spread by their shares
    (largest remainders, so whole incidents are given out), and may be in each of them.

    Parameters
    ----------
    unit : ndarray of int, shape (m,)
        Row of `references` each incident lies in; -1 in none.
    placed : ndarray of bool, shape (m,)
        Whether it has a place.
    known_unit : mapping of str to int
        Outside name of a unit -> how many of the incidents without a place are known to be in it.
    references : sequence of str, length n
        Outside names of the units in force on the day asked for.
    descent : Descent
        Follows units to those of `references`.
    spread : bool
        Whether incidents that may be in several units are spread; otherwise they are kept apart.

    Returns
    -------
    Recast
        Its parts add up to m.

    Examples
    --------
    >>> rows = {"from_version": ["A@1"] * 2, "to_version": ["B@2", "C@2"], "kind": ["part"] * 2,
    ...         "area_share": [0.75, 0.25], "population_share": [None, None]}
    >>> found = recast(np.array([0, 0, -1, -1]), np.array([True, True, False, False]), known_unit={"A@1": 2},
    ...                references=["B@2", "C@2"], descent=Descent(pd.DataFrame(rows), ["B@2", "C@2"]))
    >>> found.low.tolist(), found.count.tolist(), found.high.tolist(), found.not_placeable
    ([2, 0], [4, 0], [4, 2], 0)
    """
    counts = by_unit(unit[placed], len(references))
    low, high = counts[1:].copy(), counts[1:].copy()
    count = counts[1:].copy()
    row_of = {name: row for row, name in enumerate(references)}
    apart = spread_out = 0
    for version, number in sorted(known_unit.items()):
        shares = descent.shares(version)
        rows = [row_of[share.target] for share in shares]
        high[rows] += number
        given = _given_out(number, [share.share for share in shares], spread=spread)
        if given is None:
            apart += number
            continue
        count[rows] += given
        if len(rows) == 1:
            low[rows] += number
        else:
            spread_out += number
    without = int(np.count_nonzero(~placed)) - sum(known_unit.values())
    return Recast(low, count, high, int(counts[0]), without, apart, spread_out, len(unit))


def unit_series(
    certain: NDArray[np.int64],
    known_unit: Mapping[tuple[int, str], int],
    *,
    reference: str,
    descent: Descent,
) -> UnitSeries:
    """Count one unit period by period, as `recast` counts all units at once.

    Parameters
    ----------
    certain : ndarray of int64, shape (p,)
        Incidents with a place in the unit, in each period.
    known_unit : mapping of (int, str) to int
        Period and outside name of a unit -> incidents without a place known to be in it.
    reference : str
        Outside name of the unit counted.
    descent : Descent
        Follows units to those of the day asked for.

    Returns
    -------
    UnitSeries
        The series; summed over all units, each period has its incidents once.

    Examples
    --------
    >>> rows = pd.DataFrame({"from_version": ["A@1"], "to_version": ["B@2"], "kind": ["merge"],
    ...                      "area_share": [1.0], "population_share": [None]})
    >>> found = unit_series(np.array([3, 5]), {(0, "A@1"): 2}, reference="B@2", descent=Descent(rows, ["B@2"]))
    >>> found.low.tolist(), found.high.tolist()
    ([5, 5], [5, 5])
    """
    low, count, high = certain.copy(), certain.copy(), certain.copy()
    for (period, version), number in sorted(known_unit.items()):
        shares = descent.shares(version)
        rows = [row for row, share in enumerate(shares) if share.target == reference]
        if not rows:
            continue
        high[period] += number
        given = _given_out(number, [share.share for share in shares], spread=True)
        if given is not None:
            count[period] += given[rows[0]]
            low[period] += number if len(shares) == 1 else 0
    return UnitSeries(low, count, high)


def _given_out(number: int, shares: Sequence[float | None], *, spread: bool) -> NDArray[np.int64] | None:
    """Whole incidents for each share; None where they cannot be given out."""
    known = [share for share in shares if share is not None]
    if not shares or len(known) < len(shares) or (len(shares) > 1 and not spread):
        return None
    # A part of the unit that went to nobody known keeps its incidents out of reach.
    if sum(known) < _WHOLE:
        return None
    exact = np.array(known) / sum(known) * number
    given = np.floor(exact).astype(np.int64)
    rest = number - int(given.sum())
    given[np.argsort(given - exact, kind="stable")[:rest]] += 1
    return given


def _best_shares(lineage: pd.DataFrame) -> list[float | None]:
    # Incidents follow people; where nobody counted them, land.
    people = pd.to_numeric(lineage["population_share"], errors="coerce")
    land = pd.to_numeric(lineage["area_share"], errors="coerce")
    counted = people.notna().groupby(lineage["from_version"]).transform("all")
    best: Iterable[float] = people.where(counted, land)
    return [None if np.isnan(share) else float(share) for share in best]


def _adds_up(shares: Sequence[Share]) -> bool:
    # Where no share is known, the table is taken to name every part.
    known = [share.share for share in shares if share.share is not None]
    return len(known) < len(shares) or sum(known) >= _WHOLE


def _times(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one * other


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
