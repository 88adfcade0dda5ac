"""Repeat places and how incidents are concentrated."""

from __future__ import annotations

import numpy as np
import pytest

from layers.errors import EmptyInput, InvalidParameter
from layers.hotspots.repeats import concentration, repeat_places


def test_eighty_twenty() -> None:
    # Ten addresses; the two busiest hold 40 of 50 incidents.
    place = np.repeat(np.arange(10), [25, 15, 2, 2, 1, 1, 1, 1, 1, 1])
    found = concentration(place)
    assert found.incidents_share(0.2) == pytest.approx(0.8)
    assert found.places_share(0.8) == pytest.approx(0.2)
    assert found.places_share(0.5) == pytest.approx(0.1)
    assert found.places_share(0.51) == pytest.approx(0.2)
    assert found.curve((0.1, 0.2, 1.0)) == pytest.approx((0.5, 0.8, 1.0))
    assert found.repeated() == (4, 44)


def test_half_a_place_holds_half_of_its_incidents() -> None:
    assert concentration(np.repeat(["A", "B"], [6, 2])).incidents_share(0.25) == pytest.approx(3 / 8)


def test_gini_knows_that_few_incidents_cannot_be_everywhere() -> None:
    spread = concentration(np.arange(10), place_count=1_000)
    gathered = concentration(np.zeros(10), place_count=1_000)
    even = concentration(np.repeat(np.arange(4), 3))
    assert spread.gini == pytest.approx(0, abs=1e-9)
    assert even.gini == pytest.approx(0, abs=1e-9)
    assert gathered.gini == pytest.approx(0.9, abs=1e-9)


def test_rounding_makes_places_and_says_where() -> None:
    x_m = np.array([1_000.0, 1_004, 996, 1_400, 1_402, 9_000])
    found = repeat_places(x_m, np.full(6, 50.0), rounding_m=20)
    assert found.concentration.counts.tolist() == [3, 2, 1]
    assert found.x_m.tolist() == [1_000.0, 1_400.0, 9_000.0]
    assert found.concentration.evidence.parameters == {"rounding_m": 20}


def test_says_when_positions_are_too_coarse() -> None:
    x_m = np.arange(10.0) * 100
    fine = repeat_places(x_m, x_m, rounding_m=50, accuracy_m=np.full(10, 10.0))
    coarse = repeat_places(x_m, x_m, rounding_m=50, accuracy_m=np.array([1_000.0] * 4 + [10.0] * 5 + [np.nan]))
    assert fine.caution is None
    assert coarse.caution is not None
    assert "4 trên 10" in coarse.caution.vi
    assert "4 of 10" in coarse.caution.en


def test_refuses_what_is_none() -> None:
    with pytest.raises(EmptyInput):
        concentration(np.array([]))
    with pytest.raises(EmptyInput):
        repeat_places(np.array([]), np.array([]), rounding_m=10)
    with pytest.raises(InvalidParameter):
        repeat_places(np.zeros(3), np.zeros(3), rounding_m=0)
    with pytest.raises(InvalidParameter, match="more than the 2"):
        concentration(np.arange(3), place_count=2)
    for share in (0.0, 1.5, float("nan")):
        with pytest.raises(InvalidParameter):
            concentration(np.arange(3)).places_share(share)
