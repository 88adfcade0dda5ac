"""What each operation does to the ground, and every way in which one is refused with nothing changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from layers.errors import AnttError, Conflict, GeometryWrong, InvalidParameter, NotFound
from layers.planning.applying import applied
from layers.planning.arcs import Arc, Topology
from layers.planning.faces import polygons_of, shape_of
from layers.planning.grid import Place
from layers.planning.opening import open_plan
from layers.planning.operations import (
    Line,
    Merge,
    MoveNode,
    MoveVertices,
    Operation,
    Redraw,
    Rename,
    Retype,
    Split,
    Transfer,
    TransferPart,
    operation_from_json,
    operation_to_json,
)
from tests.builders import town
from tests.plan_towns import ENCLAVE, crooked_town

# The made town: four wards of 0.05 degrees, two by two, from 106.3, 20.9. Their corners are nodes.
WEST, SOUTH, SIDE = 1_063_000_000, 209_000_000, 500_000


def _at(column: float, row: float) -> Place:
    return round(WEST + column * SIDE), round(SOUTH + row * SIDE)


@pytest.fixture(scope="module")
def base() -> Topology:
    wards = town(2, 2)
    return open_plan(wards.set_geometry(shapely.segmentize(wards.geometry.to_numpy(), 0.013), crs=wards.crs)).topology


@pytest.fixture(scope="module")
def crooked() -> Topology:
    return open_plan(crooked_town()).topology


def _between(topology: Topology, one: str, other: str) -> Arc:
    (arc,) = (arc for arc in topology.arcs.values() if {arc.left, arc.right} == {one, other})
    return arc


def _areas(topology: Topology) -> dict[str, float]:
    """In cells of 0.05 degrees."""
    return {code: round(shape_of(topology, code).area / SIDE**2, 6) for code in topology.units}


def _refusal(topology: Topology, operation: Operation) -> AnttError:
    before = dict(topology.arcs), dict(topology.units)
    with pytest.raises(AnttError) as refused:
        applied(topology, operation, number=1)
    assert (dict(topology.arcs), dict(topology.units)) == before
    assert refused.value.message.vi
    assert refused.value.hint.vi
    return refused.value


def test_redrawing_moves_both_neighbours(base: Topology) -> None:
    line = (_at(1, 0.25), _at(1.2, 0.25), _at(1.2, 0.75), _at(1, 0.75))
    drawn = applied(base, Redraw(_between(base, "10000", "10001").id, line), number=1)
    assert _areas(drawn) == {"10000": 1.1, "10001": 0.9, "10002": 1.0, "10003": 1.0}
    assert shapely.coverage_is_valid(polygons_of(drawn, drawn.units))


def test_a_line_may_be_drawn_either_way_round(base: Topology) -> None:
    line = (_at(1, 0.25), _at(1.2, 0.5), _at(1, 0.75))
    arc = _between(base, "10000", "10001").id
    assert applied(base, Redraw(arc, line), number=1) == applied(base, Redraw(arc, line[::-1]), number=1)


def test_vertices_move_and_nodes_stay(base: Topology) -> None:
    arc = _between(base, "10000", "10001")
    vertex = _at(1, 0.5)
    moved = applied(base, MoveVertices(arc.id, ((vertex, _at(1.1, 0.5)),)), number=1)
    assert _areas(moved)["10000"] > 1
    assert isinstance(_refusal(base, MoveVertices(arc.id, ((arc.start, _at(1.1, 0.1)),))), NotFound)


def test_a_node_takes_all_its_arcs_along(base: Topology) -> None:
    moved = applied(base, MoveNode(_at(1, 1), _at(1.1, 1.1)), number=1)
    assert len(moved.by_node[_at(1.1, 1.1)]) == 4
    assert sum(_areas(moved).values()) == pytest.approx(4)


def test_a_split_makes_a_unit_left_of_the_line(base: Topology) -> None:
    divided = applied(base, Split("10000", (_at(0, 0.5), _at(1, 0.5)), "new", "Mới"), number=1)
    assert _areas(divided) == {"10000": 0.5, "10001": 1.0, "10002": 1.0, "10003": 1.0, "new": 0.5}
    assert shape_of(divided, "new").bounds[1] == _at(0, 0.5)[1]
    assert divided.units["new"].unit_type == "Phường"
    assert divided.units["new"].origin == ""


def test_a_split_and_a_merge_give_the_ground_back(base: Topology) -> None:
    divided = applied(base, Split("10000", (_at(0, 0.5), _at(1, 0.5)), "new", "Mới"), number=1)
    merged = applied(divided, Merge("new", "10000"), number=2)
    assert _areas(merged) == _areas(base)
    assert "new" not in merged.units
    assert len(merged.arcs) == len(base.arcs)


def test_a_merge_does_away_with_the_border_between(base: Topology) -> None:
    merged = applied(base, Merge("10001", "10000"), number=1)
    assert _areas(merged) == {"10000": 2.0, "10002": 1.0, "10003": 1.0}
    # The two pieces of outer border are one arc now.
    assert len(merged.arcs) == len(base.arcs) - 2


def test_a_piece_is_cut_off_and_given_to_the_neighbour(base: Topology) -> None:
    line = (_at(0.75, 1), _at(0.75, 0.5), _at(1, 0.5))
    given = applied(base, Transfer("10000", "10001", line), number=1)
    assert _areas(given) == {"10000": 0.875, "10001": 1.125, "10002": 1.0, "10003": 1.0}


def test_an_island_changes_hands_whole(crooked: Topology) -> None:
    given = applied(crooked, TransferPart("10000", "10001", (1_062_750_000, 209_150_000), apart=True), number=1)
    assert (given.units["10000"].parts, given.units["10001"].parts) == (1, 2)


def test_an_enclave_is_merged_into_the_unit_around_it(crooked: Topology) -> None:
    merged = applied(crooked, Merge(ENCLAVE, "10008"), number=1)
    assert len(shape_of(merged, "10008").geoms[0].interiors) == 0


def test_names_and_types_change(base: Topology) -> None:
    named = applied(applied(base, Rename("10000", "Lê Thanh Nghị"), number=1), Retype("10000", "Xã"), number=2)
    assert (named.units["10000"].name, named.units["10000"].unit_type) == ("Lê Thanh Nghị", "Xã")
    assert named.arcs == base.arcs


def test_wards_have_the_types_of_the_law_and_beats_any(base: Topology) -> None:
    with pytest.raises(InvalidParameter, match="Hành tinh"):
        applied(base, Retype("10000", "Hành tinh"), number=1)
    beats = replace(base, level="beat")
    assert applied(beats, Retype("10000", "Khu vực"), number=1).units["10000"].unit_type == "Khu vực"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ((_at(0.9, 0.5), _at(1.2, 0.6), _at(1, 0.75)), "begin and end on the border"),
        ((_at(1, 0.2), _at(1.4, 0.8), _at(1.4, 0.2), _at(1, 0.8)), "crosses or touches itself"),
        ((_at(1, 0.2), _at(1.5, 1.2), _at(1, 0.8)), "other borders"),
        ((_at(1, 0.2), _at(1.5, 1.0), _at(1, 0.8)), "other borders"),
        ((_at(1, 0.2), _at(1, 0.2)), "crosses or touches itself"),
        ((_at(1, 0), _at(1, 0.25), _at(1, 0.5), _at(1, 0.75), _at(1, 1)), "changes nothing"),
    ],
    ids=["off the border", "crosses itself", "crosses another unit", "touches another unit", "a point", "the same"],
)
def test_a_line_that_breaks_borders_is_refused(base: Topology, line: Line, said: str) -> None:
    assert said in _refusal(base, Redraw(_between(base, "10000", "10001").id, line)).message.en


def test_a_line_around_an_enclave_is_refused(crooked: Topology) -> None:
    arc = _between(crooked, "10007", "10008")
    west, south, east, north = (round(edge) for edge in shape_of(crooked, ENCLAVE).bounds)
    start, end = (tuple(arc.points[place].tolist()) for place in (1, -2))
    low, high = (start, end) if start[1] < end[1] else (end, start)
    around = (low, (east + 40_000, south - 40_000), (east + 40_000, north + 40_000), high)
    refused = _refusal(crooked, Redraw(arc.id, around))
    assert "goes around ground of another unit" in refused.message.en
    assert west < east


def test_outer_border_stands_still(base: Topology) -> None:
    outer = next(arc for arc in base.arcs.values() if arc.is_outer)
    assert "outer border" in _refusal(base, Redraw(outer.id, (outer.start, _at(-1, 0), outer.end))).message.en
    assert "outer border" in _refusal(base, MoveNode(_at(1, 0), _at(1.1, 0))).message.en
    cut = Split("10000", (_at(0, 0.37), _at(1, 0.5)), "new", "Mới")
    assert "only at a vertex that is there" in _refusal(base, cut).message.en


@pytest.mark.parametrize(
    ("operation", "kind", "said"),
    [
        (Split("10000", (_at(0.2, 0.5), _at(1, 0.5)), "new", "M"), GeometryWrong, "begin and end on the border"),
        (Split("10000", (_at(1, 0.25), _at(1.5, 0.5), _at(1, 0.75)), "new", "M"), GeometryWrong, "does not lie in"),
        (Split("10000", (_at(0, 0.5), _at(1, 0.5)), "10001", "M"), Conflict, "in use"),
        (Split("10000", (_at(0, 0.5), _at(1, 0.5)), "", "M"), Conflict, "in use"),
        (Transfer("10000", "10003", (_at(0, 0.5), _at(1, 0.5))), Conflict, "2 separate parts"),
        (Transfer("10000", "10000", (_at(0, 0.5), _at(1, 0.5))), InvalidParameter, "must differ"),
        (TransferPart("10000", "10001", _at(0.5, 0.5)), Conflict, "without ground"),
        (TransferPart("10000", "10001", _at(1.5, 0.5)), GeometryWrong, "does not lie in"),
        (Merge("10000", "10003"), Conflict, "2 separate parts"),
        (Merge("10000", "nobody"), NotFound, "no unit"),
        (Redraw("nothing", (_at(0, 0), _at(1, 1))), NotFound, "no arc"),
        (MoveNode(_at(0.4, 0.4), _at(0.5, 0.5)), NotFound, "no node"),
        (Rename("10000", "Ô 0"), InvalidParameter, "changes nothing"),
    ],
    ids=lambda value: value.kind if hasattr(value, "kind") else None,
)
def test_what_cannot_be_done_is_refused(base: Topology, operation: Operation, kind: type, said: str) -> None:
    refused = _refusal(base, operation)
    assert isinstance(refused, kind)
    assert said in refused.message.en


def test_a_cut_from_the_border_to_an_enclave_divides_nothing(crooked: Topology) -> None:
    border, enclave = _between(crooked, "10007", "10008"), _between(crooked, ENCLAVE, "10008")
    nearest = min(border.points.tolist(), key=lambda place: abs(place[1] - enclave.start[1]))
    cut = Split("10008", (tuple(nearest), enclave.start), "new", "Mới")
    assert "does not divide" in _refusal(crooked, cut).message.en


def test_ground_does_not_pass_between_parents() -> None:
    topology = open_plan(town(2, 1).assign(parent=["31", "01"])).topology
    assert "not of one province" in _refusal(topology, Merge("10000", "10001")).message.en


def test_separate_parts_are_made_when_told_so(base: Topology) -> None:
    merged = applied(base, Merge("10000", "10003", apart=True), number=1)
    assert merged.units["10003"].parts == 2


@pytest.mark.parametrize(
    "operation",
    [
        Redraw("a1", ((1, 2), (3, 4))),
        MoveVertices("a1", (((1, 2), (3, 4)),)),
        MoveNode((1, 2), (3, 4)),
        Split("1", ((1, 2), (3, 4)), "2", "Tên"),
        Merge("1", "2", apart=True),
        Transfer("1", "2", ((1, 2), (3, 4))),
        TransferPart("1", "2", (1, 2)),
        Rename("1", "Tên"),
        Retype("1", "Xã"),
    ],
    ids=lambda operation: operation.kind,
)
def test_an_operation_is_read_as_it_was_written(operation: Operation) -> None:
    assert operation_from_json(operation_to_json(operation)) == operation


def test_a_name_is_kept_as_every_store_can_hold_it() -> None:
    assert operation_from_json({"kind": "rename", "unit": "1", "name": " Le\u0302  \x00\ud800 "}) == Rename(
        "1", "Lê \ufffd\ufffd"
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "explode"},
        {"kind": "rename", "unit": "1"},
        {"kind": "rename", "unit": "1", "name": "a", "who": "b"},
        {"kind": "rename", "unit": 1, "name": "a"},
        {"kind": "merge", "unit": "1", "into": "2", "apart": 1},
        {"kind": "move_node", "node": [1.5, 2], "to": [3, 4]},
        {"kind": "move_node", "node": [True, 2], "to": [3, 4]},
        {"kind": "move_node", "node": [1, 2], "to": "3"},
        {"kind": "move_node", "node": [1, 2], "to": [3, 4, 5]},
        {"kind": "redraw", "arc": "a1", "line": [[1, 2], [3, 10**30]]},
        {"kind": "redraw", "arc": "a1", "line": None},
        {"kind": "rename", "unit": "1", "name": "  "},
        {"kind": "rename", "unit": "1", "name": "x" * 201},
        {"kind": "rename", "unit": "1", "name": "a\x01b"},
        {"kind": "split", "unit": "1", "line": [[1, 2], [3, 4]], "code": "a@2026-01-01", "name": "Mới"},
        {"kind": "split", "unit": "1", "line": [[1, 2], [3, 4]], "code": "../x", "name": "Mới"},
    ],
)
def test_what_is_no_operation_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidParameter):
        operation_from_json(values)
