"""Where records are kept. `open_store` is the one place that names a back-end."""

from __future__ import annotations

from layers.store.base import ALL, ChangeSet, Query, Store
from layers.store.geopackage import GeoPackageStore
from layers.store.memory import MemoryStore

__all__ = ["ALL", "ChangeSet", "GeoPackageStore", "MemoryStore", "Query", "Store", "open_store"]


def open_store(address: str) -> Store:
    """Open a store, making it when it is a file that does not exist yet.

    Parameters
    ----------
    address : str
        A path to a GeoPackage file, or ``memory:`` for a store that lives in this process.

    Returns
    -------
    Store
        Brought to the newest layout.

    Raises
    ------
    StoreUnreachable
        When the file cannot be opened or is not a store of this program.

    Examples
    --------
    >>> open_store("memory:").versions()["units"]
    0
    """
    store: Store = MemoryStore() if address == "memory:" else GeoPackageStore(address)
    store.migrate()
    return store
