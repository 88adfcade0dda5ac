"""Is the history as it was written? Every record of the chain, and the map data's history held against its seals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter

from layers.errors import StoreUnreachable
from layers.store.system_audit import NO_RECORD, AuditChain, Record, mac_of, next_key
from layers.wording import Text
from mapserver.services.audit import Head

__all__ = ["ChainCheck", "Finding", "check_chain"]

_BEFORE_ALL = -(2**63)
_NEAR = tuple(by for by in range(-8, 9) if by)

_SAID: dict[str, Callable[[str], Text]] = {
    "changed": lambda where: Text(f"Bản ghi {where}: bị sửa, hoặc chèn vào cuối.",
                                  f"Record {where}: changed, or put in at the end."),
    "inserted": lambda where: Text(f"Bản ghi {where}: bị chèn vào.", f"Record {where}: put in afterwards."),
    "removed": lambda where: Text(f"Bản ghi {where}: bị xóa.", f"Record {where}: removed."),
    "moved": lambda where: Text(f"Bản ghi {where}: bị đổi chỗ.", f"Record {where}: moved from another place."),
    "cut": lambda where: Text(f"Bản ghi {where}: bị cắt khỏi cuối chuỗi.", f"Record {where}: cut off the end."),
    "replaced": lambda where: Text(f"Bản ghi {where}: khác với đầu chuỗi đã xuất; chuỗi đã bị thay.",
                                   f"Record {where}: not the one of the exported head; the chain was replaced."),
    "unlinked": lambda where: Text(f"Bản ghi {where}: không nối với bản ghi trước hoặc dùng khóa chưa công bố.",
                                   f"Record {where}: does not follow the one before, or has a key not announced."),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was written.

    Parameters
    ----------
    kind : str
        ``changed``, ``inserted``, ``removed``, ``moved``, ``cut``, ``replaced`` or ``unlinked``.
    where : str
        ``record`` (of the chain) or ``history`` (of the map data).
    first, last : int
        Places of the records, or numbers of the entries, both included.
    said : Text
        The sentence.
    """

    kind: str
    where: str
    first: int
    last: int
    said: Text


@dataclass(frozen=True)
class ChainCheck:
    """What a walk along the chain found.

    Parameters
    ----------
    records : int
        How many there are.
    findings : tuple of Finding
        Empty when every record is as it was written.
    unsound : frozenset of int
        Places of records that cannot be relied on.
    """

    records: int
    findings: tuple[Finding, ...] = ()
    unsound: frozenset[int] = field(default=frozenset())


def check_chain(chain: AuditChain, head: Head | None = None) -> ChainCheck:
    """Walk along the chain.

    Parameters
    ----------
    chain : AuditChain
        The records.
    head : Head or None
        An end of the chain that was kept elsewhere; without it, records cut off the end are not missed.

    Returns
    -------
    ChainCheck
        What was found.

    Raises
    ------
    StoreUnreachable
        When the file of keys is not the one this chain was sealed with.
    """
    count, at_head, sound, before = 0, NO_RECORD, True, None
    for record in chain.records(after=_BEFORE_ALL):
        count += 1
        at_head = record.mac if head is not None and record.seq == head.seq else at_head
        sound = sound and _own_mac(chain, record) == record.mac and _follows(record, before)
        before = record
    of_head = _against_head(before, head, at_head)
    if sound:
        return ChainCheck(count, of_head)
    # Only a chain that is not sound is held in memory, to say what happened to it.
    puzzle = _Puzzle(chain, list(chain.records(after=_BEFORE_ALL)))
    kinds, found = puzzle.solved()
    known = puzzle.holds(head) or any(one.first <= other.first <= one.last for one in found for other in of_head)
    return ChainCheck(count, found if known else (*found, *of_head), frozenset(kinds))


