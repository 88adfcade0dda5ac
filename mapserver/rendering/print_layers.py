"""The layers inside the map's window: units, density, incidents, models and cameras."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from layers.catalog import group_of, safezone_kinds
from layers.wording import Text
from mapserver.rendering.print_data import PrintData
from mapserver.rendering.print_density import draw_density
from mapserver.rendering.print_frame import Ground, MapFrame
from mapserver.rendering.print_hotspots import draw_hotspots
from mapserver.rendering.print_shapes import SHAPES, Symbol, area_path, shipped_symbols
from mapserver.rendering.print_words import WORDS
from mapserver.rendering.style import (
    BORDER,
    BORDER_OUTER,
    CATEGORY_STYLES,
    GROUND,
    NO_DATA,
    SYMBOL_INK,
    ramp_classes,
    ramp_colors,
    softened,
)

__all__ = [
    "CAMERA_SYMBOL",
    "NO_DATA_LINE",
    "Choropleth",
    "Marks",
    "add_marks",
    "add_shapes",
    "choropleth",
    "draw_layers",
    "incident_groups",
    "mark_size_pt",
    "marks",
]

Array = NDArray[np.float64]

CAMERA_SYMBOL = "camera_device"
NO_DATA_LINE = "#b9bcc0"
_LEAST_HEAVY_MM = 2.0
# Beyond this the points become a picture inside the PDF, which keeps the file small and quick.
_MOST_VECTOR_POINTS = 4_000
_LEAST_EDGED_PT = 2.5


@dataclass(frozen=True)
class Choropleth:
    """The figure that colours the units.

    Parameters
    ----------
    title : Text
        What the figure is.
    values : ndarray of float, shape (n,)
        One a unit; not finite without a figure.
    breaks : tuple of float
        Lower ends of the classes above zero.
    colors : tuple of str
        Of the class of zero and of those above.
    """

    title: Text
    values: Array
    breaks: tuple[float, ...]
    colors: tuple[str, ...]

    def fills(self) -> list[str]:
        """Give the colour of every unit.

        Returns
        -------
        list of str, length n
            Hexadecimal colours.
        """
        classes = np.searchsorted(self.breaks, self.values, side="right")
        known = np.isfinite(self.values)
        return [self.colors[place] if ok else NO_DATA for place, ok in zip(classes, known, strict=True)]


@dataclass(frozen=True)
class Marks:
    """Symbols of one kind.

    Parameters
    ----------
    key : str
        Their layer's key.
    title : Text
        What they stand for.
    symbol : Symbol
        How they are drawn.
    lon, lat : ndarray of float, shape (n,)
        Where, degrees.
    """

    key: str
    title: Text
    symbol: Symbol
    lon: Array
    lat: Array


def choropleth(data: PrintData) -> Choropleth | None:
    """Choose the figure that colours the units: the rate where there is one, else the count.

    Parameters
    ----------
    data : PrintData
        The sheet.

    Returns
    -------
    Choropleth or None
        None when counts are not shown.
    """
    if not data.shows("counts"):
        return None
    if data.rates is not None and np.isfinite(data.rates).any():
        title, values = WORDS["rates"], np.asarray(data.rates, dtype=np.float64)
    elif data.counts is not None:
        title, values = WORDS["counts"], np.asarray(data.counts, dtype=np.float64)
    else:
        return None
    breaks = ramp_classes(values)
    colors = ramp_colors(len(breaks))
    covered = (data.density is not None and data.shows("density")) or bool(incident_groups(data))
    return Choropleth(title, values, breaks, tuple(map(softened, colors)) if covered else colors)


def incident_groups(data: PrintData) -> list[str]:
    """List the groups of incidents that are drawn as points.

    Parameters
    ----------
    data : PrintData
        The sheet.

    Returns
    -------
    list of str
        Slugs in the order of the statistics; empty when no point is drawn.
    """
    if data.incidents is None or not data.shows("incidents"):
        return []
    present = {group_of(slug) for slug in set(data.incidents.category.tolist())}
    return [group for group in CATEGORY_STYLES if group in present]


def marks(data: PrintData) -> list[Marks]:
    """Gather the models and cameras that are drawn.

    Parameters
    ----------
    data : PrintData
        The sheet.

    Returns
    -------
    list of Marks
        One a kind that is visible and has a place; cameras last.
    """
    symbols = shipped_symbols()
    found: list[Marks] = []
    if data.safezones is not None:
        kinds = data.safezones["kind"].to_numpy()
        for kind in safezone_kinds():
            if data.shows(f"safezones:{kind.slug}"):
                lon, lat = _points(data.safezones[kinds == kind.slug])
                found.append(Marks(f"safezones:{kind.slug}", kind.title, symbols[kind.symbol], lon, lat))
    if data.cameras is not None and data.shows("cameras"):
        found.append(Marks("cameras", WORDS["cameras"], symbols[CAMERA_SYMBOL], *_points(data.cameras)))
    return [mark for mark in found if len(mark.lon)]


def _points(frame: gpd.GeoDataFrame) -> tuple[Array, Array]:
    shapes = frame.geometry.dropna().to_numpy()
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(shapes)).T if len(shapes) else np.empty((2, 0))
    return lon, lat


def draw_layers(axes: Axes, data: PrintData, frame: MapFrame, *, ground: Ground) -> None:
    """Draw every visible layer in one window, lowest first.

    Parameters
    ----------
    axes : Axes
        The window.
    data : PrintData
        The sheet.
    frame : MapFrame
        Which ground the window shows.
    ground : Ground
        The units in the window's system.
    """
    axes.set_xlim(frame.west_m, frame.east_m)
    axes.set_ylim(frame.south_m, frame.north_m)
    rows = _rows_in_window(ground, frame)
    paths = [area_path(shape) for shape in ground.shapes[rows]]
    land = _land(ground.shapes[rows])
    figure = choropleth(data)
    fills = [GROUND] * len(data.units) if figure is None else figure.fills()
    _draw_units(axes, paths, fills=[fills[row] for row in rows])
    if data.density is not None and data.density_epsg is not None and data.shows("density"):
        draw_density(axes, data.density, epsg=data.density_epsg, frame=frame, land=land)
    _draw_borders(axes, paths, land, m_per_mm=frame.m_per_mm)
    if data.hotspots is not None:
        draw_hotspots(axes, data.hotspots, frame)
    _draw_incidents(axes, data, frame)
    _draw_marks(axes, marks(data), frame)


def _rows_in_window(ground: Ground, frame: MapFrame) -> NDArray[np.int64]:
    west, south, east, north = shapely.bounds(ground.shapes).T
    inside = (west < frame.east_m) & (east > frame.west_m) & (south < frame.north_m) & (north > frame.south_m)
    return np.flatnonzero(inside)


def _draw_units(axes: Axes, paths: list[Path], *, fills: list[str]) -> None:
    # The edge in the colour of the area closes the hair between neighbours that smoothing leaves.
    axes.add_collection(PathCollection(paths, facecolors=fills, edgecolors=fills, linewidths=0.2, zorder=1))
    unknown = [path for path, color in zip(paths, fills, strict=True) if color == NO_DATA]
    axes.add_collection(
        PathCollection(unknown, facecolors="none", edgecolors=NO_DATA_LINE, linewidths=0, hatch="////", zorder=1.1)
    )


def _draw_borders(axes: Axes, paths: list[Path], land: shapely.Geometry, *, m_per_mm: float) -> None:
    axes.add_collection(PathCollection(paths, facecolors="none", edgecolors=BORDER, linewidths=0.35, zorder=3))
    parts = [part for part in shapely.get_parts(land) if shapely.get_dimensions(part) == 2]
    # A heavy line would turn an archipelago of rocks into blots.
    large = shapely.area(parts) > (_LEAST_HEAVY_MM * m_per_mm) ** 2
    widths = np.where(large, 0.9, 0.3)
    axes.add_collection(
        PathCollection(
            [area_path(part) for part in parts],
            facecolors="none",
            edgecolors=BORDER_OUTER,
            linewidths=widths,
            zorder=3.1,
        )
    )


def _land(shapes: NDArray[np.object_]) -> shapely.Geometry:
    """Dissolve the units; thirteen times quicker where they fit together than where they do not."""
    try:
        dissolved = shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        dissolved = shapely.union_all(shapely.make_valid(shapes))
    return dissolved if dissolved.is_valid else shapely.make_valid(dissolved)


def _draw_incidents(axes: Axes, data: PrintData, frame: MapFrame) -> None:
    groups = incident_groups(data)
    if data.incidents is None or not groups:
        return
    x, y = frame.project(data.incidents.lon, data.incidents.lat)
    group = np.array([group_of(slug) for slug in data.incidents.category])
    size_pt = float(np.clip(9.0 - 1.7 * math.log10(max(len(x), 1)), 1.4, 5.0))
    for slug in groups:
        style = CATEGORY_STYLES[slug]
        here = group == slug
        offsets = np.column_stack([x[here], y[here]])
        edge = "white" if size_pt > _LEAST_EDGED_PT else "none"
        drawn = add_shapes(axes, SHAPES[style.shape], offsets, size_pt=size_pt, fill=style.color, edge=edge)
        drawn.set_zorder(4)
        drawn.set_rasterized(len(x) > _MOST_VECTOR_POINTS)


def _draw_marks(axes: Axes, found: list[Marks], frame: MapFrame) -> None:
    size_pt = mark_size_pt(sum(len(mark.lon) for mark in found))
    for mark in found:
        add_marks(axes, mark.symbol, np.column_stack(frame.project(mark.lon, mark.lat)), size_pt=size_pt)


def mark_size_pt(count: int) -> float:
    """Choose the size of symbols, smaller where there are many.

    Parameters
    ----------
    count : int
        Symbols on the map.

    Returns
    -------
    float
        Points.
    """
    return 10.0 if count <= 60 else 8.0 if count <= 150 else 6.5


def add_marks(axes: Axes, symbol: Symbol, offsets: Array, *, size_pt: float) -> None:
    """Draw one symbol at several places: the plates, then the glyphs on them.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    symbol : Symbol
        How they are drawn.
    offsets : ndarray of float, shape (n, 2)
        Where, in the coordinates of the drawing area.
    size_pt : float
        Points.
    """
    plain = symbol.glyph is None
    add_shapes(axes, symbol.shape, offsets, size_pt=size_pt, fill=SYMBOL_INK if plain else "white", edge=SYMBOL_INK)
    if symbol.glyph is not None:
        add_shapes(axes, symbol.glyph, offsets, size_pt=0.66 * size_pt, fill=SYMBOL_INK, edge="none")


def add_shapes(axes: Axes, shape: Path, offsets: Array, *, size_pt: float, fill: str, edge: str) -> PathCollection:
    """Draw one outline at several places, its size in points whatever the scale of the map.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    shape : Path
        About one unit high around (0, 0).
    offsets : ndarray of float, shape (n, 2)
        Where, in the coordinates of the drawing area.
    size_pt : float
        Points.
    fill, edge : str
        Hexadecimal colours or ``none``.

    Returns
    -------
    PathCollection
        What was drawn.
    """
    drawn = PathCollection(
        [shape], sizes=[size_pt**2], offsets=offsets, offset_transform=axes.transData, facecolors=fill,
        edgecolors=edge, linewidths=0.0 if edge == "none" else 0.06 * size_pt, zorder=5,
    )  # fmt: skip
    # Without this the outline would be read in the coordinates of the drawing area.
    drawn.set_transform(IdentityTransform())
    axes.add_collection(drawn)
    return drawn
