"""Rows between frames and PostgreSQL: the text of COPY, values of an update, columns read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from psycopg import sql

from layers.catalog import Layer
from layers.errors import SchemaMismatch
from layers.geo import CRS_LONLAT
from layers.schema import DTYPE, GeometryKind, Kind
from layers.store.base import Query
from layers.wording import Text

__all__ = ["as_frame", "as_kept", "columns_as_text", "copy_blocks", "kinds_of", "selected"]

_BLOCK_ROWS = 50_000
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_ODD = "[\\\\\t\n\r]"
_GEOGRAPHY = 4326
# A point in EWKB: little-endian, kind 1 with a system, system 4326; then x and y.
_POINT_HEAD = b"0101000020E6100000"
_HEX_OF_BYTE = np.frombuffer(b"".join(b"%02X" % byte for byte in range(256)), dtype=np.uint8).reshape(256, 2)


def kinds_of(layer: Layer) -> dict[str, Kind]:
    """Name the columns of a layer with what they hold, without geometry.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    dict of str to Kind
        In their order.
    """
    kinds = {"id": Kind.TEXT, "row_version": Kind.INTEGER}
    return kinds | {column.name: column.kind for column in layer.schema.columns}


def copy_blocks(layer: Layer, frame: gpd.GeoDataFrame) -> Iterator[bytes]:
    r"""Write a frame in the text format of COPY, columns as in the schema, geometry last.

    Parameters
    ----------
    layer : Layer
        The layer.
    frame : GeoDataFrame
        Rows that keep its schema.

    Yields
    ------
    bytes
        Whole lines; ``\N`` where there is no value.

    Raises
    ------
    SchemaMismatch
        When a text cannot be kept: a NUL, or half of a character.
    """
    for start in range(0, len(frame), _BLOCK_ROWS):
        part = frame.iloc[start : start + _BLOCK_ROWS]
        texts = [_escaped(_texts(part[name], name, kind)) for name, kind in kinds_of(layer).items()]
        texts.append(_shapes(part.geometry.to_numpy(), layer))
        joined = pc.binary_join_element_wise(*texts, "\t", null_handling="replace", null_replacement="\\N")
        # The lines lie one behind the other in one buffer, so it is the block as it is sent.
        lines = pc.binary_join_element_wise(joined, pa.scalar("\n"), "")
        yield _buffer(lines)


def _buffer(lines: pa.StringArray) -> bytes:
    data = lines.buffers()[2]
    if data is None:
        return b""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32, count=len(lines) + 1, offset=lines.offset * 4)
    return bytes(memoryview(data)[int(offsets[0]) : int(offsets[-1])])


def _texts(column: pd.Series, name: str, kind: Kind) -> pa.Array:
    if kind is Kind.MOMENT:
        # Without a zone, which the session reads as UTC: writing the zone takes Arrow twenty times as long.
        return pa.Array.from_pandas(column).cast(pa.timestamp("ms")).cast(pa.string())
    if kind not in {Kind.TEXT, Kind.DATE}:
        return pa.Array.from_pandas(column).cast(pa.string())
    try:
        texts = pa.array(column, type=pa.string(), from_pandas=True)
    except (UnicodeEncodeError, pa.ArrowInvalid, pa.ArrowTypeError) as problem:
        raise _unkeepable(name) from problem
    if pc.any(pc.match_substring(texts, "\0")).as_py():
        raise _unkeepable(name)
    return texts


def _escaped(texts: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(texts, _ODD)).as_py():
        return texts
    for plain, escaped in _ESCAPES:
        texts = pc.replace_substring(texts, plain, escaped)
    return texts


def _shapes(shapes: NDArray[np.object_], layer: Layer) -> pa.Array:
    placed = ~shapely.is_missing(shapes)
    if layer.schema.geometry is GeometryKind.POINT and not shapely.is_empty(shapes).any():
        places = np.where(placed, np.cumsum(placed) - 1, 0)
        return _point_hex(shapes[placed]).take(pa.array(places, mask=~placed))
    return pa.array(_hex(shapes, layer), type=pa.string(), from_pandas=True)


def _point_hex(points: NDArray[np.object_]) -> pa.Array:
    # Five times as quick as the general way, and most rows of a city are points.
    coordinates = np.ascontiguousarray(shapely.get_coordinates(points), dtype="<f8")
    text = np.empty((len(points), len(_POINT_HEAD) + 32), dtype=np.uint8)
    text[:, : len(_POINT_HEAD)] = np.frombuffer(_POINT_HEAD, dtype=np.uint8)
    text[:, len(_POINT_HEAD) :] = _HEX_OF_BYTE[coordinates.view(np.uint8).reshape(-1, 16)].reshape(-1, 32)
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(text.shape[1]), len(text), [None, pa.py_buffer(text)])
    return fixed.cast(pa.binary()).cast(pa.string())


def _hex(shapes: NDArray[np.object_], layer: Layer) -> NDArray[np.object_]:
    if layer.schema.geometry is GeometryKind.AREA:
        shapes = np.array([_as_many(shape) for shape in shapes], dtype=object)
    flat = shapely.set_srid(shapely.force_2d(shapes), _GEOGRAPHY)
    written: NDArray[np.object_] = shapely.to_wkb(flat, hex=True, include_srid=True)
    return written


def _as_many(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    # The column holds multipolygons, as QGIS wants one kind in a layer.
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape


def columns_as_text(layer: Layer, frame: gpd.GeoDataFrame, names: Sequence[str]) -> dict[str, list[str | None]]:
    """Write columns of a frame as PostgreSQL reads each of their values.

    Parameters
    ----------
    layer : Layer
        The layer.
    frame : GeoDataFrame
        Rows that keep its schema.
    names : sequence of str
        Columns wanted; ``geometry`` becomes ``geom``.

    Returns
    -------
    dict of str to list
        Column of the table -> its texts, None where there is no value.

    Raises
    ------
    SchemaMismatch
        When a text cannot be kept.
    """
    kinds = kinds_of(layer)
    texts = {name: _texts(frame[name], name, kinds[name]).to_pylist() for name in names if name != "geometry"}
    if "geometry" in names:
        texts["geom"] = _hex(frame.geometry.to_numpy(), layer).tolist()
    return texts


def selected(layer: Layer, query: Query) -> tuple[list[str], sql.Composable]:
    """Choose the columns a query wants, in forms that are quick to turn into arrays.

    Parameters
    ----------
    layer : Layer
        The layer.
    query : Query
        Which columns.

    Returns
    -------
    tuple of list and psycopg.sql.Composable
        Names wanted, without geometry, and the list to select, geometry last.
    """
    wanted = {"id", *query.columns}
    kinds = {name: kind for name, kind in kinds_of(layer).items() if not query.columns or name in wanted}
    parts: list[sql.Composable] = [_read_form(name, kind) for name, kind in kinds.items()]
    parts.append(sql.SQL("ST_AsBinary(geom)" if query.geometry else "NULL::bytea"))
    return list(kinds), sql.SQL(", ").join(parts)


def _read_form(name: str, kind: Kind) -> sql.Composable:
    column = sql.Identifier(name)
    if kind is Kind.DATE:
        return sql.SQL("to_char({}, 'YYYY-MM-DD')").format(column)
    if kind is Kind.MOMENT:
        return sql.SQL("(extract(epoch FROM {}) * 1000)::bigint").format(column)
    return column


def as_frame(layer: Layer, names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> gpd.GeoDataFrame:
    """Make a frame of rows read with `selected`.

    Parameters
    ----------
    layer : Layer
        The layer.
    names : sequence of str
        Columns read, without geometry.
    rows : sequence of tuple
        Their values, the geometry as WKB last.

    Returns
    -------
    GeoDataFrame
        EPSG:4326, with the types of the layer's contract.
    """
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in range(len(names) + 1)]
    kinds = kinds_of(layer)
    data = {name: _series(columns[place], kinds[name]) for place, name in enumerate(names)}
    shapes = shapely.from_wkb(np.array(columns[-1], dtype=object)) if rows else []
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=CRS_LONLAT))


def _series(values: Sequence[object], kind: Kind) -> pd.Series:
    if kind is not Kind.MOMENT:
        return pd.Series(list(values), dtype=DTYPE[kind])
    missing = np.iinfo(np.int64).min
    stamps = np.array([missing if value is None else value for value in values], dtype=np.int64)
    moments: pd.Series = pd.Series(stamps.view("datetime64[ms]")).dt.tz_localize("UTC").astype(DTYPE[kind])
    return moments


def as_kept(layer: Layer | None, values: Mapping[str, object] | None) -> dict[str, object] | None:
    """Bring the values of a history entry to the form every back-end gives them.

    Parameters
    ----------
    layer : Layer or None
        The layer; None when it is no longer declared.
    values : mapping or None
        As PostgreSQL keeps them in JSON.

    Returns
    -------
    dict or None
        Moments as ISO text with milliseconds and ``Z``, geometry as WKT.
    """
    if values is None:
        return None
    kinds = kinds_of(layer) if layer else {}
    known = [name for name in kinds if name in values]
    others = sorted(set(values) - {*known, "geometry"})
    kept = {name: _kept(values[name], kinds.get(name, Kind.TEXT)) for name in (*known, *others)}
    shape = values.get("geometry")
    return kept | {"geometry": None if shape is None else _wkt(str(shape))}


def _wkt(text: str) -> str:
    # The shortest digits that give the same numbers back.
    written: str = shapely.to_wkt(shapely.from_wkt(text), rounding_precision=-1, trim=True)
    return written


def _kept(value: object, kind: Kind) -> object:
    if value is None:
        return None
    if kind is Kind.MOMENT:
        moment = dt.datetime.fromisoformat(str(value)).astimezone(dt.UTC)
        return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    return float(str(value)) if kind is Kind.REAL else value


def _unkeepable(name: str) -> SchemaMismatch:
    return SchemaMismatch(
        Text(f"Cột “{name}” có giá trị không lưu được (ký tự NUL, ký tự dở dang, hoặc sai kiểu).",
             f"Column “{name}” has a value that cannot be kept (a NUL, half of a character, or another type)."),
        Text("Xóa hoặc sửa giá trị đó rồi làm lại.", "Remove or correct the value, then try again."),
    )  # fmt: skip
