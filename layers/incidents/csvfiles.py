"""Delimited text: plain, gzipped or zipped, in any encoding, read in chunks by Arrow."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from layers.boundaries.archives import require_modest, too_much, unpacked_limit
from layers.errors import EmptyInput, FileUnreadable
from layers.incidents.columns import header_row
from layers.incidents.encodings import SAMPLE_BYTES, Encoding, detect_encoding, named_encoding
from layers.incidents.tables import Chunk, Malformed, Table, unique_names
from layers.tcvn3 import to_unicode
from layers.wording import Text

__all__ = ["TEXT_SUFFIXES", "open_csv", "text_member", "without_blank_rows"]

TEXT_SUFFIXES = {".csv", ".txt", ".tsv"}
_DELIMITERS = ",;\t|"
_BLOCK_BYTES = 4 << 20
_SNIFFED_ROWS = 60
_Bytes = IO[bytes] | gzip.GzipFile
_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowInvalid)


def open_csv(path: Path, *, encoding: str | None, chunk_rows: int) -> Table:
    """Open a delimited text file.

    Parameters
    ----------
    path : Path
        A file ending in .csv, .txt or .tsv, perhaps with .gz or .zip behind.
    encoding : str or None
        The encoding; None to find it.
    chunk_rows : int
        Rows in a chunk.

    Returns
    -------
    Table
        Without hash; its separator, encoding and header are found from the beginning of the file.

    Raises
    ------
    EmptyInput
        When the file holds no text.
    FileUnreadable
        When it is damaged or not text.
    """
    opener, byte_count = _source(path)
    try:
        with opener() as raw:
            sample = raw.read(SAMPLE_BYTES)
    except _DAMAGE as cause:
        raise _damaged(path) from cause
    if not sample.strip():
        raise EmptyInput(
            Text(f"Tệp “{path.name}” không có dữ liệu.", f"The file “{path.name}” holds no data."),
            Text("Chọn tệp khác hoặc xuất lại.", "Choose another file or export it again."),
        )
    layout = _layout(sample, named_encoding(encoding) if encoding else detect_encoding(sample))
    lines = max(1, sample.count(b"\n") + sample.count(b"\r") * (b"\n" not in sample))
    return Table(
        path,
        layout.columns,
        layout.encoding.name,
        row_count=max(1, byte_count * lines // len(sample) - layout.header - 1),
        opener=lambda: _chunks(path, opener, layout=layout, chunk_rows=chunk_rows),
    )


def text_member(path: Path) -> str | None:
    """Find the one text file in a zip archive.

    Parameters
    ----------
    path : Path
        The archive.

    Returns
    -------
    str or None
        Its name; None when the archive holds none or several.

    Raises
    ------
    FileUnreadable
        When the archive is damaged or locked with a password.
    TooLarge
        When it would unpack to too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            require_modest(archive.infolist(), path.name)
            members = [info for info in archive.infolist() if Path(info.filename).suffix.lower() in TEXT_SUFFIXES]
    except _DAMAGE as cause:
        raise _damaged(path) from cause
    if any(info.flag_bits & 1 for info in members):
        raise FileUnreadable(
            Text(f"Tệp nén “{path.name}” có mật khẩu.", f"The archive “{path.name}” is locked with a password."),
            Text("Giải nén rồi nhập tệp bên trong.", "Unpack it and import the file inside."),
        )
    return members[0].filename if len(members) == 1 else None


@dataclass(frozen=True)
class _Layout:
    encoding: Encoding
    delimiter: str
    header: int
    columns: tuple[str, ...]


def _source(path: Path) -> tuple[Callable[[], _Bytes], int]:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        with path.open("rb") as raw:
            raw.seek(-min(4, path.stat().st_size), io.SEEK_END)
            size = int.from_bytes(raw.read(4), "little")
        return lambda: _ModestGzip(path), size
    if suffix == ".zip":
        member = text_member(path) or ""
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(member).file_size
        return lambda: zipfile.ZipFile(path).open(member), size
    return lambda: path.open("rb"), path.stat().st_size


