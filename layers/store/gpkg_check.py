"""Looking a GeoPackage store through for anything that does not add up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from layers.catalog import INCIDENTS, LAYERS, Layer
from layers.errors import SchemaMismatch
from layers.schema import check
from layers.store.gpkg_rows import read_rows
from layers.store.gpkg_rtree import root_box
from layers.wording import Text

__all__ = ["SILENT_AFTER_S", "find_problems", "silent_imports"]

# An import writes a sign of life with every chunk; none takes this long.
SILENT_AFTER_S = 300

_ROWS_AT_ONCE = 50_000
_EXTENT_TOLERANCE_DEG = 1e-4


def find_problems(connection: sqlite3.Connection) -> list[str]:
    """Check the file through.

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
            found += [*_index_problems(connection, layer), *_row_problems(connection, layer)]
        found += [*_reference_problems(connection), *_orphans(connection), *silent_imports(connection)]
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
    (unlike,) = connection.execute(
        f'SELECT (SELECT count(*) FROM "{table}" WHERE geom NOTNULL AND NOT ST_IsEmpty(geom) '
        f'AND fid NOT IN (SELECT rowid FROM "rtree_{table}_geom_rowid")) '
        f'+ (SELECT count(*) FROM "rtree_{table}_geom_rowid" WHERE rowid NOT IN (SELECT fid FROM "{table}" '
        f"WHERE geom NOTNULL))"
    ).fetchone()
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


def _row_problems(connection: sqlite3.Connection, layer: Layer) -> Iterator[Text]:
    last = ""
    while True:
        frame = read_rows(connection, layer, after=last, limit=_ROWS_AT_ONCE)
        if frame.empty:
            return
        try:
            check(frame, layer.schema)
        except SchemaMismatch as broken:
            yield Text(f"{layer.key}: {broken.message.vi}", broken.message.en)
            return
        last = str(frame["id"].iloc[-1])


def _reference_problems(connection: sqlite3.Connection) -> Iterator[Text]:
    # Asked of the rows themselves: an index that is damaged or missing would hide them.
    for key, columns in ((INCIDENTS.key, "source, source_ref"), *((layer.key, "id") for layer in LAYERS)):
        repeated = connection.execute(
            f'SELECT count(*) FROM (SELECT 1 FROM "{key}" NOT INDEXED GROUP BY {columns} HAVING count(*) > 1)'
        ).fetchone()[0]
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
