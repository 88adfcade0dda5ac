"""Near repeats: pairs of incidents that are close in space and in time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter, TooLarge
from layers.hotspots import near_repeat as module
from layers.hotspots.near_repeat import Bands, near_repeat

Array = NDArray[np.float64]
BANDS = Bands((0, 100, 250), (2, 7, 30))


def _incidents(count: int = 80, seed: int = 5) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    x_m, y_m = rng.integers(0, 20, (2, count)) * 50.0
    return x_m, y_m, rng.integers(0, 120, count).astype(np.float64)


def _in_band(values: Array, edges: tuple[float, ...], at: int) -> NDArray[np.bool_]:
    return (values <= edges[at]) & (values > edges[at - 1] if at else values >= 0)


def test_counts_every_pair_once_in_its_ring() -> None:
    x_m, y_m, day = _incidents()
    found = near_repeat(x_m, y_m, day, bands=BANDS, permutations=19, seed=1)
    upper = np.triu_indices(len(day), 1)
    apart_m = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m)[upper]
    apart_days = np.abs(day[:, None] - day)[upper]
    near = [_in_band(apart_m, BANDS.distance_m, at) for at in range(3)]
    soon = [_in_band(apart_days, BANDS.days, at) for at in range(3)]
    assert found.observed.tolist() == [[int((a & b).sum()) for b in soon] for a in near]
    expected = [[a.sum() * b.sum() / len(apart_m) for b in soon] for a in near]
    assert found.expected == pytest.approx(np.array(expected), rel=1e-12)
    assert found.ratio == pytest.approx(found.observed / found.expected)


def test_expected_is_the_mean_over_shuffled_times() -> None:
    x_m, y_m, day = _incidents()
    rng = np.random.default_rng(0)
    shuffled = [
        near_repeat(x_m, y_m, rng.permutation(day), bands=BANDS, permutations=19, seed=1).observed for _ in range(400)
    ]
    first = near_repeat(x_m, y_m, day, bands=BANDS, permutations=19, seed=1)
    error = np.std(shuffled, axis=0) / 20
    assert (np.abs(np.mean(shuffled, axis=0) - first.expected) < 4 * error + 1e-9).all()


def test_planted_near_repeats_are_found_and_only_there() -> None:
    x_m, y_m, day = _incidents(200)
    again = slice(0, 60)
    x_m, y_m = np.append(x_m, x_m[again] + 60), np.append(y_m, y_m[again])
    found = near_repeat(x_m, y_m, np.append(day, day[again] + 1), bands=BANDS, permutations=999, seed=2)
    assert found.p[1, 0] == 0.001
    assert found.q[1, 0] <= 0.05
    assert found.ratio[1, 0] > 2
    assert (found.q[2] > 0.05).all()


def test_chance_alone_is_rarely_significant() -> None:
    hits = 0
    for seed in range(40):
        x_m, y_m, day = _incidents(60, seed=seed)
        hits += bool((near_repeat(x_m, y_m, day, bands=BANDS, permutations=99, seed=seed).q <= 0.05).any())
    assert hits <= 6  # 5 % of 40, and three standard errors


def test_seed_and_order_of_rows() -> None:
    x_m, y_m, day = _incidents()
    order = np.random.default_rng(9).permutation(len(day))
    one = near_repeat(x_m, y_m, day, bands=BANDS, permutations=199, seed=4)
    same = near_repeat(x_m[order], y_m[order], day[order], bands=BANDS, permutations=199, seed=4)
    other = near_repeat(x_m, y_m, day, bands=BANDS, permutations=199, seed=5)
    assert one.p.tolist() == same.p.tolist() != other.p.tolist()
    assert one.evidence == same.evidence
    assert one.evidence.seed == 4


def test_refuses_what_cannot_be_tested() -> None:
    x_m, y_m, day = _incidents()
    for bands in (Bands((), (7,)), Bands((100, 50), (7,)), Bands((100,), (7, 7)), Bands((-1,), (7,))):
        with pytest.raises(InvalidParameter, match="must rise"):
            near_repeat(x_m, y_m, day, bands=bands, seed=1)
    with pytest.raises(InvalidParameter, match="permutations"):
        near_repeat(x_m, y_m, day, bands=BANDS, permutations=5, seed=1)
    with pytest.raises(EmptyInput, match="at least 10"):
        near_repeat(x_m[:1], y_m[:1], day[:1], bands=BANDS, seed=1)
    with pytest.raises(EmptyInput, match="one point or on one day"):
        near_repeat(x_m * 0, y_m * 0, day, bands=BANDS, seed=1)
    with pytest.raises(EmptyInput, match="one point or on one day"):
        near_repeat(x_m, y_m, day * 0, bands=BANDS, seed=1)


def test_refuses_more_pairs_than_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAIRS", 10)
    with pytest.raises(TooLarge):
        near_repeat(*_incidents(), bands=BANDS, seed=1)
