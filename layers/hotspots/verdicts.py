"""From the catches of several periods to one figure, its interval, and a verdict in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product

import numpy as np
from numpy.typing import NDArray

from layers.hotspots.accuracy import (
    Interval,
    hit_rate,
    prediction_accuracy_index,
    prediction_efficiency_index,
    recapture_rate_index,
)
from layers.hotspots.baselines import BASELINE_NAMES
from layers.hotspots.methods import METHOD_NAMES
from layers.wording import Text

__all__ = ["Catches", "Summary", "Verdict", "judge", "summarise"]

Array = NDArray[np.float64]

_REPLICATES = 2_000
_LEVEL = 0.05
# Up to here all ways to flip the signs are tried; beyond, this many of them drawn at random do.
_EXACT_PERIODS = 12
_FLIPS = 9_999


@dataclass(frozen=True)
class Catches:
    """What forecasts caught, by coverage, or by period and coverage.

    Parameters
    ----------
    inside, total : ndarray of float, shape (coverages,) or (periods, coverages)
        Incidents of the period in the area marked, and everywhere.
    best : ndarray of float, of the same shape
        Incidents in the best choice of as much area.
    inside_before, total_before : ndarray of float, of the same shape
        Incidents of the history in the area marked, and everywhere.
    """

    inside: Array
    total: Array
    best: Array
    inside_before: Array
    total_before: Array

    @classmethod
    def stack(cls, periods: Sequence[Catches]) -> Catches:
        """Put periods below one another.

        Parameters
        ----------
        periods : sequence of Catches
            Of shape (coverages,) each.

        Returns
        -------
        Catches
            Of shape (periods, coverages).
        """
        return cls(**{part.name: np.stack([getattr(one, part.name) for one in periods]) for part in fields(cls)})


@dataclass(frozen=True)
class Summary:
    """How a method did over all periods at one coverage.

    The incidents of all periods are added up before dividing, so a quiet period does not weigh as much as a busy
    one. Intervals: bootstrap over the periods, as incidents of one period are not independent (Efron and Tibshirani
    1993, "An introduction to the bootstrap", chapter 13), with percentiles widened for few periods (Hesterberg 2015,
    "What teachers should know about the bootstrap", The American Statistician 69(4), 371–386); none from one period.

    Parameters
    ----------
    method : str
        Name of the method or baseline.
    coverage : float
        Share of the area marked.
    periods : int
        Periods with incidents.
    hit_rate, pai, pei_star, rri : Interval
        See `layers.hotspots.accuracy`.
    """

    method: str
    coverage: float
    periods: int
    hit_rate: Interval
    pai: Interval
    pei_star: Interval
    rri: Interval


@dataclass(frozen=True)
class Verdict:
    """Whether a method beats the baselines at one coverage.

    Parameters
    ----------
    method : str
        Name of the method.
    coverage : float
        Share of the area marked.
    gain : mapping of str to Interval
        By baseline: the hit rate of the method less that of the baseline.
    p : mapping of str to float
        By baseline: exact test by flipping the signs of the periods' differences, one-sided (Fisher 1935, "The
        design of experiments", section 21).
    beats : bool
        Whether every p is at most 0.05; asking for all needs no further correction (Berger 1982, "Multiparameter
        hypothesis testing and acceptance sampling", Technometrics 24(4), 295–300).
    sentence : Text
        The same in words.
    """

    method: str
    coverage: float
    gain: Mapping[str, Interval]
    p: Mapping[str, float]
    beats: bool
    sentence: Text


def summarise(method: str, found: Catches, coverages: Sequence[float], *, seed: int) -> tuple[Summary, ...]:
    """Add up the periods of one method.

    Parameters
    ----------
    method : str
        Its name.
    found : Catches
        Of shape (periods, coverages).
    coverages : sequence of float
        Shares of the area marked.
    seed : int
        Of the bootstrap.

    Returns
    -------
    tuple of Summary
        One for each coverage.
    """
    drawn = _draws(len(found.inside), seed)
    hit = _over_draws(found.inside, found.total, drawn)
    held = _over_draws(found.inside_before, found.total_before, drawn)
    measures = (
        hit,
        prediction_accuracy_index(hit, coverages),
        prediction_efficiency_index(drawn @ found.inside, drawn @ found.best),
        recapture_rate_index(hit, held),
    )
    size = len(found.inside)
    by_coverage = zip(coverages, *(_intervals(measure, size) for measure in measures), strict=True)
    busy = int((found.total[:, 0] > 0).sum())
    return tuple(Summary(method, coverage, busy, *intervals) for coverage, *intervals in by_coverage)


def judge(
    method: str, found: Catches, against: Mapping[str, Catches], *, coverages: Sequence[float], seed: int
) -> tuple[Verdict, ...]:
    """Compare a method with the baselines, period by period.

    Parameters
    ----------
    method : str
        Its name.
    found : Catches
        Of shape (periods, coverages).
    against : mapping of str to Catches
        The baselines, on the same periods.
    coverages : sequence of float
        Shares of the area marked.
    seed : int
        Of the bootstrap and the sign flips.

    Returns
    -------
    tuple of Verdict
        One for each coverage.
    """
    drawn = _draws(len(found.inside), seed)
    signs = _signs(len(found.inside), seed)
    own = _over_draws(found.inside, found.total, drawn)
    size = len(found.inside)
    gains = {
        name: _intervals(own - _over_draws(other.inside, other.total, drawn), size) for name, other in against.items()
    }
    chances = {name: _flip_test(found.inside - other.inside, signs) for name, other in against.items()}
    return tuple(
        _verdict(
            method,
            coverage,
            float(own[0, at]),
            gain={name: each[at] for name, each in gains.items()},
            p={name: float(each[at]) for name, each in chances.items()},
        )
        for at, coverage in enumerate(coverages)
    )


def _verdict(method: str, coverage: float, hit: float, *, gain: dict[str, Interval], p: dict[str, float]) -> Verdict:
    unbeaten = [name for name, chance in p.items() if chance > _LEVEL]
    return Verdict(method, coverage, gain, p, not unbeaten, _sentence(method, coverage, hit, unbeaten=unbeaten))


def _sentence(method: str, coverage: float, hit: float, *, unbeaten: Sequence[str]) -> Text:
    names = [BASELINE_NAMES[name] for name in unbeaten]
    end = Text("tốt hơn mọi mốc so sánh", "it beats every baseline")
    if names:
        end = Text(
            "chưa chứng tỏ tốt hơn " + ", ".join(name.vi for name in names),
            "it has not been shown to beat " + ", ".join(name.en for name in names),
        )
    name = METHOD_NAMES.get(method, Text(method, method))
    area, share = f"{100 * coverage:.3g} %", f"{100 * hit:.3g} %"
    return Text(
        f"Kiểm nghiệm: {area} diện tích do {name.vi} chọn bắt được {share} số vụ kỳ sau; ".replace(".", ",")
        + f"{end.vi}.",
        f"Back-test: the {area} of the area that {name.en} marks caught {share} of the next period's incidents; "
        f"{end.en}.",
    )


def _draws(periods: int, seed: int) -> Array:
    # How often each period is drawn; the first row is the periods as they are.
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(periods, np.full(periods, 1 / periods), size=_REPLICATES)
    return np.vstack([np.ones(periods), drawn])


def _over_draws(part: Array, whole: Array, drawn: Array) -> Array:
    return hit_rate(drawn @ part, drawn @ whole)


def _intervals(drawn: Array, periods: int) -> list[Interval]:
    return [_interval(column, _tail(periods)) for column in drawn.T]


def _interval(drawn: Array, tail: float) -> Interval:
    known = drawn[1:][np.isfinite(drawn[1:])]
    low, high = np.quantile(known, [tail, 1 - tail]) if known.size and tail > 0 else (np.nan, np.nan)
    return Interval(float(drawn[0]), float(low), float(high))


def _tail(periods: int) -> float:
    from scipy import special

    if periods < 2:
        return 0.0
    # A bootstrap of n values spreads by √((n − 1) / n) too little and knows no Student's t.
    return float(special.ndtr(np.sqrt(periods / (periods - 1)) * special.stdtrit(periods - 1, 0.025)))


def _signs(periods: int, seed: int) -> Array:
    if periods <= _EXACT_PERIODS:
        return np.array(list(product((1.0, -1.0), repeat=periods)))
    flipped = np.random.default_rng(seed).choice([1.0, -1.0], size=(_FLIPS, periods))
    return np.vstack([np.ones(periods), flipped])


def _flip_test(difference: Array, signs: Array) -> Array:
    # The first row leaves all signs as they are. Sums of the same numbers may differ in the last digit.
    sums = signs @ difference
    return np.asarray((sums >= sums[0] - 1e-9).mean(axis=0), dtype=np.float64)
