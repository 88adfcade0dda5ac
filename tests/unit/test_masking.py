"""What is left out of the published counts cannot be worked out from what is published."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from layers.errors import FileUnreadable
from layers.masking.audit import audit, intervals
from layers.masking.coding import decoded, encoded, release_name
from layers.masking.cube import Built, Cells, Cube, MonthOfCube, Records, Rule, Totals, build, month_of, released
from layers.masking.grid import Grid, piece_counts
from layers.masking.rows import PublishedRows, published_rows
from layers.masking.suppression import FEWEST_K, kept
from tests.builders import town

GROUPS = ("trat_tu_xa_hoi", "ma_tuy")
MAY = (2026 - 1970) * 12 + 4
TOWN = town()
NAMES = tuple(f"{code}@2025-07-01" for code in TOWN["code"])
# 0.05 by 0.05 degrees cut into cells of 2 km: few enough pieces to be crowded.
GRID = Grid(9211, 2000)


def rule(k: int = 5, grid: Grid = GRID) -> Rule:
    return Rule(k=k, grid=grid, groups=GROUPS, released_on=dt.date(2026, 11, 10))


def made_up(count: int, seed: int, *, months: int = 3, spots: int = 6) -> Records:
    """Incidents of which half lie at a few spots; one in twenty without a unit."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(106.3, 106.4, count), rng.uniform(20.9, 21.0, count)
    at = rng.integers(0, spots, count)
    often = rng.random(count) < 0.5
    lon[often], lat[often] = (106.31 + 0.013 * at)[often], (20.91 + 0.011 * at)[often]
    unit = (lon >= 106.35).astype(int) + 2 * (lat >= 20.95)
    unit[rng.random(count) < 0.05] = -1
    first = (dt.date(2026, 5, 1) - dt.date(1970, 1, 1)).days
    return Records(lon, lat, unit, rng.integers(0, 2, count), rng.integers(first, first + 30 * months, count))


def built(records: Records, *, k: int = 5, months: tuple[int, ...] = (MAY, MAY + 1, MAY + 2)) -> Built:
    return build(records, TOWN, names=NAMES, rule=rule(k), months=months)


ANY_MONTH = built(made_up(40, 1)).cube.months[0]


def part(records: Records, rows: NDArray[Any]) -> Records:
    return Records(records.lon[rows], records.lat[rows], records.unit[rows], records.group[rows], records.day[rows])


def publication(counts: tuple[int, ...], k: int) -> tuple[tuple[tuple[int, int], ...], int | None]:
    """All that is published of one table, as a reader sees it."""
    filled = np.flatnonzero(counts)
    found = kept(np.zeros(len(filled), dtype=np.int64), np.array(counts)[filled], pieces=np.array([len(counts)]), k=k)
    listed = tuple((int(at), counts[at]) for at in filled[found.listed])
    return listed, int(found.totals[0]) if found.with_total[0] else None


def month_with(counts: tuple[int, ...], k: int) -> MonthOfCube:
    """The published month of a town of one unit whose pieces hold these counts."""
    listed, total = publication(counts, k)
    cells = np.array([(0, 0, at, 0, 0, 0, count) for at, count in listed], dtype=np.int64).reshape(-1, 7).T
    some = [] if total is None else [total]
    zeros = np.zeros(len(some), dtype=np.int64)
    return replace(
        ANY_MONTH,
        rule=Rule(k=k, grid=GRID, groups=("ma_tuy",), released_on=dt.date(2026, 11, 10)),
        units=("10000@2025-07-01",),
        pieces=np.array([len(counts)]),
        cells=Cells(*cells),
        totals=Totals(zeros, zeros, np.array(some, dtype=np.int64)),
    )


@pytest.mark.parametrize(("k", "pieces"), [(3, 1), (3, 2), (3, 3), (3, 4), (4, 2), (4, 3), (5, 2), (5, 3)])
def test_the_audit_finds_what_trying_every_table_finds(k: int, pieces: int) -> None:
    """Every table that would be published alike is tried: the reader knows the rule, k and all figures."""
    alike = defaultdict(list)
    for counts in itertools.product(range(2 * k + 2), repeat=pieces):
        alike[publication(counts, k)].append(counts)
    for tables in alike.values():
        month = month_with(tables[0], k)
        found = intervals(month)
        shown = set(month.cells.column.tolist())
        for piece in set(range(pieces)) - shown:
            values = {counts[piece] for counts in tables}
            assert (min(values), max(values)) == (found.low[0, 0], found.high[0, 0])
            assert values == set(range(min(values), max(values) + 1))
            if any(sum(counts) > sum(counts[at] for at in shown) for counts in tables):
                # Nothing is learned but that it is small; a single piece left is known not to be empty.
                assert max(values) == k - 1
                assert min(values) == int(found.unlisted[0, 0] == 1 and bool(shown))
        assert not audit(Cube((month,))).faults


