"""The numbered steps that bring a GeoPackage store to the newest layout; never backwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from layers.catalog import LAYERS
from layers.store.gpkg_layout import BASE_SQL, create_layer

__all__ = ["STEPS", "applied_step", "migrate"]

Step = Callable[[sqlite3.Connection], None]


def _first_layout(connection: sqlite3.Connection) -> None:
    for statement in BASE_SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    for layer in LAYERS:
        create_layer(connection, layer)


STEPS: tuple[tuple[int, str, Step], ...] = ((1, "first layout", _first_layout),)


def applied_step(connection: sqlite3.Connection) -> int:
    """Tell the last step a file has taken.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.

    Returns
    -------
    int
        0 for a new file, -1 for a file of another program.
    """
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return 0
    if "antt_layout" not in tables:
        return -1
    (step,) = connection.execute("SELECT coalesce(max(step), 0) FROM antt_layout").fetchone()
    return int(step)


def migrate(connection: sqlite3.Connection) -> list[str]:
    """Take the steps that are missing.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a writing transaction.

    Returns
    -------
    list of str
        Names of the steps taken.
    """
    taken = []
    done = applied_step(connection)
    for number, name, step in STEPS:
        if number > done:
            step(connection)
            connection.execute("INSERT INTO antt_layout VALUES (?, ?)", (number, name))
            taken.append(name)
    return taken
