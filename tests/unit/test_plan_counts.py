"""What is counted on the ground of a plan, its figures, and two plans side by side."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.catalog import CAMERAS, INCIDENTS, PEOPLE_POINTS, SAFEZONES, UNITS
from layers.errors import Conflict
from layers.masking.cube import Cube, MonthOfCube, Records, Rule, build
from layers.masking.grid import Grid
from layers.masking.lattice import SIDE, last_months, spread_over_cells
from layers.masking.rows import published_rows
from layers.planning.operations import Rename, Split, Transfer
from layers.store import Store, open_store
from mapserver.services.plan_compare import as_base, compared, transfers_of
from mapserver.services.plan_figures import figures_of
from mapserver.services.plan_points import PlanPoints, cameras_of, points_of
from mapserver.services.published import release, terms_of
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader
from mapserver.settings import Settings
from tests.builders import NOW, cameras, incidents, models, people, town
from tests.opened_plans import HALF, crooked_squares, opened

ZONE = "Asia/Ho_Chi_Minh"
TODAY = dt.date(2026, 11, 1)
TERMS = replace(terms_of(Settings()), cell_m=2500, k=3)
MOVED = opened(crooked_squares(), Transfer("10000", "10001", HALF))


@pytest.fixture(scope="module")
def office() -> tuple[Reader, Publication]:
    store = open_store("memory:")
    old = town(1, 1, valid_from="2019-01-01", seed=9).assign(code="00001", name="Cũ", valid_to="2025-07-01")
    store.append(UNITS, crooked_squares())
    store.append(UNITS, old)
    store.append(INCIDENTS, incidents(900, category="trom_cap"))
    store.append(SAFEZONES, models())
    store.append(CAMERAS, cameras())
    store.append(PEOPLE_POINTS, people())
    reader, publication = Reader(store, ZONE), Publication(store)
    release(reader, publication, TERMS, now=NOW)
    return reader, publication


@pytest.fixture(scope="module")
def points(office: tuple[Reader, Publication]) -> PlanPoints:
    return points_of(*office, MOVED.base)


def _bare() -> tuple[Reader, Store]:
    store = open_store("memory:")
    store.append(UNITS, crooked_squares())
    return Reader(store, ZONE), store


def _by_code(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {unit["code"]: unit for unit in told["units"]}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.floats(106.3, 106.4), st.floats(20.9, 21.0)), max_size=200))
def test_spread_counts_add_up_to_what_was_released(found: list[tuple[int, float, float]]) -> None:
    cube = _released([(month, lon, lat) for month, lon, lat in found for _ in range(3)])
    spread = spread_over_cells(last_months(cube, 12))
    assert spread.weight.sum() * SIDE**2 == pytest.approx(sum(int(one.cells.count.sum()) for one in cube.months))
    reach = 1.1 * 2500 / 100_000
    assert (np.abs(spread.lon - spread.home_lon[:, None]) < reach).all()


def _released(found: list[tuple[int, float, float]]) -> Cube:
    wards = town(2, 2)
    month, lon, lat = np.array(found, dtype=float).reshape(-1, 3).T
    days = (np.datetime64("2026-01") + month.astype(int)).astype("datetime64[D]").astype(int)
    unit = (lon >= 106.35).astype(int) + 2 * (lat >= 20.95).astype(int)
    records = Records(lon, lat, unit, np.zeros(len(lon), dtype=int), days)
    rule = Rule(3, Grid(9213, 2500), ("khac",), TODAY)
    names = tuple(wards["code"] + "@2025-07-01")
    return build(records, wards, names=names, rule=rule, months=tuple(range(672, 684))).cube


def test_only_the_newest_year_counts_and_nothing_but_the_release() -> None:
    old, new = (_released([(month, 106.32, 20.92)] * 5).months[0] for month in (0, 11))
    later = MonthOfCube(new.month + 2, new.rule, new.units, new.pieces, new.cells, new.totals)
    assert [one.month for one in last_months(Cube((old, new, later)), 12)] == [new.month, later.month]
    spread = spread_over_cells((new, later))
    assert spread.weight.tolist() == [pytest.approx(10 / SIDE**2)]
    assert spread_over_cells(()).lon.shape == (0, SIDE**2)


def test_every_published_incident_of_the_area_lies_in_a_unit(
    office: tuple[Reader, Publication], points: PlanPoints
) -> None:
    current = office[1].current()
    assert current is not None
    # Cells, and what totals of units have beyond them.
    released = len(published_rows(current.cube, release=current.name).lon)
    totals = points.kinds["incidents"].totals()
    assert sum(totals.values()) == pytest.approx(released)
    assert released > 300
    # One incident more that is not released changes nothing.
    store = open_store("memory:")
    store.append(UNITS, crooked_squares())
    assert points_of(Reader(store, ZONE), office[1], MOVED.base).kinds["incidents"].totals() == pytest.approx(totals)


def test_the_notes_say_period_cell_smallest_number_and_where_people_come_from(points: PlanPoints) -> None:
    said = " ".join(note.vi for note in points.notes)
    for words in ("01/2026–09/2026", "2500 m", "nhỏ hơn 3", "40 điểm dân cư", "2 mô hình"):
        assert words in said


def test_figures_tell_before_now_and_the_change(office: tuple[Reader, Publication], points: PlanPoints) -> None:
    told = figures_of(office[0], MOVED, points, today=TODAY).as_json("vi")
    json.dumps(told)
    giver, taker = (_by_code(told)[code] for code in ("10000", "10001"))
    assert giver["now"]["area_m2"] == pytest.approx(giver["before"]["area_m2"] / 2, rel=1e-3)
    assert giver["change"]["area_m2"] == pytest.approx(-taker["change"]["area_m2"], abs=1)
    for kind in ("population", "households", "incidents", "models"):
        assert told["totals"]["before"][kind] == pytest.approx(told["totals"]["now"][kind], abs=0.01)  # type: ignore[index]
        assert giver["change"][kind] == pytest.approx(-taker["change"][kind], abs=0.01)
    assert taker["change"]["population"] > 0
    assert giver["now"]["cameras"] is None
    assert giver["now"]["incident_rate"] == pytest.approx(
        giver["now"]["incidents"] / giver["now"]["population"] * 1000, rel=1e-3
    )
    assert (giver["now"]["population_method"], giver["now"]["contiguous"]) == ("points", True)
    assert giver["standing_now"]["overall"] == "below"
    assert told["spread"]["area_m2"]["variation"] > told["spread_before"]["area_m2"]["variation"]  # type: ignore[index]
    assert told["old_units_split"] == [{"name": "Phường Cũ", "units": ["10001", "10002", "10003", "10000"]}]
    assert any("Camera" in note for note in told["notes"])  # type: ignore[attr-defined]


def test_a_unit_that_is_new_has_no_before(office: tuple[Reader, Publication], points: PlanPoints) -> None:
    plan = opened(crooked_squares(), Split("10000", HALF, "m1", "Mới"))
    new = _by_code(figures_of(office[0], plan, points, today=TODAY).as_json())["m1"]
    assert (new["before"], new["change"], new["standing_before"]) == (None, None, None)
    assert new["now"]["area_m2"] > 1e6


def test_without_data_figures_are_unknown_and_it_is_said() -> None:
    reader, store = _bare()
    points = points_of(reader, Publication(store), MOVED.base)
    unit = _by_code(figures_of(reader, MOVED, points, today=TODAY).as_json())["10001"]
    assert (unit["now"]["incidents"], unit["now"]["households"], unit["now"]["models"]) == (None, None, 0)
    assert (unit["now"]["population"], unit["now"]["population_method"]) == (pytest.approx(15_000, rel=1e-2), "area")
    assert "ước tính theo diện tích" in points.notes[0].vi
    assert "chưa có số liệu công bố" in points.notes[1].vi


def test_points_of_a_part_of_the_area_are_not_taken_for_everybody() -> None:
    reader, store = _bare()
    blocks = people()
    store.append(PEOPLE_POINTS, blocks[blocks.geometry.x < 106.35])
    points = points_of(reader, Publication(store), MOVED.base)
    assert "people" not in points.kinds
    assert "2/4 đơn vị chưa có" in points.notes[0].vi


def test_cameras_are_counted_only_for_who_sees_each_of_them(office: tuple[Reader, Publication]) -> None:
    whole = office[0]
    everywhere, part = frozenset(MOVED.base.units), frozenset({"10000"})
    counted = {
        (role, area): cameras_of(whole, Viewer("an", role, area), MOVED.base) is not None
        for role, area in [
            (Role.ADMINISTRATOR, frozenset()), (Role.PLANNER, part), (Role.PLANNER, everywhere), (Role.VIEWER, None),
        ]
    }  # fmt: skip
    assert list(counted.values()) == [True, False, True, False]
    held = cameras_of(whole, Viewer("an", Role.ADMINISTRATOR, None), MOVED.base)
    assert held is not None
    assert sum(held.totals().values()) == 1


def test_two_plans_are_compared_by_the_ground_that_differs(
    office: tuple[Reader, Publication], points: PlanPoints
) -> None:
    renamed = opened(crooked_squares(), Rename("10001", "Lê Lợi"), name="Thử 2")
    told: dict[str, Any] = compared(office[0], MOVED, renamed, points=points, today=TODAY).as_json()
    (transfer,) = told["transfers"]
    names = ("from", "from_name", "to", "to_name")
    assert [transfer[name] for name in names] == ["10000", "Phường Ô 0", "10001", "Phường Ô 1"]
    assert transfer["geometry"]["type"] == "Polygon"
    assert set(transfer["counts"]) == {"people", "households", "incidents", "models"}
    back = transfers_of(MOVED, as_base(MOVED), points.counted(None))
    assert [(one.gain.giver, one.gain.taker) for one in back] == [("10001", "10000")]
    assert back[0].gain.counts["people"] == pytest.approx(transfer["counts"]["people"])


def test_plans_on_other_borders_are_not_compared(office: tuple[Reader, Publication], points: PlanPoints) -> None:
    other = opened(town(2, 2), Rename("10001", "Khác"))
    with pytest.raises(Conflict, match="base boundaries"):
        compared(office[0], MOVED, other, points=points, today=TODAY)
