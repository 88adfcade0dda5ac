"""The units of a plan as files for other programs, marked as long as the plan is not in force."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from layers.geo import CRS_LONLAT
from layers.planning.faces import polygons_of, shapes_lonlat
from mapserver.services.plan_figures import PlanFigures
from mapserver.services.plan_opened import OpenedPlan, marking

__all__ = ["plan_units", "units_geojson", "units_gpkg"]

_DECIMALS = 7
# Settings of GDAL belong to the whole process.
_WRITING = threading.Lock()


def plan_units(opened: OpenedPlan, figures: PlanFigures, *, today: dt.date, language: str = "vi") -> gpd.GeoDataFrame:
    """List the units of a plan as they are now.

    Parameters
    ----------
    opened : OpenedPlan
        The plan.
    figures : PlanFigures
        Its figures.
    today : date
        Tells whether it is in force.
    language : str
        Language of the marking.

    Returns
    -------
    GeoDataFrame
        By code, EPSG:4326; every row says which plan it is of and whether that is in force.
    """
    units = sorted(opened.topology.units.values(), key=lambda unit: unit.code)
    codes = [unit.code for unit in units]
    record, changed = opened.record, set(figures.changed)
    people = [figures.now[code].population for code in codes]
    told = {
        "code": codes,
        "name": [unit.name for unit in units],
        "unit_type": [unit.unit_type for unit in units],
        "level": record.level,
        "parent": [unit.parent for unit in units],
        "parent_name": [unit.parent_name for unit in units],
        "area_km2": [round(figures.now[code].area_m2 / 1e6, 6) for code in codes],
        "population": [None if number is None else round(number) for number in people],
        "changed": [code in changed for code in codes],
        "plan": record.name,
        "status": marking(record, today).in_language(language),
        "valid_from": None if record.effective_on is None else record.effective_on.isoformat(),
        "decree": record.decree,
    }
    return gpd.GeoDataFrame(told, geometry=shapes_lonlat(polygons_of(opened.topology, codes)), crs=CRS_LONLAT)


def units_geojson(units: gpd.GeoDataFrame) -> bytes:
    """Write the units as GeoJSON (RFC 7946).

    Parameters
    ----------
    units : GeoDataFrame
        From `plan_units`.

    Returns
    -------
    bytes
        UTF-8; one feature on each line, degrees to 1e-7, the marking as the member ``note`` as well.
    """
    shapes = shapely.to_geojson(shapely.transform(units.geometry.to_numpy(), lambda xy: np.round(xy, _DECIMALS)))
    told = units.drop(columns="geometry").astype(object)
    rows = told.where(told.notna(), None).to_dict("records")
    lines = [
        f'{{"type":"Feature","properties":{_json(row)},"geometry":{shape}}}'
        for row, shape in zip(rows, shapes.tolist(), strict=True)
    ]
    note = _json(str(units["status"].iloc[0]))
    head = f'{{"type":"FeatureCollection","note":{note},"features":['
    return "\n".join([head, ",\n".join(lines), "]}", ""]).encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def units_gpkg(units: gpd.GeoDataFrame, *, at: dt.datetime) -> bytes:
    """Write the units as a GeoPackage.

    Parameters
    ----------
    units : GeoDataFrame
        From `plan_units`.
    at : datetime
        The moment the file says it was written, such as that of the plan's last change.

    Returns
    -------
    bytes
        A file of its own, with the layer ``units``; the same units and moment give the same bytes.
    """
    stamp = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with TemporaryDirectory() as folder, _WRITING:
        path = Path(folder, "units.gpkg")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": stamp})
        try:
            units.to_file(path, driver="GPKG", layer="units")
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()
