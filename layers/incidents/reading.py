"""Opening a file of any kind as one table of text cells."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from layers.errors import EmptyInput, FileMissing, FileUnreadable
from layers.incidents.csvfiles import TEXT_SUFFIXES, open_csv, text_member
from layers.incidents.features import open_parquet, open_spatial
from layers.incidents.sheets import open_sheet
from layers.incidents.tables import Chunk, Table, unique_names
from layers.tcvn3 import looks_like_tcvn3, to_unicode
from layers.wording import Text

__all__ = ["open_table"]

_SPATIAL = {".geojson", ".json", ".gpkg", ".shp", ".fgb", ".gml", ".kml", ".geojsonl"}
_SHEETS = {".xlsx", ".xlsm"}
_PARQUET = {".parquet", ".geoparquet", ".pq"}
_LOOKED_AT_TEXTS = 2000


def open_table(path: Path, *, encoding: str | None = None, chunk_rows: int = 50_000) -> Table:
    """Open CSV, XLSX, GeoJSON, GeoPackage, Shapefile or Parquet.

    The separator, the encoding, the header below title lines and text of the ABC fonts are
    found; compressed CSV (.gz, .zip) is read as it is.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str or None
        A Python codec name or ``tcvn3``; None to find it.
    chunk_rows : int
        Rows in a chunk.

    Returns
    -------
    Table
        Its chunks can be read as often as wanted.

    Raises
    ------
    FileMissing
        When there is no such file.
    FileUnreadable
        When it is of no kind that can be read, or damaged.
    EmptyInput
        When it holds no row.
    InvalidParameter
        When the encoding is not known.
    """
    if path.is_dir():
        raise FileUnreadable(
            Text(f"“{path}” là thư mục, không phải tệp.", f"“{path}” is a folder, not a file."),
            Text("Chỉ ra tệp trong thư mục đó.", "Name the file in that folder."),
        )
    if not path.is_file():
        raise FileMissing(
            Text(f"Không có tệp “{path}”.", f"There is no file “{path}”."),
            Text("Kiểm tra lại tên và thư mục.", "Check its name and folder."),
        )
    table = _opened(path, encoding, chunk_rows)
    first = next(table.chunks(), None)
    if first is None or len(first) == 0:
        raise EmptyInput(
            Text(f"Tệp “{path.name}” không có dòng dữ liệu nào.", f"The file “{path.name}” holds no row."),
            Text("Chọn tệp khác hoặc xuất lại.", "Choose another file or export it again."),
        )
    return _from_fonts(replace(table, sha256=_sha256(path)), first)


def _opened(path: Path, encoding: str | None, chunk_rows: int) -> Table:
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower() if suffix == ".gz" else suffix
    if inner in TEXT_SUFFIXES or (suffix == ".zip" and text_member(path)):
        return open_csv(path, encoding=encoding, chunk_rows=chunk_rows)
    if suffix in _SHEETS:
        return open_sheet(path, chunk_rows=chunk_rows)
    if suffix in _PARQUET:
        return open_parquet(path, chunk_rows=chunk_rows)
    if suffix in _SPATIAL or suffix == ".zip":
        return open_spatial(path, chunk_rows=chunk_rows, encoding=encoding)
    raise FileUnreadable(
        Text(f"Chưa đọc được loại tệp này: “{path.name}”.", f"Files of this kind are not read: “{path.name}”."),
        Text(
            "Dùng CSV, XLSX, GeoJSON, GeoPackage, Shapefile hoặc Parquet.",
            "Use CSV, XLSX, GeoJSON, GeoPackage, Shapefile or Parquet.",
        ),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _from_fonts(table: Table, first: Chunk) -> Table:
    if table.encoding == "tcvn3" or not looks_like_tcvn3(_some_text(table, first)):
        return table
    columns = unique_names([to_unicode(name) for name in table.columns])
    return replace(table, columns=columns, encoding="tcvn3", opener=lambda: _converted(table, columns))


def _some_text(table: Table, chunk: Chunk) -> str:
    words: list[str] = [*table.columns]
    for column in chunk.cells.itercolumns():
        marked = column.filter(pc.invert(pc.string_is_ascii(column)))
        words += marked.slice(0, _LOOKED_AT_TEXTS).unique().to_pylist()
    return " ".join(words)


def _converted(table: Table, columns: tuple[str, ...]) -> Iterator[Chunk]:
    for chunk in table.chunks():
        arrays = []
        for column in chunk.cells.itercolumns():
            words = column.combine_chunks().dictionary_encode()
            words = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
            new = pa.array([to_unicode(word) for word in words.dictionary.to_pylist()], pa.string())
            arrays.append(new.take(words.indices))
        yield replace(chunk, cells=pa.table(dict(zip(columns, arrays, strict=True))))
