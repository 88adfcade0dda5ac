"""The entries of a plan: steps with what they changed, and the marks of undo and redo; written and read as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from layers.planning import plan_refusals
from layers.planning.arcs import Arc, PlanUnit
from layers.planning.ledger import Gain
from layers.planning.operations import Operation, operation_from_json, operation_to_json

__all__ = ["Entry", "Mark", "Signature", "Step", "canonical_json", "entry_from_json"]

_ACTIONS = ("undo", "redo")


@dataclass(frozen=True)
class Signature:
    """Who did something, when and why.

    Parameters
    ----------
    author : str
        Name of the account.
    at : datetime
        With its time zone.
    reason : str
        In the planner's words; may be empty.
    """

    author: str
    at: dt.datetime
    reason: str = ""

    def to_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            The fields; the moment in ISO 8601, UTC.
        """
        return {"author": self.author, "at": self.at.astimezone(dt.UTC).isoformat(), "reason": self.reason}


@dataclass(frozen=True)
class Step:
    """One operation as it was carried out.

    Parameters
    ----------
    number : int
        Place in the list, from 1.
    operation : Operation
        What was done.
    by : Signature
        By whom.
    arcs_before, arcs_after : tuple of Arc
        The arcs it touched.
    units_before, units_after : tuple of PlanUnit
        The units it renamed, retyped, made or did away with.
    effect : tuple of Gain
        The ground that changed hands and what lies on it.
    """

    number: int
    operation: Operation
    by: Signature
    arcs_before: tuple[Arc, ...]
    arcs_after: tuple[Arc, ...]
    units_before: tuple[PlanUnit, ...]
    units_after: tuple[PlanUnit, ...]
    effect: tuple[Gain, ...]

    @property
    def touched(self) -> frozenset[str]:
        """Names of the arcs and units it changed; ``unit:`` stands before the codes of units."""
        arcs = {arc.id for arc in (*self.arcs_before, *self.arcs_after)}
        return frozenset(arcs | {f"unit:{unit.code}" for unit in (*self.units_before, *self.units_after)})

    def to_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            What `entry_from_json` reads.
        """
        return {
            "number": self.number,
            "operation": operation_to_json(self.operation),
            "by": self.by.to_json(),
            "arcs_before": [arc.to_json() for arc in self.arcs_before],
            "arcs_after": [arc.to_json() for arc in self.arcs_after],
            "units_before": [unit.to_json() for unit in self.units_before],
            "units_after": [unit.to_json() for unit in self.units_after],
            "effect": [gain.to_json() for gain in self.effect],
        }


@dataclass(frozen=True)
class Mark:
    """An undo or a redo.

    Parameters
    ----------
    number : int
        Place in the list, from 1.
    action : str
        ``undo`` (of the last step in force) or ``redo`` (of the step undone last).
    by : Signature
        By whom.
    """

    number: int
    action: str
    by: Signature

    def to_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            What `entry_from_json` reads.
        """
        return {"number": self.number, "action": self.action, "by": self.by.to_json()}


Entry: TypeAlias = Step | Mark


def canonical_json(values: object) -> bytes:
    """Write plain values so that equal values are equal bytes.

    Parameters
    ----------
    values : object
        What JSON knows.

    Returns
    -------
    bytes
        UTF-8, keys in order, no spaces.

    Examples
    --------
    >>> canonical_json({"b": [1, 2], "a": None})
    b'{"a":null,"b":[1,2]}'
    """
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def entry_from_json(values: Mapping[str, Any]) -> Entry:
    """Read an entry.

    Parameters
    ----------
    values : mapping
        From `Step.to_json` or `Mark.to_json`.

    Returns
    -------
    Step or Mark
        The entry.

    Raises
    ------
    InvalidParameter
        When it cannot be read.
    """
    try:
        number, by = int(values["number"]), _signature(values["by"])
        if values.get("action") in _ACTIONS:
            return Mark(number, values["action"], by)
        return Step(
            number,
            operation_from_json(values["operation"]),
            by,
            arcs_before=tuple(Arc.from_json(arc) for arc in values["arcs_before"]),
            arcs_after=tuple(Arc.from_json(arc) for arc in values["arcs_after"]),
            units_before=tuple(PlanUnit(**unit) for unit in values["units_before"]),
            units_after=tuple(PlanUnit(**unit) for unit in values["units_after"]),
            effect=tuple(
                Gain(gain["from"], gain["to"], gain["area_m2"], gain["counts"]) for gain in values["effect"]
            ),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as problem:
        raise plan_refusals.not_readable() from problem


def _signature(values: Mapping[str, str]) -> Signature:
    return Signature(values["author"], dt.datetime.fromisoformat(values["at"]), values["reason"])
