"""Two plans side by side: the ground that one gives to other units than the other does, and the figures of both."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from layers.planning import plan_refusals
from layers.planning.arcs import Topology
from layers.planning.ledger import Gain, Moved, land_moved
from layers.planning.points import PlacedPoints, gain_of, handed_over
from mapserver.services.plan_figures import PlanFigures, figures_of, titled
from mapserver.services.plan_opened import OpenedPlan, PlanFacts
from mapserver.services.plan_points import PlanPoints
from mapserver.services.reader import Reader

__all__ = ["Comparison", "Transferred", "as_base", "compared", "transfers_of"]

_DECIMALS = 7


@dataclass(frozen=True, eq=False)
class Transferred:
    """Ground that changes hands, with what lies on it.

    Parameters
    ----------
    gain : Gain
        From whom, to whom, how much.
    giver_name, taker_name : str
        The units with their types.
    shape : shapely.Geometry
        The ground, EPSG:4326.
    """

    gain: Gain
    giver_name: str
    taker_name: str
    shape: shapely.Geometry

    def as_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            ``from, from_name, to, to_name, area_m2, counts, geometry``; degrees to 1e-7.
        """
        rounded = shapely.transform(self.shape, lambda places: np.round(places, _DECIMALS))
        return self.gain.to_json() | {
            "from_name": self.giver_name,
            "to_name": self.taker_name,
            "geometry": json.loads(shapely.to_geojson(rounded)),
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """A plan beside another, or beside what it starts from.

    Parameters
    ----------
    transfers : tuple of Transferred
        What changes hands when the first is taken instead of the second.
    one, other : PlanFigures
        The figures of both.
    """

    transfers: tuple[Transferred, ...]
    one: PlanFigures
    other: PlanFigures

    def as_json(self, language: str = "vi") -> dict[str, object]:
        """Write it as plain values.

        Parameters
        ----------
        language : str
            Language of the notes.

        Returns
        -------
        dict
            ``transfers`` and ``figures`` of ``one`` and ``other``.
        """
        return {
            "transfers": [transfer.as_json() for transfer in self.transfers],
            "figures": {"one": self.one.as_json(language), "other": self.other.as_json(language)},
        }


@dataclass(frozen=True)
class _AtBase:
    """A plan before anything was done in it."""

    record: PlanFacts
    base: Topology
    topology: Topology


def as_base(opened: OpenedPlan) -> OpenedPlan:
    """Take a plan as it was at its opening.

    Parameters
    ----------
    opened : OpenedPlan
        The plan.

    Returns
    -------
    OpenedPlan
        Its borders are those it starts from.
    """
    return _AtBase(opened.record, opened.base, opened.base)


def compared(
    whole: Reader, one: OpenedPlan, other: OpenedPlan, *, points: PlanPoints, today: dt.date,
    cameras: PlacedPoints | None = None,
) -> Comparison:  # fmt: skip
    """Put a plan beside another one on the same base.

    Parameters
    ----------
    whole : Reader
        The store, not narrowed to a viewer.
    one, other : OpenedPlan
        The plans; `as_base` of the first compares it with what it starts from.
    points : PlanPoints
        What is counted.
    today : date
        Day of the standards of a plan that has no first day yet.
    cameras : PlacedPoints, optional
        Counted where the reader may know.

    Returns
    -------
    Comparison
        Ground that changes hands, and figures.

    Raises
    ------
    Conflict
        When they start from different borders.
    """
    if one.record.base_mark != other.record.base_mark:
        raise plan_refusals.other_base(one.record.base_mark, other.record.base_mark)
    return Comparison(
        transfers_of(other, one, points.counted(cameras)),
        figures_of(whole, one, points, today=today, cameras=cameras),
        figures_of(whole, other, points, today=today, cameras=cameras),
    )


def transfers_of(before: OpenedPlan, after: OpenedPlan, counted: Mapping[str, PlacedPoints]) -> tuple[Transferred, ...]:
    """List the ground that changes hands from one state to another, with what lies on it.

    Parameters
    ----------
    before, after : OpenedPlan
        Two plans on one base, or a plan `as_base` and as it is.
    counted : mapping of str to PlacedPoints
        What is counted, placed in that base; from `PlanPoints.counted`.

    Returns
    -------
    tuple of Transferred
        By giver and taker.
    """
    led_here = land_moved(before.base, before.topology)
    held = {kind: handed_over(these, led_here) for kind, these in counted.items()}
    return tuple(
        _transferred(moved, gain_of(moved, held), before=before.topology, after=after.topology)
        for moved in land_moved(before.topology, after.topology)
    )


def _transferred(moved: Moved, gain: Gain, *, before: Topology, after: Topology) -> Transferred:
    return Transferred(gain, titled(before.units[moved.giver]), titled(after.units[moved.taker]), moved.shape)
