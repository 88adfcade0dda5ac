"""Evidence about a file's coordinate system: how many metres each candidate puts its units from where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.crs_systems import System

__all__ = ["Fit", "border_fits", "clearly_better", "seat_fits"]

# Metres on one degree of latitude, and of longitude at the equator (WGS 84, means).
_METRES_PER_DEG = np.array([111_320.0, 110_640.0])
# Seats are rounded to 0.01°, so one alone is off by this much in each direction (0.01° / √12).
_SEAT_ERROR_M = 320.0
# A unit this far from where the others point was matched wrongly, or its seat lies elsewhere.
_ASTRAY_M = 3000.0
_BORDER_SAMPLE = 3000
_NEAR_BORDER_M = 300.0
_FEWEST_NEAR = 40
_SAME_BORDER_M = 6.0


@dataclass(frozen=True)
class Fit:
    """How well one candidate system fits what is known.

    Parameters
    ----------
    system : System
        The candidate.
    offset_m : float
        Metres between where the file's units would lie and where they belong.
    error_m : float
        How far that figure is to be trusted: its standard error.
    matched : int
        Number of units or border places compared.
    against : str
        ``seats`` of the published list, or ``borders`` already loaded.
    """

    system: System
    offset_m: float
    error_m: float
    matched: int
    against: str


def seat_fits(xy: NDArray[np.float64], seats_lonlat: NDArray[np.float64], systems: Sequence[System]) -> list[Fit]:
    """Compare a place inside each unit with the published one, under each system.

    The offset is the length of the mean shift of the units that agree, so the rounding of
    single seats cancels out.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        A place inside each unit, in the file's own numbers.
    seats_lonlat : ndarray of float, shape (n, 2)
        Where each belongs, degrees; not a number where unknown.
    systems : sequence of System
        The candidates.

    Returns
    -------
    list of Fit
        Best first; empty when no unit has a known place.
    """
    known = np.isfinite(seats_lonlat).all(axis=1) & np.isfinite(xy).all(axis=1)
    if not known.any():
        return []
    fits = (_seat_fit(system, xy[known], seats_lonlat[known]) for system in systems)
    # Python's sort keeps the likelier of two equal candidates first.
    return sorted((fit for fit in fits if np.isfinite(fit.offset_m)), key=lambda fit: round(fit.offset_m))


def _seat_fit(system: System, xy: NDArray[np.float64], seats: NDArray[np.float64]) -> Fit:
    shift = _metres(system.to_lonlat(xy) - seats, seats)
    shift = shift[np.isfinite(shift).all(axis=1)]
    if 2 * len(shift) < len(xy):
        return Fit(system, np.inf, np.inf, len(xy), "seats")
    agreeing = shift[np.hypot(*(shift - np.median(shift, axis=0)).T) <= _ASTRAY_M]
    if 2 * len(agreeing) < len(shift):
        return Fit(system, np.inf, np.inf, len(shift), "seats")
    spread = np.maximum(agreeing.std(axis=0), _SEAT_ERROR_M)
    error = np.hypot(*spread) / np.sqrt(len(agreeing))
    return Fit(system, float(np.hypot(*agreeing.mean(axis=0))), float(error), len(agreeing), "seats")


def _metres(degrees: NDArray[np.float64], around: NDArray[np.float64]) -> NDArray[np.float64]:
    narrowed = np.column_stack((np.cos(np.radians(around[:, 1])), np.ones(len(around))))
    return np.asarray(degrees * _METRES_PER_DEG * narrowed)


def border_fits(xy: NDArray[np.float64], known_lonlat: NDArray[np.object_], systems: Sequence[System]) -> list[Fit]:
    """Compare border vertices with borders that are already loaded, under each system.

    Neighbours share a border, and an earlier vintage shares most of its lines: of the
    vertices that come near a known border, at least a quarter lie on it when the system is
    right. The offset is therefore the lower quartile of their distances.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        Border vertices in the file's own numbers; a few thousand are enough.
    known_lonlat : ndarray of polygons, shape (m,)
        Units whose place is known, EPSG:4326.
    systems : sequence of System
        The candidates.

    Returns
    -------
    list of Fit
        Best first; a candidate with too few vertices near a known border is left out.
    """
    lines = shapely.boundary(known_lonlat[~(shapely.is_missing(known_lonlat) | shapely.is_empty(known_lonlat))])
    if len(lines) == 0 or len(xy) == 0:
        return []
    middle = np.array([shapely.total_bounds(lines).reshape(2, 2).mean(axis=0)])
    scale = _metres(np.ones((1, 2)), middle)[0]
    tree = shapely.STRtree(shapely.get_parts(shapely.transform(lines, lambda place: place * scale)))
    sample = xy[:: max(1, len(xy) // _BORDER_SAMPLE)]
    fits = (_border_fit(system, system.to_lonlat(sample) * scale, tree) for system in systems)
    return sorted((fit for fit in fits if fit is not None), key=lambda fit: round(fit.offset_m))


def _border_fit(system: System, places_m: NDArray[np.float64], tree: shapely.STRtree) -> Fit | None:
    finite = places_m[np.isfinite(places_m).all(axis=1)]
    (_place, _line), distance = tree.query_nearest(
        shapely.points(finite), max_distance=_NEAR_BORDER_M, return_distance=True, all_matches=False
    )
    if len(distance) < _FEWEST_NEAR:
        return None
    return Fit(system, float(np.quantile(distance, 0.25)), _SAME_BORDER_M, len(distance), "borders")


def clearly_better(best: Fit, other: Fit) -> bool:
    """Say whether the evidence tells one system from another.

    Parameters
    ----------
    best, other : Fit
        Both against the same known places.

    Returns
    -------
    bool
        True when `best` fits within its error and `other` is out by far more than its own.

    Examples
    --------
    >>> near, far = Fit(System(4756), 12.0, 35.0, 114, "seats"), Fit(System(4326), 230.0, 35.0, 114, "seats")
    >>> clearly_better(near, far), clearly_better(far, near)
    (True, False)
    """
    fits = best.offset_m <= 3 * best.error_m
    return fits and other.offset_m > 4 * other.error_m and other.offset_m > 3 * best.offset_m
