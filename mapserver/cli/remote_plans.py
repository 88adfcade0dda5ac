"""Boundary plans made, drawn on and decided about through a server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import quote

from layers.planning.operations import operation_to_json
from mapserver.cli.plan_words import (
    brief,
    next_seen,
    operations_in,
    tell_added,
    tell_new,
    tell_plan,
    tell_plans,
    tell_state,
)
from mapserver.cli.remote import Server
from mapserver.cli.run import Run

__all__ = ["apply_operations", "list_plans", "new", "redo", "show", "state", "undo"]

_PLANS = "/api/v1/plans"


def new(server: Server, run: Run, *, name: str, parent: str, level: str, as_of: dt.date | None) -> None:
    """Make a plan.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    name, parent, level : str
        What it is called, and what it redraws.
    as_of : date or None
        The day of its base; the server's today when left out.
    """
    asked = {"name": name, "parent": parent, "level": level, "as_of": as_of and as_of.isoformat()}
    body = {field: value for field, value in asked.items() if value is not None}
    tell_new(run, server.send(_PLANS, body, query=_language(run)), server.address)


def list_plans(server: Server, run: Run) -> None:
    """List the plans.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    """
    tell_plans(run, server.get(_PLANS, _language(run))["plans"], server.address)


def show(server: Server, run: Run, *, plan_id: str) -> None:
    """Tell of a plan and what was done in it.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    plan_id : str
        The plan.
    """
    plan = server.get(_at(plan_id), _language(run))
    entries = server.get(_at(plan_id, "entries"), {"after": 0})["entries"]
    tell_plan(run, plan, server.address, entries=[brief(entry) for entry in entries])


def apply_operations(
    server: Server, run: Run, *, plan_id: str, file: Path, seen: int | None, reason: str
) -> None:  # fmt: skip
    """Carry out the operations of a file one after the other; those before a refused one are kept.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    plan_id : str
        The plan.
    file : Path
        JSON: one operation, or a list of them.
    seen : int or None
        Number of the last entry seen; the newest when left out.
    reason : str
        Why; may be empty.
    """
    operations = operations_in(file)
    last, added = _seen(server, plan_id, seen), []
    for operation in operations:
        body = {"operation": operation_to_json(operation), "seen": last, "reason": reason}
        done = server.send(_at(plan_id, "entries"), body)
        added.append(brief(done["entry"]))
        last = next_seen(last, done["last"], left=len(operations) - len(added))
    tell_added(run, added, last=last, store=server.address)


def undo(server: Server, run: Run, *, plan_id: str, seen: int | None, reason: str) -> None:
    """Undo the last operation.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    plan_id : str
        The plan.
    seen : int or None
        Number of the last entry seen; the newest when left out.
    reason : str
        Why; may be empty.
    """
    _mark(server, run, _at(plan_id, "undo"), seen=_seen(server, plan_id, seen), reason=reason)


def redo(server: Server, run: Run, *, plan_id: str, seen: int | None, reason: str) -> None:
    """Do the operation again that was undone last.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    plan_id : str
        The plan.
    seen : int or None
        Number of the last entry seen; the newest when left out.
    reason : str
        Why; may be empty.
    """
    _mark(server, run, _at(plan_id, "redo"), seen=_seen(server, plan_id, seen), reason=reason)


def state(server: Server, run: Run, *, plan_id: str, to: str, row_version: int | None, **options: Any) -> None:  # noqa: ANN401
    """Bring a plan to another state.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    plan_id, to : str
        The plan and the state wanted.
    row_version : int or None
        The version seen; the newest when left out.
    **options : object
        The reason, the day and the document.
    """
    version = row_version or server.get(_at(plan_id))["row_version"]
    day = options["effective_on"]
    body = {"to": to, "row_version": version, "reason": options["reason"] or None, "decree": options["decree"]}
    sent = {name: value for name, value in (body | {"effective_on": day and day.isoformat()}).items() if value}
    tell_state(run, server.send(_at(plan_id, "state"), sent, query=_language(run)), server.address)


def _mark(server: Server, run: Run, address: str, *, seen: int, reason: str) -> None:
    done = server.send(address, {"seen": seen, "reason": reason})
    tell_added(run, [brief(done["entry"])], last=done["last"], store=server.address)


def _seen(server: Server, plan_id: str, seen: int | None) -> int:
    return int(server.get(_at(plan_id))["entries"]) if seen is None else seen


def _at(plan_id: str, below: str = "") -> str:
    address = f"{_PLANS}/{quote(plan_id, safe='')}"
    return f"{address}/{below}" if below else address


def _language(run: Run) -> dict[str, object]:
    return {"lang": run.settings.lang}
