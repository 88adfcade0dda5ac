"""Reading from the index and the store as if both were one: again, when something was committed in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from layers.errors import StoreBusy
from layers.store import Store
from layers.wording import Text

__all__ = ["kept_changing", "read_steadily"]

Answer = TypeVar("Answer")

_TRIES = 3


def read_steadily(store: Store, read: Callable[[], Answer]) -> Answer:
    """Read something that takes several reads, all of them of one state of the data.

    Rights to single records depend on it: a record that moves out of the area between two reads would otherwise be
    chosen by its old place and shown with its new one.

    Parameters
    ----------
    store : Store
        The store of record.
    read : callable
        Does the reads; called again when the data changed meanwhile.

    Returns
    -------
    object
        What `read` gave while nothing was committed.

    Raises
    ------
    StoreBusy
        When something was committed each time.
    """
    for _attempt in range(_TRIES):
        versions = store.versions()
        found = read()
        if store.versions() == versions:
            return found
    raise kept_changing()


def kept_changing() -> StoreBusy:
    """Make the refusal of a read that never found the data at rest.

    Returns
    -------
    StoreBusy
        To be raised.
    """
    return StoreBusy(
        Text("Dữ liệu thay đổi liên tục trong lúc đọc.", "The data kept changing while they were read."),
        Text("Thử lại khi việc nhập dữ liệu đã xong.", "Try again when the import is done."),
    )
