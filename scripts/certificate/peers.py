"""The same numbers as other programs, on incidents made with a seed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.hotspots.clusters import ClusterOptions, find_clusters
from layers.hotspots.density import DensityGrid, kernel_density
from layers.hotspots.exact_tails import exact_tails
from layers.hotspots.local import LocalResult, local_gistar, local_moran
from layers.hotspots.near_repeat import Bands, near_repeat
from layers.hotspots.neighbours import Neighbours, lattice_neighbours, touching_neighbours
from layers.hotspots.points import Points
from scripts.certificate.checks import Check, compared, mismatched

if TYPE_CHECKING:
    import esda
    import libpysal

__all__ = ["clusters_check", "density_check", "gistar_check", "knox_check", "moran_check", "peer_checks"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_SCORE = 1e-9
_DENSITY = 1e-3
# Where a surface is thinner than this part of its peak, nobody acts on it and relative differences mean little.
_MATTERS = 0.05
# The peer adds up every kernel at every node.
_MOST_NODES = 2_000


def peer_checks() -> Iterator[Check]:
    """Run every comparison with another program.

    Yields
    ------
    Check
        Lines of the certificate.
    """
    with warnings.catch_warnings():
        # What the peers warn of (missing numba, islands) is not of this program.
        warnings.simplefilter("ignore")
        for mean in (0.1, 2.0, 50.0):
            counts, neighbours = _planted(mean)
            yield gistar_check(f"Gi*, z, squares, mean count {mean:g}", counts, neighbours)
            yield moran_check(f"local Moran, z, squares, mean count {mean:g}", counts, neighbours)
        counts, neighbours = _units()
        yield gistar_check("Gi*, z, units of uneven shape and one island", counts, neighbours)
        yield _gi_check(*_planted(2.0))
        yield _sampled_tails_check(*_planted(2.0, side=10))
        yield _all_hands_check()
        yield from _clusters_and_pairs()
        yield from _densities()


def gistar_check(what: str, counts: Integers, neighbours: Neighbours) -> Check:
    """Compare the score of Gi* with esda's.

    Parameters
    ----------
    what : str
        The line's name.
    counts : ndarray of int, shape (n,)
        Incidents by cell.
    neighbours : Neighbours
        Of every cell.

    Returns
    -------
    Check
        To 1e-9.
    """
    theirs = _esda_g(counts, neighbours, star=True).Zs
    return compared(what, "esda G_Local", ours=_ours(counts, neighbours).z, theirs=theirs, allowed=_SCORE)


def moran_check(what: str, counts: Integers, neighbours: Neighbours) -> Check:
    """Compare the conditional score of local Moran with esda's.

    Parameters
    ----------
    what : str
        The line's name.
    counts : ndarray of int, shape (n,)
        Incidents by cell.
    neighbours : Neighbours
        Of every cell; none without one.

    Returns
    -------
    Check
        To 1e-9.
    """
    import esda

    peer = esda.Moran_Local(counts.astype(float), _weights(neighbours), permutations=0)
    n = len(counts)
    # esda scales the statistic by (n - 1) / n and its conditional moments by 1.
    theirs = (peer.Is * n / (n - 1) - peer.EIc) / np.sqrt(peer.VIc)
    ours = local_moran(counts, neighbours, seed=1, permutations=9).z
    return compared(what, "esda Moran_Local", ours=ours, theirs=theirs, allowed=_SCORE)


def clusters_check(what: str, x_m: Array, y_m: Array, *, options: ClusterOptions) -> Check:
    """Compare DBSCAN with scikit-learn's.

    Parameters
    ----------
    what : str
        The line's name.
    x_m, y_m : ndarray of float, shape (n,)
        East and north, metres.
    options : ClusterOptions
        Radius and number of neighbours.

    Returns
    -------
    Check
        No incident may be noise on one side alone, or have another cluster. Incidents are looked at in the same
        order, for that decides to which of two clusters a border point goes.
    """
    from sklearn.cluster import DBSCAN

    order = np.lexsort((y_m, x_m))
    x_m, y_m = x_m[order], y_m[order]
    ours = find_clusters(x_m, y_m, options=options).labels
    theirs = DBSCAN(eps=options.eps_m, min_samples=options.min_points).fit(np.column_stack([x_m, y_m])).labels_
    return mismatched(what, "scikit-learn DBSCAN", ours=_first_members(ours), theirs=_first_members(theirs))


def knox_check(what: str, points: Points, *, bands: Bands) -> Check:
    """Compare the pairs close in space and time, seen and expected, with pointpats.

    Parameters
    ----------
    what : str
        The line's name.
    points : Points
        Places and days.
    bands : Bands
        One distance and one time.

    Returns
    -------
    Check
        To 1e-9.
    """
    from pointpats.spacetime import Knox

    found = near_repeat(*points, bands=bands, permutations=19, seed=1)
    peer = Knox(points.xy_m, points.day[:, None], bands.distance_m[0], bands.days[0], permutations=0)
    ours = [found.observed[0, 0], found.expected[0, 0]]
    theirs = [peer.observed[0, 0], peer.expected[0, 0]]
    return compared(what, "pointpats Knox", ours=ours, theirs=theirs, allowed=_SCORE)


def density_check(what: str, x_m: Array, y_m: Array, *, bandwidth_m: float, cell_m: float) -> Check:
    """Compare a Gaussian density with KDEpy's sum of every kernel.

    Parameters
    ----------
    what : str
        The line's name.
    x_m, y_m : ndarray of float, shape (n,)
        East and north, metres.
    bandwidth_m, cell_m : float
        Metres.

    Returns
    -------
    Check
        Relative, at some 2,000 nodes where the density is more than a twentieth of its peak.
    """
    from KDEpy import TreeKDE

    grid = _surface(x_m, y_m, bandwidth_m=bandwidth_m, cell_m=cell_m, kernel="gaussian")
    # KDEpy finds the reach of its kernel only for bandwidths near 1.
    places = np.column_stack([x_m, y_m]) / bandwidth_m
    nodes = np.stack(np.meshgrid(grid.x_m, grid.y_m), axis=-1).reshape(-1, 2) / bandwidth_m
    dense = np.flatnonzero(grid.values.ravel() > _MATTERS / 2 * grid.values.max())
    kept = dense[:: max(1, len(dense) // _MOST_NODES)]
    per_unit = TreeKDE(kernel="gaussian", bw=1.0).fit(places).evaluate(nodes[kept], eps=1e-12)
    theirs = per_unit * len(x_m) * 1e6 / bandwidth_m**2
    return _relative(what, "KDEpy TreeKDE", ours=grid.values.ravel()[kept], theirs=theirs)


def _planted(mean: float, *, side: int = 20) -> tuple[Integers, Neighbours]:
    row, column = np.divmod(np.arange(side * side), side)
    counts = np.random.default_rng(5).poisson(mean, side * side)
    counts += 5 * ((abs(row - 4) <= 1) & (abs(column - 7) <= 1))
    return counts, lattice_neighbours(row, column)


def _units() -> tuple[Integers, Neighbours]:
    rng = np.random.default_rng(2)
    cells = list(shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 10_000, (60, 2)))).geoms)
    island = shapely.box(9e5, 9e5, 9.1e5, 9.1e5)
    return rng.poisson(20, 61), touching_neighbours([*cells, island])


def _ours(counts: Integers, neighbours: Neighbours) -> LocalResult:
    return local_gistar(counts, neighbours, seed=1, permutations=9)


def _weights(neighbours: Neighbours) -> libpysal.weights.W:
    import libpysal

    lists = np.split(neighbours.cells, neighbours.starts[1:-1])
    return libpysal.weights.W({cell: others.tolist() for cell, others in enumerate(lists)}, silence_warnings=True)


def _esda_g(counts: Integers, neighbours: Neighbours, *, star: bool, permutations: int = 0) -> esda.G_Local:
    import esda

    return esda.G_Local(counts.astype(float), _weights(neighbours), transform="B", star=star,
                        permutations=permutations, keep_simulations=permutations > 0, n_jobs=1, seed=1)  # fmt: skip


def _gi_check(counts: Integers, neighbours: Neighbours) -> Check:
    ours = local_gistar(counts, neighbours, seed=1, permutations=9, include_self=False).z
    theirs = _esda_g(counts, neighbours, star=False).Zs
    return compared("Gi, z, squares", "esda G_Local", ours=ours, theirs=theirs, allowed=_SCORE)


def _sampled_tails_check(counts: Integers, neighbours: Neighbours) -> Check:
    # Both hold a cell's own count, so the share of esda's dealt sums estimates this program's exact probability.
    drawn = 999
    peer = _esda_g(counts, neighbours, star=True, permutations=drawn)
    sums = neighbours.sums(counts)
    dealt = np.rint(peer.sim * counts.sum()).astype(np.int64)
    sampled = [(dealt >= sums + counts).mean(axis=0), (dealt <= sums + counts).mean(axis=0)]
    exact = np.array(exact_tails(counts, neighbours.counts, sums=sums))
    errors = (sampled - exact) / (np.sqrt(exact * (1 - exact) / drawn) + 1 / drawn)
    return compared("Gi*, p of both tails, in standard errors of the permutations", "esda G_Local, 999 permutations",
                    ours=errors, theirs=np.zeros(errors.shape), allowed=5.0)  # fmt: skip


def _all_hands_check() -> Check:
    counts = np.array([0, 0, 1, 1, 1, 2, 4, 9, 30])
    sizes = np.array([3, 1, 4, 2, 8, 3, 5, 4, 3])
    sums = np.array([5, 1, 34, 2, 47, 0, 40, 3, 6])
    listed = []
    for cell, (size, seen) in enumerate(zip(sizes.tolist(), sums.tolist(), strict=True)):
        hands = np.array([sum(hand) for hand in combinations(np.delete(counts, cell).tolist(), size)])
        listed.append([(hands >= seen).mean(), (hands <= seen).mean()])
    ours = np.transpose(exact_tails(counts, sizes, sums=sums))
    return compared("Gi*, exact p of nine cells", "all hands, one by one", ours=ours, theirs=listed, allowed=1e-12)


def _clusters_and_pairs() -> Iterator[Check]:
    rng = np.random.default_rng(11)
    middle = rng.uniform(0, 8_000, (2, 12))
    x_m, y_m = (np.concatenate([rng.normal(axis, 90, (60, 12)).ravel(), rng.uniform(0, 8_000, 900)])
                for axis in middle)  # fmt: skip
    day = rng.integers(0, 120, len(x_m)).astype(np.float64)
    yield clusters_check("DBSCAN, 1,620 incidents", x_m, y_m, options=ClusterOptions(120, 8))
    at = slice(0, None, 3)
    yield knox_check("Knox, 540 incidents", Points(x_m[at], y_m[at], day[at]), bands=Bands((200,), (14,)))


def _densities() -> Iterator[Check]:
    rng = np.random.default_rng(1)
    x_m, y_m = rng.normal(9_000, 1_500, 3_000), rng.normal(9_000, 1_500, 3_000)
    yield density_check("density, Gaussian kernel", x_m, y_m, bandwidth_m=1_000, cell_m=200)
    grid = _surface(x_m, y_m, bandwidth_m=1_000, cell_m=200, kernel="quartic")
    east, north = np.meshgrid(grid.x_m, grid.y_m)
    apart = (east[..., None] - x_m) ** 2 + (north[..., None] - y_m) ** 2
    direct = (np.maximum(1 - apart / 1e6, 0) ** 2).sum(axis=-1) * 3 / np.pi
    kept = direct > _MATTERS * direct.max()
    yield _relative("density, quartic kernel", "the sum of every kernel", ours=grid.values[kept], theirs=direct[kept])


def _surface(x_m: Array, y_m: Array, *, bandwidth_m: float, cell_m: float, kernel: str) -> DensityGrid:
    reach_m = 3 * bandwidth_m
    bounds_m = (x_m.min() - reach_m, y_m.min() - reach_m, x_m.max() + reach_m, y_m.max() + reach_m)
    return kernel_density(x_m, y_m, bandwidth_m=bandwidth_m, cell_m=cell_m, bounds_m=bounds_m, kernel=kernel)


def _relative(what: str, against: str, *, ours: Array, theirs: Array) -> Check:
    matters = theirs > _MATTERS * theirs.max()
    ratio = ours[matters] / theirs[matters]
    return compared(f"{what}, relative", against, ours=ratio, theirs=np.ones(len(ratio)), allowed=_DENSITY)


def _first_members(labels: Integers) -> Integers:
    # Clusters are named by their first incident, so that two programs may number them differently.
    _names, first, at = np.unique(labels, return_index=True, return_inverse=True)
    return np.where(labels < 0, -1, first[at])
