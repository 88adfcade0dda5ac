"""The land itself: the outline of the mainland and the two island zones, in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import brentq

from sample_maker.units import Face, to_plane

# River mouths as drawn by hand: from the sea inland, degrees; half widths in metres.
_MOUTHS_LONLAT = (
    ((106.88, 20.905), (106.81, 20.895), (106.765, 20.888)),
    ((106.88, 20.765), (106.815, 20.786), (106.790, 20.789)),
    ((106.78, 20.640), (106.715, 20.683), (106.690, 20.690)),
    ((106.70, 20.560), (106.632, 20.605), (106.612, 20.622)),
)
_MOUTH_HALF_WIDTH_M = (1500.0, 420.0, 90.0)
_SMOOTHING_M = 6000.0
# Wave length and swing of the outline.
_WANDERING_M = ((26_000.0, 700.0), (11_000.0, 480.0), (6_500.0, 330.0), (3_700.0, 170.0), (2_100.0, 80.0))


@dataclass(frozen=True)
class Isle:
    """One island of a special zone; schematic.

    Parameters
    ----------
    zone : str
        Code of the unit it belongs to.
    centre_lonlat : tuple of float
        Degrees.
    area_share : float
        Share of the zone's published area.
    longer : float
        How much longer than wide.
    axis_deg : float
        Direction of the long axis, degrees from east to north.
    roughness : float
        Swing of the coast as a share of the radius.
    """

    zone: str
    centre_lonlat: tuple[float, float]
    area_share: float
    longer: float
    axis_deg: float
    roughness: float


ISLES = (
    Isle("11914", (107.020, 20.798), 0.815, 1.2, -35.0, 0.40),
    Isle("11914", (106.882, 20.818), 0.120, 1.8, 15.0, 0.22),
    Isle("11914", (107.130, 20.705), 0.018, 1.6, -60.0, 0.30),
    Isle("11914", (107.160, 20.765), 0.014, 1.3, 50.0, 0.30),
    Isle("11914", (107.075, 20.905), 0.016, 1.7, 10.0, 0.30),
    Isle("11914", (107.145, 20.850), 0.010, 1.5, -40.0, 0.30),
    Isle("11914", (107.150, 20.630), 0.004, 1.4, 20.0, 0.20),
    Isle("11914", (107.185, 20.622), 0.003, 1.2, 80.0, 0.20),
    Isle("11948", (107.725, 20.133), 1.0, 1.5, 50.0, 0.20),
)


def mainland(faces: list[Face], rng: np.random.Generator) -> shapely.Polygon:
    """Draw the outline of the mainland around the seats, with the area of its faces.

    Each seat brings a disc of its own area, enlarged; the union is rounded off, made to
    wander and given river mouths; the enlargement is chosen so that the area comes out right.

    Parameters
    ----------
    faces : list of Face
        The faces to be held.
    rng : numpy.random.Generator
        Source of the wandering.

    Returns
    -------
    Polygon
        Metres, without holes.
    """
    wanted_m2 = sum(face.area_m2 for face in faces)
    body = _body(faces)
    phases = rng.uniform(0, 2 * math.pi, len(_WANDERING_M))
    mouths = shapely.union_all([_mouth(np.array(line)) for line in _MOUTHS_LONLAT])

    def outline(extra_m: float) -> shapely.Polygon:
        wandering = _wandering(body.buffer(extra_m), phases)
        land = wandering.difference(mouths).buffer(-150.0).buffer(150.0)
        largest = max(shapely.get_parts(land), key=shapely.area)
        return shapely.Polygon(largest.exterior).simplify(40.0)

    return outline(brentq(lambda extra_m: outline(extra_m).area - wanted_m2, -2500.0, 2500.0, xtol=1e-3))


def _body(faces: list[Face]) -> shapely.Polygon:
    seats = shapely.points([face.seat_m for face in faces])
    radius_m = np.sqrt([face.area_m2 / math.pi for face in faces]) * 1.35
    union = shapely.union_all(shapely.buffer(seats, radius_m))
    return union.buffer(_SMOOTHING_M).buffer(-1.5 * _SMOOTHING_M).buffer(0.5 * _SMOOTHING_M)


def _wandering(body: shapely.Polygon, phases: NDArray[np.float64]) -> shapely.Polygon:
    ring = body.exterior
    count = round(ring.length / 200.0)
    along = np.arange(count) / count
    line = shapely.get_coordinates(shapely.line_interpolate_point(ring, along, normalized=True))
    swing_m = np.zeros(count)
    for (length_m, size_m), phase in zip(_WANDERING_M, phases, strict=True):
        # Whole waves only, so that the ring closes; the second cosine keeps them from looking regular.
        waves = 2 * math.pi * round(ring.length / length_m) * along
        swing_m += size_m * np.cos(waves + phase + 1.7 * np.cos(4 * math.pi * along + 3 * phase))
    return shapely.Polygon(line + normals(line) * swing_m[:, None]).buffer(0)


def _mouth(line_lonlat: NDArray[np.float64]) -> shapely.Polygon:
    centre = chaikin(to_plane(line_lonlat), rounds=3)
    along = np.linspace(0.0, 1.0, len(centre))
    half_m = np.interp(along, [0.0, 0.5, 1.0], _MOUTH_HALF_WIDTH_M)[:, None]
    side = half_m * normals(centre)
    return shapely.Polygon(np.vstack([centre + side, (centre - side)[::-1]])).buffer(0)


def normals(line_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the unit normals, to the left, at the vertices of a line.

    Parameters
    ----------
    line_m : ndarray of float, shape (n, 2)
        Metres, n at least 2.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Unit vectors.
    """
    along = np.gradient(line_m, axis=0)
    left = np.column_stack([-along[:, 1], along[:, 0]])
    return np.asarray(left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9))


