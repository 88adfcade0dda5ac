"""The published counts of a real city year, attacked as a whole with linear programming."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import shapely
from scipy.optimize import linprog

from layers.boundaries.locate import locate
from layers.catalog import categories, category_of, group_of
from layers.masking.audit import audit, intervals
from layers.masking.cube import Built, MonthOfCube, Records, Rule, build, month_of
from layers.masking.grid import Grid

GROUPS = tuple(dict.fromkeys(category.group for category in categories()))
SENSITIVE = {category.slug for category in categories() if category.sensitive}
ATTACKED = 12


@pytest.fixture(scope="module")
def houston(real_data: Path) -> Built:
    """The year 2010 in Houston, in 36 square districts."""
    frame = pd.read_csv(real_data / "incidents" / "houston_2010.csv.gz").dropna(subset=["lon", "lat"])
    slugs = frame["offense"].map(category_of).fillna("khac")
    frame = frame[~slugs.isin(SENSITIVE).to_numpy()]
    cells = [shapely.box(-95.7 + 0.1 * c, 29.5 + 0.1 * r, -95.6 + 0.1 * c, 29.6 + 0.1 * r)
             for r in range(6) for c in range(6)]  # fmt: skip
    units = gpd.GeoDataFrame({"code": [f"{at:05d}" for at in range(36)]}, geometry=cells, crs="EPSG:4326")
    lon, lat = frame["lon"].to_numpy(dtype=float), frame["lat"].to_numpy(dtype=float)
    day = pd.to_datetime(frame["occurred_at"].str[:10]).to_numpy().astype("datetime64[D]").astype(np.int64)
    group = np.array([GROUPS.index(group_of(slug)) for slug in slugs[frame.index]])
    records = Records(lon, lat, locate(lon, lat, units), group, day)
    rule = Rule(k=5, grid=Grid(32615, 500), groups=GROUPS, released_on=dt.date(2011, 1, 10))
    names = tuple(f"{code}@2000-01-01" for code in units["code"])
    return build(records, units, names=names, rule=rule, months=tuple(np.unique(month_of(day)).tolist()))


@pytest.mark.real_data
def test_the_year_passes_the_audit_and_still_shows_something(houston: Built) -> None:
    found = audit(houston.cube)
    assert not found.faults
    assert found.k_reached == 5
    assert found.narrowest is not None
    assert found.narrowest >= 3
    incidents, in_cells, in_totals = (
        sum(getattr(tally, name) for tally in houston.tallies.values())
        for name in ("incidents", "in_cells", "in_totals")
    )
    print(f"{incidents} incidents: {in_cells / incidents:.1%} in cells, {in_totals / incidents:.1%} in totals; {found}")
    assert in_cells / incidents > 0.3
    assert in_totals / incidents > 0.9


@pytest.mark.real_data
def test_linear_programming_over_all_figures_of_a_month_bounds_nothing_tighter(houston: Built) -> None:
    rng = np.random.default_rng(11)
    for month in (houston.cube.months[0], houston.cube.months[-1]):
        equations, right, owner = _relations(month)
        bounds = intervals(month)
        for piece in rng.choice(len(owner), ATTACKED, replace=False):
            aim = np.zeros(len(owner))
            aim[piece] = 1.0
            given = {"A_eq": equations, "b_eq": right, "bounds": (0, month.rule.k - 1), "method": "highs"}
            unit, group = owner[piece]
            assert linprog(aim, **given).fun == pytest.approx(bounds.low[unit, group])
            assert -linprog(-aim, **given).fun == pytest.approx(bounds.high[unit, group])


def _relations(month: MonthOfCube) -> tuple[scipy.sparse.csr_array, np.ndarray, list[tuple[int, int]]]:
    """All that is known of the unlisted pieces: one equation for each published total."""
    bounds = intervals(month)
    tables = [(int(unit), int(group)) for unit, group in np.argwhere(bounds.rest > 0)]
    widths = [int(bounds.unlisted[table]) for table in tables]
    owner = [table for table, width in zip(tables, widths, strict=True) for _piece in range(width)]
    rows = np.repeat(np.arange(len(tables)), widths)
    equations = scipy.sparse.csr_array((np.ones(len(rows)), (rows, np.arange(len(rows)))))
    return equations, np.array([bounds.rest[table] for table in tables], dtype=float), owner
