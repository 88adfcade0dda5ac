"""The published facts of all commune-level units of 2025, as evidence about a file that says too little."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from layers.boundaries import bundled
from layers.boundaries.values import pad_code
from layers.wording import fold

__all__ = ["Seat", "match_seats", "seat_places"]

# Names alone are shared by many units, so only several of them together say something.
_FEWEST_BY_NAME = 5


@dataclass(frozen=True)
class Seat:
    """One unit of 2025.

    Parameters
    ----------
    name : str
        Its name in the official spelling, without its type.
    lon, lat : float
        A place inside it, rounded to 0.01°.
    """

    name: str
    lon: float
    lat: float


@cache
def _seats() -> dict[str, Seat]:
    with bundled.path("boundaries/units_2025.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Seat(row["name"], float(row["seat_lon"]), float(row["seat_lat"]))
            for row in csv.DictReader(file)
        }


@cache
def _seat_by_name() -> dict[str, Seat]:
    count = Counter(fold(seat.name) for seat in _seats().values())
    return {fold(seat.name): seat for seat in _seats().values() if count[fold(seat.name)] == 1}


def match_seats(codes: Sequence[str], names: Sequence[str]) -> list[Seat | None]:
    """Find the published unit of each row: the same code and the same name, never a code alone.

    A code of 2025 may have been another ward's before, so a code whose name differs proves
    nothing. Where no code fits at all, names that only one unit bears are taken, if there are
    enough of them.

    Parameters
    ----------
    codes, names : sequence of str, length n
        As in a file; names without their type.

    Returns
    -------
    list of Seat or None
        In the order given.

    Examples
    --------
    >>> [seat and seat.name for seat in match_seats(["10532", "10532"], ["le thanh nghi", "Tân Bình"])]
    ['Lê Thanh Nghị', None]
    """
    by_code = [_seats().get(pad_code(code, "commune")) for code in codes]
    matched = [
        seat if seat and fold(seat.name) == fold(name) else None for seat, name in zip(by_code, names, strict=True)
    ]
    if any(matched):
        return matched
    by_name = [_seat_by_name().get(fold(name)) for name in names]
    return by_name if sum(seat is not None for seat in by_name) >= _FEWEST_BY_NAME else matched


def seat_places(seats: Sequence[Seat | None]) -> NDArray[np.float64]:
    """Put the places of matched units in one array.

    Parameters
    ----------
    seats : sequence of Seat or None, length n
        As `match_seats` gives them.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Longitude and latitude, degrees; not a number where there is no seat.
    """
    return np.array([(seat.lon, seat.lat) if seat else (np.nan, np.nan) for seat in seats]).reshape(-1, 2)
