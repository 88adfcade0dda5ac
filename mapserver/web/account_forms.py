"""The form of an account: what was sent, what is kept, and both put together when somebody else was faster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from flask import request

from layers.access.roles import ACCOUNT_ROLES
from layers.store.system_accounts import Account
from layers.wording import Text, storable
from mapserver.rendering.account_pages import AccountForm, Difference

__all__ = ["area_text", "differences", "kept_form", "merged", "sent_form"]

# More names would hide the other columns of the list.
_NAMED_UNITS = 3
# What belongs together is taken from one of the two versions as a whole.
_PARTS = (("account.name", ("name",)), ("account.role", ("role",)), ("account.area", ("area", "everywhere")),
          ("account.state", ("disabled",)))  # fmt: skip


def sent_form() -> AccountForm:
    """Read the form that this request sends.

    Returns
    -------
    AccountForm
        With the texts as they can be kept.
    """
    sent = {name: storable(request.form.get(name, "")) for name in ("login", "name", "role", "row_version", "seen")}
    area = storable(" ".join(request.form.getlist("area")))
    return AccountForm(**sent, area=area, everywhere="everywhere" in request.form, disabled="disabled" in request.form)


def kept_form(account: Account) -> AccountForm:
    """Fill the form from what is kept.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    AccountForm
        It says which version it was made from.
    """
    form = AccountForm(
        account.login,
        account.display_name,
        str(account.role),
        " ".join(sorted(account.area or ())),
        everywhere=account.area is None,
        disabled=account.disabled,
        row_version=str(account.row_version),
    )
    return replace(form, seen=urlencode(_values(form)))


def merged(mine: AccountForm, theirs: AccountForm) -> AccountForm:
    """Put a form that came too late over the version that somebody else has kept meanwhile.

    Parameters
    ----------
    mine : AccountForm
        As it was sent, with what its writer had seen.
    theirs : AccountForm
        As it is kept now.

    Returns
    -------
    AccountForm
        The newest version with those parts changed that the writer had changed.
    """
    seen, sent = dict(parse_qsl(mine.seen, keep_blank_values=True)), _values(mine)
    changed = {
        name: getattr(mine, name)
        for _title, names in _PARTS
        for name in names
        if any(seen.get(part) != sent[part] for part in names)
    }
    return replace(theirs, **changed)


def differences(mine: AccountForm, theirs: AccountForm, names: Mapping[str, str]) -> list[Difference]:
    """Say in which parts two versions differ.

    Parameters
    ----------
    mine, theirs : AccountForm
        As it was sent, and as it is kept now.
    names : mapping of str to str
        Code to title of each unit in force.

    Returns
    -------
    list of Difference
        In the order of the form.
    """
    first, second = _values(mine), _values(theirs)
    return [
        Difference(title, _said(title, mine, names), _said(title, theirs, names))
        for title, parts in _PARTS
        if any(first[part] != second[part] for part in parts)
    ]


def area_text(area: frozenset[str] | None, names: Mapping[str, str], *, at_most: int = _NAMED_UNITS) -> Text:
    """Name the units of an area.

    Parameters
    ----------
    area : frozenset of str or None
        Codes; None is everywhere.
    names : mapping of str to str
        Code to title of each unit in force.
    at_most : int
        So many units are named, the others counted.

    Returns
    -------
    Text
        One line.

    Examples
    --------
    >>> area_text(frozenset("abcd"), {"a": "Phường A"}, at_most=2).vi
    'Phường A, b và 2 đơn vị khác'
    """
    if area is None:
        return Text("Toàn bộ", "Everywhere")
    listed = [names.get(code, code) for code in sorted(area)]
    head, more = ", ".join(listed[:at_most]) or "–", len(listed) - at_most
    return Text(head, head) if more <= 0 else Text(f"{head} và {more} đơn vị khác", f"{head} and {more} more")


def _values(form: AccountForm) -> dict[str, str]:
    # The area of somebody who answers for everywhere does not matter.
    area = "" if form.everywhere else " ".join(sorted(form.codes))
    return {"name": form.name.strip(), "role": form.role, "area": area,
            "everywhere": str(form.everywhere), "disabled": str(form.disabled)}  # fmt: skip


def _said(title: str, form: AccountForm, names: Mapping[str, str]) -> Text:
    if title == "account.name":
        return Text(form.name, form.name)
    if title == "account.role":
        labels = {str(role): role.label for role in ACCOUNT_ROLES}
        return labels.get(form.role, Text(form.role, form.role))
    if title == "account.area":
        area = None if form.everywhere else form.codes
        return area_text(area, names, at_most=len(area or ()))
    return Text("Đã khóa", "Shut") if form.disabled else Text("Đang dùng", "In use")
