"""How often something may be asked for: one allowance for each key, agreed between all processes."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from layers.store.system_file import SystemFile

__all__ = ["Limit", "Limits"]

_CREATE = """
CREATE TABLE IF NOT EXISTS allowance (key TEXT PRIMARY KEY, full_at REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS allowance_full_at ON allowance (full_at);
"""

# One statement, so that two processes can never both take the last. A moment further off than the whole allowance
# was written before the clock was set back, or under a larger limit, and means nothing.
_TAKE = """
INSERT INTO allowance VALUES (:key, :now + :cost)
ON CONFLICT (key) DO UPDATE SET
    full_at = iif(full_at BETWEEN :now AND :now + :burst + :slack, full_at, :now) + :cost
WHERE iif(full_at BETWEEN :now AND :now + :burst + :slack, full_at, :now) + :cost <= :now + :burst + :slack
"""

# Moments since 1970 as floating-point seconds are good to less than a microsecond.
_SLACK_S = 1e-4


@dataclass(frozen=True)
class Limit:
    """An allowance that fills up again at an even pace.

    Parameters
    ----------
    times : int
        How often in a row, when it is full.
    refill_s : float
        Seconds until one more is allowed.
    """

    times: int
    refill_s: float


class Limits:
    """Keeps the allowances.

    Each key has one number: the moment its allowance will be full again, the “theoretical arrival time” of the
    generic cell rate algorithm (ATM Forum, Traffic Management Specification 4.0, 1996, section 4.4.2).

    Parameters
    ----------
    file : SystemFile
        Where they lie.
    """

    def __init__(self, file: SystemFile) -> None:
        self._file = file

    def take(self, key: str, limit: Limit, *, now: dt.datetime, times: int = 1) -> float:
        """Take from an allowance.

        Parameters
        ----------
        key : str
            Whose and for what; only its hash is kept, because it may name an address or what somebody typed.
        limit : Limit
            How large the allowance is.
        now : datetime
            The moment.
        times : int
            How much to take at once: a process may take some ahead and give them out itself.

        Returns
        -------
        float
            0 when it was taken; else nothing was taken, and it is worth trying again after so many seconds.
        """
        values = {
            "key": _hashed(key),
            "now": now.timestamp(),
            "cost": times * limit.refill_s,
            "burst": limit.times * limit.refill_s,
            "slack": _SLACK_S,
        }
        with self._file.transaction(_CREATE) as connection:
            if times <= limit.times and connection.execute(_TAKE, values).rowcount:
                return 0.0
            row = connection.execute("SELECT full_at FROM allowance WHERE key = ?", (_hashed(key),)).fetchone()
        full_at = float(row[0]) if row else now.timestamp()
        return max(full_at + times * limit.refill_s - limit.times * limit.refill_s - now.timestamp(), _SLACK_S)

    def give_back(self, key: str, limit: Limit) -> None:
        """Give one back that was taken, because it turned out not to count.

        Parameters
        ----------
        key : str
            As it was taken.
        limit : Limit
            As it was taken.
        """
        with self._file.transaction(_CREATE) as connection:
            connection.execute(
                "UPDATE allowance SET full_at = full_at - ? WHERE key = ?", (limit.refill_s, _hashed(key))
            )

    def forget_full(self, *, now: dt.datetime) -> int:
        """Forget the keys whose allowance is full.

        Parameters
        ----------
        now : datetime
            The moment.

        Returns
        -------
        int
            How many there were.
        """
        with self._file.transaction(_CREATE) as connection:
            return connection.execute("DELETE FROM allowance WHERE full_at <= ?", (now.timestamp(),)).rowcount


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
