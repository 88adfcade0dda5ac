"""Whatever is imported in whatever order: no unit twice at one time, every incident counted once."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers import schema
from layers.boundaries.locate import locate
from layers.boundaries.versions import in_force, plan_import
from layers.catalog import UNITS
from layers.errors import Conflict
from layers.incidents.summary import by_unit
from tests.vintages import applied, units

DAYS = [dt.date(year, 1, 1) for year in (2000, 2005, 2010, 2015, 2020)]


@st.composite
def imports(draw: st.DrawFn) -> tuple[str, dt.date, dt.date | None, bool]:
    """Draw some of six cells in a row, from a day, perhaps to another, perhaps without their borders."""
    codes = "".join(sorted(draw(st.sets(st.sampled_from("ABCDEF"), min_size=1))))
    start = draw(st.sampled_from(DAYS))
    end = draw(st.sampled_from([None, *(day for day in DAYS if day > start)]))
    return codes, start, end, draw(st.booleans())


def _units(codes: str, start: dt.date, end: dt.date | None, *, drawn: bool, number: int) -> gpd.GeoDataFrame:
    return units(
        codes, start, end, ids=[f"{number}-{code}" for code in codes], names=[f"{code}{number % 2}" for code in codes],
        parent=["31" if code < "D" else "01" for code in codes], drawn=drawn,
    )  # fmt: skip


def _loaded(steps: list[tuple[str, dt.date, dt.date | None, bool]]) -> gpd.GeoDataFrame:
    held = schema.empty(UNITS.schema)
    for number, (codes, start, end, drawn) in enumerate(steps):
        units = _units(codes, start, end, drawn=drawn, number=number)
        try:
            held = applied(held, plan_import(held, units, valid_from=start, valid_to=end))
        except Conflict:
            # A refused import leaves everything as it was.
            continue
    return held


@given(st.lists(imports(), max_size=5))
def test_no_two_versions_of_a_code_overlap_in_time(steps: list[tuple[str, dt.date, dt.date | None, bool]]) -> None:
    held = _loaded(steps)
    for day in [*DAYS, dt.date(1990, 1, 1), dt.date(2012, 6, 1)]:
        assert in_force(held, day)["code"].is_unique


@given(st.lists(imports(), max_size=3))
def test_the_last_import_again_changes_nothing(steps: list[tuple[str, dt.date, dt.date | None, bool]]) -> None:
    held = schema.empty(UNITS.schema)
    for number, (codes, start, end, drawn) in enumerate(steps):
        units = _units(codes, start, end, drawn=drawn, number=number)
        try:
            held = applied(held, plan_import(held, units, valid_from=start, valid_to=end))
        except Conflict:
            continue
        assert plan_import(held, units, valid_from=start, valid_to=end).is_empty


@given(st.lists(imports(), max_size=3), st.sampled_from(DAYS), st.integers(0, 2**32 - 1))
def test_counts_and_outside_and_no_place_are_everything(
    steps: list[tuple[str, dt.date, dt.date | None, bool]], day: dt.date, seed: int
) -> None:
    units = in_force(_loaded(steps), day).reset_index(drop=True)
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(ord("A") - 1, ord("G") + 1, 50), rng.uniform(20, 21, 50)
    lon[rng.random(50) < 0.1] = np.nan
    found = locate(lon, lat, units) if len(units) else np.full(50, -1)
    counts = by_unit(found, len(units))
    assert counts.sum() == 50
    inside = [
        shape is not None and shapely.intersects_xy(shape, x, y)
        for x, y in zip(lon, lat, strict=True)
        for shape in units.geometry
    ]
    assert int(np.sum(inside)) == counts[1:].sum()
