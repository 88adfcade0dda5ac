"""Where invented things are put: places inside the drawn units, denser where more people live."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sample_maker.coverage import Drawing
from sample_maker.units import Unit, to_degrees, to_plane

_DECIMALS = 5
_VILLAGES_PER_KM2 = 0.35
_CROWDING = 0.3


@dataclass(frozen=True)
class Plot:
    """One unit as ground to put things on.

    Parameters
    ----------
    unit : Unit
        Its facts.
    area_lonlat : geometry
        EPSG:4326.
    villages_m : ndarray of float, shape (n, 2)
        Middles of its villages or blocks, metres in `units.PLANE_EPSG`.
    spread_m : float
        How far a village reaches.
    """

    unit: Unit
    area_lonlat: shapely.Geometry
    villages_m: NDArray[np.float64]
    spread_m: float

    @property
    def title(self) -> str:
        """The unit's name with its type, as people write it."""
        return f"{self.unit.unit_type} {self.unit.name}"

    def places(self, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Put places around the villages.

        Parameters
        ----------
        count : int
            How many.
        rng : numpy.random.Generator
            Source of the places.

        Returns
        -------
        ndarray of float, shape (count, 2)
            Degrees with five decimals, all inside the unit.
        """
        chosen = self.villages_m[rng.integers(0, len(self.villages_m), count)]
        return self._inside(chosen, self.spread_m, rng)

    def around(
        self, middle_lonlat: tuple[float, float], spread_m: float, count: int, *, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Put places around one middle.

        Parameters
        ----------
        middle_lonlat : tuple of float
            Degrees, inside the unit.
        spread_m : float
            Standard deviation of the distance east and north.
        count : int
            How many.
        rng : numpy.random.Generator
            Source of the places.

        Returns
        -------
        ndarray of float, shape (count, 2)
            Degrees with five decimals, all inside the unit.
        """
        middle_m = to_plane(np.array([middle_lonlat]))
        return self._inside(np.repeat(middle_m, count, axis=0), spread_m, rng)

    def _inside(self, middles_m: NDArray[np.float64], spread_m: float, rng: np.random.Generator) -> NDArray[np.float64]:
        places = np.full(middles_m.shape, np.nan)
        missing = np.arange(len(middles_m))
        while len(missing):
            tried_m = middles_m[missing] + rng.normal(0.0, spread_m, (len(missing), 2))
            tried = np.round(to_degrees(tried_m), _DECIMALS)
            inside = shapely.contains_xy(self.area_lonlat, tried[:, 0], tried[:, 1])
            places[missing[inside]] = tried[inside]
            missing = missing[~inside]
        return places


def plots(units: list[Unit], drawing: Drawing, rng: np.random.Generator) -> list[Plot]:
    """Prepare every unit as ground.

    Parameters
    ----------
    units : list of Unit
        Of the city.
    drawing : Drawing
        Their drawn areas.
    rng : numpy.random.Generator
        Source of the villages.

    Returns
    -------
    list of Plot
        In the order of the units.
    """
    return [_plot(unit, drawing.units[unit.code], rng) for unit in units]


def _plot(unit: Unit, area: shapely.Geometry, rng: np.random.Generator) -> Plot:
    count = int(np.clip(round(unit.area_km2 * _VILLAGES_PER_KM2), 3, 14))
    west, south, east, north = area.bounds
    villages = np.empty((0, 2))
    while len(villages) < count:
        tried = rng.uniform((west, south), (east, north), (40, 2))
        villages = np.vstack([villages, tried[shapely.contains_xy(area, tried[:, 0], tried[:, 1])]])
    spread_m = 0.22 * float(np.sqrt(unit.area_km2 * 1e6 / count))
    return Plot(unit, area, to_plane(villages[:count]), spread_m)


def weights(ground: list[Plot]) -> NDArray[np.float64]:
    """Say how much happens in each unit: with its people, and more where they live close together.

    Parameters
    ----------
    ground : list of Plot
        The units.

    Returns
    -------
    ndarray of float, shape (units,)
        Shares that sum to 1.
    """
    people = np.array([plot.unit.population for plot in ground], dtype=float)
    per_km2 = people / np.array([plot.unit.area_km2 for plot in ground])
    share = people * (per_km2 / np.median(per_km2)) ** _CROWDING
    return np.asarray(share / share.sum())
