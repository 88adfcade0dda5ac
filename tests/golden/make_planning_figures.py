"""Writes planning_figures.json and planning_story.json: cases on which Python and TypeScript must agree.

The first holds operations one by one with their figures, the second a plan with undo and redo and many small
operations, some of which are refused; borders are compared by their marks (`layers.planning.plans.mark_of`).
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
from layers.planning.grid import Place, place_of
from layers.planning.ledger import land_moved
from layers.planning.measures import Base, Figures, figures
from layers.planning.opening import open_plan
from layers.planning.operations import (
    Line,
    Merge,
    MoveNode,
    MoveVertices,
    Operation,
    Redraw,
    Rename,
    Split,
    Transfer,
    TransferPart,
    operation_from_json,
    operation_to_json,
)
from layers.planning.plans import Plan, commit, current, mark_of, redo, undo
from layers.planning.points import gain_of, placed
from layers.planning.steps import Signature
from layers.wording import Text
from tests.builders import NOW
from tests.plan_towns import ENCLAVE, bent, crooked_town, inner_arcs, random_operation

FILE = Path(__file__).with_name("planning_figures.json")
STORY = Path(__file__).with_name("planning_story.json")
PEOPLE = 10_000.0
BY = Signature("quy hoạch", NOW)
SEED = 20_260_701
SKETCHES = 150


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
        return {"refused": refusal.code, "reason": _both(refusal.message), "hint": _both(refusal.hint)}
    moved = land_moved(base.topology, now)
    return {
        "mark": mark_of(now),
        "moved": [gain_of(ground, base.points).to_json() for ground in moved],
        "figures": written(figures(base, now, moved)),
    }


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


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
    far_west = min(topology.arcs[name].box[0] for name in topology.by_unit["10000"])
    island = next(arc for arc in topology.arcs.values() if arc.is_outer and arc.box[0] == far_west)
    within = (sum(island.box[::2]) // 2, sum(island.box[1::2]) // 2)
    far = (middle[0] - 200_000, middle[1])
    beside = tuple(np.rint(border.points[2:4].mean(axis=0)).astype(int).tolist())
    coast = next(arc for arc in topology.arcs.values() if (arc.left, arc.right) == ("10001", ""))
    on_coast, off_vertex = coast.points[3], np.rint(coast.points[3:5].mean(axis=0)).astype(int)
    around = next(arc for arc in topology.arcs.values() if ENCLAVE in {arc.left, arc.right})
    closed = around.points[:-1]
    on_enclave = place_of(closed[2]), place_of(closed[5])
    _west, south, east, north = around.box
    beyond = sorted([(east + 40_000, south - 40_000), (east + 40_000, north + 40_000)], key=lambda at: at[1])
    beyond = beyond[:: 1 if side.start[1] < side.end[1] else -1]
    to_enclave = _places([side.points[len(side.points) // 2], closed[np.argmin(closed[:, 0])]])
    return {
        "a stretch is redrawn": Redraw(border.id, bent(second, middle, 0.4)),
        "a whole border is redrawn": Redraw(border.id, bent(border.start, border.end, -0.1)),
        "a stretch is redrawn from its end": Redraw(border.id, bent(middle, second, 0.2)),
        "a stretch begins between two vertices": Redraw(border.id, bent(beside, border.end, 0.2)),
        "a line swings both ways": Redraw(border.id, _swinging(border.start, border.end)),
        "a line runs along the border": Redraw(border.id, (second, *_places(border.points[2:5]), far, border.end)),
        "a line crosses another border": Redraw(border.id, bent(second, middle, 9.0)),
        "a line starts off the border": Redraw(border.id, ((second[0] + 5_000, second[1]), middle)),
        "a line crosses itself": Redraw(border.id, (second, far, (middle[0], middle[1] + 9_000), second, middle)),
        "a line goes around an enclave": Redraw(side.id, (side.start, *beyond, side.end)),
        "outer border is redrawn": Redraw(coast.id, bent(coast.start, coast.end, 0.1)),
        "an enclave gets another border": Redraw(around.id, bent(*on_enclave, share=-0.3)),
        "nothing is changed": Redraw(border.id, (border.start, *_places(border.points[1:]))),
        "a vertex is moved": MoveVertices(border.id, ((middle, (middle[0] + 20_000, middle[1] + 3_000)),)),
        "a vertex that is not there is moved": MoveVertices(border.id, ((far, middle),)),
        "a node is moved": MoveNode(corner, (corner[0] + 9_000, corner[1] - 7_000)),
        "a node is moved across a border": MoveNode(corner, (corner[0] + 300_000, corner[1])),
        "a node is moved across several borders": MoveNode(corner, (corner[0] - 400_000, corner[1] + 300_000)),
        "the node of an enclave is moved too far": MoveNode(around.start, (around.start[0] + 68_400, north + 300_000)),
        "a unit is divided": Split("10000", (border.start, far, border.end), "m1", "Mới"),
        "a unit is divided between vertices": Split("10000", (beside, far, border.end), "m1", "Mới"),
        "a code is taken": Split("10000", (middle, far, second), ENCLAVE, "Mới"),
        "a cut does not divide": Split("10003", tuple(to_enclave), "m1", "Mới"),
        "a cut ends on outer border": Split("10001", (middle, _places([on_coast])[0]), "m1", "Mới"),
        "a cut ends between vertices of outer border": Split("10001", (middle, _places([off_vertex])[0]), "m1", "Mới"),
        "a cut runs outside its unit": Split("10001", (border.start, far, border.end), "m1", "Mới"),
        "a piece is transferred": Transfer("10003", "10002", bent(side.start, side.end, -0.2)),
        "a piece far off is not transferred": Transfer("10001", "10002", bent(border.start, border.end, -0.3)),
        "a piece far off is transferred": Transfer("10001", "10002", bent(border.start, border.end, -0.3), apart=True),
        "an island is transferred": TransferPart("10000", "10002", within, apart=True),
        "an island far off is refused": TransferPart("10000", "10003", within),
        "the only part is not transferred": TransferPart("10001", "10000", _places([coast.points.mean(axis=0)])[0]),
        "an enclave is merged": Merge(ENCLAVE, "10003"),
        "the ground around an enclave is merged": Merge("10003", ENCLAVE),
        "two units are merged": Merge("10001", "10000"),
        "a unit is merged with itself": Merge("10001", "10001"),
        "a unit gets a name": Rename("10001", "Tên mới"),
    }


def _places(points: np.ndarray | list[np.ndarray]) -> list[Place]:
    return [(int(x), int(y)) for x, y in np.rint(points)]


def _swinging(start: Place, end: Place) -> Line:
    along = np.subtract(end, start)
    aside = np.array([-along[1], along[0]]) / 8
    turns = [np.add(start, along * share + side * aside) for share, side in ((0.3, 1), (0.5, -1), (0.8, 1))]
    return (start, *_places(turns), end)


def story(base: Topology) -> dict[str, object]:
    """A plan of several planners with undo and redo, and its mark after every entry."""
    border = next(arc for arc in inner_arcs(base) if {arc.left, arc.right} == {"10000", "10001"})
    plan, now, marks = Plan(mark_of(base)), base, [mark_of(base)]
    operations: list[Operation | str] = [
        Redraw(border.id, bent(border.start, border.end, 0.15)), Merge(ENCLAVE, "10003"), "undo", "undo", "redo",
        Split("10000", (border.start, (border.start[0] - 200_000, border.start[1] + 200_000), border.end), "m1", "Mới"),
        Rename("m1", "Phường Mới"), "undo", Merge("10000", "m1"), "undo", "redo",
    ]  # fmt: skip
    for operation in operations:
        if isinstance(operation, str):
            plan = (undo if operation == "undo" else redo)(plan, by=BY)
        else:
            plan, _now = commit(plan, now, operation, by=BY, seen=len(plan.entries))
        now = current(base, plan)
        marks.append(mark_of(now))
    return {"entries": [entry.to_json() for entry in plan.entries], "marks": marks}


def sketches(base: Topology) -> list[dict[str, object]]:
    """Random operations on the base, and what each leads to."""
    rng = np.random.default_rng(SEED)
    return [tried(base, random_operation(base, rng)) for _ in range(SKETCHES)]


def tried(base: Topology, operation: Operation) -> dict[str, object]:
    """An operation with its mark and the ground that changes hands, or the code and reason of its refusal."""
    written_down: dict[str, object] = {"operation": operation_to_json(operation)}
    try:
        now = applied(base, operation, number=1)
    except AnttError as refusal:
        return {**written_down, "refused": refusal.code, "reason": _both(refusal.message)}
    moved = [[ground.giver, ground.taker, round(ground.area_m2, 2)] for ground in land_moved(base, now)]
    return {**written_down, "mark": mark_of(now), "moved": moved}


def main() -> None:
    """Write the files."""
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
    told = {"story": story(base.topology), "sketches": sketches(base.topology)}
    STORY.write_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def read_operation(case: Mapping[str, dict[str, object]]) -> Operation:
    """The operation of a case."""
    return operation_from_json(case["operation"])


if __name__ == "__main__":
    main()
