"""The desk that plans lie open on: committed to, undone and redone by several people at once."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from layers.catalog import PLAN_OPS, PLANS
from layers.errors import InvalidParameter, StaleVersion, StoreBusy
from layers.planning import plans
from layers.planning.arcs import Topology
from layers.planning.ledger import land_moved
from layers.planning.operations import Operation
from layers.planning.plans import Plan
from layers.planning.points import PlacedPoints, handed_over
from layers.planning.steps import Entry, Signature
from layers.store import ChangeSet, Query, Store
from layers.store.base import Author
from layers.wording import Text
from mapserver.services.plan_bases import PlanBases
from mapserver.services.plan_conditions import require_draft
from mapserver.services.plan_entries import entry_rows, read_entries, signed
from mapserver.services.plan_records import PlanRecord, one

__all__ = ["Committed", "OpenPlan", "PlanDesk"]

_KEPT_OPEN = 24

Points = Mapping[str, PlacedPoints]


@dataclass(frozen=True)
class OpenPlan:
    """A plan with its borders.

    Parameters
    ----------
    record : PlanRecord
        Its row.
    plan : Plan
        Its entries.
    base, topology : Topology
        The borders it starts from, and those it has now.
    snapped_m2 : float
        Ground that rounding of the base to the grid moved.
    """

    record: PlanRecord
    plan: Plan
    base: Topology
    topology: Topology
    snapped_m2: float = 0.0


@dataclass(frozen=True)
class Committed:
    """What became of a change.

    Parameters
    ----------
    record : PlanRecord
        The row of the plan afterwards.
    entry : Step or Mark
        What was added.
    topology : Topology
        The borders afterwards.
    """

    record: PlanRecord
    entry: Entry
    topology: Topology


@dataclass
class _Counted:
    """Points of a plan as they were placed last: what is brought forward is only the ground that moved since."""

    given: Points
    topology: Topology
    placed: Points


_Change: TypeAlias = Callable[[OpenPlan], tuple[Plan, Topology]]


class PlanDesk:
    """Keeps the plans used last open in memory; safe to use from several threads and processes.

    Parameters
    ----------
    store : Store
        The store of record, which alone decides what was added first.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.bases = PlanBases(store)
        self._open: OrderedDict[str, OpenPlan] = OrderedDict()
        self._counts: dict[str, _Counted] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._lock = threading.Lock()

    def opened(self, plan_id: str) -> OpenPlan:
        """Open a plan as it is now.

        Parameters
        ----------
        plan_id : str
            Its id.

        Returns
        -------
        OpenPlan
            With every entry that was committed before the call, by whichever process.

        Raises
        ------
        NotFound
            When there is no such plan, or its units are gone.
        Conflict
            When the units it starts from were changed.
        CheckFailed
            When those have defects, or an entry is missing.
        """
        return self._kept(self._now(plan_id))

    def entries(self, plan_id: str, after: int) -> tuple[Entry, ...]:
        """Read what was added to a plan behind a number.

        Parameters
        ----------
        plan_id : str
            The plan.
        after : int
            Number of the last entry that is known; 0 for none.

        Returns
        -------
        tuple of Step or Mark
            In their order; its borders are not looked at.

        Raises
        ------
        NotFound
            When there is no such plan.
        """
        record = one(self.store, plan_id)
        return read_entries(self.store, plan_id, after=min(max(after, 0), record.entries), last=record.entries)

    def commit(
        self, plan_id: str, operation: Operation, *, seen: int, by: Signature, points: Points | None = None
    ) -> Committed:
        """Add an operation to a draft.

        Parameters
        ----------
        plan_id : str
            The plan.
        operation : Operation
            What to do.
        seen : int
            Number of the last entry that the planner had seen.
        by : Signature
            By whom, when and why.
        points : mapping of str to PlacedPoints, optional
            What is counted on ground that changes hands, by kind, placed in the borders the plan starts from.

        Returns
        -------
        Committed
            The new step, and the borders with it.

        Raises
        ------
        StaleVersion
            When what it touches was changed since; the details hold both lines.
        InvalidParameter, NotFound, GeometryWrong, Conflict
            As `layers.planning.plans.commit`, or when the plan is no draft.
        """
        signature = signed(by)

        def change(opened: OpenPlan) -> tuple[Plan, Topology]:
            placed = self._counted(opened, points) if points else {}
            return plans.commit(opened.plan, opened.topology, operation, by=signature, seen=seen, points=placed)

        return self._added(plan_id, change, seen=seen)

    def undo(self, plan_id: str, *, by: Signature, seen: int) -> Committed:
        """Undo the last step in force of a draft, whoever made it.

        Parameters
        ----------
        plan_id : str
            The plan.
        by : Signature
            By whom, when and why.
        seen : int
            Number of the last entry that the planner had seen: nothing may have been added since.

        Returns
        -------
        Committed
            The mark, and the borders with it.

        Raises
        ------
        StaleVersion
            When something was added since.
        NotFound, Conflict
            When there is no such plan, it is no draft, or there is nothing to undo.
        """
        return self._marked(plan_id, plans.undo, by=by, seen=seen)

    def redo(self, plan_id: str, *, by: Signature, seen: int) -> Committed:
        """Do the step of a draft again that was undone last.

        Parameters
        ----------
        plan_id : str
            The plan.
        by : Signature
            By whom, when and why.
        seen : int
            As for `undo`.

        Returns
        -------
        Committed
            The mark, and the borders with it.

        Raises
        ------
        StaleVersion, NotFound, Conflict
            As `undo`.
        """
        return self._marked(plan_id, plans.redo, by=by, seen=seen)

    def _marked(self, plan_id: str, mark: Callable[..., Plan], *, by: Signature, seen: int) -> Committed:
        signature = signed(by)

        def change(opened: OpenPlan) -> tuple[Plan, Topology]:
            if seen < len(opened.plan.entries):
                raise _added_meanwhile(len(opened.plan.entries))
            plan = mark(opened.plan, by=signature)
            return plan, plans.current(opened.base, plan)

        return self._added(plan_id, change, seen=seen)

    def _added(self, plan_id: str, change: _Change, *, seen: int) -> Committed:
        with self._lock_of(plan_id):
            # Races are lost to other processes alone: inside this one a plan has a lock.
            after = self._tried(plan_id, change, seen=seen) or self._tried_alone(plan_id, change, seen=seen)
            self._kept(after)
        return Committed(after.record, after.plan.entries[-1], after.topology)

    def _tried(self, plan_id: str, change: _Change, *, seen: int) -> OpenPlan | None:
        """Add an entry to what is there now; None when another process was faster."""
        opened = self._now(plan_id)
        require_draft(opened.record)
        _refuse_unknown(seen, len(opened.plan.entries))
        plan, topology = change(opened)
        record = self._written(opened.record, plan.entries[-1])
        return None if record is None else replace(opened, record=record, plan=plan, topology=topology)

    def _tried_alone(self, plan_id: str, change: _Change, *, seen: int) -> OpenPlan:
        """Add an entry while others wait: whoever writes into the row first holds it until the end."""
        held_at = one(self.store, plan_id).last_at
        with self.store.transaction():
            self.store.apply(ChangeSet(PLANS, update={plan_id: {"last_at": held_at}}))
            after = self._tried(plan_id, change, seen=seen)
            if after is None:
                raise _too_busy()
            return after

    def _now(self, plan_id: str) -> OpenPlan:
        with self._lock:
            held = self._open.get(plan_id)
        record = self._record(plan_id, held)
        opening = self.bases.opening(record.level, record.parent, record.base_as_of)
        if held is None or held.base is not opening.topology or len(held.plan.entries) != record.entries:
            known = held.plan.entries[: record.entries] if held else ()
            newer = read_entries(self.store, plan_id, after=len(known), last=record.entries)
            plan = Plan(record.base_mark, (*known, *newer))
            topology = plans.current(opening.topology, plan)
            held = OpenPlan(record, plan, opening.topology, topology, opening.snapped_m2)
        return replace(held, record=record)

    def _record(self, plan_id: str, held: OpenPlan | None) -> PlanRecord:
        # Most often nothing has changed, and one number tells; what was published also changes with the units.
        if held is not None and held.record.state != "scheduled":
            same = (("id", plan_id), ("row_version", held.record.row_version))
            if self.store.count(PLANS, Query(same)):
                return held.record
        return one(self.store, plan_id)

    def _written(self, record: PlanRecord, entry: Entry) -> PlanRecord | None:
        author = Author(entry.by.author, entry.by.reason, entry.by.at)
        counted = {"entries": entry.number, "last_at": entry.by.at}
        row = ChangeSet(PLANS, update={record.id: counted}, expected_row_version={record.id: record.row_version})
        try:
            with self.store.transaction():
                self.store.apply(row, author)
                self.store.apply(ChangeSet(PLAN_OPS, insert=entry_rows(record.id, [entry])), author)
        except StaleVersion:
            return None
        last_at = entry.by.at.astimezone(dt.UTC)
        return replace(record, row_version=record.row_version + 1, entries=entry.number, last_at=last_at)

    def _counted(self, opened: OpenPlan, points: Points) -> Points:
        key = opened.record.id
        held = self._counts.get(key)
        if held is None or held.given is not points:
            held = _Counted(points, opened.base, points)
        if held.topology is not opened.topology:
            moved = land_moved(held.topology, opened.topology)
            placed = {kind: handed_over(these, moved) for kind, these in held.placed.items()}
            held = _Counted(points, opened.topology, placed)
        self._counts[key] = held
        return held.placed

    def _kept(self, opened: OpenPlan) -> OpenPlan:
        with self._lock:
            before = self._open.get(opened.record.id)
            # A slower thread does not put an older state back.
            if before is None or before.record.row_version <= opened.record.row_version:
                self._open[opened.record.id] = opened
            self._open.move_to_end(opened.record.id)
            while len(self._open) > _KEPT_OPEN:
                gone, _opened = self._open.popitem(last=False)
                self._counts.pop(gone, None)
        return opened

    def _lock_of(self, plan_id: str) -> threading.RLock:
        with self._lock:
            return self._locks.setdefault(plan_id, threading.RLock())


def _refuse_unknown(seen: int, last: int) -> None:
    if not 0 <= seen <= last:
        raise InvalidParameter(
            Text(f"Phương án chưa có thao tác số {seen}.", f"The plan has no entry number {seen} yet."),
            Text(f"Số của thao tác cuối là {last}.", f"The last entry has the number {last}."),
            details={"last": last},
        )


def _added_meanwhile(last: int) -> StaleVersion:
    return StaleVersion(
        Text("Phương án vừa có thao tác mới của người khác.", "Somebody has just added to the plan."),
        Text("Xem thao tác mới rồi hoàn tác hoặc làm lại.", "Look at what is new, then undo or redo."),
        details={"last": last},
    )


def _too_busy() -> StoreBusy:
    return StoreBusy(
        Text("Nhiều người đang sửa phương án này cùng lúc.", "Many people are editing this plan at once."),
        Text("Chưa ghi gì; hãy thử lại sau ít giây.", "Nothing was kept; try again in a few seconds."),
    )
