"""Looking a GeoPackage store through for anything that does not add up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from layers.catalog import LAYERS, Layer
from layers.store.gpkg_layout import unique_indices
from layers.store.gpkg_row_check import count_unindexed, row_problems
from layers.store.gpkg_rtree import root_box
from layers.wording import Text

__all__ = ["SILENT_AFTER_S", "find_problems", "silent_imports"]

# An import writes a sign of life with every chunk; none takes this long.
SILENT_AFTER_S = 300

_EXTENT_TOLERANCE_DEG = 1e-4


def find_problems(connection: sqlite3.Connection) -> list[str]:
    """Check the file through.

    Rows are looked at by SQLite itself; only what it finds odd, and areas, become objects of Python.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.

    Returns
    -------
    list of str
        One sentence a problem, Vietnamese / English; empty when the file is sound.
    """
    found = [
        Text(f"Tệp hỏng: {said}", f"The file is damaged: {said}")
        for (said,) in connection.execute("PRAGMA integrity_check")
        if said != "ok"
    ]
    if not found:
        for layer in LAYERS:
            found += [*_index_problems(connection, layer), *row_problems(connection, layer)]
            found += _repeated_values(connection, layer)
        found += [*_orphans(connection), *silent_imports(connection)]
    return [" / ".join(problem) for problem in found]


def silent_imports(connection: sqlite3.Connection) -> list[Text]:
    """Name the imports that say they run but have given no sign of life.

    Parameters
    ----------
    connection : sqlite3.Connection
        The open file.

    Returns
    -------
    list of Text
        One sentence for each.
    """
    silent = connection.execute(
        "SELECT import_id, file_name FROM antt_import WHERE state = 'running' "
        "AND julianday(heartbeat_at) < julianday('now') - ? / 86400.0 ORDER BY import_id",
        (SILENT_AFTER_S,),
    )
    return [
        Text(f"Lần nhập {key} ({name}) bị ngắt giữa chừng", f"Import {key} ({name}) was interrupted")
        for key, name in silent
    ]


def _index_problems(connection: sqlite3.Connection, layer: Layer) -> Iterator[Text]:
    table = layer.key
    (said,) = connection.execute("SELECT rtreecheck(?)", (f"rtree_{table}_geom",)).fetchone()
    if said != "ok":
        yield Text(f"Chỉ mục không gian của {table} hỏng", f"The spatial index of {table} is damaged: {said[:200]}")
        return
    unlike = count_unindexed(connection, layer)
    if unlike:
        yield Text(
            f"{table}: chỉ mục không gian lệch {unlike} dòng so với bảng",
            f"{table}: the spatial index and the table differ in {unlike} rows",
        )
    if not _extent_holds(connection, table):
        yield Text(f"{table}: khung bao trong gpkg_contents sai", f"{table}: the extent in gpkg_contents is wrong")


def _extent_holds(connection: sqlite3.Connection, table: str) -> bool:
    box = root_box(connection, table)
    told = connection.execute(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", (table,)
    ).fetchone()
    if box is None or None in told:
        return box is None and told == (None, None, None, None)
    return all(abs(here - there) < _EXTENT_TOLERANCE_DEG for here, there in zip(box, told, strict=True))


def _repeated_values(connection: sqlite3.Connection, layer: Layer) -> Iterator[Text]:
    # Asked of the rows themselves only where no index vouches: a sound unique index has been gone through already.
    key = layer.key
    held = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'index'")}
    for statement, columns in unique_indices(layer).items():
        if statement in held:
            continue
        (repeated,) = connection.execute(
            f'SELECT count(*) FROM (SELECT 1 FROM "{key}" NOT INDEXED GROUP BY {columns} HAVING count(*) > 1)'
        ).fetchone()
        yield Text(f"{key}: thiếu chỉ mục duy nhất ({columns})", f"{key}: the unique index of ({columns}) is missing")
        if repeated:
            yield Text(
                f"{key}: {repeated} giá trị ({columns}) bị trùng", f"{key}: {repeated} values of ({columns}) repeat"
            )


def _orphans(connection: sqlite3.Connection) -> Iterator[Text]:
    (lost,) = connection.execute(
        "SELECT count(DISTINCT import_id) FROM incidents WHERE import_id NOTNULL "
        "AND import_id NOT IN (SELECT import_id FROM antt_import)"
    ).fetchone()
    if lost:
        yield Text(
            f"{lost} lần nhập có vụ việc nhưng không có trong sổ nhập",
            f"{lost} imports have incidents but no line in the ledger",
        )
    (lost,) = connection.execute(
        "SELECT count(DISTINCT import_id) FROM antt_quarantine "
        "WHERE import_id NOT IN (SELECT import_id FROM antt_import)"
    ).fetchone()
    if lost:
        yield Text(
            f"{lost} lần nhập có dòng bị giữ lại nhưng không có trong sổ nhập",
            f"{lost} imports have quarantined rows but no line in the ledger",
        )
