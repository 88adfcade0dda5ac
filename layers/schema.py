"""The column contract of each layer, and the one check that a frame keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from layers.errors import SchemaMismatch
from layers.geo import CRS_LONLAT
from layers.wording import Text

__all__ = ["Column", "GeometryKind", "Kind", "LayerSchema", "check", "empty"]


class Kind(StrEnum):
    """What a column holds; also its type in each store."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    DATE = "date"
    MOMENT = "moment"


class GeometryKind(StrEnum):
    """Which geometry a layer takes."""

    POINT = "point"
    AREA = "area"
    ANY = "any"


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
    data = {name: _typed(frame, name, kind) for name, kind in _kinds(schema).items()}
    checked = gpd.GeoDataFrame(data, geometry=frame.geometry.to_numpy(), crs=CRS_LONLAT)
    faults = _value_faults(checked, schema)
    if faults:
        raise _mismatch(faults)
    return checked


def _kinds(schema: LayerSchema) -> dict[str, Kind]:
    kinds = {"id": Kind.TEXT, "row_version": Kind.INTEGER}
    return kinds | {column.name: column.kind for column in schema.columns}


def _typed(frame: gpd.GeoDataFrame, name: str, kind: Kind) -> pd.Series:
    if name not in frame.columns:
        first = 1 if name == "row_version" else None
        return pd.Series([first] * len(frame), dtype=DTYPE[kind])
    values: pd.Series = frame[name].reset_index(drop=True)
    typed: pd.Series
    if kind is Kind.MOMENT:
        # Stores keep milliseconds, so a frame that was never stored must not carry more.
        typed = pd.to_datetime(values, utc=True).astype(DTYPE[kind]).dt.floor("ms")
    elif kind in {Kind.TEXT, Kind.DATE}:
        typed = _as_objects(values)
    else:
        typed = pd.to_numeric(values).astype(DTYPE[kind])
    return typed


def _as_objects(values: pd.Series) -> pd.Series:
    objects: pd.Series = values.astype(object)
    missing = values.isna()
    # Most columns lack nothing or everything, and replacing takes as long as all the rest.
    return objects.where(~missing, None) if missing.any() else objects


def _column_faults(frame: gpd.GeoDataFrame, schema: LayerSchema) -> list[str]:
    needed = ["id", *(column.name for column in schema.columns if column.required)]
    faults = [f"column {name} is missing" for name in needed if name not in frame.columns]
    unknown = sorted(set(frame.columns) - set(schema.names))
    faults += [f"column {name} is not in the contract" for name in unknown]
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        faults.append("geometry is not in EPSG:4326")
    return faults


def _value_faults(frame: gpd.GeoDataFrame, schema: LayerSchema) -> list[str]:
    needed = ["id", *(column.name for column in schema.columns if column.required)]
    faults = [f"column {name} has empty values" for name in needed if frame[name].isna().any()]
    if not frame["id"].is_unique:
        faults.append("an id is repeated")
    shapes = frame.geometry
    if schema.geometry_required and shapes.isna().any():
        faults.append("a geometry is missing")
    wanted = {GeometryKind.POINT: {0}, GeometryKind.AREA: {3, 6}}.get(schema.geometry)
    kinds = set(shapely.get_type_id(shapes.dropna().to_numpy()).tolist())
    if wanted and not kinds <= wanted:
        faults.append(f"geometry is not all of kind {schema.geometry}")
    return faults


def _mismatch(faults: list[str]) -> SchemaMismatch:
    listed = "; ".join(faults)
    return SchemaMismatch(
        Text(f"Dữ liệu không đúng khuôn dạng: {listed}.", f"The data break the column contract: {listed}.")
    )
