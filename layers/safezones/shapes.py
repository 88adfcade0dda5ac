"""Where models and cameras are: geometry of a spatial file, or points of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import CrsMissing, CrsWrong, FileUnreadable, NoCoordinates
from layers.geo import Bounds, to_lonlat
from layers.incidents.features import GEOMETRY_X
from layers.incidents.places import check_epsg, read_places, refuse_swapped_axes
from layers.incidents.reasons import reason_at
from layers.incidents.tables import Chunk, Table
from layers.incidents.values import clean_cells
from layers.safezones.cells import Faults
from layers.schema import GeometryKind, LayerSchema
from layers.wording import Text

__all__ = ["shape_faults", "shapes_of"]

_DIMENSION = {GeometryKind.POINT: 0, GeometryKind.AREA: 2}


class _Told(Protocol):
    """What of the options places need."""

    @property
    def epsg(self) -> int | None: ...

    @property
    def region(self) -> Bounds | None: ...


def shapes_of(
    table: Table, chunk: Chunk, mapping: Mapping[str, str], *, options: _Told, faults: Faults
) -> NDArray[np.object_]:
    """Read the geometry of every row.

    Parameters
    ----------
    table : Table
        The file.
    chunk : Chunk
        All its rows.
    mapping : mapping of str to str
        Field -> column.
    options : FeatureOptions
        Coordinate system and region.
    faults : Faults
        Where the reasons of rows that cannot be taken go.

    Returns
    -------
    ndarray of shapely geometry or None, shape (n,)
        In EPSG:4326.

    Raises
    ------
    CrsMissing
        When a spatial file does not say its coordinate system and none is stated.
    NoCoordinates
        When a table has no column of coordinates or not one usable place.
    AxesSwapped
        When nearly all points of a table fit only with the axes exchanged.
    """
    if GEOMETRY_X in table.columns:
        return _of_spatial_file(table, options, len(chunk.numbers))
    if "coordinates" not in mapping and not {"lon", "lat"} <= set(mapping):
        raise _no_coordinates("Tệp không có cột tọa độ.", "The file has no column of coordinates.")
    epsg = options.epsg or table.epsg or 4326
    check_epsg(epsg)
    x, y, pairs = (
        clean_cells(chunk.cells[mapping[name]]) if name in mapping else None for name in ("lon", "lat", "coordinates")
    )
    places = read_places(x, y, pairs=pairs, epsg=epsg, region=options.region)
    refuse_swapped_axes(places)
    for number in np.unique(places.faults[places.faults != 0]):
        faults.add(places.faults == number, reason_at(number))
    if not places.placed.any() and not places.count("outside_region"):
        raise _no_coordinates("Không có tọa độ nào dùng được.", "There is not one usable coordinate.")
    shapes = np.full(len(places.lon), None, dtype=object)
    shapes[places.placed] = shapely.points(places.lon[places.placed], places.lat[places.placed])
    return shapes


def _no_coordinates(vi: str, en: str) -> NoCoordinates:
    return NoCoordinates(
        Text(vi, en),
        Text(
            "Chỉ ra cột bằng --map lon=CỘT --map lat=CỘT; nếu là mét VN-2000 thì thêm --crs EPSG:9210.",
            "Name them with --map lon=COLUMN --map lat=COLUMN; for VN-2000 metres add --crs EPSG:9210.",
        ),
    )


def _of_spatial_file(table: Table, options: _Told, count: int) -> NDArray[np.object_]:
    frame = gpd.read_file(table.path, columns=[]) if not _is_parquet(table) else gpd.read_parquet(table.path)
    if options.epsg is not None:
        check_epsg(options.epsg)
        frame = frame.set_crs(epsg=options.epsg, allow_override=True)
    if frame.crs is None:
        raise CrsMissing(
            Text(
                f"Tệp “{table.path.name}” không ghi hệ tọa độ.",
                f"The file “{table.path.name}” does not say its coordinate system.",
            ),
            Text("Chỉ ra bằng --crs EPSG:n, ví dụ EPSG:4326.", "State it with --crs EPSG:n, such as EPSG:4326."),
        )
    if len(frame) != count:
        raise FileUnreadable(
            Text(f"Tệp “{table.path.name}” đổi khi đang đọc.", f"The file “{table.path.name}” changed while read."),
            Text("Thử lại.", "Try again."),
        )
    return np.array(to_lonlat(frame).geometry.array, dtype=object)


def _is_parquet(table: Table) -> bool:
    return table.path.suffix.lower() in {".parquet", ".geoparquet", ".pq"}


def shape_faults(shapes: NDArray[np.object_], schema: LayerSchema, faults: Faults, *, region: Bounds | None) -> None:
    """Refuse rows whose geometry the layer does not take.

    Parameters
    ----------
    shapes : ndarray of shapely geometry or None, shape (n,)
        In EPSG:4326.
    schema : LayerSchema
        The layer's contract.
    faults : Faults
        Where the reasons go.
    region : Bounds or None
        Degrees; what is not wholly inside is refused.

    Raises
    ------
    CrsWrong
        When every place is outside the region.
    """
    shapes[shapely.is_empty(shapes)] = None
    there = ~shapely.is_missing(shapes)
    if schema.geometry_required:
        faults.add(~there & ~faults.any(), "place_missing")
    wanted = _DIMENSION.get(schema.geometry)
    other = there & (shapely.get_dimensions(shapes) != wanted) if wanted is not None else ~there & there
    several = there & ~np.isin(shapely.get_type_id(shapes), [0]) if schema.geometry is GeometryKind.POINT else other
    faults.add(other | several | (there & ~shapely.is_valid(shapes)), "geometry_wrong")
    if region is None or not there.any():
        return
    west, south, east, north = shapely.bounds(shapes).T
    inside = (west >= region.west) & (south >= region.south) & (east <= region.east) & (north <= region.north)
    if not (inside & there).any():
        raise CrsWrong(
            Text("Mọi vị trí đều nằm ngoài Việt Nam.", "Every place lies outside Việt Nam."),
            Text(
                "Hệ tọa độ không đúng như đã ghi: chỉ ra bằng --crs EPSG:n.",
                "The coordinate system is not the one stated: give it with --crs EPSG:n.",
            ),
        )
    faults.add(there & ~inside, "outside_region")
