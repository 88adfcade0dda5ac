"""The figures of a plan, before, now and the change, held against the standards of the day it would be in force."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from layers.boundaries.standards import Standing, doubts, in_force_on
from layers.planning.arcs import PlanUnit, Topology
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.ledger import Moved, land_moved
from layers.planning.measures import Base, Figures, figures, old_units_split, standings
from layers.planning.points import PlacedPoints
from layers.planning.shape import Spread, spread
from layers.wording import Text
from mapserver.services.plan_opened import OpenedPlan
from mapserver.services.plan_points import CAMERAS_KIND, HOUSEHOLDS, INCIDENTS_KIND, MODELS, PlanPoints, population_of
from mapserver.services.reader import Reader
from mapserver.services.standards import standards_of

__all__ = ["COUNTED", "PlanFigures", "base_of", "figures_of", "measured", "titled"]

COUNTED = (HOUSEHOLDS, INCIDENTS_KIND, MODELS, CAMERAS_KIND)
# How evenly work is spread over units is told of these.
_SPREAD = ("population", INCIDENTS_KIND, "area_m2")
_SUMMED = ("area_m2", "population", *COUNTED)
_RATE_PER = 1000
_DAY = dt.timedelta(days=1)
_NO_CAMERAS = Text(
    "Camera: chỉ người được xem chính xác camera của mọi đơn vị trong phương án mới thấy số camera.",
    "Cameras: counted only for somebody who sees the cameras of every unit of the plan exactly.",
)


@dataclass(frozen=True, eq=False)
class PlanFigures:
    """The figures of every unit before and now.

    Parameters
    ----------
    base, topology : Topology
        The borders before and now.
    before, now : mapping of str to Figures
        By code.
    standing_before, standing_now : mapping of str to Standing
        By code, both on the same day.
    old_split : mapping of str to tuple of str
        Name of an old ward that lies in several units -> their codes.
    moved : tuple of Moved
        The ground that changed hands.
    on : date
        The day of the standards.
    notes : tuple of Text
        Where the figures come from.
    """

    base: Topology
    topology: Topology
    before: Mapping[str, Figures]
    now: Mapping[str, Figures]
    standing_before: Mapping[str, Standing]
    standing_now: Mapping[str, Standing]
    old_split: Mapping[str, tuple[str, ...]]
    moved: tuple[Moved, ...]
    on: dt.date
    notes: tuple[Text, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the units before and now, in order."""
        return tuple(sorted({*self.before, *self.now}))

    @property
    def changed(self) -> tuple[str, ...]:
        """Codes of units whose ground, name or type is not what it was, in order."""
        old, new = self.base.units, self.topology.units
        of_ground = {code for ground in self.moved for code in (ground.giver, ground.taker)}
        return tuple(code for code in self.codes if code in of_ground or old.get(code) != new.get(code))

    def unit(self, code: str) -> PlanUnit:
        """Find a unit as it is now, or as it was where it is no more.

        Parameters
        ----------
        code : str
            One of `codes`.

        Returns
        -------
        PlanUnit
            The unit.
        """
        return self.topology.units.get(code) or self.base.units[code]

    def as_json(self, language: str = "vi") -> dict[str, object]:
        """Write the figures as plain values.

        Parameters
        ----------
        language : str
            Language of the notes.

        Returns
        -------
        dict
            ``units, totals, spread, spread_before, old_units_split, on, notes``; m² to 0.01, counts to 0.001.
        """
        before = {code: measured(found) for code, found in self.before.items()}
        now = {code: measured(found) for code, found in self.now.items()}
        return {
            "units": [self._unit_json(code, before.get(code), now.get(code)) for code in self.codes],
            "totals": {"before": _totals(before.values()), "now": _totals(now.values())},
            "spread": _spreads(now),
            "spread_before": _spreads(before),
            "old_units_split": [{"name": name, "units": list(codes)} for name, codes in self.old_split.items()],
            "on": self.on.isoformat(),
            "notes": [note.in_language(language) for note in (*self.notes, *self._about_cameras())],
        }

    def _about_cameras(self) -> tuple[Text, ...]:
        counted = any(CAMERAS_KIND in found.counts for found in self.now.values())
        return () if counted else (_NO_CAMERAS,)

    def _unit_json(
        self, code: str, before: dict[str, object] | None, now: dict[str, object] | None
    ) -> dict[str, object]:
        unit = self.unit(code)
        return {
            "code": code,
            "name": unit.name,
            "unit_type": unit.unit_type,
            "before": before,
            "now": now,
            "change": _change(before, now),
            "standing_before": _standing(self.standing_before.get(code)),
            "standing_now": _standing(self.standing_now.get(code)),
        }


def figures_of(
    whole: Reader, opened: OpenedPlan, points: PlanPoints, *, today: dt.date, cameras: PlacedPoints | None = None
) -> PlanFigures:
    """Work out the figures of a plan.

    Parameters
    ----------
    whole : Reader
        The store, not narrowed to a viewer.
    opened : OpenedPlan
        The plan.
    points : PlanPoints
        What is counted, from `plan_points.points_of`.
    today : date
        Day of the standards of a plan that has no first day yet.
    cameras : PlacedPoints, optional
        From `plan_points.cameras_of`; without them cameras are not counted.

    Returns
    -------
    PlanFigures
        Before and now.
    """
    base, topology = base_of(whole, opened.base, points, cameras=cameras), opened.topology
    on = opened.record.effective_on or today
    table, _edited = standards_of(whole)
    moved = land_moved(base.topology, topology)
    before, now = figures(base, base.topology, ()), figures(base, topology, moved)
    return PlanFigures(
        base.topology,
        topology,
        before,
        now,
        standings(base.topology, before, table, on=on),
        standings(topology, now, table, on=on),
        old_units_split(_old_wards(whole, base.topology), topology),
        moved,
        on,
        (*points.notes, *doubts(in_force_on(table, on))),
    )


