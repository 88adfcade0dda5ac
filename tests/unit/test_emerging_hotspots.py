"""Emerging hotspots: hand-made series for each published pattern and for the borders between them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from layers.errors import InvalidParameter, TooLarge
from layers.hotspots.emerging import (
    PATTERN_NAMES,
    CubeFrame,
    Pattern,
    classify,
    emerging_hotspots,
    mann_kendall,
    space_time_cube,
)

Array = NDArray[np.float64]

# + a hot step, - a cold one, . neither; the oldest step first.
SERIES = [
    (".........+", "", Pattern.NEW),
    ("........++", "", Pattern.CONSECUTIVE),
    (".++++++++", "", Pattern.CONSECUTIVE),
    # Nine of ten steps are ninety per cent: no longer consecutive.
    (".+++++++++", "", Pattern.PERSISTENT),
    ("..++++++++", "", Pattern.CONSECUTIVE),
    ("+.......++", "", Pattern.SPORADIC),
    ("+........+", "", Pattern.SPORADIC),
    (".+.+++++++", "", Pattern.SPORADIC),
    ("-+.......+", "", Pattern.OSCILLATING),
    ("+..-....++", "", Pattern.OSCILLATING),
    # Never hot before, though cold: the definition listed first holds.
    ("-........+", "", Pattern.NEW),
    ("-.......++", "", Pattern.CONSECUTIVE),
    ("++++++++++", "", Pattern.PERSISTENT),
    ("++++++++++", "up", Pattern.INTENSIFYING),
    ("++++++++++", "down", Pattern.DIMINISHING),
    (".+++++++++", "up", Pattern.INTENSIFYING),
    ("+++++.++++", "down", Pattern.DIMINISHING),
    ("-+++++++++", "", Pattern.PERSISTENT),
    ("+++++++++.", "", Pattern.HISTORICAL),
    ("+++++++++.", "down", Pattern.HISTORICAL),
    ("+++++++++-", "", Pattern.HISTORICAL),
    ("++++++++..", "", Pattern.NONE),
    ("..++++++++.", "", Pattern.NONE),
    # Eleven steps: ten are more than ninety per cent, nine are less.
    (".++++++++++", "", Pattern.PERSISTENT),
    ("..+++++++++", "", Pattern.CONSECUTIVE),
    ("..........", "up", Pattern.NONE),
    ("----------", "", Pattern.NONE),
    # Twenty steps: eighteen are ninety per cent.
    ("." * 2 + "+" * 18, "", Pattern.PERSISTENT),
    ("." * 3 + "+" * 17, "", Pattern.CONSECUTIVE),
]


@pytest.mark.parametrize(("series", "trend", "pattern"), SERIES)
def test_series_has_its_published_pattern(series: str, trend: str, pattern: Pattern) -> None:
    hot = np.array([[sign == "+" for sign in series]])
    cold = np.array([[sign == "-" for sign in series]])
    stronger, weaker = np.array([trend == "up"]), np.array([trend == "down"])
    assert classify(hot, cold, stronger=stronger, weaker=weaker) == (pattern,)


def _step_by_hand(z_of_step: list[Array]) -> object:
    steps = iter(z_of_step)

    def local(counts: NDArray[np.int64]) -> tuple[Array, Array]:
        z = next(steps)
        assert counts.shape == z.shape
        return z, np.where(np.abs(z) > 3, 0.01, 0.5)

    return local


def _found(z: Array) -> tuple[Pattern, Pattern]:
    local = _step_by_hand([np.array([value, 0.0]) for value in z])
    result = emerging_hotspots(np.zeros((2, len(z)), dtype=np.int64), local)  # type: ignore[arg-type]
    assert (result.hot[1], result.cold[1]) == (Pattern.NONE, Pattern.NONE)
    return result.hot[0], result.cold[0]


def test_trend_of_the_strength_decides_among_lasting_ones() -> None:
    rising = np.linspace(4, 9, 12)
    level = np.array([5.0, 5.2, 5.1, 5.3, 5.0, 5.2, 5.1, 5.3, 5.0, 5.2, 5.1, 5.2])
    assert _found(rising) == (Pattern.INTENSIFYING, Pattern.NONE)
    assert _found(rising[::-1]) == (Pattern.DIMINISHING, Pattern.NONE)
    assert _found(level) == (Pattern.PERSISTENT, Pattern.NONE)


def test_cold_spots_are_the_mirror() -> None:
    rising = np.linspace(4, 9, 12)
    assert _found(-rising) == (Pattern.NONE, Pattern.INTENSIFYING)
    assert _found(-rising[::-1]) == (Pattern.NONE, Pattern.DIMINISHING)
    assert _found(np.append(np.zeros(11), -5)) == (Pattern.NONE, Pattern.NEW)
    assert _found(np.append(-np.full(11, 5.0), 0)) == (Pattern.NONE, Pattern.HISTORICAL)


def test_every_pattern_has_a_name_in_both_languages() -> None:
    assert set(PATTERN_NAMES) == set(Pattern)
    assert all(name.vi and name.en for name in PATTERN_NAMES.values())


def test_trend_by_hand() -> None:
    # 1 3 2 4 4: nine pairs rise or fall, eight up and one down, so S = 7; one tie of two.
    # Variance (5·4·15 − 2·1·9) / 18 = 282 / 18; z = 6 / √(282 / 18).
    z, p = mann_kendall(np.array([[1.0, 3, 2, 4, 4]]))
    assert z[0] == pytest.approx(6 / np.sqrt(282 / 18))
    assert p[0] == pytest.approx(2 * stats.norm.sf(z[0]))


def test_trend_agrees_with_kendalls_tau() -> None:
    series = np.random.default_rng(3).normal(size=(20, 15))
    z, _p = mann_kendall(series)
    for row, found in zip(series, z, strict=True):
        tau = stats.kendalltau(np.arange(15), row).statistic
        score = tau * 15 * 14 / 2
        assert found == pytest.approx((score - np.sign(score)) / np.sqrt(15 * 14 * 35 / 18))


def test_cube_counts_what_lies_inside() -> None:
    frame = CubeFrame(cell_count=3, first_day=100, step_days=7, step_count=2)
    cell = np.array([0, 0, 2, -1, 1, 1])
    day = np.array([100.0, 106.99, 107, 101, 99, 114])
    assert space_time_cube(cell, day, frame).tolist() == [[2, 0], [0, 0], [0, 1]]


def test_refuses_cubes_that_cannot_be_judged() -> None:
    def local(counts: NDArray[np.int64]) -> tuple[Array, Array]:
        return np.zeros(len(counts)), np.ones(len(counts))

    with pytest.raises(InvalidParameter) as few:
        emerging_hotspots(np.zeros((4, 9), dtype=np.int64), local)
    assert "ít nhất 10" in few.value.message.vi
    with pytest.raises(InvalidParameter):
        emerging_hotspots(np.zeros((4, 10), dtype=np.int64), local, level=0)
    with pytest.raises(TooLarge):
        space_time_cube(np.zeros(1, dtype=np.int64), np.zeros(1), CubeFrame(4_000_000, 0, 1, 365))
    with pytest.raises(InvalidParameter):
        space_time_cube(np.zeros(1, dtype=np.int64), np.zeros(1), CubeFrame(4, 0, 0, 10))
    with pytest.raises(InvalidParameter, match="names cell 4"):
        space_time_cube(np.array([4]), np.zeros(1), CubeFrame(4, 0, 1, 10))
