"""Plans as the store keeps them: one row each, read into a record and written for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import geopandas as gpd
import pandas as pd

from layers.catalog import PLANS, UNITS, Layer
from layers.errors import NotFound
from layers.geo import CRS_LONLAT
from layers.schema import Kind
from layers.store import Query, Store
from layers.wording import Text

__all__ = ["STATES", "PlanRecord", "book_rows", "held_values", "listed", "one"]

STATES: Mapping[str, Text] = {
    "draft": Text("Đang soạn", "Draft"),
    "in_review": Text("Chờ duyệt", "In review"),
    "approved": Text("Đã duyệt", "Approved"),
    "scheduled": Text("Đã ban hành, chưa có hiệu lực", "Scheduled"),
    "in_force": Text("Đang có hiệu lực", "In force"),
    "superseded": Text("Đã được thay thế", "Superseded"),
}


@dataclass(frozen=True)
class PlanRecord:
    """One plan without its entries.

    Parameters
    ----------
    id : str
        UUIDv7.
    row_version : int
        How often the row was written.
    name : str
        Its name.
    level : str
        ``commune`` or ``beat``.
    parent, parent_name : str
        Code and name of the province whose wards, or of the ward whose beats, it redraws.
    base_as_of : date
        The day whose units it starts from.
    base_mark : str
        `layers.planning.plans.mark_of` those.
    state : str
        As kept: ``draft``, ``in_review``, ``approved`` or ``scheduled``; the later ones follow from the day.
    author : str
        Who made it.
    created_at, last_at : datetime
        When it was made, and when the last entry was added, UTC.
    branched_from : str or None
        Id of the plan it was copied from.
    entries : int
        Number of its entries.
    effective_on : date or None
        First day in force.
    decree : str or None
        The document.
    state_by, state_at, state_reason
        Who set the state, when and why; None in the first.
    approved_mark : str or None
        Mark of the borders that were approved.
    frozen_hash : str or None
        Hash of the units that were published.
    superseded_on : date or None
        The day on which the last of the versions it made ended; None while one of them lasts.
    """

    id: str
    row_version: int
    name: str
    level: str
    parent: str
    parent_name: str
    base_as_of: dt.date
    base_mark: str
    state: str
    author: str
    created_at: dt.datetime
    branched_from: str | None
    entries: int
    last_at: dt.datetime
    effective_on: dt.date | None = None
    decree: str | None = None
    state_by: str | None = None
    state_at: dt.datetime | None = None
    state_reason: str | None = None
    approved_mark: str | None = None
    frozen_hash: str | None = None
    superseded_on: dt.date | None = None

    def state_on(self, today: dt.date) -> str:
        """Tell the state on a day.

        Parameters
        ----------
        today : date
            The day.

        Returns
        -------
        str
            One of `STATES`: a scheduled plan is in force from its day on, without anybody doing anything.
        """
        if self.state != "scheduled" or self.effective_on is None or today < self.effective_on:
            return self.state
        return "in_force" if self.superseded_on is None or today < self.superseded_on else "superseded"

    def as_json(self, today: dt.date, language: str = "vi") -> dict[str, object]:
        """Write it as plain values.

        Parameters
        ----------
        today : date
            The day on which its state is told.
        language : str
            Of ``state_label``.

        Returns
        -------
        dict
            Every field but the marks of borders; days and moments in ISO 8601.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        hidden = ("base_mark", "approved_mark", "superseded_on")
        plain = {name: _as_text(value) for name, value in values.items() if name not in hidden}
        state = self.state_on(today)
        return plain | {"state": state, "state_label": STATES[state].in_language(language)}


def one(store: Store, plan_id: str) -> PlanRecord:
    """Read one plan.

    Parameters
    ----------
    store : Store
        The store of record.
    plan_id : str
        Its id.

    Returns
    -------
    PlanRecord
        As kept now.

    Raises
    ------
    NotFound
        When there is none of that id.
    """
    found = _records(store, store.read(PLANS, Query(where=(("id", plan_id),))))
    if not found:
        raise NotFound(
            Text(f"Không có phương án “{plan_id}”.", f"There is no plan “{plan_id}”."),
            Text("Xem danh sách phương án, hoặc `antt plan list`.", "See the list of plans, or `antt plan list`."),
        )
    return found[0]


def listed(store: Store) -> list[PlanRecord]:
    """Read all plans.

    Parameters
    ----------
    store : Store
        The store of record.

    Returns
    -------
    list of PlanRecord
        Those changed last first.
    """
    found = _records(store, store.read(PLANS))
    return sorted(found, key=lambda record: (record.last_at, record.id), reverse=True)


def held_values(row: pd.Series, layer: Layer) -> dict[str, object]:
    """Take the values of a row as Python has them.

    Parameters
    ----------
    row : Series
        Of a book.
    layer : Layer
        The book.

    Returns
    -------
    dict of str to object
        ``id``, ``row_version`` and every column; dates and moments as such, empty is None.
    """
    kinds = {column.name: column.kind for column in layer.schema.columns}
    named = {"id": Kind.TEXT, "row_version": Kind.INTEGER} | kinds
    return {name: _held(row[name], kind) for name, kind in named.items()}


def book_rows(rows: Sequence[Mapping[str, object]]) -> gpd.GeoDataFrame:
    """Make rows of a book.

    Parameters
    ----------
    rows : sequence of mapping
        Column -> value, ``id`` among them.

    Returns
    -------
    GeoDataFrame
        To be inserted by a store, which checks it.
    """
    return gpd.GeoDataFrame(list(rows), geometry=[None] * len(rows), crs=CRS_LONLAT)


def _records(store: Store, frame: gpd.GeoDataFrame) -> list[PlanRecord]:
    values = [held_values(row, PLANS) for _place, row in frame.iterrows()]
    published = [each for each in values if each["state"] == "scheduled"]
    ends = _ends(store) if published else {}
    for each in published:
        each["superseded_on"] = ends.get((each["level"], each["parent"], each["effective_on"]))
    return [PlanRecord(**each) for each in values]  # type: ignore[arg-type]


def _ends(store: Store) -> dict[tuple[object, ...], dt.date]:
    """Tell of the units of each level, parent and first day when the last of them ended, where all have."""
    wanted = ("level", "parent", "valid_from", "valid_to")
    units = store.read(UNITS, Query(columns=wanted, geometry=False))
    units["parent"] = [str(of or "").partition("@")[0] for of in units["parent"]]
    ends: dict[tuple[object, ...], dt.date] = {}
    for (level, parent, begun), made in units.groupby(["level", "parent", "valid_from"]):
        if made["valid_to"].notna().all():
            ends[level, parent, dt.date.fromisoformat(begun)] = dt.date.fromisoformat(made["valid_to"].max())
    return ends


def _held(value: object, kind: Kind) -> object:
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if kind is Kind.DATE:
        return dt.date.fromisoformat(str(value))
    if kind is Kind.MOMENT:
        return pd.Timestamp(value).to_pydatetime()  # type: ignore[arg-type]
    return int(str(value)) if kind is Kind.INTEGER else value


def _as_text(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value
