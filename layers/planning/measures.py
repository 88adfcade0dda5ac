"""The figures of a plan, before and now: ground, people, what lies in each unit, old units split, standards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from layers.boundaries.shares import area_shares
from layers.boundaries.standards import Standard, Standing, in_force_on, judge
from layers.geo import area_m2
from layers.planning.arcs import Topology
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.ledger import Moved
from layers.planning.points import PlacedPoints, handed_over
from layers.planning.shape import Shape, shape_of_unit

__all__ = ["PEOPLE", "Base", "Figures", "figures", "old_units_split", "standings"]

# The kind of points that people are counted from.
PEOPLE = "people"


@dataclass(frozen=True)
class Base:
    """What is known of the units that a plan starts from.

    Parameters
    ----------
    topology : Topology
        Their borders.
    area_m2 : mapping of str to float
        Geodesic, by code.
    population : mapping of str to float or None
        As published; None where unknown.
    points : mapping of str to PlacedPoints
        What is counted, by kind: `PEOPLE`, ``incidents``, ``households``, ``models``, ``cameras`` or any other.
    """

    topology: Topology
    area_m2: Mapping[str, float]
    population: Mapping[str, float | None]
    points: Mapping[str, PlacedPoints]

    @classmethod
    def of(cls, topology: Topology, population: Mapping[str, float | None], points: Mapping[str, PlacedPoints]) -> Base:
        """Measure the ground of every unit.

        Parameters
        ----------
        topology : Topology
            The borders.
        population : mapping of str to float or None
            By code.
        points : mapping of str to PlacedPoints
            By kind, from `placed`.

        Returns
        -------
        Base
            The base.
        """
        shapes = shapes_lonlat(polygons_of(topology, topology.units))
        areas = area_m2(shapes.tolist()).tolist()
        return cls(topology, dict(zip(topology.units, areas, strict=True)), population, points)


@dataclass(frozen=True)
class Figures:
    """The figures of one unit.

    Parameters
    ----------
    area_m2 : float
        Geodesic.
    population : float or None
        People; None where unknown.
    population_method : str
        ``points``; ``published`` for a unit whose ground is as it was; ``area`` where people are spread evenly
        over the ground of each unit, which is an estimate; ``unknown``.
    counts : mapping of str to float
        By kind of points.
    shape : Shape
        Compactness and contiguity.
    """

    area_m2: float
    population: float | None
    population_method: str
    counts: Mapping[str, float]
    shape: Shape


def figures(base: Base, topology: Topology, moved: Sequence[Moved]) -> dict[str, Figures]:
    """Work out the figures of every unit of a plan; of the base itself when nothing moved.

    Only units whose ground changed are measured again; things are handed over with the ground they lie on, so
    that totals cannot change.

    Parameters
    ----------
    base : Base
        What the plan starts from.
    topology : Topology
        Its borders now.
    moved : sequence of Moved
        `ledger.land_moved` from the base to these borders.

    Returns
    -------
    dict of str to Figures
        By code.
    """
    changed = sorted({code for ground in moved for code in (ground.giver, ground.taker)} & topology.units.keys())
    measured = area_m2(shapes_lonlat(polygons_of(topology, changed)).tolist()).tolist()
    areas = {**base.area_m2, **dict(zip(changed, measured, strict=True))}
    totals = {kind: handed_over(points, moved).totals() for kind, points in base.points.items()}
    people = _people_by_area(base, moved)
    found = {}
    for code in topology.units:
        counts = {kind: sums.get(code, 0.0) for kind, sums in totals.items()}
        number, method = people.get(code, (None, "unknown"))
        if PEOPLE in counts:
            number, method = counts.pop(PEOPLE), "points"
        found[code] = Figures(areas[code], number, method, counts, shape_of_unit(topology, code, areas[code]))
    return found


def _people_by_area(base: Base, moved: Sequence[Moved]) -> dict[str, tuple[float | None, str]]:
    people = dict(base.population)
    for ground in moved:
        of_giver = base.population.get(ground.giver)
        if of_giver is None:
            people[ground.giver] = people[ground.taker] = None
            continue
        share = of_giver * ground.area_m2 / base.area_m2[ground.giver]
        for code, change in ((ground.giver, -share), (ground.taker, share)):
            # A unit that the plan made begins with nobody; one whose people are unknown stays unknown.
            before = people.get(code, 0.0)
            people[code] = None if before is None else before + change
    changed = {code for ground in moved for code in (ground.giver, ground.taker)}
    return {
        code: (number, "unknown" if number is None else "area" if code in changed else "published")
        for code, number in people.items()
    }


def old_units_split(
    old: Mapping[str, shapely.Geometry], topology: Topology, *, least_share: float = 0.01
) -> dict[str, tuple[str, ...]]:
    """Find the old units whose ground lies in several units of a plan.

    Parameters
    ----------
    old : mapping of str to shapely.Geometry
        By any name, EPSG:4326.
    topology : Topology
        The borders.
    least_share : float
        A smaller share of an old unit is taken for two lines drawn a little differently.

    Returns
    -------
    dict of str to tuple of str
        Name of an old unit that is split -> codes of the units it lies in, the largest share first.
    """
    codes = np.array(list(topology.units), dtype=object)
    shapes = shapes_lonlat(polygons_of(topology, codes))
    tree = shapely.STRtree(shapes)
    found: dict[str, tuple[str, ...]] = {}
    for name, shape in old.items():
        near = np.sort(tree.query(shape, predicate="intersects"))
        shares, _covered = area_shares(shape, shapes[near])
        order = [row for row in np.argsort(-shares, kind="stable").tolist() if shares[row] >= least_share]
        if len(order) > 1:
            found[name] = tuple(str(codes[near[row]]) for row in order)
    return found


def standings(
    topology: Topology,
    figures_now: Mapping[str, Figures],
    standards: Sequence[Standard],
    *,
    on: dt.date,
) -> dict[str, Standing]:
    """Hold the units of a plan against the standards of the day it would be in force.

    Parameters
    ----------
    topology : Topology
        The borders.
    figures_now : mapping of str to Figures
        From `figures`.
    standards : sequence of Standard
        The table.
    on : date
        The day.

    Returns
    -------
    dict of str to Standing
        By code.
    """
    codes = list(topology.units)
    columns = {
        "unit_type": [topology.units[code].unit_type for code in codes],
        "parent_name": [topology.units[code].parent_name or None for code in codes],
        "valid_from": on.isoformat(),
        "area_km2_published": None,
        "area_km2": [figures_now[code].area_m2 / 1e6 for code in codes],
        "population": [figures_now[code].population for code in codes],
    }
    table = pd.DataFrame(columns)
    return dict(zip(codes, judge(table, in_force_on(standards, on)), strict=True))
