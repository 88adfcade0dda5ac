"""The sample store: schematic boundaries, synthetic incidents, models, cameras and numbers of people."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from layers.boundaries import bundled
from layers.boundaries.lineage import Change
from layers.catalog import CAMERAS, PEOPLE_POINTS, SAFEZONES, SCHEMATIC, SYNTHETIC
from layers.errors import StoreUnreachable
from layers.store import Store, open_store
from layers.wording import Text
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.imports_features import FeatureRequest, import_features
from mapserver.services.imports_incidents import IncidentRequest, import_incidents
from mapserver.services.lineage import LineageRequest, import_lineage

__all__ = ["make_demo"]

_Request = BoundaryRequest | LineageRequest | IncidentRequest | FeatureRequest

# The sample is the same on every machine and every day.
_SEED = 20250701
_MOMENT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
_BEFORE = dt.date(2019, 12, 1)
_MERGER = dt.date(2025, 7, 1)
_DECREE = "NQ 1669/NQ-UBTVQH15"
_STEPS = 7


def make_demo(path: Path, *, timezone: str, progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
    """Make the sample store in one piece: it is either whole or not there.

    Parameters
    ----------
    path : Path
        The file to make.
    timezone : str
        IANA name of the zone that the sample's times are in.
    progress : callable
        Takes steps done and steps in all.

    Raises
    ------
    StoreUnreachable
        When the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".demo-") as folder:
            _fill(Path(folder, path.name), timezone, progress)
            Path(folder, path.name).replace(path)
    except OSError as problem:
        raise StoreUnreachable(
            Text(f"Không ghi được “{path}” ({problem.strerror}).", f"“{path}” cannot be written ({problem.strerror})."),
            Text("Chọn thư mục khác bằng --data.", "Choose another folder with --data."),
        ) from problem


def _fill(path: Path, timezone: str, progress: Callable[[int, int], None]) -> None:
    rng = np.random.default_rng(_SEED)
    store = open_store(str(path))
    try:
        for done, request in enumerate(_requests(timezone)):
            progress(done, _STEPS)
            _take(store, request, rng)
    finally:
        store.close()
    # The journal is folded into the file when the last connection closes, so the one file is all.


def _requests(timezone: str) -> tuple[_Request, ...]:
    old, new = bundled.path("le_thanh_nghi_before.geojson"), bundled.path("hai_phong_schematic.geojson")
    return (
        BoundaryRequest(old, _BEFORE, valid_to=_MERGER, source=SCHEMATIC),
        BoundaryRequest(new, _MERGER, source=SCHEMATIC),
        IncidentRequest(bundled.path("incidents.csv"), source=SYNTHETIC, timezone=timezone),
        FeatureRequest(bundled.path("safezones.geojson"), SAFEZONES, timezone),
        FeatureRequest(bundled.path("cameras.geojson"), CAMERAS, timezone),
        LineageRequest(bundled.path("le_thanh_nghi_lineage.csv"), Change(_MERGER, _BEFORE, _DECREE)),
        FeatureRequest(bundled.path("people.csv"), PEOPLE_POINTS, timezone),
    )


def _take(store: Store, request: _Request, rng: np.random.Generator) -> None:
    if isinstance(request, BoundaryRequest):
        import_boundaries(store, request, now=_MOMENT, rng=rng)
    elif isinstance(request, LineageRequest):
        import_lineage(store, request, now=_MOMENT, rng=rng)
    elif isinstance(request, IncidentRequest):
        import_incidents(store, request, now=_MOMENT, rng=rng)
    else:
        import_features(store, request, now=_MOMENT, rng=rng)
