"""A study area of the user's own, read from a file."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

from layers.boundaries.opening import open_table
from layers.errors import CrsMissing, GeometryWrong
from layers.geo import to_lonlat
from layers.wording import Text
from mapserver.services.hotspot_ground import AreaFile

__all__ = ["read_area"]


def read_area(path: Path) -> AreaFile:
    """Read the polygons of a file.

    Parameters
    ----------
    path : Path
        GeoJSON, GeoPackage, FlatGeobuf, Shapefile and the like.

    Returns
    -------
    AreaFile
        In EPSG:4326.

    Raises
    ------
    FileMissing, FileUnreadable, EmptyInput
        When there is nothing to read.
    GeometryWrong
        When it holds no polygon.
    CrsMissing
        When it does not say which coordinate system it is in.
    """
    raw, _texts = open_table(path)
    if not isinstance(raw, gpd.GeoDataFrame):
        raise _no_area(path)
    areas = raw[shapely.get_dimensions(raw.geometry.to_numpy()) == 2]
    if areas.empty:
        raise _no_area(path)
    if areas.crs is None:
        raise CrsMissing(
            Text(f"Tệp {path.name} không nêu hệ tọa độ.", f"{path.name} does not say its coordinate system."),
            Text("Ghi lại tệp kèm hệ tọa độ.", "Save the file with its coordinate system."),
        )
    placed = to_lonlat(gpd.GeoDataFrame(geometry=shapely.make_valid(areas.geometry.to_numpy()), crs=areas.crs))
    return AreaFile(path.name, placed)


def _no_area(path: Path) -> GeometryWrong:
    return GeometryWrong(
        Text(f"Tệp {path.name} không có vùng nào.", f"{path.name} holds no area."),
        Text("Chọn tệp có đa giác.", "Choose a file with polygons."),
    )
