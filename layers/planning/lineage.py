"""What a published plan leaves behind: new versions, lineage from the old ones with shares, the list of changes."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import schema
from layers.catalog import LINEAGE, UNITS
from layers.geo import CRS_LONLAT
from layers.planning import plan_refusals
from layers.planning.arcs import PlanUnit, Topology
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.ledger import Gain, Moved, land_moved
from layers.planning.measures import PEOPLE, Base, Figures, figures
from layers.planning.points import gain_of, handed_over
from layers.records import new_ids

__all__ = ["Decision", "Publication", "publication"]


@dataclass(frozen=True)
class Decision:
    """The act that puts a plan in force.

    Parameters
    ----------
    effective_on : date
        First day of the new units.
    decree : str or None
        The document; None for beats, which need none.
    source : str
        Where the new versions come from, such as the name of the plan.
    """

    effective_on: dt.date
    decree: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Publication:
    """What comes into force.

    Parameters
    ----------
    units : GeoDataFrame
        The new versions, keeping `catalog.UNITS.schema`; units that nothing changed are not among them.
    ended : tuple of str
        Outside names of the versions that end on that day.
    links : GeoDataFrame
        Lineage from each ended version, keeping `catalog.LINEAGE.schema`; shares sum to 1.
    changes : tuple of Gain
        Ground that changed hands, with what lies on it, by codes.
    """

    units: gpd.GeoDataFrame
    ended: tuple[str, ...]
    links: gpd.GeoDataFrame
    changes: tuple[Gain, ...]


def publication(
    base: Base, topology: Topology, decision: Decision, *, now: dt.datetime, rng: np.random.Generator
) -> Publication:
    """Work out what a plan leaves behind when it is put in force.

    Parameters
    ----------
    base : Base
        What the plan started from.
    topology : Topology
        Its borders, from `plans.current`.
    decision : Decision
        The act.
    now : datetime
        The moment, for the ids.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    Publication
        New versions, lineage and list of changes.

    Raises
    ------
    InvalidParameter
        When the plan changes nothing.
    Conflict
        When the day is not after the first day of a version that would end.
    """
    moved = land_moved(base.topology, topology)
    old = base.topology.units
    changed = {code for ground in moved for code in (ground.giver, ground.taker)}
    changed |= {code for code, unit in topology.units.items() if code in old and _renamed(old[code], unit)}
    ended = tuple(sorted(old[code].origin for code in changed if code in old))
    _refuse_day(decision.effective_on, ended)
    shares = _shares(base, moved)
    people = _people_shares(base, moved, shares)
    links = [
        _link(base, topology, decision, pair=(giver, taker), shares=shares, people=people)
        for giver in sorted(changed & old.keys())
        for taker in sorted(shares[giver])
    ]
    fresh = [topology.units[code] for code in sorted(changed & topology.units.keys())]
    return Publication(
        units=_versions(fresh, topology, decision, found=figures(base, topology, moved), now=now, rng=rng),
        ended=ended,
        links=_frame(links, LINEAGE.schema, now=now, rng=rng),
        changes=tuple(gain_of(ground, base.points) for ground in moved),
    )


def _renamed(old: PlanUnit, unit: PlanUnit) -> bool:
    return (old.name, old.unit_type) != (unit.name, unit.unit_type)


def _refuse_day(day: dt.date, ended: Sequence[str]) -> None:
    if not ended:
        raise plan_refusals.no_change_to_publish()
    late = [origin for origin in ended if origin.partition("@")[2] >= day.isoformat()]
    if late:
        raise plan_refusals.too_early(day, late)


def _shares(base: Base, moved: Sequence[Moved]) -> dict[str, dict[str, float]]:
    """Divide each old unit's ground among the units that have it now; what moved nowhere is its own."""
    given: dict[str, dict[str, float]] = defaultdict(dict)
    for ground in moved:
        given[ground.giver][ground.taker] = ground.area_m2
    shares = {}
    for code, area_m2 in base.area_m2.items():
        total = sum(given[code].values())
        kept = area_m2 - total
        # A square metre less than everything is rounding of faces, not ground.
        parts = given[code] if given[code] and kept < 1.0 else {code: kept, **given[code]}
        whole = sum(parts.values())
        shares[code] = {taker: part / whole for taker, part in parts.items()}
    return shares


