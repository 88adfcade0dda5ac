"""What people say about a plan, an entry, a unit or a border of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np

from layers.catalog import PLAN_COMMENTS
from layers.errors import Conflict, InvalidParameter, NotFound
from layers.incidents.values import mask_personal
from layers.records import new_ids
from layers.store import ChangeSet, Query, Store
from layers.store.base import Author
from layers.wording import Text, nfc, storable
from mapserver.services.plan_records import book_rows, held_values, one

__all__ = ["NewComment", "PlanComment", "add", "listed", "open_count", "settle"]

_LONGEST_TEXT = 2_000
_LONGEST_CODE = 40


@dataclass(frozen=True)
class NewComment:
    """What is said.

    Parameters
    ----------
    text : str
        The comment.
    entry_number : int or None
        The entry it is about.
    unit, arc : str or None
        Code of the unit, id of the border it is about.
    """

    text: str
    entry_number: int | None = None
    unit: str | None = None
    arc: str | None = None


@dataclass(frozen=True)
class PlanComment:
    """A comment as it is kept.

    Parameters
    ----------
    id : str
        UUIDv7.
    row_version : int
        How often the row was written.
    plan_id : str
        The plan.
    author : str
        Who said it.
    at : datetime
        When, UTC.
    text : str
        What.
    entry_number : int or None
        The entry it is about.
    unit, arc : str or None
        The unit or border it is about.
    settled_by, settled_at
        Who said that it is dealt with, and when; None while it is open.
    """

    id: str
    row_version: int
    plan_id: str
    author: str
    at: dt.datetime
    text: str
    entry_number: int | None = None
    unit: str | None = None
    arc: str | None = None
    settled_by: str | None = None
    settled_at: dt.datetime | None = None

    def as_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            The fields; moments in ISO 8601, UTC.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in values.items()}


def add(
    store: Store, plan_id: str, asked: NewComment, *, who: str, now: dt.datetime, rng: np.random.Generator
) -> PlanComment:
    """Comment on a plan, whatever its state.

    Parameters
    ----------
    store : Store
        The store of record.
    plan_id : str
        The plan.
    asked : NewComment
        What is said.
    who : str
        By whom.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the id.

    Returns
    -------
    PlanComment
        As kept; identity-card and telephone numbers are masked.

    Raises
    ------
    NotFound
        When there is no such plan.
    InvalidParameter
        When the text is empty or too long, or what it is about does not exist.
    """
    record = one(store, plan_id)
    _refuse_unfit(asked, last=record.entries)
    (comment_id,) = new_ids(1, now=now, rng=rng)
    row = {
        "id": comment_id,
        "plan_id": plan_id,
        "author": who,
        "at": now,
        "text": mask_personal(nfc(storable(asked.text))),
        "entry_number": asked.entry_number,
        "unit": asked.unit and nfc(storable(asked.unit)),
        "arc": asked.arc and nfc(storable(asked.arc)),
    }
    store.apply(ChangeSet(PLAN_COMMENTS, insert=book_rows([row])), Author(who, "", now))
    return _one(store, plan_id, comment_id)


def listed(store: Store, plan_id: str) -> list[PlanComment]:
    """Read the comments on a plan.

    Parameters
    ----------
    store : Store
        The store of record.
    plan_id : str
        The plan.

    Returns
    -------
    list of PlanComment
        Oldest first.

    Raises
    ------
    NotFound
        When there is no such plan.
    """
    one(store, plan_id)
    found = _read(store, Query((("plan_id", plan_id),)))
    return sorted(found, key=lambda comment: (comment.at, comment.id))


def open_count(store: Store, plan_id: str) -> int:
    """Count the comments that nobody has settled.

    Parameters
    ----------
    store : Store
        The store of record.
    plan_id : str
        The plan.

    Returns
    -------
    int
        How many; 0 for a plan that does not exist.
    """
    return store.count(PLAN_COMMENTS, Query((("plan_id", plan_id), ("settled_at", None))))


def settle(
    store: Store, plan_id: str, comment_id: str, *, row_version: int, who: str, now: dt.datetime
) -> PlanComment:  # fmt: skip
    """Say that a comment is dealt with.

    Parameters
    ----------
    store : Store
        The store of record.
    plan_id, comment_id : str
        The comment of that plan.
    row_version : int
        The version that was looked at.
    who : str
        By whom.
    now : datetime
        The moment.

    Returns
    -------
    PlanComment
        As kept.

    Raises
    ------
    NotFound
        When the plan has no such comment.
    StaleVersion
        When it was changed meanwhile.
    Conflict
        When somebody has settled it.
    """
    if _one(store, plan_id, comment_id).settled_by is not None:
        raise Conflict(
            Text("Ý kiến này đã được đánh dấu đã xử lý.", "The comment is settled already."),
            Text("Tải lại danh sách ý kiến.", "Load the list of comments again."),
        )
    update = {comment_id: {"settled_by": who, "settled_at": now}}
    change = ChangeSet(PLAN_COMMENTS, update=update, expected_row_version={comment_id: row_version})
    store.apply(change, Author(who, "", now))
    return _one(store, plan_id, comment_id)


def _one(store: Store, plan_id: str, comment_id: str) -> PlanComment:
    found = _read(store, Query((("id", comment_id), ("plan_id", plan_id))))
    if not found:
        raise NotFound(
            Text(f"Phương án không có ý kiến “{comment_id}”.", f"The plan has no comment “{comment_id}”."),
            Text("Tải lại danh sách ý kiến.", "Load the list of comments again."),
        )
    return found[0]


def _read(store: Store, query: Query) -> list[PlanComment]:
    rows = store.read(PLAN_COMMENTS, query)
    return [PlanComment(**held_values(row, PLAN_COMMENTS)) for _place, row in rows.iterrows()]  # type: ignore[arg-type]


def _refuse_unfit(asked: NewComment, *, last: int) -> None:
    if not 0 < len(nfc(asked.text)) <= _LONGEST_TEXT:
        raise InvalidParameter(
            Text("Ý kiến trống hoặc quá dài.", "The comment is empty or too long."),
            Text(f"Viết từ 1 đến {_LONGEST_TEXT} ký tự.", f"Write 1 to {_LONGEST_TEXT} characters."),
        )
    if asked.entry_number is not None and not 0 < asked.entry_number <= last:
        raise InvalidParameter(
            Text(f"Phương án không có thao tác số {asked.entry_number}.",
                 f"The plan has no entry number {asked.entry_number}."),
            Text(f"Số của thao tác cuối là {last}.", f"The last entry has the number {last}."),
        )  # fmt: skip
    if any(len(code or "") > _LONGEST_CODE for code in (asked.unit, asked.arc)):
        raise InvalidParameter(
            Text("Mã đơn vị hoặc mã đoạn ranh giới không đúng.", "The code of the unit or border is wrong."),
            Text("Chọn đơn vị hoặc đoạn ranh giới của phương án.", "Choose a unit or border of the plan."),
        )
