"""The same numbers as esda, libpysal and KDEpy, where they compute the same thing."""

from __future__ import annotations

import warnings

import libpysal
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from layers.hotspots.density import kernel_density
from layers.hotspots.local import local_gistar, local_moran
from layers.hotspots.neighbours import Neighbours, lattice_neighbours, touching_neighbours

with warnings.catch_warnings():
    # Without numba esda warns that it will be slow; here it has little to do.
    warnings.simplefilter("ignore")
    import esda
    from KDEpy import FFTKDE

SIDE = 15
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)


def _counts(mean: float) -> NDArray[np.int64]:
    counts = np.random.default_rng(5).poisson(mean, SIDE * SIDE)
    return counts + 5 * ((abs(ROW - 4) <= 1) & (abs(COLUMN - 9) <= 1))


def _queen() -> libpysal.weights.W:
    return libpysal.weights.lat2W(SIDE, SIDE, rook=False)


def _as_weights(neighbours: Neighbours) -> libpysal.weights.W:
    lists = np.split(neighbours.cells, neighbours.starts[1:-1])
    return libpysal.weights.W({cell: others.tolist() for cell, others in enumerate(lists)}, silence_warnings=True)


@pytest.fixture(autouse=True)
def _their_warnings_are_theirs() -> None:
    warnings.simplefilter("ignore")


def test_the_queen_of_a_grid_is_the_one_of_libpysal() -> None:
    ours = lattice_neighbours(ROW, COLUMN)
    theirs = _queen()
    assert [sorted(theirs.neighbors[cell]) for cell in range(SIDE * SIDE)] == [
        part.tolist() for part in np.split(ours.cells, ours.starts[1:-1])
    ]


def test_touching_units_are_the_queen_of_libpysal() -> None:
    rng = np.random.default_rng(2)
    seats = shapely.MultiPoint(rng.uniform(0, 10_000, (60, 2)))
    cells = np.array(shapely.voronoi_polygons(seats).geoms, dtype=object)
    theirs = libpysal.weights.Queen(cells.tolist(), silence_warnings=True)
    ours = touching_neighbours(cells)
    assert [sorted(theirs.neighbors[cell]) for cell in range(len(cells))] == [
        part.tolist() for part in np.split(ours.cells, ours.starts[1:-1])
    ]


@pytest.mark.parametrize("mean", [0.1, 2.0, 50.0])
@pytest.mark.parametrize("include_self", [True, False])
def test_scores_of_gi_and_gistar_equal_esda(mean: float, *, include_self: bool) -> None:
    counts, theirs = _counts(mean), _queen()
    ours = local_gistar(counts, lattice_neighbours(ROW, COLUMN), seed=1, include_self=include_self)
    peer = esda.G_Local(counts.astype(float), theirs, transform="B", star=include_self, permutations=0)
    np.testing.assert_allclose(ours.z, peer.Zs, atol=1e-9)


def test_scores_equal_esda_on_units_with_an_island() -> None:
    rng = np.random.default_rng(2)
    cells = list(shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 10_000, (60, 2)))).geoms)
    neighbours = touching_neighbours([*cells, shapely.box(9e5, 9e5, 9.1e5, 9.1e5)])
    counts = rng.poisson(20, 61)
    peer = esda.G_Local(counts.astype(float), _as_weights(neighbours), transform="B", star=True, permutations=0)
    np.testing.assert_allclose(local_gistar(counts, neighbours, seed=1).z, peer.Zs, atol=1e-9)


@pytest.mark.parametrize("mean", [0.5, 2.0, 50.0])
def test_scores_of_local_moran_equal_esda(mean: float) -> None:
    counts = _counts(mean)
    ours = local_moran(counts, lattice_neighbours(ROW, COLUMN), seed=1)
    peer = esda.Moran_Local(counts.astype(float), _queen(), permutations=0)
    # esda scales the statistic by (n - 1) / n and its conditional moments by 1.
    n = len(counts)
    theirs = (peer.Is * n / (n - 1) - peer.EIc) / np.sqrt(peer.VIc)
    np.testing.assert_allclose(ours.z, theirs, atol=1e-9)


def test_density_equals_kdepy() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(50_000, 9_000, 100_000), rng.normal(50_000, 9_000, 100_000)
    ours = kernel_density(x, y, bandwidth_m=2_000, cell_m=400, bounds_m=(0, 0, 102_400, 102_400))
    # KDEpy finds the reach of its kernel only for bandwidths near 1, so it is given kilometres.
    nodes_km = np.stack(np.meshgrid(ours.x_m, ours.y_m, indexing="ij"), -1).reshape(-1, 2) / 1e3
    fitted = FFTKDE(kernel="gaussian", bw=2.0).fit(np.stack([x, y], 1) / 1e3)
    theirs = fitted.evaluate(nodes_km).reshape(ours.shape[::-1]).T * len(x)
    matters = theirs > 0.05 * theirs.max()
    # KDEpy does not narrow its kernel for what binning adds: (0.4 km)² / 6 to (2 km)², on a hill of 9 km.
    assert np.abs(ours.values / theirs - 1)[matters].max() < 5e-3
