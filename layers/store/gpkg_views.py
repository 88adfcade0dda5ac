"""Views that analysts may rely on, whatever happens to the tables (docs/storage.md)."""

from __future__ import annotations

import sqlite3

from layers.catalog import categories

__all__ = ["create_views", "renew_categories"]

# Việt Nam has one time zone without summer time, so "today" needs no setting here.
_TODAY = "date('now', '+7 hours')"

# Places come from the spatial index: plain SQLite has no function that reads a geometry.
_INCIDENTS = """
CREATE VIEW view_incidents AS
SELECT i.id, i.source, i.category, coalesce(c.category_group, 'khac') AS category_group,
  i.occurred_from, i.occurred_to, i.severity, i.status,
  (r.minx + r.maxx) / 2 AS lon, (r.miny + r.maxy) / 2 AS lat, i.location_accuracy_m AS accuracy
FROM incidents AS i
LEFT JOIN antt_category AS c ON c.slug = i.category
LEFT JOIN rtree_incidents_geom AS r ON r.id = i.fid
WHERE i.withdrawn IS NULL"""

_UNITS = f"""
CREATE VIEW view_units_in_force AS
SELECT id, code, name, unit_type, level, parent, parent_name, valid_from, valid_to, decree,
  area_km2_published, area_km2, population, formed_from, source
FROM units WHERE valid_from <= {_TODAY} AND (valid_to IS NULL OR valid_to > {_TODAY})"""

_COUNTS = ("read", "accepted", "updated", "quarantined", "unplaced", "duplicates", "unmapped_category")
_IMPORTS = f"""
CREATE VIEW view_imports AS
SELECT import_id, layer, source, file_name, who, started_at, state, rows_done,
  {", ".join(f"coalesce(counts ->> '{name}', 0) AS {name}" for name in _COUNTS)}
FROM antt_import"""

_VIEWS = {
    "view_incidents": (_INCIDENTS, "Vụ việc (để đọc)"),
    "view_units_in_force": (_UNITS, "Đơn vị đang có hiệu lực (để đọc)"),
    "view_imports": (_IMPORTS, "Các lần nhập (để đọc)"),
}


def create_views(connection: sqlite3.Connection) -> None:
    """Make the views and list them in the file, so that QGIS shows them and not the inner tables.

    Parameters
    ----------
    connection : sqlite3.Connection
        Inside a transaction.
    """
    connection.execute("CREATE TABLE antt_category (slug TEXT PRIMARY KEY, category_group TEXT NOT NULL)")
    for name, (sql, title) in _VIEWS.items():
        connection.execute(sql)
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES (?, 'attributes', ?, ?)",
            (name, name, title),
        )


def renew_categories(connection: sqlite3.Connection) -> None:
    """Bring the stored code list to the one of this program, writing only where they differ.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.
    """
    declared = {(category.slug, category.group) for category in categories()}
    if declared != set(connection.execute("SELECT slug, category_group FROM antt_category")):
        connection.execute("DELETE FROM antt_category")
        connection.executemany("INSERT INTO antt_category VALUES (?, ?)", sorted(declared))
