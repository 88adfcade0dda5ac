"""Outlines for matplotlib: areas, marker shapes, and the drawn symbols of models and cameras."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import shapely
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

__all__ = ["SHAPES", "Symbol", "area_path", "parse_symbols", "shipped_symbols"]

_TOKENS = re.compile(r"[MLCZ]|-?\d+(?:\.\d+)?")
_CODES = {"M": (Path.MOVETO,), "L": (Path.LINETO,), "C": (Path.CURVE4, Path.CURVE4, Path.CURVE4)}


def _polygon(sides: int, *, radius: float = 0.5, turn_deg: float = 90.0) -> Path:
    angle = np.radians(turn_deg) + 2 * np.pi * np.arange(sides) / sides
    return _ring([(float(x), float(y)) for x, y in radius * np.column_stack([np.cos(angle), np.sin(angle)])])


def _ring(points: Sequence[tuple[float, float]]) -> Path:
    return Path(np.array([*points, points[0]]), closed=True)


# All cover about the same area around (0, 0), so that no group looks heavier than another.
SHAPES: dict[str, Path] = {
    "circle": Path.unit_circle().transformed(Affine2D().scale(0.5)),
    "square": _polygon(4, radius=0.62, turn_deg=45),
    "diamond": _polygon(4, radius=0.64),
    "triangle": _polygon(3, radius=0.68),
    "triangle_down": _polygon(3, radius=0.68, turn_deg=-90),
    "hexagon": _polygon(6, radius=0.55),
    "shield": _ring([(-0.46, 0.5), (0.46, 0.5), (0.46, -0.05), (0.3, -0.34), (0, -0.56), (-0.3, -0.34),
                     (-0.46, -0.05)]),
    "cross": _ring([(-0.17, 0.52), (0.17, 0.52), (0.17, 0.17), (0.52, 0.17), (0.52, -0.17), (0.17, -0.17),
                    (0.17, -0.52), (-0.17, -0.52), (-0.17, -0.17), (-0.52, -0.17), (-0.52, 0.17), (-0.17, 0.17)]),
}  # fmt: skip


class Symbol(NamedTuple):
    """A drawn symbol.

    Parameters
    ----------
    shape : Path
        Its plate, about one unit high around (0, 0).
    glyph : Path or None
        What is drawn on the plate; None when only the plate is known.
    """

    shape: Path
    glyph: Path | None


_UNKNOWN = Symbol(SHAPES["circle"], None)


def area_path(shape: shapely.Geometry) -> Path:
    """Turn polygons into one outline, holes included.

    Parameters
    ----------
    shape : shapely geometry
        Polygon or multipolygon; other parts are left out.

    Returns
    -------
    Path
        Outer rings run one way and holes the other, so that holes stay open however filled.
    """
    polygons = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2]
    rings = shapely.get_rings(shapely.orient_polygons(polygons)) if polygons else []
    if not len(rings):
        return Path(np.empty((0, 2)))
    coordinates, ring_of = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(coordinates), Path.LINETO, dtype=Path.code_type)
    first = np.flatnonzero(np.diff(ring_of, prepend=-1))
    codes[first] = Path.MOVETO
    codes[np.append(first[1:], len(codes)) - 1] = Path.CLOSEPOLY
    return Path(coordinates, codes)


def parse_symbols(text: str) -> dict[str, Symbol]:
    """Read drawn symbols.

    Parameters
    ----------
    text : str
        JSON: name -> `d`, a path of absolute M L C Z commands on a 24 × 24 grid whose y runs
        down, and `shape`, the plate it stands on.

    Returns
    -------
    dict of str to Symbol
        By name; on a circle where the plate is not known.

    Examples
    --------
    >>> drawn = parse_symbols('{"box": {"d": "M 0 0 L 24 0 L 24 24 Z", "shape": "square"}}')["box"]
    >>> drawn.glyph.vertices[0].tolist()
    [-0.5, 0.5]
    """
    read: dict[str, dict[str, str]] = json.loads(text)
    return {
        name: Symbol(SHAPES.get(drawn.get("shape", ""), SHAPES["circle"]), _glyph(drawn["d"]))
        for name, drawn in read.items()
    }


def _glyph(commands: str) -> Path:
    vertices: list[tuple[float, float]] = []
    codes: list[np.uint8] = []
    tokens = _TOKENS.findall(commands)
    position, command = 0, "M"
    while position < len(tokens):
        if tokens[position].isalpha():
            command, position = tokens[position], position + 1
        if command == "Z":
            vertices.append((0.0, 0.0))
            codes.append(Path.CLOSEPOLY)
            continue
        for code in _CODES[command]:
            x, y = float(tokens[position]), float(tokens[position + 1])
            vertices.append((x / 24 - 0.5, 0.5 - y / 24))
            codes.append(code)
            position += 2
    return Path(np.array(vertices), codes)


@cache
def shipped_symbols() -> dict[str, Symbol]:
    """Read the symbols that the page draws too.

    Returns
    -------
    dict of str to Symbol
        By name; asking for one that is not drawn yet is answered with a plain circle.
    """
    source = files("mapserver").joinpath("rendering", "symbols.json")
    return _Symbols(parse_symbols(source.read_text(encoding="utf-8")) if source.is_file() else {})


class _Symbols(dict[str, Symbol]):
    def __missing__(self, name: str) -> Symbol:
        return _UNKNOWN
