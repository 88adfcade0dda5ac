"""Clusters of incidents by density: in space, and in space and time together.

DBSCAN (Ester, Kriegel, Sander and Xu 1996, "A density-based algorithm for discovering clusters in large
spatial databases with noise", KDD-96, 226–231): neighbours from a k-d tree, clusters as the connected parts of
the graph of dense points, which gives the paper's clusters without its queue. Space–time DBSCAN (Birant and Kut
2007, "ST-DBSCAN: an algorithm for clustering spatial–temporal data", Data & Knowledge Engineering 60(1),
208–221) has both radii, without that paper's third, non-spatial attribute.

A cluster is a description of past incidents, not a test: chance alone makes some. Where significance is
asked for, use a local statistic.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import InvalidParameter, TooLarge
from layers.hotspots.evidence import Evidence, inputs_hash
from layers.hotspots.points import Points, check_positive, usable_points
from layers.wording import Text

__all__ = ["MAX_NEIGHBOUR_PAIRS", "NOISE", "Cluster", "ClusterOptions", "Clusters", "find_clusters"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Hull = Literal["convex", "concave"]

NOISE = -1
# Two whole numbers for each, and as much again while they are joined: some 1.5 GB at most.
MAX_NEIGHBOUR_PAIRS = 50_000_000

# Tightness between 0 (follows every bay) and 1 (convex); below a third, hulls of a few incidents become needles.
_CONCAVE_RATIO = 0.4


@dataclass(frozen=True)
class ClusterOptions:
    """What counts as a cluster.

    Parameters
    ----------
    eps_m : float
        Two incidents are neighbours when they lie no farther apart, metres.
    min_points : int
        A cluster grows from incidents with at least so many neighbours, themselves included.
    eps_days : float, optional
        And no farther apart in time, days; time is not looked at when left out.
    hull : {"convex", "concave"}
        The outline drawn around a cluster.
    """

    eps_m: float
    min_points: int
    eps_days: float | None = None
    hull: Hull = "convex"


@dataclass(frozen=True)
class Cluster:
    """Incidents that lie close together.

    Parameters
    ----------
    number : int
        0 is the largest.
    count, core_count : int
        Incidents, and those of them with enough neighbours.
    first_day, last_day : float
        Days of the first and of the last incident, as given.
    hull_m : shapely geometry
        The outline in the metric system; a line or a point when all places lie on one.
    """

    number: int
    count: int
    core_count: int
    first_day: float
    last_day: float
    hull_m: shapely.Geometry

    @property
    def span_days(self) -> float:
        """Days from the first incident to the last."""
        return self.last_day - self.first_day

    @property
    def area_m2(self) -> float:
        """Area of the outline on the map plane, square metres."""
        return float(self.hull_m.area)


@dataclass(frozen=True)
class Clusters:
    """The clusters found.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
        Number of the cluster of each incident, `NOISE` where it belongs to none.
    clusters : tuple of Cluster
        The largest first.
    evidence : Evidence
        How they were found.
    """

    labels: Labels
    clusters: tuple[Cluster, ...]
    evidence: Evidence

    @property
    def noise_count(self) -> int:
        """Incidents that belong to no cluster."""
        return int((self.labels == NOISE).sum())


def find_clusters(x_m: Array, y_m: Array, day: Array | None = None, *, options: ClusterOptions) -> Clusters:
    """Find clusters of incidents.

    An incident within reach of two clusters goes to the one that was found first, as in the paper; incidents
    are looked at from west to east, so the order of rows changes nothing.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in a metric system.
    day : ndarray of float, shape (n,), optional
        Days since any fixed day; needed with ``eps_days``, otherwise only reported.
    options : ClusterOptions
        What counts as a cluster.

    Returns
    -------
    Clusters
        Labels in the order of the rows given.

    Raises
    ------
    InvalidParameter
        When a parameter or an incident cannot be used, or ``eps_days`` is given without days.
    EmptyInput
        With fewer incidents than one cluster needs.
    TooLarge
        When so many incidents are neighbours that memory would not do.

    Examples
    --------
    >>> x_m = np.array([0.0, 10, 20, 900, 5_000, 5_010, 5_020])
    >>> found = find_clusters(x_m, np.zeros(7), options=ClusterOptions(eps_m=15, min_points=3))
    >>> found.labels.tolist(), [cluster.count for cluster in found.clusters], found.noise_count
    ([0, 0, 0, -1, 1, 1, 1], [3, 3], 1)
    """
    _check_options(options, has_days=day is not None)
    points = usable_points(x_m, y_m, day, least=options.min_points)
    order = points.canonical_order()
    ordered = Points(*(column[order] for column in points))
    found, is_core = _density_labels(ordered, options)
    found = _largest_first(found)
    labels = np.empty_like(found)
    labels[order] = found
    evidence = Evidence(
        "dbscan" if options.eps_days is None else "st_dbscan",
        {
            "eps_m": options.eps_m,
            "eps_days": options.eps_days,
            "min_points": options.min_points,
            "hull": options.hull,
        },
        inputs_hash(*points),
    )
    return Clusters(labels, _described(ordered, found, is_core, hull=options.hull), evidence)


def _check_options(options: ClusterOptions, *, has_days: bool) -> None:
    check_positive("eps_m", options.eps_m)
    check_positive("min_points", options.min_points)
    if options.eps_days is None:
        return
    check_positive("eps_days", options.eps_days)
    if not has_days:
        raise InvalidParameter(
            Text("Phân cụm theo thời gian cần ngày của từng vụ.", "Clusters in time need the day of each incident."),
            Text("Thêm ngày, hoặc bỏ eps_days.", "Add the days, or leave out eps_days."),
        )


def _density_labels(points: Points, options: ClusterOptions) -> tuple[Labels, NDArray[np.bool_]]:
    # Many incidents at one address and one moment are one point with a weight: without that, an address with
    # ten thousand incidents would make fifty million pairs of neighbours.
    columns = points.xy_m if options.eps_days is None else np.column_stack(points)
    distinct, at, weight = _distinct_rows(columns)
    first, second = _neighbour_pairs(distinct, options)
    size = len(distinct)
    reached = weight + np.bincount(first, weights=weight[second], minlength=size)
    reached += np.bincount(second, weights=weight[first], minlength=size)
    is_core = reached >= options.min_points
    labels = np.full(size, NOISE, dtype=np.int64)
    labels[is_core] = _joined(first, second, is_core)
    for core, other in ((first, second), (second, first)):
        edge = is_core[core] & ~is_core[other]
        _take_lowest(labels, other[edge], labels[core[edge]])
    return labels[at], is_core[at]


def _distinct_rows(rows: Array) -> tuple[Array, Labels, Array]:
    # The rows are sorted, so equal ones follow one another.
    fresh = np.append(True, (rows[1:] != rows[:-1]).any(axis=1))
    at = np.cumsum(fresh) - 1
    return rows[fresh], at, np.bincount(at).astype(np.float64)


def _joined(first: Labels, second: Labels, is_core: NDArray[np.bool_]) -> Labels:
    from scipy import sparse

    both = is_core[first] & is_core[second]
    links = sparse.coo_array(
        (np.ones(int(both.sum()), dtype=np.int8), (first[both], second[both])), (len(is_core),) * 2
    )
    _count, component = sparse.csgraph.connected_components(links, directed=False)
    return np.unique(component[is_core], return_inverse=True)[1].astype(np.int64)


def _take_lowest(labels: Labels, rows: Labels, offered: Labels) -> None:
    # Noise is lower than any cluster, so it is first lifted above all of them.
    highest = np.iinfo(np.int64).max
    lowest = np.where(labels == NOISE, highest, labels)
    np.minimum.at(lowest, rows, offered)
    labels[:] = np.where(lowest == highest, NOISE, lowest)


def _neighbour_pairs(distinct: Array, options: ClusterOptions) -> tuple[Labels, Labels]:
    from scipy.spatial import cKDTree

    if options.eps_days is None:
        tree, reach, norm = cKDTree(distinct), options.eps_m, 2.0
    else:
        # In units of both radii the neighbours lie in a cylinder; the tree knows the box around it.
        tree = cKDTree(distinct / [options.eps_m, options.eps_m, options.eps_days])
        reach, norm = 1.0 + 1e-9, np.inf
    pair_count = (int(tree.count_neighbors(tree, reach, p=norm)) - len(distinct)) // 2
    if pair_count > MAX_NEIGHBOUR_PAIRS:
        raise TooLarge(
            Text(f"Với bán kính {options.eps_m:g} m có {pair_count} cặp vụ gần nhau, quá lớn.",
                 f"Within {options.eps_m:g} m there are {pair_count} pairs of incidents, too many."),
            Text("Chọn bán kính nhỏ hơn hoặc thời gian ngắn hơn.", "Choose a smaller radius or a shorter period."),
        )  # fmt: skip
    pairs = tree.query_pairs(reach, p=norm, output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    if options.eps_days is not None:
        step = np.abs(distinct[first] - distinct[second])
        near = (step[:, 0] ** 2 + step[:, 1] ** 2 <= options.eps_m**2) & (step[:, 2] <= options.eps_days)
        first, second = first[near], second[near]
    return first, second


def _largest_first(labels: Labels) -> Labels:
    counts = np.bincount(labels[labels != NOISE])
    place = np.empty(len(counts) + 1, dtype=np.int64)
    place[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    place[NOISE] = NOISE
    return place[labels]


def _described(points: Points, labels: Labels, is_core: NDArray[np.bool_], *, hull: Hull) -> tuple[Cluster, ...]:
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(labels.max(initial=NOISE) + 2))
    members = [order[start:end] for start, end in pairwise(starts)]
    xy_m = points.xy_m
    return tuple(
        Cluster(
            number,
            len(rows),
            int(is_core[rows].sum()),
            float(points.day[rows].min()),
            float(points.day[rows].max()),
            _outline(xy_m[rows], hull),
        )
        for number, rows in enumerate(members)
    )


def _outline(xy_m: Array, hull: Hull) -> shapely.Geometry:
    if hull == "convex":
        return shapely.convex_hull(shapely.MultiPoint(xy_m))
    return shapely.concave_hull(shapely.MultiPoint(np.unique(xy_m, axis=0)), ratio=_CONCAVE_RATIO)
