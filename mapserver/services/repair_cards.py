"""The repair queue for a page: each card with a sketch of its defect, and what was decided before."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.boundaries.repairs import Repair
from layers.catalog import REPAIRS
from layers.store import Store
from mapserver.services.repairs import Queue, card_version

__all__ = ["CardDeck", "deck"]

_MOST_CARDS = 200
_MOST_DECISIONS = 50
# A sketch is half as wide again as high; around the defect it shows a third of its size, at least some 20 m.
_ASPECT = 1.5
_AROUND_SHARE, _AROUND_DEG = 0.35, 2e-4
# Units are cut off outside the sketch, so that the cut is not taken for a border.
_CUT_OUTSIDE = 1.1
# A sketch is some 300 pixels wide; finer lines cannot be seen in it.
_SKETCH_STEPS = 400
_DECIMALS = 7


@dataclass(frozen=True)
class CardDeck:
    """What a page shows of a repair queue.

    Parameters
    ----------
    queue : Queue
        The queue.
    as_of : date
        Day of the units.
    level : str
        Their level.
    decisions : GeoDataFrame
        Rows of `catalog.REPAIRS`, all that was decided before.
    """

    queue: Queue
    as_of: dt.date
    level: str
    decisions: gpd.GeoDataFrame

    def as_json(self, language: str) -> dict[str, object]:
        """Write the deck as plain values.

        Parameters
        ----------
        language : str
            Language of the reasons.

        Returns
        -------
        dict
            ``counts``, ``repairs`` (the largest open ones, then those left), ``decisions`` (the newest).
        """
        opened = [self._card(card, "open", language) for card in self.queue.open[:_MOST_CARDS]]
        left = [self._card(card, "left", language) for card in self.queue.left[:_MOST_CARDS]]
        return {
            "as_of": self.as_of.isoformat(),
            "level": self.level,
            "units_checked": len(self.queue.units),
            "counts": {
                "open": len(self.queue.open),
                "left": len(self.queue.left),
                "decided": len(self.decisions),
            },
            "repairs": opened + left,
            "decisions": _decisions_json(self.decisions),
        }

    def _card(self, card: Repair, state: str, language: str) -> dict[str, object]:
        return card.to_json(language) | {
            "state": state,
            "row_version": card_version(self.queue, card),
            "geometry": _geojson(card.shape),
            "sketch": _sketch(self.queue.units, card),
        }


def deck(store: Store, queue: Queue, as_of: dt.date, *, level: str) -> CardDeck:
    """Lay out a queue for a page.

    Parameters
    ----------
    store : Store
        The store of record.
    queue : Queue
        The queue as it stands.
    as_of : date
        Its day.
    level : str
        Its level.

    Returns
    -------
    CardDeck
        With what was decided before.
    """
    return CardDeck(queue, as_of, level, store.read(REPAIRS))


def _sketch(units: gpd.GeoDataFrame, card: Repair) -> dict[str, object]:
    box = _paper(shapely.bounds(card.shape).tolist())
    outside = _grown(box, _CUT_OUTSIDE)
    # Only drawn, so the fast way of cutting will do.
    pieces = shapely.clip_by_rect(units.geometry.to_numpy()[list(card.rows)], *outside)
    pieces = shapely.make_valid(shapely.simplify(pieces, (box[2] - box[0]) / _SKETCH_STEPS))
    roomiest = shapely.get_point(shapely.maximum_inscribed_circle(pieces), 0)
    return {
        "bbox": [round(side, _DECIMALS) for side in box],
        "units": [
            {"code": code, "name": name, "geometry": _geojson(piece), "label": _lonlat(place)}
            for code, name, piece, place in zip(card.units, card.names, pieces, roomiest, strict=True)
        ],
    }


def _paper(bounds: list[float]) -> tuple[float, ...]:
    """Find the part of the ground, of the paper's proportions, that shows these bounds with what lies around."""
    west, south, east, north = bounds
    narrowed = math.cos(math.radians((south + north) / 2))
    wide, high = (east - west) * narrowed, north - south
    around = 2 * max(_AROUND_SHARE * max(wide, high), _AROUND_DEG)
    height = max(high + around, (wide + around) / _ASPECT)
    half_lon, half_lat = height * _ASPECT / narrowed / 2, height / 2
    lon, lat = (west + east) / 2, (south + north) / 2
    return lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat


def _grown(box: tuple[float, ...], times: float) -> tuple[float, ...]:
    west, south, east, north = box
    more_lon, more_lat = (east - west) * (times - 1) / 2, (north - south) * (times - 1) / 2
    return west - more_lon, south - more_lat, east + more_lon, north + more_lat


def _geojson(shape: shapely.Geometry) -> dict[str, object]:
    rounded = shapely.transform(shape, lambda places: np.round(places, _DECIMALS))
    written: dict[str, object] = json.loads(shapely.to_geojson(rounded))
    return written


def _lonlat(place: shapely.Point | None) -> list[float] | None:
    if place is None or place.is_empty:
        return None
    return [round(place.x, _DECIMALS), round(place.y, _DECIMALS)]


def _decisions_json(rows: gpd.GeoDataFrame) -> list[dict[str, object]]:
    newest = rows.sort_values(["decided_at", "key"], ascending=[False, True]).head(_MOST_DECISIONS)
    plain = newest.drop(columns=["geometry", "id", "row_version"], errors="ignore")
    return [
        {name: value.isoformat() if isinstance(value, dt.datetime) else _known(value) for name, value in row.items()}
        for row in plain.to_dict("records")
    ]


def _known(value: Any) -> Any:  # noqa: ANN401 - the cell of any column
    return None if pd.isna(value) else value
