"""The states of a plan: from draft to publication, each step by those who have the right to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from layers.access.policy import Action
from layers.access.viewer import Viewer
from layers.catalog import PLANS
from layers.errors import Conflict, Forbidden, InvalidParameter
from layers.planning import plan_refusals
from layers.planning.plans import active_steps, mark_of
from layers.store import ChangeSet
from layers.store.base import Author
from layers.wording import Text, nfc, storable
from mapserver.services.incident_desk import masked_reason
from mapserver.services.plan_conditions import fit_decree, is_by, refuse_other_version, require_ground
from mapserver.services.plan_desk import OpenPlan, PlanDesk
from mapserver.services.plan_publishing import PublishRequest, publish
from mapserver.services.plan_records import STATES, PlanRecord, one

__all__ = ["MOVES", "Move", "Rule", "move"]


class Rule(NamedTuple):
    """Who may bring a plan from one state to another.

    Parameters
    ----------
    actions : frozenset of Action
        One of these rights is needed.
    needs_reason : bool
        Whether it has to be said why.
    by_another : bool
        Whether those who made or edited the plan may not do it.
    """

    actions: frozenset[Action]
    needs_reason: bool = False
    by_another: bool = False


_PLAN, _APPROVE = frozenset({Action.PLAN}), frozenset({Action.APPROVE})

# What comes after scheduled follows from the day and is nobody's doing.
MOVES: Mapping[tuple[str, str], Rule] = {
    ("draft", "in_review"): Rule(_PLAN),
    ("in_review", "draft"): Rule(_PLAN | _APPROVE, needs_reason=True),
    ("in_review", "approved"): Rule(_APPROVE, by_another=True),
    ("approved", "draft"): Rule(_APPROVE, needs_reason=True),
    ("approved", "scheduled"): Rule(_APPROVE),
}


@dataclass(frozen=True)
class Move:
    """What a person asks for.

    Parameters
    ----------
    to : str
        The state wanted.
    row_version : int
        The version of the plan that was looked at.
    reason : str
        Why; needed where a plan is returned.
    effective_on : date or None
        First day in force; needed to publish.
    decree : str or None
        The document; needed to publish wards.
    """

    to: str
    row_version: int
    reason: str = ""
    effective_on: dt.date | None = None
    decree: str | None = None


def move(
    desk: PlanDesk, plan_id: str, asked: Move, *, viewer: Viewer, now: dt.datetime, rng: np.random.Generator
) -> PlanRecord:
    """Bring a plan to another state.

    Parameters
    ----------
    desk : PlanDesk
        Where plans lie open.
    plan_id : str
        The plan.
    asked : Move
        What is wanted.
    viewer : Viewer
        Who wants it.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids of what is published.

    Returns
    -------
    PlanRecord
        As kept afterwards.

    Raises
    ------
    NotFound
        When there is no such plan.
    StaleVersion
        When it was changed meanwhile.
    Conflict
        When no way leads from its state to the one wanted, or publishing is refused.
    Forbidden
        When the right is missing, the ground is another's, or it is the own plan that is to be approved.
    InvalidParameter
        When a reason, a day or a decree is missing, or the plan changes nothing.
    """
    record = one(desk.store, plan_id)
    refuse_other_version(record, asked.row_version)
    _require_right(record, asked, viewer)
    require_ground(viewer, desk.bases, record)
    # A plan is returned even when the units it starts from were changed, which others have to know of.
    opened = None if asked.to == "draft" else desk.opened(plan_id)
    reason = masked_reason(storable(asked.reason))
    author = Author(viewer.name, reason, now)
    values: dict[str, object] = {
        "state": asked.to, "state_by": viewer.name, "state_at": now, "state_reason": reason or None,
    }  # fmt: skip
    with desk.store.transaction():
        values |= _consequences(desk, opened, asked, viewer=viewer, author=author, rng=rng)
        change = ChangeSet(PLANS, update={plan_id: values}, expected_row_version={plan_id: asked.row_version})
        desk.store.apply(change, author)
        return one(desk.store, plan_id)


def _require_right(record: PlanRecord, asked: Move, viewer: Viewer) -> None:
    rule = MOVES.get((record.state, asked.to))
    if rule is None:
        raise _no_way(record, asked.to)
    if not any(viewer.may(action) for action in rule.actions):
        viewer.require(min(rule.actions))
    if rule.by_another and is_by(viewer, record.author):
        raise _own_plan()
    if rule.needs_reason and not nfc(asked.reason):
        raise InvalidParameter(
            Text("Chưa nêu lý do trả lại phương án.", "It is not said why the plan is returned."),
            Text("Viết lý do ngắn gọn.", "Write a short reason."),
        )


def _consequences(
    desk: PlanDesk, opened: OpenPlan | None, asked: Move, *, viewer: Viewer, author: Author, rng: np.random.Generator
) -> dict[str, object]:
    """Do what belongs to a move, and tell the values it leaves in the row of the plan."""
    if opened is None:
        return {"approved_mark": None}
    if asked.to == "in_review" and not active_steps(opened.plan):
        raise plan_refusals.no_change_to_publish()
    if asked.to == "approved":
        if any(is_by(viewer, entry.by.author) for entry in opened.plan.entries):
            raise _own_plan()
        return {"approved_mark": mark_of(opened.topology)}
    return _published(desk, opened, asked, author=author, rng=rng) if asked.to == "scheduled" else {}


def _published(
    desk: PlanDesk, opened: OpenPlan, asked: Move, *, author: Author, rng: np.random.Generator
) -> dict[str, object]:
    if asked.effective_on is None:
        raise InvalidParameter(
            Text("Chưa nêu ngày có hiệu lực.", "The day on which it takes effect is not named."),
            Text("Nêu ngày, ví dụ 2027-01-01.", "Name a day, such as 2027-01-01."),
        )
    request = PublishRequest(asked.effective_on, fit_decree(asked.decree or ""))
    return dict(publish(desk.store, opened, request, who=author.who, now=author.at, rng=rng).record)


def _own_plan() -> Forbidden:
    return Forbidden(
        Text("Không ai được tự duyệt phương án mình đã lập hoặc sửa.",
             "Nobody approves a plan that they have made or edited."),
        Text("Nhờ người khác có quyền phê duyệt.", "Ask somebody else who may approve."),
    )  # fmt: skip


def _no_way(record: PlanRecord, to: str) -> Conflict | InvalidParameter:
    if to not in STATES:
        return InvalidParameter(
            Text(f"Không có trạng thái “{to}”.", f"There is no state “{to}”."),
            Text(f"Các trạng thái: {', '.join(STATES)}.", f"States: {', '.join(STATES)}."),
        )
    onward = ", ".join(end for start, end in MOVES if start == record.state)
    return Conflict(
        Text(f"Không chuyển được từ “{STATES[record.state].vi}” sang “{STATES[to].vi}”.",
             f"There is no way from “{STATES[record.state].en}” to “{STATES[to].en}”."),
        Text(f"Từ đây chuyển được sang: {onward or 'không trạng thái nào'}.",
             f"From here it goes on to: {onward or 'no other state'}."),
        details={"state": record.state},
    )  # fmt: skip
