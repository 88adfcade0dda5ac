"""When an incident ended, where a file says so in a column of its own."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.incidents.reasons import fault_number
from layers.incidents.times import Moments, read_moments

__all__ = ["with_ends"]

_NEVER = np.iinfo(np.int64).min


def with_ends(moments: Moments, ends: pa.Array | None, *, timezone: str, latest: dt.datetime) -> Moments:
    """Put the ends of a column in the place of those that follow from the beginning alone.

    Parameters
    ----------
    moments : Moments
        When each row began, as `read_moments` gives it.
    ends : pyarrow.Array or None
        Cleaned cells of moments, the first behind the incident; a day without an hour is counted in.
        None where the file has no such column.
    timezone : str
        IANA name of the zone of moments that state no offset.
    latest : datetime
        With its zone; an end after it is not understood.

    Returns
    -------
    Moments
        The same beginnings; ``end_unreadable`` or ``end_before_start`` among the faults.

    Examples
    --------
    >>> zone, now = "Asia/Ho_Chi_Minh", dt.datetime(2025, 7, 9, tzinfo=dt.timezone.utc)
    >>> began = read_moments(pa.array(["1/7/2025 22:00", "1/7/2025"]), None, timezone=zone, latest=now)
    >>> ended = with_ends(began, pa.array(["2/7/2025 02:00", ""]), timezone=zone, latest=now)
    >>> ((ended.end_us - ended.start_us) // 3_600_000_000).tolist()
    [4, 24]
    """
    if ends is None:
        return moments
    read = read_moments(ends, None, timezone=timezone, latest=latest)
    told = ~pc.equal(ends, "").to_numpy(zero_copy_only=False)
    # A day without an hour ends at its next midnight.
    end_us = np.where(read.end_us != _NEVER, read.end_us, read.start_us)
    unread = told & (read.faults != 0)
    backwards = told & ~unread & (moments.faults == 0) & (end_us <= moments.start_us)
    faults = moments.faults.copy()
    for where, code in ((unread, "end_unreadable"), (backwards, "end_before_start")):
        faults[where & (faults == 0)] = fault_number(code)
    good = faults == 0
    return Moments(
        start_us=np.where(good, moments.start_us, _NEVER),
        end_us=np.where(good, np.where(told, end_us, moments.end_us), _NEVER),
        faults=faults,
    )
