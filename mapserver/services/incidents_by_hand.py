"""Incidents written by hand: added, edited, withdrawn and reinstated one by one, each with who and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely

from layers.catalog import INCIDENTS
from layers.errors import Conflict, InvalidParameter, StaleVersion
from layers.store import ChangeSet, Query
from layers.wording import Text
from mapserver.services.incident_desk import (
    HAND_FIELDS,
    HAND_SOURCE,
    Desk,
    Fields,
    checked_row,
    masked_reason,
    refuse_unlisted,
    text_of,
)
from mapserver.services.incident_records import IncidentRecord, kept_value, read_incident
from mapserver.services.own_ground import Whereabouts

__all__ = [
    "HAND_FIELDS",
    "HAND_SOURCE",
    "Desk",
    "Fields",
    "add_incident",
    "edit_incident",
    "reinstate_incident",
    "withdraw_incident",
]

_PLACE = ("lon", "lat", "location_accuracy_m")
_AS_WRITTEN = ("reported_at", "severity", "status", "reported_unit", "channel")
# Without 0, O, 1, I and l, so that a reference can be read out over the telephone.
_REFERENCE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def add_incident(desk: Desk, fields: Fields, *, why: str, rng: np.random.Generator) -> IncidentRecord:
    """Write a new incident, checked like a row of an import.

    Parameters
    ----------
    desk : Desk
        Where and by whom.
    fields : mapping of str to str or None
        Names of `HAND_FIELDS` -> text as written; None and empty are the same.
    why : str
        The reason, for the history; may be empty.
    rng : numpy.random.Generator
        Source of the id and the reference.

    Returns
    -------
    IncidentRecord
        As kept; its reference is ``NT-YYYYMMDD-xxxx``.

    Raises
    ------
    InvalidParameter
        When a field is unknown, missing or not usable.
    """
    _refuse_unknown(fields)
    for name in ("category", "occurred_from"):
        if not text_of(fields, name):
            raise _missing(name)
    refuse_unlisted(fields, {})
    row = checked_row(desk, fields, rng=rng)
    _require_ground(desk, row.iloc[0])
    row["source"], row["source_ref"] = HAND_SOURCE, _reference(desk, rng)
    desk.store.apply(ChangeSet(INCIDENTS, insert=row), _signed(desk, why).author)
    return _held(desk, str(row["id"].iloc[0]))


def edit_incident(
    desk: Desk,
    record_id: str,
    fields: Fields,
    *,
    row_version: int | None,
    why: str,
    rng: np.random.Generator,
) -> IncidentRecord:
    """Change some fields of an incident.

    Parameters
    ----------
    desk : Desk
        Where and by whom.
    record_id : str
        The incident.
    fields : mapping of str to str or None
        Names of `HAND_FIELDS` -> new text; None or empty takes the value away.
    row_version : int or None
        The version the change is based on; None for the one found now.
    why : str
        The reason, for the history; may be empty.
    rng : numpy.random.Generator
        Needed by the checks; nothing kept depends on it.

    Returns
    -------
    IncidentRecord
        As kept now; the same version when nothing differs.

    Raises
    ------
    NotFound
        When there is no such incident.
    InvalidParameter
        When a field is unknown or not usable.
    Conflict
        When the incident was withdrawn.
    StaleVersion
        When somebody changed it in the meantime; its details hold ``yours`` and ``current``.
    """
    _refuse_unknown(fields)
    for name in ("category", "occurred_from"):
        if name in fields and not text_of(fields, name):
            raise _missing(name)
    found = _held(desk, record_id)
    if row_version is not None and row_version != found.row_version:
        raise _stale(desk, found, fields=fields, row_version=row_version)
    _refuse_withdrawn(found)
    refuse_unlisted(fields, found.values)
    changes = _differing(found, _new_values(desk, found, fields, rng=rng))
    if changes:
        _require_ground(desk, dict(found.values) | {"geometry": _point_of(found)} | changes)
        _apply(_signed(desk, why), found, changes, fields=fields)
    return _held(desk, record_id)


def withdraw_incident(desk: Desk, record_id: str, *, reason: str, row_version: int | None) -> IncidentRecord:
    """Take an incident out of every count, map and export; it stays in the store with its history.

    Parameters
    ----------
    desk : Desk
        Where and by whom.
    record_id : str
        The incident.
    reason : str
        Why; kept with the record.
    row_version : int or None
        The version the change is based on; None for the one found now.

    Returns
    -------
    IncidentRecord
        As kept now.

    Raises
    ------
    NotFound
        When there is no such incident.
    InvalidParameter
        When there is no reason.
    Conflict
        When it is withdrawn already.
    StaleVersion
        When somebody changed it in the meantime; its details hold ``yours`` and ``current``.
    """
    found, said = _based_on(desk, record_id, reason=reason, row_version=row_version)
    _refuse_withdrawn(found)
    _apply(_signed(desk, said), found, {"withdrawn": said}, fields={"withdrawn": said})
    return _held(desk, record_id)


def reinstate_incident(desk: Desk, record_id: str, *, reason: str, row_version: int | None) -> IncidentRecord:
    """Take a withdrawal back: the incident is counted, drawn and exported again as it was.

    Parameters
    ----------
    desk : Desk
        Where and by whom.
    record_id : str
        The incident.
    reason : str
        Why; kept in the history, where the reason of the withdrawal stays as well.
    row_version : int or None
        The version the change is based on; None for the one found now.

    Returns
    -------
    IncidentRecord
        As kept now.

    Raises
    ------
    NotFound
        When there is no such incident.
    InvalidParameter
        When there is no reason.
    Conflict
        When it is not withdrawn.
    StaleVersion
        When somebody changed it in the meantime; its details hold ``yours`` and ``current``.
    """
    found, said = _based_on(desk, record_id, reason=reason, row_version=row_version)
    if found.values["withdrawn"] is None:
        raise Conflict(
            Text("Vụ việc này không bị rút.", "This incident is not withdrawn."),
            Text("Không cần làm gì: vụ việc vẫn có trong số liệu.", "Nothing is to be done: it is counted."),
        )
    _apply(_signed(desk, said), found, {"withdrawn": None}, fields={"withdrawn": None})
    return _held(desk, record_id)


def _based_on(desk: Desk, record_id: str, *, reason: str, row_version: int | None) -> tuple[IncidentRecord, str]:
    """Find the record that is withdrawn or reinstated, and the reason as it is kept."""
    said = masked_reason(reason)
    if not said:
        raise InvalidParameter(
            Text("Chưa nêu lý do.", "There is no reason."),
            Text("Ghi lý do, ví dụ: trùng với vụ khác, rút nhầm.",
                 "Give a reason, such as: the same as another incident, withdrawn by mistake."),
            details={"fields": ["reason"]},
        )  # fmt: skip
    found = _held(desk, record_id)
    if row_version is not None and row_version != found.row_version:
        raise _stale(desk, found, fields={"reason": said}, row_version=row_version)
    return found, said


def _held(desk: Desk, record_id: str) -> IncidentRecord:
    return read_incident(desk.store, record_id, ground=desk.ground)


def _require_ground(desk: Desk, values: Mapping[str, object] | pd.Series) -> None:
    """Refuse to write a record where its author does not see exactly."""
    if desk.ground is not None:
        lon, lat = _lonlat(values["geometry"])
        told, moment = kept_value(values["reported_unit"]), kept_value(values["occurred_from"])
        assert isinstance(moment, dt.datetime)  # noqa: S101 - the schema requires it
        desk.ground.require(Whereabouts(lon, lat, None if told is None else str(told), moment))


def _point_of(found: IncidentRecord) -> shapely.Point | None:
    return None if found.lon is None or found.lat is None else shapely.Point(found.lon, found.lat)


def _signed(desk: Desk, why: str) -> Desk:
    return replace(desk, author=replace(desk.author, why=masked_reason(why)))


def _refuse_unknown(fields: Fields) -> None:
    for name in fields:
        if name not in HAND_FIELDS:
            listed = ", ".join(HAND_FIELDS)
            raise InvalidParameter(
                Text(f"Không ghi được trường “{name}”.", f"The field “{name}” cannot be written."),
                Text(f"Các trường ghi được: {listed}.", f"Fields that can be: {listed}."),
            )


def _missing(name: str) -> InvalidParameter:
    title = next(column.title for column in INCIDENTS.schema.columns if column.name == name)
    return InvalidParameter(
        Text(f"Thiếu “{title.vi}” ({name}).", f"“{title.en}” ({name}) is missing."),
        Text("Bổ sung trường này rồi ghi lại.", "Fill this field in and write again."),
        details={"fields": [name]},
    )


def _refuse_withdrawn(found: IncidentRecord) -> None:
    if found.values["withdrawn"] is not None:
        raise Conflict(
            Text(f"Vụ việc này đã được rút: {found.values['withdrawn']}.",
                 f"This incident was withdrawn: {found.values['withdrawn']}."),
            Text("Nếu rút nhầm, lấy lại bằng `antt incidents reinstate` rồi sửa.",
                 "If that was a mistake, take it back with `antt incidents reinstate`, then change it."),
        )  # fmt: skip


def _reference(desk: Desk, rng: np.random.Generator) -> str:
    day = desk.author.at.astimezone(ZoneInfo(desk.timezone)).strftime("%Y%m%d")
    while True:
        signs = "".join(_REFERENCE_SIGNS[place] for place in rng.integers(0, len(_REFERENCE_SIGNS), size=4))
        reference = f"NT-{day}-{signs}"
        if not desk.store.count(INCIDENTS, Query(where=(("source", HAND_SOURCE), ("source_ref", reference)))):
            return reference


def _new_values(desk: Desk, found: IncidentRecord, fields: Fields, *, rng: np.random.Generator) -> dict[str, object]:
    """Read the new values of the columns that the fields touch, and of no others."""
    whole = _times(found) | dict(fields)
    moves = any(name in fields for name in _PLACE)
    if moves:
        place: dict[str, str | None] = {"lon": _text(found.lon), "lat": _text(found.lat)}
        whole = place | whole
    row = checked_row(desk, whole, rng=rng).iloc[0]
    names = {name for name in _AS_WRITTEN if name in fields}
    names |= {"category", "category_source"} if "category" in fields else set()
    names |= {"occurred_from", "occurred_to"} if "occurred_from" in fields else set()
    names |= {"occurred_to"} if "occurred_to" in fields else set()
    names |= {"geometry", "location_method", "location_accuracy_m"} if moves else set()
    values = {name: kept_value(row[name]) for name in names}
    if "reported_unit" in names and found.lon is None and not moves:
        values["location_method"] = "unit_name" if values["reported_unit"] else None
    return values


def _times(found: IncidentRecord) -> dict[str, str | None]:
    start, end = found.values["occurred_from"], found.values["occurred_to"]
    assert isinstance(start, dt.datetime)  # noqa: S101 - the schema requires it
    times: dict[str, str | None] = {"occurred_from": start.isoformat(timespec="milliseconds")}
    # The end of a day whose hour is not known goes with its beginning.
    if isinstance(end, dt.datetime) and end - start < dt.timedelta(days=1):
        times["occurred_to"] = end.isoformat(timespec="milliseconds")
    return times


def _text(number: float | None) -> str:
    return "" if number is None else repr(number)


def _differing(found: IncidentRecord, values: Mapping[str, object]) -> dict[str, object]:
    changes = {name: value for name, value in values.items() if name != "geometry" and found.values[name] != value}
    shape = values.get("geometry")
    if "geometry" in values and _lonlat(shape) != (found.lon, found.lat):
        changes["geometry"] = shape
    return changes


def _lonlat(shape: object) -> tuple[float | None, float | None]:
    x, y = getattr(shape, "x", None), getattr(shape, "y", None)
    return (None, None) if x is None or y is None else (round(x, 7), round(y, 7))


def _apply(desk: Desk, found: IncidentRecord, changes: Mapping[str, object], *, fields: Fields) -> None:
    change = ChangeSet(
        INCIDENTS, update={found.record_id: changes}, expected_row_version={found.record_id: found.row_version}
    )
    try:
        desk.store.apply(change, desk.author)
    except StaleVersion as problem:
        current = _held(desk, found.record_id)
        raise _stale(desk, current, fields=fields, row_version=found.row_version) from problem


def _stale(desk: Desk, current: IncidentRecord, *, fields: Fields, row_version: int) -> StaleVersion:
    return StaleVersion(
        Text(f"Vụ việc đã được người khác thay đổi (bạn sửa từ bản {row_version}, kho có bản {current.row_version}).",
             f"Somebody else changed the incident (you edited version {row_version}, "
             f"the store has {current.row_version})."),
        Text("So sánh hai bản (yours, current) rồi sửa lại từ bản hiện có.",
             "Compare both (yours, current), then edit again from the current one."),
        details={"yours": {"row_version": row_version, **fields}, "current": current.as_json(desk.timezone)},
    )  # fmt: skip
