"""Records of the real Hải Phòng, before and after its wards changed: each counted once, whatever day is asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layers.boundaries.lineage import Change
from layers.catalog import INCIDENTS, LINEAGE, UNITS
from layers.records import Filter
from layers.store import Query, Store, open_store
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.lineage import LineageRequest, import_lineage
from mapserver.services.reader import Reader
from mapserver.services.recast import RecastUnits, recast_units
from tests.builders import NOW, incidents

pytestmark = pytest.mark.real_data
ON = dt.date(2025, 7, 1)
PLACED, NAMED, TRAN_PHU = 500, 400, 40
OLD, NEW = dt.date(2025, 3, 1), dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def store(real_data: Path) -> Store:
    """The wards of today, the table of the statistics office, and records of early 2025 known by place or ward."""
    held, rng = open_store("memory:"), np.random.default_rng(1)
    folder = real_data / "boundaries"
    import_boundaries(held, BoundaryRequest(folder / "hai_phong_114.geojson", ON), now=NOW, rng=rng)
    change = Change(ON, dt.date(2025, 1, 1), "NQ 202/2025/QH15", "")
    import_lineage(held, LineageRequest(folder / "lineage_2025.csv.gz", change, {}, "test"), now=NOW, rng=rng)
    here = set(held.read(UNITS, Query(where=(("parent", "31"),), geometry=False))["code"])
    links = held.read(LINEAGE)
    old = links.loc[links["to_version"].str[:5].isin(here), "from_version"].unique()
    told = [*rng.choice(old, NAMED - TRAN_PHU), *["10528@2025-01-01"] * TRAN_PHU]
    unplaced = incidents(NAMED, seed=2, reported_unit=told)
    unplaced.geometry = [None] * NAMED
    for frame in (incidents(PLACED + 1), unplaced):
        frame["occurred_from"] = pd.Timestamp("2025-02-03T03:00", tz="UTC")
        held.append(INCIDENTS, frame)
    return held


def _recast(store: Store, as_of: dt.date, *, spread: bool = True) -> RecastUnits:
    return recast_units(Reader(store, "Asia/Ho_Chi_Minh"), Filter(as_of=as_of), spread=spread, now=NOW)


@pytest.mark.parametrize("spread", [True, False])
@pytest.mark.parametrize("as_of", [dt.date(2024, 1, 1), OLD, NEW])
def test_totals_are_conserved_to_the_record(store: Store, as_of: dt.date, spread: bool) -> None:
    found = _recast(store, as_of, spread=spread).counts
    parts = found.count.sum() + found.outside + found.no_place + found.not_placeable
    assert parts == found.total == PLACED + 1 + NAMED
    assert (found.low <= found.count).all()
    assert (found.count <= found.high).all()


def test_the_records_of_tran_phu_may_lie_in_either_successor(store: Store) -> None:
    now = _recast(store, NEW)
    for code in ("10532@2025-07-01", "10537@2025-07-01"):
        row = now.units.references.index(code)
        assert now.counts.high[row] - now.counts.low[row] >= TRAN_PHU
    assert now.counts.not_placeable >= TRAN_PHU, "no share is known, so none is made up"


def test_the_old_wards_keep_their_own_records(store: Store) -> None:
    before = _recast(store, OLD)
    row = before.units.references.index("10528@2025-01-01")
    assert before.counts.low[row] == before.counts.count[row] == before.counts.high[row] >= TRAN_PHU
