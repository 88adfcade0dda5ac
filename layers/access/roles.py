"""The roles people have."""

from __future__ import annotations

from enum import StrEnum

from layers.errors import InvalidParameter
from layers.wording import Text

__all__ = ["ACCOUNT_ROLES", "Role", "role_named"]


class Role(StrEnum):
    """What somebody is here for; the value is the stable name in stores, commands and answers."""

    RESIDENT = "resident"
    VIEWER = "viewer"
    WARD_OFFICER = "ward_officer"
    DUTY_OFFICER = "duty_officer"
    ANALYST = "analyst"
    PLANNER = "planner"
    COMMANDER = "commander"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> Text:
        """Its name for people."""
        return _LABELS[self]


_LABELS = {
    Role.RESIDENT: Text("Người dân", "Resident"),
    Role.VIEWER: Text("Người xem", "Viewer"),
    Role.WARD_OFFICER: Text("Công an xã, phường", "Ward officer"),
    Role.DUTY_OFFICER: Text("Trực ban", "Duty officer"),
    Role.ANALYST: Text("Phân tích viên", "Analyst"),
    Role.PLANNER: Text("Cán bộ quy hoạch", "Planner"),
    Role.COMMANDER: Text("Chỉ huy", "Commander"),
    Role.ADMINISTRATOR: Text("Quản trị viên", "Administrator"),
}

# A resident is whoever has no account.
ACCOUNT_ROLES = tuple(role for role in Role if role is not Role.RESIDENT)


def role_named(name: str) -> Role:
    """Find the role that an account is to have.

    Parameters
    ----------
    name : str
        Stable name, such as ``"ward_officer"``.

    Returns
    -------
    Role
        Never the resident: that is whoever has no account.

    Raises
    ------
    InvalidParameter
        When no account can have a role of that name.

    Examples
    --------
    >>> role_named("commander").label.vi
    'Chỉ huy'
    """
    for role in ACCOUNT_ROLES:
        if role == name:
            return role
    known = ", ".join(ACCOUNT_ROLES)
    raise InvalidParameter(
        Text(f"Không có vai trò “{name}”.", f"There is no role “{name}”."),
        Text(f"Các vai trò: {known}.", f"Roles: {known}."),
    )
