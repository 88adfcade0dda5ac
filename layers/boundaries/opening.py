"""Opening a file of any spatial kind: archives, layers and encodings, with GDAL's own noise kept in."""

from __future__ import annotations

import codecs
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from layers.boundaries import refusals

__all__ = ["open_table"]

_DRAWINGS = {".dwg", ".dgn", ".dxf"}
# A virtual file (VRT) can point anywhere, tables have no shape: only real formats are let in.
_DRIVERS = {
    "ESRI Shapefile", "ESRIJSON", "FlatGeobuf", "GML", "GPKG", "GeoJSON", "GeoJSONSeq", "KML", "LIBKML",
    "MapInfo File", "OpenFileGDB", "Parquet", "SQLite", "TopoJSON",
}  # fmt: skip
_IN_ARCHIVE = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".tab", ".mif", ".kml", ".gml")
_AREAL = ("Polygon", "Surface", "Unknown", "Geometry")
# One byte for one character, so the bytes can be had back and read in another encoding.
_BYTES_AS_TEXT = "ISO-8859-1"
_FAILURES = (
    DataSourceError, DataLayerError, FeatureError, FieldError, CRSError, GeometryError,
    shapely.errors.GEOSException, IndexError, OSError,
)  # fmt: skip


def open_table(file: Path, encoding: str | None = None) -> pd.DataFrame:
    """Read the one polygon layer of a file as it is.

    Parameters
    ----------
    file : Path
        A file of a spatial format, or a zip archive that holds one.
    encoding : str, optional
        Encoding of the texts of a shapefile or TAB; None or ``auto`` to find out: what the
        file says, else UTF-8, else cp1258.

    Returns
    -------
    GeoDataFrame
        Rows and columns of the file; a plain DataFrame when the layer has no geometry.

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
            tried = _encodings(info, encoding)
            return _read(file, address, options=options | {"layer": layer}, tried=tried)
        except UnicodeError:
            raise refusals.encoding_wrong(str(file), "utf-8") from None
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
    return _inside_archive(file) if suffix == ".zip" else str(file.resolve())


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


def _encodings(info: Mapping[str, Any], encoding: str | None) -> tuple[str, ...]:
    """Tell the encodings to try in turn; none when the format says its own."""
    if info["driver"] not in {"ESRI Shapefile", "MapInfo File"}:
        return ()
    if encoding and encoding.lower() != "auto":
        try:
            return (codecs.lookup(encoding).name,)
        except LookupError:
            raise refusals.encoding_unknown(encoding) from None
    return ("utf-8", "cp1258") if info["encoding"] == _BYTES_AS_TEXT else ()


def _read(file: Path, address: str, *, options: dict[str, Any], tried: tuple[str, ...]) -> pd.DataFrame:
    options |= {"on_invalid": "fix", "encoding": _BYTES_AS_TEXT if tried else None}
    raw: pd.DataFrame = pyogrio.read_dataframe(address, **options)
    if not tried:
        return raw
    for encoding in tried:
        try:
            return _decoded(raw, encoding)
        except UnicodeError:
            continue
    raise refusals.encoding_wrong(str(file), " / ".join(tried))


def _decoded(raw: pd.DataFrame, encoding: str) -> pd.DataFrame:
    def again(value: object) -> object:
        return value.encode(_BYTES_AS_TEXT).decode(encoding) if isinstance(value, str) else value

    read = raw.rename(columns={header: again(header) for header in raw.columns})
    for header in read.columns:
        if pd.api.types.is_string_dtype(read[header].dtype):
            read[header] = pd.Series([again(value) for value in read[header]], dtype=object)
    return read
