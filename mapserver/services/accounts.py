"""The administrator's work on accounts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from layers.access.policy import area_matters
from layers.access.roles import Role
from layers.errors import InvalidParameter, NotFound
from layers.records import new_ids
from layers.store.system_accounts import Account
from layers.wording import Text, nfc
from mapserver.services.passwords import require_good_password
from mapserver.services.registers import Registers

__all__ = ["NewAccount", "account_named", "add_account", "edit_account", "login_of", "require_units", "set_password"]

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}[a-z0-9]")
_LONGEST_NAME = 120
EDITABLE = ("display_name", "role", "area", "disabled")


@dataclass(frozen=True)
class NewAccount:
    """An account to be made.

    Parameters
    ----------
    login : str
        As typed.
    display_name : str
        Name for people; the login when it is empty.
    role : Role
        What they are here for.
    area : frozenset of str or None
        Codes of the units they answer for; None is everywhere.
    """

    login: str
    display_name: str
    role: Role
    area: frozenset[str] | None


def add_account(
    registers: Registers, asked: NewAccount, password: str, *, now: dt.datetime, rng: np.random.Generator
) -> Account:
    """Make an account.

    Parameters
    ----------
    registers : Registers
        Where it is kept.
    asked : NewAccount
        Who it is for.
    password : str
        Its first password.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        For the id.

    Returns
    -------
    Account
        As it was made.

    Raises
    ------
    InvalidParameter
        When the login, the name, the area or the password cannot be taken.
    Conflict
        When the login is taken, or it is the first account and no administrator's.
    """
    login = login_of(asked.login)
    require_good_password(password, login=login)
    _require_area(asked.role, asked.area)
    account = Account(
        new_ids(1, now=now, rng=rng)[0],
        login,
        _name_of(asked.display_name) or login,
        asked.role,
        asked.area,
        registers.passwords.kept(password),
        now,
        now,
        now,
    )
    registers.accounts.add(account)
    return account


def edit_account(
    registers: Registers, login: str, values: Mapping[str, object], *, row_version: int | None, now: dt.datetime
) -> Account:
    """Change an account's name, role or area, or shut it and open it again.

    Parameters
    ----------
    registers : Registers
        Where it is kept.
    login : str
        Which.
    values : mapping of str to object
        Any of `EDITABLE`, in the types of `Account`.
    row_version : int or None
        The version somebody has seen; None takes the present one.
    now : datetime
        The moment.

    Returns
    -------
    Account
        As it is now. What an account that is shut had open is closed.

    Raises
    ------
    InvalidParameter
        When the role needs an area and there is none, or a name cannot be taken.
    StaleVersion
        When it was changed in the meantime.
    Conflict
        When no administrator could sign in any more.
    NotFound
        When there is none.
    """
    account = account_named(registers, login)
    wanted = {name: values[name] for name in EDITABLE if name in values}
    role, area = wanted.get("role", account.role), wanted.get("area", account.area)
    if isinstance(role, Role) and (area is None or isinstance(area, frozenset)) and {"role", "area"} & set(wanted):
        _require_area(role, area)
    if "display_name" in wanted:
        wanted["display_name"] = _name_of(str(wanted["display_name"])) or account.login
    seen = account.row_version if row_version is None else row_version
    changed = registers.accounts.change(account.account_id, wanted, row_version=seen, now=now)
    if changed.disabled:
        registers.sessions.close_all(changed.account_id)
    return changed


def set_password(registers: Registers, login: str, password: str, *, now: dt.datetime) -> Account:
    """Give an account another password; what was open with the old one ends.

    Parameters
    ----------
    registers : Registers
        Where it is kept.
    login : str
        Which.
    password : str
        The new password.
    now : datetime
        The moment.

    Returns
    -------
    Account
        As it is now.

    Raises
    ------
    InvalidParameter
        When the password cannot be taken.
    NotFound
        When there is no such account.
    """
    account = account_named(registers, login)
    require_good_password(password, login=account.login)
    kept = registers.passwords.kept(password)
    changed = registers.accounts.change(
        account.account_id, {"password_hash": kept}, row_version=account.row_version, now=now
    )
    registers.sessions.close_all(account.account_id)
    return changed


def account_named(registers: Registers, login: str) -> Account:
    """Find an account that must be there.

    Parameters
    ----------
    registers : Registers
        Where it is kept.
    login : str
        As typed.

    Returns
    -------
    Account
        The account.

    Raises
    ------
    NotFound
        When there is none.
    """
    found = registers.accounts.by_login(login.strip().lower())
    if found is None:
        raise NotFound(
            Text(f"Không có tài khoản “{login}”.", f"There is no account “{login}”."),
            Text("Xem danh sách: `antt user list`.", "See the list: `antt user list`."),
        )
    return found


def login_of(text: str) -> str:
    """Read a login.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    str
        Lower case.

    Raises
    ------
    InvalidParameter
        When it holds other signs than it may.

    Examples
    --------
    >>> login_of(" Le.Binh ")
    'le.binh'
    """
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise InvalidParameter(
            Text(f"Tên đăng nhập “{text}” không dùng được.", f"The login “{text}” cannot be used."),
            Text("Dùng 2 đến 64 chữ cái không dấu, chữ số, dấu chấm, gạch nối hoặc gạch dưới.",
                 "Use 2 to 64 letters without marks, digits, dots, hyphens or underscores."),
        )  # fmt: skip
    return login


def require_units(area: frozenset[str] | None, known: Collection[str]) -> None:
    """Refuse an area that names what is no unit.

    Parameters
    ----------
    area : frozenset of str or None
        Codes.
    known : collection of str
        Codes of the units in force today.

    Raises
    ------
    InvalidParameter
        When a code is not among them.
    """
    unknown = sorted((area or frozenset()) - set(known))
    if unknown:
        named = ", ".join(unknown)
        raise InvalidParameter(
            Text(f"Không có đơn vị đang có hiệu lực với mã {named}.", f"No unit in force has the code {named}."),
            Text("Tìm mã bằng `antt boundaries search`; nạp ranh giới trước nếu kho còn trống.",
                 "Find codes with `antt boundaries search`; import boundaries first if the store has none."),
        )  # fmt: skip


def _require_area(role: Role, area: frozenset[str] | None) -> None:
    if area is not None and not area and area_matters(role):
        raise InvalidParameter(
            Text(f"Vai trò {role.label.vi} cần địa bàn phụ trách.", f"The role {role.label.en} needs an area."),
            Text("Nêu mã các đơn vị phụ trách, hoặc cho phụ trách toàn bộ.",
                 "Name the codes of its units, or let it answer for everywhere."),
        )  # fmt: skip


def _name_of(text: str) -> str:
    name = nfc(text)
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidParameter(
            Text(f"Tên hiển thị dài quá {_LONGEST_NAME} ký tự hoặc có ký tự điều khiển.",
                 f"The name is longer than {_LONGEST_NAME} characters or holds control characters."),
            Text("Rút gọn tên.", "Shorten it."),
        )  # fmt: skip
    return name
