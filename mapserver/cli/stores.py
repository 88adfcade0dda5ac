"""Opening the store for a command: reading makes no file, and a failed command leaves none behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.store import Store, open_store
from mapserver.cli.run import Run

__all__ = ["holds_something", "reading_store", "writing_store"]


@contextmanager
def reading_store(run: Run) -> Iterator[Store]:
    """Open the store to read; one that does not exist yet is empty and stays unmade.

    Parameters
    ----------
    run : Run
        How the command was called.

    Yields
    ------
    Store
        Closed afterwards.

    Raises
    ------
    StoreUnreachable
        When it cannot be opened.
    """
    store = open_store(run.settings.store if holds_something(Path(run.settings.store)) else "memory:")
    try:
        yield store
    finally:
        store.close()


@contextmanager
def writing_store(run: Run) -> Iterator[Store]:
    """Open the store to write, making its file; when the command fails, a file made for it goes again.

    Parameters
    ----------
    run : Run
        How the command was called.

    Yields
    ------
    Store
        Closed afterwards.

    Raises
    ------
    StoreUnreachable
        When it cannot be opened.
    """
    address = run.settings.store
    was_there = Path(address).exists()
    store = open_store(address)
    done = False
    try:
        yield store
        done = True
    finally:
        # Another process may have filled the new file meanwhile; then it is not ours to take away.
        unused = not done and not was_there and not any(store.versions().values())
        store.close()
        if unused:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{address}{suffix}").unlink(missing_ok=True)


def holds_something(path: Path) -> bool:
    """Say whether a store may be at a path.

    Parameters
    ----------
    path : Path
        Where the store would be.

    Returns
    -------
    bool
        False for nothing and for an empty file: it holds no store, and opening it would fill it.
    """
    return path.exists() and (not path.is_file() or path.stat().st_size > 0)
