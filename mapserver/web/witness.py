"""What is recorded of an answer: an export, and the sight of exact points."""

from __future__ import annotations

from contextlib import AbstractContextManager

from flask import Response, current_app, request

from layers.access.policy import Action, Sight, right
from layers.access.roles import Role
from layers.catalog import LAYERS
from layers.errors import AnttError
from layers.schema import GeometryKind
from layers.store.system_audit import Action as Deed
from layers.store.system_audit import Entry
from mapserver.services.audit import address_class
from mapserver.web.gate import DOORS, has_accounts, identity, viewer
from mapserver.web.responses import problem
from mapserver.web.state import State

__all__ = ["record", "record_views", "recorded", "with_record"]

_SENT = frozenset({200, 206, 304})
# What differs from one picture of the same thing to the next.
_NOT_FILTERS = frozenset({"lang"})
# Places that not everybody may see: who saw them is recorded.
_WATCHED = tuple(
    layer.key
    for layer in LAYERS
    if layer.schema.geometry is not GeometryKind.NONE and right(Role.RESIDENT, layer.key).outside is not Sight.EXACT
)


def recorded(answer: Response) -> Response:
    """Record what an answer shows, or keep it back when that cannot be recorded; runs after every request.

    Parameters
    ----------
    answer : Response
        About to be sent.

    Returns
    -------
    Response
        The same, or a refusal in its place.
    """
    door = DOORS.get(request.endpoint or "")
    if door is None or answer.status_code not in _SENT or identity() is None:
        return answer
    try:
        if door.action is Action.EXPORT:
            record(Deed.EXPORT, {"address": request.path, "filter": _filter()})
        record_views((*door.layers, *door.shows))
    except AnttError as failure:
        answer.close()
        return problem(failure, State.of(current_app).settings.lang)
    return answer


def record_views(layers: tuple[str, ...]) -> None:
    """Record that whoever asks is shown exact points, or what is made from them.

    Parameters
    ----------
    layers : tuple of str
        Keys of the layers shown; those that anybody may see are not recorded.

    Raises
    ------
    AnttError
        When it cannot be recorded.
    """
    for layer in _exact(layers):
        State.of(current_app).views.saw(_entry(Deed.VIEW, {"layer": layer, "filter": _filter()}))


def record(action: Deed, what: dict[str, object], *, who: str | None = None, why: str = "") -> None:
    """Add a record to the history at once.

    Parameters
    ----------
    action : Action
        What was done.
    what : dict
        Plain values.
    who : str, optional
        Who did it; by default whoever asks.
    why : str
        The reason.

    Raises
    ------
    AnttError
        When it cannot be recorded: then it must not be done either.
    """
    if has_accounts():
        State.of(current_app).audit.append(_entry(action, what, who=who, why=why))


def with_record(action: Deed) -> AbstractContextManager[dict[str, object]]:
    """Make a change of the system file and its record one: both are kept, or neither.

    Parameters
    ----------
    action : Action
        What is done.

    Returns
    -------
    context manager of dict
        Gives the record's `what` to complete with plain values.
    """
    return State.of(current_app).audit.with_record(_entry(action, {}))


def _entry(action: Deed, what: dict[str, object], *, who: str | None = None, why: str = "") -> Entry:
    now = State.of(current_app).clock()
    return Entry(
        now, viewer().name if who is None else who, action, what, why, address_class(request.remote_addr or "")
    )


def _exact(layers: tuple[str, ...]) -> list[str]:
    return [layer for layer in layers if layer in _WATCHED and Sight.EXACT in right(viewer().role, layer)]


def _filter() -> dict[str, object]:
    named: dict[str, object] = {
        name: sorted(request.args.getlist(name)) for name in sorted(request.args) if name not in _NOT_FILTERS
    }
    records = (request.view_args or {}).get("record_id")
    return named if records is None else named | {"record": str(records)}
