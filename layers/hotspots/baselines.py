"""What a forecast has to beat: forecasts that need no method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.wording import Text

__all__ = ["BASELINE_NAMES", "Method", "StudyCells", "baselines"]

Array = NDArray[np.float64]

# The incidents known on a day, and that day -> a score for each cell, higher where more is expected.
Method = Callable[[pd.DataFrame, float], Array]

BASELINE_NAMES: dict[str, Text] = {
    "last_period": Text("số vụ kỳ trước", "last period's counts"),
    "ward_counts": Text("số vụ theo phường", "ward counts"),
    "random": Text("chọn ngẫu nhiên", "random choice"),
}


@dataclass(frozen=True)
class StudyCells:
    """The cells of the study area.

    Parameters
    ----------
    area_m2 : ndarray of float, shape (cells,)
        Area of each cell inside the study area.
    ward : ndarray of int64, shape (cells,), optional
        Number of the ward each cell lies in, from 0; needed for the baseline of ward counts.
    """

    area_m2: Array
    ward: NDArray[np.int64] | None = None


def baselines(cells: StudyCells, *, period_days: float) -> dict[str, Method]:
    """Make the forecasts that a method is compared with.

    Parameters
    ----------
    cells : StudyCells
        The study area.
    period_days : float
        Length of a period, days.

    Returns
    -------
    dict of str to callable
        ``last_period``: what happened in each cell in the period just over; ``ward_counts``: how many incidents
        for its area the ward of the cell had in the whole history, left out when wards are not known;
        ``random``: the same everywhere.
    """

    def last_period(history: pd.DataFrame, origin_day: float) -> Array:
        recent = history[history["day"] >= origin_day - period_days]
        return _by_cell(recent, len(cells.area_m2)) / cells.area_m2

    def random(_history: pd.DataFrame, _origin_day: float) -> Array:
        return np.zeros(len(cells.area_m2))

    made: dict[str, Method] = {"last_period": last_period}
    if cells.ward is not None:
        made["ward_counts"] = _ward_counts(cells.area_m2, cells.ward)
    return made | {"random": random}


def _ward_counts(area_m2: Array, ward: NDArray[np.int64]) -> Method:
    ward_area_m2 = np.bincount(ward, weights=area_m2)

    def ward_counts(history: pd.DataFrame, _origin_day: float) -> Array:
        held = np.bincount(ward, weights=_by_cell(history, len(area_m2)))
        density = np.divide(held, ward_area_m2, out=np.zeros(len(held)), where=ward_area_m2 > 0)
        return density[ward]

    return ward_counts


def _by_cell(incidents: pd.DataFrame, cell_count: int) -> Array:
    return np.bincount(incidents["cell"].to_numpy(), minlength=cell_count).astype(np.float64)
