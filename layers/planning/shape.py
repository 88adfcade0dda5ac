"""Form and balance: how compact and connected a unit is, how evenly work is spread over units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layers.planning.arcs import Topology
from layers.planning.faces import parts_of

__all__ = ["Shape", "Spread", "shape_of_unit", "spread"]


@dataclass(frozen=True)
class Shape:
    """How compact and how connected a unit is.

    Parameters
    ----------
    compactness : float
        4π × area ÷ perimeter²: 1 for a circle, near 0 for a thread (Polsby and Popper 1991).
    compactness_land : float
        The same, of land borders only: each locked arc (coast, border of the province) counts as long as a rubber
        band around it, so that an indented coast is nobody's fault.
    parts, expected_parts : int
        Connected parts, and how many were there at the opening or were allowed.
    """

    compactness: float
    compactness_land: float
    parts: int
    expected_parts: int

    @property
    def is_contiguous(self) -> bool:
        """Whether it lies in no more parts than expected."""
        return self.parts <= self.expected_parts


@dataclass(frozen=True)
class Spread:
    """How evenly something is spread over units.

    Parameters
    ----------
    mean, smallest, largest : float
        Of the units; not a number when there are none.
    variation : float
        Standard deviation ÷ mean; 0 when all are alike.
    """

    mean: float
    smallest: float
    largest: float
    variation: float


def shape_of_unit(topology: Topology, unit: str, area_m2: float) -> Shape:
    """Measure how compact and how connected a unit is.

    Parameters
    ----------
    topology : Topology
        The borders.
    unit : str
        A code.
    area_m2 : float
        Its ground.

    Returns
    -------
    Shape
        Its figures; lengths are geodesic.
    """
    arcs = [topology.arcs[name] for name in topology.by_unit[unit]]
    land_m = sum(arc.band_m if topology.is_locked(arc) else arc.length_m for arc in arcs)
    return Shape(
        compactness=_polsby_popper(area_m2, sum(arc.length_m for arc in arcs)),
        compactness_land=_polsby_popper(area_m2, land_m),
        parts=len(parts_of(topology, unit)),
        expected_parts=topology.units[unit].parts,
    )


def _polsby_popper(area_m2: float, perimeter_m: float) -> float:
    return 4 * np.pi * area_m2 / perimeter_m**2


def spread(values: Sequence[float]) -> Spread:
    """Tell how evenly a workload is spread over units.

    Parameters
    ----------
    values : sequence of float
        One for each unit, such as its incidents.

    Returns
    -------
    Spread
        Mean, smallest, largest and coefficient of variation.

    Examples
    --------
    >>> spread([10, 20, 30])
    Spread(mean=20.0, smallest=10.0, largest=30.0, variation=0.408248290463863)
    """
    numbers = np.asarray(values, dtype=np.float64)
    if not len(numbers):
        return Spread(np.nan, np.nan, np.nan, 0.0)
    mean = float(numbers.mean())
    return Spread(mean, float(numbers.min()), float(numbers.max()), float(numbers.std()) / mean if mean else 0.0)
