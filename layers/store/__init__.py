"""Where records are kept. `open_store` is the one place that names a back-end."""

from __future__ import annotations

from pathlib import Path

from layers.store.base import ALL, ChangeSet, Query, Store
from layers.store.geopackage import GeoPackageStore
from layers.store.gpkg_backup import back_up, layout_is_older, put_back
from layers.store.gpkg_connection import BUSY_TIMEOUT_S
from layers.store.memory import MemoryStore

__all__ = [
    "ALL",
    "BUSY_TIMEOUT_S",
    "ChangeSet",
    "GeoPackageStore",
    "MemoryStore",
    "Query",
    "Store",
    "back_up",
    "file_of",
    "layout_is_older",
    "open_store",
    "put_back",
    "unopened",
]

_POSTGIS = ("postgresql://", "postgres://")


def file_of(address: str) -> Path | None:
    """Tell the file that an address means.

    Parameters
    ----------
    address : str
        The address of a store.

    Returns
    -------
    Path or None
        None for a store that is not one file.

    Examples
    --------
    >>> file_of("memory:") is None, file_of("postgresql://db/antt") is None, file_of("a.gpkg").name
    (True, True, 'a.gpkg')
    """
    return None if address == "memory:" or address.startswith(_POSTGIS) else Path(address)


def unopened(address: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Make the store of an address without looking at what it holds.

    Parameters
    ----------
    address : str
        As `open_store` takes it.
    busy_timeout_s : float
        How long a call waits for another process that is writing to a file.

    Returns
    -------
    Store
        To be brought to the newest layout by its `migrate`.
    """
    if address == "memory:":
        return MemoryStore()
    if address.startswith(_POSTGIS):
        # Imported here: an office with one file needs no database driver.
        from layers.store.postgis import PostgisStore

        return PostgisStore(address, busy_timeout_s=busy_timeout_s)
    return GeoPackageStore(address, busy_timeout_s=busy_timeout_s)


def open_store(address: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Open a store, making it when it is a file that does not exist yet.

    Parameters
    ----------
    address : str
        A path to a GeoPackage file, ``postgresql://user@host/database``, or ``memory:`` for a store
        that lives in this process.
    busy_timeout_s : float
        How long a call waits for another process that is writing to a file.

    Returns
    -------
    Store
        Brought to the newest layout.

    Raises
    ------
    StoreUnreachable
        When the store cannot be opened or is not a store of this program.

    Examples
    --------
    >>> open_store("memory:").versions()["units"]
    0
    """
    store = unopened(address, busy_timeout_s=busy_timeout_s)
    store.migrate()
    return store
