"""One answer of a hotspot method, the same for the page, the command line, jobs and print."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers import __version__
from layers.geo import to_lonlat
from layers.hotspots.accuracy import Interval
from layers.hotspots.evidence import Evidence
from layers.hotspots.methods import METHOD_NAMES
from layers.hotspots.sentences import OutOfSample
from layers.wording import Text
from mapserver.services.hotspot_requests import HotspotRequest
from mapserver.services.provenance import Provenance

__all__ = ["Features", "HotspotMap", "Tried", "interval_json", "plain", "stand_in_json"]

# 0.1 m on the ground.
_DEGREE_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Features:
    """What is drawn.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
        In the metric system of the answer.
    rows : sequence of dict, length n
        Properties; a `Text` is written in the language asked for.
    """

    shapes: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    rows: Sequence[Mapping[str, object]] = ()


@dataclass(frozen=True)
class Tried:
    """What the back-test of a method found at one coverage.

    Parameters
    ----------
    coverage : float
        Share of the area marked.
    hit_rate : Interval
        Share of the next period's incidents caught.
    beats : bool
        Whether it beats every baseline.
    periods : int
        Periods.
    period_days : float
        Length of each, days.
    sentence : Text
        The same in words.
    """

    coverage: float
    hit_rate: Interval
    beats: bool
    periods: int
    period_days: float
    sentence: Text

    @property
    def out_of_sample(self) -> OutOfSample:
        """For the sentence of a cell."""
        months = max(1, round(self.periods * self.period_days / 30.4))
        return OutOfSample(months, self.coverage, self.hit_rate.estimate)


@dataclass(frozen=True, eq=False)
class HotspotMap:
    """What a method found, or the reason why nothing is drawn.

    Parameters
    ----------
    request : HotspotRequest
        What was asked for.
    provenance : Provenance
        Where the incidents come from.
    sentence : Text
        The map in words; the reason where nothing is drawn.
    reason : Text or None
        Why nothing is drawn.
    epsg : int
        The metric system; 0 where nothing is drawn.
    area : dict or None
        ``kind``, ``said``, ``km2`` of the study area.
    evidence : Evidence or None
        How it was found.
    features : Features
        What is drawn.
    counts : mapping of str to object
        How many of each kind.
    cautions : tuple of Text
        What a reader must know.
    tried : Tried or None
        The back-test of the method.
    parts : mapping of str to object
        What is no map: ``table`` or ``concentration``; a `Text` is written in the language asked for.
    """

    request: HotspotRequest
    provenance: Provenance
    sentence: Text
    reason: Text | None = None
    epsg: int = 0
    area: Mapping[str, object] | None = None
    evidence: Evidence | None = None
    features: Features = field(default_factory=Features)
    counts: Mapping[str, object] = field(default_factory=dict)
    cautions: tuple[Text, ...] = ()
    tried: Tried | None = None
    parts: Mapping[str, object] = field(default_factory=dict)

    def as_geojson(self, language: str) -> dict[str, object]:
        """Write the answer as a GeoJSON FeatureCollection with its evidence at the top.

        Parameters
        ----------
        language : str
            ``vi`` or ``en``.

        Returns
        -------
        dict
            Plain values; longitude and latitude.
        """
        parts: dict[str, object] = {"table": None, "concentration": None}
        found = {
            "type": "FeatureCollection",
            **stand_in_json(self, language),
            "counts": self.counts,
            "cautions": list(self.cautions),
            "backtest": None if self.tried is None else _tried_json(self.tried),
            **parts,
            **self.parts,
            "meta": self.provenance.as_json(language),
        }
        said = plain(found, language)
        assert isinstance(said, dict)  # noqa: S101 - a dict stays one
        return said | {"features": self._features(language)}

    def _features(self, language: str) -> list[dict[str, object]]:
        if not len(self.features.shapes):
            return []
        placed = to_lonlat(gpd.GeoDataFrame(geometry=self.features.shapes, crs=f"EPSG:{self.epsg}"))
        rounded = shapely.transform(placed.geometry.to_numpy(), lambda at: np.round(at, _DEGREE_DIGITS))
        return [
            {"type": "Feature", "geometry": json.loads(shape), "properties": plain(dict(row), language)}
            for shape, row in zip(shapely.to_geojson(rounded), self.features.rows, strict=True)
        ]


def stand_in_json(found: HotspotMap, language: str, *, backtest: bool = False) -> dict[str, object]:
    """Write what stands at the top of every answer: method, evidence, sentence, study area.

    Parameters
    ----------
    found : HotspotMap
        The answer.
    language : str
        ``vi`` or ``en``.
    backtest : bool
        Whether of a back-test.

    Returns
    -------
    dict
        May hold texts of both languages, see `plain`.
    """
    request, evidence = found.request, found.evidence
    own = {} if evidence is None else evidence.parameters
    taken = request.taken(backtest=backtest)
    # A file takes the place of what the request states.
    stated = {"area": found.area["kind"]} if found.area else {}
    return {
        "method": request.method,
        "title": METHOD_NAMES[request.method],
        "inputs_hash": evidence and evidence.inputs_hash,
        "parameters": {**own, **taken, **stated},
        "seed": taken.get("seed"),
        "version": __version__,
        "crs": f"EPSG:{found.epsg}" if found.epsg else None,
        "sentence": found.sentence.in_language(language),
        "sentence_vi": found.sentence.vi,
        "sentence_en": found.sentence.en,
        "reason": found.reason,
        "area": found.area,
    }


def _tried_json(tried: Tried) -> dict[str, object]:
    return {
        "coverage": tried.coverage,
        "hit_rate": interval_json(tried.hit_rate),
        "beats": tried.beats,
        "periods": tried.periods,
        "period_days": tried.period_days,
        "sentence": tried.sentence,
    }


def interval_json(interval: Interval) -> dict[str, object]:
    """Write an estimate with its interval.

    Parameters
    ----------
    interval : Interval
        May hold what is not a number.

    Returns
    -------
    dict
        ``estimate``, ``low``, ``high``.
    """
    return dict(interval._asdict())


def plain(value: object, language: str) -> object:
    """Turn a value into what JSON holds: texts in one language, numbers that are none into None.

    Parameters
    ----------
    value : object
        Dicts, lists, numbers, texts, dates.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    object
        Plain values.
    """
    if isinstance(value, Mapping):
        return {str(name): plain(each, language) for name, each in value.items()}
    if isinstance(value, Text):
        return value.in_language(language)
    if isinstance(value, (list, tuple)):
        return [plain(each, language) for each in value]
    return _plain_number(value)


def _plain_number(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        # Ten digits are more than any figure here is good for.
        return float(f"{value:.10g}") if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, dt.date) else value