@given(st.integers(0, 10_000), st.integers(FEWEST_K, 8), st.integers(20, 600))
def test_no_hidden_piece_of_a_whole_cube_can_be_bounded_by_linear_programming(seed: int, k: int, count: int) -> None:
    cube = built(made_up(count, seed), k=k).cube
    found = audit(cube)
    assert not found.faults
    assert found.k_reached is None or found.k_reached >= k
    month = cube.months[seed % len(cube.months)]
    bounds = intervals(month)
    for unit, group in np.argwhere(bounds.rest > 0)[:3]:
        width = int(bounds.unlisted[unit, group])
        equation = {"A_eq": np.ones((1, width)), "b_eq": [bounds.rest[unit, group]], "bounds": (0, k - 1)}
        aim = np.eye(1, width)[0]
        assert linprog(aim, **equation).fun == pytest.approx(bounds.low[unit, group])
        assert -linprog(-aim, **equation).fun == pytest.approx(bounds.high[unit, group])
        assert (bounds.low[unit, group], bounds.high[unit, group]) == (0, k - 1)


def test_an_audit_finds_a_total_that_tells_a_piece() -> None:
    month = month_with((9, 1, 0, 0), 5)
    assert month.totals.count.tolist() == []
    zero = np.zeros(1, dtype=np.int64)
    for total in (10, 13, 23, 8):
        told = replace(month, totals=Totals(zero, zero, np.array([total])))
        assert len(audit(Cube((told,))).faults) == 1, total
    small = replace(month, cells=replace(month.cells, count=month.cells.count - 5))
    assert "nhỏ hơn 5" in audit(Cube((small,))).faults[0].vi


@given(st.integers(0, 10_000))
def test_published_counts_are_true_and_add_up(seed: int) -> None:
    records = made_up(900, seed)
    result = built(records)
    column, row = GRID.cells(records.lon, records.lat)
    for month in result.cube.months:
        here = (month_of(records.day) == month.month) & (records.unit >= 0)
        for unit, group, east, north, count in zip(
            month.cells.unit, month.cells.group, month.cells.column, month.cells.row, month.cells.count, strict=True
        ):
            same = here & (records.unit == unit) & (records.group == group) & (column == east) & (row == north)
            assert np.count_nonzero(same) == count >= 5
        for unit, group, count in zip(month.totals.unit, month.totals.group, month.totals.count, strict=True):
            assert np.count_nonzero(here & (records.unit == unit) & (records.group == group)) == count >= 5
        tally = result.tallies[month.month]
        assert tally.incidents == np.count_nonzero(here)
        assert tally.in_cells == month.cells.count.sum()
        assert tally.cells == len(month.cells.count)
        assert tally.totals == len(month.totals.count)


@given(st.integers(0, 10_000))
def test_the_order_of_records_changes_no_byte(seed: int) -> None:
    records = made_up(400, seed)
    shuffled = part(records, np.random.default_rng(seed).permutation(400))
    first, second = encoded(built(records).cube), encoded(built(shuffled).cube)
    assert first == second
    assert encoded(decoded(first, name="cube.json")) == first
    assert release_name(first) == release_name(second)


@given(st.integers(0, 10_000), st.integers(1, 300))
def test_a_released_month_never_changes(seed: int, late: int) -> None:
    before, after = made_up(500, seed), made_up(500 + late, seed + 1)
    first = released(None, built(before, months=(MAY, MAY + 1)).cube)
    second = released(first, built(after, k=3).cube)
    assert [month.month for month in second.months] == [MAY, MAY + 1, MAY + 2]
    assert encoded(Cube(second.months[:2])) == encoded(first)
    assert second.months[2].rule.k == 3


def test_a_month_without_incidents_can_be_released_later() -> None:
    records = made_up(300, 1)
    june = month_of(records.day) == MAY + 1
    first = released(None, built(part(records, ~june)).cube)
    assert [month.month for month in first.months] == [MAY, MAY + 2]
    assert [month.month for month in released(first, built(records).cube).months] == [MAY, MAY + 1, MAY + 2]


