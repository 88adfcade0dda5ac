"""What an open plan tells those who count, compare, draw and publish it."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from layers.planning.arcs import Topology
from layers.records import vi_date
from layers.wording import Text

__all__ = ["OpenedPlan", "PlanFacts", "in_force", "marking"]


class PlanFacts(Protocol):
    """What is recorded of a plan; a row of the book of plans."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def level(self) -> str:
        """``commune`` or ``beat``."""
        ...

    @property
    def parent_name(self) -> str:
        """The province, or the ward of beats."""
        ...

    @property
    def base_as_of(self) -> dt.date:
        """Day of the units it starts from."""
        ...

    @property
    def base_mark(self) -> str:
        """Mark of those borders."""
        ...

    @property
    def state(self) -> str:
        """Such as ``draft`` or ``approved``."""
        ...

    @property
    def author(self) -> str:
        """Who made it."""
        ...

    @property
    def last_at(self) -> dt.datetime:
        """Moment of the last change."""
        ...

    @property
    def effective_on(self) -> dt.date | None:
        """First day in force; None while it is not published."""
        ...

    @property
    def decree(self) -> str | None:
        """The document that puts it in force."""
        ...

    @property
    def approved_mark(self) -> str | None:
        """Mark of the borders that were approved."""
        ...

    @property
    def frozen_hash(self) -> str | None:
        """Hash of the geometry that was published."""
        ...


class OpenedPlan(Protocol):
    """A plan with its borders."""

    @property
    def record(self) -> PlanFacts:
        """What is recorded of it."""
        ...

    @property
    def base(self) -> Topology:
        """The borders it starts from."""
        ...

    @property
    def topology(self) -> Topology:
        """Its borders now."""
        ...


def in_force(facts: PlanFacts, today: dt.date) -> bool:
    """Tell whether a plan has become the borders.

    Parameters
    ----------
    facts : PlanFacts
        The plan.
    today : date
        The day.

    Returns
    -------
    bool
        True from its first day on; what changed it since is told by the units, not here.
    """
    return facts.frozen_hash is not None and facts.effective_on is not None and facts.effective_on <= today


def marking(facts: PlanFacts, today: dt.date) -> Text:
    """Say what a picture or file of a plan must not be mistaken for.

    Parameters
    ----------
    facts : PlanFacts
        The plan.
    today : date
        The day.

    Returns
    -------
    Text
        Whether it is in force.
    """
    if facts.frozen_hash is None or facts.effective_on is None:
        return Text("PHƯƠNG ÁN – chưa có hiệu lực", "PROPOSAL – not in force")
    day = facts.effective_on
    if in_force(facts, today):
        return Text(f"Có hiệu lực từ {vi_date(day)}", f"In force from {day}")
    return Text(f"ĐÃ BAN HÀNH – chưa có hiệu lực (từ {vi_date(day)})", f"PUBLISHED – not in force before {day}")
