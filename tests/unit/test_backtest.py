"""The back-test, its measures against hand-worked examples, and what it says of methods."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats

from layers.errors import Conflict, EmptyInput, InvalidParameter, SchemaMismatch
from layers.hotspots.accuracy import (
    best_catch,
    caught,
    exact_share,
    hit_rate,
    prediction_accuracy_index,
    prediction_efficiency_index,
    recapture_rate_index,
)
from layers.hotspots.backtest import Backtest, BacktestPlan, backtest
from layers.hotspots.baselines import StudyCells

Array = NDArray[np.float64]
CELLS = 100


def _town(seed: int = 1, *, days: int = 360) -> pd.DataFrame:
    """Incidents of a town whose five busiest cells hold half of them, all year round."""
    rng = np.random.default_rng(seed)
    chance = np.full(CELLS, 0.5 / 95)
    chance[[3, 27, 50, 71, 98]] = 0.1
    count = 2_000
    return pd.DataFrame({"cell": rng.choice(CELLS, count, p=chance), "day": rng.uniform(0, days, count)})


def _whole_history(history: pd.DataFrame, _origin_day: float) -> Array:
    return np.bincount(history["cell"].to_numpy(), minlength=CELLS).astype(np.float64)


def _blind(_history: pd.DataFrame, _origin_day: float) -> Array:
    return np.zeros(CELLS)


def _square_cells() -> StudyCells:
    return StudyCells(np.full(CELLS, 10_000.0), ward=np.arange(CELLS) // 25)


PLAN = BacktestPlan(first_origin_day=180, period_days=30, period_count=6, coverages=(0.05, 0.2))


def _tested(**methods: object) -> Backtest:
    return backtest(_town(), _square_cells(), methods, plan=PLAN, seed=1)  # type: ignore[arg-type]


def test_accuracy_index_as_its_authors_explain_it() -> None:
    # A quarter of the incidents in half of the area: 0.5. A fifth in a tenth: 2. Four fifths in two fifths: 2.
    assert prediction_accuracy_index([0.25, 0.2, 0.8], [0.5, 0.1, 0.4]) == pytest.approx([0.5, 2, 2])


def test_efficiency_index_is_one_for_the_best_choice_of_as_much_area() -> None:
    counts, area_m2 = np.array([10.0, 8, 6, 4, 2, 0, 0, 0, 0, 0]), np.ones(10)
    marked_second_and_fourth = np.array([0.0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    inside = caught(marked_second_and_fourth, counts, area_m2=area_m2, coverages=[0.2])
    best = best_catch(counts, area_m2=area_m2, coverages=[0.2])
    # 12 of 30 in a fifth of the area: PAI 2. At most 18 of 30: PAI 3. So PEI* is two thirds.
    pai = prediction_accuracy_index(hit_rate(inside, 30), 0.2)
    most = prediction_accuracy_index(hit_rate(best, 30), 0.2)
    assert (float(pai[0]), float(most[0])) == pytest.approx((2, 3))
    assert float(prediction_efficiency_index(inside, best)[0]) == pytest.approx(2 / 3)
    assert float(prediction_efficiency_index(inside, best)[0]) == pytest.approx(float((pai / most)[0]))


def test_recapture_index_compares_with_the_share_held_before() -> None:
    # 40 of 100 before, 24 of 80 after: the area held 40 % and now holds 30 %.
    assert float(recapture_rate_index(24 / 80, 40 / 100)) == pytest.approx(0.75)
    assert np.isnan(recapture_rate_index(0.3, 0.0))


def test_equal_scores_catch_what_chance_would() -> None:
    counts = np.array([5.0, 0, 3, 2])
    inside = caught(np.zeros(4), counts, area_m2=np.array([1.0, 1, 2, 4]), coverages=[0.25, 0.5, 1])
    assert inside == pytest.approx([2.5, 5, 10])


def test_large_cells_are_marked_in_part() -> None:
    inside = caught(np.array([2.0, 1]), np.array([6.0, 4]), area_m2=np.array([3.0, 1]), coverages=[0.25, 0.75])
    assert inside == pytest.approx([2, 6])


def test_interval_of_a_share_is_the_exact_one() -> None:
    theirs = stats.binomtest(31, 100).proportion_ci(0.95, method="exact")
    assert exact_share(31, 100) == pytest.approx((0.31, theirs.low, theirs.high))
    assert exact_share(100, 100).high == 1.0
    assert np.isnan(exact_share(0, 0).estimate)


def test_every_measure_is_given_for_method_and_baselines() -> None:
    found = _tested(history=_whole_history)
    assert {one.method for one in found.periods} == {"history", "last_period", "ward_counts", "random"}
    assert len(found.periods) == 4 * 6 * 2
    one = next(score for score in found.periods if score.method == "history" and score.coverage == 0.05)
    assert one.pai.estimate == pytest.approx(one.hit_rate.estimate / 0.05)
    assert one.hit_rate.low < one.caught / one.total < one.hit_rate.high
    assert 0.8 < one.pei_star.estimate <= one.pei_star.high <= 1
    assert one.rri.low < 1 < one.rri.high


def test_random_choice_is_worth_exactly_one() -> None:
    found = _tested(history=_whole_history)
    for summary in (one for one in found.summaries if one.method == "random"):
        assert summary.hit_rate.estimate == pytest.approx(summary.coverage)
        assert summary.pai == pytest.approx((1, 1, 1))
        assert summary.rri.estimate == pytest.approx(1)


def test_summary_adds_incidents_up_before_dividing() -> None:
    found = _tested(history=_whole_history)
    parts = [one for one in found.periods if one.method == "history" and one.coverage == 0.2]
    total = next(one for one in found.summaries if one.method == "history" and one.coverage == 0.2)
    assert total.hit_rate.estimate == pytest.approx(sum(p.caught for p in parts) / sum(p.total for p in parts))
    assert total.hit_rate.low < total.hit_rate.estimate < total.hit_rate.high
    assert total.periods == 6


def test_method_that_beats_the_baselines_says_so() -> None:
    town = _town()
    # Quiet periods make last month's counts a poor guide; the whole history is a better one.
    quiet = town[np.random.default_rng(2).random(len(town)) < 0.35].reset_index(drop=True)
    plan = BacktestPlan(first_origin_day=120, period_days=20, period_count=12, coverages=(0.05,))
    found = backtest(quiet, _square_cells(), {"KDE": _whole_history}, plan=plan, seed=1)
    (verdict,) = found.verdicts
    assert verdict.beats
    assert max(verdict.p.values()) <= 0.05
    assert all(gain.low > 0 for gain in verdict.gain.values())
    assert verdict.sentence.vi.startswith("Kiểm nghiệm: 5 % diện tích do KDE chọn bắt được 4")
    assert verdict.sentence.vi.endswith("tốt hơn mọi mốc so sánh.")
    assert verdict.sentence.en.endswith("it beats every baseline.")


def test_method_that_does_not_beat_them_says_which() -> None:
    verdict = next(one for one in _tested(blind=_blind).verdicts if one.coverage == 0.05)
    assert not verdict.beats
    assert "chưa chứng tỏ tốt hơn số vụ kỳ trước, số vụ theo phường, chọn ngẫu nhiên." in verdict.sentence.vi
    assert verdict.p["random"] == 1.0
    assert verdict.gain["last_period"].high < 0


def test_one_period_gives_no_interval_over_periods() -> None:
    plan = BacktestPlan(first_origin_day=180, period_days=30, period_count=1, coverages=(0.05,))
    found = backtest(_town(), _square_cells(), {"history": _whole_history}, plan=plan, seed=1)
    assert np.isnan([one.hit_rate.low for one in found.summaries]).all()
    assert found.periods[0].hit_rate.low > 0


def test_interval_holds_the_true_rate_as_often_as_it_says() -> None:
    held = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        town = pd.DataFrame({"cell": rng.integers(0, CELLS, 1_500), "day": rng.uniform(0, 360, 1_500)})
        marked = rng.random(CELLS)
        methods = {"noise": lambda _known, _day, marked=marked: marked}
        summary = backtest(town, _square_cells(), methods, plan=PLAN, seed=1).summaries[0]
        held += summary.hit_rate.low <= summary.coverage <= summary.hit_rate.high
    assert held >= 25  # 95 % of 30, less three standard errors


def test_four_periods_are_too_few_to_beat_anything() -> None:
    plan = BacktestPlan(first_origin_day=180, period_days=30, period_count=4, coverages=(0.05,))
    found = backtest(_town(), _square_cells(), {"history": _whole_history}, plan=plan, seed=1)
    assert found.verdicts[0].p["random"] == 1 / 16
    assert not found.verdicts[0].beats


def test_incident_reported_late_is_hidden_until_then() -> None:
    seen: list[tuple[float, int]] = []

    def watching(history: pd.DataFrame, origin_day: float) -> Array:
        seen.append((origin_day, len(history)))
        return _blind(history, origin_day)

    town = pd.DataFrame({"cell": [0, 1, 2, 3], "day": [10.0, 25, 35, 45], "known_day": [12.0, 38, 36, 46]})
    plan = BacktestPlan(first_origin_day=30, period_days=10, period_count=2)
    backtest(town, _square_cells(), {"watching": watching}, plan=plan, seed=1)
    assert seen == [(30.0, 1), (40.0, 3)]


def test_period_without_incidents_has_no_rate_and_spoils_nothing() -> None:
    town = _town()
    town = town[(town["day"] < 210) | (town["day"] >= 240)]
    found = backtest(town, _square_cells(), {"history": _whole_history}, plan=PLAN, seed=1)
    empty = next(one for one in found.periods if one.origin_day == 210)
    assert empty.total == 0
    assert np.isnan([*empty.hit_rate, *empty.pai, *empty.pei_star, *empty.rri]).all()
    assert all(np.isfinite(one.hit_rate.estimate) and one.periods == 5 for one in found.summaries)


def test_same_seed_same_result_and_without_wards_no_ward_baseline() -> None:
    assert _tested(history=_whole_history) == _tested(history=_whole_history)
    bare = backtest(_town(), StudyCells(np.ones(CELLS)), {"history": _whole_history}, plan=PLAN, seed=1)
    assert {one.method for one in bare.summaries} == {"history", "last_period", "random"}
    assert bare.evidence.seed == 1
    assert bare.evidence.parameters["period_days"] == 30


def test_refuses_what_cannot_be_tested() -> None:
    cells, town, methods = _square_cells(), _town(), {"history": _whole_history}
    with pytest.raises(SchemaMismatch, match="day"):
        backtest(town[["cell"]], cells, methods, plan=PLAN, seed=1)
    with pytest.raises(InvalidParameter, match="outside the cells"):
        backtest(town.assign(cell=town["cell"] + 50), cells, methods, plan=PLAN, seed=1)
    with pytest.raises(Conflict, match="random"):
        backtest(town, cells, {"random": _blind}, plan=PLAN, seed=1)
    with pytest.raises(EmptyInput):
        backtest(town, cells, methods, plan=BacktestPlan(0, 30, 6), seed=1)
    with pytest.raises(EmptyInput):
        backtest(town, cells, methods, plan=BacktestPlan(5_000, 30, 6), seed=1)
    for plan in (BacktestPlan(180, 0, 6), BacktestPlan(180, 30, 0), BacktestPlan(180, 30, 6, history_days=-1),
                 BacktestPlan(180, 30, 6, coverages=(0.0,)), BacktestPlan(180, 30, 6, coverages=())):  # fmt: skip
        with pytest.raises(InvalidParameter):
            backtest(town, cells, methods, plan=plan, seed=1)
    with pytest.raises(InvalidParameter, match="score"):
        backtest(town, cells, {"short": lambda _known, _day: np.zeros(3)}, plan=PLAN, seed=1)
    with pytest.raises(InvalidParameter, match="no area"):
        backtest(town, StudyCells(np.zeros(CELLS)), methods, plan=PLAN, seed=1)


def test_hash_of_the_inputs_knows_the_cells_as_well() -> None:
    wider = StudyCells(np.full(CELLS, 20_000.0), ward=np.arange(CELLS) // 25)
    other_wards = StudyCells(np.full(CELLS, 10_000.0), ward=np.arange(CELLS) // 20)
    found = {
        backtest(_town(), cells, {"all": _whole_history}, plan=PLAN, seed=1).evidence.inputs_hash
        for cells in (_square_cells(), wider, other_wards, _square_cells())
    }
    assert len(found) == 3
