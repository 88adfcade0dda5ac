"""The person who asks, as every read and every change sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from layers.access.policy import Action, Sight, may, right
from layers.access.roles import Role
from layers.errors import Forbidden
from layers.wording import Text

__all__ = ["ANYBODY", "Viewer"]


@dataclass(frozen=True)
class Viewer:
    """Somebody with a role and an area.

    Parameters
    ----------
    name : str
        Who it is, for the history; never a secret.
    role : Role
        What they are here for.
    area : frozenset of str or None
        Codes of the units they answer for; None is everywhere.
    account_id : str or None
        The account; None for a resident and for the operating-system user.
    scopes : frozenset of Action or None
        What the token they came with was made for; None when they came without one.
    """

    name: str
    role: Role
    area: frozenset[str] | None = frozenset()
    account_id: str | None = None
    scopes: frozenset[Action] | None = None

    def may(self, action: Action) -> bool:
        """Say whether they may do something.

        Parameters
        ----------
        action : Action
            What is to be done.

        Returns
        -------
        bool
            Whether the role, and the token if there is one, allow it.

        Examples
        --------
        >>> analyst = Viewer("an", Role.ANALYST, scopes=frozenset({Action.EXPORT}))
        >>> analyst.may(Action.EXPORT), analyst.may(Action.IMPORT)
        (True, False)
        """
        return may(self.role, action) and (self.scopes is None or action in self.scopes)

    def require(self, action: Action) -> None:
        """Refuse what they may not do.

        Parameters
        ----------
        action : Action
            What is to be done.

        Raises
        ------
        Forbidden
            When they may not.
        """
        if not self.may(action):
            raise Forbidden(
                Text(f"Bạn không có quyền {action.label.vi}.", f"You have no right to {action.label.en}."),
                Text("Nhờ quản trị viên cấp quyền, hoặc đăng nhập bằng tài khoản khác.",
                     "Ask the administrator for it, or sign in with another account."),
            )  # fmt: skip

    def is_inside(self, units: Collection[str]) -> bool:
        """Say whether something lies in the own area.

        Parameters
        ----------
        units : collection of str
            Code of the unit in force today at its place; of a record known only by an old unit, the
            codes of everything that unit became. Empty when neither is known.

        Returns
        -------
        bool
            Whether all of them are in the area. What is known nowhere is inside for whoever answers for
            everywhere, and for nobody else.

        Examples
        --------
        >>> officer = Viewer("binh", Role.WARD_OFFICER, frozenset({"10532"}))
        >>> officer.is_inside(["10532"]), officer.is_inside(["10532", "10507"]), officer.is_inside([])
        (True, False, False)
        """
        return self.area is None or (bool(units) and self.area.issuperset(units))

    def sight(self, layer: str, units: Collection[str] = ()) -> Sight:
        """Tell how much of a layer they see at a place.

        Parameters
        ----------
        layer : str
            Key of the layer.
        units : collection of str
            As for `is_inside`.

        Returns
        -------
        Sight
            What the table of rights gives them there.

        Raises
        ------
        NotFound
            When the table does not name the layer.
        """
        rights = right(self.role, layer)
        return rights.inside if self.is_inside(units) else rights.outside

    def exact_area(self, layer: str) -> frozenset[str] | None:
        """Tell where they see a layer exactly.

        Parameters
        ----------
        layer : str
            Key of the layer.

        Returns
        -------
        frozenset of str or None
            Codes of units, empty for nowhere; None for everywhere.

        Raises
        ------
        NotFound
            When the table of rights does not name the layer.

        Examples
        --------
        >>> Viewer("an", Role.PLANNER, frozenset({"10532"})).exact_area("incidents")
        frozenset()
        """
        rights = right(self.role, layer)
        if rights.inside is not Sight.EXACT:
            return frozenset()
        return None if rights.outside is Sight.EXACT else self.area

    @cached_property
    def fingerprint(self) -> str:
        """What they see, as a short text for cache keys: equal for two people who see and may do the same."""
        parts = [self.role, _joined(self.area), _joined(self.scopes)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _joined(words: frozenset[str] | frozenset[Action] | None) -> str:
    # A code cannot hold the sign that says “everything”.
    return "*" if words is None else ",".join(sorted(words))


ANYBODY = Viewer("", Role.RESIDENT)
