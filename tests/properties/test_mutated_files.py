"""More than ten thousand damaged files and rows: no fault of the program, and every row has exactly one fate."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from layers.catalog import INCIDENTS
from layers.errors import AnttError
from layers.store import MemoryStore
from mapserver.services.imports_incidents import IncidentRequest, IncidentResult, import_incidents
from tests.builders import NOW
from tests.conftest import LONG

FILES = 2_000 if LONG else 150
ROWS = 10_000
HEADER = ["Số hồ sơ", "Ngày xảy ra", "Giờ", "Loại", "Mức độ", "Kinh độ", "Vĩ độ", "Phường", "Sai số"]
GOOD_ROWS = [
    ["A1", "1/7/2025", "15h30", "Trộm cắp", "nghiêm trọng", "106,31", "20,95", "Lê Thanh Nghị", "25"],
    ["A2", "2025-07-02T10:00:00+07:00", "", "Cướp; giật", "", "106°18'45\"", "20°57'", "", ""],
    ["", "45839,5", "", "Ma túy", "", "106.3", "20.9", "Tân Hưng", ""],
    ["", "45839,5", "", "Ma túy", "", "106.3", "20.9", "Tân Hưng", ""],
    ["A4", "31/2/2025", "", "lạ", "", "20,95", "106,31", "", "x"],
    ["A1", "2/7/2025", "", "Trộm cắp", "", "106,31", "20,95", "", ""],
]
STRANGE = [
    "", " ", "-", "?", "nan", "1e400", "-0", "0", "٣", "²", "\u202e", "\ufffd", "\x0b", "'", '"', '""', ";", ",", "\t",
    "=1+1", "@x", "+84912345678", "031085001234", "99/99/9999", "0/0/0", "29/2/2025", "24:00", "25h61", "12/2025",
    "2025-07-01T15:30:00+99:00", "106.31 20.95", "180", "-91", "POINT(1 2)", "VN-2000", "A1", "A" * 5000, "é" * 300,
]  # fmt: skip
BYTES = [
    b'"',
    b"\n",
    b";",
    b",",
    b"\0",
    b"\r",
    b"\xff",
    b"\xfe\xff",
    b"\t",
    b"\xc3",
    b"\x1a",
    b"PK",
    b"sep=;\n",
    b"\n\n",
]
CODECS = ["utf-8", "utf-8-sig", "utf-16", "cp1258"]


def text(rows: list[list[str]], delimiter: str = ";") -> str:
    def cell(value: str) -> str:
        return f'"{value.replace(chr(34), chr(34) * 2)}"' if set(value) & {delimiter, '"', "\n"} else value

    return "\n".join(delimiter.join(map(cell, row)) for row in [HEADER, *rows]) + "\n"


def container(raw: bytes, kind: str) -> bytes:
    if kind == "csv.gz":
        return gzip.compress(raw, mtime=0)
    if kind == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a.csv", raw)
        return packed.getvalue()
    return raw


def sheet(rows: list[list[str]]) -> bytes:
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for row in [HEADER, *rows]:
        book.active.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value)[:32767] for value in row])
    for row in book.active.iter_rows():
        for cell in row:
            cell.data_type = "s" if cell.value else "n"
    book.save(packed)
    return packed.getvalue()


def mutated(raw: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(raw)
    for _ in range(int(rng.integers(0, 6))):
        place, cut = int(rng.integers(0, len(changed) + 1)), int(rng.integers(0, 4))
        put = BYTES[rng.integers(len(BYTES))] if rng.random() < 0.7 else rng.bytes(int(rng.integers(0, 4)))
        changed[place : place + cut] = put
    return bytes(changed)


def strange_rows(count: int, rng: np.random.Generator) -> list[list[str]]:
    rows = [list(GOOD_ROWS[rng.integers(len(GOOD_ROWS))]) for _ in range(count)]
    for row in rows:
        for _ in range(int(rng.integers(0, 3))):
            row[int(rng.integers(len(row)))] = STRANGE[rng.integers(len(STRANGE))]
    return rows


def fate(store: MemoryStore, path: Path, seed: int) -> IncidentResult | AnttError:
    request = IncidentRequest(path, f"nguồn {seed % 7}", "Asia/Ho_Chi_Minh", chunk_rows=3)
    try:
        return import_incidents(store, request, now=NOW, rng=np.random.default_rng(seed))
    except AnttError as refused:
        return refused


def made(seed: int, folder: Path) -> Path:
    rng = np.random.default_rng(seed)
    kind = ["csv", "csv", "csv", "csv.gz", "zip", "xlsx"][seed % 6]
    rows = strange_rows(int(rng.integers(1, 9)), rng)
    if kind == "xlsx":
        raw = sheet(rows)
    else:
        delimiter = ";,\t|"[int(rng.integers(4))]
        raw = container(text(rows, delimiter).encode(CODECS[rng.integers(len(CODECS))], errors="replace"), kind)
    # Most containers do not survive a damaged byte, so half of them stay whole and hold damaged text.
    path = folder / f"a.{kind}"
    path.write_bytes(mutated(raw, rng) if kind == "csv" or rng.random() < 0.5 else raw)
    return path


@pytest.mark.deeper
@pytest.mark.timeout(1800)
def test_damaged_files_are_refused_in_words_or_add_up(tmp_path: Path) -> None:
    ends: Counter[str] = Counter()
    store = MemoryStore()
    for seed in range(FILES):
        if seed % 200 == 0:
            store = MemoryStore()
        before = store.count(INCIDENTS)
        said = fate(store, made(seed, tmp_path), seed)
        if isinstance(said, AnttError):
            assert said.message.vi, seed
            assert said.hint.vi, (seed, said)
            ends[said.code] += 1
            continue
        ends["imported"] += 1
        assert said.counts.adds_up, seed
        assert store.count(INCIDENTS) == before + said.counts.accepted, seed
        assert len(said.rejects) == said.counts.quarantined, seed
    print(dict(ends))
    assert ends["imported"] > FILES // 4


def test_ten_thousand_damaged_rows_have_one_fate_each(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    path = tmp_path / "a.csv"
    path.write_text(text(strange_rows(ROWS, rng)), encoding="utf-8")
    store = MemoryStore()
    request = IncidentRequest(path, "thử", "Asia/Ho_Chi_Minh", chunk_rows=1_500)
    said = import_incidents(store, request, now=NOW, rng=rng)
    assert said.counts.read == ROWS
    assert said.counts.adds_up
    assert all(reasons for reasons in said.rejects["reasons"])
    again = import_incidents(store, request, now=NOW, rng=rng)
    # What was set aside is set aside again; what was kept or changed is known.
    assert (again.counts.accepted, again.counts.quarantined) == (0, said.counts.quarantined)
