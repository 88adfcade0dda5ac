"""The tables of a GeoPackage store, derived from the declared layers.

The layout follows OGC 12-128r19 (GeoPackage 1.4) so that QGIS opens the file as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from layers.catalog import Layer
from layers.schema import Column, GeometryKind, Kind

__all__ = [
    "BASE_SQL",
    "create_index_triggers",
    "create_indices",
    "create_layer",
    "drop_indices",
    "drop_insert_trigger",
    "rebuild_table",
    "restore_insert_trigger",
    "unique_indices",
]

_SQL_TYPE = {
    Kind.TEXT: "TEXT",
    Kind.INTEGER: "INTEGER",
    Kind.REAL: "REAL",
    Kind.DATE: "DATE",
    Kind.MOMENT: "DATETIME",
}
_GEOMETRY_TYPE = {
    GeometryKind.POINT: "POINT",
    GeometryKind.AREA: "MULTIPOLYGON",
    GeometryKind.ANY: "GEOMETRY",
    # A book keeps the column empty, so that every statement over a layer holds for it as well (ADR 16).
    GeometryKind.NONE: "BLOB CHECK (geom ISNULL)",
}

_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],'
    'AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)

BASE_SQL = f"""
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10400;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, '{_WGS84}', 'longitude, latitude in degrees');
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL
    DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE antt_layout (step INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE antt_version (layer TEXT PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE antt_note (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE antt_writer (inside INTEGER NOT NULL);
INSERT INTO antt_writer VALUES (0);
"""

_BOX = "ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"

_INSERT_TRIGGER = """
CREATE TRIGGER "rtree_{table}_geom_insert" AFTER INSERT ON "{table}"
  WHEN (NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
  INSERT OR REPLACE INTO "rtree_{table}_geom" VALUES (NEW.fid, {box});
END"""

_OTHER_TRIGGERS = (
    """
CREATE TRIGGER "rtree_{table}_geom_update6" AFTER UPDATE OF geom ON "{table}"
  WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
    AND (OLD.geom NOTNULL AND NOT ST_IsEmpty(OLD.geom))
BEGIN
  UPDATE "rtree_{table}_geom" SET minx = ST_MinX(NEW.geom), maxx = ST_MaxX(NEW.geom),
    miny = ST_MinY(NEW.geom), maxy = ST_MaxY(NEW.geom) WHERE id = NEW.fid;
END""",
    """
CREATE TRIGGER "rtree_{table}_geom_update7" AFTER UPDATE OF geom ON "{table}"
  WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
    AND (OLD.geom ISNULL OR ST_IsEmpty(OLD.geom))
BEGIN
  INSERT INTO "rtree_{table}_geom" VALUES (NEW.fid, {box});
END""",
    """
CREATE TRIGGER "rtree_{table}_geom_update2" AFTER UPDATE OF geom ON "{table}"
  WHEN OLD.fid = NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM "rtree_{table}_geom" WHERE id = OLD.fid;
END""",
    """
CREATE TRIGGER "rtree_{table}_geom_update5" AFTER UPDATE ON "{table}"
  WHEN OLD.fid != NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM "rtree_{table}_geom" WHERE id = OLD.fid;
  INSERT OR REPLACE INTO "rtree_{table}_geom" VALUES (NEW.fid, {box});
END""",
    """
CREATE TRIGGER "rtree_{table}_geom_update4" AFTER UPDATE ON "{table}"
  WHEN OLD.fid != NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN
  DELETE FROM "rtree_{table}_geom" WHERE id IN (OLD.fid, NEW.fid);
END""",
    """
CREATE TRIGGER "rtree_{table}_geom_delete" AFTER DELETE ON "{table}"
  WHEN OLD.geom NOT NULL
BEGIN
  DELETE FROM "rtree_{table}_geom" WHERE id = OLD.fid;
END""",
)

# An edit from outside (QGIS, sqlite3) must be seen by every cache, so it raises the data version.
_OUTSIDE_TRIGGER = """
CREATE TRIGGER "antt_{table}_{verb}" AFTER {verb} ON "{table}"
  WHEN (SELECT inside FROM antt_writer) = 0
BEGIN
  UPDATE antt_version SET version = version + 1 WHERE layer = '{table}';
END"""


def create_layer(connection: sqlite3.Connection, layer: Layer, *, left_out: Collection[str] = ()) -> None:
    """Make the table, the spatial index and the triggers of one layer as the first layout had them.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : Layer
        The declaration.
    left_out : collection of str
        Columns that came with a later step.
    """
    table = layer.key
    run = connection.execute
    columns = [column for column in layer.schema.columns if column.name not in left_out]
    run(_table_sql(layer, table, columns, unique_id="UNIQUE"))
    _register(connection, layer)
    run(f'CREATE VIRTUAL TABLE "rtree_{table}_geom" USING rtree(id, minx, maxx, miny, maxy)')
    create_index_triggers(connection, table)
    for verb in ("INSERT", "UPDATE", "DELETE"):
        run(_OUTSIDE_TRIGGER.format(table=table, verb=verb))
    run("INSERT INTO antt_version VALUES (?, 0)", (table,))


def _register(connection: sqlite3.Connection, layer: Layer) -> None:
    """Tell GIS programs of the table: a book is a table of attributes to them."""
    is_book = layer.schema.geometry is GeometryKind.NONE
    data_type, srs_id = ("attributes", None) if is_book else ("features", 4326)
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?, ?, ?, ?, ?)",
        (layer.key, data_type, layer.key, layer.title.vi, srs_id),
    )
    if is_book:
        return
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, 4326, 0, 0)",
        (layer.key, _GEOMETRY_TYPE[layer.schema.geometry]),
    )
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', 'GeoPackage 1.4 Annex F.3', 'write-only')",
        (layer.key,),
    )


def rebuild_table(connection: sqlite3.Connection, layer: Layer) -> None:
    """Give a layer's table the columns declared now, keeping every row and its number.

    The table loses its triggers; its spatial index stays as it is.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : Layer
        The declaration.
    """
    table, new = layer.key, f"antt_new_{layer.key}"
    held = {name for _place, name, *_rest in connection.execute(f'PRAGMA table_info("{table}")')}
    connection.execute(_table_sql(layer, new, layer.schema.columns, unique_id=""))
    kept = [name for name in ("fid", "geom", *layer.schema.names[:-1]) if name in held]
    listed = ", ".join(f'"{name}"' for name in kept)
    connection.execute(f'INSERT INTO "{new}" ({listed}) SELECT {listed} FROM "{table}"')
    connection.execute(f'DROP TABLE "{table}"')
    connection.execute(f'ALTER TABLE "{new}" RENAME TO "{table}"')


def create_indices(connection: sqlite3.Connection, layer: Layer) -> None:
    """Make the indices that keep identities unique.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    layer : Layer
        The declaration.
    """
    for statement in unique_indices(layer):
        connection.execute(statement)


def unique_indices(layer: Layer) -> dict[str, str]:
    """Word the indices that keep identities unique.

    Parameters
    ----------
    layer : Layer
        The declaration.

    Returns
    -------
    dict of str to str
        The statement that makes an index, as the file keeps it -> the columns that it keeps unique.
    """
    return {
        f'CREATE UNIQUE INDEX "{name}" ON "{layer.key}" {rule}': rule.split(")")[0].lstrip("(")
        for name, rule in _indices(layer).items()
    }


def drop_indices(connection: sqlite3.Connection, layer: Layer) -> None:
    """Take the indices away: many rows are indexed faster after they are in.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside the transaction that makes them again.
    layer : Layer
        The declaration.
    """
    for name in _indices(layer):
        connection.execute(f'DROP INDEX "{name}"')


def _indices(layer: Layer) -> dict[str, str]:
    indices = {f"antt_{layer.key}_id": "(id)"}
    if {"source", "source_ref"} <= set(layer.schema.names):
        indices[f"antt_{layer.key}_reference"] = "(source, source_ref) WHERE source_ref <> ''"
    return indices


def _table_sql(layer: Layer, name: str, columns: Sequence[Column], *, unique_id: str) -> str:
    listed = ", ".join(
        f'"{column.name}" {_SQL_TYPE[column.kind]}{" NOT NULL" if column.required else ""}' for column in columns
    )
    # A row added by hand in QGIS gets its own id and counter, so it can be told from any other.
    return (
        f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, '
        f"geom {_GEOMETRY_TYPE[layer.schema.geometry]}, "
        f"id TEXT {unique_id} NOT NULL DEFAULT (lower(hex(randomblob(16)))), "
        f"row_version INTEGER NOT NULL DEFAULT 1, {listed})"
    )


def create_index_triggers(connection: sqlite3.Connection, table: str) -> None:
    """Make the triggers that keep the spatial index, as the standard words them.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    table : str
        A layer's key.
    """
    restore_insert_trigger(connection, table)
    for trigger in _OTHER_TRIGGERS:
        connection.execute(trigger.format(table=table, box=_BOX))


def drop_insert_trigger(connection: sqlite3.Connection, table: str) -> None:
    """Stop indexing row by row for the length of a bulk load.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction, so that nobody else ever sees the table without its trigger.
    table : str
        A layer's key.
    """
    connection.execute(f'DROP TRIGGER "rtree_{table}_geom_insert"')


def restore_insert_trigger(connection: sqlite3.Connection, table: str) -> None:
    """Index row by row again.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside the transaction of the bulk load.
    table : str
        A layer's key.
    """
    connection.execute(_INSERT_TRIGGER.format(table=table, box=_BOX))
