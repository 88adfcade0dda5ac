"""The column contract of each layer, and the one check that a frame keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.errors import SchemaMismatch
from layers.geo import CRS_LONLAT
from layers.wording import Text

__all__ = ["Column", "GeometryKind", "Kind", "Layer", "LayerSchema", "assemble", "check", "column", "empty"]


class Kind(StrEnum):
    """What a column holds; also its type in each store."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    DATE = "date"
    MOMENT = "moment"


class GeometryKind(StrEnum):
    """Which geometry a layer takes; `NONE` is a book, a table without places."""

    POINT = "point"
    AREA = "area"
    ANY = "any"
    NONE = "none"


# The frame's dtype for each kind. A date is kept as ISO text so that every store orders it alike.
DTYPE: dict[Kind, Any] = {
    Kind.TEXT: "object",
    Kind.INTEGER: "Int64",
    Kind.REAL: "float64",
    Kind.DATE: "object",
    Kind.MOMENT: "datetime64[us, UTC]",
}


@dataclass(frozen=True)
class Column:
    """One column of a layer.

    Parameters
    ----------
    name : str
        Its name in frames and stores.
    kind : Kind
        What it holds.
    title : Text
        Its name for people.
    required : bool
        Whether a row without a value is refused.
    """

    name: str
    kind: Kind
    title: Text
    required: bool = False


@dataclass(frozen=True)
class LayerSchema:
    """The columns and the geometry of one layer.

    Parameters
    ----------
    columns : tuple of Column
        In their order in frames and stores; `id` and `row_version` come before them everywhere.
    geometry : GeometryKind
        Which geometry is taken.
    geometry_required : bool
        Whether a row without a place is refused.
    """

    columns: tuple[Column, ...]
    geometry: GeometryKind
    geometry_required: bool = False

    @property
    def names(self) -> list[str]:
        """Column names in order, geometry last, as every frame has them."""
        return ["id", "row_version", *(column.name for column in self.columns), "geometry"]


@dataclass(frozen=True)
class Layer:
    """One layer of the map.

    Parameters
    ----------
    key : str
        Its name in stores, addresses and files.
    title : Text
        Its name for people.
    schema : LayerSchema
        Its column contract.
    time_column : str or None
        The column that a period filters, None where the layer has no time.
    style : str
        How it is drawn: ``area``, ``incident``, ``symbol``, or ``book`` for a table without places.
    """

    key: str
    title: Text
    schema: LayerSchema
    time_column: str | None
    style: str


def column(name: str, kind: Kind, *title: str, required: bool = False) -> Column:
    """Declare a column.

    Parameters
    ----------
    name : str
        Its name in frames and stores.
    kind : Kind
        What it holds.
    *title : str
        Its name for people, Vietnamese and English.
    required : bool
        Whether a row without a value is refused.

    Returns
    -------
    Column
        The declaration.
    """
    return Column(name, kind, Text(*title), required)


def empty(schema: LayerSchema) -> gpd.GeoDataFrame:
    """Make a frame of the schema without rows.

    Parameters
    ----------
    schema : LayerSchema
        The contract.

    Returns
    -------
    GeoDataFrame
        No rows, EPSG:4326.
    """
    data: dict[str, pd.Series] = {
        "id": pd.Series([], dtype=object),
        "row_version": pd.Series([], dtype="Int64"),
    }
    data |= {column.name: pd.Series([], dtype=DTYPE[column.kind]) for column in schema.columns}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries([], crs=CRS_LONLAT))


def assemble(columns: Mapping[str, pd.Series], shapes: NDArray[np.object_], schema: LayerSchema) -> gpd.GeoDataFrame:
    """Make a frame of columns that have the types of the contract already; their values are not looked at.

    Parameters
    ----------
    columns : mapping of str to Series, length n
        With index 0…n-1 and the types of `DTYPE`, a missing text being None; those left out become
        empty, `row_version` 1.
    shapes : ndarray of shapely geometries or None, shape (n,)
        In EPSG:4326.
    schema : LayerSchema
        The contract.

    Returns
    -------
    GeoDataFrame
        Columns in the contract's order.
    """
    given = {
        name: columns[name] if name in columns else _filled(name, kind, len(shapes))
        for name, kind in _kinds(schema).items()
    }
    return gpd.GeoDataFrame(pd.DataFrame(given, copy=False), geometry=shapes, crs=CRS_LONLAT)


