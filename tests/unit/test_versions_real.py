"""The census of 2009 as an older vintage behind the wards of today."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from layers.store import open_store
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.reader import Reader
from mapserver.services.vintages import vintages
from tests.builders import NOW

OLD, NEW = dt.date(2009, 4, 1), dt.date(2025, 7, 1)


@pytest.mark.long
@pytest.mark.real_data
def test_the_communes_of_2009_slot_in_behind_with_their_defects_listed(real_data: Path) -> None:
    store, rng = open_store("memory:"), np.random.default_rng(1)
    folder = real_data / "boundaries"
    import_boundaries(store, BoundaryRequest(folder / "hai_phong_114.geojson", NEW), now=NOW, rng=rng)
    older = BoundaryRequest(
        folder / "communes2009_hanoi_haiphong_haiduong.gpkg",
        OLD,
        valid_to=NEW,
        mapping={"code": "commune_id", "name": "commune_vn"},
    )
    result = import_boundaries(store, older, now=NOW, rng=rng)
    assert (len(result.plan.insert), len(result.plan.close)) == (1072, 0)
    assert len(result.report.overlaps) > 1000
    assert len(result.report.gaps) > 1000
    found = vintages(Reader(store, "Asia/Ho_Chi_Minh"), now=NOW)
    assert [(each.since, each.drawn) for each in found] == [(OLD, 1072), (NEW, 114)]
    assert import_boundaries(store, older, now=NOW, rng=rng).plan.is_empty
