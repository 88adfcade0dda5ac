"""Moments as the system file keeps them."""

from __future__ import annotations

import datetime as dt

__all__ = ["moment_of", "text_of"]


def text_of(moment: dt.datetime) -> str:
    """Write a moment.

    Parameters
    ----------
    moment : datetime
        With its time zone.

    Returns
    -------
    str
        UTC, always of one width, so that texts compare as moments do.

    Examples
    --------
    >>> text_of(dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc))
    '2026-01-02T00:00:00.000+00:00'
    """
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")


def moment_of(text: str | None) -> dt.datetime | None:
    """Read a moment.

    Parameters
    ----------
    text : str or None
        As `text_of` writes it; None where there is none.

    Returns
    -------
    datetime or None
        In UTC.
    """
    return None if text is None else dt.datetime.fromisoformat(text)
