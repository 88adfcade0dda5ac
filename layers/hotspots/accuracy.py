"""How well a forecast of places did: hit rate, PAI, PEI* and RRI.

All four compare what happened with where it was expected:

- *hit rate* n/N: the share of the incidents that fell into the area marked;
- *PAI* (n/N)/(a/A): the hit rate by the share of the area marked (Chainey, Tompson and Uhlig 2008, "The utility of
  hotspot mapping for predicting spatial patterns of crime", Security Journal 21, 4–28);
- PEI* n/n*: PAI by the largest PAI that the same area could have had, known only afterwards (Hunt 2016, "Do crime
  hot spots move? Exploring the effects of the modifiable areal unit problem and modifiable temporal unit problem
  on crime hot spot stability", thesis, American University; White, Hunt and Green 2023, "A discussion of current
  crime forecasting indices and an improvement to the prediction efficiency index for applications", Security
  Journal);
- *RRI* (n2/N2)/(n1/N1): the share caught afterwards by the share that the same area held before (Levine 2008, "The
  “hottest” part of a hotspot: comments on “The utility of hotspot mapping for predicting spatial patterns of
  crime”", Security Journal 21, 295–302). Both parts are taken relative to all incidents of their period.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.errors import InvalidParameter
from layers.wording import Text

__all__ = [
    "Interval",
    "best_catch",
    "caught",
    "exact_share",
    "hit_rate",
    "prediction_accuracy_index",
    "prediction_efficiency_index",
    "recapture_rate_index",
]

Array = NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate and how far it may be off.

    Parameters
    ----------
    estimate : float
        The measure; not a number where nothing happened to measure it by.
    low, high : float
        The ends of the 95 % interval.
    """

    estimate: float
    low: float
    high: float


