"""One hash for one content, whatever back-end holds it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.catalog import Layer
from layers.schema import LayerSchema

__all__ = ["canonical_lines", "content_hash_of"]

_HASH_BYTES = 32


def canonical_lines(frame: gpd.GeoDataFrame, schema: LayerSchema) -> list[str]:
    """Write rows as JSON that depends on nothing but their values.

    Columns come in the schema's order, moments in UTC with milliseconds, geometry as
    little-endian WKB of its normal form in two dimensions.

    Parameters
    ----------
    frame : GeoDataFrame
        Rows that keep the schema, every column.
    schema : LayerSchema
        The contract.

    Returns
    -------
    list of str
        One line for each row, in the order of the frame.

    Examples
    --------
    >>> from layers.catalog import CAMERAS
    >>> from layers.schema import check
    >>> rows = gpd.GeoDataFrame({"id": ["a"], "name": ["Ngã tư"]}, geometry=[shapely.Point(106, 20)], crs=4326)
    >>> canonical_lines(check(rows, CAMERAS.schema), CAMERAS.schema)[0][:40]
    '["a",1,"Ngã tư",null,null,null,null,null'
    """
    if frame.empty:
        return []
    columns = [_written(_plain(frame[name])) for name in schema.names[:-1]]
    columns.append(
        _written(shapely.to_wkb(_in_normal_form(frame.geometry.to_numpy()), hex=True, byte_order=1).tolist())
    )
    return [f"[{','.join(row)}]" for row in zip(*columns, strict=True)]


def _written(values: list[object]) -> list[str]:
    # Whole columns at once. No value holds a bare line break when it is written, so one can stand between them.
    write = json.JSONEncoder(ensure_ascii=False, separators=("\n", ":")).encode
    return write(values)[1:-1].split("\n")


def _in_normal_form(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    # A point in two dimensions has one form only.
    if (shapely.get_type_id(shapes) <= 0).all() and not shapely.has_z(shapes).any() and not shapely.has_m(shapes).any():
        return shapes
    normal: NDArray[np.object_] = shapely.normalize(shapely.force_2d(shapes))
    return normal


def content_hash_of(parts: Iterable[tuple[Layer, Iterable[gpd.GeoDataFrame]]]) -> str:
    """Hash every row of every layer (BLAKE2b; Aumasson et al. 2013).

    Parameters
    ----------
    parts : iterable of (Layer, iterable of GeoDataFrame)
        The layers in the order of the catalogue; the rows of each ordered by the bytes of `id`,
        in pieces of any size.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> len(content_hash_of([]))
    64
    """
    digest = blake2b(digest_size=_HASH_BYTES)
    for layer, frames in parts:
        digest.update(f"{layer.key}\n".encode())
        for frame in frames:
            for line in canonical_lines(frame, layer.schema):
                # A text may hold half a surrogate pair when it came from a damaged file.
                digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


def _plain(column: pd.Series) -> list[object]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        moments = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        texts = np.datetime_as_string(moments, unit="ms").tolist()
        return [None if gone else f"{text}Z" for gone, text in zip(np.isnat(moments), texts, strict=True)]
    values: list[object] = column.astype(object).where(column.notna(), None).tolist()
    return values
