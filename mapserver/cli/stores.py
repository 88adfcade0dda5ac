"""Opening the store for a command: reading makes no file, and a failed command leaves none behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.store import Store, file_of, open_store
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
    store = open_store(run.settings.store if holds_something(run.settings.store) else "memory:")
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
    file = file_of(run.settings.store)
    was_there = file is None or file.exists()
    store = open_store(run.settings.store)
    done = False
    try:
        yield store
        done = True
    finally:
        # What a failed import had committed stays, so that it can go on; so does what another process wrote meanwhile.
        unused = not done and not was_there and not any(store.versions().values()) and not store.imports()
        store.close()
        if unused and file is not None:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{file}{suffix}").unlink(missing_ok=True)


def holds_something(address: str) -> bool:
    """Say whether a store may be at an address.

    Parameters
    ----------
    address : str
        Path of a GeoPackage, or the address of a store that is no file.

    Returns
    -------
    bool
        False for a file that is not there or is empty: it holds no store, and opening it would fill it.
    """
    file = file_of(address)
    return file is None or (file.exists() and (not file.is_file() or file.stat().st_size > 0))