def check(frame: gpd.GeoDataFrame, schema: LayerSchema) -> gpd.GeoDataFrame:
    """Bring a frame to its contract or refuse it.

    Columns are put in order, missing optional ones are added empty, `row_version` starts
    at 1, types are set, moments become UTC.

    Parameters
    ----------
    frame : GeoDataFrame
        In EPSG:4326, with an `id` column.
    schema : LayerSchema
        The contract.

    Returns
    -------
    GeoDataFrame
        A new frame that keeps the contract, index 0…n-1.

    Raises
    ------
    SchemaMismatch
        When a needed column or value is missing, an id is repeated, a column is unknown,
        or the geometry is of another kind or system.
    """
    faults = _column_faults(frame, schema)
    if faults:
        raise _mismatch(faults)
    typed, gaps = {}, set()
    for name, kind in _kinds(schema).items():
        typed[name], gappy = _typed(frame, name, kind)
        if gappy:
            gaps.add(name)
    shapes = frame.geometry.to_numpy()
    faults = [f"column {name} has empty values" for name in _needed(schema) if name in gaps]
    if not faults and not _all_differ(typed["id"]):
        faults.append("an id is repeated")
    faults += _shape_faults(shapes, schema)
    if faults:
        raise _mismatch(faults)
    return gpd.GeoDataFrame(pd.DataFrame(typed, copy=False), geometry=shapes, crs=CRS_LONLAT)


def _needed(schema: LayerSchema) -> list[str]:
    return ["id", *(column.name for column in schema.columns if column.required)]


def _kinds(schema: LayerSchema) -> dict[str, Kind]:
    kinds = {"id": Kind.TEXT, "row_version": Kind.INTEGER}
    return kinds | {column.name: column.kind for column in schema.columns}


def _typed(frame: gpd.GeoDataFrame, name: str, kind: Kind) -> tuple[pd.Series, bool]:
    """Give a column its type, and say whether values are missing."""
    if name not in frame.columns:
        return _filled(name, kind, len(frame)), name != "row_version"
    values: pd.Series = frame[name].reset_index(drop=True)
    if kind in {Kind.TEXT, Kind.DATE}:
        return _as_objects(values)
    typed: pd.Series
    if kind is Kind.MOMENT:
        typed = pd.to_datetime(values, utc=True).astype(DTYPE[kind])
        # Stores keep milliseconds, so a frame that was never stored must not carry more.
        micros = typed.array.asi8[typed.notna().to_numpy()]
        if (micros % 1000).any():
            typed = typed.dt.floor("ms")
    else:
        typed = pd.to_numeric(values).astype(DTYPE[kind])
    return typed, bool(typed.isna().any())


def _filled(name: str, kind: Kind, count: int) -> pd.Series:
    filled: pd.Series = pd.Series(np.full(count, 1 if name == "row_version" else None, dtype=object), dtype=DTYPE[kind])
    return filled


def _as_objects(values: pd.Series) -> tuple[pd.Series, bool]:
    objects: pd.Series = values if values.dtype == object else values.astype(object)
    # Asking whether all are texts takes a fifth of the time of asking of each whether it is missing.
    if pd.api.types.infer_dtype(objects, skipna=False) == "string":
        return objects, False
    missing = values.isna()
    if not missing.any():
        return objects, False
    # Most columns lack nothing or everything, and replacing takes as long as all the rest.
    return objects.where(~missing, None), True


def _all_differ(ids: pd.Series) -> bool:
    values = ids.to_numpy()
    # New ids come in growing order, which is seen three times as fast.
    texts = pd.api.types.infer_dtype(ids, skipna=False) == "string"
    return (texts and bool((values[1:] > values[:-1]).all())) or bool(ids.is_unique)


def _column_faults(frame: gpd.GeoDataFrame, schema: LayerSchema) -> list[str]:
    faults = [f"column {name} is missing" for name in _needed(schema) if name not in frame.columns]
    unknown = sorted(set(frame.columns) - set(schema.names))
    faults += [f"column {name} is not in the contract" for name in unknown]
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        faults.append("geometry is not in EPSG:4326")
    return faults


def _shape_faults(shapes: NDArray[np.object_], schema: LayerSchema) -> list[str]:
    kinds = set(np.unique(shapely.get_type_id(shapes)).tolist())
    # What is no geometry at all is numbered -1.
    faults = ["a geometry is missing"] if schema.geometry_required and -1 in kinds else []
    wanted = {GeometryKind.POINT: {0}, GeometryKind.AREA: {3, 6}, GeometryKind.NONE: set()}.get(schema.geometry)
    if wanted is not None and not kinds - {-1} <= wanted:
        faults.append(f"geometry is not all of kind {schema.geometry}")
    return faults


def _mismatch(faults: list[str]) -> SchemaMismatch:
    listed = "; ".join(faults)
    return SchemaMismatch(
        Text(f"Dữ liệu không đúng khuôn dạng: {listed}.", f"The data break the column contract: {listed}.")
    )
