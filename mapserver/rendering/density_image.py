"""A density surface as a picture that lies straight on a Web Mercator map."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers import geo
from layers.geo import Bounds
from layers.hotspots.density import DensityGrid
from mapserver.rendering.style import DensityClass, density_classes

__all__ = ["DensityImage", "density_image"]

Array = NDArray[np.float64]

_MAX_SIDE_PX = 1024
_PX_PER_CELL = 3
# Every pixel through the projection costs a second; between knots of a lattice this fine the
# mapping is straight to within centimetres over a province.
_KNOTS = 65
_MERCATOR_EPSG = 3857


@dataclass(frozen=True)
class DensityImage:
    """A picture of a density and where it lies.

    Parameters
    ----------
    png : bytes
        Red, green, blue and opacity; transparent below the lowest class.
    bounds : Bounds
        Outer edge of the picture, degrees.
    classes : tuple of DensityClass
        What the colours mean, growing.
    """

    png: bytes
    bounds: Bounds
    classes: tuple[DensityClass, ...]


def density_image(grid: DensityGrid, *, epsg: int) -> DensityImage:
    """Draw a density surface for the page; the same surface gives the same bytes.

    Parameters
    ----------
    grid : DensityGrid
        The surface, incidents per km².
    epsg : int
        The metric system it was computed in.

    Returns
    -------
    DensityImage
        At most 1,024 pixels on a side.
    """
    west, south, east, north = _mercator_box(grid, epsg)
    rows, columns = _picture_shape(grid, (north - south) / (east - west))
    x = west + (np.arange(columns) + 0.5) * (east - west) / columns
    y = north - (np.arange(rows) + 0.5) * (north - south) / rows
    values = _sample(grid, x, y, epsg=epsg)
    classes = density_classes(float(grid.values.max(initial=0.0)))
    edges = [entry.from_value for entry in classes]
    corner_lon, corner_lat = geo.transform_xy(
        np.array([west, east]), np.array([south, north]), from_epsg=_MERCATOR_EPSG, to_epsg=4326
    )
    bounds = Bounds(float(corner_lon[0]), float(corner_lat[0]), float(corner_lon[1]), float(corner_lat[1]))
    return DensityImage(_png(np.searchsorted(edges, values, side="right"), classes), bounds, classes)


def _mercator_box(grid: DensityGrid, epsg: int) -> tuple[float, float, float, float]:
    west, south, east, north = grid.bounds_m
    along = np.linspace(0.0, 1.0, _KNOTS)
    ends = np.zeros(_KNOTS), np.ones(_KNOTS)
    across_x = np.concatenate([along, along, *ends])
    across_y = np.concatenate([*ends, along, along])
    x, y = geo.transform_xy(
        west + across_x * (east - west), south + across_y * (north - south), from_epsg=epsg, to_epsg=_MERCATOR_EPSG
    )
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _picture_shape(grid: DensityGrid, height_per_width: float) -> tuple[int, int]:
    longest = min(_MAX_SIDE_PX, _PX_PER_CELL * max(grid.shape))
    if height_per_width > 1:
        return longest, max(1, round(longest / height_per_width))
    return max(1, round(longest * height_per_width)), longest


def _sample(grid: DensityGrid, x: Array, y: Array, *, epsg: int) -> Array:
    from scipy import ndimage  # only a density has to pay for loading it

    knot_x, knot_y = np.linspace(x[0], x[-1], _KNOTS), np.linspace(y[0], y[-1], _KNOTS)
    mesh_x, mesh_y = np.meshgrid(knot_x, knot_y)
    metric_x, metric_y = geo.transform_xy(mesh_x.ravel(), mesh_y.ravel(), from_epsg=_MERCATOR_EPSG, to_epsg=epsg)
    column = _between_knots((metric_x.reshape(mesh_x.shape) - grid.west_m) / grid.cell_m - 0.5, len(y), len(x))
    row = _between_knots((metric_y.reshape(mesh_y.shape) - grid.south_m) / grid.cell_m - 0.5, len(y), len(x))
    sampled = ndimage.map_coordinates(grid.values, [row, column], order=1, mode="constant", cval=0.0)
    return np.asarray(sampled, dtype=np.float64)


def _between_knots(knots: Array, rows: int, columns: int) -> Array:
    def weights(count: int) -> tuple[NDArray[np.int64], Array]:
        place = np.linspace(0.0, _KNOTS - 1, count)
        first = np.minimum(place.astype(np.int64), _KNOTS - 2)
        return first, place - first

    first, part = weights(columns)
    wide = knots[:, first] * (1 - part) + knots[:, first + 1] * part
    first, part = weights(rows)
    return np.asarray(wide[first] * (1 - part)[:, None] + wide[first + 1] * part[:, None])


def _png(class_of: NDArray[np.int64], classes: tuple[DensityClass, ...]) -> bytes:
    from PIL import Image

    # Class 0 lies below the lowest break: no colour at all.
    colors = [bytes(4), *(bytes.fromhex(entry.color.removeprefix("#")) for entry in classes)]
    picture = Image.fromarray(class_of.astype(np.uint8))
    picture.putpalette(b"".join(colors), rawmode="RGBA")
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()
