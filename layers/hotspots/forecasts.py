"""Each method as a forecast that a back-test can judge: the incidents known by a day in, a score for each cell out.

A score orders the cells; it decides nothing. Places are scored, never persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.errors import EmptyInput
from layers.hotspots.baselines import Method
from layers.hotspots.clusters import NOISE, ClusterOptions, find_clusters
from layers.hotspots.density import default_bandwidth_m, kernel_density
from layers.hotspots.local import local_score
from layers.hotspots.neighbours import Neighbours

__all__ = [
    "ScoredCells",
    "cluster_forecast",
    "density_forecast",
    "gistar_forecast",
    "moran_forecast",
    "recent_forecast",
    "repeat_forecast",
]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# Finer cells do not change which of them hold most, only the time it takes.
_CELLS_PER_BANDWIDTH = 4
_MOST_CELLS_A_SIDE = 1600


@dataclass(frozen=True)
class ScoredCells:
    """The cells that are scored.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (cells,)
        A place inside each cell, metres.
    area_m2 : ndarray of float, shape (cells,)
        Area of each cell inside the study area.
    neighbours : Neighbours
        Of every cell.
    """

    x_m: Array
    y_m: Array
    area_m2: Array
    neighbours: Neighbours

    def counts(self, cell: Integers) -> Integers:
        """Count incidents in each cell.

        Parameters
        ----------
        cell : ndarray of int, shape (n,)
            Number of the cell of each incident.

        Returns
        -------
        ndarray of int, shape (cells,)
            The counts.
        """
        return np.bincount(cell, minlength=len(self.area_m2)).astype(np.int64)


def gistar_forecast(cells: ScoredCells, *, last_days: float | None = None) -> Method:
    """Score cells by Gi* (Ord and Getis 1995).

    Parameters
    ----------
    cells : ScoredCells
        The study area.
    last_days : float, optional
        Only incidents of so many days before the forecast count, as in the last step of a space-time cube.

    Returns
    -------
    callable
        Gives z.
    """

    def score(history: pd.DataFrame, origin_day: float) -> Array:
        recent = history if last_days is None else history[history["day"] >= origin_day - last_days]
        return local_score(cells.counts(_cells_of(recent)), cells.neighbours)

    return score


def moran_forecast(cells: ScoredCells) -> Method:
    """Score cells by local Moran (Anselin 1995): high cells among high neighbours first.

    Parameters
    ----------
    cells : ScoredCells
        The study area.

    Returns
    -------
    callable
        Gives the score of the neighbours of cells above the mean; the others come after them.
    """

    def score(history: pd.DataFrame, _origin_day: float) -> Array:
        counts = cells.counts(_cells_of(history))
        around = local_score(counts, cells.neighbours, include_self=False)
        return np.where(counts > counts.mean(), around, around.min() - 1)

    return score


def density_forecast(cells: ScoredCells, *, bandwidth_m: float | None, kernel: str) -> Method:
    """Score cells by the kernel density at a place inside them.

    Parameters
    ----------
    cells : ScoredCells
        The study area.
    bandwidth_m : float or None
        Metres; None for the rule of `default_bandwidth_m`, from what is known by the day.
    kernel : str
        ``gaussian`` or ``quartic``.

    Returns
    -------
    callable
        Gives incidents per km²; 0 everywhere while there is too little to draw.
    """
    west, south, east, north = cells.x_m.min(), cells.y_m.min(), cells.x_m.max(), cells.y_m.max()

    def score(history: pd.DataFrame, _origin_day: float) -> Array:
        x_m, y_m = history["x_m"].to_numpy(), history["y_m"].to_numpy()
        try:
            width_m = bandwidth_m or default_bandwidth_m(x_m, y_m)
            room = (float(west - width_m), float(south - width_m), float(east + width_m), float(north + width_m))
            widest_m = max(room[2] - room[0], room[3] - room[1])
            side_m = max(width_m / _CELLS_PER_BANDWIDTH, min(widest_m / _MOST_CELLS_A_SIDE, width_m / 2))
            grid = kernel_density(x_m, y_m, bandwidth_m=width_m, cell_m=side_m, bounds_m=room, kernel=kernel)
        except EmptyInput:
            return np.zeros(len(cells.x_m))
        row = ((cells.y_m - grid.south_m) / side_m).astype(np.int64)
        column = ((cells.x_m - grid.west_m) / side_m).astype(np.int64)
        return np.asarray(grid.values[row, column], dtype=np.float64)

    return score


def cluster_forecast(cells: ScoredCells, options: ClusterOptions) -> Method:
    """Score cells by the incidents of clusters in them; those of no cluster only break ties.

    Parameters
    ----------
    cells : ScoredCells
        The study area.
    options : ClusterOptions
        What counts as a cluster.

    Returns
    -------
    callable
        Gives incidents for the area.
    """

    def score(history: pd.DataFrame, _origin_day: float) -> Array:
        cell = _cells_of(history)
        every = cells.counts(cell)
        try:
            columns = (history[name].to_numpy() for name in ("x_m", "y_m", "day"))
            labels = find_clusters(*columns, options=options).labels
        except EmptyInput:
            labels = np.full(len(cell), NOISE)
        clustered = cells.counts(cell[labels != NOISE])
        return np.asarray((clustered + every / (every.sum() + 1.0)) / cells.area_m2, dtype=np.float64)

    return score


def recent_forecast(cells: ScoredCells, *, reach_days: float) -> Method:
    """Score cells by what happened in them and next to them lately, less the longer ago.

    After Bowers, Johnson and Pease (2004, "Prospective hot-spotting: the future of crime mapping?", British Journal
    of Criminology 44(5), 641-658), with cells in the place of distances: each incident weighs 1 / (1 + weeks), in a
    neighbouring cell half of that.

    Parameters
    ----------
    cells : ScoredCells
        The study area.
    reach_days : float
        Incidents longer ago do not count.

    Returns
    -------
    callable
        Gives weights for the area.
    """

    def score(history: pd.DataFrame, origin_day: float) -> Array:
        recent = history[history["day"] >= origin_day - reach_days]
        weeks = (origin_day - recent["day"].to_numpy(dtype=np.float64)) / 7
        # Whole numbers keep the sums over neighbours exact.
        weight = np.rint(1e6 / (1 + weeks))
        own = np.bincount(_cells_of(recent), weights=weight, minlength=len(cells.area_m2)).astype(np.int64)
        return np.asarray((own + cells.neighbours.sums(own) / 2) / cells.area_m2, dtype=np.float64)

    return score


def repeat_forecast(cells: ScoredCells) -> Method:
    """Score cells by all that is known to have happened in them.

    Parameters
    ----------
    cells : ScoredCells
        The study area.

    Returns
    -------
    callable
        Gives incidents for the area.
    """

    def score(history: pd.DataFrame, _origin_day: float) -> Array:
        return np.asarray(cells.counts(_cells_of(history)) / cells.area_m2, dtype=np.float64)

    return score


def _cells_of(incidents: pd.DataFrame) -> Integers:
    return incidents["cell"].to_numpy(dtype=np.int64)
