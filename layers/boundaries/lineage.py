"""Lineage: which unit version became which, worked out from a table and the versions that are loaded."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import schema
from layers.boundaries.lineage_days import in_force_before, plain_name, refuse_misdated, refuse_mostly_early, too_early
from layers.boundaries.lineage_table import LineageRow
from layers.boundaries.shares import PeoplePoints, Shares, shares_of_split
from layers.boundaries.values import split_name
from layers.catalog import LINEAGE, UNITS
from layers.geo import CRS_LONLAT
from layers.records import new_ids
from layers.wording import Text, fold

__all__ = ["REASONS", "Change", "LineagePlan", "Rejected", "plan_lineage"]

LEVEL = "commune"

REASONS: Mapping[str, Text] = {
    "lineage_code_missing": Text("Thiếu mã đơn vị cũ hoặc mới.", "The code of the old or the new unit is missing."),
    "lineage_new_code_unknown": Text(
        "Tỉnh này đã nạp ranh giới nhưng không có mã mới này vào ngày thay đổi.",
        "The province's boundaries are loaded, but have no such new code on the day of the change.",
    ),
    "lineage_before_version": Text(
        "Ngày thay đổi trước khi phiên bản cũ bắt đầu.", "The change lies before the old version began."
    ),
    "lineage_repeated": Text("Cặp đơn vị cũ – mới này đã có ở dòng trên.", "The pair of units stands above already."),
}


@dataclass(frozen=True)
class Change:
    """The change that a table describes.

    Parameters
    ----------
    on : date
        First day of the new units.
    known_from : date
        First day on which the old units are taken to have been as the table has them, where no version says it.
    decree : str or None
        The document that made the change.
    source : str
        Where the table comes from.
    """

    on: dt.date
    known_from: dt.date
    decree: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Rejected:
    """A row that is set aside.

    Parameters
    ----------
    row : LineageRow
        The row.
    reason : str
        A key of `REASONS`.
    """

    row: LineageRow
    reason: str


@dataclass(frozen=True)
class LineagePlan:
    """What an import of lineage would change.

    Parameters
    ----------
    units : GeoDataFrame
        Unit versions without geometry to add; keeps `catalog.UNITS.schema`.
    close : mapping of str to str
        Id of an old version -> its new `valid_to`, ISO date.
    row_versions : mapping of str to int
        Id of a version to close -> the `row_version` the plan was based on.
    links : GeoDataFrame
        Every link of the table; keeps `catalog.LINEAGE.schema`.
    rejected : tuple of Rejected
        Rows set aside.
    split : tuple of str
        Outside names of old units that went to more than one new unit.
    """

    units: gpd.GeoDataFrame
    close: Mapping[str, str]
    row_versions: Mapping[str, int]
    links: gpd.GeoDataFrame
    rejected: tuple[Rejected, ...]
    split: tuple[str, ...]


@dataclass
class _Named:
    """The outside names found or made so far, by code."""

    units: dict[str, list[dict[str, object]]]
    made: list[dict[str, object]] = field(default_factory=list)
    old: dict[str, dict[str, object]] = field(default_factory=dict)
    new: dict[str, dict[str, object]] = field(default_factory=dict)


def plan_lineage(
    rows: Iterable[LineageRow],
    units: gpd.GeoDataFrame,
    change: Change,
    *,
    now: dt.datetime,
    rng: np.random.Generator,
    points: PeoplePoints | None = None,
) -> LineagePlan:
    """Work out versions and links from a table of old and new units, changing nothing.

    An old unit is the version of its code that is in force on the day before the change; a new one
    the version that begins on that day. Codes that nothing loaded has become versions without geometry.

    Parameters
    ----------
    rows : iterable of LineageRow
        The table.
    units : GeoDataFrame
        Every unit version in the store, keeping `catalog.UNITS.schema`.
    change : Change
        Its day and its document.
    now : datetime
        The moment, for the ids.
    rng : numpy.random.Generator
        Source of the ids.
    points : PeoplePoints or None
        Where people live, when known.

    Returns
    -------
    LineagePlan
        What to add and to close.

    Raises
    ------
    InvalidParameter
        When the change does not lie behind the beginning of the old units.
    Conflict
        When the new units are loaded from an earlier day than that of the change, or most old ones from a later.
    """
    if change.known_from >= change.on:
        raise too_early(change.on, change.known_from)
    rows = list(rows)
    named = _Named(_by_code(units))
    refuse_misdated(rows, named.units, change.on)
    kept, rejected = _sorted_out(rows, named, change)
    refuse_mostly_early(sum(one.reason == "lineage_before_version" for one in rejected), len(rows), change.on)
    for row in kept:
        _name_old(row, named, change)
        _name_new(row, named, change)
    shapes = dict(zip(units["id"], units.geometry, strict=True))
    lost = [one.row for one in rejected if one.reason == "lineage_new_code_unknown"]
    links, split = _links(kept, named, change, lost=lost, shapes=shapes, points=points)
    ending = [unit for unit in named.old.values() if "id" in unit and _outlives(unit, change)]
    return LineagePlan(
        units=_frame(named.made, UNITS.schema, now=now, rng=rng),
        close={str(unit["id"]): change.on.isoformat() for unit in ending},
        row_versions={str(unit["id"]): int(str(unit["row_version"])) for unit in ending},
        links=_frame(links, LINEAGE.schema, now=now, rng=rng),
        rejected=tuple(rejected),
        split=split,
    )


def _by_code(units: gpd.GeoDataFrame) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    communes = units[units["level"] == LEVEL]
    names = ["id", "row_version", "code", "name", "unit_type", "parent", "valid_from", "valid_to"]
    shaped = communes.geometry.notna().tolist()
    for unit, has_shape in zip(communes[names].to_dict("records"), shaped, strict=True):
        found[str(unit["code"])].append({**unit, "has_shape": has_shape})
    return found


def _sorted_out(rows: list[LineageRow], named: _Named, change: Change) -> tuple[list[LineageRow], list[Rejected]]:
    loaded = _provinces_loaded(named, change)
    new_names = {row.new_code: plain_name(row.new_name) for row in rows}
    kept, rejected, seen = [], [], set()
    for row in rows:
        pair = (row.old_key, row.old_name if not row.old_code else "", row.new_code)
        reason = "lineage_repeated" if pair in seen else _reason(row, named, change, loaded=loaded, new_names=new_names)
        seen.add(pair)
        if reason:
            rejected.append(Rejected(row, reason))
        else:
            kept.append(row)
    return kept, rejected


def _provinces_loaded(named: _Named, change: Change) -> set[object]:
    versions = (unit for units in named.units.values() for unit in units)
    return {unit["parent"] for unit in versions if unit["has_shape"] and _begins(unit, change)}


def _reason(
    row: LineageRow, named: _Named, change: Change, *, loaded: set[object], new_names: Mapping[str, str]
) -> str:
    if not row.old_key or not row.new_code:
        return "lineage_code_missing"
    begun = any(_begins(unit, change) for unit in named.units.get(row.new_code, ()))
    if not begun and row.new_province_code in loaded:
        return "lineage_new_code_unknown"
    # A recycled code begins anew on that day under another name; an old unit that begins so late is a mistake.
    late = [unit for unit in named.units.get(row.old_key, ()) if str(unit["valid_from"]) >= change.on.isoformat()]
    name = plain_name(row.old_name)
    same_name = any(fold(str(unit["name"])) == name for unit in late)
    earlier = len(late) < len(named.units.get(row.old_key, ()))
    return "lineage_before_version" if same_name and not earlier and new_names.get(row.old_key) != name else ""


def _begins(unit: Mapping[str, object], change: Change) -> bool:
    return unit["valid_from"] == change.on.isoformat()


def _outlives(unit: Mapping[str, object], change: Change) -> bool:
    return not isinstance(unit["valid_to"], str) or unit["valid_to"] > change.on.isoformat()


def _name_old(row: LineageRow, named: _Named, change: Change) -> None:
    if row.old_key in named.old:
        return
    day = change.on.isoformat()
    versions = named.units.get(row.old_key, [])
    for unit in versions:
        if in_force_before(unit, change.on):
            named.old[row.old_key] = unit
            return
    # What is loaded of the same code before stays; the version made begins where it ends.
    ends = [str(unit["valid_to"]) for unit in versions if isinstance(unit["valid_to"], str) and unit["valid_to"] < day]
    name, unit_type = split_name(row.old_name or row.old_district, "")
    made: dict[str, object] = {
        "code": row.old_key,
        "name": name,
        "unit_type": unit_type or "Xã",
        "level": LEVEL,
        "parent": row.old_province_code or None,
        "parent_name": ", ".join(part for part in (row.old_district, row.old_province) if part) or None,
        "valid_from": max([change.known_from.isoformat(), *ends]),
        "valid_to": day,
        "source": change.source,
    }
    named.old[row.old_key] = made
    named.made.append(made)


def _name_new(row: LineageRow, named: _Named, change: Change) -> None:
    if row.new_code in named.new:
        return
    versions = named.units.get(row.new_code, [])
    for unit in versions:
        if _begins(unit, change):
            named.new[row.new_code] = unit
            return
    name, unit_type = split_name(row.new_name, "")
    later = [str(unit["valid_from"]) for unit in versions if str(unit["valid_from"]) > change.on.isoformat()]
    made: dict[str, object] = {
        "code": row.new_code,
        "name": name,
        "unit_type": unit_type or "Xã",
        "level": LEVEL,
        "parent": row.new_province_code,
        "parent_name": row.new_province or None,
        "valid_from": change.on.isoformat(),
        "valid_to": min(later, default=None),
        "decree": change.decree,
        "source": change.source,
    }
    named.new[row.new_code] = made
    named.made.append(made)


def _links(
    rows: list[LineageRow],
    named: _Named,
    change: Change,
    *,
    lost: list[LineageRow],
    shapes: Mapping[object, shapely.Geometry | None],
    points: PeoplePoints | None,
) -> tuple[list[dict[str, object]], tuple[str, ...]]:
    by_old: dict[str, list[LineageRow]] = defaultdict(list)
    for row in rows:
        by_old[row.old_key].append(row)
    for row in lost:
        # What went to a unit that is not there went all the same: the others have not got the whole.
        if row.old_key in by_old:
            by_old[row.old_key].append(row)
    origins = Counter(row.new_code for row in rows)
    links: list[dict[str, object]] = []
    split = []
    for key, together in by_old.items():
        old = named.old[key]
        if len(together) > 1:
            split.append(_reference(old))
        into = [shapes.get(named.new.get(row.new_code, {}).get("id")) for row in together]
        parts = [(row.area_part, row.population_part) for row in together]
        shares = shares_of_split(parts, shapes.get(old.get("id")), into, points=points)
        for place, row in enumerate(together):
            to = named.new.get(row.new_code)
            if to is None:
                continue
            kind = _kind(row, pieces=len(together), origins=origins[row.new_code])
            links.append(
                {"from_version": _reference(old), "to_version": _reference(to), "kind": kind}
                | _shared(shares, place)
                | _told_by(row, change)
            )
    return links, tuple(split)


def _reference(unit: Mapping[str, object]) -> str:
    return f"{unit['code']}@{unit['valid_from']}"


def _kind(row: LineageRow, *, pieces: int, origins: int) -> str:
    if pieces > 1 or row.area_part == "part":
        return "remainder" if "con lai" in fold(row.note) else "part"
    if origins > 1:
        return "merge"
    if fold(row.old_name) != fold(row.new_name):
        return "rename"
    return "unchanged" if row.old_code == row.new_code else "recode"


def _shared(shares: Shares, place: int) -> dict[str, object]:
    return {
        "area_share": float(shares.area[place]),
        "population_share": float(shares.population[place]),
        "method": shares.method,
        "population_method": shares.population_method,
        "confidence": shares.confidence,
    }


def _told_by(row: LineageRow, change: Change) -> dict[str, object]:
    return {
        "effective_on": change.on.isoformat(),
        "decree": change.decree,
        "note": row.note or None,
        "source": change.source or None,
    }


def _frame(
    records: list[dict[str, object]], contract: schema.LayerSchema, *, now: dt.datetime, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    if not records:
        return schema.empty(contract)
    frame = pd.DataFrame(records).assign(id=new_ids(len(records), now=now, rng=rng))
    return schema.check(gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs=CRS_LONLAT), contract)
