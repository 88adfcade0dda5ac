"""What answers tell besides their figures: words, versions, names. None of it comes from records that are not seen."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from layers.access.roles import Role
from layers.access.viewer import ANYBODY, Viewer
from layers.catalog import CAMERAS, INCIDENTS, LINEAGE, UNITS
from layers.errors import InvalidParameter
from layers.records import Filter
from layers.store import Store
from mapserver.services.incidents import select
from mapserver.services.recast import recast_units
from tests.builders import NOW, book, cameras, incidents, town
from tests.unit.test_sight import OFFICER, seen, store

__all__ = ["store"]


def test_words_of_records_that_are_not_seen_are_not_told(store: Store) -> None:
    odd = incidents(2, seed=8)
    odd["geometry"], odd["status"], odd["severity"] = shapely.Point(106.32, 20.92), "cho_ket_luan", "chua_ro"
    store.append(INCIDENTS, odd)
    assert select(seen(store, OFFICER), Filter(statuses=("cho_ket_luan",)), now=NOW).mask.sum() == 2
    for asked in (Filter(statuses=("cho_ket_luan",)), Filter(severities=("chua_ro",)), Filter(statuses=("x",))):
        with pytest.raises(InvalidParameter) as refused:
            select(seen(store, ANYBODY), asked, now=NOW)
        assert not {"cho_ket_luan", "chua_ro"} & {*refused.value.hint.vi.rstrip(".").split(", ")}


def test_whoever_reads_published_counts_alone_cannot_count_commits(store: Store) -> None:
    readers = {viewer.role: seen(store, viewer) for viewer in (ANYBODY, Viewer("b", Role.VIEWER), OFFICER)}
    before = {role: reader.versions() for role, reader in readers.items()}
    said = {role: select(reader, Filter(), now=NOW).provenance.versions for role, reader in readers.items()}
    store.append(INCIDENTS, incidents(1, seed=9))
    store.append(CAMERAS, cameras())
    after = {role: reader.versions() for role, reader in readers.items()}
    assert {role for role in readers if before[role]["incidents"] != after[role]["incidents"]} == {Role.WARD_OFFICER}
    # The number of cameras is no secret to a viewer; to a resident nothing about them is known.
    assert {role for role in readers if before[role]["cameras"] != after[role]["cameras"]} == {
        Role.VIEWER,
        Role.WARD_OFFICER,
    }
    assert said[Role.RESIDENT]["incidents"] == said[Role.VIEWER]["incidents"] == 0
    assert said[Role.RESIDENT]["units"] > 0
    assert said[Role.WARD_OFFICER] == before[Role.WARD_OFFICER]


def test_names_of_old_wards_follow_a_new_lineage(store: Store) -> None:
    former = town(1, 1, valid_from="2009-01-01", seed=9)
    former["code"], former["valid_to"] = "09999", "2025-07-01"
    store.append(UNITS, former)
    told = incidents(3, seed=7)
    told["geometry"], told["reported_unit"] = None, "09999@2009-01-01"
    told["occurred_from"] = gpd.pd.to_datetime("2020-05-05T05:00Z")
    store.append(INCIDENTS, told)
    reader = seen(store, OFFICER)
    unplaced = sum(store.read(INCIDENTS).geometry.isna())
    first = recast_units(reader, Filter(), spread=False, now=NOW).counts
    links = book(LINEAGE, 1)
    links["from_version"], links["to_version"], links["kind"] = "09999@2009-01-01", "10000@2025-07-01", "merge"
    links["area_share"], links["population_share"] = 1.0, 1.0
    store.append(LINEAGE, links)
    then = recast_units(reader, Filter(), spread=False, now=NOW).counts
    assert unplaced > 3
    assert int(then.low[0] - first.low[0]) == 3
