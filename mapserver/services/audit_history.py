"""The history of the map data, held against the seals in the chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import shapely

from layers.store import Store
from layers.store.base import Change
from layers.store.history_seal import NAMING_DIGITS, Seal, digest_of, joint_digest
from layers.store.system_audit import Action, AuditChain
from layers.wording import Text
from mapserver.services.audit_check import Finding

__all__ = ["HistoryCheck", "check_history"]

# What the reading of an entry says that somebody has made unreadable.
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError)


@dataclass(frozen=True)
class HistoryCheck:
    """What was found in the history of the map data.

    Parameters
    ----------
    sealed : int
        Entries under the seals that hold.
    last : int
        Number of the last of them.
    findings : tuple of Finding
        Empty when each of them is as it was when it was sealed.
    sealed_anew_at : int or None
        Place of the record from which on seals are held against the store; None when all are.
    """

    sealed: int
    last: int
    findings: tuple[Finding, ...]
    sealed_anew_at: int | None = None


def check_history(store: Store, chain: AuditChain, *, unsound: Iterable[int] = ()) -> HistoryCheck:
    """Hold every sealed entry against the store.

    Parameters
    ----------
    store : Store
        The store of record.
    chain : AuditChain
        Its chain.
    unsound : iterable of int
        Places of records that cannot be relied on; what they sealed is not judged.

    Returns
    -------
    HistoryCheck
        What was found.
    """
    left_out = set(unsound)
    seals: list[Seal] = []
    anew_at: int | None = None
    for record in chain.records(action=Action.SEAL):
        if record.seq in left_out:
            continue
        seal = Seal.of(record)
        if seal.anew:
            seals, anew_at = [], record.seq
        seals.append(seal)
    findings = [finding for seal in seals for finding in _against(store, seal)]
    sealed = sum(len(seal.rows) for seal in seals)
    return HistoryCheck(sealed, max((seal.last for seal in seals), default=0), tuple(findings), anew_at)


def _against(store: Store, seal: Seal) -> Iterator[Finding]:
    entries = _entries(store, seal)
    digests = {number: _digest(entry) for number, entry in entries.items()}
    if joint_digest([digests[number] for number in sorted(digests)]) == seal.digest:
        return
    named = False
    for number in sorted({*seal.rows, *digests}):
        kind = _kind(seal.rows.get(number), digests.get(number))
        if kind is not None:
            named = True
            yield _finding(kind, number, entries.get(number))
    if not named:
        said = Text(f"Lịch sử {seal.after + 1}–{seal.last}: có mục bị sửa.",
                    f"History {seal.after + 1}–{seal.last}: an entry was changed.")  # fmt: skip
        yield Finding("changed", "history", seal.after + 1, seal.last, said)


def _digest(entry: Change | None) -> str:
    try:
        return "" if entry is None else digest_of(entry)
    except _UNREADABLE:
        return ""


def _kind(sealed: str | None, found: str | None) -> str | None:
    if sealed is None:
        return "inserted"
    if found is None:
        return "removed"
    return None if found[:NAMING_DIGITS] == sealed else "changed"


def _entries(store: Store, seal: Seal) -> Mapping[int, Change | None]:
    """Read what stands under a seal now; None for an entry that can no longer be read."""
    if seal.last == seal.after:
        return {}
    try:
        found = store.all_history(after=seal.after, limit=seal.last - seal.after)
        return {entry.number: entry for entry in found if entry.number <= seal.last}
    except _UNREADABLE:
        return dict(_one_by_one(store, seal))


def _one_by_one(store: Store, seal: Seal) -> Iterator[tuple[int, Change | None]]:
    after = seal.after
    for number in seal.rows:
        after = max(after, number - 1)
        try:
            for entry in store.all_history(after=after, limit=1):
                if entry.number == number:
                    yield number, entry
        except _UNREADABLE:
            yield number, None


def _finding(kind: str, number: int, entry: Change | None) -> Finding:
    of = "" if entry is None else f" ({entry.layer} {entry.record_id}, {entry.who})"
    said = {
        "changed": Text(f"Lịch sử {number}{of}: bị sửa.", f"History {number}{of}: changed."),
        "inserted": Text(f"Lịch sử {number}{of}: bị chèn vào.", f"History {number}{of}: put in afterwards."),
        "removed": Text(f"Lịch sử {number}{of}: bị xóa.", f"History {number}{of}: removed."),
    }
    return Finding(kind, "history", number, number, said[kind])
