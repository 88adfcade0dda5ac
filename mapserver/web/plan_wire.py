"""Plans as they go over the wire: borders as whole steps of the grid, each place as its difference from the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from layers.errors import StaleVersion
from layers.planning.arcs import Arc, Topology
from layers.planning.grid import CELLS_PER_DEG, Points, to_grid
from layers.planning.points import PlacedPoints
from layers.planning.steps import Entry, Step

__all__ = ["borders_json", "coded_refusal", "entry_json", "flat", "lines_json", "points_json"]

_WEIGHT_DECIMALS = 4


def flat(points: Points) -> list[int]:
    """Write a line as the differences of its places, which are short numbers.

    Parameters
    ----------
    points : ndarray of int64, shape (n, 2)
        Cells.

    Returns
    -------
    list of int, length 2n
        East and north of the first place, then of each step to the next.

    Examples
    --------
    >>> flat(np.array([[1063100000, 209400000], [1063100120, 209399990], [1063100120, 209399995]]))
    [1063100000, 209400000, 120, -10, 0, 5]
    """
    steps: list[int] = np.concatenate([points[:1], np.diff(points, axis=0)]).ravel().tolist()
    return steps


def borders_json(topology: Topology, *, last: int) -> dict[str, object]:
    """Write all borders of a plan at one moment.

    Parameters
    ----------
    topology : Topology
        The borders.
    last : int
        Number of the entry that they are the result of; 0 for the base.

    Returns
    -------
    dict
        Plain values; equal borders are equal bytes.
    """
    arcs = (_arc_json(arc) | {"locked": topology.is_locked(arc)} for _name, arc in sorted(topology.arcs.items()))
    return {
        "scale": CELLS_PER_DEG,
        "last": last,
        "level": topology.level,
        "units": [unit.to_json() for _code, unit in sorted(topology.units.items())],
        "arcs": list(arcs),
    }


def entry_json(entry: Entry) -> dict[str, object]:
    """Write one entry of a plan.

    Parameters
    ----------
    entry : Step or Mark
        The entry.

    Returns
    -------
    dict
        What it writes itself, with its arcs coded.
    """
    if not isinstance(entry, Step):
        return entry.to_json()
    return entry.to_json() | {"arcs_before": _coded(entry.arcs_before), "arcs_after": _coded(entry.arcs_after)}


def lines_json(lines: Iterable[Points]) -> dict[str, object]:
    """Write lines to draw along.

    Parameters
    ----------
    lines : iterable of ndarray of int64, shape (n, 2)
        Cells.

    Returns
    -------
    dict
        Plain values.
    """
    return {"scale": CELLS_PER_DEG, "lines": [flat(line) for line in lines]}


def points_json(kinds: Mapping[str, PlacedPoints]) -> dict[str, object]:
    """Write what is counted on the ground of a plan.

    Parameters
    ----------
    kinds : mapping of str to PlacedPoints
        By kind.

    Returns
    -------
    dict
        Plain values; weights to 0.0001.
    """
    return {"scale": CELLS_PER_DEG, "kinds": {kind: _points_json(these) for kind, these in sorted(kinds.items())}}


def _points_json(points: PlacedPoints) -> dict[str, object]:
    places = to_grid(np.column_stack([points.lon, points.lat]))
    # Neighbours one after the other: the differences are short.
    order = np.lexsort(places.T)
    return {"xy": flat(places[order]), "weight": np.round(points.weight[order], _WEIGHT_DECIMALS).tolist()}


def coded_refusal(refusal: StaleVersion) -> StaleVersion:
    """Code the lines that a refusal shows.

    Parameters
    ----------
    refusal : StaleVersion
        Its ``mine`` and ``theirs`` hold arcs as they are kept.

    Returns
    -------
    StaleVersion
        The same with the arcs coded; what else it tells stays.
    """
    shown = {name: _coded(map(Arc.from_json, arcs)) for name, arcs in _lines(refusal)}
    return StaleVersion(refusal.message, refusal.hint, details=refusal.details | shown)


def _lines(refusal: StaleVersion) -> Iterable[tuple[str, list[dict[str, object]]]]:
    for name in ("mine", "theirs"):
        arcs = refusal.details.get(name, [])
        if isinstance(arcs, list):
            yield name, arcs


def _coded(arcs: Iterable[Arc]) -> list[dict[str, object]]:
    return [_arc_json(arc) for arc in arcs]


def _arc_json(arc: Arc) -> dict[str, object]:
    return {"id": arc.id, "left": arc.left, "right": arc.right, "points": flat(arc.points)}
