"""Near repeats: whether more incidents follow close by and soon than chance would bring.

Knox (1964, "The detection of space–time interactions", Applied Statistics 13(1), 25–29) counts pairs that are
close both in space and in time. Bands of distance and time, and times shuffled over the places to tell chance,
follow Johnson, Bowers, Birks and Pease (2009, "Predictive mapping of crime by ProMap: accuracy, units of
analysis, and the environmental backcloth", in Putting Crime in its Place, 171–198) and Ratcliffe and Rengert
(2008, "Near-repeat patterns in Philadelphia shootings", Security Journal 21, 58–76). It speaks of places and
days, never of who did it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter, TooLarge
from layers.hotspots.evidence import Evidence, inputs_hash
from layers.hotspots.points import Points, usable_points
from layers.wording import Text

__all__ = ["MAX_PAIRS", "Bands", "NearRepeat", "Shuffles", "near_repeat", "near_repeat_of"]

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

# A permutation passes over every pair once: 20 million take about half a second.
MAX_PAIRS = 20_000_000
_LEAST_INCIDENTS = 10


@dataclass(frozen=True)
class Bands:
    """The rings of distance and time in which pairs are counted.

    A ring holds what is more than the edge before it and at most its own; the first holds all up to its edge.
    So ``distance_m=(0, 100, 200)`` counts the same place, up to 100 m, and 100 to 200 m.

    Parameters
    ----------
    distance_m : tuple of float
        Upper edges, rising, metres.
    days : tuple of float
        Upper edges, rising, days.
    """

    distance_m: tuple[float, ...]
    days: tuple[float, ...]


@dataclass(frozen=True)
class NearRepeat:
    """How many pairs fall into each ring, and how many chance would bring.

    Parameters
    ----------
    bands : Bands
        The rings.
    incident_count : int
        Incidents.
    observed : ndarray of int64, shape (distances, times)
        Pairs.
    expected : ndarray of float, shape (distances, times)
        Pairs on average over all orders of the times, exactly: pairs near in space × pairs near in time / all pairs.
    p : ndarray of float, shape (distances, times)
        Share of the shuffled orders, the given one included, with as many pairs or more.
    q : ndarray of float, shape (distances, times)
        The p values after control of the false discovery rate over the table (Benjamini and Hochberg 1995,
        "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57(1), 289–300).
    permutations : int
        Shuffled orders.
    evidence : Evidence
        How it was found.
    """

    bands: Bands
    incident_count: int
    observed: Counts
    expected: Array
    p: Array
    q: Array
    permutations: int
    evidence: Evidence

    @property
    def ratio(self) -> Array:
        """Observed by expected pairs, shape (distances, times); not a number where none is expected."""
        ratio = np.full(self.expected.shape, np.nan)
        np.divide(self.observed, self.expected, out=ratio, where=self.expected > 0)
        return ratio


def near_repeat(x_m: Array, y_m: Array, day: Array, *, bands: Bands, permutations: int = 999, seed: int) -> NearRepeat:
    """Test for near repeats.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in a metric system.
    day : ndarray of float, shape (n,)
        Days since any fixed day.
    bands : Bands
        The rings in which pairs are counted.
    permutations : int
        How often the times are shuffled over the places; the smallest p is 1 / (permutations + 1) (Phipson and
        Smyth 2010, "Permutation p-values should never be zero", Statistical Applications in Genetics and
        Molecular Biology 9(1), article 39).
    seed : int
        Of the shuffling.

    Returns
    -------
    NearRepeat
        The table; the order of rows changes nothing.

    Raises
    ------
    InvalidParameter
        When the bands do not rise, the permutations are too few, or an incident cannot be used.
    EmptyInput
        With fewer than ten incidents, or with all at one place or on one day: then no order differs from another.
    TooLarge
        When more than `MAX_PAIRS` pairs lie within the widest distance.

    Examples
    --------
    >>> place_m, day = np.repeat(np.arange(10) * 1_000.0, 2), np.repeat(np.arange(10) * 30.0, 2)
    >>> found = near_repeat(place_m, place_m, day, bands=Bands((100,), (7,)), permutations=99, seed=1)
    >>> found.observed.tolist(), float(found.expected.round(2)[0, 0]), float(found.p[0, 0])
    ([[10]], 0.53, 0.01)
    """
    points = usable_points(x_m, y_m, day, least=_LEAST_INCIDENTS)
    return near_repeat_of(points, bands=bands, shuffles=Shuffles(permutations, seed))


@dataclass(frozen=True)
class Shuffles:
    """How the times are shuffled over the places.

    Parameters
    ----------
    count : int
        How often.
    seed : int
        Of the shuffling.
    watch : callable
        Is told before each shuffle how many are done and how many there are; it may end the work by raising.
    """

    count: int
    seed: int
    watch: Callable[[int, int], None] = lambda _done, _total: None


def near_repeat_of(points: Points, *, bands: Bands, shuffles: Shuffles) -> NearRepeat:
    """Test for near repeats, as `near_repeat` does, while somebody follows it.

    Parameters
    ----------
    points : Points
        From `usable_points`.
    bands : Bands
        The rings in which pairs are counted.
    shuffles : Shuffles
        How the times are shuffled.

    Returns
    -------
    NearRepeat
        The table.

    Raises
    ------
    InvalidParameter, EmptyInput, TooLarge
        As for `near_repeat`.
    """
    _check_bands(bands)
    _check_permutations(shuffles.count)
    _check_spread(points)
    order = points.canonical_order()
    ordered = Points(*(column[order] for column in points))
    first, second, ring = _pairs_near_in_space(ordered, bands)
    table = _Table(first, second, ring, bands)
    observed = table.count(ordered.day)
    at_least = np.ones(observed.shape, dtype=np.int64)
    rng = np.random.default_rng(shuffles.seed)
    for done in range(shuffles.count):
        shuffles.watch(done, shuffles.count)
        at_least += table.count(rng.permutation(ordered.day)) >= observed
    p = at_least / (shuffles.count + 1)
    evidence = Evidence(
        "knox",
        {"bands_m": bands.distance_m, "bands_days": bands.days, "permutations": shuffles.count},
        inputs_hash(*points),
        shuffles.seed,
    )
    expected = _expected(np.bincount(ring, minlength=len(bands.distance_m)), ordered.day, bands)
    return NearRepeat(bands, len(order), observed, expected, p, _false_discovery(p), shuffles.count, evidence)


@dataclass(frozen=True)
class _Table:
    first: Counts
    second: Counts
    ring: Counts
    bands: Bands

    def count(self, day: Array) -> Counts:
        edges = np.asarray(self.bands.days, dtype=np.float64)
        apart = np.abs(day[self.first] - day[self.second])
        column = np.searchsorted(edges, apart)
        rows, columns = len(self.bands.distance_m), len(edges)
        # One column more takes the pairs that lie too far apart in time.
        flat = np.bincount(self.ring * (columns + 1) + column, minlength=rows * (columns + 1))
        return flat.reshape(rows, columns + 1)[:, :columns].astype(np.int64)


def _check_bands(bands: Bands) -> None:
    for edges in (bands.distance_m, bands.days):
        values = np.asarray(edges, dtype=np.float64)
        rises = values.size > 0 and np.isfinite(values).all() and values[0] >= 0 and (np.diff(values) > 0).all()
        if not rises:
            raise InvalidParameter(
                Text("Các khoảng cách và khoảng ngày phải tăng dần, từ 0 trở lên.",
                     "Bands of distance and time must rise, from 0 up."),
                Text("Ví dụ: 0, 100, 200, 400 m và 7, 14, 28 ngày.", "Such as 0, 100, 200, 400 m and 7, 14, 28 days."),
            )  # fmt: skip


def _check_permutations(permutations: int) -> None:
    if not 19 <= permutations <= 99_999:
        raise InvalidParameter(
            Text(f"Số lần hoán vị {permutations} không dùng được.", f"{permutations} permutations cannot be used."),
            Text("Chọn từ 19 đến 99.999, thường là 999.", "Choose 19 to 99,999; 999 is usual."),
        )


def _check_spread(points: Points) -> None:
    one_place = np.ptp(points.x_m) == 0 and np.ptp(points.y_m) == 0
    if one_place or np.ptp(points.day) == 0:
        raise EmptyInput(
            Text("Mọi vụ việc ở cùng một điểm hoặc cùng một ngày nên không kiểm định được lặp lại gần.",
                 "All incidents lie at one point or on one day, so near repeats cannot be tested."),
            Text("Kiểm tra vị trí và ngày, hoặc mở rộng phạm vi.", "Check places and days, or widen the area."),
        )  # fmt: skip


def _pairs_near_in_space(points: Points, bands: Bands) -> tuple[Counts, Counts, Counts]:
    from scipy.spatial import cKDTree

    tree = cKDTree(points.xy_m)
    widest_m = bands.distance_m[-1]
    pair_count = (int(tree.count_neighbors(tree, widest_m)) - len(points.day)) // 2
    if pair_count > MAX_PAIRS:
        raise TooLarge(
            Text(f"Trong {widest_m:g} m có {pair_count} cặp vụ, quá lớn.",
                 f"There are {pair_count} pairs of incidents within {widest_m:g} m, too many."),
            Text("Chọn khoảng cách nhỏ hơn hoặc thời gian ngắn hơn.", "Choose shorter distances or a shorter period."),
        )  # fmt: skip
    pairs = tree.query_pairs(widest_m, output_type="ndarray").astype(np.int64)
    first, second = pairs[:, 0], pairs[:, 1]
    apart_m = np.hypot(points.x_m[first] - points.x_m[second], points.y_m[first] - points.y_m[second])
    ring = np.searchsorted(np.asarray(bands.distance_m, dtype=np.float64), apart_m)
    # The tree compares squares, so a pair at the very edge may come out a rounding error beyond it.
    return first, second, np.minimum(ring, len(bands.distance_m) - 1).astype(np.int64)


def _expected(near_in_space: Counts, day: Array, bands: Bands) -> Array:
    ordered = np.sort(day)
    after = np.arange(len(ordered)) + 1
    within = [int((np.searchsorted(ordered, ordered + edge, side="right") - after).sum()) for edge in bands.days]
    near_in_time = np.diff(within, prepend=0)
    pairs = len(day) * (len(day) - 1) / 2
    return np.outer(near_in_space, near_in_time) / pairs


def _false_discovery(p: Array) -> Array:
    from scipy import stats

    return np.asarray(stats.false_discovery_control(p.ravel(), method="bh"), dtype=np.float64).reshape(p.shape)
