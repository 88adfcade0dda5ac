"""Clusters of incidents, in space and in space and time."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter, TooLarge
from layers.hotspots import clusters as module
from layers.hotspots.clusters import NOISE, ClusterOptions, find_clusters

Array = NDArray[np.float64]


def _textbook(near: NDArray[np.bool_], min_points: int) -> list[int]:
    """The paper's own procedure: grow one cluster after the other from a queue of seeds."""
    labels, cluster = [NOISE] * len(near), -1
    dense = near.sum(axis=1) >= min_points
    for start in np.flatnonzero(dense).tolist():
        if labels[start] != NOISE:
            continue
        cluster += 1
        labels[start] = cluster
        seeds = deque([start])
        while seeds:
            for other in np.flatnonzero(near[seeds.popleft()]).tolist():
                if labels[other] == NOISE:
                    labels[other] = cluster
                    if dense[other]:
                        seeds.append(other)
    return labels


def _same_groups(one: list[int], other: list[int]) -> bool:
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len({a for a, _b in pairs}) == len({b for _a, b in pairs})


def _west_to_east(seed: int, step_m: float) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    x_m, y_m = np.round(rng.normal(0, 100, (2, 150)) / step_m) * step_m
    day = rng.integers(0, 60, 150).astype(np.float64)
    order = np.lexsort((day, y_m, x_m))
    return x_m[order], y_m[order], day[order]


@pytest.mark.parametrize("step_m", [0.001, 25.0])
@pytest.mark.parametrize("min_points", [1, 3, 8])
@pytest.mark.parametrize("eps_days", [None, 10.0])
def test_are_those_of_the_published_procedure(step_m: float, min_points: int, eps_days: float | None) -> None:
    x_m, y_m, day = _west_to_east(min_points, step_m)
    near = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m) <= 25.0
    if eps_days is not None:
        near &= np.abs(day[:, None] - day) <= eps_days
    found = find_clusters(x_m, y_m, day, options=ClusterOptions(25.0, min_points, eps_days=eps_days))
    expected = _textbook(near, min_points)
    labels = found.labels.tolist()
    assert _same_groups(labels, expected)
    assert [label == NOISE for label in labels] == [label == NOISE for label in expected]


def test_largest_comes_first_with_its_days_and_outline() -> None:
    x_m = np.array([0.0, 0, 10, 10, 500, 500, 510, 510, 505])
    y_m = np.array([0.0, 10, 0, 10, 0, 10, 0, 10, 5])
    day = np.array([1.0, 2, 3, 9, 4, 4, 4, 4, 6])
    found = find_clusters(x_m, y_m, day, options=ClusterOptions(15, 3))
    assert [(one.count, one.first_day, one.last_day, one.span_days, one.area_m2) for one in found.clusters] == [
        (5, 4.0, 6.0, 2.0, 100.0),
        (4, 1.0, 9.0, 8.0, 100.0),
    ]
    assert found.labels.tolist() == [1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert found.evidence.parameters["eps_m"] == 15


def test_time_parts_what_space_joins() -> None:
    x_m, day = np.zeros(6), np.array([0.0, 1, 2, 100, 101, 102])
    in_space = find_clusters(x_m, x_m, day, options=ClusterOptions(10, 3))
    in_time = find_clusters(x_m, x_m, day, options=ClusterOptions(10, 3, eps_days=2))
    assert [one.count for one in in_space.clusters] == [6]
    assert [(one.first_day, one.last_day) for one in in_time.clusters] == [(0.0, 2.0), (100.0, 102.0)]


def test_neighbours_at_exactly_both_radii_count() -> None:
    x_m, day = np.array([0.0, 3.0]), np.array([0.0, 7.0])
    assert find_clusters(x_m, x_m * 4 / 3, day, options=ClusterOptions(5, 2, eps_days=7)).labels.tolist() == [0, 0]


def test_concave_outline_follows_a_bend() -> None:
    x_m, y_m = (values.ravel() for values in np.meshgrid(np.arange(20) * 50.0, np.arange(20) * 50.0))
    along_two_streets = (x_m < 150) | (y_m < 150)
    x_m, y_m = x_m[along_two_streets], y_m[along_two_streets]
    convex = find_clusters(x_m, y_m, options=ClusterOptions(60, 2)).clusters[0]
    concave = find_clusters(x_m, y_m, options=ClusterOptions(60, 2, hull="concave")).clusters[0]
    assert concave.area_m2 < 0.8 * convex.area_m2


def test_places_on_one_spot_have_an_outline_without_area() -> None:
    (only,) = find_clusters(np.full(5, 7.0), np.full(5, 7.0), options=ClusterOptions(10, 3)).clusters
    assert (only.hull_m.geom_type, only.area_m2) == ("Point", 0.0)


def test_ten_thousand_incidents_at_one_address_are_no_burden() -> None:
    place_m = np.append(np.zeros(20_000), 5.0)
    assert find_clusters(place_m, place_m, options=ClusterOptions(10, 5)).clusters[0].count == 20_001


@pytest.mark.parametrize(
    "options",
    [ClusterOptions(0, 3), ClusterOptions(-5, 3), ClusterOptions(float("nan"), 3), ClusterOptions(10, 0),
     ClusterOptions(10, 3, eps_days=0)],
)  # fmt: skip
def test_refuses_sizes_that_are_none(options: ClusterOptions) -> None:
    with pytest.raises(InvalidParameter) as refused:
        find_clusters(np.zeros(5), np.zeros(5), np.zeros(5), options=options)
    assert "lớn hơn 0" in refused.value.hint.vi


def test_refuses_time_without_days_places_that_are_none_and_too_few() -> None:
    options = ClusterOptions(10, 3, eps_days=7)
    with pytest.raises(InvalidParameter, match="day of each incident"):
        find_clusters(np.zeros(5), np.zeros(5), options=options)
    with pytest.raises(InvalidParameter, match="no usable place"):
        find_clusters(np.array([0, np.nan, 1]), np.zeros(3), options=ClusterOptions(10, 2))
    with pytest.raises(EmptyInput, match="at least 3"):
        find_clusters(np.zeros(2), np.zeros(2), options=ClusterOptions(10, 3))
    with pytest.raises(EmptyInput):
        find_clusters(np.zeros(0), np.zeros(0), options=ClusterOptions(10, 1))


def test_refuses_a_radius_that_makes_everything_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NEIGHBOUR_PAIRS", 100)
    with pytest.raises(TooLarge) as refused:
        find_clusters(np.arange(50.0), np.zeros(50), options=ClusterOptions(40, 3))
    assert "nhỏ hơn" in refused.value.hint.vi
