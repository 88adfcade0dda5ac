"""Boundary files as offices hand them over, made nasty on purpose."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import shapely
import shapely.ops

from layers.tcvn3 import to_unicode

__all__ = ["faulty_cells", "in_abc_fonts", "official", "with_planted_faults", "write"]

# Signs of the ABC fonts for the letters; capitals with tones have none and lose their case.
_SIGNS = {to_unicode(sign): sign for sign in map(chr, range(0xA1, 0xFF)) if to_unicode(sign) != sign}


def in_abc_fonts(text: str) -> str:
    return "".join(_SIGNS.get(letter) or _SIGNS.get(letter.lower()) or letter for letter in text)


def write(frame: gpd.GeoDataFrame, file: Path, **options: str) -> Path:
    with warnings.catch_warnings(action="ignore"):
        frame.to_file(file, **options)
    return file


def official(frame: gpd.GeoDataFrame, file: Path) -> Path:
    """As offices hand files over: ABC fonts, and nothing said about fonts or place."""
    worded = frame[["code", "name", "unit_type", "province_code", "geometry"]].copy()
    for column in ("name", "unit_type"):
        worded[column] = [in_abc_fonts(text) for text in worded[column]]
    write(worded, file, encoding="ISO-8859-1")
    file.with_suffix(".prj").unlink()
    file.with_suffix(".cpg").unlink()
    return file


def faulty_cells() -> gpd.GeoDataFrame:
    """Three wards in a row: a strip of 3 m between the first two, one of 3 m that both of the others claim."""
    strip = 0.00003
    shapes = [
        shapely.box(106.00, 20.9, 106.01, 20.91) | shapely.box(106.01, 20.9, 106.01 + strip, 20.901)
        | shapely.box(106.01, 20.909, 106.01 + strip, 20.91),
        shapely.box(106.01 + strip, 20.9, 106.02 + strip, 20.91),
        shapely.box(106.02, 20.9, 106.03, 20.91),
    ]  # fmt: skip
    columns = {"code": ["90001", "90002", "90003"], "name": ["A", "B", "C"], "unit_type": ["Phường"] * 3}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def with_planted_faults(wards: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[frozenset[str], tuple[str, float]]]:
    """Cut strips 3 m wide along shared borders: in turn left to nobody, and claimed by both."""
    shapes, codes = wards.geometry.to_numpy().copy(), wards["code"].tolist()
    tree, used = shapely.STRtree(shapes), set[int]()
    planted: dict[frozenset[str], tuple[str, float]] = {}
    for one in range(len(shapes)):
        for other in tree.query(shapes[one], predicate="touches").tolist():
            border = shapely.line_merge(shapely.intersection(shapes[one], shapes[other]))
            longest = max(shapely.get_parts(border), key=lambda part: part.length, default=shapely.LineString())
            if used & {one, other} or longest.length < 1500 or len(planted) == 8:
                continue
            strip = shapely.ops.substring(longest, 300, 900).buffer(3, single_sided=True, cap_style="flat")
            owner, taker = sorted((one, other), key=lambda row: -shapely.intersection(shapes[row], strip).area)
            kind = ("sliver", "overlap")[len(planted) % 2]
            planted[frozenset((codes[one], codes[other]))] = kind, shapely.intersection(shapes[owner], strip).area
            if kind == "sliver":
                shapes[owner] = shapely.difference(shapes[owner], strip)
            else:
                shapes[taker] = shapely.union(shapes[taker], strip)
            used |= {one, other}
    return wards.set_geometry(shapes), planted
