"""Frames as GeoJSON (RFC 7946) with provenance beside the features."""

from __future__ import annotations

import json
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

__all__ = ["feature_collection", "records"]

# 0.1 m on the ground.
_DEGREE_DIGITS = 6


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Write rows as plain values: dates as ISO text, empty as None.

    Parameters
    ----------
    frame : DataFrame
        Without geometry.

    Returns
    -------
    list of dict
        One a row.
    """
    plain = pd.DataFrame(index=frame.index)
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            plain[name] = column.dt.strftime("%Y-%m-%dT%H:%M:%SZ").astype(object)
        else:
            plain[name] = column.astype(object)
    plain = plain.where(plain.notna(), None)
    return [{str(name): _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    return value


def feature_collection(
    frame: gpd.GeoDataFrame, ids: Sequence[str], *, meta: dict[str, object] | None = None
) -> dict[str, object]:
    """Write a frame as a FeatureCollection.

    Parameters
    ----------
    frame : GeoDataFrame
        In EPSG:4326, n rows.
    ids : sequence of str, length n
        Feature ids.
    meta : dict, optional
        Provenance, added as a foreign member.

    Returns
    -------
    dict
        Coordinates rounded to 1e-6 degrees.
    """
    shapes = shapely.to_geojson(_rounded(frame))
    properties = records(pd.DataFrame(frame.drop(columns=[frame.geometry.name])))
    features = [
        {
            "type": "Feature",
            "id": row_id,
            "geometry": None if shape is None else json.loads(shape),
            "properties": fields,
        }
        for row_id, shape, fields in zip(ids, shapes, properties, strict=True)
    ]
    collection: dict[str, object] = {"type": "FeatureCollection", "features": features}
    return collection if meta is None else collection | {"meta": meta}


def _rounded(frame: gpd.GeoDataFrame) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    shapes = frame.geometry.to_numpy()
    return np.asarray(shapely.transform(shapes, lambda points: np.round(points, _DEGREE_DIGITS)), dtype=object)
