"""Plans made, named, copied and listed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from layers.catalog import PLAN_OPS, PLANS
from layers.planning.plans import mark_of
from layers.records import new_ids
from layers.store import ChangeSet, Store
from layers.store.base import Author
from mapserver.services.plan_bases import PlanBases
from mapserver.services.plan_conditions import fit_name, refuse_other_version, require_draft
from mapserver.services.plan_entries import entry_rows, read_entries
from mapserver.services.plan_records import PlanRecord, book_rows, listed, one

__all__ = ["NewPlan", "PlanRecord", "branched", "create", "listed", "one", "renamed"]


@dataclass(frozen=True)
class NewPlan:
    """What a plan is to be.

    Parameters
    ----------
    name : str
        Its name.
    level : str
        ``commune`` or ``beat``.
    parent : str
        Code of the province whose wards, or of the ward whose beats, it redraws.
    as_of : date
        The day whose units it starts from.
    """

    name: str
    level: str
    parent: str
    as_of: dt.date


def create(
    store: Store,
    asked: NewPlan,
    *,
    who: str,
    now: dt.datetime,
    rng: np.random.Generator,
    bases: PlanBases | None = None,
) -> PlanRecord:
    """Make a plan without entries.

    Parameters
    ----------
    store : Store
        The store of record.
    asked : NewPlan
        What it is to be.
    who : str
        Its author.
    now : datetime
        The moment, with its time zone.
    rng : numpy.random.Generator
        Source of the id.
    bases : PlanBases, optional
        Where what is opened is kept for later.

    Returns
    -------
    PlanRecord
        As kept.

    Raises
    ------
    InvalidParameter
        When the name or the level cannot be used.
    NotFound, EmptyInput, CheckFailed
        When there are no units to plan with, or they have defects that nobody decided about.
    """
    name = fit_name(asked.name)
    base = (bases or PlanBases(store)).opening(asked.level, asked.parent, asked.as_of).topology
    parent_name = next((unit.parent_name for unit in base.units.values() if unit.parent_name), asked.parent)
    row = _fresh(name, who=who, now=now, rng=rng) | {
        "level": asked.level,
        "parent": asked.parent,
        "parent_name": parent_name,
        "base_as_of": asked.as_of.isoformat(),
        "base_mark": mark_of(base),
        "entries": 0,
    }
    store.apply(ChangeSet(PLANS, insert=book_rows([row])), Author(who, "", now))
    return one(store, str(row["id"]))


def renamed(
    store: Store, plan_id: str, name: str, *, row_version: int, who: str, now: dt.datetime
) -> PlanRecord:  # fmt: skip
    """Give a draft another name.

    Parameters
    ----------
    store : Store
        The store of record.
    plan_id : str
        The plan.
    name : str
        Its new name.
    row_version : int
        The version that was looked at.
    who : str
        By whom.
    now : datetime
        The moment.

    Returns
    -------
    PlanRecord
        As kept.

    Raises
    ------
    NotFound
        When there is no such plan.
    StaleVersion, Conflict
        When it was changed meanwhile, or is no draft any more.
    InvalidParameter
        When the name cannot be used.
    """
    record, said = one(store, plan_id), fit_name(name)
    refuse_other_version(record, row_version)
    require_draft(record)
    change = ChangeSet(PLANS, update={plan_id: {"name": said}}, expected_row_version={plan_id: row_version})
    store.apply(change, Author(who, "", now))
    return one(store, plan_id)


def branched(
    store: Store, plan_id: str, name: str, *, who: str, now: dt.datetime, rng: np.random.Generator
) -> PlanRecord:
    """Copy a plan with all its entries into a draft of one's own.

    Parameters
    ----------
    store : Store
        The store of record.
    plan_id : str
        The plan that is copied, whatever its state.
    name : str
        Name of the copy.
    who : str
        Author of the copy; entries keep theirs.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the id.

    Returns
    -------
    PlanRecord
        The copy.

    Raises
    ------
    NotFound
        When there is no such plan.
    InvalidParameter
        When the name cannot be used.
    """
    said = fit_name(name)
    origin = one(store, plan_id)
    row = _fresh(said, who=who, now=now, rng=rng) | {
        "level": origin.level,
        "parent": origin.parent,
        "parent_name": origin.parent_name,
        "base_as_of": origin.base_as_of.isoformat(),
        "base_mark": origin.base_mark,
        "branched_from": origin.id,
        "entries": origin.entries,
    }
    entries = read_entries(store, plan_id, after=0, last=origin.entries)
    author = Author(who, "", now)
    with store.transaction():
        store.apply(ChangeSet(PLANS, insert=book_rows([row])), author)
        if entries:
            store.apply(ChangeSet(PLAN_OPS, insert=entry_rows(str(row["id"]), entries)), author)
    return one(store, str(row["id"]))


def _fresh(name: str, *, who: str, now: dt.datetime, rng: np.random.Generator) -> dict[str, object]:
    (plan_id,) = new_ids(1, now=now, rng=rng)
    return {"id": plan_id, "name": name, "state": "draft", "author": who, "created_at": now, "last_at": now}
