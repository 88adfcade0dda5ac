"""Versions of units in time: which are in force, and what an import adds and closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.errors import Conflict, InvalidParameter
from layers.records import vi_date
from layers.wording import Text

__all__ = ["VersionPlan", "days_of_change", "in_force", "plan_import", "staying", "version_names"]

_COMPARED_TEXTS = ("name", "unit_type", "parent", "parent_name", "formed_from", "decree")
_COMPARED_NUMBERS = ("area_km2_published", "population")
# What a version known only by name takes from a file beside its geometry.
_FILLED = (*_COMPARED_TEXTS, *_COMPARED_NUMBERS, "area_km2", "source")
# Coordinates closer than this, about a tenth of a millimetre, are the same after a round trip.
_SAME_DEG = 1e-9


@dataclass(frozen=True)
class VersionPlan:
    """What an import would change in the table of units.

    Parameters
    ----------
    insert : GeoDataFrame
        Rows of the incoming frame to add.
    close : mapping of str to str
        Id of a version -> its new `valid_to`, ISO date.
    row_versions : mapping of str to int
        Id of a version to close -> the `row_version` the plan was based on.
    ended : tuple of str
        Codes of closed versions that nothing of the same code follows.
    unchanged : tuple of str
        Codes that are already loaded just so.
    fill : mapping of str to mapping
        Id of a version known only by name -> what the import tells about it, its geometry among it.
    """

    insert: gpd.GeoDataFrame
    close: Mapping[str, str]
    row_versions: Mapping[str, int]
    ended: tuple[str, ...]
    unchanged: tuple[str, ...]
    fill: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do: the same file was loaded before."""
        return len(self.insert) == 0 and not self.close and not self.fill

    @property
    def updates(self) -> dict[str, dict[str, object]]:
        """The closings and fillings in the form of `ChangeSet.update`."""
        closed: dict[str, dict[str, object]] = {version: {"valid_to": day} for version, day in self.close.items()}
        return closed | {version: dict(values) for version, values in self.fill.items()}


def in_force(frame: gpd.GeoDataFrame, as_of: dt.date) -> gpd.GeoDataFrame:
    """Keep the unit versions that are in force on a day.

    Parameters
    ----------
    frame : GeoDataFrame
        Unit versions with `valid_from` and `valid_to` as ISO dates.
    as_of : date
        The day; a version is in force from `valid_from` up to the day before `valid_to`.

    Returns
    -------
    GeoDataFrame
        Those rows, with their index.

    Examples
    --------
    >>> days = {"valid_from": ["2020-01-01", "2025-07-01"], "valid_to": ["2025-07-01", None]}
    >>> frame = gpd.GeoDataFrame(days, geometry=[None, None], crs="EPSG:4326")
    >>> [in_force(frame, dt.date(2025, month, 15)).index.tolist() for month in (6, 7)]
    [[0], [1]]
    """
    day = as_of.isoformat()
    begun = np.array([start <= day for start in frame["valid_from"]], dtype=bool)
    ended = np.array([_known(end) and end <= day for end in frame["valid_to"]], dtype=bool)
    return frame[begun & ~ended]


def days_of_change(units: pd.DataFrame, level: str) -> tuple[str, ...]:
    """List the days between which the units of a level stay the same.

    Parameters
    ----------
    units : DataFrame
        Unit versions with ``level, valid_from, valid_to``.
    level : str
        Such as ``commune``.

    Returns
    -------
    tuple of str
        ISO dates, rising.
    """
    spans = units.loc[units["level"] == level, ["valid_from", "valid_to"]]
    return tuple(sorted({day for day in spans.to_numpy().ravel() if isinstance(day, str) and day}))


def version_names(units: pd.DataFrame) -> list[str]:
    """Name unit versions as they are named outside.

    Parameters
    ----------
    units : DataFrame
        n rows with ``code, valid_from``.

    Returns
    -------
    list of str, length n
        ``code@valid_from``.

    Examples
    --------
    >>> version_names(pd.DataFrame({"code": ["10532"], "valid_from": ["2025-07-01"]}))
    ['10532@2025-07-01']
    """
    return [f"{code}@{day}" for code, day in zip(units["code"], units["valid_from"], strict=True)]


