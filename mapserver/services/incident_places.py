"""Which records lie at a place, for those who see them as they are."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

import numpy as np

from layers.geo import Bounds, distance_m
from layers.index.identity import ascending, find, hash_ids
from layers.records import Filter
from layers.store import Query
from mapserver.services.incident_records import IncidentRecord, record_of
from mapserver.services.incidents import dated_filter
from mapserver.services.reader import Reader
from mapserver.services.selecting import chosen
from mapserver.services.steady import read_steadily

__all__ = ["RADIUS_MAX_M", "RECORDS_MAX", "Found", "Spot", "incidents_at"]

RADIUS_MAX_M = 500.0
RECORDS_MAX = 50

# Shorter than any degree of latitude on the ellipsoid, so that a box made with it is never too small.
_METRES_PER_DEGREE = 110_000.0


@dataclass(frozen=True)
class Spot:
    """A place and how far round it is looked.

    Parameters
    ----------
    lon, lat : float
        Degrees.
    radius_m : float
        Metres on the ground.
    """

    lon: float
    lat: float
    radius_m: float

    @property
    def box_lonlat(self) -> Bounds:
        """The box that holds the circle, degrees."""
        high = self.radius_m / _METRES_PER_DEGREE
        wide = high / max(math.cos(math.radians(self.lat)), 0.01)
        return Bounds(self.lon - wide, self.lat - high, self.lon + wide, self.lat + high)


@dataclass(frozen=True)
class Found:
    """A record and how far it lies from the place asked for.

    Parameters
    ----------
    record : IncidentRecord
        The record.
    distance_m : float
        Metres on the ground.
    """

    record: IncidentRecord
    distance_m: float


def incidents_at(reader: Reader, spot: Spot, asked: Filter, *, now: dt.datetime) -> list[Found]:
    """Find the records at a place.

    Published counts stand at places too, but they are no records: whoever sees nothing else there finds nothing.

    Parameters
    ----------
    reader : Reader
        What may be seen.
    spot : Spot
        The place.
    asked : Filter
        Which incidents; its box is not used.
    now : datetime
        The moment.

    Returns
    -------
    list of Found
        The nearest first, of those equally far the latest first; at most ``RECORDS_MAX``.

    Raises
    ------
    NotFound
        When the unit asked for is not in force.
    InvalidParameter
        When a category is not in the list.
    StoreBusy
        When the data changed each time they were read.
    """
    dated = dated_filter(reader, replace(asked, bounds=spot.box_lonlat), now=now)
    records = read_steadily(reader.store, lambda: _records(reader, spot, dated, now=now))
    found = [Found(record, _distance_m(record, spot)) for record in records]
    near = [each for each in found if each.distance_m <= spot.radius_m]
    return sorted(near, key=lambda each: round(each.distance_m, 1))[:RECORDS_MAX]


def _records(reader: Reader, spot: Spot, dated: Filter, *, now: dt.datetime) -> list[IncidentRecord]:
    units, table = reader.incidents(dated.as_of or reader.today(now), with_withdrawn=dated.with_withdrawn)
    mask = chosen(table, units, dated)
    if table.published is not None:
        mask &= ~table.published
    identity = table.identity[np.flatnonzero(mask)]
    if not len(identity):
        return []
    frame = reader.details(Query(bounds=spot.box_lonlat))
    seen = frame[find(identity, ascending(identity), hash_ids(frame["id"], salt=table.salt)) >= 0]
    return [record_of(row) for _index, row in seen.sort_values("occurred_from", ascending=False).iterrows()]


def _distance_m(record: IncidentRecord, spot: Spot) -> float:
    if record.lon is None or record.lat is None:
        return math.inf
    return distance_m((spot.lon, spot.lat), (record.lon, record.lat))
