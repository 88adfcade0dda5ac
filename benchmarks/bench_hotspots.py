"""Gi* beside esda with numba, density beside KDEpy, clusters beside scikit-learn, in one run on the same data.

    python benchmarks/bench_hotspots.py [--runs 5] [--jobs 1]

Gi*: 10,000 cells, 999 permutations, queen neighbours with the cell itself; esda is given float64 and is warmed, so
that numba's compilation is not counted, in one process as ours, with `--jobs` in more. Ours also computes the exact
law of every cell and the false discovery rate. Density: a million incidents on 1,024 × 1,024 nodes, Gaussian; KDEpy is
given kilometres, for it finds the reach of its kernel only for bandwidths near 1. Ours also hashes the inputs.
Clusters: DBSCAN of 100,000 incidents, 50 m, 10 of them, in one thread on both sides. Ours also draws the outlines and
hashes the inputs.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version

import esda
import libpysal
import numpy as np
from KDEpy import FFTKDE
from sklearn.cluster import DBSCAN

from layers.hotspots.clusters import ClusterOptions, find_clusters
from layers.hotspots.density import kernel_density
from layers.hotspots.local import local_gistar
from layers.hotspots.neighbours import lattice_neighbours

SEED, SIDE, NODES, INCIDENTS, CLUSTERED = 3, 100, 1_024, 1_000_000, 100_000


def turns(works: dict[str, Callable[[], object]], runs: int) -> dict[str, np.ndarray]:
    """Time the sides in turn, so that a busy machine slows both: seconds of the clock and of the processor."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _run in range(runs):
        for name, work in works.items():
            clock_s, processor_s = time.perf_counter(), time.process_time()
            work()
            spent[name].append((time.perf_counter() - clock_s, time.process_time() - processor_s))
    return {name: np.array(taken_s) for name, taken_s in spent.items()}


def table(spent: dict[str, np.ndarray]) -> None:
    first = np.median(next(iter(spent.values())), axis=0)
    for name, taken_s in spent.items():
        middle, high = np.median(taken_s, axis=0), np.percentile(taken_s[:, 0], 95)
        clock, processor = middle / first
        print(f"| {name} | {middle[0] * 1e3:,.0f} | {high * 1e3:,.0f} | {middle[1] * 1e3:,.0f} | {len(taken_s)} "
              f"| {clock:.1f} ({processor:.1f}) |")  # fmt: skip


def gistar(runs: int, jobs: int) -> None:
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    counts = np.random.default_rng(SEED).poisson(2.0, SIDE * SIDE)
    counts[(abs(row - 40) <= 1) & (abs(column - 40) <= 1)] += 6
    neighbours, floats = lattice_neighbours(row, column), counts.astype(float)
    weights = libpysal.weights.lat2W(SIDE, SIDE, rook=False)

    def peer() -> esda.G_Local:
        return esda.G_Local(floats, weights, transform="B", star=True, permutations=999, seed=1, n_jobs=jobs)

    ours, theirs = local_gistar(counts, neighbours, seed=1), peer()
    apart = np.abs(ours.z - theirs.Zs).max()
    print(f"| Gi*: largest difference of z {apart:.1e} | | | | | |")
    if apart > 1e-9:
        raise SystemExit("the two sides do not compute the same score")
    table(turns({
        "Gi*, ours": lambda: local_gistar(counts, neighbours, seed=1),
        f"Gi*, esda + numba warm, {jobs} processes": peer,
    }, runs))  # fmt: skip


def density(runs: int) -> None:
    rng = np.random.default_rng(SEED)
    side_m = NODES * 100.0
    # KDEpy takes only incidents between the outermost nodes.
    x, y = np.clip(rng.normal(50_000, 9_000, (2, INCIDENTS)), 100, side_m - 100)
    middle_km = (np.arange(NODES) + 0.5) / 10
    nodes = np.stack(np.meshgrid(middle_km, middle_km, indexing="ij"), -1).reshape(-1, 2)
    places = np.stack([x, y], 1) / 1e3

    def ours() -> np.ndarray:
        return kernel_density(x, y, bandwidth_m=1_000, cell_m=100, bounds_m=(0, 0, side_m, side_m)).values

    def theirs() -> np.ndarray:
        return FFTKDE(kernel="gaussian", bw=1.0).fit(places).evaluate(nodes)

    peer = theirs().reshape(NODES, NODES).T * INCIDENTS
    matters = peer > 0.05 * peer.max()
    apart = np.abs(ours() / peer - 1)[matters].max()
    print(f"| density: largest relative difference {apart:.1e} | | | | | |")
    if apart > 1e-2:
        raise SystemExit("the two sides do not compute the same surface")
    table(turns({"density, ours": ours, "density, KDEpy FFTKDE": theirs}, runs))


def clusters(runs: int) -> None:
    rng = np.random.default_rng(SEED)
    middles = rng.uniform(0, 30_000, (200, 2))
    places = middles[rng.integers(0, len(middles), CLUSTERED)] + rng.normal(0, 300, (CLUSTERED, 2))
    places = places[np.lexsort((places[:, 1], places[:, 0]))]
    options = ClusterOptions(50, 10)

    def ours() -> np.ndarray:
        return find_clusters(places[:, 0], places[:, 1], options=options).labels

    def theirs() -> np.ndarray:
        return DBSCAN(eps=options.eps_m, min_samples=options.min_points, n_jobs=1).fit(places).labels_

    one, other = ours(), theirs()
    # Both number the clusters their own way: each of ours must be one of theirs, and the other way round.
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    if not len(pairs) == len(set(one.tolist())) == len(set(other.tolist())):
        raise SystemExit("the two sides do not find the same clusters")
    print(f"| clusters: {one.max() + 1:,} on both sides, the same incidents | | | | | |")
    table(turns({"clusters, ours": ours, "clusters, scikit-learn DBSCAN": theirs}, runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    programs = ("numpy", "scipy", "esda", "numba", "KDEpy", "scikit-learn")
    versions = ", ".join(f"{name} {version(name)}" for name in programs)
    print(f"{versions}; {os.cpu_count()} cores; seed {SEED}; load {os.getloadavg()[0]:.1f}\n")
    print("| what | median ms | 95 % ms | CPU ms | runs | times ours (CPU) |\n|---|---|---|---|---|---|")
    density(asked.runs)
    clusters(asked.runs)
    gistar(asked.runs, asked.jobs)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
