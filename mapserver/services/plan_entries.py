"""The entries of plans as the store keeps them: read behind a number, written once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from layers.catalog import PLAN_OPS
from layers.errors import CheckFailed
from layers.planning.steps import Entry, Signature, Step, canonical_json, entry_from_json
from layers.store import Query, Store
from layers.wording import Text, storable
from mapserver.services.incident_desk import masked_reason
from mapserver.services.plan_records import book_rows

__all__ = ["entry_rows", "read_entries", "signed"]

# Up to so many are asked for by their ids; more are read with all of the plan.
_ONE_BY_ONE = 12


def entry_rows(plan_id: str, entries: Sequence[Entry]) -> gpd.GeoDataFrame:
    """Make the rows of entries.

    Parameters
    ----------
    plan_id : str
        The plan.
    entries : sequence of Step or Mark
        Its entries.

    Returns
    -------
    GeoDataFrame
        Rows of `catalog.PLAN_OPS`. The id follows from plan and number, so that no store takes a number twice.
    """
    return book_rows(
        [
            {
                "id": _row_id(plan_id, entry.number),
                "plan_id": plan_id,
                "number": entry.number,
                "kind": entry.operation.kind if isinstance(entry, Step) else entry.action,
                "author": entry.by.author,
                "at": entry.by.at,
                "reason": entry.by.reason or None,
                "entry": canonical_json(entry.to_json()).decode(),
            }
            for entry in entries
        ],
    )


def read_entries(store: Store, plan_id: str, *, after: int, last: int) -> tuple[Entry, ...]:
    """Read the entries of a plan behind a number.

    Parameters
    ----------
    store : Store
        The store of record.
    plan_id : str
        The plan.
    after : int
        Number of the last entry that is known; 0 for none.
    last : int
        Number of the last entry wanted.

    Returns
    -------
    tuple of Step or Mark
        In their order.

    Raises
    ------
    CheckFailed
        When one of them is not there.
    """
    texts = _texts(store, plan_id, after=after, last=last)
    missing = [number for number in range(after + 1, last + 1) if number not in texts]
    if missing:
        raise CheckFailed(
            Text(f"Phương án thiếu thao tác số {missing[0]}.", f"The plan lacks its entry number {missing[0]}."),
            Text("Chạy `antt store check`, rồi khôi phục từ bản sao lưu.",
                 "Run `antt store check`, then restore a backup."),
        )  # fmt: skip
    return tuple(entry_from_json(json.loads(texts[number])) for number in range(after + 1, last + 1))


def signed(by: Signature) -> Signature:
    """Make a signature fit to be kept.

    Parameters
    ----------
    by : Signature
        As given.

    Returns
    -------
    Signature
        Its reason in form NFC, identity-card and telephone numbers masked.
    """
    return replace(by, reason=masked_reason(storable(by.reason)))


def _texts(store: Store, plan_id: str, *, after: int, last: int) -> dict[int, str]:
    if last - after <= _ONE_BY_ONE:
        wanted = [(("id", _row_id(plan_id, number)),) for number in range(after + 1, last + 1)]
    else:
        wanted = [(("plan_id", plan_id),)]
    queries = [Query(where, columns=("number", "entry"), geometry=False) for where in wanted]
    rows = pd.concat([store.read(PLAN_OPS, query) for query in queries]) if queries else pd.DataFrame()
    return {} if rows.empty else dict(zip(rows["number"].astype(int), rows["entry"], strict=True))


def _row_id(plan_id: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{plan_id}/{number}"))
