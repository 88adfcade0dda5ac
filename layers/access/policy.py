"""The one table of rights: for every layer and role what is seen, for every role what may be done.

Everything that asks for a right asks here, and the table in the documents is written from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

from layers.access.roles import Role
from layers.errors import InvalidParameter, NotFound
from layers.wording import Text

__all__ = [
    "ACTIONS",
    "SIGHTS",
    "Action",
    "Right",
    "Sight",
    "action_named",
    "area_matters",
    "may",
    "policy_rows",
    "right",
]


class Sight(IntEnum):
    """How much of a layer is seen; a larger number is more."""

    NOTHING = 0
    COUNTS = 1
    MASKED = 2
    EXACT = 3

    @property
    def label(self) -> Text:
        """Its name for people."""
        return _SIGHT_LABELS[self]


class Action(StrEnum):
    """What may be done; the value is the stable name in tokens, commands and answers."""

    IMPORT = "import"
    EDIT = "edit"
    MODERATE = "moderate"
    PLAN = "plan"
    APPROVE = "approve"
    EXPORT = "export"
    ADMINISTER = "administer"

    @property
    def label(self) -> Text:
        """Its name for people."""
        return _ACTION_LABELS[self]


class Right(NamedTuple):
    """What one role sees of one layer.

    Parameters
    ----------
    inside : Sight
        In the own area of responsibility.
    outside : Sight
        Everywhere else.
    """

    inside: Sight
    outside: Sight


_SIGHT_LABELS = {
    Sight.NOTHING: Text("không thấy", "nothing"),
    Sight.COUNTS: Text("chỉ số lượng", "counts only"),
    Sight.MASKED: Text("đã che", "masked"),
    Sight.EXACT: Text("chính xác", "exact"),
}

_ACTION_LABELS = {
    Action.IMPORT: Text("nạp tệp", "import files"),
    Action.EDIT: Text("nhập, sửa bản ghi", "edit records"),
    Action.MODERATE: Text("xử lý tin báo", "moderate reports"),
    Action.PLAN: Text("lập phương án địa giới", "plan boundaries"),
    Action.APPROVE: Text("phê duyệt", "approve"),
    Action.EXPORT: Text("xuất những gì được thấy", "export what is seen"),
    Action.ADMINISTER: Text("quản trị", "administer"),
}

_EXACT = Right(Sight.EXACT, Sight.EXACT)
_MASKED = Right(Sight.MASKED, Sight.MASKED)
_COUNTS = Right(Sight.COUNTS, Sight.COUNTS)
_NOTHING = Right(Sight.NOTHING, Sight.NOTHING)
_OWN_ELSE_MASKED = Right(Sight.EXACT, Sight.MASKED)
_OWN_ELSE_COUNTS = Right(Sight.EXACT, Sight.COUNTS)


def _for_everybody(right_of_all: Right) -> dict[Role, Right]:
    return dict.fromkeys(Role, right_of_all)


_FOR_PLANNING = _for_everybody(_NOTHING) | dict.fromkeys((Role.PLANNER, Role.COMMANDER, Role.ADMINISTRATOR), _EXACT)

SIGHTS: Mapping[str, Mapping[Role, Right]] = {
    "units": _for_everybody(_EXACT),
    "incidents": _for_everybody(_OWN_ELSE_MASKED)
    | {Role.RESIDENT: _MASKED, Role.VIEWER: _MASKED, Role.PLANNER: _MASKED, Role.ADMINISTRATOR: _EXACT},
    "safezones": _for_everybody(_EXACT),
    "cameras": _for_everybody(_OWN_ELSE_COUNTS)
    | {Role.RESIDENT: _NOTHING, Role.VIEWER: _COUNTS, Role.ADMINISTRATOR: _EXACT},
    "lineage": _for_everybody(_EXACT),
    "standards": _for_everybody(_EXACT),
    "repairs": _for_everybody(_NOTHING) | {Role.PLANNER: _EXACT, Role.ADMINISTRATOR: _EXACT},
    "plans": _FOR_PLANNING,
    "plan_ops": _FOR_PLANNING,
    "plan_comments": _FOR_PLANNING,
    "people": _for_everybody(_EXACT) | {Role.RESIDENT: _NOTHING},
}

ACTIONS: Mapping[Role, frozenset[Action]] = {
    Role.RESIDENT: frozenset(),
    Role.VIEWER: frozenset({Action.EXPORT}),
    Role.WARD_OFFICER: frozenset({Action.EDIT, Action.EXPORT}),
    Role.DUTY_OFFICER: frozenset({Action.EDIT, Action.MODERATE, Action.EXPORT}),
    Role.ANALYST: frozenset({Action.IMPORT, Action.EXPORT}),
    Role.PLANNER: frozenset({Action.PLAN, Action.EXPORT}),
    Role.COMMANDER: frozenset({Action.EDIT, Action.MODERATE, Action.APPROVE, Action.EXPORT}),
    Role.ADMINISTRATOR: frozenset(Action),
}


def right(role: Role, layer: str) -> Right:
    """Tell what a role sees of a layer.

    Parameters
    ----------
    role : Role
        The role.
    layer : str
        Key of the layer in `layers.catalog`.

    Returns
    -------
    Right
        Inside and outside the own area.

    Raises
    ------
    NotFound
        When the table does not name the layer: nobody sees what was given no rule.

    Examples
    --------
    >>> right(Role.WARD_OFFICER, "incidents")
    Right(inside=<Sight.EXACT: 3>, outside=<Sight.MASKED: 2>)
    """
    if layer not in SIGHTS:
        raise NotFound(
            Text(f"Bảng quyền không có lớp “{layer}”.", f"The table of rights does not name the layer “{layer}”."),
            Text(f"Các lớp có: {', '.join(SIGHTS)}.", f"Layers: {', '.join(SIGHTS)}."),
        )
    return SIGHTS[layer][role]


def may(role: Role, action: Action) -> bool:
    """Say whether a role may do something.

    Parameters
    ----------
    role : Role
        The role.
    action : Action
        What is to be done. Records are only ever changed where they are seen exactly.

    Returns
    -------
    bool
        Whether it may.
    """
    return action in ACTIONS[role]


def area_matters(role: Role) -> bool:
    """Say whether what a role sees depends on its area of responsibility.

    Parameters
    ----------
    role : Role
        The role.

    Returns
    -------
    bool
        False for a role to which every place is the same.

    Examples
    --------
    >>> area_matters(Role.WARD_OFFICER), area_matters(Role.ADMINISTRATOR)
    (True, False)
    """
    return any(sights[role].inside != sights[role].outside for sights in SIGHTS.values())


def action_named(name: str) -> Action:
    """Find an action by its stable name.

    Parameters
    ----------
    name : str
        Such as ``"export"``.

    Returns
    -------
    Action
        The action.

    Raises
    ------
    InvalidParameter
        When there is none of that name.
    """
    for action in Action:
        if action == name:
            return action
    known = ", ".join(Action)
    raise InvalidParameter(
        Text(f"Không có quyền “{name}”.", f"There is no right “{name}”."),
        Text(f"Các quyền: {known}.", f"Rights: {known}."),
    )


def policy_rows() -> Iterator[tuple[str, Role, Right]]:
    """List the table of what is seen.

    Yields
    ------
    tuple
        Key of the layer, role, right; layer by layer, role by role.
    """
    for layer, sights in SIGHTS.items():
        for role in Role:
            yield layer, role, sights[role]
