"""Details and writes held to the viewer's area by the database as well, where it can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from layers.access.viewer import Viewer
from layers.catalog import INCIDENTS
from layers.store import Store
from layers.store.base import Fenced

__all__ = ["fenced"]


@contextmanager
def fenced(store: Store, viewer: Viewer) -> Iterator[None]:
    """Read and write single incidents for a viewer behind the second fence.

    Aggregates have the first fence alone: they are made from an index of everything. Nothing that is kept for
    others, such as the tables of a `Reader`, may be read inside: it would hold this viewer's rows alone.

    Parameters
    ----------
    store : Store
        A store without such a fence is used as it is.
    viewer : Viewer
        For whom.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    Forbidden
        When something outside the area was to be written.
    """
    if not isinstance(store, Fenced):
        yield
        return
    with store.behind_fence(viewer.exact_area(INCIDENTS.key)):
        yield
