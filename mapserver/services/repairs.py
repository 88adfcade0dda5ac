"""The repair queue of the boundaries: the open cards, and the decisions of people about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np

from layers import schema
from layers.boundaries.repairing import carried_out
from layers.boundaries.repairs import Repair, find_repairs
from layers.boundaries.versions import in_force
from layers.catalog import REPAIRS, UNITS
from layers.errors import Conflict, InvalidParameter, NotFound, StaleVersion
from layers.geo import CRS_LONLAT, area_m2
from layers.records import new_ids
from layers.store import ChangeSet, Query, Store
from layers.store.base import Author
from layers.wording import Text

__all__ = ["Queue", "RepairRequest", "RepairResult", "card_version", "repair", "repair_queue"]

_LOOK_AGAIN = Text("Tải lại danh sách, xem lại rồi quyết định.", "Load the list again, look again, then decide.")


@dataclass(frozen=True)
class Queue:
    """The defects of the units in force on one day.

    Parameters
    ----------
    units : GeoDataFrame
        The units checked.
    open : tuple of Repair
        Cards that nobody has decided about, largest first.
    left : tuple of Repair
        Cards that somebody decided to leave as they are.
    """

    units: gpd.GeoDataFrame
    open: tuple[Repair, ...]
    left: tuple[Repair, ...]

    def as_json(self) -> dict[str, object]:
        """Write the queue as plain values.

        Returns
        -------
        dict
            `units_checked`, `repairs` (open) and `left`.
        """
        return {
            "units_checked": len(self.units),
            "repairs": [card.to_json() for card in self.open],
            "left": [card.to_json() for card in self.left],
        }


@dataclass(frozen=True)
class RepairRequest:
    """What a person decided.

    Parameters
    ----------
    as_of : date
        Day on which the units are in force.
    level : str
        Level of the units.
    accept : sequence of str
        Keys of cards whose proposal is accepted.
    give : mapping of str to str
        Key of a card -> code of the unit that gets its ground.
    leave : sequence of str
        Keys of cards that stay as they are.
    accept_below_m2 : float or None
        Accept every proposal up to this area; T-junctions with them.
    why : str
        The reason, for the history.
    based_on : mapping of str to int
        Key of a card -> its `card_version` when the person saw it; an older one is refused.
    """

    as_of: dt.date
    level: str = "commune"
    accept: Sequence[str] = ()
    give: Mapping[str, str] = field(default_factory=dict)
    leave: Sequence[str] = ()
    accept_below_m2: float | None = None
    why: str = ""
    based_on: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RepairResult:
    """What was done.

    Parameters
    ----------
    decided : int
        Number of cards decided.
    changed : tuple of str
        Codes of the units whose borders changed.
    queue : Queue
        What is open afterwards.
    """

    decided: int
    changed: tuple[str, ...]
    queue: Queue

    def as_json(self) -> dict[str, object]:
        """Write the result as plain values.

        Returns
        -------
        dict
            `decided`, `changed` and what is open.
        """
        return {"decided": self.decided, "changed": list(self.changed)} | self.queue.as_json()


def repair_queue(store: Store, as_of: dt.date, *, level: str = "commune") -> Queue:
    """Check the units in force on a day and list what has to be decided.

    Parameters
    ----------
    store : Store
        The store of record.
    as_of : date
        The day.
    level : str
        Level of the units.

    Returns
    -------
    Queue
        Worked out from the units as they are, so it is never out of date.
    """
    loaded = in_force(store.read(UNITS, Query(where=(("level", level),))), as_of)
    units = loaded[loaded.geometry.notna()].sort_values("code").reset_index(drop=True)
    kept = store.read(REPAIRS, Query(where=(("decision", "leave"),)))
    left = set(kept["key"])
    cards = find_repairs(units)
    return Queue(
        units,
        tuple(card for card in cards if card.key not in left),
        tuple(card for card in cards if card.key in left),
    )


def repair(
    store: Store, request: RepairRequest, *, who: str, now: dt.datetime, rng: np.random.Generator
) -> RepairResult:
    """Carry out what was decided, in one commit with its history.

    Parameters
    ----------
    store : Store
        The store of record.
    request : RepairRequest
        The decisions.
    who : str
        Who decided.
    now : datetime
        The moment, with its time zone.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    RepairResult
        What changed and what is left.

    Raises
    ------
    InvalidParameter
        When a key names no open card, or ground would go to a unit that does not meet it.
    NotFound
        When a card that somebody saw is no longer there.
    Conflict
        When somebody changed a unit meanwhile, or decided about the card.
    """
    with store.transaction():
        queue = repair_queue(store, request.as_of, level=request.level)
        for key, version in request.based_on.items():
            _refuse_stale(store, queue, key, seen=version)
        accepted, left = _chosen(queue, request)
        if not accepted and not left:
            return RepairResult(0, (), queue)
        changed = carried_out(queue.units, accepted, request.give)
        author = Author(who, _why(request, accepted), now)
        if len(changed):
            store.apply(ChangeSet(UNITS, update=_updates(changed), expected_row_version=_based_on(changed)), author)
        rows = _decisions(accepted, left, request=request, author=author, rng=rng)
        store.apply(ChangeSet(REPAIRS, insert=rows), author)
    after = repair_queue(store, request.as_of, level=request.level)
    return RepairResult(len(accepted) + len(left), tuple(changed["code"]), after)


def card_version(queue: Queue, card: Repair) -> int:
    """Tell the version of a card: it grows with every change to one of the units that meet there.

    Parameters
    ----------
    queue : Queue
        The queue the card is of.
    card : Repair
        The card.

    Returns
    -------
    int
        The sum of the units' `row_version`.
    """
    return int(queue.units["row_version"].iloc[list(card.rows)].sum())


def _refuse_stale(store: Store, queue: Queue, key: str, *, seen: int) -> None:
    card = next((card for card in queue.open if card.key == key), None)
    if card is not None:
        current = card_version(queue, card)
        if current != seen:
            raise StaleVersion(
                Text("Ranh giới ở chỗ này vừa có người sửa.", "Somebody has just changed the borders here."),
                _LOOK_AGAIN,
                details={"asked": seen, "current": current},
            )
        return
    if store.count(REPAIRS, Query(where=(("key", key),))):
        raise Conflict(Text("Chỗ này đã có người quyết định.", "Somebody has decided about this defect."), _LOOK_AGAIN)
    raise NotFound(Text(f"Không còn chỗ lỗi “{key}”.", f"The defect “{key}” is not there any more."), _LOOK_AGAIN)


def _chosen(queue: Queue, request: RepairRequest) -> tuple[list[Repair], list[Repair]]:
    named = {*request.accept, *request.give, *request.leave}
    unknown = sorted(named - {card.key for card in queue.open})
    if unknown:
        raise InvalidParameter(
            Text(f"Không có chỗ lỗi “{unknown[0]}” đang chờ.", f"There is no open defect “{unknown[0]}”."),
            Text("Xem danh sách bằng `antt boundaries check`.", "See the list with `antt boundaries check`."),
        )
    kept = set(request.leave)
    accepted = [card for card in queue.open if card.key not in kept and _is_accepted(card, request)]
    return accepted, [card for card in queue.open if card.key in kept]


def _is_accepted(card: Repair, request: RepairRequest) -> bool:
    if card.key in request.accept or card.key in request.give:
        return True
    below = request.accept_below_m2
    return below is not None and card.proposal != "leave" and card.area_m2 <= below


def _why(request: RepairRequest, accepted: Sequence[Repair]) -> str:
    keys = ", ".join(card.key for card in accepted[:20])
    more = "…" if len(accepted) > 20 else ""
    return " ".join(part for part in (request.why, f"Sửa ranh giới {keys}{more}") if part)


def _updates(changed: gpd.GeoDataFrame) -> dict[str, dict[str, object]]:
    areas_km2 = area_m2(changed.geometry.to_list()) / 1e6
    return {
        str(unit): {"geometry": shape, "area_km2": float(area)}
        for unit, shape, area in zip(changed["id"], changed.geometry, areas_km2, strict=True)
    }


def _based_on(changed: gpd.GeoDataFrame) -> dict[str, int]:
    return {str(unit): int(version) for unit, version in zip(changed["id"], changed["row_version"], strict=True)}


def _decisions(
    accepted: Sequence[Repair],
    left: Sequence[Repair],
    *,
    request: RepairRequest,
    author: Author,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    decided = [*((card, _decision(card, request)) for card in accepted), *((card, "leave") for card in left)]
    rows = [
        {
            "key": card.key,
            "kind": card.kind,
            "units": " ".join(card.units),
            "area_m2": card.area_m2,
            "decision": decision,
            "given_to": request.give.get(card.key, card.give_to) if decision != "leave" else None,
            "proposed": card.give_to or card.proposal,
            "who": author.who,
            "why": request.why or None,
            "decided_at": author.at,
            "lon": card.lon,
            "lat": card.lat,
        }
        for card, decision in decided
    ]
    frame = gpd.GeoDataFrame(rows, geometry=[None] * len(rows), crs=CRS_LONLAT)
    frame["id"] = new_ids(len(rows), now=author.at, rng=rng)
    return schema.check(frame, REPAIRS.schema)


def _decision(card: Repair, request: RepairRequest) -> str:
    changed = card.key in request.give and request.give[card.key] != card.give_to
    return "change" if changed else "accept"
