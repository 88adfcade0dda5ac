"""Building the one map definition from what the store holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from layers.catalog import CAMERAS, INCIDENTS, UNITS, safezone_kinds
from layers.geo import Bounds, bounds_lonlat
from layers.records import Filter
from layers.wording import Text
from mapserver.rendering.config import URLS
from mapserver.rendering.style import DENSITY_RAMP, SEQUENTIAL_RAMP
from mapserver.rendering.view import LayerView, MapView
from mapserver.services.incidents import select
from mapserver.services.reader import Reader
from mapserver.services.selecting import vintage_text
from mapserver.services.tables import IncidentTable, UnitTable
from mapserver.services.vintages import vintages

__all__ = ["BENEATH_HOTSPOTS", "DEFAULT_LAYERS", "layer_keys", "map_view"]

# Beneath hotspots nothing else is coloured, so that what stands out is what was found.
BENEATH_HOTSPOTS = ("units",)
DEFAULT_LAYERS = ("density", "counts", "units", *(f"safezones:{kind.slug}" for kind in safezone_kinds()))
_WHOLE_COUNTRY = Bounds(102.1, 8.2, 109.6, 23.5)
_EPOCH = dt.date(1970, 1, 1)


def layer_keys() -> tuple[str, ...]:
    """Name every layer a map can show.

    Returns
    -------
    tuple of str
        Keys, in drawing order, highest first.
    """
    return tuple(layer.key for layer in _layers(frozenset()))


def map_view(reader: Reader, asked: Filter, *, now: dt.datetime, visible: Collection[str] = DEFAULT_LAYERS) -> MapView:
    """Define the map that a reader asked for.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        What was asked for.
    now : datetime
        The moment.
    visible : collection of str
        Keys of the layers drawn.

    Returns
    -------
    MapView
        The definition, from which page and print are made.

    Raises
    ------
    NotFound
        When the unit asked for is not in force.
    """
    taken = select(reader, asked, now=now)
    first, last = _days(taken.table)
    # Units known only by name are in the search, but there is nothing to draw.
    starts = [vintage.since for vintage in vintages(reader, now=now) if vintage.drawn]
    return MapView(
        place=_place(taken.units),
        filter=taken.provenance.asked,
        sentence=taken.provenance.sentence,
        vintage=vintage_of(taken.units),
        vintages=tuple(starts),
        extent=_extent(taken.units, taken.table),
        first_day=first,
        last_day=last,
        layers=_layers(frozenset(visible)),
        notices=taken.provenance.notices,
    )


def vintage_of(units: UnitTable) -> Text:
    """Say which boundaries a map uses, as a phrase of its own.

    Parameters
    ----------
    units : UnitTable
        The units in force.

    Returns
    -------
    Text
        Such as ``ranh giới từ 1/7/2025``.
    """
    said = vintage_text(units)
    return Text(said.vi.removeprefix("theo "), said.en.removeprefix("by the "))


def _days(table: IncidentTable) -> tuple[dt.date | None, dt.date | None]:
    if not len(table.day):
        return None, None
    first, last = int(table.day.min()), int(table.day.max())
    return _EPOCH + dt.timedelta(days=first), _EPOCH + dt.timedelta(days=last)


def _place(units: UnitTable) -> Text:
    names = sorted(set(units.frame["parent_name"].dropna()))
    if len(names) == 1:
        return Text(names[0], names[0])
    return Text("Việt Nam", "Việt Nam")


def _extent(units: UnitTable, table: IncidentTable) -> Bounds:
    box = bounds_lonlat(units.frame) if len(units.frame) else None
    if box is not None:
        return _without_far_islands(units, box)
    if table.placed.any():
        lon, lat = table.lon[table.placed], table.lat[table.placed]
        return Bounds(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    return _WHOLE_COUNTRY


def _without_far_islands(units: UnitTable, whole: Bounds) -> Bounds:
    # A special zone far out at sea must not shrink the mainland to a corner of the opening view.
    land = units.frame[units.frame["unit_type"].str.casefold() != "đặc khu"]
    box = bounds_lonlat(land) if len(land) else None
    return whole if box is None else box


def _layers(visible: frozenset[str]) -> tuple[LayerView, ...]:
    symbols = tuple(
        LayerView(key, kind.title, "symbols", URLS["safezones"], key in visible, symbol=kind.symbol)
        for kind in safezone_kinds()
        for key in [f"safezones:{kind.slug}"]
    )
    counts = Text("Số vụ theo phường, xã", "Incidents by ward")
    return (
        *symbols,
        LayerView("cameras", CAMERAS.title, "symbols", URLS["cameras"], "cameras" in visible, symbol="camera_device"),
        LayerView("incidents", INCIDENTS.title, "points", URLS["points"], "incidents" in visible),
        LayerView("density", Text("Mật độ vụ việc", "Incident density"), "raster", URLS["density"],
                  "density" in visible, ramp=DENSITY_RAMP),
        LayerView("counts", counts, "choropleth", URLS["summary"], "counts" in visible, ramp=SEQUENTIAL_RAMP),
        LayerView("units", UNITS.title, "areas", URLS["units"], "units" in visible),
    )  # fmt: skip
