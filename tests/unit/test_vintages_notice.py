"""What a day says whose units are known by name only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import geopandas as gpd
import shapely

from mapserver.services.provenance import notices
from mapserver.services.tables import UnitTable


def test_units_without_borders_are_said_to_be_drawn_and_counted_nowhere() -> None:
    shapes = [None, shapely.box(106, 20, 107, 21)]
    frame = gpd.GeoDataFrame({"source": ["bảng chuyển đổi", "tệp"]}, geometry=shapes, crs=4326)
    by_name = notices(cast("UnitTable", SimpleNamespace(frame=frame.iloc[:1])))
    assert "chưa có ranh giới" in by_name[0].vi
    assert "tham khảo" in notices(cast("UnitTable", SimpleNamespace(frame=frame)))[0].vi
