"""How many requests were answered and how long they took, counted by all workers together."""

from __future__ import annotations

import mmap
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BUCKETS_S", "STATUSES", "RequestCounts", "Totals"]

# Upper ends of the histogram of durations, seconds; the last one has none.
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
STATUSES = (200, 201, 202, 204, 300, 302, 303, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 421, 422, 428, 429,
            500, 503, 507)  # fmt: skip
_OTHER = len(STATUSES)
_PER_ROUTE = len(STATUSES) + 1 + len(BUCKETS_S) + 1 + 1
_ROWS = 64
_OWNER, _HITS, _MISSES, _FIRST = 0, 1, 2, 3


@dataclass(frozen=True)
class Totals:
    """What all workers have counted since the server started.

    Parameters
    ----------
    requests : ndarray of float64, shape (routes, statuses + 1)
        Answers; the last column holds other statuses.
    durations : ndarray of float64, shape (routes, buckets + 1)
        Answers by duration, not cumulated; the last column is beyond the last bucket.
    seconds : ndarray of float64, shape (routes,)
        Time spent.
    hits, misses : float
        Answers found in the caches, and made.
    """

    requests: NDArray[np.float64]
    durations: NDArray[np.float64]
    seconds: NDArray[np.float64]
    hits: float
    misses: float


class RequestCounts:
    """Counters in memory that the workers share because it is made before they are forked.

    Every process adds to a row of its own, so none waits for another and a killed one leaves nothing locked;
    a row whose process has ended is taken over with what it has counted.

    Parameters
    ----------
    routes : sequence of str
        Names of the routes.
    """

    def __init__(self, routes: Sequence[str]) -> None:
        self.routes = (*routes, "none")
        self._place = {name: place for place, name in enumerate(self.routes)}
        width = _FIRST + _PER_ROUTE * len(self.routes)
        shared = mmap.mmap(-1, _ROWS * width * 8)
        self._table: NDArray[np.float64] = np.frombuffer(shared, dtype=np.float64).reshape(_ROWS, width)
        self._lock = threading.Lock()
        self._claimed: tuple[int, int] = (0, -1)
        self._cache_before = (0.0, 0.0)

    def add(self, route: str | None, status: int, *, seconds: float, cache: tuple[int, int]) -> None:
        """Count one answer.

        Parameters
        ----------
        route : str or None
            Its name; None when the address has none.
        status : int
            HTTP status.
        seconds : float
            How long it took.
        cache : tuple of int
            Hits and misses of this process's cache since it started.
        """
        place = self._place.get(route or "", len(self.routes) - 1)
        start = _FIRST + place * _PER_ROUTE
        code = STATUSES.index(status) if status in STATUSES else _OTHER
        bucket = int(np.searchsorted(BUCKETS_S, seconds))
        with self._lock:
            row = self._row()
            row[start + code] += 1
            row[start + len(STATUSES) + 1 + bucket] += 1
            row[start + _PER_ROUTE - 1] += seconds
            row[_HITS], row[_MISSES] = (before + now for before, now in zip(self._cache_before, cache, strict=True))

    def totals(self) -> Totals:
        """Add up what all processes have counted.

        Returns
        -------
        Totals
            Since the server started.

        Examples
        --------
        >>> counts = RequestCounts(["units"])
        >>> counts.add("units", 200, seconds=0.02, cache=(3, 1))
        >>> totals = counts.totals()
        >>> float(totals.requests.sum()), float(totals.seconds[0]), totals.hits
        (1.0, 0.02, 3.0)
        """
        summed = self._table.sum(axis=0)
        routes = summed[_FIRST:].reshape(len(self.routes), _PER_ROUTE)
        statuses = len(STATUSES) + 1
        return Totals(
            routes[:, :statuses], routes[:, statuses:-1], routes[:, -1], float(summed[_HITS]), float(summed[_MISSES])
        )

    def _row(self) -> NDArray[np.float64]:
        pid = os.getpid()
        if self._claimed[0] != pid:
            place = next(self._free(pid), pid % _ROWS)
            row = self._table[place]
            row[_OWNER] = pid
            # A row taken over keeps what the process before it has counted.
            self._cache_before = (float(row[_HITS]), float(row[_MISSES]))
            self._claimed = (pid, place)
        found: NDArray[np.float64] = self._table[self._claimed[1]]
        return found

    def _free(self, pid: int) -> Iterator[int]:
        # Workers are started one after the other, so each begins to look at another row.
        for step in range(_ROWS):
            place = (pid + step) % _ROWS
            if not _is_alive(int(self._table[place, _OWNER])):
                yield place


def _is_alive(pid: int) -> bool:
    if pid == 0 or sys.platform == "win32":
        return pid != 0
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
