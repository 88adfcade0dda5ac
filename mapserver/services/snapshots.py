"""The map in print: the same `MapView` as the page, with the data it shows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.boundaries import bundled
from layers.catalog import CAMERAS, SAFEZONES, SCHEMATIC
from layers.errors import EmptyInput, InvalidParameter
from layers.geo import CRS_LONLAT, Bounds
from layers.hotspots.methods import METHOD_NAMES
from layers.records import Filter
from layers.wording import Text
from mapserver.rendering.print_data import IncidentPoints, PrintData, PrintHotspots
from mapserver.rendering.view import MapView
from mapserver.services.hotspot_maps import UNHURRIED, Conduct, find_hotspots
from mapserver.services.hotspot_requests import HotspotRequest, options_of
from mapserver.services.hotspot_results import HotspotMap
from mapserver.services.hotspots import density
from mapserver.services.incidents import Selection, select
from mapserver.services.mapview import DEFAULT_LAYERS, map_view
from mapserver.services.reader import Reader

__all__ = ["PRINTED_METHODS", "PRINTED_OPTIONS", "SheetRequest", "print_data"]

PRINTED_METHODS = ("gistar", "moran", "emerging", "dbscan", "stdbscan")
# The bandwidth of a sheet is that of the density beneath, so none of these may be called so.
PRINTED_OPTIONS = tuple(sorted(frozenset().union(*map(options_of, PRINTED_METHODS))))
_PER_PEOPLE = 10_000
_LONLAT = 4326


@dataclass(frozen=True)
class SheetRequest:
    """What a printed sheet is asked to show beside the filter.

    Parameters
    ----------
    visible : collection of str
        Keys of the layers drawn.
    title : Text or None
        The finding or the question; made from the place when left out.
    bandwidth_m : float or None
        Bandwidth of the density, metres; None for the stated rule.
    extent : Bounds or None
        The part of the map printed, degrees; all units when left out.
    hotspots : HotspotRequest or None
        A hotspot method whose finding is drawn.
    """

    visible: Collection[str] = DEFAULT_LAYERS
    title: Text | None = None
    bandwidth_m: float | None = None
    extent: Bounds | None = None
    hotspots: HotspotRequest | None = None


def print_data(
    reader: Reader, asked: Filter, sheet: SheetRequest, *, now: dt.datetime, conduct: Conduct = UNHURRIED
) -> PrintData:
    """Collect what one printed sheet shows.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        What was asked for.
    sheet : SheetRequest
        What the sheet shows beside it.
    now : datetime
        The moment of printing.
    conduct : Conduct
        How hotspots are found; where somebody waits, what would take long is refused.

    Returns
    -------
    PrintData
        Ready to be drawn.

    Raises
    ------
    EmptyInput
        When no boundaries are in force on the day asked for.
    InvalidParameter
        When a hotspot method cannot be printed, or its options do not suit the incidents.
    TooLarge
        When the hotspots would take too long for somebody who waits.
    """
    view = map_view(reader, asked, now=now, visible=sheet.visible)
    taken = select(reader, asked, now=now)
    if not len(taken.units.frame):
        raise EmptyInput(
            Text("Chưa có ranh giới có hiệu lực vào ngày này.", "No boundaries are in force on this day."),
            Text("Nạp ranh giới bằng `antt boundaries import`, hoặc đổi “as_of”.",
                 "Import boundaries with `antt boundaries import`, or change “as_of”."),
        )  # fmt: skip
    method = sheet.hotspots
    spots = None if method is None else _hotspots(reader, asked, method, now=now, conduct=conduct)
    surface = density(reader, asked, bandwidth_m=sheet.bandwidth_m, now=now) if view.shows("density") else None
    counts = _counts(taken)
    said = taken.provenance
    return PrintData(
        title=sheet.title or _title(view),
        sentence=said.sentence,
        place=view.place,
        units=taken.units.frame,
        period=said.asked.period.describe(),
        vintage=view.vintage,
        total=said.placed + said.unplaced,
        placed=said.placed,
        unplaced=said.unplaced,
        insets=_insets(),
        source=_source(taken),
        data_version=" · ".join(f"{key} {version}" for key, version in said.versions.items()),
        printed_at=now.astimezone(reader.timezone),
        counts=counts,
        rates=_rates(counts, taken),
        incidents=_points(taken) if view.shows("incidents") else None,
        density=surface.grid if surface else None,
        density_epsg=surface.epsg if surface and surface.grid is not None else None,
        hotspots=spots,
        safezones=reader.symbols(SAFEZONES),
        cameras=reader.symbols(CAMERAS),
        notices=said.notices,
        visible=tuple(layer.key for layer in view.layers if layer.visible),
        extent=sheet.extent or _around_unit(taken),
    )


def _hotspots(
    reader: Reader, asked: Filter, request: HotspotRequest, *, now: dt.datetime, conduct: Conduct
) -> PrintHotspots:
    if request.method not in PRINTED_METHODS:
        raise InvalidParameter(
            Text(f"Chưa in được phương pháp “{request.method}”.", f"The method “{request.method}” is not printed."),
            Text(f"Dùng một trong: {', '.join(PRINTED_METHODS)}.", f"Use one of: {', '.join(PRINTED_METHODS)}."),
        )
    found = find_hotspots(reader, asked, request, now=now, conduct=conduct)
    kinds = np.array([row["class"] for row in found.features.rows], dtype=object)
    shown = ~np.isin(kinds, ["none", "island"])
    cells = gpd.GeoDataFrame(
        {"class": kinds[shown]}, geometry=found.features.shapes[shown], crs=f"EPSG:{found.epsg or _LONLAT}"
    )
    proof = () if found.tried is None else (found.tried.sentence,)
    return PrintHotspots(METHOD_NAMES[request.method], cells, (found.sentence, *proof), _evidence(found))


def _evidence(found: HotspotMap) -> str:
    if found.evidence is None:
        return ""
    taken = {name: value for name, value in found.request.taken().items() if value is not None}
    chosen = [f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in taken.items()]
    return " · ".join([f"SHA-256 {found.evidence.inputs_hash[:12]}", *chosen, found.evidence.version])


def _around_unit(taken: Selection) -> Bounds | None:
    # A sheet about one unit shows that unit, with its neighbours around it.
    asked = taken.provenance.asked.unit
    shape = None if asked is None else taken.units.frame.geometry.iloc[taken.units.position(asked)]
    if shape is None or shape.is_empty:
        return None
    west, south, east, north = shape.bounds
    margin = max(east - west, north - south) * 0.35
    return Bounds(west - margin, south - margin, east + margin, north + margin)


def _title(view: MapView) -> Text:
    return Text(f"Vụ việc về an ninh, trật tự – {view.place.vi}", f"Public-order incidents – {view.place.en}")


def _counts(taken: Selection) -> NDArray[np.int64]:
    inside = taken.table.unit[taken.mask & (taken.table.unit >= 0)]
    return np.bincount(inside, minlength=len(taken.units.frame)).astype(np.int64)


def _rates(counts: NDArray[np.int64], taken: Selection) -> NDArray[np.float64]:
    people = taken.units.frame["population"].astype("float64").to_numpy()
    known = np.where(people > 0, people, np.nan)
    return counts / known * _PER_PEOPLE


def _points(taken: Selection) -> IncidentPoints:
    rows = taken.mask & taken.table.placed
    words = np.array(taken.table.words["category"], dtype=object)
    return IncidentPoints(taken.table.lon[rows], taken.table.lat[rows], words[taken.table.category[rows]])


def _insets() -> gpd.GeoDataFrame:
    read = json.loads(bundled.path("insets.geojson").read_text(encoding="utf-8"))
    return gpd.GeoDataFrame.from_features(read["features"], crs=CRS_LONLAT)


def _source(taken: Selection) -> Text:
    boundaries = sorted({str(source) for source in taken.units.frame["source"].dropna()} - {SCHEMATIC})
    vi = ", ".join(boundaries) or "sơ đồ minh họa của chương trình"
    en = ", ".join(boundaries) or "the program's schematic sample"
    made_up = taken.table.synthetic
    return Text(
        f"Ranh giới: {vi}. Vụ việc: {'dữ liệu mô phỏng' if made_up else 'kho dữ liệu của đơn vị'}.",
        f"Boundaries: {en}. Incidents: {'synthetic' if made_up else 'the store of this office'}.",
    )
