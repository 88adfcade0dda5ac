"""What a published plan leaves behind: new versions, where each old one went, the list of changes."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest

from layers.errors import Conflict, InvalidParameter
from layers.planning.applying import applied
from layers.planning.arcs import Topology
from layers.planning.lineage import Decision, Publication, publication
from layers.planning.measures import Base
from layers.planning.opening import open_plan
from layers.planning.operations import Merge, Operation, Rename, Split, Transfer
from layers.planning.points import PlacedPoints, placed
from tests.builders import NOW, town

WEST, SOUTH, SIDE = 1_063_000_000, 209_000_000, 500_000
# The right half of the south-western ward.
HALF = ((WEST + SIDE // 2, SOUTH + SIDE), (WEST + SIDE // 2, SOUTH))
DAY = dt.date(2027, 7, 1)


@pytest.fixture(scope="module")
def squares() -> Topology:
    wards = town(2, 2)
    return open_plan(wards.set_geometry(wards.geometry.segmentize(0.03))).topology


def _published(base: Topology, *operations: Operation, day: dt.date = DAY, **points: PlacedPoints) -> Publication:
    now = base
    for number, operation in enumerate(operations, start=1):
        now = applied(now, operation, number=number)
    known = Base.of(base, dict.fromkeys(base.units, 10_000.0), points)
    return publication(known, now, Decision(day, "NQ 9/2027", "phương án 1"), now=NOW, rng=np.random.default_rng(1))


def _kinds(links: gpd.GeoDataFrame) -> set[tuple[str, str, str, float]]:
    names = ("from_version", "to_version", "kind", "area_share")
    rows = zip(*(links[name] for name in names), strict=True)
    return {(old.partition("@")[0], new.partition("@")[0], kind, round(share, 2)) for old, new, kind, share in rows}


def test_a_transfer_is_a_remainder_and_a_part(squares: Topology) -> None:
    left = _published(squares, Transfer("10000", "10001", HALF))
    assert _kinds(left.links) == {
        ("10000", "10000", "remainder", 0.5),
        ("10000", "10001", "part", 0.5),
        ("10001", "10001", "merge", 1.0),
    }
    assert left.ended == ("10000@2025-07-01", "10001@2025-07-01")
    assert sorted(left.units["code"]) == ["10000", "10001"]
    assert set(left.units["valid_from"]) == {"2027-07-01"}
    assert left.units["population"].sum() == 20_000
    assert set(left.links["decree"]) == {"NQ 9/2027"}


def test_a_merged_unit_ends_in_the_other(squares: Topology) -> None:
    left = _published(squares, Merge("10001", "10000"))
    assert _kinds(left.links) == {("10000", "10000", "merge", 1.0), ("10001", "10000", "merge", 1.0)}
    assert left.units["code"].tolist() == ["10000"]


def test_a_split_unit_goes_into_both(squares: Topology) -> None:
    left = _published(squares, Split("10000", HALF, "10777", "Mới"))
    assert _kinds(left.links) == {("10000", "10000", "remainder", 0.5), ("10000", "10777", "part", 0.5)}
    new = left.units.set_index("code").loc["10777"]
    assert (new["name"], new["parent"], new["parent_name"]) == ("Mới", "31", "Thành phố Hải Phòng")


def test_a_new_name_is_a_new_version(squares: Topology) -> None:
    left = _published(squares, Rename("10000", "Lê Thanh Nghị"))
    assert _kinds(left.links) == {("10000", "10000", "rename", 1.0)}
    assert left.changes == ()


def test_a_unit_under_another_code_only_is_recoded(squares: Topology) -> None:
    left = _published(squares, Split("10000", HALF, "10777", "Ô 0"), Merge("10000", "10777"))
    assert _kinds(left.links) == {("10000", "10777", "recode", 1.0)}


def test_people_follow_where_they_live(squares: Topology) -> None:
    people = placed(np.array([106.31, 106.34]), np.array([20.91, 20.91]), np.array([300.0, 100.0]), topology=squares)
    left = _published(squares, Transfer("10000", "10001", HALF), people=people)
    shares = left.links.set_index(["from_version", "to_version"])["population_share"]
    assert shares["10000@2025-07-01", "10001@2027-07-01"] == 0.25
    assert set(left.links["population_method"]) == {"points", "table"}
    (change,) = left.changes
    assert (change.giver, change.taker, change.counts["people"]) == ("10000", "10001", 100.0)
    assert change.area_m2 == pytest.approx(14.4e6, rel=0.01)


def test_a_plan_that_changes_nothing_is_not_published(squares: Topology) -> None:
    with pytest.raises(InvalidParameter, match="changes no unit"):
        _published(squares)


def test_a_day_before_the_units_began_is_refused(squares: Topology) -> None:
    with pytest.raises(Conflict, match="10000@2025-07-01"):
        _published(squares, Rename("10000", "Khác"), day=dt.date(2025, 7, 1))
