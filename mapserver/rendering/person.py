"""The person a page is drawn for: what the page offers, and the key of its forms."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["THIS_MACHINE", "Person"]


@dataclass(frozen=True)
class Person:
    """Whoever looks at a page.

    Parameters
    ----------
    name : str or None
        Name of the account; None for a resident, and where there are no accounts.
    form_key : str
        Key that the page's forms carry; empty without a session.
    can_export, can_plan, can_administer : bool
        What the page offers.
    can_sign_in : bool
        Whether there are accounts and nobody is signed in.
    hidden : frozenset of str
        Keys of layers that are not offered because nothing of them may be seen.
    """

    name: str | None = None
    form_key: str = ""
    can_export: bool = True
    can_plan: bool = True
    can_administer: bool = True
    can_sign_in: bool = False
    hidden: frozenset[str] = frozenset()


# Where there are no accounts.
THIS_MACHINE = Person()