def base_of(whole: Reader, base: Topology, points: PlanPoints, *, cameras: PlacedPoints | None = None) -> Base:
    """Gather what is known of the units that a plan starts from.

    Parameters
    ----------
    whole : Reader
        The store.
    base : Topology
        Their borders.
    points : PlanPoints
        What is counted.
    cameras : PlacedPoints, optional
        Counted as well where the reader may know.

    Returns
    -------
    Base
        Areas, people and points.
    """
    return Base(base, points.area_m2, population_of(whole.all_units(), base), points.counted(cameras))


def titled(unit: PlanUnit) -> str:
    """Name a unit as people write it.

    Parameters
    ----------
    unit : PlanUnit
        The unit.

    Returns
    -------
    str
        Type and name.

    Examples
    --------
    >>> titled(PlanUnit("10532", "Lê Thanh Nghị", "Phường"))
    'Phường Lê Thanh Nghị'
    """
    return f"{unit.unit_type} {unit.name}".strip()


def measured(found: Figures) -> dict[str, object]:
    """Write the figures of one unit as plain values.

    Parameters
    ----------
    found : Figures
        From the domain.

    Returns
    -------
    dict
        What is not known is None.
    """
    counts = {kind: _rounded(found.counts.get(kind), 3) for kind in COUNTED}
    incidents, people = counts[INCIDENTS_KIND], found.population
    rate = incidents / people * _RATE_PER if incidents is not None and people else None
    return {
        "area_m2": round(found.area_m2, 2),
        "population": _rounded(people, 3),
        "population_method": found.population_method,
        **counts,
        "incident_rate": _rounded(rate, 4),
        "compactness": round(found.shape.compactness, 6),
        "compactness_land": round(found.shape.compactness_land, 6),
        "parts": found.shape.parts,
        "expected_parts": found.shape.expected_parts,
        "contiguous": found.shape.is_contiguous,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _number(values: Mapping[str, object], name: str) -> float | None:
    value = values[name]
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _change(before: dict[str, object] | None, now: dict[str, object] | None) -> dict[str, float | None] | None:
    if before is None or now is None:
        return None
    pairs = {name: (_number(before, name), _number(now, name)) for name in (*_SUMMED, "incident_rate", "compactness",
             "compactness_land")}  # fmt: skip
    return {
        name: None if old is None or new is None else round(new - old, 6) for name, (old, new) in pairs.items()
    }  # fmt: skip


def _totals(units: Iterable[Mapping[str, object]]) -> dict[str, float | None]:
    listed = list(units)
    return {name: _sum([_number(unit, name) for unit in listed]) for name in _SUMMED}


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 2) if len(known) == len(values) and known else None


def _spreads(units: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, float]]:
    found = {}
    for name in _SPREAD:
        values = [value for value in (_number(unit, name) for unit in units.values()) if value is not None]
        if len(values) == len(units) and values:
            found[name] = _spread_json(spread(values))
    return found


def _spread_json(found: Spread) -> dict[str, float]:
    return {
        "mean": round(found.mean, 2),
        "smallest": round(found.smallest, 2),
        "largest": round(found.largest, 2),
        "variation": round(found.variation, 4),
    }


def _standing(standing: Standing | None) -> dict[str, object] | None:
    if standing is None:
        return None
    return {
        "overall": str(standing.overall),
        "area": str(standing.area),
        "population": str(standing.population),
        "least": {
            "area_km2": sorted({float(each.min_area_km2) for each in standing.standards}),
            "people": sorted({each.min_population for each in standing.standards}),
        },
    }


def _old_wards(whole: Reader, base: Topology) -> dict[str, shapely.Geometry]:
    """Read the wards of the day before most of the plan's units began, those that lie on its ground."""
    began = _began(base)
    if began is None:
        return {}
    frame = whole.units(began - _DAY).frame
    drawn = frame[frame.geometry.notna()]
    around = shapely.box(*shapely.total_bounds(shapes_lonlat(polygons_of(base, base.units))))
    near = drawn[shapely.intersects(drawn.geometry.to_numpy(), around)] if len(drawn) else drawn
    names = [f"{kind} {name}" for kind, name in zip(near["unit_type"], near["name"], strict=True)]
    twice = {name for name, count in Counter(names).items() if count > 1}
    # Two old wards may have had one name.
    told = [f"{name} ({code})" if name in twice else name for name, code in zip(names, near["code"], strict=True)]
    return dict(zip(told, np.asarray(near.geometry.to_numpy()), strict=True))


def _began(base: Topology) -> dt.date | None:
    # Beats are newer than their ward, which is what has old wards.
    names = (unit.parent if base.level == "beat" else unit.origin for unit in base.units.values())
    days = Counter(day for day in (name.partition("@")[2] for name in names) if day)
    return dt.date.fromisoformat(days.most_common(1)[0][0]) if days else None
