"""The second fence of a PostGIS store: row-level security, for what a mistake of the program lets through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors

from layers.errors import Forbidden, StoreUnreachable
from layers.store.postgis_connections import Connections
from layers.store.postgis_sql import plain
from layers.wording import Text

__all__ = ["acting_as_web", "is_raised"]


def is_raised(connections: Connections) -> bool:
    """Tell whether the administrator has put the fence up.

    Parameters
    ----------
    connections : Connections
        To the database.

    Returns
    -------
    bool
        False until ``antt.raise_fence()`` was called.
    """
    with connections.connection() as connection:
        return connection.execute(plain("queries.sql", "fence_is_raised")).fetchall() == [(True,)]


@contextmanager
def acting_as_web(connections: Connections, area: frozenset[str] | None) -> Iterator[None]:
    """Have the rest of this thread's transaction done by the web role, for one area of responsibility.

    Parameters
    ----------
    connections : Connections
        Inside a transaction that was begun for this alone: the role lasts to its end.
    area : frozenset of str or None
        Codes of the units; None for everywhere.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    Forbidden
        When something outside the area was to be written.
    """
    said = {"area": ",".join(sorted(area or ())), "everywhere": "on" if area is None else "off"}
    try:
        with connections.connection() as connection:
            connection.execute(plain("queries.sql", "act_as_web"), said)
        yield
    except StoreUnreachable as problem:
        if isinstance(problem.__cause__, errors.InsufficientPrivilege):
            raise Forbidden(
                Text("Việc này ngoài địa bàn hoặc quyền được giao.", "This is outside your area or your rights."),
                Text("Chỉ ghi vụ việc trong địa bàn được giao.", "Write incidents of your own area only."),
            ) from problem
        raise
