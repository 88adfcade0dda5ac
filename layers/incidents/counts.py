"""What became of the rows of an import, as numbers that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

__all__ = ["Counts"]


@dataclass(frozen=True)
class Counts:
    """What became of the rows.

    Parameters
    ----------
    read, accepted, updated, quarantined, duplicates : int
        ``read`` is the sum of the other four.
    unplaced : int
        Accepted and updated rows without a place.
    outside : int
        Accepted and updated rows whose place lies in no unit, where units are loaded.
    unmapped_category : int
        Accepted and updated rows whose category is not in the list; kept as ``khac`` with their text.
    """

    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    unplaced: int = 0
    unmapped_category: int = 0
    updated: int = 0
    outside: int = 0

    def __add__(self, other: Counts) -> Counts:
        mine, its = self.as_dict(), other.as_dict()
        return Counts(**{name: number + its[name] for name, number in mine.items()})

    @property
    def adds_up(self) -> bool:
        """Whether every row read has exactly one fate."""
        return self.read == self.accepted + self.updated + self.quarantined + self.duplicates

    def as_dict(self) -> dict[str, int]:
        """Write the numbers by their names.

        Returns
        -------
        dict of str to int
            One entry for each number.

        Examples
        --------
        >>> Counts.of(Counts(read=2, accepted=2).as_dict()).accepted
        2
        """
        return asdict(self)

    @classmethod
    def of(cls, numbers: Mapping[str, int]) -> Counts:
        """Make counts of numbers by their names, such as a ledger keeps.

        Parameters
        ----------
        numbers : mapping of str to int
            Names that are missing are 0, others are left out.

        Returns
        -------
        Counts
            The numbers.
        """
        return cls(**{part.name: int(numbers.get(part.name, 0)) for part in fields(cls)})