def plan_import(
    existing: gpd.GeoDataFrame,
    incoming: gpd.GeoDataFrame,
    *,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    scope: Collection[str] = (),
) -> VersionPlan:
    """Work out what an import adds and which versions it closes, changing nothing.

    The import speaks for the parents of its units (the provinces of wards, the wards of beats) at
    their level: versions there that began before `valid_from` and are still in force are closed on
    that day, whether or not a unit of the same code follows. Units already loaded just so are left
    alone, so loading a file twice does nothing. A version known only by name, of the same code and
    day, takes the geometry and the figures of the import.

    Parameters
    ----------
    existing : GeoDataFrame
        All unit versions in the store, keeping `catalog.UNITS.schema`.
    incoming : GeoDataFrame
        Units of one level, keeping the same schema.
    valid_from : date
        First day of the incoming units.
    valid_to : date or None
        First day after them; None while they are in force.
    scope : collection of str
        Codes of the parents that the import speaks for; those of its units when empty. With one code,
        units that name no parent belong to it.

    Returns
    -------
    VersionPlan
        What to insert and what to close.

    Raises
    ------
    InvalidParameter
        When a unit names a parent outside `scope`.
    Conflict
        When a version could not be closed without losing part of its time, or one of the same
        code begins on the same day with other content.
    """
    start = valid_from.isoformat()
    end = valid_to.isoformat() if valid_to else None
    arriving = _belonging(incoming, scope)
    held = existing[_in_scope(existing, arriving, set(scope))]
    same = _same_as_loaded(held, arriving, start=start, end=end)
    new = arriving[~arriving["code"].isin(same)]
    if len(new) == 0:
        return VersionPlan(new, {}, {}, (), tuple(sorted(same)))
    fill, based_on = _fillings(held, new, start=start, end=end)
    rivals = held[np.array([_meets(span, start, end) for span in _spans(held)], dtype=bool)]
    rivals = rivals[~rivals["id"].isin(fill)]
    rivals = rivals[(rivals["valid_from"] != start) | rivals["code"].isin(new["code"])]
    _refuse_conflicts(rivals, start, end)
    closing = _closing(new, rivals, start=start, unchanged=same)
    filled = set(held.loc[held["id"].isin(fill), "code"])
    return replace(
        closing,
        insert=new[~new["code"].isin(filled)],
        fill=fill,
        row_versions={**closing.row_versions, **based_on},
    )


def staying(
    existing: gpd.GeoDataFrame,
    plan: VersionPlan,
    *,
    level: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
) -> gpd.GeoDataFrame:
    """Keep the loaded versions that would be in force beside the units of an import.

    Parameters
    ----------
    existing : GeoDataFrame
        All unit versions in the store.
    plan : VersionPlan
        What the import changes.
    level : str
        Level of its units.
    valid_from, valid_to : date
        First day of its units, and the first day after them.

    Returns
    -------
    GeoDataFrame
        Versions of the level that share a day with the import and that it neither closes nor brings itself.
    """
    start, end = valid_from.isoformat(), valid_to.isoformat() if valid_to else None
    meeting = np.array([_meets(span, start, end) for span in _spans(existing)], dtype=bool)
    changed = existing["id"].isin({*plan.close, *plan.fill})
    brought = (existing["valid_from"] == start) & existing["code"].isin(plan.unchanged)
    return existing[meeting & (existing["level"] == level) & ~changed & ~brought]


def _belonging(incoming: gpd.GeoDataFrame, scope: Collection[str]) -> gpd.GeoDataFrame:
    """Give units their parents, which `scope` names where the file does not."""
    if not scope:
        return incoming
    named = incoming["parent"].map(_known).to_numpy(dtype=bool)
    strays = incoming[named & ~incoming["parent"].isin(set(scope))]
    if len(strays):
        raise _outside_scope(strays, scope)
    if named.all() or len(scope) > 1:
        return incoming
    (only,) = scope
    return incoming.assign(parent=incoming["parent"].where(named, only))


def _outside_scope(strays: gpd.GeoDataFrame, scope: Collection[str]) -> InvalidParameter:
    others = ", ".join(sorted(set(strays["parent"])))
    said = ", ".join(sorted(scope))
    return InvalidParameter(
        Text(
            f"{len(strays)} đơn vị thuộc {others}, ngoài phạm vi {said}.",
            f"{len(strays)} units belong to {others}, outside the scope {said}.",
        ),
        Text(f"Thêm --scope {others}, hoặc bỏ chúng khỏi tệp.", f"Add --scope {others}, or take them out of the file."),
    )


def _fillings(
    held: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, start: str, end: str | None
) -> tuple[dict[str, dict[str, object]], dict[str, int]]:
    """Collect what an import tells about versions that were known only by name."""
    by_name = held[(held["valid_from"] == start).to_numpy() & held.geometry.isna().to_numpy()]
    arriving = {row["code"]: row for _index, row in new[new.geometry.notna()].iterrows()}
    fill: dict[str, dict[str, object]] = {}
    based_on: dict[str, int] = {}
    for _index, row in by_name.iterrows():
        told = arriving.get(row["code"])
        known_end = row["valid_to"] if _known(row["valid_to"]) else None
        if told is None or (end is not None and known_end not in {None, end}):
            continue
        values = {column: told[column] for column in _FILLED if not _is_missing(told[column])}
        fill[row["id"]] = values | {"geometry": told["geometry"], "valid_to": end or known_end}
        based_on[row["id"]] = int(row["row_version"])
    return fill, based_on


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and np.isnan(value))