class _ModestGzip(gzip.GzipFile):
    """A packed file that is read no further than an honest one would go; it does not say how long it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._path = path
        self._left = unpacked_limit(path.stat().st_size)

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        self._left -= len(block)
        if self._left < 0:
            raise too_much(self._path.name)
        return block


def _layout(sample: bytes, encoding: Encoding) -> _Layout:
    text = encoding.decode(sample).replace("\0", "")
    first, _, rest = text.partition("\n")
    # Excel's own hint line names the separator and is not data.
    hint = first.strip().strip('"').lower()
    if hint.startswith("sep=") and len(first.strip().strip('"')) == 5:
        rows = [[], *_rows(rest, hint[4])]
        return _with_header(encoding, hint[4], rows)
    parsed = {delimiter: _rows(text, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: _evenness(parsed[delimiter]))
    return _with_header(encoding, best, parsed[best])


def _with_header(encoding: Encoding, delimiter: str, rows: list[list[str]]) -> _Layout:
    header = header_row(rows)
    return _Layout(encoding, delimiter, header, unique_names(rows[header] if rows else []))


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append([cell.strip() for cell in row])
            if len(rows) == _SNIFFED_ROWS:
                break
    except csv.Error:
        return rows
    return rows


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    widths = Counter(len(row) for row in rows if any(row))
    if not widths:
        return (0.0, 0)
    width, count = widths.most_common(1)[0]
    return (count / widths.total() if width > 1 else 0.0, width)


class _Utf8Stream(io.RawIOBase):
    """The file as UTF-8, whatever it is written in; bytes without meaning become a replacement sign."""

    def __init__(self, raw: _Bytes, encoding: Encoding) -> None:
        super().__init__()
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding.codec)(errors="replace")
        self._tcvn3 = encoding.tcvn3
        self._waiting: bytes | None = None
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        # One block ahead, because Arrow wants the last line ended within the last block.
        if self._waiting is None:
            self._waiting = self._next(size)
        if self._ended:
            return b""
        block, self._waiting = self._waiting, self._next(size)
        if not self._waiting:
            self._ended = True
            return block if block.endswith((b"\n", b"\r")) else block + b"\n"
        return block

    def _next(self, size: int) -> bytes:
        while raw := self._raw.read(size):
            if encoded := self._encode(self._decoder.decode(raw)):
                return encoded
        return self._encode(self._decoder.decode(b"", final=True))

    def _encode(self, text: str) -> bytes:
        text = text.replace("\0", "")
        return (to_unicode(text) if self._tcvn3 else text).encode("utf-8", errors="replace")

    def close(self) -> None:
        self._raw.close()
        super().close()


def _chunks(path: Path, opener: Callable[[], _Bytes], *, layout: _Layout, chunk_rows: int) -> Iterator[Chunk]:
    reader = _Reader(layout, chunk_rows)
    try:
        with _Utf8Stream(opener(), layout.encoding) as stream:
            yield from reader.chunks(stream)
    except _DAMAGE as cause:
        if reader.delivered == 0 and "Empty CSV" in str(cause):
            return
        raise _damaged(path, after=reader.delivered) from cause
    if reader.open_quote:
        raise _damaged(path, after=reader.open_quote - 1)


class _Reader:
    """Turns Arrow's batches, which end where a block ends, into chunks of a fixed number of rows."""

    def __init__(self, layout: _Layout, chunk_rows: int) -> None:
        self._layout = layout
        self._chunk_rows = chunk_rows
        self._bad: list[Malformed] = []
        self._bad_rows: list[int] = []
        self.delivered = 0
        self.open_quote = 0

    def chunks(self, stream: _Utf8Stream) -> Iterator[Chunk]:
        names = list(self._layout.columns)
        batches = arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                column_names=names,
                skip_rows_after_names=self._layout.header + 1,
                block_size=_BLOCK_BYTES,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._keep_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        waiting = pa.table({name: pa.array([], pa.string()) for name in names})
        for batch in batches:
            waiting = pa.concat_tables([waiting, pa.table(batch)])
            while waiting.num_rows >= self._chunk_rows and not self.open_quote:
                yield self._chunk(waiting.slice(0, self._chunk_rows))
                waiting = waiting.slice(self._chunk_rows)
        self._check_end(waiting)
        if not self.open_quote and (waiting.num_rows or self._bad):
            yield self._chunk(waiting)

    def _check_end(self, rest: pa.Table) -> None:
        # The same in the last row of the file, where the number of cells may be right by chance.
        last = rest.column(rest.num_columns - 1)[-1].as_py() if rest.num_rows else ""
        if last.endswith(("\n", "\r")):
            self.open_quote = self.open_quote or self.delivered + rest.num_rows

    def _keep_aside(self, row: arrow_csv.InvalidRow) -> str:
        # A quotation mark that is never closed swallows all that follows; that is no bad row.
        if "\n" in row.text and row.text.count('"') % 2:
            self.open_quote = self.open_quote or row.number
        self._bad_rows.append(row.number)
        cells = next(iter(_rows(row.text, self._layout.delimiter)), [])
        self._bad.append(Malformed(row.number, dict(zip(self._layout.columns, cells, strict=False))))
        return "skip"

    def _chunk(self, cells: pa.Table) -> Chunk:
        places = np.arange(self.delivered, self.delivered + cells.num_rows)
        self.delivered += cells.num_rows
        # Arrow leaves bad rows out of the count; the reader of a report counts them.
        first = self._layout.header + 2
        before = np.array(self._bad_rows, dtype=np.int64) - first - np.arange(len(self._bad_rows))
        numbers = places + first + np.searchsorted(before, places, side="right")
        malformed, self._bad = tuple(self._bad), []
        return without_blank_rows(Chunk(cells, numbers, malformed))


def without_blank_rows(chunk: Chunk) -> Chunk:
    """Leave out rows without any cell, such as sheets have below their end.

    Parameters
    ----------
    chunk : Chunk
        Some rows.

    Returns
    -------
    Chunk
        The rows that have at least one cell; their numbers stay.
    """
    blank = np.ones(len(chunk.numbers), dtype=np.bool_)
    for column in chunk.cells.itercolumns():
        blank &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
        if not blank.any():
            return chunk
    return Chunk(chunk.cells.filter(pa.array(~blank)), chunk.numbers[~blank], chunk.malformed)


def _damaged(path: Path, *, after: int = 0) -> FileUnreadable:
    where = Text(f" (sau khoảng {after} dòng)", f" (after about {after} rows)") if after else Text("", "")
    return FileUnreadable(
        Text(f"Không đọc được tệp “{path.name}”{where.vi}.", f"The file “{path.name}” cannot be read{where.en}."),
        Text(
            "Tệp hỏng, hoặc có dấu ngoặc kép không đóng. Mở bằng bảng tính và lưu lại dạng CSV UTF-8.",
            "It is damaged, or a quotation mark is never closed. Open it in a spreadsheet and save as CSV UTF-8.",
        ),
    )
