"""Counting in the units of another day: nothing lost, nothing twice, and how sure each number is."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from layers.incidents.reattribution import Descent, Recast, Share, recast

OLD, NEW = "2009-04-01", "2025-07-01"
B, C, D = (f"{code}@{NEW}" for code in "BCD")


def _lineage(*rows: tuple[str, str, float | None, float | None]) -> pd.DataFrame:
    names = ("from_version", "to_version", "area_share", "population_share")
    return pd.DataFrame(rows, columns=list(names)).assign(kind="part")


def _recast(
    known: dict[str, int], lineage: pd.DataFrame, *, located: tuple[int, ...] = (), spread: bool = True
) -> Recast:
    without = sum(known.values())
    unit = np.array([*located, *[-1] * without], dtype=np.int64)
    placed = np.arange(len(unit)) < len(located)
    return recast(
        unit, placed, known_unit=known, references=[B, C, D], descent=Descent(lineage, [B, C, D]), spread=spread
    )


def _conserved(found: Recast) -> bool:
    return int(found.count.sum()) + found.outside + found.no_place + found.not_placeable == found.total


def test_the_example_of_the_page_312_to_329() -> None:
    split = _lineage((f"A@{OLD}", B, 0.6, None), (f"A@{OLD}", C, 0.4, None))
    found = _recast({f"A@{OLD}": 17}, split, located=(0,) * 312)
    assert (found.low[0], found.high[0]) == (312, 329)
    assert found.count.tolist() == [322, 7, 0]
    assert _conserved(found)


def test_what_one_unit_took_whole_is_certain() -> None:
    found = _recast({f"A@{OLD}": 5}, _lineage((f"A@{OLD}", B, None, None)).assign(kind="merge"))
    assert (found.low[0], found.count[0], found.high[0], found.not_placeable) == (5, 5, 5, 0)


def test_a_part_of_unknown_size_that_stands_alone_is_not_certain() -> None:
    found = _recast({f"A@{OLD}": 5}, _lineage((f"A@{OLD}", B, None, None)))
    assert (found.low[0], found.count[0], found.high[0], found.not_placeable) == (0, 0, 5, 5)
    assert _conserved(found)


def test_people_go_before_land_only_where_all_were_counted() -> None:
    counted = _lineage((f"A@{OLD}", B, 0.9, 0.5), (f"A@{OLD}", C, 0.1, 0.5))
    assert Descent(counted, [B, C]).shares(f"A@{OLD}") == (Share(B, 0.5), Share(C, 0.5))
    half = _lineage((f"A@{OLD}", B, 0.9, 0.5), (f"A@{OLD}", C, 0.1, None))
    assert Descent(half, [B, C]).shares(f"A@{OLD}") == (Share(B, 0.9), Share(C, 0.1))


def test_unknown_shares_are_kept_apart_but_bound_the_range() -> None:
    unknown = _lineage((f"A@{OLD}", B, None, None), (f"A@{OLD}", C, None, None))
    found = _recast({f"A@{OLD}": 4}, unknown, located=(0, 0))
    assert (found.not_placeable, found.count.tolist(), found.high.tolist()) == (4, [2, 0, 0], [6, 4, 0])


def test_keeping_apart_can_be_asked_for() -> None:
    split = _lineage((f"A@{OLD}", B, 0.6, None), (f"A@{OLD}", C, 0.4, None))
    found = _recast({f"A@{OLD}": 10}, split, spread=False)
    assert (found.not_placeable, int(found.count.sum())) == (10, 0)


def test_a_part_that_went_nowhere_known_is_not_given_to_the_others() -> None:
    half = _lineage((f"A@{OLD}", B, 0.5, None), (f"A@{OLD}", "X@2020-01-01", 0.5, None), (f"A@{OLD}", C, 0.0, None))
    found = _recast({f"A@{OLD}": 10}, half)
    assert found.not_placeable == 10
    assert _conserved(found)


def test_shares_are_followed_over_two_changes() -> None:
    middle = "M@2019-01-01"
    chain = _lineage(
        (f"A@{OLD}", middle, 0.5, None), (f"A@{OLD}", D, 0.5, None), (middle, B, 0.5, None), (middle, C, 0.5, None)
    )
    shares = {share.target: share.share for share in Descent(chain, [B, C, D]).shares(f"A@{OLD}")}
    assert shares == {B: 0.25, C: 0.25, D: 0.5}


def test_a_new_unit_is_in_its_only_predecessor_and_otherwise_unknown() -> None:
    rows = _lineage((f"A@{OLD}", B, 1.0, None), (f"E@{OLD}", C, 0.5, None), (f"F@{OLD}", C, 1.0, None))
    older = Descent(rows, [f"A@{OLD}", f"E@{OLD}", f"F@{OLD}"])
    assert older.shares(B) == (Share(f"A@{OLD}", 1.0),)
    assert [share.share for share in older.shares(C)] == [None, None]


def test_lineage_in_a_circle_ends() -> None:
    circle = _lineage(("X@1", "Y@1", 1.0, None), ("Y@1", "X@1", 1.0, None))
    assert Descent(circle, [B]).shares("X@1") == ()


@given(
    st.lists(st.integers(-1, 2), max_size=30),
    st.dictionaries(st.sampled_from(["A", "E", "F", "G"]), st.integers(0, 50)),
    st.lists(st.tuples(st.sampled_from("AEF"), st.sampled_from([B, C, D]), st.none() | st.floats(0, 1)), max_size=9),
    st.booleans(),
)
def test_every_incident_is_counted_once(
    located: list[int], known: dict[str, int], rows: list[tuple[str, str, float | None]], spread: bool
) -> None:
    lineage = _lineage(*((old, new, share, None) for old, new, share in rows))
    found = _recast(known, lineage, located=tuple(located), spread=spread)
    assert _conserved(found)
    assert (found.low <= found.count).all()
    assert (found.count <= found.high).all()


def test_one_known_part_does_not_stand_for_the_rest() -> None:
    found = _recast({f"A@{OLD}": 10}, _lineage((f"A@{OLD}", B, 0.5, None), (f"A@{OLD}", "X@2020-01-01", 0.5, None)))
    assert (found.low[0], found.count[0], found.high[0], found.not_placeable) == (0, 0, 10, 10)
