"""Local statistics of counts by cell: Gi* and local Moran, with what makes them trustworthy.

`z` is the analytic score of the literature and orders cells; it decides nothing, for at low
counts the normal law is far too bold. What decides is the probability `p` under random dealing of
the other cells' counts to the neighbours (Anselin 1995, "Local indicators of spatial association:
LISA", Geographical Analysis 27(2), 93–115), two-sided, corrected for the number of cells looked at
(Benjamini and Hochberg 1995, "Controlling the false discovery rate", Journal of the Royal
Statistical Society B 57(1), 289–300). It is taken from the exact law of that dealing where the
work allows, else from so many permutations that the correction can decide every cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter
from layers.hotspots.evidence import Evidence, hash_of_arrays
from layers.hotspots.exact_tails import exact_tails, exact_work
from layers.hotspots.neighbours import Neighbours
from layers.hotspots.permutations import permuted_tails
from layers.wording import Text

__all__ = ["FALSE_DISCOVERY_RATE", "LEAST_CELLS", "LocalResult", "local_gistar", "local_moran", "local_score"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

FALSE_DISCOVERY_RATE = 0.05

# With fewer cells there is no "elsewhere" to compare a neighbourhood with.
LEAST_CELLS = 10

# Additions; about half a second.
_EXACT_WORK = 5e8
_MOST_PERMUTATIONS = 1_000_000


@dataclass(frozen=True)
class LocalResult:
    """A local statistic for every cell.

    Parameters
    ----------
    statistic : str
        ``"gistar"``, ``"gi"`` or ``"moran"``.
    counts : ndarray of int, shape (n,)
        Incidents by cell.
    z : ndarray of float, shape (n,)
        The analytic score; 0 where it is not defined.
    p_sim : ndarray of float, shape (n,)
        Two-sided, from the permutations drawn; nan for cells without neighbours.
    permutations : int
        How many were drawn.
    p : ndarray of float, shape (n,)
        Two-sided, what `q` is made from; nan for cells without neighbours.
    exact : bool
        Whether `p` is the exact law; otherwise it equals `p_sim`.
    q : ndarray of float, shape (n,)
        `p` corrected by the false discovery rate; nan for cells without neighbours.
    pattern : ndarray of str, shape (n,)
        What can be said at a false discovery rate of 5 %: ``"hot"``, ``"cold"`` or ``""``; local
        Moran adds ``"high_low"`` and ``"low_high"``, a cell unlike its neighbours.
    notes : tuple of Text
        What a reader must know: cells without neighbours, no variance.
    evidence : Evidence
        Hash of the inputs, parameters, seed, version.
    """

    statistic: str
    counts: Integers
    z: Array
    p_sim: Array
    permutations: int
    p: Array
    exact: bool
    q: Array
    pattern: NDArray[np.str_]
    notes: tuple[Text, ...]
    evidence: Evidence

    @property
    def hot(self) -> NDArray[np.bool_]:
        """Which cells are hotspots, shape (n,)."""
        hot: NDArray[np.bool_] = self.pattern == "hot"
        return hot


def local_gistar(
    counts: Integers, neighbours: Neighbours, *, seed: int, permutations: int = 999, include_self: bool = True
) -> LocalResult:
    """Compute Gi* (Ord and Getis 1995, "Local spatial autocorrelation statistics", eq. 14).

    Weights are binary. The cell itself belongs to its neighbourhood; without it the statistic is
    Gi (their eq. 12).

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Incidents in every cell of the study area, empty ones included.
    neighbours : Neighbours
        Of every cell.
    seed : int
        Of the permutations.
    permutations : int
        How many to draw at least.
    include_self : bool
        Whether a cell belongs to its own neighbourhood.

    Returns
    -------
    LocalResult
        Scores and probabilities for every cell.

    Raises
    ------
    EmptyInput
        With fewer than two incidents or fewer than `LEAST_CELLS` cells.
    InvalidParameter
        When a count is negative or not whole, the neighbours belong to other cells, or
        `permutations` is less than 1.

    Examples
    --------
    >>> from layers.hotspots.neighbours import lattice_neighbours
    >>> row, column = np.divmod(np.arange(400), 20)
    >>> counts = np.random.default_rng(1).poisson(1.0, 400)
    >>> counts[(abs(row - 5) <= 1) & (abs(column - 5) <= 1)] += 8
    >>> result = local_gistar(counts, lattice_neighbours(row, column), seed=1)
    >>> bool(result.hot[5 * 20 + 5]), bool(result.hot[15 * 20 + 15])
    (True, False)
    """
    counts = _checked(counts, neighbours, permutations=permutations)
    sums, sizes = neighbours.sums(counts), neighbours.counts
    z = local_score(counts, neighbours, include_self=include_self)
    tails = _tails(counts, sizes, sums=sums, permutations=permutations, seed=seed)
    q, sign = _false_discovery(tails.p), np.sign(z)
    agree = (q <= FALSE_DISCOVERY_RATE) & (sign == tails.direction)
    pattern = np.where(agree & (sign > 0), "hot", np.where(agree & (sign < 0), "cold", ""))
    name = "gistar" if include_self else "gi"
    return _result(name, counts, neighbours, z=z, tails=tails, pattern=pattern)


def local_moran(counts: Integers, neighbours: Neighbours, *, seed: int, permutations: int = 999) -> LocalResult:
    """Compute local Moran (Anselin 1995, eq. 12) with its conditional score.

    Weights are binary without the cell itself; dividing them by their number changes neither
    score nor probability. The score is standardised by mean and variance under random dealing of
    the other counts (Sokal, Oden and Thomson 1998, "Local spatial autocorrelation in a biological
    model", Geographical Analysis 30(4), 331–354, eq. A7 and A8).

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Incidents in every cell of the study area, empty ones included.
    neighbours : Neighbours
        Of every cell.
    seed : int
        Of the permutations.
    permutations : int
        How many to draw at least.

    Returns
    -------
    LocalResult
        Scores and probabilities for every cell.

    Raises
    ------
    EmptyInput
        With fewer than two incidents or fewer than `LEAST_CELLS` cells.
    InvalidParameter
        When a count is negative or not whole, the neighbours belong to other cells, or
        `permutations` is less than 1.

    Examples
    --------
    >>> from layers.hotspots.neighbours import lattice_neighbours
    >>> row, column = np.divmod(np.arange(400), 20)
    >>> counts = np.random.default_rng(1).poisson(1.0, 400)
    >>> counts[5 * 20 + 5] = 0
    >>> counts[[84, 85, 86, 104, 106, 124, 125, 126]] += 9
    >>> str(local_moran(counts, lattice_neighbours(row, column), seed=1).pattern[105])
    'low_high'
    """
    counts = _checked(counts, neighbours, permutations=permutations)
    sums, sizes = neighbours.sums(counts), neighbours.counts
    own = np.sign(counts - counts.mean())
    z = own * _given_own(counts, sums, sizes=sizes)
    tails = _tails(counts, sizes, sums=sums, permutations=permutations, seed=seed)
    told = _false_discovery(tails.p) <= FALSE_DISCOVERY_RATE
    pattern = np.full(len(counts), "", dtype="<U8")
    for name, high, around in (("hot", 1, 1), ("cold", -1, -1), ("high_low", 1, -1), ("low_high", -1, 1)):
        pattern[told & (own == high) & (tails.direction == around)] = name
    return _result("moran", counts, neighbours, z=z, tails=tails, pattern=pattern)


def local_score(counts: Integers, neighbours: Neighbours, *, include_self: bool = True) -> Array:
    """Compute the analytic score of Gi* alone, to order cells where nothing has to be decided.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Incidents in every cell of the study area, empty ones included.
    neighbours : Neighbours
        Of every cell.
    include_self : bool
        Whether a cell belongs to its own neighbourhood.

    Returns
    -------
    ndarray of float, shape (n,)
        z; 0 where it is not defined.
    """
    if len(counts) <= 2:
        # One cell has no others, and two hold too little to vary.
        return np.zeros(len(counts))
    sums, sizes = neighbours.sums(counts), neighbours.counts
    if include_self:
        return _star_score(counts, sums + counts, sizes=sizes + 1)
    return _given_own(counts, sums, sizes=sizes)


class _Tails(NamedTuple):
    p_sim: Array
    p: Array
    direction: Array
    permutations: int
    asked: int
    seed: int
    exact: bool


def _tails(counts: Integers, sizes: Integers, *, sums: Integers, permutations: int, seed: int) -> _Tails:
    exact = exact_work(counts, sizes) <= _EXACT_WORK
    # The smallest p that permutations can give, twice 1 / (drawn + 1), must pass the first step of the
    # correction, 0.05 / n. The number is fixed beforehand, so that looking at the results cannot bend it.
    enough = int(np.ceil(2 * len(counts) / FALSE_DISCOVERY_RATE))
    drawn = permutations if exact else max(permutations, min(enough, _MOST_PERMUTATIONS))
    rng = Generator(PCG64(seed))
    reached = permuted_tails(counts, sizes, sums=sums, permutations=drawn, rng=rng)
    simulated = ((reached[0] + 1) / (drawn + 1), (reached[1] + 1) / (drawn + 1))
    upper, lower = exact_tails(counts, sizes, sums=sums) if exact else simulated
    alone = sizes == 0
    p_sim, p = (np.where(alone, np.nan, _two_sided(*tails)) for tails in (simulated, (upper, lower)))
    return _Tails(p_sim, p, np.sign(lower - upper), drawn, permutations, seed, exact)


def _two_sided(upper: Array, lower: Array) -> Array:
    return np.minimum(1.0, 2.0 * np.minimum(upper, lower))


def _false_discovery(p: Array) -> Array:
    from scipy.stats import false_discovery_control  # half a second that only a test has to pay

    q = np.full(len(p), np.nan)
    known = np.isfinite(p)
    if known.any():
        q[known] = false_discovery_control(p[known], method="bh")
    return q


def _star_score(counts: Integers, sums: Integers, *, sizes: Integers) -> Array:
    n = len(counts)
    variance = sizes * (n - sizes) / (n - 1) * counts.var()
    return _standardised(sums - sizes * counts.mean(), variance)


def _given_own(counts: Integers, sums: Integers, *, sizes: Integers) -> Array:
    others = len(counts) - 1
    mean = (counts.sum() - counts) / others
    variance = ((counts.astype(np.float64) ** 2).sum() - counts.astype(np.float64) ** 2) / others - mean**2
    return _standardised(sums - sizes * mean, sizes * (others - sizes) / (others - 1) * variance)


def _standardised(excess: Array, variance: Array) -> Array:
    # A variance of a rounding error is none.
    defined = variance > 1e-12 * max(1.0, float(variance.max(initial=0.0)))
    return np.where(defined, excess / np.sqrt(np.where(defined, variance, 1.0)), 0.0)


def _result(
    statistic: str, counts: Integers, neighbours: Neighbours, *, z: Array, tails: _Tails, pattern: NDArray[np.str_]
) -> LocalResult:
    parameters = {
        "cells": len(counts), "permutations_asked": tails.asked, "false_discovery_rate": FALSE_DISCOVERY_RATE,
    }  # fmt: skip
    hashed = hash_of_arrays(counts, neighbours.starts, neighbours.cells)
    return LocalResult(
        statistic, counts, z, tails.p_sim, tails.permutations, tails.p, tails.exact, _false_discovery(tails.p),
        pattern, _notes(counts, neighbours, tails), Evidence(statistic, parameters, hashed, tails.seed),
    )  # fmt: skip


def _notes(counts: Integers, neighbours: Neighbours, tails: _Tails) -> tuple[Text, ...]:
    notes = []
    alone = int(neighbours.islands.sum())
    if alone:
        notes.append(Text(f"{alone} vùng đếm không giáp vùng nào nên không được kiểm định.",
                          f"{alone} cells have no neighbour and are not tested."))  # fmt: skip
    if np.ptp(counts) == 0:
        notes.append(Text("Mọi ô có cùng số vụ nên không thể có điểm nóng.",
                          "Every cell has the same count, so there can be no hotspot."))  # fmt: skip
    floor = 2 / (tails.permutations + 1)
    undecided = int((tails.p <= floor).sum())
    if not tails.exact and floor * len(counts) > FALSE_DISCOVERY_RATE * max(undecided, 1):
        notes.append(Text(f"Số hoán vị chưa đủ để kết luận cho {undecided} ô.",
                          f"There are too few permutations to decide {undecided} cells."))  # fmt: skip
    return tuple(notes)


def _checked(counts: Integers, neighbours: Neighbours, *, permutations: int) -> Integers:
    whole = np.asarray(counts)
    if len(whole) != len(neighbours.counts) or not (np.isfinite(whole).all() and (whole >= 0).all()
                                                   and (whole == np.rint(whole)).all()):  # fmt: skip
        raise InvalidParameter(
            Text("Số vụ theo ô không hợp lệ.", "The counts by cell are not valid."),
            Text("Đưa vào một số nguyên không âm cho mỗi ô.", "Give one whole number, not negative, for every cell."),
        )
    if permutations < 1:
        raise InvalidParameter(
            Text(f"Không thể lấy {permutations} hoán vị.", f"{permutations} permutations cannot be drawn."),
            Text("Chọn ít nhất 1, thường là 999.", "Choose at least 1, usually 999."),
        )
    if len(whole) < LEAST_CELLS:
        raise EmptyInput(
            Text(f"Chỉ có {len(whole)} ô: quá ít để so sánh.", f"{len(whole)} cells are too few to compare."),
            Text(f"Chọn ô nhỏ hơn hoặc phạm vi rộng hơn (từ {LEAST_CELLS} ô).",
                 f"Choose smaller cells or a wider area ({LEAST_CELLS} cells or more)."),
        )  # fmt: skip
    if whole.sum() < 2:
        raise EmptyInput(
            Text("Cần ít nhất hai vụ trong phạm vi để tìm điểm nóng.",
                 "Hotspots need at least two incidents in the study area."),
            Text("Mở rộng thời gian, loại vụ việc hoặc phạm vi.", "Widen the period, the categories or the area."),
        )  # fmt: skip
    return whole.astype(np.int64)
