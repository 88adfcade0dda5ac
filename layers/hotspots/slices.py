"""Density by hour or weekday: one surface for each slice, on one grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.errors import EmptyInput
from layers.hotspots.density import DensityGrid
from layers.wording import Text

__all__ = ["DensitySlice", "density_slices"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DensitySlice:
    """The density of one slice of time.

    Parameters
    ----------
    label : int
        Hour 0–23 or weekday 0–6; -1 for incidents whose hour is not known.
    count : int
        Incidents in the slice.
    grid : DensityGrid or None
        None when the slice holds too little to draw.
    reason : Text
        Why it was not drawn; empty when it was.
    """

    label: int
    count: int
    grid: DensityGrid | None
    reason: Text


def density_slices(
    x_m: Array, y_m: Array, label: NDArray[np.int64], *, density: Callable[[Array, Array], DensityGrid]
) -> list[DensitySlice]:
    """Compute one surface for each hour or weekday.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in a metric system.
    label : ndarray of int, shape (n,)
        The slice of each incident: hour, weekday, or -1 where that is not known.
    density : function of x_m, y_m
        `kernel_density` or `density_within` with everything else given, so that all slices share
        grid and bandwidth and can be compared.

    Returns
    -------
    list of DensitySlice
        In the order of the labels; one with too few incidents says so instead of a surface.

    Examples
    --------
    >>> from functools import partial
    >>> from layers.hotspots.density import kernel_density
    >>> whole = partial(kernel_density, bandwidth_m=500, cell_m=100, bounds_m=(0, 0, 9_000, 9_000))
    >>> x_m, y_m = np.array([4e3, 5e3, 4e3]), np.array([4e3, 5e3, 5e3])
    >>> [(part.label, part.count, part.grid is None)
    ...  for part in density_slices(x_m, y_m, np.array([22, 22, -1]), density=whole)]
    [(-1, 1, True), (22, 2, False)]
    """
    slices = []
    for value in np.unique(label).tolist():
        part = label == value
        count = int(part.sum())
        try:
            slices.append(DensitySlice(value, count, density(x_m[part], y_m[part]), Text("", "")))
        except EmptyInput as too_few:
            slices.append(DensitySlice(value, count, None, too_few.message))
    return slices