class _Puzzle:
    """The records of a chain that was bent, put back to where their hashes say they were."""

    def __init__(self, chain: AuditChain, records: list[Record]) -> None:
        self._chain = chain
        self._records = records
        keys = {record.key_id: None for record in records}
        if all(_key(chain, name) is None for name in keys):
            # No single record could be judged: that is about the key, not about the chain.
            chain.keys.key(next(iter(keys)))
        # Place in the list -> place in the chain as sealed.
        self._true = {at: one.seq for at, one in enumerate(records) if _own_mac(chain, one) == one.mac}
        self._taken = set(self._true.values())
        self._copies: set[int] = set()

    def solved(self) -> tuple[dict[int, str], tuple[Finding, ...]]:
        """Say what happened to which place, and the same in sentences together with the places that are empty."""
        self._find_places()
        claimed = {place: at for at, place in self._true.items()}
        kinds: dict[int, str] = {}
        for at, record in enumerate(self._records):
            if at not in self._true:
                put_in = at in self._copies or record.seq in claimed or record.seq < 1
                kinds[record.seq] = "inserted" if put_in else "changed"
            elif self._true[at] != record.seq:
                kinds[record.seq] = "moved"
            elif self._is_unlinked(at, claimed):
                kinds[record.seq] = "unlinked"
        present = sorted({0, *claimed, *(place for place, kind in kinds.items() if kind == "changed")})
        empty = [(one + 1, other - 1, "removed") for one, other in pairwise(present) if other > one + 1]
        return kinds, tuple(_grouped([*((place, place, kind) for place, kind in kinds.items()), *empty]))

    def holds(self, head: Head | None) -> bool:
        """Say whether the record of a head is there, wherever it stands now."""
        return head is not None and any(
            place == head.seq and self._records[at].mac == head.mac for at, place in self._true.items()
        )

    def _find_places(self) -> None:
        """Put every record whose hash fits another place there, until no more can be."""
        while self._follow_hashes() or self._try_near():
            pass

    def _follow_hashes(self) -> bool:
        """Put a record one place behind the record it names."""
        place_of = {self._records[at].mac: place for at, place in self._true.items()} | {NO_RECORD: 0}
        found = False
        for at in self._unsettled():
            record = self._records[at]
            if record.previous in place_of and self._fits(at, place_of[record.previous] + 1):
                place_of[record.mac] = place_of[record.previous] + 1
                found = True
        return found

    def _try_near(self) -> bool:
        """Look for a record whose forerunner is gone a few places from where it stands."""
        return any(self._fits(at, self._records[at].seq + by) for at in self._unsettled() for by in _NEAR)

    def _unsettled(self) -> list[int]:
        return [at for at in range(len(self._records)) if at not in self._true and at not in self._copies]

    def _fits(self, at: int, place: int) -> bool:
        if _own_mac(self._chain, self._records[at], seq=place) != self._records[at].mac:
            return False
        if place in self._taken:
            self._copies.add(at)
        else:
            self._true[at] = place
            self._taken.add(place)
        return True

    def _is_unlinked(self, at: int, claimed: dict[int, int]) -> bool:
        place = self._true[at]
        before = claimed.get(place - 1)
        if place == 1:
            return self._records[at].previous != NO_RECORD
        # Where the record before is missing or bent, that is what is said.
        return before is not None and not _follows(self._records[at], self._records[before], moved=True)


def _own_mac(chain: AuditChain, record: Record, *, seq: int | None = None) -> str | None:
    key = _key(chain, record.key_id)
    try:
        return None if key is None else mac_of(record, key, seq=seq)
    except TypeError:
        # A column of a table made by another hand may hold bytes.
        return None


def _key(chain: AuditChain, name: str) -> bytes | None:
    try:
        return chain.keys.key(name)
    except StoreUnreachable:
        return None


def _follows(record: Record, before: Record | None, *, moved: bool = False) -> bool:
    if before is None:
        return record.seq == 1 and record.previous == NO_RECORD
    return (
        record.previous == before.mac and record.key_id == next_key(before) and (moved or record.seq == before.seq + 1)
    )


def _against_head(last: Record | None, head: Head | None, at_head: str) -> tuple[Finding, ...]:
    if head is None or at_head == head.mac:
        return ()
    reached = 0 if last is None else last.seq
    if reached < head.seq:
        return (_finding("cut", reached + 1, head.seq),)
    return (_finding("replaced", head.seq, head.seq),)


def _grouped(marks: Iterable[tuple[int, int, str]]) -> Iterator[Finding]:
    """Say once what happened to neighbours alike."""
    runs: list[tuple[int, int, str]] = []
    for first, last, kind in sorted(marks, key=itemgetter(2, 0)):
        if runs and runs[-1][2] == kind and runs[-1][1] + 1 == first:
            runs[-1] = (runs[-1][0], last, kind)
        else:
            runs.append((first, last, kind))
    for first, last, kind in sorted(runs):
        yield _finding(kind, first, last)


def _finding(kind: str, first: int, last: int) -> Finding:
    return Finding(kind, "record", first, last, _SAID[kind](str(first) if first == last else f"{first}–{last}"))