def chaikin(line_m: NDArray[np.float64], *, rounds: int) -> NDArray[np.float64]:
    """Round the corners of a line while its ends are held.

    Source: Chaikin 1974, "An algorithm for high-speed curve generation".

    Parameters
    ----------
    line_m : ndarray of float, shape (n, 2)
        Metres, n at least 2.
    rounds : int
        How often corners are cut.

    Returns
    -------
    ndarray of float, shape (m, 2)
        A line with the same ends.
    """
    for _ in range(rounds):
        before, after = line_m[:-1], line_m[1:]
        cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).reshape(-1, 2)
        line_m = np.vstack([line_m[:1], cut[1:-1], line_m[-1:]])
    return line_m


def island(isle: Isle, area_m2: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw one island as a star-shaped ring with a rough coast.

    Parameters
    ----------
    isle : Isle
        Where it is and what it is like.
    area_m2 : float
        Its area on the plane.
    rng : numpy.random.Generator
        Source of its form.

    Returns
    -------
    ndarray of float, shape (n, 2)
        A closed ring, metres in `units.PLANE_EPSG`.
    """
    count = int(np.clip(math.sqrt(area_m2) / 20, 48, 700))
    turn = np.linspace(0, 2 * math.pi, count, endpoint=False)
    orders = np.arange(2, min(70, count // 4))
    phases = rng.uniform(0, 2 * math.pi, len(orders))
    # Waves that shrink more slowly than their length give bays within bays.
    sizes = isle.roughness * orders**-1.3 * rng.uniform(0.6, 1.4, len(orders))
    radius = np.maximum(1.0 + np.cos(np.outer(turn, orders) + phases) @ sizes, 0.3)
    along = math.radians(isle.axis_deg)
    ring = np.column_stack([radius * np.cos(turn) * isle.longer, radius * np.sin(turn)])
    ring = ring @ np.array([[math.cos(along), math.sin(along)], [-math.sin(along), math.cos(along)]])
    ring *= math.sqrt(area_m2 / shapely.Polygon(ring).area)
    centre_m = to_plane(np.array([isle.centre_lonlat]))
    return np.vstack([ring, ring[:1]]) + centre_m
