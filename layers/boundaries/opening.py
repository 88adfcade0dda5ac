"""Opening a file of any spatial kind: archives, layers and encodings, with GDAL's own noise kept in."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from layers.boundaries import refusals, text_encodings
from layers.boundaries.text_encodings import BYTES_AS_TEXT as _BYTES_AS_TEXT
from layers.boundaries.text_encodings import TextEncoding

__all__ = ["open_table"]

_DRAWINGS = {".dwg", ".dgn", ".dxf"}
# A virtual file (VRT) can point anywhere, tables have no shape: only real formats are let in.
_DRIVERS = {
    "ESRI Shapefile", "ESRIJSON", "FlatGeobuf", "GML", "GPKG", "GeoJSON", "GeoJSONSeq", "KML", "LIBKML",
    "MapInfo File", "OpenFileGDB", "Parquet", "SQLite", "TopoJSON",
}  # fmt: skip
_IN_ARCHIVE = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".tab", ".mif", ".kml", ".gml")
_AREAL = ("Polygon", "Surface", "Unknown", "Geometry")
_FAILURES = (
    DataSourceError, DataLayerError, FeatureError, FieldError, CRSError, GeometryError,
    shapely.errors.GEOSException, IndexError, OSError,
)  # fmt: skip


def open_table(file: Path, encoding: str | None = None) -> tuple[pd.DataFrame, TextEncoding]:
    """Read the one polygon layer of a file as it is.

    Parameters
    ----------
    file : Path
        A file of a spatial format, or a zip archive that holds one.
    encoding : str, optional
        Encoding of the texts of a shapefile or TAB, ``tcvn3`` among them; None or ``auto`` to find
        out: what the file says, else the one that makes the best Vietnamese.

    Returns
    -------
    tuple of GeoDataFrame and TextEncoding
        Rows and columns of the file, a plain DataFrame when the layer has no geometry; and how its
        texts were read.

    Raises
    ------
    FileMissing, FileUnreadable, EmptyInput
        When there is nothing to read.
    InvalidParameter
        When the encoding is not known.
    """
    address = _address(file)
    # Without this option GDAL leaves a file of its own beside a GML file.
    options: dict[str, Any] = {"WRITE_GFS": "NO"} if address.lower().endswith(".gml") else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            layer = None if options else _layer(file, address)
            info = pyogrio.read_info(address, layer=layer, **options)
            if info["driver"] not in _DRIVERS:
                raise refusals.not_spatial(str(file))
            told = None if not encoding or encoding.lower() == "auto" else encoding
            as_bytes = _holds_bytes(info, told)
            options |= {"layer": layer, "on_invalid": "fix", "encoding": _BYTES_AS_TEXT if as_bytes else None}
            raw: pd.DataFrame = pyogrio.read_dataframe(address, **options)
            return text_encodings.decode(raw, told if as_bytes else None, as_bytes=as_bytes, file=str(file))
        except UnicodeError:
            raise refusals.encoding_wrong(str(file), encoding or "utf-8") from None
        except _FAILURES:
            raise refusals.not_spatial(str(file)) from None


def _address(file: Path) -> str:
    if not file.exists():
        raise refusals.file_missing(str(file))
    suffix = file.suffix.lower()
    if suffix in _DRAWINGS:
        raise refusals.drawing(str(file))
    if file.is_file() and file.stat().st_size == 0:
        raise refusals.no_units(str(file))
    if suffix == ".shp":
        _require_companions(file)
    return _inside_archive(file) if suffix in {".zip", ".kmz"} else str(file.resolve())


def _require_companions(file: Path) -> None:
    beside = {other.suffix.lower() for other in file.parent.glob(f"{file.stem}.*")}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in beside]
    if missing:
        raise refusals.shapefile_incomplete(str(file), missing)


def _inside_archive(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise refusals.not_spatial(str(file)) from None
    for suffix in _IN_ARCHIVE:
        inside = [name for name in names if name.lower().endswith(suffix) and not name.startswith("__MACOSX")]
        if len(inside) > 1:
            raise refusals.several_layers(str(file), inside)
        if inside:
            return f"/vsizip/{{{file.resolve()}}}/{inside[0]}"
    raise refusals.not_spatial(str(file))


def _layer(file: Path, address: str) -> str | None:
    layers = [(str(name), kind) for name, kind in pyogrio.list_layers(address) if kind is not None]
    areal = [name for name, kind in layers if any(word in str(kind) for word in _AREAL)]
    if len(areal) > 1:
        raise refusals.several_layers(str(file), areal)
    return next(iter([*areal, *(name for name, _kind in layers)]), None)


def _holds_bytes(info: Mapping[str, Any], told: str | None) -> bool:
    """Say whether texts are read byte by byte: their encoding is left open by the format, or named by the user."""
    if info["driver"] not in {"ESRI Shapefile", "MapInfo File"}:
        return False
    return told is not None or info["encoding"] == _BYTES_AS_TEXT