def _known(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _spans(frame: gpd.GeoDataFrame) -> list[tuple[str, str | None]]:
    ends = [end if _known(end) else None for end in frame["valid_to"]]
    return list(zip(frame["valid_from"].to_list(), ends, strict=True))


def _in_scope(existing: gpd.GeoDataFrame, incoming: gpd.GeoDataFrame, scope: set[str]) -> NDArray[np.bool_]:
    level = existing["level"].isin(set(incoming["level"])).to_numpy(dtype=bool)
    parents = scope or {parent for parent in incoming["parent"] if _known(parent)}
    of_parent = existing["parent"].isin(parents).to_numpy(dtype=bool)
    of_code = existing["code"].isin(set(incoming["code"])).to_numpy(dtype=bool)
    return np.asarray(level & (of_parent | of_code), dtype=np.bool_)


def _meets(span: tuple[str, str | None], start: str, end: str | None) -> bool:
    begins, ends = span
    return (end is None or begins < end) and (ends is None or ends > start)


def _same_as_loaded(scope: gpd.GeoDataFrame, incoming: gpd.GeoDataFrame, *, start: str, end: str | None) -> set[str]:
    loaded = {row["code"]: row for _index, row in scope[scope["valid_from"] == start].iterrows()}
    arriving = ((row["code"], row) for _index, row in incoming.iterrows())
    return {code for code, row in arriving if code in loaded and _is_same(loaded[code], row, end)}


def _is_same(loaded: pd.Series, arriving: pd.Series, end: str | None) -> bool:
    # A version closed since then by a later import is still the one this file brought.
    if end is not None and loaded["valid_to"] != end:
        return False
    # What a file does not tell came from elsewhere, such as the decree from a table of lineage: no difference.
    if any(_text(arriving[column]) not in {"", _text(loaded[column])} for column in _COMPARED_TEXTS):
        return False
    if any(_figure(arriving[column]) not in {None, _figure(loaded[column])} for column in _COMPARED_NUMBERS):
        return False
    return _same_shape(loaded["geometry"], arriving["geometry"])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _figure(value: float | None) -> float | None:
    return None if pd.isna(value) else float(value)


def _same_shape(one: shapely.Geometry | None, other: shapely.Geometry | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(shapely.equals_exact(one, other, _SAME_DEG))


def _refuse_conflicts(rivals: gpd.GeoDataFrame, start: str, end: str | None) -> None:
    spans = _spans(rivals)
    starting = [code for code, span in zip(rivals["code"], spans, strict=True) if span[0] == start]
    if starting:
        raise _starts_same_day(starting, start)
    later = [span[0] for span in spans if span[0] > start]
    if later:
        raise _later_loaded(min(later), end)
    # Closing a version that outlives the import would leave the time after it without units.
    if end is not None and any(ends is None or ends > end for _begins, ends in spans):
        raise _cuts_through(start, end)


def _starts_same_day(codes: list[str], start: str) -> Conflict:
    day, listed = dt.date.fromisoformat(start), ", ".join(sorted(codes)[:5])
    return Conflict(
        Text(
            f"Đã có {len(codes)} đơn vị từ ngày {vi_date(day)} với nội dung khác (mã {listed}).",
            f"{len(codes)} units from {day} are already loaded with other content (codes {listed}).",
        ),
        Text(
            "Dùng --valid-from của ngày thay đổi có hiệu lực, hoặc nhập vào một kho mới.",
            "Use the --valid-from of the day the change takes effect, or import into a new store.",
        ),
    )


def _later_loaded(start: str, end: str | None) -> Conflict:
    day = dt.date.fromisoformat(start)
    known = Text(
        f"Đã có ranh giới mới hơn, từ ngày {vi_date(day)}.",
        f"Newer boundaries, from {day}, are already loaded.",
    )
    hint = Text(f"Thêm --valid-to {day} cho ranh giới cũ.", f"Add --valid-to {day} for the older boundaries.")
    if end is not None:
        hint = Text(f"Đổi --valid-to thành {day} hoặc sớm hơn.", f"Change --valid-to to {day} or earlier.")
    return Conflict(known, hint)


def _cuts_through(start: str, end: str) -> Conflict:
    since, until = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    return Conflict(
        Text(
            f"Ranh giới đã có còn hiệu lực sau ngày {vi_date(until)}; nhập vào giữa sẽ để trống phần sau.",
            f"Boundaries already loaded are in force after {until}; this import would leave that time empty.",
        ),
        Text(
            f"Bỏ --valid-to nếu ranh giới mới còn hiệu lực, hoặc đổi --valid-from {since}.",
            f"Leave out --valid-to if the new boundaries are still in force, or change --valid-from {since}.",
        ),
    )


def _closing(new: gpd.GeoDataFrame, rivals: gpd.GeoDataFrame, *, start: str, unchanged: set[str]) -> VersionPlan:
    followed = set(new["code"]) | unchanged
    codes = set(rivals["code"])
    return VersionPlan(
        insert=new,
        close=dict.fromkeys(rivals["id"], start),
        row_versions={row["id"]: int(row["row_version"]) for _index, row in rivals.iterrows()},
        ended=tuple(sorted(codes - followed)),
        unchanged=tuple(sorted(unchanged)),
    )
