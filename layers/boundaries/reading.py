"""Reading a boundary file of any kind into one form, or refusing it in one clear sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.boundaries import columns, placing, refusals
from layers.boundaries.gazetteer_seats import match_seats
from layers.boundaries.opening import open_table
from layers.boundaries.placing import CrsFinding, Known
from layers.boundaries.report import DroppedValue
from layers.boundaries.text_encodings import UNSAID, TextEncoding, restore_case
from layers.boundaries.values import code_text, number, split_name
from layers.geo import CRS_LONLAT
from layers.wording import nfc

__all__ = ["SourceFile", "read_boundaries"]


@dataclass(frozen=True)
class SourceFile:
    """A boundary file as read, before mending and checking.

    Parameters
    ----------
    frame : GeoDataFrame
        In EPSG:4326, one row for each row of the file in its order, index from 0; the fields of
        `columns.FIELDS` that were found: texts in NFC (empty where absent), the type parted from
        the name into `unit_type`, numbers as float.
    file_name : str
        Name of the file without its folder.
    crs : str
        The coordinate system its positions were read in, such as ``EPSG:9211``.
    columns : dict of str to str
        Field -> column of the file.
    dropped_columns : tuple of str
        Columns of the file that were not taken in.
    dropped_values : tuple of DroppedValue
        Numbers that could not be read.
    finding : CrsFinding or None
        How well the coordinate system fits what is known; None for units not read from a file.
    encoding : TextEncoding
        How the texts were read.
    """

    frame: gpd.GeoDataFrame
    file_name: str
    crs: str
    columns: dict[str, str]
    dropped_columns: tuple[str, ...]
    dropped_values: tuple[DroppedValue, ...] = ()
    finding: CrsFinding | None = None
    encoding: TextEncoding = UNSAID

    @property
    def row_count(self) -> int:
        """Number of rows in the file."""
        return len(self.frame)


def read_boundaries(
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    crs: int | None = None,
    encoding: str | None = None,
    known: gpd.GeoDataFrame | None = None,
) -> SourceFile:
    """Read a file of units.

    Parameters
    ----------
    path : str or Path
        GeoJSON, GeoPackage, FlatGeobuf, Shapefile (also in a zip archive), TAB, KML or GML.
    mapping : mapping of str to str, optional
        Field -> column of the file, over what is guessed from the header.
    crs : int, optional
        EPSG code that the positions are in, over what the file says.
    encoding : str, optional
        Encoding of the texts of a shapefile or TAB; None or ``auto`` to find out.
    known : GeoDataFrame, optional
        Units already loaded, EPSG:4326: their borders prove or disprove the file's system.

    Returns
    -------
    SourceFile
        Every row of the file, in EPSG:4326.

    Raises
    ------
    FileMissing, FileUnreadable, EmptyInput, GeometryWrong, SchemaMismatch
        When there is nothing that can be used.
    CrsMissing, CrsWrong, AxesSwapped
        When the positions cannot be trusted.
    InvalidParameter
        When `mapping`, `crs` or `encoding` is not understood.
    """
    file = Path(path)
    raw, texts = open_table(file, encoding)
    if not isinstance(raw, gpd.GeoDataFrame):
        raise refusals.not_spatial(str(file))
    if raw.empty:
        raise refusals.no_units(str(file))
    _require_areas(raw, str(file))
    headers = [str(header) for header in raw.columns if header != raw.geometry.name]
    chosen = _choose(raw, columns.candidates(headers, mapping or {}))
    columns.require(chosen, headers)
    table, dropped_values = _tidy(raw, chosen)
    seats = match_seats(table["code"].to_list(), table["name"].to_list())
    if texts.used == "tcvn3":
        table["name"] = restore_case(table["name"].to_list(), [seat.name if seat else None for seat in seats])
    borders = None if known is None else known.geometry.to_numpy()
    where = Known(table["code"].to_list(), table["name"].to_list(), borders)
    placed, finding = placing.settle(raw, crs, known=where, file=str(file))
    frame = gpd.GeoDataFrame(table, geometry=placed.geometry.to_numpy(), crs=CRS_LONLAT)
    dropped = tuple(header for header in headers if header not in set(chosen.values()))
    return SourceFile(
        frame, file.name, finding.used, chosen, dropped,
        dropped_values=tuple(dropped_values), finding=finding, encoding=texts,
    )  # fmt: skip


def _require_areas(raw: gpd.GeoDataFrame, file: str) -> None:
    shapes = raw.geometry.to_numpy()
    if not (shapely.get_dimensions(shapes) == 2).any():
        kinds = sorted({shape.geom_type for shape in shapes if shape is not None})
        raise refusals.geometry_wrong(file, kinds)


def _choose(raw: gpd.GeoDataFrame, found: Mapping[str, list[str]]) -> dict[str, str]:
    # KML brings an empty Name of its own beside the file's: the first column with values is meant.
    return {
        field: next((header for header in headers if raw[header].notna().any()), headers[0])
        for field, headers in found.items()
    }


def _tidy(raw: gpd.GeoDataFrame, chosen: Mapping[str, str]) -> tuple[pd.DataFrame, list[DroppedValue]]:
    dropped: list[DroppedValue] = []
    data: dict[str, object] = {}
    for field, header in chosen.items():
        values = raw[header].to_list()
        if field in {"population", "area_km2_published"}:
            data[field] = _numbers(values, field, dropped)
        elif field in {"code", "parent"}:
            data[field] = [code_text(value) for value in values]
        else:
            data[field] = ["" if pd.isna(value) else nfc(str(value)) for value in values]
    frame = pd.DataFrame(data, dtype=object)
    types = frame["unit_type"] if "unit_type" in frame.columns else [""] * len(frame)
    parted = [split_name(name, kind) for name, kind in zip(frame["name"], types, strict=True)]
    frame["name"] = pd.Series([name for name, _kind in parted], dtype=object)
    frame["unit_type"] = pd.Series([kind for _name, kind in parted], dtype=object)
    for field in {"population", "area_km2_published"} & set(frame.columns):
        frame[field] = frame[field].astype(float)
    return frame, dropped


def _numbers(values: list[Any], field: str, dropped: list[DroppedValue]) -> list[float]:
    read = []
    for row, value in enumerate(values, start=1):
        figure = None if pd.isna(value) else number(value, whole=field == "population")
        if figure is None and not pd.isna(value) and str(value).strip():
            dropped.append(DroppedValue(row, field, str(value)))
        read.append(np.nan if figure is None else figure)
    return read
