"""A plan put in force: what the ordinary reads of units and lineage then say, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers import schema
from layers.boundaries.versions import in_force
from layers.catalog import INCIDENTS, LINEAGE, PEOPLE_POINTS, UNITS
from layers.errors import AnttError, CheckFailed, Conflict, InvalidParameter
from layers.planning.arcs import Arc, Topology
from layers.planning.opening import open_plan
from layers.planning.operations import Merge, Rename, Split, Transfer
from layers.planning.plans import mark_of
from layers.records import Filter, UnitRef, new_ids
from layers.store import ChangeSet, Query, Store, open_store
from mapserver.services.lineage import UnitNames
from mapserver.services.plan_publishing import Published, PublishRequest, frozen_hash, publish
from mapserver.services.reader import Reader
from mapserver.services.recast import unit_trend
from mapserver.services.vintages import vintages
from tests.builders import NOW, incidents
from tests.opened_plans import BASE_DAY, HALF, Opened, crooked_squares, opened

ZONE = "Asia/Ho_Chi_Minh"
DAY = dt.date(2027, 7, 1)
ACT = PublishRequest(DAY, "NQ 9/2027")


def a_store(units: gpd.GeoDataFrame | None = None) -> Store:
    store = open_store("memory:")
    store.append(UNITS, crooked_squares() if units is None else units)
    return store


def put_in_force(store: Store, plan: Opened, asked: PublishRequest = ACT) -> Published:
    return publish(store, plan, asked, who="bình", now=NOW, rng=np.random.default_rng(3))


def test_from_the_day_on_the_ordinary_reads_have_the_new_wards() -> None:
    store = a_store()
    store.append(INCIDENTS, incidents(400))
    plan = opened(crooked_squares(), Transfer("10000", "10001", HALF)).approved()
    done = put_in_force(store, plan)
    assert (done.ended, done.made, done.links) == (
        ("10000@2025-07-01", "10001@2025-07-01"), ("10000@2027-07-01", "10001@2027-07-01"), 3
    )  # fmt: skip
    reader = Reader(store, ZONE)
    before, after = (reader.units(day) for day in (DAY - dt.timedelta(days=1), DAY))
    assert before.references == tuple(f"1000{n}@2025-07-01" for n in range(4))
    assert [name.partition("@")[2][:4] for name in after.references] == ["2027", "2027", "2025", "2025"]
    assert [one.since.year for one in vintages(reader, now=NOW)] == [2025, 2027]
    _units, held = reader.incidents(DAY)
    _units, was = reader.incidents(DAY - dt.timedelta(days=1))
    assert (held.unit == 1).sum() > (was.unit == 1).sum()
    assert (held.unit >= 0).sum() == (was.unit >= 0).sum()
    trend = unit_trend(reader, Filter(as_of=DAY), UnitRef("10001"), now=NOW)
    assert DAY in [one.day for one in trend.breaks]
    assert trend.recast.count.sum() == (held.unit == 1).sum() > trend.by_code.sum()


def test_lineage_tells_where_the_ground_went_and_its_shares_make_a_whole() -> None:
    store = a_store()
    plan = opened(crooked_squares(), Split("10000", HALF, "10777", "Mới"), Merge("10001", "10777")).approved()
    put_in_force(store, plan)
    shares = store.read(LINEAGE).groupby("from_version")[["area_share", "population_share"]].sum()
    assert shares.to_numpy() == pytest.approx(1.0)
    family = UnitNames(store).family(UnitRef("10777", DAY), as_of=DAY).as_json()
    parents = {one["unit"]: one["area_share"] for one in family["ancestors"]}  # type: ignore[attr-defined]
    assert parents == {"10000@2025-07-01": pytest.approx(0.5, abs=0.01), "10001@2025-07-01": 1.0}
    row = store.read(UNITS, Query(where=(("code", "10777"),))).iloc[0]
    assert (row["decree"], row["source"], row["parent"]) == ("NQ 9/2027", "Thử 1", "31")
    old = store.read(UNITS, Query(where=(("code", "10001"),))).iloc[0]
    assert (old["valid_to"], store.history(UNITS, old["id"])[-1].who) == ("2027-07-01", "bình")


def test_what_was_published_can_be_told_from_what_was_changed_later() -> None:
    store = a_store()
    done = put_in_force(store, opened(crooked_squares(), Transfer("10000", "10001", HALF)).approved())
    units = store.read(UNITS, Query(where=(("valid_from", DAY.isoformat()),)))
    assert frozen_hash(units) == done.record["frozen_hash"]
    moved = units.set_geometry(shapely.transform(units.geometry.to_numpy(), lambda xy: xy + 1e-7), crs=units.crs)
    assert frozen_hash(moved) != done.record["frozen_hash"]


def test_the_plan_can_be_opened_on_its_base_ever_after() -> None:
    store = a_store()
    plan = opened(crooked_squares(), Transfer("10000", "10001", HALF)).approved()
    put_in_force(store, plan)
    again = open_plan(in_force(store.read(UNITS), BASE_DAY)).topology
    assert mark_of(again) == plan.record.base_mark


def test_people_go_with_the_place_they_live_at() -> None:
    store = a_store()
    places = [[106.31, 20.91], [106.34, 20.91], [106.36, 20.91], [106.31, 20.96], [106.36, 20.96]]
    ids = new_ids(5, now=NOW, rng=np.random.default_rng(1))
    rows = {"id": ids, "people": [300, 100, 500, 600, 700]}
    people = gpd.GeoDataFrame(rows, geometry=shapely.points(places), crs="EPSG:4326")
    store.append(PEOPLE_POINTS, schema.check(people, PEOPLE_POINTS.schema))
    put_in_force(store, opened(crooked_squares(), Transfer("10000", "10001", HALF)).approved())
    made = store.read(UNITS, Query(where=(("valid_from", DAY.isoformat()),))).set_index("code")
    assert made["population"].to_dict() == {"10000": 300, "10001": 600}


def test_beats_need_no_document() -> None:
    beats = crooked_squares().assign(level="beat", unit_type="Địa bàn", parent="10532@2025-07-01")
    store = a_store(beats)
    done = put_in_force(store, opened(beats, Rename("10000", "Số 1"), level="beat").approved(), PublishRequest(DAY))
    assert done.made == ("10000@2027-07-01",)
    assert Reader(store, ZONE).units(DAY, "beat").frame["name"].tolist() == ["Số 1", "Ô 1", "Ô 2", "Ô 3"]


def test_a_ward_without_beats_is_divided_for_the_first_time() -> None:
    ward = crooked_squares().iloc[:1]
    beat = ward.assign(code="10000-1", level="beat", unit_type="Địa bàn", parent="10000@2025-07-01", name="Số 1")
    store = a_store(ward)
    plan = opened(beat, Split("10000-1", HALF, "10000-2", "Số 2"), level="beat").approved()
    done = put_in_force(store, plan, PublishRequest(DAY))
    assert (done.ended, done.links) == ((), 0)
    assert Reader(store, ZONE).units(DAY, "beat").frame["name"].tolist() == ["Số 1", "Số 2"]


def _later_plan(store: Store) -> None:
    put_in_force(store, opened(crooked_squares(), Rename("10001", "Khác")).approved(), PublishRequest(DAY, "NQ 1"))


def _moved_border(store: Store) -> None:
    row = store.read(UNITS).sort_values("code").iloc[3]
    smaller = shapely.MultiPolygon([shapely.box(106.35, 20.95, 106.39, 21.0)])
    store.apply(ChangeSet(UNITS, update={row["id"]: {"geometry": smaller}}))


@pytest.mark.parametrize(
    ("spoil", "asked", "kind", "said"),
    [
        (lambda _store: None, PublishRequest(DAY), InvalidParameter, "document"),
        (lambda _store: None, PublishRequest(DAY, "  "), InvalidParameter, "document"),
        (lambda _store: None, PublishRequest(dt.date(2025, 7, 1), "NQ 9"), Conflict, "10000@2025-07-01"),
        (lambda _store: None, PublishRequest(BASE_DAY, "NQ 9"), Conflict, "base boundaries"),
        (_later_plan, PublishRequest(dt.date(2027, 1, 1), "NQ 9"), Conflict, "10001@2025-07-01"),
        (_later_plan, PublishRequest(dt.date(2028, 1, 1), "NQ 9"), Conflict, "10001@2025-07-01"),
        (_moved_border, ACT, Conflict, "base boundaries changed"),
    ],
)
def test_what_cannot_be_published_changes_nothing(
    spoil: Callable[[Store], None], asked: PublishRequest, kind: type[AnttError], said: str
) -> None:
    store = a_store()
    spoil(store)
    plan = opened(crooked_squares(), Transfer("10000", "10001", HALF)).approved()
    before = store.content_hash()
    with pytest.raises(kind, match=said):
        put_in_force(store, plan, asked)
    assert store.content_hash() == before


def test_what_was_not_approved_is_not_published() -> None:
    plan = opened(crooked_squares(), Rename("10000", "Khác")).approved()
    changed = opened(crooked_squares(), Rename("10000", "Khác nữa")).told(approved_mark=plan.record.approved_mark)
    for one in (changed, plan.told(approved_mark=None)):
        with pytest.raises(Conflict, match="not approved"):
            put_in_force(a_store(), one)


def test_a_code_of_another_province_is_not_taken() -> None:
    store = a_store()
    elsewhere = crooked_squares().iloc[:1].assign(id="x", code="10777", parent="01", geometry=None)
    store.append(UNITS, elsewhere)
    plan = opened(crooked_squares(), Split("10000", HALF, "10777", "Mới")).approved()
    with pytest.raises(Conflict, match="10777@2025-07-01"):
        put_in_force(store, plan)


def test_unresolved_defects_are_named() -> None:
    plan = opened(crooked_squares(), Transfer("10000", "10001", HALF))
    # An outer border that runs over the neighbour's corner, as no operation leaves it.
    at, arc = next((at, arc) for at, arc in plan.topology.arcs.items() if {arc.left, arc.right} == {"10002", ""})
    over = np.array([[1_063_750_000, 210_200_000], [1_063_750_000, 209_900_000]])
    ends = arc.points[[0, -1]] if tuple(arc.points[-1]) == (1_063_500_000, 210_000_000) else arc.points[[-1, 0]]
    line = np.concatenate([ends[:1], [[1_062_900_000, 210_200_000]], over, ends[1:]])
    sides = (arc.left, arc.right) if ends[0].tolist() == arc.points[0].tolist() else (arc.right, arc.left)
    broken = Topology("commune", {**plan.topology.arcs, at: Arc(at, line, *sides)}, plan.topology.units)
    with pytest.raises(CheckFailed, match="Ô 2"):
        put_in_force(a_store(), Opened(plan.record, plan.base, broken).approved())
