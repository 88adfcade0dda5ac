"""How long work is followed: it tells how far it is, and hears whether it should go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["UNWATCHED", "Following", "Stopped"]


class Stopped(Exception):
    """Ends long work at its next step because it was asked to stop."""


@dataclass(frozen=True)
class Following:
    """How the process that does a job follows the work.

    Parameters
    ----------
    tell : callable
        Takes steps done and steps in all.
    goes_on : callable
        Says whether the work should go on.
    """

    tell: Callable[[int, int], None]
    goes_on: Callable[[], bool]

    def step(self, done: int, total: int) -> None:
        """Tell how far the work is, and end it when it was asked to stop.

        Parameters
        ----------
        done, total : int
            Steps.

        Raises
        ------
        Stopped
            When it should not go on.
        """
        self.tell(done, total)
        if not self.goes_on():
            raise Stopped


UNWATCHED = Following(lambda _done, _total: None, lambda: True)
