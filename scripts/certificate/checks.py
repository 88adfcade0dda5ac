"""What one line of the certificate says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Check", "compared", "mismatched"]


@dataclass(frozen=True)
class Check:
    """A comparison and how it came out.

    Parameters
    ----------
    what : str
        What was computed.
    against : str
        The program, paper or calculation that it was compared with.
    compared : int
        How many values.
    difference : float
        The largest difference found; not a number where a value was missing.
    allowed : float
        The largest that passes.
    """

    what: str
    against: str
    compared: int
    difference: float
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether the difference is allowed."""
        # Written so that not-a-number fails.
        return self.difference <= self.allowed


def compared(what: str, against: str, *, ours: ArrayLike, theirs: ArrayLike, allowed: float) -> Check:
    """Compare numbers one by one.

    Parameters
    ----------
    what, against : str
        As in `Check`.
    ours, theirs : array_like of float, of one shape
        The values.
    allowed : float
        The largest absolute difference that passes.

    Returns
    -------
    Check
        Fails when a value is missing on one side alone, or the shapes differ.

    Examples
    --------
    >>> compared("a sum", "by hand", ours=[1.0, 2.0], theirs=[1.0, 2.5], allowed=0.1).difference
    0.5
    """
    one, other = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if one.shape != other.shape:
        return Check(what, against, one.size, float("nan"), allowed)
    apart = np.where(np.isnan(one) & np.isnan(other), 0.0, np.abs(one - other))
    return Check(what, against, one.size, float(apart.max(initial=0.0)), allowed)


def mismatched(what: str, against: str, *, ours: ArrayLike, theirs: ArrayLike) -> Check:
    """Count the values that differ; none may.

    Parameters
    ----------
    what, against : str
        As in `Check`.
    ours, theirs : array_like, of one shape
        Numbers or words.

    Returns
    -------
    Check
        Its difference is the number of values that differ.

    Examples
    --------
    >>> mismatched("words", "by hand", ours=["a", "b"], theirs=["a", "c"]).difference
    1.0
    """
    one, other = np.asarray(ours), np.asarray(theirs)
    differing = float((one != other).sum()) if one.shape == other.shape else float("nan")
    return Check(what, against, one.size, differing, 0.0)
