"""How often requests may come: limits of all workers together, without a write for each request."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict

from layers.errors import TooManyTries
from layers.store.system_limits import Limit, Limits
from layers.wording import Text

__all__ = ["Rate", "too_many"]

_KEPT_KEYS = 10_000


class Rate:
    """One limit on frequent requests; each worker takes some ahead and gives them out itself.

    Parameters
    ----------
    limits : Limits
        What the workers agree on.
    limit : Limit
        For each key.
    ahead : int
        How many are taken at once. So many for each worker may lie unused, so it is small beside `limit.times`.
    """

    def __init__(self, limits: Limits, limit: Limit, *, ahead: int) -> None:
        self._limits = limits
        self._limit = limit
        self._ahead = ahead
        self._lock = threading.Lock()
        self._left: OrderedDict[str, int] = OrderedDict()

    def require(self, key: str, *, now: dt.datetime) -> None:
        """Count one request.

        Parameters
        ----------
        key : str
            Whose and for what, such as an account or an address.
        now : datetime
            The moment.

        Raises
        ------
        TooManyTries
            When there were too many.
        """
        if self._has_left(key):
            return
        if self._limits.take(key, self._limit, now=now, times=self._ahead) == 0:
            self._keep(key, self._ahead - 1)
            return
        wait_s = self._limits.take(key, self._limit, now=now)
        if wait_s:
            raise too_many(wait_s)

    def _has_left(self, key: str) -> bool:
        with self._lock:
            left = self._left.get(key, 0)
            if left:
                self._left[key] = left - 1
        return left > 0

    def _keep(self, key: str, number: int) -> None:
        with self._lock:
            self._left[key] = self._left.pop(key, 0) + number
            if len(self._left) > _KEPT_KEYS:
                self._left.popitem(last=False)


def too_many(wait_s: float) -> TooManyTries:
    """Make the refusal of what came too often.

    Parameters
    ----------
    wait_s : float
        Seconds until it is worth trying again.

    Returns
    -------
    TooManyTries
        Its details hold ``retry_after_s`` in whole seconds.

    Examples
    --------
    >>> too_many(0.4).details
    {'retry_after_s': 1}
    """
    whole_s = int(wait_s) + 1
    return TooManyTries(
        Text("Đã thử quá nhiều lần.", "This was tried too often."),
        Text(f"Thử lại sau {whole_s} giây.", f"Try again in {whole_s} seconds."),
        details={"retry_after_s": whole_s},
    )
