"""Repeat places: how few places hold how many of the incidents.

Concentration at places is the usual case (Sherman, Gartin and Buerger 1989, "Hot spots of predatory crime",
Criminology 27(1), 27–56; Weisburd 2015, "The law of crime concentration and the criminology of place",
Criminology 53(2), 133–157). With fewer incidents than places some concentration is arithmetic, so the Gini
coefficient is given as adjusted by Bernasco and Steenbeek (2017, "More places than crimes: implications for
evaluating the law of crime concentration at place", Journal of Quantitative Criminology 33, 451–467).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter
from layers.hotspots.evidence import Evidence, inputs_hash
from layers.hotspots.points import check_positive, usable_points
from layers.wording import Text

__all__ = ["Concentration", "RepeatPlaces", "concentration", "repeat_places"]

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

# So many positions coarser than the rounding make false repeat places out of centres of streets and wards.
_COARSE_SHARE = 0.1


@dataclass(frozen=True)
class Concentration:
    """How incidents are spread over places.

    Parameters
    ----------
    counts : ndarray of int64, shape (places,)
        Incidents at each place, most first; places without any are in it when they are known.
    evidence : Evidence
        How it was found.
    """

    counts: Counts
    evidence: Evidence

    @property
    def incident_count(self) -> int:
        """Incidents at all places."""
        return int(self.counts.sum())

    def places_share(self, incidents_share: float) -> float:
        """Tell the least share of the places that holds a share of the incidents.

        Parameters
        ----------
        incidents_share : float
            More than 0, at most 1.

        Returns
        -------
        float
            Between 0 and 1: whole places by all places.

        Raises
        ------
        InvalidParameter
            When the share is none.
        """
        _check_share(incidents_share)
        # Sums are whole numbers, so half an incident of room only takes away the error of the product.
        wanted = incidents_share * self.incident_count - 1e-9
        needed = int(np.searchsorted(np.cumsum(self.counts), wanted)) + 1
        return needed / len(self.counts)

    def incidents_share(self, places_share: float) -> float:
        """Tell the share of the incidents at a share of the places, those with most first.

        Parameters
        ----------
        places_share : float
            More than 0, at most 1; a part of a place holds that part of its incidents.

        Returns
        -------
        float
            Between 0 and 1.

        Raises
        ------
        InvalidParameter
            When the share is none.
        """
        _check_share(places_share)
        cumulated = np.append(0, np.cumsum(self.counts)) / self.incident_count
        return float(np.interp(places_share * len(self.counts), np.arange(len(cumulated)), cumulated))

    def curve(self, places_shares: Sequence[float] = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)) -> tuple[float, ...]:
        """Give the numbers of the J-curve.

        Parameters
        ----------
        places_shares : sequence of float
            Shares of the places.

        Returns
        -------
        tuple of float
            The share of the incidents for each.
        """
        return tuple(self.incidents_share(share) for share in places_shares)

    @property
    def gini(self) -> float:
        """Gini coefficient, adjusted: 0 as even as so many incidents allow, 1 all at one place."""
        incidents, places = self.incident_count, len(self.counts)
        rising = self.counts[::-1] / incidents
        weighted = 2 * float((np.arange(1, places + 1) * rising).sum()) - places - 1
        return max(1 / incidents, 1 / places) * weighted - max(places / incidents, 1.0) + 1

    def repeated(self) -> tuple[int, int]:
        """Count the places with two incidents or more.

        Returns
        -------
        tuple of int
            Such places, and the incidents at them.
        """
        again = self.counts[self.counts >= 2]
        return len(again), int(again.sum())


@dataclass(frozen=True)
class RepeatPlaces:
    """Repeat places on the map.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (places,)
        The middle of each place, metres; in the order of the counts.
    concentration : Concentration
        How the incidents are spread over the places that have any.
    caution : Text or None
        Why the numbers should not be trusted, when positions are too coarse.
    """

    x_m: Array
    y_m: Array
    concentration: Concentration
    caution: Text | None


def repeat_places(x_m: Array, y_m: Array, *, rounding_m: float, accuracy_m: Array | None = None) -> RepeatPlaces:
    """Find places with several incidents, a place being a square of the stated accuracy.

    Only places with an incident are known, so shares are of those: the curve is flatter than one over all
    addresses would be.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in a metric system.
    rounding_m : float
        Side of a place: positions are rounded to multiples of it, metres.
    accuracy_m : ndarray of float, shape (n,), optional
        How far each position may be off, metres; not a number where unknown.

    Returns
    -------
    RepeatPlaces
        The place with most incidents first.

    Raises
    ------
    InvalidParameter
        When the rounding is not more than 0 or an incident cannot be used.
    EmptyInput
        Without incidents.

    Examples
    --------
    >>> x_m = np.array([1.0, 2, 3, 98, 205])
    >>> found = repeat_places(x_m, np.zeros(5), rounding_m=50)
    >>> found.x_m.tolist(), found.concentration.counts.tolist(), found.caution
    ([0.0, 100.0, 200.0], [3, 1, 1], None)
    """
    check_positive("rounding_m", rounding_m)
    points = usable_points(x_m, y_m, least=1)
    # floor(v + ½) rather than round: halves always go the same way, so shifting by whole places changes nothing.
    steps = np.floor(points.xy_m / rounding_m + 0.5)
    places, counts = np.unique(steps, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    evidence = Evidence("repeat_places", {"rounding_m": rounding_m}, inputs_hash(points.x_m, points.y_m))
    found = Concentration(counts[order].astype(np.int64), evidence)
    middle = places[order] * rounding_m
    return RepeatPlaces(middle[:, 0], middle[:, 1], found, _caution(accuracy_m, rounding_m))


def concentration(place: NDArray[Any], *, place_count: int | None = None) -> Concentration:
    """Measure how incidents are spread over named places, such as units or addresses.

    Parameters
    ----------
    place : ndarray of text or int, shape (n,)
        The place of each incident.
    place_count : int, optional
        How many places there are, those without an incident included; those that occur when left out.

    Returns
    -------
    Concentration
        Most incidents first.

    Raises
    ------
    InvalidParameter
        When there are fewer places than occur.
    EmptyInput
        Without incidents.

    Examples
    --------
    >>> streets = np.repeat(["A", "B", "C"], [80, 12, 8])
    >>> found = concentration(streets, place_count=5)
    >>> found.incidents_share(0.2), found.places_share(0.8), found.repeated()
    (0.8, 0.2, (3, 100))
    """
    if len(place) == 0:
        raise EmptyInput(
            Text("Không có vụ việc nào.", "There are no incidents."),
            Text("Mở rộng thời gian, loại vụ việc hoặc phạm vi.", "Widen the period, the categories or the area."),
        )
    _names, counts = np.unique(place, return_counts=True)
    total = len(counts) if place_count is None else place_count
    if total < len(counts):
        raise InvalidParameter(
            Text(f"Có vụ việc ở {len(counts)} nơi, nhiều hơn {total} nơi đã nêu.",
                 f"Incidents occur at {len(counts)} places, more than the {total} stated."),
            Text("Nêu tổng số nơi, kể cả nơi không có vụ nào.", "State all places, those without incidents included."),
        )  # fmt: skip
    every = np.append(np.sort(counts)[::-1], np.zeros(total - len(counts), dtype=np.int64)).astype(np.int64)
    return Concentration(every, Evidence("concentration", {"place_count": total}, inputs_hash(place)))


def _check_share(share: float) -> None:
    if not 0 < share <= 1:
        raise InvalidParameter(
            Text(f"Tỷ lệ {share:g} không dùng được.", f"A share of {share:g} cannot be used."),
            Text("Chọn lớn hơn 0 và không quá 1.", "Choose more than 0 and at most 1."),
        )


def _caution(accuracy_m: Array | None, rounding_m: float) -> Text | None:
    if accuracy_m is None:
        return None
    known = accuracy_m[np.isfinite(accuracy_m)]
    coarse = int((known > rounding_m).sum())
    if coarse <= _COARSE_SHARE * len(accuracy_m):
        return None
    return Text(
        f"{coarse} trên {len(accuracy_m)} vụ có vị trí kém chính xác hơn {rounding_m:g} m: "
        "nơi lặp lại có thể chỉ là điểm giữa của đường hoặc phường.",
        f"{coarse} of {len(accuracy_m)} incidents have positions less accurate than {rounding_m:g} m: "
        "a repeat place may only be the middle of a street or a ward.",
    )
