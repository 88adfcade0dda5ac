"""The person a page is drawn for: what the page offers, and the key of its forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

__all__ = ["THIS_MACHINE", "Person", "Withheld"]


@dataclass(frozen=True)
class Withheld:
    """What somebody is given instead of incidents outside the own area: published counts of whole months.

    Parameters
    ----------
    k : int
        Smallest count that was published; 0 when nothing is published yet.
    first_day, last_day : date or None
        Of the months that were published.
    own : tuple of str
        Codes of the units where incidents are seen as they are.
    """

    k: int
    first_day: dt.date | None
    last_day: dt.date | None
    own: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Write it for the page's script.

        Returns
        -------
        dict
            ``k, first, last, own``.
        """
        first, last = self.first_day, self.last_day
        return {"k": self.k, "first": first and str(first), "last": last and str(last), "own": list(self.own)}


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
    counts_cameras : bool
        Whether the number of cameras of a unit may be told.
    withheld : Withheld or None
        What is given instead of incidents; None where all are seen.
    """

    name: str | None = None
    form_key: str = ""
    can_export: bool = True
    can_plan: bool = True
    can_administer: bool = True
    can_sign_in: bool = False
    hidden: frozenset[str] = frozenset()
    counts_cameras: bool = True
    withheld: Withheld | None = None


# Where there are no accounts.
THIS_MACHINE = Person()
