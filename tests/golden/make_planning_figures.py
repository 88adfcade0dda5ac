"""Writes planning_figures.json: cases on which Python and TypeScript must agree.

Run with `python -m tests.golden.make_planning_figures` after the figures are meant to change, and look at the
difference. Places are whole numbers of the grid of 1e-7 degrees; square metres and metres are geodesic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from layers.errors import AnttError
from layers.planning.applying import applied
from layers.planning.arcs import Topology
from layers.planning.ledger import land_moved
from layers.planning.measures import Base, Figures, figures
from layers.planning.opening import open_plan
from layers.planning.operations import (
    Merge,
    MoveNode,
    MoveVertices,
    Operation,
    Redraw,
    Split,
    Transfer,
    TransferPart,
    operation_from_json,
    operation_to_json,
)
from layers.planning.points import gain_of, placed
from tests.plan_towns import ENCLAVE, bent, crooked_town, inner_arcs

FILE = Path(__file__).with_name("planning_figures.json")
PEOPLE = 10_000.0


def golden_base() -> Base:
    """The made town with its people and incidents."""
    topology = open_plan(crooked_town(2, 2)).topology
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(106.3005, 106.4, 0.004), np.arange(20.9005, 21, 0.004)))
    points = {"incidents": placed(lon, lat, np.ones(len(lon)), topology=topology)}
    return Base.of(topology, dict.fromkeys(topology.units, PEOPLE), points)


def outcome(base: Base, operation: Operation) -> dict[str, object]:
    """What an operation leads to: the figures of every unit and the ground that changed hands, or a refusal."""
    try:
        now = applied(base.topology, operation, number=1)
    except AnttError as refusal:
        return {"refused": refusal.code}
    moved = land_moved(base.topology, now)
    return {
        "moved": [gain_of(ground, base.points).to_json() for ground in moved],
        "figures": written(figures(base, now, moved)),
    }


def written(found: Mapping[str, Figures]) -> dict[str, dict[str, object]]:
    """Figures as plain values."""
    return {
        code: {
            "area_m2": one.area_m2,
            "population": one.population,
            "population_method": one.population_method,
            "incidents": one.counts["incidents"],
            "compactness": one.shape.compactness,
            "compactness_land": one.shape.compactness_land,
            "parts": one.shape.parts,
        }
        for code, one in sorted(found.items())
    }


def _operations(topology: Topology) -> dict[str, Operation]:
    border = next(arc for arc in inner_arcs(topology) if {arc.left, arc.right} == {"10000", "10001"})
    second, middle = (tuple(border.points[place].tolist()) for place in (1, len(border.points) // 2))
    corner = next(node for node, arcs in topology.by_node.items() if len(arcs) == 4)
    side = next(arc for arc in inner_arcs(topology) if {arc.left, arc.right} == {"10002", "10003"})
    west = min(topology.arcs[name].box[0] for name in topology.by_unit["10000"])
    island = next(arc for arc in topology.arcs.values() if arc.is_outer and arc.box[0] == west)
    within = (sum(island.box[::2]) // 2, sum(island.box[1::2]) // 2)
    far = (middle[0] - 200_000, middle[1])
    return {
        "a stretch is redrawn": Redraw(border.id, bent(second, middle, 0.4)),
        "a whole border is redrawn": Redraw(border.id, bent(border.start, border.end, -0.1)),
        "a line crosses another border": Redraw(border.id, bent(second, middle, 9.0)),
        "a line starts off the border": Redraw(border.id, ((second[0] + 5_000, second[1]), middle)),
        "a vertex is moved": MoveVertices(border.id, ((middle, (middle[0] + 20_000, middle[1] + 3_000)),)),
        "a node is moved": MoveNode(corner, (corner[0] + 9_000, corner[1] - 7_000)),
        "a unit is divided": Split("10000", (border.start, far, border.end), "m1", "Mới"),
        "a piece is transferred": Transfer("10003", "10002", bent(side.start, side.end, -0.2)),
        "an island is transferred": TransferPart("10000", "10002", within, apart=True),
        "an island far off is refused": TransferPart("10000", "10003", within),
        "an enclave is merged": Merge(ENCLAVE, "10003"),
        "two units are merged": Merge("10001", "10000"),
    }


def main() -> None:
    """Write the file."""
    base = golden_base()
    content = {
        "about": __doc__,
        "arcs": [arc.to_json() for arc in base.topology.arcs.values()],
        "units": [unit.to_json() for unit in base.topology.units.values()],
        "population": PEOPLE,
        "incidents": np.column_stack([base.points["incidents"].lon, base.points["incidents"].lat]).round(7).tolist(),
        "figures": written(figures(base, base.topology, ())),
        "cases": [
            {"name": name, "operation": operation_to_json(operation), **outcome(base, operation)}
            for name, operation in _operations(base.topology).items()
        ],
    }
    FILE.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_operation(case: Mapping[str, dict[str, object]]) -> Operation:
    """The operation of a case."""
    return operation_from_json(case["operation"])


if __name__ == "__main__":
    main()
