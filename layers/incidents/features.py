"""Spatial files and Parquet as tables of text; a point becomes two columns of coordinates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers.boundaries.refusals import several_layers
from layers.errors import FileUnreadable
from layers.incidents.tables import Chunk, Table, unique_names
from layers.wording import Text

__all__ = ["GEOMETRY_X", "GEOMETRY_Y", "open_parquet", "open_spatial", "wkb_of"]

GEOMETRY_X = "geometry_x"
GEOMETRY_Y = "geometry_y"


def open_spatial(path: Path, *, chunk_rows: int, encoding: str | None = None) -> Table:
    """Open what GDAL reads: GeoJSON, GeoPackage, Shapefile (zipped too).

    Parameters
    ----------
    path : Path
        The file; never the live store.
    chunk_rows : int
        Rows in a chunk.
    encoding : str or None
        Encoding of a Shapefile's text; None to trust the file.

    Returns
    -------
    Table
        Without hash, its `crs` as the file states it; geometry in ``geometry_x``, ``geometry_y``,
        empty where a row has none and ``POLYGON`` and the like where it is no point.

    Raises
    ------
    FileUnreadable
        When GDAL cannot read it, or it holds several layers.
    """
    import pyogrio

    try:
        _refuse_several(path, [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None])
        info = pyogrio.read_info(path, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, UnicodeError) as cause:
        raise _unreadable(path) from cause
    fields = [str(name) for name in info["fields"]]
    shaped = [GEOMETRY_X, GEOMETRY_Y] if info.get("geometry_type") else []
    columns = unique_names([*fields, *shaped])
    return Table(
        path,
        columns,
        str(info.get("encoding") or "utf-8"),
        crs=_authority(info.get("crs")),
        row_count=int(info["features"]) if info["features"] >= 0 else None,
        opener=lambda: _spatial_chunks(path, columns, chunk_rows=chunk_rows, encoding=encoding),
    )


def _refuse_several(path: Path, layers: list[str]) -> None:
    # Taking the first one would be a choice made in silence.
    if len(layers) > 1:
        raise several_layers(path.name, layers)


def _spatial_chunks(path: Path, columns: tuple[str, ...], *, chunk_rows: int, encoding: str | None) -> Iterator[Chunk]:
    import pyogrio
    from pyogrio.raw import open_arrow

    start = 2
    try:
        with open_arrow(path, batch_size=chunk_rows, use_pyarrow=True, encoding=encoding) as (meta, reader):
            shape = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                yield _chunk(pa.table(batch), columns, start=start, shape=shape)
                start += batch.num_rows
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pa.ArrowInvalid, OSError) as cause:
        raise _unreadable(path) from cause


def open_parquet(path: Path, *, chunk_rows: int) -> Table:
    """Open a Parquet file, with points if it is GeoParquet.

    Parameters
    ----------
    path : Path
        The file.
    chunk_rows : int
        Rows in a chunk.

    Returns
    -------
    Table
        Without hash; columns of lists or structures are left empty.

    Raises
    ------
    FileUnreadable
        When it is not a Parquet file.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, count = file.schema_arrow, int(file.metadata.num_rows)
        geo = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    except (pa.ArrowInvalid, OSError, ValueError) as cause:
        raise _unreadable(path) from cause
    shape = geo.get("primary_column")
    fields = [name for name in schema.names if name != shape]
    columns = unique_names([*fields, *([GEOMETRY_X, GEOMETRY_Y] if shape else [])])
    return Table(
        path,
        columns,
        "utf-8",
        crs=_geoparquet_crs(geo, shape) if shape else None,
        row_count=count,
        opener=lambda: _parquet_chunks(path, columns, shape=shape, chunk_rows=chunk_rows),
    )


def _parquet_chunks(path: Path, columns: tuple[str, ...], *, shape: str | None, chunk_rows: int) -> Iterator[Chunk]:
    import pyarrow.parquet as pq

    start = 2
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=chunk_rows):
                yield _chunk(pa.table(batch), columns, start=start, shape=shape)
                start += batch.num_rows
    except (pa.ArrowInvalid, OSError) as cause:
        raise _unreadable(path) from cause


def _geoparquet_crs(geo: dict[str, Any], shape: str) -> str | None:
    stated = geo.get("columns", {}).get(shape, {}).get("crs", "OGC:CRS84")
    return _authority(stated)


def _authority(stated: object) -> str | None:
    # CRS84 is WGS 84 with longitude first, which is the order used here anyway.
    if not stated:
        return None
    try:
        code = CRS.from_user_input(stated).to_epsg(min_confidence=70)
    except CRSError:
        return None
    if code is None and "CRS84" in str(stated):
        code = 4326
    return f"EPSG:{code}" if code else None


def _chunk(table: pa.Table, columns: tuple[str, ...], *, start: int, shape: str | None) -> Chunk:
    shaped = shape in table.column_names
    fields = [name for name in table.column_names if name != shape]
    # GDAL puts its own row number first; it is not among the columns announced.
    arrays = [_as_text(table[name]) for name in fields[len(fields) - len(columns) + 2 * shaped :]]
    arrays += _points(wkb_of(table[shape])) if shaped else []
    cells = pa.table(dict(zip(columns, arrays, strict=True)))
    return Chunk(cells, np.arange(start, start + table.num_rows))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return pa.chunked_array([pa.array([""] * len(column), pa.string())])
    return pc.fill_null(pc.cast(column, pa.string()), "")


def wkb_of(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Turn a column of well-known binary into geometries.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Binary, null where a row has no geometry.

    Returns
    -------
    ndarray of shapely geometry or None, shape (n,)
        What cannot be read is None.
    """
    raw = np.array(column.to_pylist(), dtype=object)
    return np.asarray(shapely.from_wkb(raw, on_invalid="ignore"), dtype=object)


def _points(shapes: NDArray[np.object_]) -> list[pa.ChunkedArray]:
    kinds = shapely.get_type_id(shapes)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    texts = []
    for values in (shapely.get_x(shapes), shapely.get_y(shapes)):
        text = pc.cast(pa.array(values), pa.string())
        text = pc.if_else(pa.array((kinds == 0) & ~empty), text, pa.array(np.where(empty, "", "POLYGON")))
        texts.append(pa.chunked_array([text.cast(pa.string())]))
    return texts


def _unreadable(path: Path) -> FileUnreadable:
    return FileUnreadable(
        Text(f"Không đọc được tệp “{path.name}”.", f"The file “{path.name}” cannot be read."),
        Text(
            "Dùng CSV, XLSX, GeoJSON, GeoPackage, Shapefile hoặc Parquet.",
            "Use CSV, XLSX, GeoJSON, GeoPackage, Shapefile or Parquet.",
        ),
    )
