"""The pages of accounts: signing in, the own password, and the administrator's list. Complete without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from layers.errors import AnttError
from layers.wording import Text
from mapserver.rendering.assets import asset_url
from mapserver.rendering.messages import messages
from mapserver.rendering.person import Person
from mapserver.rendering.templates import templates

__all__ = [
    "AccountForm",
    "AccountLine",
    "Difference",
    "OfficePage",
    "SessionLine",
    "render_account",
    "render_accounts",
    "render_password",
    "render_sign_in",
    "rendered",
]


_BETWEEN_CODES = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class OfficePage:
    """What every such page needs.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.
    path : str
        Its own address, where its forms and the other language lead.
    person : Person
        Who looks at it.
    failure : AnttError or None
        Why what was sent was refused.
    done : Text or None
        What was done.
    """

    language: str
    path: str
    person: Person
    failure: AnttError | None = None
    done: Text | None = None


@dataclass(frozen=True)
class AccountLine:
    """One account in the list.

    Parameters
    ----------
    login, name : str
        As kept.
    role : Text
        Its role.
    area : Text
        Names of its units.
    disabled : bool
        Whether it is shut.
    sessions : int
        How many are open.
    """

    login: str
    name: str
    role: Text
    area: Text
    disabled: bool
    sessions: int


@dataclass(frozen=True)
class AccountForm:
    """The fields of an account, as kept or as they were sent and refused.

    Parameters
    ----------
    login, name, role : str
        As in the fields.
    area : str
        Codes with spaces, commas or semicolons between them.
    everywhere, disabled : bool
        The boxes.
    row_version : str
        The version that the form is based on.
    seen : str
        The fields of that version, so that it is known what its writer has changed.
    """

    login: str = ""
    name: str = ""
    role: str = "ward_officer"
    area: str = ""
    everywhere: bool = False
    disabled: bool = False
    row_version: str = ""
    seen: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the area."""
        return frozenset(code for code in _BETWEEN_CODES.split(self.area) if code)


@dataclass(frozen=True)
class Difference:
    """A part of an account that two people have written differently.

    Parameters
    ----------
    title : str
        Key of the part's title.
    mine, theirs : Text
        What was sent, and what is kept now.
    """

    title: str
    mine: Text
    theirs: Text


@dataclass(frozen=True)
class SessionLine:
    """One open session.

    Parameters
    ----------
    session_id : str
        For the form that ends it.
    opened_at, seen_at : str
        Local time.
    address, device : str
        Where from, and what the browser says it is.
    """

    session_id: str
    opened_at: str
    seen_at: str
    address: str
    device: str


@dataclass(frozen=True)
class _Choices:
    roles: Sequence[tuple[str, Text]] = ()
    units: Sequence[tuple[str, str]] = ()
    sessions: Sequence[SessionLine] = field(default_factory=tuple)
    differences: Sequence[Difference] = field(default_factory=tuple)

    @property
    def unit_codes(self) -> frozenset[str]:
        """The codes among the units."""
        return frozenset(code for code, _title in self.units)


def render_sign_in(page: OfficePage, *, login: str, wanted: str) -> str:
    """Render the sign-in.

    Parameters
    ----------
    page : OfficePage
        The page.
    login : str
        As typed before.
    wanted : str
        Own address to go on to.

    Returns
    -------
    str
        An HTML document.
    """
    return rendered("sign_in.html", page, {"login": login, "wanted": wanted}, keep={"next": wanted})


def render_password(page: OfficePage) -> str:
    """Render the change of the own password.

    Parameters
    ----------
    page : OfficePage
        The page.

    Returns
    -------
    str
        An HTML document.
    """
    return rendered("password.html", page, {})


def render_accounts(
    page: OfficePage,
    lines: Sequence[AccountLine],
    form: AccountForm,
    *,
    roles: Sequence[tuple[str, Text]],
    units: Sequence[tuple[str, str]],
) -> str:
    """Render the list of accounts and the form for a new one.

    Parameters
    ----------
    page : OfficePage
        The page.
    lines : sequence of AccountLine
        The accounts; none where everybody on this machine is its administrator.
    form : AccountForm
        The new account, as sent before.
    roles : sequence of tuple of str and Text
        Stable name and title of each role.
    units : sequence of tuple of str
        Code and name of each unit in force.

    Returns
    -------
    str
        An HTML document.
    """
    return rendered("accounts.html", page, {"lines": lines, "form": form, "choices": _Choices(roles, units)})


def render_account(
    page: OfficePage,
    form: AccountForm,
    sessions: Sequence[SessionLine],
    *,
    roles: Sequence[tuple[str, Text]],
    units: Sequence[tuple[str, str]],
    differences: Sequence[Difference] = (),
) -> str:
    """Render one account.

    Parameters
    ----------
    page : OfficePage
        The page.
    form : AccountForm
        The account.
    sessions : sequence of SessionLine
        Where it is signed in.
    roles, units : sequence of tuple
        As for `render_accounts`.
    differences : sequence of Difference
        Where what was sent differs from what somebody else has kept meanwhile.

    Returns
    -------
    str
        An HTML document.
    """
    choices = _Choices(roles, units, sessions, differences)
    return rendered("account.html", page, {"form": form, "choices": choices})


def rendered(
    template: str, page: OfficePage, words: Mapping[str, object], *, keep: Mapping[str, str] | None = None
) -> str:
    """Render a page of the office.

    Parameters
    ----------
    template : str
        Its file.
    page : OfficePage
        What every such page needs.
    words : mapping
        What this one needs beside.
    keep : mapping of str to str, optional
        Parameters of its address that hold in the other language, too.

    Returns
    -------
    str
        An HTML document.
    """
    texts = messages(page.language)
    kept = dict(keep or {})
    return (
        templates()
        .get_template(template)
        .render(
            t=texts.__getitem__,
            lang=page.language,
            css=asset_url("antt.css"),
            page=page,
            person=page.person,
            own_href=f"{page.path}?{urlencode({'lang': page.language} | kept)}",
            other_href=f"{page.path}?{urlencode({'lang': texts['lang.other_code']} | kept)}",
            **words,
        )
    )