def caught(score: Array, counts: Array, *, area_m2: Array, coverages: Sequence[float]) -> Array:
    """Count the incidents in the cells with the highest scores, up to a share of the area.

    Cells with equal scores share what area is left between them, as they would on average in random order; of
    the last cell the part that still fits is marked. So a score that is equal everywhere catches exactly the
    coverage, and no order of the cells can flatter a method.

    Parameters
    ----------
    score : ndarray of float, shape (cells,)
        Higher is marked first.
    counts : ndarray of float, shape (cells,)
        Incidents in each cell.
    area_m2 : ndarray of float, shape (cells,)
        Area of each cell.
    coverages : sequence of float
        Shares of the whole area, each more than 0 and at most 1.

    Returns
    -------
    ndarray of float, shape (coverages,)
        Incidents in the area marked.

    Raises
    ------
    InvalidParameter
        When a score is not finite, an area is not more than 0, a coverage is none or the lengths differ.

    Examples
    --------
    >>> area_m2 = np.ones(4)
    >>> caught(np.array([9.0, 5, 5, 1]), np.array([3.0, 2, 0, 1]), area_m2=area_m2, coverages=[0.25, 0.5, 0.75])
    array([3., 4., 5.])
    """
    score, counts = np.asarray(score, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    _check_cells(score, counts, area_m2)
    _check_coverages(coverages)
    order = np.argsort(-score, kind="stable")
    falls = np.flatnonzero(np.diff(score[order]) != 0)
    ends = np.append(falls, len(order) - 1)
    area = np.append(0.0, np.cumsum(area_m2[order])[ends])
    held = np.append(0.0, np.cumsum(counts[order])[ends])
    return np.asarray(np.interp(np.asarray(coverages) * area[-1], area, held), dtype=np.float64)


def best_catch(counts: Array, *, area_m2: Array, coverages: Sequence[float]) -> Array:
    """Count the most incidents that the same area could have held, known only afterwards.

    With cells of one size this is the sum of the fullest cells; otherwise an upper bound, the last cell being
    taken in part (Dantzig 1957, "Discrete-variable extremum problems", Operations Research 5(2), 266–288).

    Parameters
    ----------
    counts : ndarray of float, shape (cells,)
        Incidents in each cell.
    area_m2 : ndarray of float, shape (cells,)
        Area of each cell.
    coverages : sequence of float
        Shares of the whole area.

    Returns
    -------
    ndarray of float, shape (coverages,)
        Incidents.
    """
    return caught(np.asarray(counts) / area_m2, counts, area_m2=area_m2, coverages=coverages)


def hit_rate(inside: ArrayLike, total: ArrayLike) -> Array:
    """Divide the incidents in the area marked by all.

    Parameters
    ----------
    inside, total : float or ndarray of float
        Incidents in the area marked, and everywhere.

    Returns
    -------
    ndarray of float
        Between 0 and 1; not a number without incidents.

    Examples
    --------
    >>> float(hit_rate(31, 100))
    0.31
    """
    part, whole = np.asarray(inside, dtype=np.float64), np.asarray(total, dtype=np.float64)
    unknown = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.asarray(np.divide(part, whole, out=unknown, where=whole > 0), dtype=np.float64)


def prediction_accuracy_index(hit: ArrayLike, area_share: ArrayLike) -> Array:
    """Divide the hit rate by the share of the area marked (Chainey et al. 2008).

    Parameters
    ----------
    hit : float or ndarray of float
        Hit rate.
    area_share : float or ndarray of float
        The area marked by the whole area.

    Returns
    -------
    ndarray of float
        1 is no better than chance.

    Examples
    --------
    >>> prediction_accuracy_index([0.25, 0.2], [0.5, 0.1]).tolist()
    [0.5, 2.0]
    """
    return np.asarray(hit, dtype=np.float64) / np.asarray(area_share, dtype=np.float64)


def prediction_efficiency_index(inside: ArrayLike, best: ArrayLike) -> Array:
    """Divide PAI by the largest PAI of the same area, PEI* (Hunt 2016; White, Hunt and Green 2023).

    Total and area cancel out, so it is the incidents caught by the most that could have been.

    Parameters
    ----------
    inside, best : float or ndarray of float
        Incidents in the area marked, and in the best choice of as much area.

    Returns
    -------
    ndarray of float
        Between 0 and 1; not a number without incidents.

    Examples
    --------
    >>> float(prediction_efficiency_index(30, 40))
    0.75
    """
    return np.minimum(hit_rate(inside, best), 1.0)


def recapture_rate_index(hit_after: ArrayLike, hit_before: ArrayLike) -> Array:
    """Divide the hit rate afterwards by the share the same area held before (Levine 2008).

    Parameters
    ----------
    hit_after, hit_before : float or ndarray of float
        The share of the incidents in the area marked, in the period forecast and in the history.

    Returns
    -------
    ndarray of float
        1 when the area keeps its share, less when the hotspot fades; not a number when it held none.

    Examples
    --------
    >>> round(float(recapture_rate_index(30 / 150, 50 / 200)), 6)
    0.8
    """
    return hit_rate(hit_after, hit_before)


def exact_share(inside: float, total: float, *, level: float = 0.95) -> Interval:
    """Give the exact interval of a share (Clopper and Pearson 1934, Biometrika 26(4), 404–413).

    Parameters
    ----------
    inside, total : float
        Incidents counted, and all; part of an incident stands where cells with equal scores shared an area.
    level : float
        How often such intervals hold the true share, at least.

    Returns
    -------
    Interval
        Between 0 and 1; not a number without incidents.

    Examples
    --------
    >>> [round(value, 4) for value in exact_share(0, 10)], [round(value, 4) for value in exact_share(5, 10)]
    ([0.0, 0.0, 0.3085], [0.5, 0.1871, 0.8129])
    """
    from scipy import special

    if not total:
        return Interval(float("nan"), float("nan"), float("nan"))
    tail = (1 - level) / 2
    low = special.betaincinv(inside, total - inside + 1, tail) if inside > 0 else 0.0
    high = special.betaincinv(inside + 1, total - inside, 1 - tail) if inside < total else 1.0
    share = inside / total
    # Of a vanishing part of one incident the inverse is no closer than 1e-12.
    return Interval(share, min(float(low), share), max(float(high), share))


def _check_cells(score: Array, counts: Array, area_m2: Array) -> None:
    if not (score.shape == counts.shape == area_m2.shape and np.isfinite(score).all()):
        raise InvalidParameter(
            Text("Phương pháp không cho mỗi ô một điểm số dùng được.",
                 "The method does not give each cell a score that can be used."),
            Text("Trả về một số cho mỗi ô của khu vực, kể cả ô trống.",
                 "Return one number for each cell of the area, empty ones included."),
        )  # fmt: skip
    if not (np.isfinite(area_m2).all() and (area_m2 > 0).all()):
        raise InvalidParameter(
            Text("Có ô không có diện tích.", "Some cells have no area."),
            Text("Bỏ các ô nằm ngoài khu vực.", "Leave out the cells outside the area."),
        )


def _check_coverages(coverages: Sequence[float]) -> None:
    if not coverages or not all(0 < coverage <= 1 for coverage in coverages):
        raise InvalidParameter(
            Text("Tỷ lệ diện tích không dùng được.", "The shares of the area cannot be used."),
            Text(
                "Chọn các số lớn hơn 0 và không quá 1, ví dụ 0,05.", "Choose numbers above 0, at most 1, such as 0.05."
            ),
        )
