"""Opening a file of any spatial kind: archives, layers and encodings, with GDAL's own noise kept in."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from layers.boundaries import refusals, text_encodings
from layers.boundaries.archives import DRAWINGS, member_of
from layers.boundaries.text_encodings import BYTES_AS_TEXT as _BYTES_AS_TEXT
from layers.boundaries.text_encodings import TextEncoding

__all__ = ["open_table", "require_openable"]

# A virtual file (VRT) can point anywhere, tables have no shape: only real formats are let in.
_DRIVERS = {
    "ESRI Shapefile", "ESRIJSON", "FlatGeobuf", "GML", "GPKG", "GeoJSON", "GeoJSONSeq", "KML", "LIBKML",
    "MapInfo File", "OpenFileGDB", "Parquet", "SQLite", "TopoJSON",
}  # fmt: skip
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
    # Without these GDAL leaves a file of its own beside a GML file, and may fetch the schema that it names.
    gml = address.lower().endswith(".gml")
    options: dict[str, Any] = {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO"} if gml else {}
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


def require_openable(file: Path) -> None:
    """Refuse a file that cannot be opened for what it is, before its content is looked at.

    Parameters
    ----------
    file : Path
        A file of a spatial format, or an archive that holds one.

    Raises
    ------
    FileMissing, FileUnreadable, EmptyInput, TooLarge
        When it is not there, a drawing, empty, lacks its companions, or is an archive not to be unpacked.
    """
    _address(file)


def _address(file: Path) -> str:
    if not file.exists():
        raise refusals.file_missing(str(file))
    suffix = file.suffix.lower()
    if suffix in DRAWINGS:
        raise refusals.drawing(str(file))
    if file.is_file() and file.stat().st_size == 0:
        raise refusals.no_units(str(file))
    if suffix == ".shp":
        _require_companions(file)
    if suffix in {".zip", ".kmz"}:
        return f"/vsizip/{{{file.resolve()}}}/{member_of(file)}"
    return str(file.resolve())


def _require_companions(file: Path) -> None:
    beside = {other.suffix.lower() for other in file.parent.glob(f"{file.stem}.*")}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in beside]
    if missing:
        raise refusals.shapefile_incomplete(str(file), missing)


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
