"""What a viewer's reader gives: exact rows of the own area, published counts elsewhere, nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.access.roles import Role
from layers.access.viewer import ANYBODY, Viewer
from layers.catalog import CAMERAS, INCIDENTS, LINEAGE, UNITS
from layers.geo import Bounds
from layers.masking.rows import PublishedRows
from layers.records import Filter, Period
from layers.store import MemoryStore, Store, open_store
from mapserver.services.incidents import points, select
from mapserver.services.reader import Reader
from mapserver.services.sight import ViewerSight, counted_by_unit
from mapserver.services.units import count_units
from tests.builders import NOW, book, cameras, incidents, town

TODAY = dt.date(2026, 11, 1)
JANUARY = (dt.date(2026, 1, 1) - dt.date(1970, 1, 1)).days
CENTRE = (106.375, 20.925)  # of the second ward, code 10001
OFFICER = Viewer("an", Role.WARD_OFFICER, frozenset({"10000"}))


def published() -> PublishedRows:
    """Seven incidents in a cell of ward 10001; totals of 12 there and of 6 in ward 10000."""
    lon, lat = (np.array([place] * 7 + [np.nan] * 11) for place in CENTRE)
    unit = np.array([1] * 12 + [0] * 6, dtype=np.int32)
    return PublishedRows(
        lon, lat, day=np.full(18, JANUARY, dtype=np.int32), category=np.zeros(18, dtype=np.int32), unit=unit,
        categories=("trat_tu_xa_hoi",), units=("10000@2025-07-01", "10001@2025-07-01"), release="r1", k=5, cell_m=500,
    )  # fmt: skip


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("memory:")
    opened.append(UNITS, town())
    opened.append(INCIDENTS, incidents(200))
    yield opened
    opened.close()


def seen(store: Store, viewer: Viewer) -> Reader:
    whole = Reader(store, "Asia/Ho_Chi_Minh")
    return whole.narrowed(ViewerSight(whole, viewer, published(), TODAY))


def places(store: Store) -> set[tuple[float, float]]:
    shapes = store.read(INCIDENTS).geometry.dropna()
    return {(round(point.x, 6), round(point.y, 6)) for point in shapes}


def shown(reader: Reader) -> set[tuple[float, float]]:
    columns = points(reader, Filter(), now=NOW).columns
    return {(round(lon, 6), round(lat, 6)) for lon, lat in zip(columns["lon"], columns["lat"], strict=True)}


def test_a_resident_is_given_published_cells_and_no_place_of_an_incident(store: Store) -> None:
    assert shown(seen(store, ANYBODY)) == {CENTRE}
    assert shown(seen(store, ANYBODY)).isdisjoint(places(store))


def test_counts_of_wards_are_the_published_totals(store: Store) -> None:
    assert count_units(seen(store, ANYBODY), Filter(), now=NOW).counts.tolist() == [6, 12, 0, 0]


def test_an_officer_sees_the_own_ward_exactly_and_the_others_as_published(store: Store) -> None:
    reader = seen(store, OFFICER)
    whole = count_units(Reader(store, "Asia/Ho_Chi_Minh"), Filter(), now=NOW).counts
    assert count_units(reader, Filter(), now=NOW).counts.tolist() == [whole[0], 12, 0, 0]
    own = {(lon, lat) for lon, lat in places(store) if lon < 106.35 and lat < 20.95}
    assert shown(reader) == own | {CENTRE}


def test_an_administrator_and_whoever_answers_for_everywhere_see_everything(store: Store) -> None:
    for viewer in (Viewer("a", Role.ADMINISTRATOR), Viewer("b", Role.COMMANDER, None)):
        assert shown(seen(store, viewer)) == places(store)


def test_another_vintage_does_not_widen_the_area(store: Store) -> None:
    # The same ground was one ward before; asking for its day must not show what lies in others today.
    former = town(1, 1, valid_from="2009-01-01", seed=9)
    former["code"], former["valid_to"] = "09999", "2025-07-01"
    store.append(UNITS, former)
    reader = seen(store, OFFICER)
    columns = points(reader, Filter(as_of=dt.date(2020, 1, 1)), now=NOW).columns
    exact = {(round(x, 6), round(y, 6)) for x, y in zip(columns["lon"], columns["lat"], strict=True)} - {CENTRE}
    assert exact
    assert all(lon < 106.35 and lat < 20.95 for lon, lat in exact)


@pytest.mark.parametrize(("area", "is_seen"), [({"10000"}, False), ({"10000", "10001"}, True)])
def test_a_record_known_by_an_old_ward_is_inside_when_all_its_successors_are(
    store: Store, area: set[str], is_seen: bool
) -> None:
    former = town(1, 1, valid_from="2009-01-01", seed=9)
    former["code"], former["valid_to"] = "09999", "2025-07-01"
    store.append(UNITS, former)
    links = book(LINEAGE, 2)
    links["from_version"], links["to_version"] = "09999@2009-01-01", ["10000@2025-07-01", "10001@2025-07-01"]
    links["kind"], links["area_share"], links["population_share"] = "part", 0.5, np.nan
    store.append(LINEAGE, links)
    told = incidents(2, seed=7)
    told["geometry"], told["reported_unit"], told["occurred_from"] = None, "09999@2009-01-01", "2020-05-05T05:00Z"
    told["occurred_from"] = gpd.pd.to_datetime(told["occurred_from"])
    store.append(INCIDENTS, told)
    reader = seen(store, Viewer("an", Role.WARD_OFFICER, frozenset(area)))
    period = Period(dt.date(2020, 5, 1), dt.date(2020, 6, 1))
    taken = select(reader, Filter(period=period), now=NOW)
    assert taken.provenance.unplaced == (2 if is_seen else 0)


@pytest.mark.parametrize(("became", "counted"), [("10000", 0), ("10001", 6)])
def test_what_was_published_before_a_merger_is_not_counted_beside_the_exact_incidents(
    store: Store, became: str, counted: int
) -> None:
    # The ward published under the own code is another one today, or the same; its incidents are told once.
    former = PublishedRows(
        np.full(6, np.nan), np.full(6, np.nan), day=np.full(6, JANUARY, dtype=np.int32),
        category=np.zeros(6, dtype=np.int32), unit=np.zeros(6, dtype=np.int32), categories=("trat_tu_xa_hoi",),
        units=("10000@2009-01-01",), release="r0", k=5, cell_m=500,
    )  # fmt: skip
    links = book(LINEAGE, 1)
    links["from_version"], links["to_version"] = "10000@2009-01-01", [f"{became}@2025-07-01"]
    links["kind"], links["area_share"], links["population_share"] = "merge", 1.0, np.nan
    store.append(LINEAGE, links)
    sight = ViewerSight(Reader(store, "Asia/Ho_Chi_Minh"), OFFICER, former, TODAY)
    _units, table = sight.incidents(TODAY, with_withdrawn=False)
    assert table.published is not None
    assert np.count_nonzero(table.published) == counted


def test_cameras_outside_the_area_are_not_shown(store: Store) -> None:
    two = gpd.pd.concat([cameras(), cameras()], ignore_index=True)
    two["id"] = ["in", "out"]
    two["geometry"] = shapely.points([(106.31, 20.91), (106.39, 20.99)])
    store.append(CAMERAS, two)
    assert seen(store, OFFICER).symbols(CAMERAS)["id"].tolist() == ["in"]
    assert seen(store, ANYBODY).symbols(CAMERAS).empty


def test_cameras_are_counted_by_ward_for_whoever_may_know_their_number(store: Store) -> None:
    three = gpd.pd.concat([cameras()] * 3, ignore_index=True)
    three["id"] = ["in", "out", "nowhere"]
    three["geometry"] = shapely.points([(106.31, 20.91), (106.39, 20.99), (106.6, 20.99)])
    store.append(CAMERAS, three)
    whole = Reader(store, "Asia/Ho_Chi_Minh")
    numbers = {f"{code}@2025-07-01": number for code, number in zip(town()["code"], (1, 0, 0, 1), strict=True)}
    for viewer in (OFFICER, Viewer("ba", Role.VIEWER), Viewer("quản trị", Role.ADMINISTRATOR, None)):
        assert counted_by_unit(whole, viewer, CAMERAS, today=TODAY) == numbers
    assert counted_by_unit(whole, ANYBODY, CAMERAS, today=TODAY) == {}


def test_the_answer_says_that_it_rests_on_published_counts(store: Store) -> None:
    said = select(seen(store, ANYBODY), Filter(), now=NOW).provenance.notices
    assert "Số liệu công bố theo ô và theo tháng; số nhỏ hơn 5 được giữ kín" in [notice.vi for notice in said]
    partly = select(seen(store, OFFICER), Filter(), now=NOW).provenance.notices
    assert any(notice.vi.startswith("Ngoài phần được xem chính xác: số liệu công bố") for notice in partly)


@pytest.fixture(scope="module")
def few() -> Reader:
    """What anybody sees of twenty incidents."""
    held = MemoryStore()
    held.append(UNITS, town())
    held.append(INCIDENTS, incidents(20))
    return seen(held, ANYBODY)


@settings(max_examples=60, deadline=None)
@given(
    west=st.floats(106.3, 106.4), south=st.floats(20.9, 21.0), side=st.floats(0, 0.1),
    since=st.integers(-40, 40), days=st.integers(1, 80),
)  # fmt: skip
def test_a_free_filter_takes_a_cell_whole_or_not_at_all(
    few: Reader, west: float, south: float, side: float, since: int, days: int
) -> None:
    first = dt.date(2026, 1, 1) + dt.timedelta(days=since)
    asked = Filter(
        period=Period(first, first + dt.timedelta(days=days)), bounds=Bounds(west, south, west + side, south + side)
    )
    taken = select(few, asked, now=NOW)
    assert int(np.count_nonzero(taken.mask)) in (0, 7)
