"""Tokens of the programming interface, in the system file; of each secret only its hash is kept."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field

from layers.access.policy import Action
from layers.store.system_file import SystemFile
from layers.store.system_moments import moment_of, text_of

__all__ = ["Token", "Tokens"]

_CREATE = """
CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, label TEXT NOT NULL,
    scopes TEXT NOT NULL, created_at TEXT NOT NULL, ends_at TEXT NOT NULL, used_at TEXT, revoked_at TEXT
) STRICT, WITHOUT ROWID;
"""

# A program may ask many times a second; that a token is in use is written down this often.
_USED_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Token:
    """A way in for a program, on behalf of an account.

    Parameters
    ----------
    token_id : str
        UUIDv7; what lists show, and no way in.
    secret_hash : str
        Hash of the secret the program shows.
    account_id : str
        On whose behalf.
    label : str
        What it is for, in the owner's words.
    scopes : frozenset of Action
        What may be done with it besides reading; never more than the account may do.
    created_at, ends_at : datetime
        UTC.
    used_at, revoked_at : datetime or None
        UTC: last used (to the minute), taken back.
    """

    token_id: str
    secret_hash: str = field(repr=False)
    account_id: str
    label: str
    scopes: frozenset[Action]
    created_at: dt.datetime
    ends_at: dt.datetime
    used_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None

    def as_json(self) -> dict[str, object]:
        """Give what may be shown of it.

        Returns
        -------
        dict
            Plain values, without anything that opens a door.
        """
        return {
            "id": self.token_id,
            "account_id": self.account_id,
            "label": self.label,
            "scopes": sorted(self.scopes),
            "created_at": self.created_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "used_at": self.used_at and self.used_at.isoformat(),
            "revoked_at": self.revoked_at and self.revoked_at.isoformat(),
        }


class Tokens:
    """Keeps the tokens; one taken back stays in the list.

    Parameters
    ----------
    file : SystemFile
        Where they lie.
    """

    def __init__(self, file: SystemFile) -> None:
        self._file = file

    def add(self, token: Token) -> None:
        """Keep a new token.

        Parameters
        ----------
        token : Token
            With a secret of its own.
        """
        with self._file.transaction(_CREATE) as connection:
            connection.execute(f"INSERT INTO token VALUES ({', '.join('?' * 9)})", _row_of(token))

    def find(self, secret_hash: str, *, now: dt.datetime) -> Token | None:
        """Find the token a secret belongs to, and note that it is in use.

        Parameters
        ----------
        secret_hash : str
            Hash of the secret shown.
        now : datetime
            The moment.

        Returns
        -------
        Token or None
            None when there is none, it is over or taken back.
        """
        with self._file.transaction(_CREATE) as connection:
            row = connection.execute(
                "SELECT * FROM token WHERE secret_hash = ? AND ends_at > ? AND revoked_at IS NULL",
                (secret_hash, text_of(now)),
            ).fetchone()
            if row is None:
                return None
            found = _token_of(row)
            if found.used_at is None or now - found.used_at >= _USED_EVERY:
                connection.execute("UPDATE token SET used_at = ? WHERE id = ?", (text_of(now), found.token_id))
        return found

    def all(self, account_id: str | None = None) -> list[Token]:
        """List the tokens.

        Parameters
        ----------
        account_id : str, optional
            Of this account alone.

        Returns
        -------
        list of Token
            Oldest first, those that are over and taken back among them.
        """
        with self._file.transaction(_CREATE) as connection:
            rows = connection.execute(
                "SELECT * FROM token WHERE ? IS NULL OR account_id = ? ORDER BY id", (account_id, account_id)
            ).fetchall()
        return [_token_of(row) for row in rows]

    def revoke(self, token_id: str, *, now: dt.datetime) -> bool:
        """Take a token back, at once and for every process.

        Parameters
        ----------
        token_id : str
            Which.
        now : datetime
            The moment.

        Returns
        -------
        bool
            Whether there is such a token; one taken back before keeps its moment.
        """
        with self._file.transaction(_CREATE) as connection:
            return bool(
                connection.execute(
                    "UPDATE token SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", (text_of(now), token_id)
                ).rowcount
            )


def _row_of(token: Token) -> tuple[object, ...]:
    return (
        token.token_id,
        token.secret_hash,
        token.account_id,
        token.label,
        json.dumps(sorted(token.scopes)),
        text_of(token.created_at),
        text_of(token.ends_at),
        token.used_at and text_of(token.used_at),
        token.revoked_at and text_of(token.revoked_at),
    )


def _token_of(row: tuple[str, ...]) -> Token:
    token_id, secret_hash, account_id, label, scopes, created, ends, used, revoked = row
    return Token(
        token_id,
        secret_hash,
        account_id,
        label,
        frozenset(map(Action, json.loads(scopes))),
        dt.datetime.fromisoformat(created),
        dt.datetime.fromisoformat(ends),
        moment_of(used),
        moment_of(revoked),
    )
