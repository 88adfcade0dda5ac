"""Accounts in the system file."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from layers.access.roles import Role
from layers.errors import Conflict, NotFound, StaleVersion
from layers.store.system_file import SystemFile
from layers.store.system_moments import text_of
from layers.wording import Text

__all__ = ["Account", "Accounts"]

_CREATE = """
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL, role TEXT NOT NULL,
    area TEXT, disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)), password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL, changed_at TEXT NOT NULL, password_changed_at TEXT NOT NULL,
    row_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in.

    Parameters
    ----------
    account_id : str
        UUIDv7.
    login : str
        Lower-case ASCII; no two accounts have the same.
    display_name : str
        Name for people.
    role : Role
        What they are here for; never the resident.
    area : frozenset of str or None
        Codes of the units they answer for; None is everywhere.
    password_hash : str
        In the form argon2 writes; never shown.
    created_at, changed_at, password_changed_at : datetime
        UTC. What was opened with an older password ends when that changes.
    disabled : bool
        Whether nobody can be recognised by it.
    row_version : int
        Counts the changes, from 1.
    """

    account_id: str
    login: str
    display_name: str
    role: Role
    area: frozenset[str] | None
    password_hash: str = field(repr=False)
    created_at: dt.datetime
    changed_at: dt.datetime
    password_changed_at: dt.datetime
    disabled: bool = False
    row_version: int = 1

    def rights(self) -> dict[str, object]:
        """Give what is recorded of a change: who somebody is and what they may do.

        Returns
        -------
        dict
            Plain values.
        """
        kept = self.as_json()
        return {name: kept[name] for name in ("name", "role", "area", "disabled")}

    def as_json(self) -> dict[str, object]:
        """Give what may be shown of it, without the password's hash.

        Returns
        -------
        dict
            Plain values.
        """
        return {
            "id": self.account_id,
            "login": self.login,
            "name": self.display_name,
            "role": str(self.role),
            "area": None if self.area is None else sorted(self.area),
            "disabled": self.disabled,
            "created_at": self.created_at.isoformat(),
            "changed_at": self.changed_at.isoformat(),
            "row_version": self.row_version,
        }


class Accounts:
    """Keeps the accounts; once there is one, an administrator can always sign in.

    Parameters
    ----------
    file : SystemFile
        Where they lie.
    """

    def __init__(self, file: SystemFile) -> None:
        self._file = file
        # Accounts are never removed, so this is asked of the file only until there is one.
        self._there_are_some = False

    def any(self) -> bool:
        """Say whether there is an account.

        Returns
        -------
        bool
            False as long as everybody on this machine is its administrator.
        """
        if not self._there_are_some:
            with self._file.transaction(_CREATE) as connection:
                self._there_are_some = connection.execute("SELECT 1 FROM account LIMIT 1").fetchone() is not None
        return self._there_are_some

    def all(self) -> list[Account]:
        """List the accounts.

        Returns
        -------
        list of Account
            By login.
        """
        with self._file.transaction(_CREATE) as connection:
            rows = connection.execute("SELECT * FROM account ORDER BY login").fetchall()
        return [_account_of(row) for row in rows]

    def by_login(self, login: str) -> Account | None:
        """Find an account by its login.

        Parameters
        ----------
        login : str
            Lower case.

        Returns
        -------
        Account or None
            None when there is none.
        """
        return self._one("SELECT * FROM account WHERE login = ?", login)

    def by_id(self, account_id: str) -> Account | None:
        """Find an account by its id.

        Parameters
        ----------
        account_id : str
            UUIDv7.

        Returns
        -------
        Account or None
            None when there is none.
        """
        return self._one("SELECT * FROM account WHERE id = ?", account_id)

    def add(self, account: Account) -> None:
        """Keep a new account.

        Parameters
        ----------
        account : Account
            With a login of its own.

        Raises
        ------
        Conflict
            When the login is taken, or it is the first account and no administrator's.
        """
        with self._file.transaction(_CREATE) as connection:
            added = connection.execute(
                f"INSERT INTO account VALUES ({', '.join('?' * 11)}) ON CONFLICT (login) DO NOTHING", _row_of(account)
            )
            if not added.rowcount:
                raise Conflict(
                    Text(f"Đã có tài khoản “{account.login}”.", f"There is an account “{account.login}” already."),
                    Text("Chọn tên đăng nhập khác.", "Choose another login."),
                )
            _require_an_administrator(connection)

    def change(self, account_id: str, values: Mapping[str, object], *, row_version: int, now: dt.datetime) -> Account:
        """Change an account on the ground of what somebody has seen of it.

        Parameters
        ----------
        account_id : str
            The account.
        values : mapping of str to object
            Any of ``display_name``, ``role``, ``area``, ``disabled`` and ``password_hash``, in the types of
            `Account`.
        row_version : int
            The version that was seen.
        now : datetime
            The moment.

        Returns
        -------
        Account
            As it is now.

        Raises
        ------
        StaleVersion
            When it was changed in the meantime; the details hold both versions.
        Conflict
            When no administrator could sign in any more.
        NotFound
            When there is none.
        """
        written = _written(values) | {"changed_at": text_of(now)}
        if "password_hash" in values:
            written["password_changed_at"] = text_of(now)
        return self._update(account_id, written, row_version=row_version, values=values)

    def renew_hash(self, account: Account, password_hash: str) -> None:
        """Keep the same password in a stronger form; nothing ends by that.

        Parameters
        ----------
        account : Account
            As it was when the password was checked; when it was changed since, nothing is written.
        password_hash : str
            The new form.
        """
        with self._file.transaction(_CREATE) as connection:
            connection.execute(
                "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?",
                (password_hash, account.account_id, account.password_hash),
            )

    def _update(
        self, account_id: str, written: Mapping[str, object], *, row_version: int, values: Mapping[str, object]
    ) -> Account:
        assignments = ", ".join(f"{name} = ?" for name in written)
        with self._file.transaction(_CREATE) as connection:
            # Writing comes first: from then on no other process can write before this is done.
            changed = connection.execute(
                f"UPDATE account SET {assignments}, row_version = row_version + 1 WHERE id = ? AND row_version = ?",
                (*written.values(), account_id, row_version),
            ).rowcount
            row = connection.execute("SELECT * FROM account WHERE id = ?", (account_id,)).fetchone()
            if row is None:
                raise NotFound(
                    Text("Không có tài khoản này.", "There is no such account."),
                    Text("Xem danh sách: `antt user list`.", "See the list: `antt user list`."),
                )
            if not changed:
                raise _stale(_account_of(row), values)
            _require_an_administrator(connection)
        return _account_of(row)

    def _one(self, statement: str, value: str) -> Account | None:
        with self._file.transaction(_CREATE) as connection:
            row = connection.execute(statement, (value,)).fetchone()
        return None if row is None else _account_of(row)


def _require_an_administrator(connection: sqlite3.Connection) -> None:
    found = connection.execute(
        "SELECT 1 FROM account WHERE role = ? AND disabled = 0 LIMIT 1", (Role.ADMINISTRATOR,)
    ).fetchone()
    if found is None:
        raise Conflict(
            Text("Phải luôn có một quản trị viên đăng nhập được.",
                 "There must always be an administrator who can sign in."),
            Text("Tạo hoặc mở một tài khoản quản trị viên khác trước.",
                 "Make or enable another administrator's account first."),
        )  # fmt: skip


def _stale(current: Account, values: Mapping[str, object]) -> StaleVersion:
    shown = current.as_json()
    names = {"display_name": "name"}
    yours = {names.get(name, name): _plain(value) for name, value in values.items() if name != "password_hash"}
    return StaleVersion(
        Text(f"Tài khoản “{current.login}” vừa được người khác sửa.",
             f"The account “{current.login}” was changed by somebody else."),
        Text("Xem lại bản mới nhất rồi sửa lại.", "Look at the newest version and change it again."),
        details={"yours": yours, "current": shown},
    )  # fmt: skip


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _written(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _area_text(value) if name == "area" else value for name, value in values.items()}


def _area_text(area: object) -> str | None:
    return json.dumps(sorted(area)) if isinstance(area, frozenset) else None


def _row_of(account: Account) -> tuple[object, ...]:
    return (
        account.account_id,
        account.login,
        account.display_name,
        str(account.role),
        _area_text(account.area),
        account.disabled,
        account.password_hash,
        text_of(account.created_at),
        text_of(account.changed_at),
        text_of(account.password_changed_at),
        account.row_version,
    )


def _account_of(row: tuple[str, ...]) -> Account:
    account_id, login, name, role, area, disabled, password_hash, created, changed, password_changed, version = row
    return Account(
        account_id,
        login,
        name,
        Role(role),
        frozenset(json.loads(area)) if area else None,
        password_hash,
        dt.datetime.fromisoformat(created),
        dt.datetime.fromisoformat(changed),
        dt.datetime.fromisoformat(password_changed),
        disabled=bool(disabled),
        row_version=int(version),
    )
