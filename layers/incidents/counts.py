"""What became of the rows of an import, as numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Counts"]


@dataclass(frozen=True)
class Counts:
    """What became of the rows.

    Parameters
    ----------
    read, accepted, quarantined, duplicates : int
        ``read`` is the sum of the other three.
    unplaced : int
        Accepted rows without a place.
    unmapped_category : int
        Accepted rows whose category is not in the list; kept as ``khac`` with their text.
    """

    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    unplaced: int = 0
    unmapped_category: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(mine + its for mine, its in zip(_values(self), _values(other), strict=True)))


def _values(counts: Counts) -> tuple[int, ...]:
    return (
        counts.read,
        counts.accepted,
        counts.quarantined,
        counts.duplicates,
        counts.unplaced,
        counts.unmapped_category,
    )
