"""Invented blocks and hamlets with their number of people, which add up to the published figure of each unit."""

from __future__ import annotations

import numpy as np

from sample_maker.ground import Plot

COLUMNS = ("name", "people", "households", "lon", "lat", "source")

# The mark of `layers.catalog.SYNTHETIC`.
_SOURCE = "du_lieu_mo_phong"
_PEOPLE_A_BLOCK = 2500
_FEWEST, _MOST = 4, 40
_PEOPLE_A_HOUSEHOLD = 3.4


def rows(plots: list[Plot], rng: np.random.Generator) -> list[dict[str, str]]:
    """Make the blocks.

    Parameters
    ----------
    plots : list of Plot
        The units of the city.
    rng : numpy.random.Generator
        Source of everything.

    Returns
    -------
    list of dict of str to str
        One row a block with the `COLUMNS`; degrees in EPSG:4326.
    """
    return [row for plot in plots for row in _blocks(plot, rng)]


def _blocks(plot: Plot, rng: np.random.Generator) -> list[dict[str, str]]:
    count = int(np.clip(round(plot.unit.population / _PEOPLE_A_BLOCK), _FEWEST, _MOST))
    people = 1 + rng.multinomial(plot.unit.population - count, rng.dirichlet(np.full(count, 6.0)))
    kind = "Thôn" if plot.unit.unit_type == "Xã" else "Tổ dân phố"
    places = plot.places(count, rng).tolist()
    return [
        {
            "name": f"{kind} số {number} {plot.unit.name}",
            "people": str(many),
            "households": str(round(many / _PEOPLE_A_HOUSEHOLD)),
            "lon": str(lon),
            "lat": str(lat),
            "source": _SOURCE,
        }
        for number, (many, (lon, lat)) in enumerate(zip(people.tolist(), places, strict=True), start=1)
    ]
