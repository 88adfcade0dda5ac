"""What must hold for clusters, near repeats, repeat places and back-tests whatever the incidents."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from layers.hotspots.accuracy import best_catch, caught, exact_share
from layers.hotspots.backtest import BacktestPlan, backtest, known_by
from layers.hotspots.baselines import StudyCells
from layers.hotspots.clusters import ClusterOptions, find_clusters
from layers.hotspots.emerging import Pattern, classify
from layers.hotspots.near_repeat import Bands, near_repeat
from layers.hotspots.repeats import repeat_places

Array = NDArray[np.float64]

CELLS = 12
PLAN = BacktestPlan(first_origin_day=20, period_days=10, period_count=4, coverages=(0.1, 0.25, 0.5))
SEEDS = st.integers(0, 2**32 - 1)


def _points(seed: int, count: int = 60) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    x_m, y_m = rng.integers(0, 40, (2, count)) * 25.0
    return x_m, y_m, rng.integers(0, 90, count).astype(np.float64)


@given(SEEDS, st.sampled_from([None, 7.0]), st.sampled_from(["convex", "concave"]))
@settings(deadline=None, max_examples=20)
def test_order_of_rows_and_place_of_the_origin_change_no_cluster(seed: int, eps_days: float | None, hull: str) -> None:
    x_m, y_m, day = _points(seed)
    options = ClusterOptions(60, 3, eps_days=eps_days, hull=hull)  # type: ignore[arg-type]
    order = np.random.default_rng(seed).permutation(len(day))
    one = find_clusters(x_m, y_m, day, options=options)
    other = find_clusters(x_m[order], y_m[order], day[order], options=options)
    moved = find_clusters(x_m + 1_000, y_m - 500, day + 365, options=options)
    assert one.labels[order].tolist() == other.labels.tolist()
    assert one.clusters == other.clusters
    assert one.evidence == other.evidence
    assert moved.labels.tolist() == one.labels.tolist()
    assert sum(cluster.count for cluster in one.clusters) + one.noise_count == len(day)


@given(SEEDS)
@settings(deadline=None, max_examples=10)
def test_wider_bands_count_the_pairs_of_the_narrow_ones(seed: int) -> None:
    x_m, y_m, day = _points(seed)
    fine = near_repeat(x_m, y_m, day, bands=Bands((0, 50, 200), (3, 20)), permutations=19, seed=1)
    wide = near_repeat(x_m, y_m, day, bands=Bands((200,), (20,)), permutations=19, seed=1)
    assert fine.observed.sum() == wide.observed[0, 0]
    assert np.isclose(fine.expected.sum(), wide.expected[0, 0])
    assert ((fine.p > 0) & (fine.p <= 1) & (fine.q >= fine.p - 1e-12)).all()


@given(SEEDS, st.integers(-5, 5))
@settings(deadline=None)
def test_shift_by_whole_places_changes_no_repeat_place(seed: int, steps: int) -> None:
    x_m, y_m, _day = _points(seed)
    one = repeat_places(x_m, y_m, rounding_m=50)
    moved = repeat_places(x_m + 50 * steps, y_m, rounding_m=50)
    assert one.concentration.counts.tolist() == moved.concentration.counts.tolist()
    assert one.concentration.incident_count == len(x_m)
    curve = one.concentration.curve()
    assert list(curve) == sorted(curve)
    assert curve[-1] == 1.0
    assert -1e-9 <= one.concentration.gini <= 1


@given(st.lists(st.sampled_from("+-."), min_size=10, max_size=30), st.sampled_from(["up", "down", ""]))
def test_no_cell_is_a_hotspot_and_a_cold_spot_at_once(series: list[str], trend: str) -> None:
    hot, cold = np.array([[sign == "+" for sign in series]]), np.array([[sign == "-" for sign in series]])
    up, down = np.array([trend == "up"]), np.array([trend == "down"])
    (as_hot,) = classify(hot, cold, stronger=up, weaker=down)
    (as_cold,) = classify(cold, hot, stronger=down, weaker=up)
    assert Pattern.NONE in {as_hot, as_cold}
    if series[-1] == "+":
        assert as_hot is not Pattern.NONE


@given(SEEDS)
def test_nothing_catches_more_than_the_best_choice_and_more_area_never_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    score, counts = rng.integers(0, 4, CELLS).astype(np.float64), rng.integers(0, 9, CELLS).astype(np.float64)
    area_m2, coverages = rng.uniform(1, 9, CELLS), (0.05, 0.2, 0.5, 1.0)
    inside = caught(score, counts, area_m2=area_m2, coverages=coverages)
    best = best_catch(counts, area_m2=area_m2, coverages=coverages)
    order = rng.permutation(CELLS)
    shuffled = caught(score[order], counts[order], area_m2=area_m2[order], coverages=coverages)
    assert (inside <= best + 1e-9).all()
    assert (np.diff(inside) >= -1e-9).all()
    assert np.allclose([inside[-1], best[-1]], counts.sum())
    assert np.allclose(inside, shuffled)


@given(st.integers(1, 400), st.floats(0, 1))
def test_exact_interval_holds_its_estimate(total: int, part: float) -> None:
    estimate, low, high = exact_share(part * total, total)
    assert 0 <= low <= estimate <= high <= 1


def _counting(history: pd.DataFrame, _origin_day: float) -> Array:
    return np.bincount(history["cell"].to_numpy(), minlength=CELLS).astype(np.float64)


def _incidents(seed: int, count: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    day = rng.uniform(0, 60, count)
    known = day + rng.exponential(3, count)
    return pd.DataFrame({"cell": rng.integers(0, CELLS, count), "day": day, "known_day": known})


@given(SEEDS, SEEDS, st.integers(0, 3))
@settings(deadline=None, max_examples=12)
def test_later_incidents_cannot_change_an_earlier_forecast(seed: int, other_seed: int, at: int) -> None:
    origin = PLAN.origins()[at]
    town, other = _incidents(seed), _incidents(other_seed, 200)
    # The same past; another future, and other things learnt late about the past.
    past = known_by(town, origin)
    future = other[(other["day"] >= origin) | (other["known_day"] >= origin)]
    rewritten = pd.concat([past, future]).sample(frac=1, random_state=at)
    forecasts: dict[str, list[tuple[float, list[float]]]] = {"one": [], "two": []}

    def watched(name: str) -> object:
        def forecast(history: pd.DataFrame, day: float) -> Array:
            assert (history["day"] < day).all()
            assert (history["known_day"] < day).all()
            score = _counting(history, day)
            forecasts[name].append((day, score.tolist()))
            return score

        return forecast

    cells = StudyCells(np.ones(CELLS), ward=np.arange(CELLS) // 4)
    one = backtest(town, cells, {"m": watched("one")}, plan=PLAN, seed=1)  # type: ignore[dict-item]
    two = backtest(rewritten, cells, {"m": watched("two")}, plan=PLAN, seed=1)  # type: ignore[dict-item]
    assert forecasts["one"][: at + 1] == forecasts["two"][: at + 1]
    assert len(one.periods) == len(two.periods)


@given(SEEDS, st.integers(1, 4))
@settings(deadline=None, max_examples=8)
def test_score_of_a_period_does_not_depend_on_what_came_after_it(seed: int, kept: int) -> None:
    town = _incidents(seed)
    end = PLAN.first_origin_day + kept * PLAN.period_days
    cells = StudyCells(np.ones(CELLS), ward=np.arange(CELLS) // 4)
    whole = backtest(town, cells, {"m": _counting}, plan=PLAN, seed=1)
    cut = backtest(town[town["day"] < end], cells, {"m": _counting}, plan=PLAN, seed=1)
    early = [repr(one) for one in whole.periods if one.origin_day < end]
    assert early == [repr(one) for one in cut.periods if one.origin_day < end]
