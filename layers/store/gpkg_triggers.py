"""Triggers that write the history and see edits from outside, such as QGIS's.

They are plain SQL, so they also run where this program is not. What kind of edit is going on
stands in `antt_writer.inside`, set inside the transaction of the writer and never committed
as anything but 0: 0 from outside, 1 by this program, 2 the counter raised by a trigger.
"""

from __future__ import annotations

import sqlite3

from layers.catalog import Layer
from layers.schema import Kind

__all__ = ["create_change_triggers", "pause_insert_triggers", "resume_insert_triggers"]

_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
_INSIDE = "(SELECT inside FROM antt_writer)"

_HISTORY = """
CREATE TRIGGER "antt_{table}_history_{verb}" AFTER {verb} ON "{table}" WHEN {condition}
BEGIN
  INSERT INTO antt_history (layer, record_id, what, who, why, at, before, after)
  SELECT '{table}', {row}.id, '{verb}', CASE inside WHEN 0 THEN 'external' ELSE who END,
    CASE inside WHEN 0 THEN '' ELSE why END,
    CASE WHEN inside = 0 OR at = '' THEN {now} ELSE at END, {before}, {after}
  FROM antt_writer;
END"""

_RAISE_VERSION = "UPDATE antt_version SET version = version + 1 WHERE layer = '{table}';"

# The index may not have followed the edit yet when this runs: the old box is left out by name.
_SHRINK_EXTENT = """
  UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) =
      (SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{table}_geom" WHERE id != OLD.fid)
    WHERE table_name = '{table}' AND OLD.geom NOTNULL AND NOT ST_IsEmpty(OLD.geom)
      AND (ST_MinX(OLD.geom) < min_x + 0.0001 OR ST_MinY(OLD.geom) < min_y + 0.0001
        OR ST_MaxX(OLD.geom) > max_x - 0.0001 OR ST_MaxY(OLD.geom) > max_y - 0.0001);"""

_GROW_EXTENT = """
  UPDATE gpkg_contents SET
      min_x = min(coalesce(min_x, ST_MinX(NEW.geom)), ST_MinX(NEW.geom)),
      min_y = min(coalesce(min_y, ST_MinY(NEW.geom)), ST_MinY(NEW.geom)),
      max_x = max(coalesce(max_x, ST_MaxX(NEW.geom)), ST_MaxX(NEW.geom)),
      max_y = max(coalesce(max_y, ST_MaxY(NEW.geom)), ST_MaxY(NEW.geom))
    WHERE table_name = '{table}' AND NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom);"""

_TOUCH = "\n  UPDATE gpkg_contents SET last_change = {now} WHERE table_name = '{table}';"

_RAISE_ROW = """
  UPDATE antt_writer SET inside = 2;
  UPDATE "{table}" SET row_version = OLD.row_version + 1 WHERE fid = NEW.fid;
  UPDATE antt_writer SET inside = 0;"""

_OUTSIDE = """
CREATE TRIGGER "antt_{table}_outside_{verb}" AFTER {verb} ON "{table}" WHEN {inside} = 0
BEGIN
  {body}
END"""

_OUTSIDE_BODY = {
    "insert": _RAISE_VERSION + _GROW_EXTENT + _TOUCH,
    "update": _RAISE_VERSION + _SHRINK_EXTENT + _GROW_EXTENT + _TOUCH + _RAISE_ROW,
    "delete": _RAISE_VERSION + _SHRINK_EXTENT + _TOUCH,
}

_KEEP_ID = """
CREATE TRIGGER "antt_{table}_keep_id" BEFORE UPDATE OF id ON "{table}" WHEN NEW.id IS NOT OLD.id
BEGIN
  SELECT RAISE(ABORT, 'the id of a record cannot be changed');
END"""


def create_change_triggers(connection: sqlite3.Connection, layer: Layer) -> None:
    """Make the triggers of one layer that see its changes.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : Layer
        The declaration.
    """
    resume_insert_triggers(connection, layer)
    for verb in ("update", "delete"):
        connection.execute(_history(layer, verb))
        connection.execute(_outside(layer.key, verb))
    connection.execute(_KEEP_ID.format(table=layer.key))


def pause_insert_triggers(connection: sqlite3.Connection, layer: Layer) -> None:
    """Stop looking at single new rows for the length of a bulk load.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction, so that nobody else ever sees the table without its triggers.
    layer : Layer
        The declaration.
    """
    connection.execute(f'DROP TRIGGER "antt_{layer.key}_history_insert"')
    connection.execute(f'DROP TRIGGER "antt_{layer.key}_outside_insert"')


def resume_insert_triggers(connection: sqlite3.Connection, layer: Layer) -> None:
    """Look at single new rows again.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside the transaction of the bulk load.
    layer : Layer
        The declaration.
    """
    connection.execute(_history(layer, "insert"))
    connection.execute(_outside(layer.key, "insert"))


def _outside(table: str, verb: str) -> str:
    body = _OUTSIDE_BODY[verb].format(table=table, now=_NOW)
    return _OUTSIDE.format(table=table, verb=verb, inside=_INSIDE, body=body)


def _history(layer: Layer, verb: str) -> str:
    # Rows of a bulk load stand in the ledger; those made one by one or from outside stand here.
    condition = "(SELECT inside = 0 OR inserts = 1 FROM antt_writer)" if verb == "insert" else f"{_INSIDE} < 2"
    raised = f"CASE {_INSIDE} WHEN 0 THEN OLD.row_version + 1 ELSE NEW.row_version END"
    return _HISTORY.format(
        table=layer.key,
        verb=verb,
        condition=condition,
        row="OLD" if verb == "delete" else "NEW",
        now=_NOW,
        before="NULL" if verb == "insert" else _row_as_json(layer, "OLD", "OLD.row_version"),
        after="NULL"
        if verb == "delete"
        else _row_as_json(layer, "NEW", raised if verb == "update" else "NEW.row_version"),
    )


def _row_as_json(layer: Layer, row: str, row_version: str) -> str:
    parts = [f"'id', {row}.id", f"'row_version', {row_version}"]
    for column in layer.schema.columns:
        value = f'{row}."{column.name}"'
        if column.kind is Kind.REAL:
            # SQLite writes 15 digits into JSON by itself; 17 give every number back as it was.
            value = f"json(CASE WHEN abs({value}) <= 1.7976931348623157e308 THEN printf('%!.17g', {value}) END)"
        parts.append(f"'{column.name}', {value}")
    parts.append(f"'geometry', hex({row}.geom)")
    return f"json_object({', '.join(parts)})"
