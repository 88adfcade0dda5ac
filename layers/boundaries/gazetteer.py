"""Every name and code that a unit ever had, found by what people type."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from layers.boundaries.families import Families, Version
from layers.boundaries.search import bare_name, match_rank
from layers.boundaries.values import split_name
from layers.records import vi_date
from layers.wording import fold

__all__ = ["Entry", "Gazetteer"]

# Match, other type, no longer in force, length of the name, outside name, row.
_Ranked = tuple[int, int, int, int, str, int]
_NOT = 9
# Fewer digits are rather the number of a ward than the beginning of a code.
_CODE_DIGITS = 3
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Entry:
    """One answer.

    Parameters
    ----------
    version : Version
        The unit version found.
    successors : tuple of Version
        What it went into; empty for a version that nothing is known to follow.
    """

    version: Version
    successors: tuple[Version, ...]

    @property
    def label(self) -> str:
        """The answer in one line, such as ``Trần Phú (Hải Dương, đến 30/6/2025) → Lê Thanh Nghị, Tân Hưng``."""
        version = self.version
        province = split_name(version.parent_name.rpartition(",")[2], "")[0]
        facts = [province] if province else []
        if version.valid_to:
            facts.append(f"đến {vi_date(dt.date.fromisoformat(version.valid_to) - dt.timedelta(days=1))}")
        said = version.name + (f" ({', '.join(facts)})" if facts else "")
        return said + (f" → {', '.join(later.name for later in self.successors)}" if self.successors else "")

    def as_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            ``unit, name, unit_type, parent_name, code, valid_from, valid_to, successors, label``.
        """
        version = self.version
        return {
            "unit": version.reference,
            "name": version.name,
            "unit_type": version.unit_type,
            "parent_name": version.parent_name,
            "code": version.code,
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
            "successors": [
                {"unit": later.reference, "code": later.code, "name": later.name} for later in self.successors
            ],
            "label": self.label,
        }


class Gazetteer:
    """The names of every unit version, folded once and searched often.

    Parameters
    ----------
    families : Families
        Every version and its successors.
    """

    def __init__(self, families: Families) -> None:
        self._families = families
        self._versions = tuple(families.versions.values())
        folded: dict[str, str] = {}
        self._names = _folded((version.name for version in self._versions), folded)
        self._parents = _folded((version.parent_name for version in self._versions), folded)
        self._types = _folded((version.unit_type for version in self._versions), folded)
        self._formed = _folded((version.formed_from for version in self._versions), folded)
        self._by_name = sorted((name, row) for row, name in enumerate(self._names))
        self._by_code = sorted((version.code, row) for row, version in enumerate(self._versions))

    def search(self, text: str, *, as_of: dt.date, limit: int = 10) -> list[Entry]:
        """Find unit versions by name or code, in force or not.

        Parameters
        ----------
        text : str
            As typed: ``tran phu``, ``P. Trần Phú, TP. Hải Dương``, ``10532`` or ``10532@2025-07-01``.
        as_of : date
            Among equal answers those in force on this day come first.
        limit : int
            The most answers wanted.

        Returns
        -------
        list of Entry
            Best first.
        """
        name, *places = (part.strip() for part in fold(text).replace("(", ",").replace(")", "").split(","))
        if not name or limit < 1:
            return []
        within = [bare_name(place)[0] for place in places if place]
        # Whatever begins as typed comes before all the rest, so the rest is looked at only when it is needed.
        ranked = self._ranked(self._beginning(name), name, within=within, as_of=as_of)
        if len(ranked) < limit:
            ranked = self._ranked(self._containing(name), name, within=within, as_of=as_of)
        return [self._entry(self._versions[entry[-1]]) for entry in ranked[:limit]]

    def _ranked(self, rows: set[int], name: str, *, within: list[str], as_of: dt.date) -> list[_Ranked]:
        ranked: list[_Ranked] = []
        for row in rows:
            rank = self._rank(row, name)
            if rank[0] < _NOT and all(place in self._parents[row] for place in within):
                version = self._versions[row]
                gone = 0 if version.in_force(as_of) else 1
                ranked.append((*rank, gone, len(self._names[row]), version.reference, row))
        return sorted(ranked)

    def _beginning(self, wanted: str) -> set[int]:
        """Find the rows whose name or code begins as typed, or is followed by a place in what was typed."""
        bare = bare_name(wanted)[0]
        found = set(_prefixed(self._by_name, wanted)) | set(_prefixed(self._by_name, bare))
        words = bare.split(" ")
        for count in range(1, len(words)):
            found |= set(_equal(self._by_name, " ".join(words[:count])))
        if len(wanted) >= _CODE_DIGITS and wanted[0].isdigit():
            found |= set(_prefixed(self._by_code, wanted.partition("@")[0]))
        return found

    def _containing(self, wanted: str) -> set[int]:
        """Find every row that could answer."""
        bare = bare_name(wanted)[0]
        looked = enumerate(zip(self._names, self._formed, strict=True))
        found = {row for row, (name, formed) in looked if bare in name or (formed and bare in formed)}
        return found | self._beginning(wanted)

    def _entry(self, version: Version) -> Entry:
        return Entry(version, tuple(self._families.successors(version.reference)))

    def _rank(self, row: int, wanted: str) -> tuple[int, int]:
        name, version = self._names[row], self._versions[row]
        if version.reference == wanted:
            return 0, 0
        return match_rank(
            wanted,
            name,
            unit_type=self._types[row],
            code=version.code,
            parent=self._parents[row],
            formed_from=self._formed[row],
        )


def _folded(texts: Iterable[str], known: dict[str, str]) -> list[str]:
    # Most names of places occur many times over.
    return [known[text] if text in known else known.setdefault(text, fold(text)) for text in texts]


def _prefixed(ordered: list[tuple[str, int]], wanted: str) -> Iterator[int]:
    first, last = bisect_left(ordered, (wanted, -1)), bisect_left(ordered, (wanted + _LAST, -1))
    return (row for _text, row in ordered[first:last])


def _equal(ordered: list[tuple[str, int]], wanted: str) -> Iterator[int]:
    first, last = bisect_left(ordered, (wanted, -1)), bisect_left(ordered, (wanted + "\0", -1))
    return (row for _text, row in ordered[first:last])