def _people_shares(
    base: Base, moved: Sequence[Moved], shares: Mapping[str, Mapping[str, float]]
) -> dict[str, tuple[dict[str, float], str]]:
    """Divide each old unit's people: by where they live, else by ground."""
    found: dict[str, tuple[dict[str, float], str]] = {
        code: (dict(parts), "area" if len(parts) > 1 else "table") for code, parts in shares.items()
    }
    if PEOPLE not in base.points:
        return found
    before, after = base.points[PEOPLE], handed_over(base.points[PEOPLE], moved)
    people = pd.DataFrame({"giver": before.unit, "taker": after.unit, "people": before.weight})
    sums = people.groupby(["giver", "taker"])["people"].sum()
    for code, parts in shares.items():
        living = {taker: float(sums.get((code, taker), 0.0)) for taker in parts}
        total = sum(living.values())
        if len(parts) > 1 and total > 0:
            found[code] = ({taker: number / total for taker, number in living.items()}, "points")
    return found


def _link(
    base: Base,
    topology: Topology,
    decision: Decision,
    *,
    pair: tuple[str, str],
    shares: Mapping[str, Mapping[str, float]],
    people: Mapping[str, tuple[dict[str, float], str]],
) -> dict[str, object]:
    giver, taker = pair
    whole = len(shares[giver]) == 1
    origins = Counter(code for parts in shares.values() for code in parts)
    population, population_method = people[giver]
    return {
        "from_version": base.topology.units[giver].origin,
        "to_version": f"{taker}@{decision.effective_on.isoformat()}",
        "kind": _kind(base.topology.units[giver], topology.units[taker], whole=whole, origins=origins[taker]),
        "effective_on": decision.effective_on.isoformat(),
        "area_share": shares[giver][taker],
        "population_share": population[taker],
        "method": "table" if whole else "polygons",
        "population_method": population_method,
        "confidence": "certain" if whole else "measured",
        "decree": decision.decree,
        "source": decision.source or None,
    }


def _kind(old: PlanUnit, new: PlanUnit, *, whole: bool, origins: int) -> str:
    if not whole:
        return "remainder" if old.code == new.code else "part"
    if origins > 1:
        return "merge"
    return "rename" if _renamed(old, new) else "recode"


def _versions(
    fresh: Sequence[PlanUnit],
    topology: Topology,
    decision: Decision,
    *,
    found: Mapping[str, Figures],
    now: dt.datetime,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    records: list[dict[str, object]] = [
        {
            "code": unit.code,
            "name": unit.name,
            "unit_type": unit.unit_type,
            "level": topology.level,
            "parent": unit.parent or None,
            "parent_name": unit.parent_name or None,
            "valid_from": decision.effective_on.isoformat(),
            "decree": decision.decree,
            "area_km2": found[unit.code].area_m2 / 1e6,
            "population": _whole(found[unit.code].population),
            "source": decision.source or None,
        }
        for unit in fresh
    ]
    shapes = shapes_lonlat(polygons_of(topology, [unit.code for unit in fresh])).tolist()
    return _frame(records, UNITS.schema, now=now, rng=rng, shapes=shapes)


def _whole(people: float | None) -> int | None:
    return None if people is None else round(people)


def _frame(
    records: Sequence[Mapping[str, object]],
    contract: schema.LayerSchema,
    *,
    now: dt.datetime,
    rng: np.random.Generator,
    shapes: Sequence[object] | None = None,
) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(records).assign(id=new_ids(len(records), now=now, rng=rng))
    geometry = shapes if shapes is not None else [None] * len(frame)
    return schema.check(gpd.GeoDataFrame(frame, geometry=geometry, crs=CRS_LONLAT), contract)
