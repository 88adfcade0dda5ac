"""Repairs never take all the ground of a unit, whether proposed or asked for."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from layers.boundaries.repairing import carried_out
from layers.boundaries.repairs import find_repairs
from layers.errors import InvalidParameter


def _swallowed() -> gpd.GeoDataFrame:
    cells = [shapely.box(106, 20, 106.02, 20.02), shapely.box(106.005, 20.005, 106.01, 20.01)]
    shapes = shapely.multipolygons([[cell] for cell in cells])
    return gpd.GeoDataFrame({"code": ["1", "2"], "name": ["A", "B"]}, geometry=shapes, crs=4326)


def test_ground_that_is_most_of_a_unit_is_proposed_to_nobody() -> None:
    (card,) = find_repairs(_swallowed())
    assert (card.kind, card.give_to, card.proposal) == ("overlap", None, "leave")
    assert "hơn nửa" in card.reason.vi


def test_a_unit_is_never_left_without_ground() -> None:
    units = _swallowed()
    (card,) = find_repairs(units)
    with pytest.raises(InvalidParameter) as refused:
        carried_out(units, [card], {card.key: "1"})
    assert "B (2)" in refused.value.message.en
    changed = carried_out(units, [card], {card.key: "2"})
    mended = units.geometry.copy()
    mended.loc[changed.index] = changed.geometry
    assert not mended.is_empty.any()
    assert mended.iloc[0].intersection(mended.iloc[1]).area == 0