@given(st.integers(0, 10_000), st.data())
def test_two_filters_over_the_rows_differ_by_whole_published_figures(seed: int, data: st.DataObject) -> None:
    cube = built(made_up(900, seed), k=3).cube
    rows = published_rows(cube, release="")
    figures = np.stack([np.nan_to_num(rows.lon), np.nan_to_num(rows.lat), rows.day, rows.category, rows.unit])
    _kinds, kind, sizes = np.unique(figures, axis=1, return_inverse=True, return_counts=True)
    published = [count for month in cube.months for count in month.cells.count.tolist()]
    published += [rest for month in cube.months for rest in intervals(month).rest.ravel().tolist() if rest > 0]
    assert sorted(sizes.tolist()) == sorted(published)
    chosen = []
    for _filter in range(2):
        west, south = data.draw(st.floats(106.2, 106.4)), data.draw(st.floats(20.8, 21.0))
        since, length = data.draw(st.integers(20_560, 20_700)), data.draw(st.integers(1, 90))
        place = (rows.lon >= west) & (rows.lon < west + data.draw(st.floats(0, 0.2))) & (rows.lat >= south)
        unit = ~rows.placed & np.isin(rows.unit, data.draw(st.lists(st.integers(0, 3))))
        period = (rows.day >= since) & (rows.day < since + length)
        chosen.append((place | unit) & period & np.isin(rows.category, data.draw(st.lists(st.integers(0, 1)))))
    difference = chosen[0] & ~chosen[1]
    for number in np.unique(kind.reshape(-1)[difference]):
        assert np.count_nonzero(difference & (kind.reshape(-1) == number)) == sizes[number] >= 3


def test_rows_are_named_and_lie_in_their_unit() -> None:
    rows = published_rows(built(made_up(2000, 3)).cube, release="x")
    assert (rows.units, rows.categories, rows.release, rows.k, rows.cell_m) == (NAMES, GROUPS, "x", 5, 2000.0)
    placed = rows.taken(rows.placed)
    assert 200 < len(placed.lon) < len(rows.lon)
    middle = (placed.lon >= 106.35).astype(int) + 2 * (placed.lat >= 20.95)
    assert middle.tolist() == placed.unit.tolist()
    assert set(rows.day.tolist()) == {(dt.date(2026, month, 1) - dt.date(1970, 1, 1)).days for month in (5, 6, 7)}


@given(st.integers(0, 10_000))
def test_rows_by_unit_add_up_to_each_published_total(seed: int) -> None:
    cube = built(made_up(700, seed)).cube
    rows = published_rows(cube, release="")
    for month in cube.months:
        here = rows.day == (month.first_day - dt.date(1970, 1, 1)).days
        for unit, group, count in zip(month.totals.unit, month.totals.group, month.totals.count, strict=True):
            assert np.count_nonzero(here & (rows.unit == unit) & (rows.category == group)) == count


def test_a_reader_gets_the_rows_of_other_units_or_no_places() -> None:
    rows = published_rows(built(made_up(2000, 3)).cube, release="x")
    others = rows.without({rows.units[1], rows.units[3]})
    assert set(others.unit.tolist()) == {0, 2}
    assert len(others.lon) == np.count_nonzero(np.isin(rows.unit, [0, 2]))
    counted = rows.units_only()
    assert not counted.placed.any()
    assert counted.unit.tolist() == rows.unit.tolist()
    assert rows.placed.any()


def test_nothing_published_is_no_rows() -> None:
    none = PublishedRows.none()
    assert (len(none.lon), len(none.without({"1@2025-07-01"}).day), none.release, none.k) == (0, 0, "", 0)
    assert audit(Cube()).k_reached is None
    assert decoded(encoded(Cube()), name="cube.json").months == ()


def test_cells_stay_where_they_are_when_a_ward_is_added() -> None:
    records = made_up(800, 5)
    fewer = TOWN.iloc[:2].reset_index(drop=True)
    some = part(records, (records.unit >= 0) & (records.unit < 2))
    of_two = build(some, fewer, names=NAMES[:2], rule=rule(), months=(MAY,)).cube.months[0]
    of_four = built(records, months=(MAY,)).cube.months[0]
    same = of_four.cells.unit < 2
    for name in ("unit", "group", "column", "row", "lon_e6", "lat_e6", "count"):
        assert getattr(of_two.cells, name).tolist() == getattr(of_four.cells, name)[same].tolist()
    assert piece_counts(fewer, GRID).tolist() == piece_counts(TOWN, GRID)[:2].tolist()


def test_a_damaged_file_is_refused() -> None:
    content = encoded(built(made_up(400, 6)).cube)
    at = content.rindex(b'"count":[') + len(b'"count":[')
    for damaged in (content[:at] + b"9" + content[at:], content[: len(content) // 2], b"", b"\xff\n{}"):
        with pytest.raises(FileUnreadable):
            decoded(damaged, name="cube.json")
