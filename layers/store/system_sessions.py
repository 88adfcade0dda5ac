"""Sessions and known devices in the system file; of each secret only its hash is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from layers.store.system_file import SystemFile
from layers.store.system_moments import text_of

__all__ = ["Session", "Sessions"]

_CREATE = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, opened_at TEXT NOT NULL,
    seen_at TEXT NOT NULL, ends_at TEXT NOT NULL, address TEXT NOT NULL, device TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_of_account ON session (account_id);
CREATE TABLE IF NOT EXISTS known_device (
    secret_hash TEXT PRIMARY KEY, account_id TEXT NOT NULL, known_since TEXT NOT NULL, ends_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

# A page asks for many tiles a second; that somebody is there is written down this often.
_SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """One stay of one person, from signing in to the end.

    Parameters
    ----------
    session_id : str
        UUIDv7; what lists show, and no way in.
    secret_hash : str
        Hash of the secret that the browser shows.
    account_id : str
        Whose it is.
    opened_at, seen_at, ends_at : datetime
        UTC: signed in, last there (to the minute), over at the latest.
    address : str
        Network address it was opened from.
    device : str
        What the browser says it is, shortened; for the owner's list alone.
    """

    session_id: str
    secret_hash: str = field(repr=False)
    account_id: str
    opened_at: dt.datetime
    seen_at: dt.datetime
    ends_at: dt.datetime
    address: str
    device: str

    def as_json(self) -> dict[str, object]:
        """Give what its owner may see.

        Returns
        -------
        dict
            Plain values, without anything that opens a door.
        """
        return {
            "id": self.session_id,
            "account_id": self.account_id,
            "opened_at": self.opened_at.isoformat(),
            "seen_at": self.seen_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "address": self.address,
            "device": self.device,
        }


class Sessions:
    """Keeps who is signed in, for all processes alike.

    Parameters
    ----------
    file : SystemFile
        Where they lie.
    idle : timedelta
        After so long without a sign of life a session is over.
    """

    def __init__(self, file: SystemFile, *, idle: dt.timedelta) -> None:
        self._file = file
        self._idle = idle

    def open(self, session: Session) -> None:
        """Keep a new session, and forget those that are over.

        Parameters
        ----------
        session : Session
            With a secret of its own.
        """
        now = session.opened_at
        with self._file.transaction(_CREATE) as connection:
            connection.execute(
                "DELETE FROM session WHERE ends_at <= ? OR seen_at <= ?", (text_of(now), text_of(now - self._idle))
            )
            connection.execute("DELETE FROM known_device WHERE ends_at <= ?", (text_of(now),))
            connection.execute(f"INSERT INTO session VALUES ({', '.join('?' * 8)})", _row_of(session))

    def find(self, secret_hash: str, *, now: dt.datetime) -> Session | None:
        """Find the session a secret belongs to, and note that somebody is there.

        Parameters
        ----------
        secret_hash : str
            Hash of the secret shown.
        now : datetime
            The moment.

        Returns
        -------
        Session or None
            None when there is none or it is over.
        """
        with self._file.transaction(_CREATE) as connection:
            row = connection.execute(
                "SELECT * FROM session WHERE secret_hash = ? AND ends_at > ? AND seen_at > ?",
                (secret_hash, text_of(now), text_of(now - self._idle)),
            ).fetchone()
            if row is None:
                return None
            found = _session_of(row)
            if now - found.seen_at >= _SEEN_EVERY:
                connection.execute("UPDATE session SET seen_at = ? WHERE id = ?", (text_of(now), found.session_id))
        return found

    def of_account(self, account_id: str, *, now: dt.datetime) -> list[Session]:
        """List the sessions of an account that are not over.

        Parameters
        ----------
        account_id : str
            Whose.
        now : datetime
            The moment.

        Returns
        -------
        list of Session
            Newest first.
        """
        with self._file.transaction(_CREATE) as connection:
            rows = connection.execute(
                "SELECT * FROM session WHERE account_id = ? AND ends_at > ? AND seen_at > ? ORDER BY id DESC",
                (account_id, text_of(now), text_of(now - self._idle)),
            ).fetchall()
        return [_session_of(row) for row in rows]

    def close(self, session_id: str, *, account_id: str) -> bool:
        """End one session at once, for every process.

        Parameters
        ----------
        session_id : str
            Which.
        account_id : str
            Whose it must be.

        Returns
        -------
        bool
            Whether there was such a session.
        """
        with self._file.transaction(_CREATE) as connection:
            return bool(
                connection.execute(
                    "DELETE FROM session WHERE id = ? AND account_id = ?", (session_id, account_id)
                ).rowcount
            )

    def close_all(self, account_id: str) -> int:
        """End all sessions of an account and forget its devices.

        Parameters
        ----------
        account_id : str
            Whose.

        Returns
        -------
        int
            How many sessions there were.
        """
        with self._file.transaction(_CREATE) as connection:
            connection.execute("DELETE FROM known_device WHERE account_id = ?", (account_id,))
            return connection.execute("DELETE FROM session WHERE account_id = ?", (account_id,)).rowcount

    def remember_device(self, secret_hash: str, account_id: str, *, now: dt.datetime, ends_at: dt.datetime) -> None:
        """Note that an account has been signed in from a device.

        Parameters
        ----------
        secret_hash : str
            Hash of the secret the device keeps; it opens nothing.
        account_id : str
            Whose.
        now, ends_at : datetime
            The moment, and when it is forgotten.
        """
        with self._file.transaction(_CREATE) as connection:
            connection.execute(
                "INSERT INTO known_device VALUES (?, ?, ?, ?)",
                (secret_hash, account_id, text_of(now), text_of(ends_at)),
            )

    def knows_device(self, secret_hash: str, account_id: str, *, since: dt.datetime, now: dt.datetime) -> bool:
        """Say whether an account has been signed in from a device.

        Parameters
        ----------
        secret_hash : str
            Hash of the secret the device shows.
        account_id : str
            Whose.
        since : datetime
            When the password was set: devices known longer do not count.
        now : datetime
            The moment.

        Returns
        -------
        bool
            Whether the device is known for that account.
        """
        with self._file.transaction(_CREATE) as connection:
            found = connection.execute(
                "SELECT 1 FROM known_device "
                "WHERE secret_hash = ? AND account_id = ? AND known_since >= ? AND ends_at > ?",
                (secret_hash, account_id, text_of(since), text_of(now)),
            ).fetchone()
        return found is not None


def _row_of(session: Session) -> tuple[str, ...]:
    return (
        session.session_id,
        session.secret_hash,
        session.account_id,
        text_of(session.opened_at),
        text_of(session.seen_at),
        text_of(session.ends_at),
        session.address,
        session.device,
    )


def _session_of(row: tuple[str, ...]) -> Session:
    session_id, secret_hash, account_id, opened, seen, ends, address, device = row
    opened_at, seen_at, ends_at = (dt.datetime.fromisoformat(text) for text in (opened, seen, ends))
    return Session(session_id, secret_hash, account_id, opened_at, seen_at, ends_at, address, device)
