"""Answers kept by data version: a commit is seen by the next request, and nothing needs a timeout."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

__all__ = ["VersionedCache", "Weighed"]

Value = TypeVar("Value")


class Weighed(Protocol):
    """Something that knows how much room it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes."""
        ...


class VersionedCache(Generic[Value]):
    """The answers used last, up to a total weight.

    The versions of the layers an answer was made from are part of its key, so an answer
    that is out of date is never found again and leaves when room is needed.

    Parameters
    ----------
    limit : int
        Largest total weight.
    weigh : callable
        Weight of one answer, in the unit of `limit`.
    """

    def __init__(self, limit: int, weigh: Callable[[Value], int]) -> None:
        self._limit = limit
        self._weigh = weigh
        self._held: OrderedDict[Hashable, Value] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}
        self._found = 0
        self._made = 0

    @property
    def uses(self) -> tuple[int, int]:
        """How many answers were found here, and how many had to be made."""
        return self._found, self._made

    def get_or_make(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the answer of a key, making it when it is not held.

        Parameters
        ----------
        key : hashable
            What was asked, with the data versions it depends on.
        make : callable
            Makes the answer; called by one thread at a time for one key.

        Returns
        -------
        object
            The answer.

        Examples
        --------
        >>> cache = VersionedCache(10, len)
        >>> cache.get_or_make(("a", 1), lambda: "first"), cache.get_or_make(("a", 1), lambda: "second")
        ('first', 'first')
        """
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                self._found += 1
                return self._held[key]
            making = self._making.setdefault(key, threading.Lock())
        # One thread makes the answer; the others that asked for it wait and then find it.
        with making:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            try:
                return self._keep(key, make())
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _keep(self, key: Hashable, made: Value) -> Value:
        with self._lock:
            self._made += 1
            self._held[key] = made
            self._weight += self._weigh(made)
            while self._weight > self._limit and len(self._held) > 1:
                _key, left = self._held.popitem(last=False)
                self._weight -= self._weigh(left)
        return made
