"""The small map: the whole country in a few hand-drawn strokes, Hoàng Sa and Trường Sa always in it.

Places were put down by hand to about 0.05°; islands are drawn larger than they are, so that
they can be seen. Nothing here says where a border runs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from sample_maker.landform import chaikin

Place = tuple[float, float]

# From Móng Cái down the coast to Hà Tiên, back up along the land border.
_MAINLAND: tuple[Place, ...] = (
    (107.98, 21.55), (107.70, 21.38), (107.40, 21.22), (107.30, 21.00), (107.05, 20.93), (106.82, 20.85),
    (106.76, 20.66), (106.60, 20.52), (106.58, 20.25), (106.32, 20.10), (106.10, 19.95), (105.94, 19.80),
    (105.82, 19.55), (105.80, 19.28), (105.65, 19.05), (105.74, 18.78), (105.92, 18.45), (106.12, 18.28),
    (106.45, 18.05), (106.47, 17.75), (106.66, 17.42), (107.00, 17.10), (107.18, 16.88), (107.62, 16.58),
    (108.02, 16.28), (108.20, 16.15), (108.32, 16.08), (108.42, 15.82), (108.72, 15.48), (108.92, 15.30),
    (108.92, 15.00), (109.06, 14.68), (109.08, 14.30), (109.22, 13.92), (109.24, 13.55), (109.32, 13.15),
    (109.44, 12.88), (109.32, 12.60), (109.24, 12.30), (109.20, 11.95), (109.16, 11.70), (109.02, 11.40),
    (108.72, 11.18), (108.38, 11.02), (108.08, 10.82), (107.90, 10.68), (107.52, 10.50), (107.12, 10.35),
    (106.95, 10.40), (106.78, 10.22), (106.76, 10.00), (106.62, 9.72), (106.45, 9.50), (106.18, 9.32),
    (105.85, 9.22), (105.45, 9.02), (105.28, 8.78), (105.05, 8.60), (104.75, 8.57), (104.80, 8.85),
    (104.82, 9.20), (104.84, 9.60), (104.90, 9.85), (105.08, 9.95), (104.90, 10.12), (104.65, 10.18),
    (104.45, 10.40), (104.78, 10.52), (105.05, 10.88), (105.35, 10.88), (105.75, 11.00), (105.92, 10.88),
    (106.18, 10.78), (106.15, 11.05), (105.88, 11.28), (105.80, 11.60), (106.05, 11.76), (106.42, 11.68),
    (106.45, 11.96), (106.78, 12.06), (107.20, 12.28), (107.52, 12.38), (107.56, 12.80), (107.50, 13.20),
    (107.60, 13.52), (107.42, 13.95), (107.36, 14.35), (107.52, 14.70), (107.55, 15.05), (107.68, 15.28),
    (107.30, 15.62), (107.18, 15.88), (107.42, 16.05), (107.12, 16.28), (106.75, 16.45), (106.58, 16.70),
    (106.55, 16.98), (106.25, 17.25), (105.85, 17.58), (105.60, 17.92), (105.38, 18.15), (105.15, 18.38),
    (105.12, 18.65), (104.60, 18.80), (104.20, 19.05), (103.92, 19.28), (104.10, 19.62), (104.60, 19.62),
    (104.92, 19.95), (104.75, 20.20), (104.42, 20.42), (104.55, 20.65), (104.15, 20.92), (103.75, 20.72),
    (103.20, 20.82), (102.98, 21.10), (102.92, 21.62), (102.65, 21.70), (102.40, 22.10), (102.18, 22.42),
    (102.50, 22.72), (102.95, 22.50), (103.32, 22.76), (103.62, 22.72), (104.00, 22.52), (104.25, 22.80),
    (104.72, 22.84), (105.00, 23.12), (105.32, 23.36), (105.65, 23.08), (105.95, 22.95), (106.35, 22.88),
    (106.75, 22.80), (106.58, 22.45), (106.68, 22.05), (106.98, 21.92), (107.30, 21.72), (107.62, 21.62),
)  # fmt: skip

# Middle, half length and half width in degrees, direction of the long axis.
_COASTAL: tuple[tuple[Place, float, float, float], ...] = (
    ((104.00, 10.22), 0.24, 0.12, 100.0),  # Phú Quốc
    ((106.61, 8.69), 0.08, 0.05, 40.0),  # Côn Đảo
    ((109.12, 15.38), 0.05, 0.035, 0.0),  # Lý Sơn
    ((108.94, 10.53), 0.05, 0.035, 60.0),  # Phú Quý
    ((107.03, 20.78), 0.11, 0.08, 140.0),  # Cát Bà
    ((107.73, 20.13), 0.04, 0.025, 45.0),  # Bạch Long Vĩ
    ((107.42, 20.98), 0.09, 0.03, 40.0),  # Vân Đồn
    ((107.10, 17.16), 0.035, 0.03, 0.0),  # Cồn Cỏ
    ((103.48, 9.32), 0.05, 0.04, 30.0),  # Thổ Chu
)
_HOANG_SA: tuple[Place, ...] = (
    (112.33, 16.83), (112.73, 16.66), (112.24, 17.02), (111.58, 16.55), (111.48, 16.32), (111.74, 16.40),
    (111.20, 15.78), (111.80, 16.06), (111.52, 17.09), (112.50, 16.05), (112.02, 16.34),
)  # fmt: skip
_TRUONG_SA: tuple[Place, ...] = (
    (114.33, 11.43), (114.28, 11.05), (115.03, 11.08), (114.42, 10.68), (115.82, 10.76), (114.42, 10.38),
    (114.37, 10.13), (114.33, 9.88), (115.53, 9.90), (112.90, 9.55), (112.35, 8.93), (113.70, 8.97),
    (112.83, 8.86), (111.92, 8.65), (111.67, 8.67), (114.65, 8.85), (113.95, 8.72), (113.30, 8.17),
    (112.92, 7.88), (113.83, 7.38), (116.45, 9.05), (116.70, 10.40),
)  # fmt: skip
_ISLAND_HALF_DEG = 0.12


def features(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Make the features of the small map.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the islands' forms.

    Returns
    -------
    list of dict
        Properties and `geometry` (EPSG:4326) of the mainland with its coastal islands,
        of Hoàng Sa and of Trường Sa.
    """
    closed = np.array([*_MAINLAND, _MAINLAND[0]])
    mainland = shapely.Polygon(np.round(chaikin(closed, rounds=2), 3))
    coastal = [_ring(middle, (long, wide), axis, rng=rng) for middle, long, wide, axis in _COASTAL]
    return [
        _feature("mainland", "", "Đất liền và các đảo ven bờ", parts=[mainland, *coastal]),
        _feature("hoang_sa", "20333", "Quần đảo Hoàng Sa", parts=_archipelago(_HOANG_SA, rng)),
        _feature("truong_sa", "22736", "Quần đảo Trường Sa", parts=_archipelago(_TRUONG_SA, rng)),
    ]


