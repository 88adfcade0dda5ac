"""Gi* and local Moran: what they call a hotspot, what they refuse, and that their tails are exact."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from layers.errors import AnttError
from layers.hotspots.exact_tails import exact_tails
from layers.hotspots.local import LocalResult, local_gistar, local_moran, local_score
from layers.hotspots.neighbours import Neighbours, lattice_neighbours

SIDE = 20
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)
QUEEN = lattice_neighbours(ROW, COLUMN)
PLANTED = (abs(ROW - 6) <= 1) & (abs(COLUMN - 12) <= 1)


def _counts(mean: float = 1.0, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, SIDE * SIDE)


def test_tails_are_those_of_all_hands() -> None:
    counts = np.array([0, 0, 1, 1, 1, 2, 4, 9, 30])
    sizes = np.array([3, 1, 4, 2, 8, 3, 5, 4, 3])
    sums = np.array([5, 1, 34, 2, 47, 0, 40, 3, 6])
    upper, lower = exact_tails(counts, sizes, sums=sums)
    for cell, (size, seen) in enumerate(zip(sizes, sums, strict=True)):
        hands = [sum(hand) for hand in combinations(np.delete(counts, cell).tolist(), size)]
        assert upper[cell] == pytest.approx(np.mean([hand >= seen for hand in hands]), abs=1e-12)
        assert lower[cell] == pytest.approx(np.mean([hand <= seen for hand in hands]), abs=1e-12)


def test_permutations_agree_with_the_exact_law() -> None:
    counts = _counts()
    result = local_gistar(counts, QUEEN, seed=11, permutations=20_000)
    half = result.p / 2
    spread = np.sqrt(half * (1 - half) / result.permutations)
    certain = result.p < 1
    # The draws are shared, so all 400 cells lean together: five standard errors, and one draw more.
    assert (np.abs(result.p_sim - result.p)[certain] <= 10 * spread[certain] + 3 / result.permutations).all()


def test_a_planted_cluster_is_found_and_nothing_far_from_it() -> None:
    counts = _counts() + 6 * PLANTED
    result = local_gistar(counts, QUEEN, seed=1)
    assert result.hot[PLANTED].all()
    far = (abs(ROW - 6) > 2) | (abs(COLUMN - 12) > 2)
    assert not result.hot[far].any()


def test_a_cluster_too_strong_for_999_permutations_is_still_decided() -> None:
    result = local_gistar(_counts() + 6 * PLANTED, QUEEN, seed=1)
    assert result.p_sim.min() == pytest.approx(0.002)
    assert result.q.min() < 1e-6


def test_without_the_exact_law_enough_permutations_are_drawn() -> None:
    # Large counts that are all different make the exact law too much work.
    rng = np.random.default_rng(4)
    counts = rng.integers(0, 4_000, SIDE * SIDE) + 20_000 * PLANTED
    result = local_gistar(counts, QUEEN, seed=1)
    assert not result.exact
    assert result.permutations == 16_000
    assert result.hot[PLANTED].all()
    np.testing.assert_array_equal(result.p, result.p_sim)


def test_the_same_seed_gives_the_same_answer() -> None:
    first, second = (local_gistar(_counts(), QUEEN, seed=7) for _run in range(2))
    other = local_gistar(_counts(), QUEEN, seed=8)
    np.testing.assert_array_equal(first.p_sim, second.p_sim)
    assert (first.p_sim != other.p_sim).any()
    assert first.evidence == second.evidence
    assert first.evidence.inputs_hash == other.evidence.inputs_hash
    assert (first.evidence.seed, first.evidence.parameters["permutations_asked"]) == (7, 999)


def test_moran_tells_an_outlier_from_a_cluster() -> None:
    counts = _counts() + 6 * PLANTED
    counts[6 * SIDE + 12] = 0
    result = local_moran(counts, QUEEN, seed=1)
    assert result.pattern[6 * SIDE + 12] == "low_high"
    assert (result.pattern[PLANTED] == "hot").sum() >= 4


@pytest.mark.parametrize("statistic", [local_gistar, local_moran])
def test_cells_without_neighbours_are_not_tested_and_said(statistic: type) -> None:
    counts = np.append(_counts(), 50)
    alone = Neighbours(np.append(QUEEN.starts, QUEEN.starts[-1]), QUEEN.cells)
    result: LocalResult = statistic(counts, alone, seed=1)
    assert np.isnan(result.q[-1])
    assert result.pattern[-1] == ""
    assert np.isfinite(result.q[:-1]).all()
    assert result.notes[0].vi == "1 vùng đếm không giáp vùng nào nên không được kiểm định."


@pytest.mark.parametrize("statistic", [local_gistar, local_moran])
def test_equal_counts_have_no_hotspot_and_say_so(statistic: type) -> None:
    result: LocalResult = statistic(np.full(SIDE * SIDE, 3), QUEEN, seed=1)
    assert (result.z == 0).all()
    assert (result.q == 1).all()
    assert "cùng số vụ" in result.notes[0].vi


def test_a_lone_high_cell_is_not_cold_and_not_hot() -> None:
    counts = np.zeros(SIDE * SIDE, dtype=np.int64)
    counts[105], counts[390] = 40, 1
    assert local_gistar(counts, QUEEN, seed=1).pattern[105] == ""


@pytest.mark.parametrize(
    ("counts", "permutations", "said"),
    [
        (np.zeros(400, dtype=int), 999, "at least two incidents"),
        (np.eye(1, 400, 7, dtype=int)[0], 999, "at least two incidents"),
        (np.ones(399, dtype=int), 999, "not valid"),
        (-np.ones(400, dtype=int), 999, "not valid"),
        (np.full(400, 0.5), 999, "not valid"),
        (np.ones(400, dtype=int), 0, "cannot be drawn"),
    ],
)
def test_input_that_tells_nothing_is_refused(counts: np.ndarray, permutations: int, said: str) -> None:
    with pytest.raises(AnttError, match=said) as caught:
        local_gistar(counts, QUEEN, seed=1, permutations=permutations)
    assert caught.value.hint.vi


def test_too_few_cells_are_refused() -> None:
    row, column = np.divmod(np.arange(9), 3)
    with pytest.raises(AnttError) as caught:
        local_moran(np.arange(9), lattice_neighbours(row, column), seed=1)
    assert caught.value.message.vi == "Chỉ có 9 ô: quá ít để so sánh."


@pytest.mark.filterwarnings("error")
def test_the_score_of_one_or_two_cells_is_none() -> None:
    for columns in (1, 2):
        line = lattice_neighbours(np.zeros(columns, dtype=int), np.arange(columns))
        for include_self in (True, False):
            assert not local_score(np.arange(columns) + 3, line, include_self=include_self).any()
