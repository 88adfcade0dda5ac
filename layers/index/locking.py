"""A lock that the system lets go of when its holder ends, however it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["locked"]

if sys.platform == "win32":
    import msvcrt

    def _try(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold a lock without waiting for it.

    Parameters
    ----------
    path : Path
        The file that stands for the lock; made when it is not there, and left.

    Yields
    ------
    bool
        False when another process, or another opening of it in this one, holds the lock.
    """
    with path.open("ab") as file:
        try:
            _try(file)
        except OSError:
            yield False
            return
        yield True
