"""The history of who did what: records in the system file, each sealed to the one before by a keyed hash.

A record is sealed by HMAC-SHA256 (RFC 2104) over these bytes: the JSON object of its fields ``action, address, at,
key_id, seq, what, who, why`` (keys in this order, no spaces, UTF-8 as it is, texts in NFC; ``what`` is itself the text
of a JSON object with sorted keys), a line break, and the hash of the record before in hexadecimal digits (64 zeros for
the first). The key lies in a file outside the store. The triggers keep the program from changing a record; they are no
defence against somebody who owns the file: the hashes are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from enum import StrEnum

from layers.errors import Conflict
from layers.store.audit_keys import KeyFile
from layers.store.gpkg_ledger import iso
from layers.store.system_file import SystemFile
from layers.wording import Text, storable

__all__ = ["NO_RECORD", "Action", "AuditChain", "Entry", "Record", "mac_of", "next_key"]

NO_RECORD = "0" * 64

_COLUMNS = "seq, at, who, action, what, why, address, key_id, previous, mac"
_RECORDS_AT_ONCE = 5_000
_BEHIND_ALL = 2**63 - 1

_TABLES = """
CREATE TABLE IF NOT EXISTS audit_record (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, what TEXT NOT NULL,
    why TEXT NOT NULL, address TEXT NOT NULL, key_id TEXT NOT NULL, previous TEXT NOT NULL, mac TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS audit_record_action ON audit_record (action, seq);
CREATE TRIGGER IF NOT EXISTS audit_record_no_update BEFORE UPDATE ON audit_record
BEGIN SELECT RAISE(ABORT, 'a record of the history cannot be changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_record_no_delete BEFORE DELETE ON audit_record
BEGIN SELECT RAISE(ABORT, 'a record of the history cannot be removed'); END;
CREATE TABLE IF NOT EXISTS audit_once (key TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""


class Action(StrEnum):
    """What somebody did."""

    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    VIEW = "view"
    EXPORT = "export"
    CHANGE = "change"
    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105 - the word, not one
    SETTING = "setting"
    SEAL = "seal"
    KEY = "key"


@dataclass(frozen=True)
class Entry:
    """What is to be recorded.

    Parameters
    ----------
    at : datetime
        The moment, with its time zone.
    who : str
        Account, or the operating-system user on the command line.
    action : Action
        What was done.
    what : mapping
        Plain values: layer, record, filter.
    why : str
        The reason given; may be empty.
    address : str
        Class of the address it came from, never the address itself.
    """

    at: dt.datetime
    who: str
    action: Action
    what: Mapping[str, object] = field(default_factory=dict)
    why: str = ""
    address: str = ""


@dataclass(frozen=True)
class Record:
    """One record as it is kept; every field but `seq` is text.

    Parameters
    ----------
    seq : int
        Its place in the chain, from 1.
    at, who, action, what, why, address : str
        From the `Entry`: the moment in UTC with milliseconds, `what` as JSON.
    key_id : str
        Name of the key it is sealed with.
    previous, mac : str
        Keyed hash of the record before, and its own; 64 hexadecimal digits.
    """

    seq: int
    at: str
    who: str
    action: str
    what: str
    why: str
    address: str
    key_id: str
    previous: str
    mac: str = ""

    @property
    def content(self) -> dict[str, object]:
        """`what` as values."""
        read: dict[str, object] = json.loads(self.what)
        return read


def mac_of(record: Record, key: bytes, *, seq: int | None = None) -> str:
    """Compute the keyed hash of a record.

    Parameters
    ----------
    record : Record
        The record; its own `mac` does not matter.
    key : bytes
        The key.
    seq : int or None
        Another place in the chain to compute it for.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> record = Record(1, "2026-11-01T00:00:00.000Z", "lan", "export", "{}", "", "", "k", NO_RECORD)
    >>> mac_of(record, bytes(32)) == mac_of(record, bytes(32), seq=2)
    False
    """
    fields = {
        "action": record.action,
        "address": record.address,
        "at": record.at,
        "key_id": record.key_id,
        "seq": record.seq if seq is None else seq,
        "what": record.what,
        "who": record.who,
        "why": record.why,
    }
    # A file bent by hand may hold half a character.
    sealed = f"{_json(fields)}\n{record.previous}".encode("utf-8", "surrogatepass")
    return hmac.digest(key, sealed, hashlib.sha256).hex()


def next_key(record: Record) -> str:
    """Name the key that seals what comes after a record.

    Parameters
    ----------
    record : Record
        One that is known to be sound.

    Returns
    -------
    str
        The same as its own, unless it announces another.
    """
    return str(record.content["next_key"]) if record.action == Action.KEY else record.key_id


class AuditChain:
    """The records of one store. It can be added to and read, nothing else.

    Parameters
    ----------
    file : SystemFile
        Where they are kept.
    keys : KeyFile
        What seals them.
    """

    def __init__(self, file: SystemFile, keys: KeyFile) -> None:
        self.file = file
        self.keys = keys

    def append(self, entry: Entry, *, expected: int | None = None) -> Record:
        """Add a record at the end, whatever other threads and processes add.

        Parameters
        ----------
        entry : Entry
            What is to be recorded.
        expected : int or None
            The place of the last record of the same action as the caller knows it, 0 for none.

        Returns
        -------
        Record
            As kept; it is on the disk.

        Raises
        ------
        Conflict
            When another record of the action came after the expected one; nothing is added.
        StoreUnreachable, StoreBusy
            When the file cannot be written, or the key is not there.
        """
        with self._writing() as connection:
            if expected is not None:
                _refuse_another(_last(connection, entry.action), expected)
            return self._add(connection, entry)

    @contextmanager
    def with_record(self, entry: Entry) -> Iterator[dict[str, object]]:
        """Keep what the block does in the system file together with its record, or neither.

        Parameters
        ----------
        entry : Entry
            What is to be recorded.

        Yields
        ------
        dict
            The record's `what`, for the block to complete; added at its end.

        Raises
        ------
        StoreUnreachable, StoreBusy
            When the record cannot be added: then nothing the block did is kept.
        """
        what = dict(entry.what)
        with self.file.together():
            yield what
            self.append(replace(entry, what=what))

    def append_once(self, entry: Entry, *, window: dt.timedelta) -> Record | None:
        """Add a record unless one of the same person, action and content was added in this way shortly before.

        Parameters
        ----------
        entry : Entry
            What is to be recorded.
        window : timedelta
            How long one record stands for all.

        Returns
        -------
        Record or None
            None when one stands already, also one that another process has added.
        """
        key = hashlib.sha256(_json([entry.who, entry.action, _json(dict(entry.what))]).encode()).hexdigest()
        with self._writing() as connection:
            connection.execute("DELETE FROM audit_once WHERE at <= ?", (iso(entry.at - window),))
            if not connection.execute("INSERT OR IGNORE INTO audit_once VALUES (?, ?)", (key, iso(entry.at))).rowcount:
                return None
            return self._add(connection, entry)

    def change_key(self, *, who: str, why: str, now: dt.datetime) -> Record:
        """Seal with a new key from now on; the old key seals the record that says so.

        Parameters
        ----------
        who, why : str
            Who wants it, and the reason.
        now : datetime
            The moment.

        Returns
        -------
        Record
            The last one under the old key.
        """
        with self._writing() as connection:
            before = _last(connection)
            # Looked for first: without the old key the new one could not be announced.
            self.keys.key(self.keys.newest() if before is None else next_key(before))
            return self._add(connection, Entry(now, who, Action.KEY, {"next_key": self.keys.add()}, why))

    def last(self, action: Action | None = None) -> Record | None:
        """Read the newest record.

        Parameters
        ----------
        action : Action or None
            Only of this action.

        Returns
        -------
        Record or None
            None when there is none.
        """
        with self.file.transaction(_TABLES) as connection:
            return _last(connection, action)

    def records(self, *, after: int = 0, action: Action | None = None) -> Iterator[Record]:
        """Read the records in the order of their places, a part at a time, so that nobody waits for the reader.

        Parameters
        ----------
        after : int
            Only those behind this place.
        action : Action or None
            Only of this action.

        Returns
        -------
        iterator of Record
            As kept.
        """
        return self._in_parts("seq > ?", after, order="seq", action=action)

    def newest(self, *, before: int | None = None, action: Action | None = None) -> Iterator[Record]:
        """Read the records from the end of the chain back, a part at a time.

        Parameters
        ----------
        before : int or None
            Only those in front of this place; None for all.
        action : Action or None
            Only of this action.

        Returns
        -------
        iterator of Record
            As kept.
        """
        return self._in_parts("seq < ?", _BEHIND_ALL if before is None else before, order="seq DESC", action=action)

    def _in_parts(self, which: str, start: int, *, order: str, action: Action | None) -> Iterator[Record]:
        chosen, named = ("", ()) if action is None else ("AND action = ?", (action,))
        sql = f"SELECT {_COLUMNS} FROM audit_record WHERE {which} {chosen} ORDER BY {order} LIMIT {_RECORDS_AT_ONCE}"
        while True:
            with self.file.transaction(_TABLES) as connection:
                rows = connection.execute(sql, (start, *named)).fetchall()
            yield from (Record(*row) for row in rows)
            if len(rows) < _RECORDS_AT_ONCE:
                return
            start = rows[-1][0]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self.file.transaction(_TABLES) as connection:
            # At once, so that nobody adds a record between the look at the last one and the next.
            if not connection.in_transaction:
                connection.execute("BEGIN IMMEDIATE")
            yield connection

    def _add(self, connection: sqlite3.Connection, entry: Entry) -> Record:
        before = _last(connection)
        unsealed = Record(
            seq=1 if before is None else before.seq + 1,
            at=iso(entry.at),
            who=_plain(entry.who),
            action=str(entry.action),
            what=_plain(_json(dict(entry.what))),
            why=_plain(entry.why),
            address=entry.address,
            key_id=self.keys.newest() if before is None else next_key(before),
            previous=NO_RECORD if before is None else before.mac,
        )
        sealed = replace(unsealed, mac=mac_of(unsealed, self.keys.key(unsealed.key_id)))
        connection.execute(f"INSERT INTO audit_record ({_COLUMNS}) VALUES ({', '.join('?' * 10)})", astuple(sealed))
        return sealed


def _last(connection: sqlite3.Connection, action: str | None = None) -> Record | None:
    chosen, values = ("", ()) if action is None else ("WHERE action = ?", (action,))
    sql = f"SELECT {_COLUMNS} FROM audit_record {chosen} ORDER BY seq DESC LIMIT 1"
    row = connection.execute(sql, values).fetchone()
    return None if row is None else Record(*row)


def _refuse_another(last: Record | None, expected: int) -> None:
    if (last.seq if last else 0) != expected:
        raise Conflict(
            Text("Nhật ký vừa được ghi thêm.", "The history was added to meanwhile."),
            Text("Làm lại.", "Do it again."),
        )


# Made once: a new one for each record takes as long as the hash.
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", storable(text))
