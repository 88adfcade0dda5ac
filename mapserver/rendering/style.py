"""The look that the page and the print share: colours, shapes and class breaks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.catalog import group_of
from layers.wording import Text

__all__ = [
    "ACCENT",
    "BORDER",
    "BORDER_OUTER",
    "CATEGORY_STYLES",
    "DENSITY_RAMP",
    "DIVERGING_RAMP",
    "GROUND",
    "HOTSPOT_STYLES",
    "INK",
    "INK_SOFT",
    "NO_DATA",
    "SEA",
    "SEQUENTIAL_RAMP",
    "SYMBOL_INK",
    "CategoryStyle",
    "DensityClass",
    "HotspotStyle",
    "category_style",
    "density_classes",
    "pretty",
    "ramp_classes",
    "ramp_colors",
    "softened",
]

ACCENT = "#8c2d04"
INK = "#1f2328"
INK_SOFT = "#5a626b"
GROUND = "#fbfaf8"
NO_DATA = "#e3e5e7"
SEA = "#edf2f5"
BORDER = "#b4b1aa"
BORDER_OUTER = "#5d5a54"
SYMBOL_INK = "#12355b"

# Lightness falls evenly (CIE L* 95, 88, 78, 65, 50, 33), so that a grey copy keeps the order.
SEQUENTIAL_RAMP = ("#f2f0ea", "#fbdfbd", "#f6bf85", "#e99150", "#c8622a", "#8c2d04")

# Fall in blue, rise in orange, no change in white; equal lightness at equal distance.
DIVERGING_RAMP = ("#1f5a93", "#6c9bc7", "#c3d8ea", "#f7f6f3", "#f7d3ae", "#e09a57", "#a9541a")

# Red, green, blue and opacity: the ground has to show through a density.
DENSITY_RAMP = ("#c9a6d566", "#b07fc180", "#9354a899", "#742c8cb3", "#4b1064cc")

# Fractions of the highest density at which a class begins; below the first nothing is drawn.
_DENSITY_SHARES = (0.1, 0.25, 0.45, 0.65, 0.85)


@dataclass(frozen=True)
class CategoryStyle:
    """How the incidents of one group are drawn.

    Parameters
    ----------
    color : str
        Hexadecimal red, green and blue.
    shape : str
        Name of a shape; with the colour gone in a copy it still tells the groups apart.
    """

    color: str
    shape: str


# Colours after Okabe and Ito (2008), "Color universal design", darkened to stand on white.
CATEGORY_STYLES: dict[str, CategoryStyle] = {
    "trat_tu_xa_hoi": CategoryStyle("#0b4f8a", "circle"),
    "kinh_te": CategoryStyle("#8f6b00", "diamond"),
    "moi_truong_attp": CategoryStyle("#00795a", "hexagon"),
    "ma_tuy": CategoryStyle("#6a2c91", "square"),
    "tai_nan_giao_thong": CategoryStyle("#2a8fc9", "triangle"),
    "chay_no": CategoryStyle("#c8430a", "triangle_down"),
    "te_nan_xa_hoi": CategoryStyle("#b8578f", "shield"),
    "khac": CategoryStyle("#6b7178", "cross"),
}


@dataclass(frozen=True)
class DensityClass:
    """One class of a density surface.

    Parameters
    ----------
    from_value, to_value : float
        Incidents per km², the lower end included.
    color : str
        Hexadecimal red, green, blue and opacity.
    """

    from_value: float
    to_value: float
    color: str


def category_style(slug: str) -> CategoryStyle:
    """Tell how a category is drawn: as the group it is counted in.

    Parameters
    ----------
    slug : str
        A category or a group.

    Returns
    -------
    CategoryStyle
        That of ``khac`` for an unknown slug.

    Examples
    --------
    >>> category_style("trom_cap") == category_style("trat_tu_xa_hoi")
    True
    """
    return CATEGORY_STYLES[group_of(slug)]


def pretty(value: float, *, digits: int = 2) -> float:
    """Round a number to few significant digits, as a legend shows it.

    Parameters
    ----------
    value : float
        Any number.
    digits : int
        Significant digits kept.

    Returns
    -------
    float
        The rounded number.

    Examples
    --------
    >>> pretty(1234.0), pretty(0.0467), pretty(0.0)
    (1200.0, 0.047, 0.0)
    """
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def ramp_classes(values: NDArray[np.float64], k: int = 6) -> tuple[float, ...]:
    """Choose class breaks: zero apart, then quantiles at round numbers.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Counts or rates; not finite where there is no figure.
    k : int
        Most classes wanted, the class of zero among them.

    Returns
    -------
    tuple of float
        Lower ends of the classes above zero, growing, at most k − 1; empty without a value
        above zero. ``numpy.searchsorted(breaks, value, side="right")`` is the class of a value.

    Examples
    --------
    >>> ramp_classes(np.array([0, 0, 3, 4, 8, 11, 15, 22, 31, 47, 94.0]))
    (3.0, 6.0, 12.0, 21.0, 37.0)
    >>> ramp_classes(np.array([0.0, 0.0])), ramp_classes(np.array([2.0, 2.0])), ramp_classes(np.array([155.3]))
    ((), (2.0,), (150.0,))
    """
    positive = values[np.isfinite(values) & (values > 0)]
    if not len(positive):
        return ()
    whole = bool(np.all(positive == np.round(positive)))
    edges = np.quantile(positive, np.arange(k - 1) / (k - 1))
    rounded = [float(edges[0]) if whole else _floor_pretty(float(edges[0]))]
    rounded += [float(round(pretty(edge))) if whole else pretty(float(edge)) for edge in edges[1:]]
    # A break rounded up above every value would begin a class that nothing belongs to.
    return tuple(sorted({edge for edge in rounded if 0 < edge <= float(positive.max())}))


def ramp_colors(breaks: int) -> tuple[str, ...]:
    """Give the colours of the classes that `ramp_classes` made.

    Parameters
    ----------
    breaks : int
        Number of breaks, at most five.

    Returns
    -------
    tuple of str, length breaks + 1
        The colour of zero, then those of the classes, spread over the whole ramp.

    Examples
    --------
    >>> ramp_colors(5) == SEQUENTIAL_RAMP, ramp_colors(1)
    (True, ('#f2f0ea', '#e99150'))
    """
    darkest = len(SEQUENTIAL_RAMP) - 1
    if breaks == 1:
        return SEQUENTIAL_RAMP[0], SEQUENTIAL_RAMP[3]
    return tuple(SEQUENTIAL_RAMP[round(place * darkest / max(breaks, 1))] for place in range(breaks + 1))


def softened(color: str, *, white: float = 0.55) -> str:
    """Mix a colour with white, so that what lies above it stands out.

    Parameters
    ----------
    color : str
        Hexadecimal red, green and blue.
    white : float
        Share of white, 0 to 1.

    Returns
    -------
    str
        Hexadecimal red, green and blue.

    Examples
    --------
    >>> softened("#000000", white=0.5)
    '#808080'
    """
    mixed = [round(part + (255 - part) * white) for part in bytes.fromhex(color.removeprefix("#"))]
    return "#" + bytes(mixed).hex()


def _floor_pretty(value: float) -> float:
    # The smallest value must not fall below the first break.
    rounded = pretty(value)
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return rounded if rounded <= value else pretty(value - step)


def density_classes(highest: float) -> tuple[DensityClass, ...]:
    """Cut a density into classes at round shares of its highest value.

    Quantiles would be ruled by the many cells where hardly anything happens.

    Parameters
    ----------
    highest : float
        Highest density, incidents per km².

    Returns
    -------
    tuple of DensityClass
        Growing; what lies below the first is not drawn. Empty when nothing is above zero.

    Examples
    --------
    >>> [entry.from_value for entry in density_classes(20.0)]
    [2.0, 5.0, 9.0, 13.0, 17.0]
    """
    if not highest > 0:
        return ()
    edges = [pretty(share * highest) for share in _DENSITY_SHARES]
    upper = [*edges[1:], max(pretty(highest), highest)]
    return tuple(
        DensityClass(lower, to_value, color) for lower, to_value, color in zip(edges, upper, DENSITY_RAMP, strict=True)
    )


@dataclass(frozen=True)
class HotspotStyle:
    """How a class of hotspots is drawn; told apart without colour too.

    Parameters
    ----------
    name : str
        Of the class.
    title : Text
        What it means.
    fill, edge : str
        Hexadecimal.
    opacity : float
        Of the fill.
    width_pt : float
        Of the edge, points.
    hatch : str
        Pattern of matplotlib; empty for none.
    """

    name: str
    title: Text
    fill: str
    edge: str
    opacity: float
    width_pt: float
    hatch: str = ""


HOTSPOT_STYLES: Mapping[str, HotspotStyle] = {
    style.name: style
    for style in (
        HotspotStyle("hot", Text("điểm nóng, q không quá 0,05", "hotspot, q at most 0.05"),
                     "#c0221f", "#5c0a0a", 0.85, 0.7),
        HotspotStyle("cold", Text("điểm lạnh, q không quá 0,05", "cold spot, q at most 0.05"),
                     "#6c9bc7", "#1f5a93", 0.6, 0.4, "////"),
        HotspotStyle("high_low", Text("ô cao giữa vùng thấp, q không quá 0,05", "high among low, q at most 0.05"),
                     "#f7d3ae", "#a9541a", 0.9, 0.7, "...."),
        HotspotStyle("low_high", Text("ô thấp giữa vùng cao, q không quá 0,05", "low among high, q at most 0.05"),
                     "#c3d8ea", "#1f5a93", 0.9, 0.7, "...."),
        HotspotStyle("cluster", Text("cụm vụ việc (chưa phải kiểm định)", "cluster (no test)"),
                     "#c0221f", "#5c0a0a", 0.25, 0.9),
    )
}  # fmt: skip
