"""The change history of the map data, taken into the audit chain so that it cannot be bent afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely

from layers.errors import Conflict
from layers.store.base import Change, Store
from layers.store.gpkg_ledger import iso
from layers.store.system_audit import Action, AuditChain, Entry, Record

__all__ = ["NAMING_DIGITS", "Seal", "digest_of", "joint_digest", "seal_history"]

# As many as a record may name and still be read at a glance by a program; more go into the next one.
_ROWS_OF_A_SEAL = 1_000
NAMING_DIGITS = 16


@dataclass(frozen=True)
class Seal:
    """What one record of a seal says about the history of the map data.

    Parameters
    ----------
    after, last : int
        It covers the entries numbered above `after` up to `last`, and says that there are no others.
    rows : mapping of int to str
        Number of each entry -> first digits of its digest, to name the one that differs.
    digest : str
        SHA-256 over the whole digests, to find that one differs.
    anew : bool
        Whether earlier seals are no longer held against the store, as after a restored backup.
    """

    after: int
    last: int
    rows: Mapping[int, str]
    digest: str
    anew: bool = False

    @classmethod
    def of(cls, record: Record) -> Seal:
        """Read a seal from its record.

        Parameters
        ----------
        record : Record
            Of the action `Action.SEAL`.

        Returns
        -------
        Seal
            What it says.
        """
        said = record.content
        pairs = (part.partition(":") for part in str(said["rows"]).split())
        rows = {int(number): digits for number, _colon, digits in pairs}
        return cls(int(str(said["after"])), int(str(said["last"])), rows, str(said["digest"]), bool(said.get("anew")))

    def as_content(self) -> dict[str, object]:
        """Say it as plain values.

        Returns
        -------
        dict
            For an `Entry`.
        """
        rows = " ".join(f"{number}:{digits}" for number, digits in self.rows.items())
        said = {"after": self.after, "last": self.last, "count": len(self.rows), "rows": rows, "digest": self.digest}
        return said | ({"anew": True} if self.anew else {})


def digest_of(change: Change) -> str:
    """Hash an entry of the history, alike on every back-end and with every version of the libraries.

    Parameters
    ----------
    change : Change
        The entry; its number does not matter.

    Returns
    -------
    str
        SHA-256 in 64 hexadecimal digits, over JSON with sorted keys; geometry as little-endian WKB.
    """
    written = [change.layer, change.record_id, change.what, change.who, change.why, iso(change.at)]
    text = json.dumps(
        [*written, _plain_values(change.before), _plain_values(change.after)],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")).hexdigest()


def joint_digest(digests: Sequence[str]) -> str:
    """Hash the digests of several entries into one.

    Parameters
    ----------
    digests : sequence of str
        In the order of the entries.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256("\n".join(digests).encode("ascii")).hexdigest()


def seal_history(
    store: Store, chain: AuditChain, *, who: str, now: dt.datetime, why: str = "", anew: bool = False
) -> int:
    """Take what the history of the map data holds beyond the last seal into the chain.

    Parameters
    ----------
    store : Store
        The store of record.
    chain : AuditChain
        Its chain.
    who, why : str
        Who wants it, and the reason.
    now : datetime
        The moment.
    anew : bool
        Begin again with the first entry; earlier seals stay in the chain but are no longer held against the store.

    Returns
    -------
    int
        How many entries were taken in. Another process that seals at the same time takes the rest.

    Raises
    ------
    StoreBusy
        When somebody is writing into the store for longer than a moment; nothing is lost, the next seal has it.
    """
    end, taken = store.history_end(), 0
    while True:
        last = chain.last(Action.SEAL)
        seal = _next_seal(store, 0 if last is None or anew else Seal.of(last).last, end, anew=anew)
        if not (seal.rows or anew):
            return taken
        try:
            chain.append(Entry(now, who, Action.SEAL, seal.as_content(), why), expected=last.seq if last else 0)
        except Conflict:
            return taken
        taken += len(seal.rows)
        anew = False


def _next_seal(store: Store, after: int, end: int, *, anew: bool) -> Seal:
    entries = [entry for entry in store.all_history(after=after, limit=_ROWS_OF_A_SEAL) if entry.number <= end]
    digests = [digest_of(entry) for entry in entries]
    rows = {entry.number: digest[:NAMING_DIGITS] for entry, digest in zip(entries, digests, strict=True)}
    return Seal(after, max(rows, default=after), rows, joint_digest(digests), anew)


def _plain_values(values: Mapping[str, object] | None) -> dict[str, object] | None:
    return None if values is None else {name: _plain(name, value) for name, value in values.items()}


def _plain(name: str, value: object) -> object:
    if name == "geometry" and value is not None:
        # WKT is written differently from one version of GEOS to the next.
        return shapely.to_wkb(shapely.from_wkt(value), hex=True, byte_order=1, flavor="iso", output_dimension=3)
    return int(value) if isinstance(value, float) and value.is_integer() else value
