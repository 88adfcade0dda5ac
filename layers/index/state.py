"""One state of the incidents: a sorted base, the withdrawn beside it, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import uuid4

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.index.columns import Columns, Words, columns_of, empty_columns, joined, ordered, taken
from layers.index.identity import ascending, find, hash_ids
from layers.index.merging import NO_CHANGES, Delta, Edit, edit, later

__all__ = [
    "IN_MEMORY",
    "IdentitiesClash",
    "Sorted",
    "State",
    "TableParts",
    "advanced",
    "folded",
    "sorted_columns",
    "state_of",
]


# The names of columns that no file holds begin with this.
IN_MEMORY = "memory-"


class IdentitiesClash(LookupError):
    """Two records share a number: the next salt tells them apart."""


@dataclass(frozen=True)
class Sorted:
    """Columns in the order of tables, with the way to find a record.

    Parameters
    ----------
    name : str
        Never the same for two of them: the folder they are mapped from, or any other name.
    columns : dict of str to ndarray, shape (n,)
        Every column of `layers.index.columns.NAMES`.
    by_identity : ndarray of uint32, shape (n,)
        From `layers.index.identity.ascending`.
    """

    name: str
    columns: Columns
    by_identity: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.columns["key"])


@dataclass(frozen=True)
class TableParts:
    """A table as its base and the rows laid over it.

    Parameters
    ----------
    base : Sorted
        The base.
    edit : Edit
        How it becomes the table.
    added : dict of str to ndarray
        Columns of the rows laid over it.
    """

    base: Sorted
    edit: Edit
    added: Columns

    def column(self, name: str) -> NDArray[Any]:
        """Make one column of the table.

        Parameters
        ----------
        name : str
            One of `layers.index.columns.NAMES`.

        Returns
        -------
        ndarray
            The mapped array itself when nothing is laid over it.
        """
        return self.edit.apply(self.base.columns[name], self.added[name])


@dataclass(frozen=True)
class State:
    """The incidents as one state of the store has them.

    Parameters
    ----------
    timezone : str
        Zone of days and hours.
    salt : int
        Of the identities.
    version : int
        Data version of the incidents.
    mark : mapping
        From the store.
    words : mapping of str to tuple of str
        Lists the columns point into.
    base, withdrawn : Sorted
        Records that counted, and records that were withdrawn, when the base was made.
    delta : Delta
        What changed since.
    """

    timezone: str
    salt: int
    version: int
    mark: Mapping[str, object]
    words: Mapping[str, tuple[str, ...]]
    base: Sorted
    withdrawn: Sorted
    delta: Delta = NO_CHANGES

    @cached_property
    def count(self) -> int:
        """How many records there are, the withdrawn among them."""
        gone = sum(
            int((find(part.columns["identity"], part.by_identity, self.delta.gone) >= 0).sum())
            for part in (self.base, self.withdrawn)
        )
        return len(self.base) + len(self.withdrawn) - gone + len(self.delta.rows["key"])

    def parts(self, *, with_withdrawn: bool) -> TableParts:
        """Say how the table is made of the base.

        Parameters
        ----------
        with_withdrawn : bool
            Whether records that were withdrawn are in it.

        Returns
        -------
        TableParts
            Its parts.
        """
        rows = self.delta.rows
        if with_withdrawn:
            stays = ~np.isin(self.withdrawn.columns["identity"], self.delta.gone)
            rows = joined([taken(self.withdrawn.columns, stays), rows])
        elif len(rows["key"]):
            rows = taken(rows, ~rows["withdrawn"])
        over = Delta(rows, self.delta.gone)
        return TableParts(self.base, edit(self.base.columns, self.base.by_identity, over), rows)


def sorted_columns(columns: Columns, *, name: str = "") -> Sorted:
    """Put rows into the order of tables.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (n,)
        In any order. Taken apart on the way, so that no column is held twice for long.
    name : str
        A name no other has; made up when left out.

    Returns
    -------
    Sorted
        The rows in order.

    Raises
    ------
    IdentitiesClash
        When two rows have one identity.
    """
    order = ordered(columns)
    put = {column: columns.pop(column)[order] for column in tuple(columns)}
    by_identity = ascending(put["identity"])
    numbers = put["identity"][by_identity]
    if np.any(numbers[1:] == numbers[:-1]):
        raise IdentitiesClash
    return Sorted(name or f"{IN_MEMORY}{uuid4().hex[:12]}", put, by_identity)


def state_of(
    pieces: Iterable[gpd.GeoDataFrame],
    *,
    version: int,
    mark: Mapping[str, object],
    timezone: str,
    words: Mapping[str, Sequence[str]],
    salt: int = 0,
) -> State:
    """Make a state of all records.

    Parameters
    ----------
    pieces : iterable of GeoDataFrame
        Every incident, a piece at a time.
    version, mark : int and mapping
        From the store, of the same state.
    timezone : str
        Zone of days and hours.
    words : mapping of str to sequence of str
        Words to begin the lists with.
    salt : int
        Of the identities.

    Returns
    -------
    State
        Without changes.

    Raises
    ------
    IdentitiesClash
        When two records share a number under this salt.
    """
    book = Words(words)
    live, withdrawn = [empty_columns()], [empty_columns()]
    for piece in pieces:
        made = columns_of(piece, book, timezone=timezone, salt=salt)
        live.append(taken(made, ~made["withdrawn"]))
        withdrawn.append(taken(made, made["withdrawn"]))
    base, aside = sorted_columns(_drained(live)), sorted_columns(_drained(withdrawn))
    if len(base) and np.any(find(base.columns["identity"], base.by_identity, aside.columns["identity"]) >= 0):
        raise IdentitiesClash
    return State(timezone, salt, version, mark, book.listed(), base=base, withdrawn=aside)


def advanced(
    state: State,
    pieces: Iterable[gpd.GeoDataFrame],
    deleted: Sequence[str],
    *,
    version: int,
    mark: Mapping[str, object],
) -> tuple[State, Delta]:
    """Lay changes of the store over a state.

    Parameters
    ----------
    state : State
        The state before.
    pieces : iterable of GeoDataFrame
        Records that are new or have changed.
    deleted : sequence of str
        Ids of those deleted; one that was added again is among the pieces.
    version, mark : int and mapping
        From the store, of the same state.

    Returns
    -------
    tuple of State and Delta
        The state after, and what this step changed.

    Raises
    ------
    IdentitiesClash
        When two records share a number.
    """
    words = Words(state.words)
    rows = joined([columns_of(piece, words, timezone=state.timezone, salt=state.salt) for piece in pieces])
    if len(np.unique(rows["identity"])) != len(rows["identity"]):
        raise IdentitiesClash
    step = Delta(rows, np.union1d(rows["identity"], hash_ids(deleted, salt=state.salt)))
    after = replace(state, version=version, mark=mark, words=words.listed(), delta=later(state.delta, step))
    return after, step


def folded(state: State) -> State:
    """Make the changes part of the base.

    Parameters
    ----------
    state : State
        With changes.

    Returns
    -------
    State
        The same records without changes; `state` itself when it has none.
    """
    if not state.delta.size:
        return state
    parts = state.parts(with_withdrawn=False)
    base = {name: parts.column(name) for name in parts.base.columns}
    rows, aside = state.delta.rows, state.withdrawn.columns
    stays = taken(aside, ~np.isin(aside["identity"], state.delta.gone))
    withdrawn = joined([stays, taken(rows, rows["withdrawn"])])
    return replace(state, base=sorted_columns(base), withdrawn=sorted_columns(withdrawn), delta=NO_CHANGES)


def _drained(parts: list[Columns]) -> Columns:
    """Join pieces a column at a time, letting go of each as it is joined."""
    names = tuple(parts[0])
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in names}
