"""The numbered steps that bring a GeoPackage store to the newest layout; never backwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping

from layers.catalog import LAYERS, Layer
from layers.store.gpkg_layout import BASE_SQL, create_index_triggers, create_indices, create_layer, rebuild_table
from layers.store.gpkg_rows import refresh_extent
from layers.store.gpkg_triggers import create_change_triggers
from layers.store.gpkg_views import create_views

__all__ = ["STEPS", "applied_step", "migrate"]

Step = Callable[[sqlite3.Connection], None]

# Layer -> columns that its table got in a step after the first.
_LATER_COLUMNS: Mapping[str, tuple[str, ...]] = {"incidents": ("import_id", "content_hash", "withdrawn")}
# The layers of step 1 and of step 3; step 4 makes the others.
_FIRST_LAYERS = ("units", "incidents", "safezones", "cameras")
_FIRST_BOOKS = ("lineage", "standards", "repairs")

_LEDGER_SQL = """
CREATE TABLE antt_history (
  entry INTEGER PRIMARY KEY, layer TEXT NOT NULL, record_id TEXT NOT NULL, what TEXT NOT NULL,
  who TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL, before TEXT, after TEXT);
CREATE INDEX antt_history_record ON antt_history (layer, record_id);
CREATE TABLE antt_import (
  import_id TEXT PRIMARY KEY, layer TEXT NOT NULL, source TEXT NOT NULL, file_name TEXT NOT NULL,
  file_sha256 TEXT NOT NULL, who TEXT NOT NULL, started_at TEXT NOT NULL, heartbeat_at TEXT NOT NULL,
  state TEXT NOT NULL, rows_done INTEGER NOT NULL, counts TEXT NOT NULL, mapping TEXT NOT NULL,
  options TEXT NOT NULL);
CREATE TABLE antt_quarantine (
  import_id TEXT NOT NULL, row INTEGER NOT NULL, reasons TEXT NOT NULL, raw TEXT NOT NULL,
  state TEXT NOT NULL, PRIMARY KEY (import_id, row)) WITHOUT ROWID;
DROP TABLE antt_writer;
CREATE TABLE antt_writer (
  inside INTEGER NOT NULL, inserts INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL);
INSERT INTO antt_writer VALUES (1, 0, 'migration', 'a source reference that stood twice', '')
"""

# The first layout let two rows have one reference; the later one is told apart, and its history says so.
_TELL_REFERENCES_APART = """
UPDATE incidents SET source_ref = source_ref || '#' || fid, row_version = row_version + 1
WHERE fid IN (SELECT fid FROM (
  SELECT fid, row_number() OVER (PARTITION BY source, source_ref ORDER BY fid) AS place FROM incidents)
  WHERE place > 1)"""


def _run_script(connection: sqlite3.Connection, script: str) -> None:
    # executescript would commit first, and a step is all or nothing.
    for statement in script.split(";\n"):
        if statement.strip():
            connection.execute(statement)


def _layers(keys: Collection[str]) -> list[Layer]:
    return [layer for layer in LAYERS if layer.key in keys]


def _first_layout(connection: sqlite3.Connection) -> None:
    _run_script(connection, BASE_SQL)
    for layer in _layers(_FIRST_LAYERS):
        create_layer(connection, layer, left_out=_LATER_COLUMNS.get(layer.key, ()))


def _history_and_ledger(connection: sqlite3.Connection) -> None:
    _run_script(connection, _LEDGER_SQL)
    for layer in _layers(_FIRST_LAYERS):
        rebuild_table(connection, layer)
        create_change_triggers(connection, layer)
        create_index_triggers(connection, layer.key)
    connection.execute(_TELL_REFERENCES_APART)
    for layer in _layers(_FIRST_LAYERS):
        create_indices(connection, layer)
        refresh_extent(connection, layer.key)
    create_views(connection)
    connection.execute("UPDATE antt_writer SET who = '', why = ''")


def _books(connection: sqlite3.Connection) -> None:
    _make(connection, _layers(_FIRST_BOOKS))


def _planning(connection: sqlite3.Connection) -> None:
    held = {name for (name,) in connection.execute("SELECT layer FROM antt_version")}
    _make(connection, [layer for layer in LAYERS if layer.key not in held])


def _make(connection: sqlite3.Connection, layers: Iterable[Layer]) -> None:
    for layer in layers:
        create_layer(connection, layer)
        # The triggers of the first layout go with its table.
        rebuild_table(connection, layer)
        create_change_triggers(connection, layer)
        create_index_triggers(connection, layer.key)
        create_indices(connection, layer)


STEPS: tuple[tuple[int, str, Step], ...] = (
    (1, "first layout", _first_layout),
    (2, "history, ledger, quarantine, views", _history_and_ledger),
    (3, "books: tables without places", _books),
    (4, "layers of planning", _planning),
)


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


def migrate(connection: sqlite3.Connection, *, up_to: int = len(STEPS)) -> list[str]:
    """Take the steps that are missing.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a writing transaction.
    up_to : int
        Number of the last step to take.

    Returns
    -------
    list of str
        Names of the steps taken.
    """
    taken = []
    done = applied_step(connection)
    for number, name, step in STEPS:
        if done < number <= up_to:
            step(connection)
            connection.execute("INSERT INTO antt_layout VALUES (?, ?)", (number, name))
            taken.append(name)
    return taken
