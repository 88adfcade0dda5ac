"""Borders of another day to draw along: each once, vertex for vertex, and none from far away."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.catalog import UNITS
from layers.planning.grid import to_grid
from layers.planning.opening import open_plan
from layers.records import new_ids
from layers.store import open_store
from mapserver.services.plan_guides import guides
from mapserver.services.reader import Reader
from tests.builders import NOW, town
from tests.plan_towns import crooked_town

DAY = dt.date(2026, 1, 1)


def reader_of(*towns: gpd.GeoDataFrame) -> Reader:
    store = open_store("memory:")
    for wards in towns:
        store.append(UNITS, wards)
    return Reader(store, "Asia/Ho_Chi_Minh")


def test_every_border_is_there_once_with_all_its_vertices() -> None:
    wards = crooked_town()
    wards = wards.assign(id=new_ids(len(wards), now=NOW, rng=np.random.default_rng(1)))
    lines = guides(reader_of(wards), open_plan(wards).topology, DAY)
    drawn = shapely.union_all(shapely.boundary(wards.geometry.to_numpy()))
    assert sum(shapely.length(shapely.linestrings(line / 1e7)) for line in lines) == pytest.approx(drawn.length)
    vertices = {tuple(place) for line in lines for place in line.tolist()}
    assert vertices == {tuple(place) for place in to_grid(shapely.get_coordinates(drawn)).tolist()}


def test_what_is_far_from_the_plan_is_left_out() -> None:
    wards, far = town(), town(seed=5)
    far = far.set_geometry(far.geometry.translate(xoff=1.0)).assign(code=[f"2000{number}" for number in range(4)])
    lines = guides(reader_of(wards, far), open_plan(wards).topology, DAY)
    assert len(lines) == 8
    assert max(line[:, 0].max() for line in lines) <= 1_064_000_000


def test_on_a_day_without_borders_there_are_none() -> None:
    assert guides(reader_of(town()), open_plan(town()).topology, dt.date(2020, 1, 1)) == []
