"""One incident as people and programs read it: its values, its versions, what changed when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely

from layers.catalog import INCIDENTS
from layers.errors import NotFound
from layers.schema import Kind
from layers.store import Query, Store
from layers.store.base import Change
from layers.wording import Text
from mapserver.services.own_ground import OwnGround, Whereabouts

__all__ = ["IncidentRecord", "change_json", "incident_history", "kept_value", "read_incident", "record_of"]

_MOMENTS = frozenset(column.name for column in INCIDENTS.schema.columns if column.kind is Kind.MOMENT)
_DEGREE_DIGITS = 7


@dataclass(frozen=True)
class IncidentRecord:
    """One incident as the store keeps it.

    Parameters
    ----------
    record_id : str
        Its id.
    row_version : int
        How often it was written.
    values : mapping of str to object
        Column -> value; moments are datetimes in UTC, empty is None.
    lon, lat : float or None
        Degrees; None without a place.
    """

    record_id: str
    row_version: int
    values: Mapping[str, object]
    lon: float | None
    lat: float | None

    @property
    def whereabouts(self) -> Whereabouts:
        """Where it was, which decides who sees it."""
        told, moment = self.values["reported_unit"], self.values["occurred_from"]
        assert isinstance(moment, dt.datetime)  # noqa: S101 - the schema requires it
        return Whereabouts(self.lon, self.lat, None if told is None else str(told), moment)

    def as_json(self, timezone: str) -> dict[str, object]:
        """Write it as plain values.

        Parameters
        ----------
        timezone : str
            IANA name of the zone in which moments are written.

        Returns
        -------
        dict
            Every column, ``lon`` and ``lat``.
        """
        plain = {name: _plain(value, timezone) for name, value in self.values.items()}
        return {"id": self.record_id, "row_version": self.row_version, **plain, "lon": self.lon, "lat": self.lat}


def read_incident(store: Store, record_id: str, *, ground: OwnGround | None = None) -> IncidentRecord:
    """Read one incident, withdrawn or not.

    Parameters
    ----------
    store : Store
        The store of record.
    record_id : str
        Its id.
    ground : OwnGround, optional
        What the reader sees exactly; everything when left out.

    Returns
    -------
    IncidentRecord
        As kept.

    Raises
    ------
    NotFound
        When there is no such incident, or it lies where the reader does not see exactly: both look the same.
    """
    found = store.read(INCIDENTS, Query(where=(("id", record_id),)))
    record = None if found.empty else record_of(found.iloc[0])
    if record is None or not (ground is None or ground.shows(record.whereabouts)):
        raise NotFound(
            Text(f"Không có vụ việc “{record_id}”.", f"There is no incident “{record_id}”."),
            Text("Kiểm tra lại mã vụ việc; mã có trong tệp xuất.", "Check the id; an export lists the ids."),
        )
    return record


def record_of(row: pd.Series) -> IncidentRecord:
    """Take a row of the layer as a record.

    Parameters
    ----------
    row : Series
        With every column, the id, the version and the geometry in EPSG:4326.

    Returns
    -------
    IncidentRecord
        The record.
    """
    shape = row["geometry"]
    placed = shape is not None and not shape.is_empty
    return IncidentRecord(
        str(row["id"]),
        int(row["row_version"]),
        {column.name: kept_value(row[column.name]) for column in INCIDENTS.schema.columns},
        round(float(shape.x), _DEGREE_DIGITS) if placed else None,
        round(float(shape.y), _DEGREE_DIGITS) if placed else None,
    )


def kept_value(value: object) -> object:
    """Turn a cell of a frame into a value of the language.

    Parameters
    ----------
    value : object
        As pandas holds it.

    Returns
    -------
    object
        None where the cell is empty; a datetime for a moment.

    Examples
    --------
    >>> kept_value(float("nan")), kept_value("x"), kept_value(pd.NaT)
    (None, 'x', None)
    """
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def incident_history(store: Store, record_id: str, *, ground: OwnGround | None = None) -> list[Change]:
    """Read what happened to one incident.

    Parameters
    ----------
    store : Store
        The store of record.
    record_id : str
        Its id.
    ground : OwnGround, optional
        What the reader sees exactly; everything when left out.

    Returns
    -------
    list of Change
        Oldest first, without places that the reader may not see. An incident of a file that nobody changed has
        none: its import is in the ledger.

    Raises
    ------
    NotFound
        When there is no such incident and never was, or the reader may not see it.
    """
    changes = store.history(INCIDENTS, record_id)
    if ground is None:
        if not changes:
            read_incident(store, record_id)
        return changes
    read_incident(store, record_id, ground=ground)
    return [ground.told(change) for change in changes]


def change_json(change: Change, timezone: str) -> dict[str, object]:
    """Write one entry of the history with only what differs.

    Parameters
    ----------
    change : Change
        The entry.
    timezone : str
        IANA name of the zone in which moments are written.

    Returns
    -------
    dict
        ``what, who, why, at, row_version, changed``; `changed` holds column -> ``before`` and ``after``.
    """
    before, after = _readable(change.before, timezone), _readable(change.after, timezone)
    names = [name for name in {**before, **after} if name not in {"id", "row_version"}]
    versions = [side["row_version"] for side in (after, before) if side.get("row_version") is not None]
    return {
        "what": change.what,
        "who": change.who,
        "why": change.why,
        "at": _plain(change.at, timezone),
        "row_version": versions[0] if versions else None,
        "changed": {
            name: {"before": before.get(name), "after": after.get(name)}
            for name in names
            if before.get(name) != after.get(name)
        },
    }


def _readable(side: Mapping[str, object] | None, timezone: str) -> dict[str, object]:
    readable: dict[str, object] = {}
    for name, value in (side or {}).items():
        if name in {"geometry", "geom"}:
            readable |= _place(value)
        elif name in _MOMENTS and isinstance(value, str):
            readable[name] = _plain(dt.datetime.fromisoformat(value), timezone)
        else:
            readable[name] = _plain(kept_value(value), timezone)
    return readable


def _place(shape: object) -> dict[str, object]:
    point = shapely.from_wkt(shape) if isinstance(shape, str) else None
    if point is None or point.is_empty:
        return {"lon": None, "lat": None}
    return {"lon": round(point.x, _DEGREE_DIGITS), "lat": round(point.y, _DEGREE_DIGITS)}


def _plain(value: object, timezone: str) -> object:
    if not isinstance(value, dt.datetime):
        return value
    # A moment without its zone can only come from a store, and stores keep UTC.
    moment = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return moment.astimezone(ZoneInfo(timezone)).isoformat()
