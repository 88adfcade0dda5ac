"""From a file of models or cameras to a frame of their layer.

Which columns there are, what they hold and what is needed comes from the layer's declaration,
so another point layer needs nothing here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from layers.catalog import Layer
from layers.errors import EmptyInput, SchemaMismatch
from layers.geo import CRS_LONLAT, VIETNAM, Bounds
from layers.incidents.columns import PLACE_WORDINGS, dropped, guess_mapping, with_overrides
from layers.incidents.features import GEOMETRY_X, GEOMETRY_Y
from layers.incidents.reading import open_table
from layers.incidents.tables import Chunk, Table
from layers.incidents.times import check_timezone
from layers.incidents.values import mask_personal
from layers.records import new_ids
from layers.safezones.cells import Faults, column_values
from layers.safezones.shapes import shape_faults, shapes_of
from layers.schema import check
from layers.wording import Text, slug

__all__ = ["FeatureOptions", "FeatureResult", "ingest_features"]

_ALSO_KNOWN_AS = {
    "kind": ("loai", "mo_hinh", "ten_mo_hinh", "type"),
    "name": ("ten_goi", "ten_camera", "dia_diem"),
    "established_on": ("ngay_thanh_lap", "established", "nam_thanh_lap"),
    "status": ("tinh_trang", "hoat_dong"),
    "households": ("ho", "so_ho_dan", "ho_gia_dinh"),
    "members": ("so_thanh_vien", "nguoi_tham_gia"),
    "review_due": ("ngay_ra_soat",),
    "azimuth_deg": ("azimuth", "huong", "phuong_vi"),
    "field_of_view_deg": ("fov", "goc_nhin"),
    "range_m": ("range", "tam_nhin", "cu_ly"),
    "last_heard_at": ("last_heard", "cap_nhat"),
    "people": ("dan_so", "so_dan", "population", "nhan_khau"),
}


@dataclass(frozen=True)
class FeatureOptions:
    """How a file of models or cameras is to be understood.

    Parameters
    ----------
    timezone : str
        IANA name of the zone of moments that state none.
    now : datetime
        The moment of the import, with its zone.
    mapping : mapping of str to str
        Field -> column, where the columns cannot be guessed.
    epsg : int or None
        Coordinate system; None for the file's own, or longitude and latitude in a table.
    region : Bounds or None
        Degrees; a place outside is set aside. None takes the whole Earth.
    kind : str or None
        The kind of every model of a file that has no column for it.

    Raises
    ------
    InvalidParameter
        When there is no such time zone.
    """

    timezone: str
    now: dt.datetime
    mapping: Mapping[str, str] = field(default_factory=dict)
    epsg: int | None = None
    region: Bounds | None = VIETNAM
    kind: str | None = None

    def __post_init__(self) -> None:
        check_timezone(self.timezone)


@dataclass(frozen=True)
class FeatureResult:
    """What became of a file.

    Parameters
    ----------
    frame : GeoDataFrame
        Rows that keep the layer's schema.
    rejected : DataFrame
        Columns ``row`` (row in the file), ``reasons`` (list of codes of `incidents.reasons.REASONS`)
        and ``raw`` (field -> cell, personal numbers masked).
    mapping : dict of str to str
        Field -> column, as used.
    dropped_columns : tuple of str
        Columns of the file that did not enter.
    """

    frame: gpd.GeoDataFrame
    rejected: pd.DataFrame
    mapping: dict[str, str]
    dropped_columns: tuple[str, ...]


def ingest_features(path: Path, layer: Layer, options: FeatureOptions, *, rng: np.random.Generator) -> FeatureResult:
    """Read and check a file of models, cameras or another layer of symbols.

    Parameters
    ----------
    path : Path
        GeoJSON, GeoPackage, Shapefile, CSV, XLSX or Parquet.
    layer : Layer
        The layer that the rows are meant for.
    options : FeatureOptions
        How they are understood.
    rng : numpy.random.Generator
        Source of the random bits of ids.

    Returns
    -------
    FeatureResult
        Accepted and rejected rows; every row of the file is one or the other.

    Raises
    ------
    FileMissing, FileUnreadable, EmptyInput
        When the file cannot be read.
    InvalidParameter
        When the mapping or the coordinate system is not usable.
    SchemaMismatch
        When a column that is needed is not in the file.
    CrsMissing, CrsWrong, AxesSwapped, NoCoordinates
        When the places of the whole file cannot be right.
    """
    table = open_table(path)
    mapping = _mapping(table, layer, options)
    chunk = _whole(table)
    faults = Faults(len(chunk.numbers))
    values = {
        column.name: column_values(column, chunk, mapping, faults=faults, options=options)
        for column in layer.schema.columns
        if column.name in mapping or (column.name == "kind" and options.kind)
    }
    shapes = shapes_of(table, chunk, mapping, options=options, faults=faults)
    shape_faults(shapes, layer.schema, faults, region=options.region)
    kept = ~faults.any()
    frame = _frame({name: column[kept] for name, column in values.items()}, shapes[kept], options=options, rng=rng)
    left_out = [name for name in dropped(table.columns, mapping) if name not in {GEOMETRY_X, GEOMETRY_Y}]
    return FeatureResult(check(frame, layer.schema), _rejected(chunk, mapping, faults), mapping, tuple(left_out))


def _mapping(table: Table, layer: Layer, options: FeatureOptions) -> dict[str, str]:
    wordings: dict[str, tuple[str, ...]] = {
        column.name: (column.name, slug(column.title.vi), slug(column.title.en), *_ALSO_KNOWN_AS.get(column.name, ()))
        for column in layer.schema.columns
    }
    if GEOMETRY_X not in table.columns:
        wordings |= PLACE_WORDINGS
    guessed = guess_mapping(table.columns, wordings)
    mapping = with_overrides(guessed, options.mapping, table.columns, fields=tuple(wordings))
    said = {*mapping, *({"kind"} if options.kind else ())}
    missing = [column for column in layer.schema.columns if column.required and column.name not in said]
    if missing:
        vi = ", ".join(column.title.vi for column in missing)
        names = ", ".join(column.name for column in missing)
        raise SchemaMismatch(
            Text(f"Tệp thiếu cột: {vi} ({names}).", f"The file lacks columns: {names}."),
            Text(f"Chỉ ra cột bằng --map {missing[0].name}=CỘT.", f"Name it with --map {missing[0].name}=COLUMN."),
        )
    return mapping


def _whole(table: Table) -> Chunk:
    chunks = list(table.chunks())
    if not chunks:
        raise EmptyInput(
            Text(f"Tệp “{table.path.name}” không có dòng nào.", f"The file “{table.path.name}” holds no row.")
        )
    return Chunk(
        cells=pa.concat_tables([chunk.cells for chunk in chunks]),
        numbers=np.concatenate([chunk.numbers for chunk in chunks]),
        malformed=tuple(lame for chunk in chunks for lame in chunk.malformed),
    )


def _frame(
    values: dict[str, NDArray[np.object_]],
    shapes: NDArray[np.object_],
    *,
    options: FeatureOptions,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    data = {name: pd.Series(column, dtype=object) for name, column in values.items()}
    data["id"] = pd.Series(new_ids(len(shapes), now=options.now, rng=rng), dtype=object)
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=gpd.GeoSeries(shapes, crs=CRS_LONLAT))


def _rejected(chunk: Chunk, mapping: Mapping[str, str], faults: Faults) -> pd.DataFrame:
    texts = chunk.frame
    rows: list[tuple[int, list[str], Mapping[str, str]]] = [
        (
            int(chunk.numbers[position]),
            faults.of(int(position)),
            dict(zip(chunk.cells.column_names, texts.iloc[position], strict=True)),
        )
        for position in np.flatnonzero(faults.any())
    ]
    rows += [(lame.row, ["wrong_field_count"], lame.values) for lame in chunk.malformed]
    raws = [{name: mask_personal(cells.get(column, "")) for name, column in mapping.items()} for _, _, cells in rows]
    return pd.DataFrame(
        {
            "row": pd.Series([row for row, _, _ in rows], dtype="int64"),
            "reasons": pd.Series([reasons for _, reasons, _ in rows], dtype=object),
            "raw": pd.Series(raws, dtype=object),
        }
    ).sort_values("row", ignore_index=True)
