"""The one place that reads the clock; everything else takes the moment as a parameter."""

from __future__ import annotations

import datetime as dt

__all__ = ["utc_now"]


def utc_now() -> dt.datetime:
    """Read the clock.

    Returns
    -------
    datetime
        The moment, in UTC.
    """
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the edge of the program
