"""Bringing models, cameras and numbers of people into the store: a file again adds only what is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.catalog import Layer
from layers.safezones.ingest import FeatureOptions, FeatureResult, ingest_features
from layers.store import Store
from mapserver.services.imports import refuse_store_file

__all__ = ["FeatureOutcome", "FeatureRequest", "import_features"]


@dataclass(frozen=True)
class FeatureRequest:
    """What to import as models or cameras.

    Parameters
    ----------
    path : Path
        The file.
    layer : Layer
        The layer its rows are meant for.
    timezone : str
        IANA name of the zone of moments that state none.
    kind : str or None
        The kind of every model of a file that has no column for it.
    mapping : mapping of str to str
        Field -> column, where the columns cannot be guessed.
    crs : int or None
        EPSG code, where the file does not say it.
    """

    path: Path
    layer: Layer
    timezone: str
    kind: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    crs: int | None = None


@dataclass(frozen=True)
class FeatureOutcome:
    """What became of the rows of a file.

    Parameters
    ----------
    result : FeatureResult
        What was read.
    accepted, duplicates : int
        Rows added; rows that were in the store just so.
    """

    result: FeatureResult
    accepted: int
    duplicates: int

    def as_json(self) -> dict[str, object]:
        """Write the outcome as plain values.

        Returns
        -------
        dict
            The counts, the mapping and the columns left out.
        """
        quarantined = len(self.result.rejected)
        return {
            "read": self.accepted + self.duplicates + quarantined,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "quarantined": quarantined,
            "columns": self.result.mapping,
            "dropped_columns": list(self.result.dropped_columns),
        }


def import_features(
    store: Store, request: FeatureRequest, *, now: dt.datetime, rng: np.random.Generator
) -> FeatureOutcome:
    """Read a file of models or cameras and keep what is new in one commit.

    Parameters
    ----------
    store : Store
        The store of record.
    request : FeatureRequest
        What to import.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    FeatureOutcome
        What became of the rows.

    Raises
    ------
    AnttError
        When the file cannot be used; the store is then as it was.
    """
    refuse_store_file(store, request.path)
    options = FeatureOptions(request.timezone, now, request.mapping, request.crs, kind=request.kind)
    result = ingest_features(request.path, request.layer, options, rng=rng)
    with store.transaction():
        known = set(_contents(store.read(request.layer), request.layer))
        fresh = [content not in known for content in _contents(result.frame, request.layer)]
        new = result.frame[pd.Series(fresh, index=result.frame.index, dtype=bool)]
        store.append(request.layer, new)
    return FeatureOutcome(result, len(new), len(result.frame) - len(new))


def _contents(frame: gpd.GeoDataFrame, layer: Layer) -> list[tuple[object, ...]]:
    shapes = shapely.to_wkb(frame.geometry.to_numpy())
    columns = [frame[column.name].astype(str) for column in layer.schema.columns]
    return list(zip(shapes, *columns, strict=True))
