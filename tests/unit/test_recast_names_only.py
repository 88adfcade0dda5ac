"""Counting among units that are known by name alone."""

from __future__ import annotations

import datetime as dt

from layers.catalog import INCIDENTS, UNITS
from layers.records import Filter
from layers.store import open_store
from mapserver.services.reader import Reader
from mapserver.services.recast import recast_units
from tests.builders import NOW, incidents, town


def test_nothing_lies_outside_units_that_have_no_borders() -> None:
    store = open_store("memory:")
    units = town()
    units["geometry"] = None
    store.append(UNITS, units)
    store.append(INCIDENTS, incidents(20))
    reader = Reader(store, "Asia/Ho_Chi_Minh")
    counts = recast_units(reader, Filter(as_of=dt.date(2026, 1, 1)), spread=True, now=NOW).counts
    assert (counts.outside, counts.not_placeable, counts.no_place, counts.total) == (0, 19, 1, 20)
    store.close()