_UNIT_NAMES = {
    "20333": "Đặc khu Hoàng Sa, thành phố Đà Nẵng",
    "22736": "Đặc khu Trường Sa, tỉnh Khánh Hoà",
}


def _feature(role: str, code: str, name: str, *, parts: list[shapely.Polygon]) -> dict[str, Any]:
    shape = shapely.MultiPolygon([shapely.orient_polygons(part) for part in parts])
    unit_name = _UNIT_NAMES.get(code)
    return {"role": role, "code": code or None, "name": name, "unit_name": unit_name, "geometry": shape}


def _archipelago(middles: tuple[Place, ...], rng: np.random.Generator) -> list[shapely.Polygon]:
    halves = rng.uniform(0.7, 1.15, (len(middles), 2)) * (_ISLAND_HALF_DEG, 0.7 * _ISLAND_HALF_DEG)
    turns = rng.uniform(0, 180, len(middles))
    rings = [
        _ring(middle, (float(long), float(wide)), float(axis), rng=rng)
        for middle, (long, wide), axis in zip(middles, halves, turns, strict=True)
    ]
    joined = shapely.union_all(rings)
    return list(shapely.get_parts(joined))


def _ring(middle: Place, halves: Place, axis_deg: float, *, rng: np.random.Generator) -> shapely.Polygon:
    turn = np.linspace(0, 2 * math.pi, 22, endpoint=False)
    uneven: NDArray[np.float64] = 1 + 0.10 * np.cos(2 * turn + rng.uniform(0, 6)) + 0.08 * np.cos(3 * turn)
    along, across = halves[0] * uneven * np.cos(turn), halves[1] * uneven * np.sin(turn)
    axis = math.radians(axis_deg)
    lon = middle[0] + along * math.cos(axis) - across * math.sin(axis)
    lat = middle[1] + along * math.sin(axis) + across * math.cos(axis)
    return shapely.Polygon(np.round(np.column_stack([lon, lat]), 3))
