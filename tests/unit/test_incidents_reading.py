"""Opening files of incidents: whatever an office sends, or one clear sentence."""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from layers.errors import AnttError, EmptyInput, FileMissing, FileUnreadable, InvalidParameter
from layers.incidents.reading import open_table
from layers.incidents.tables import Table

TEXT = "Ngày;Loại vụ việc;Phường\n1/7/2025;Trộm cắp tài sản;Lê Thanh Nghị\n2/7/2025;Gây rối trật tự;Hải Dương\n"
TCVN3 = "Ngµy;Lo¹i vô viÖc;Ph­êng\n1/7/2025;Trém c¾p tµi s¶n;Lª Thanh NghÞ\n2/7/2025;G©y rèi trËt tù;H¶i D­¬ng\n"
# Windows-1258 writes the tone as a sign of its own behind the letter.
CP1258 = (
    TEXT.replace("Ngày", "Ngày")
    .replace("ạ", "a\u0323")
    .replace("ụ", "u\u0323")
    .replace("ệ", "ê\u0323")
    .replace("ườ", "ươ\u0300")
    .replace("ộ", "ô\u0323")
    .replace("ắ", "ă\u0301")
    .replace("ả", "a\u0309")
    .replace("ị", "i\u0323")
    .replace("ố", "ô\u0301")
    .replace("ậ", "â\u0323")
    .replace("ự", "ư\u0323")
)
ROWS = [
    {"Ngày": "1/7/2025", "Loại vụ việc": "Trộm cắp tài sản", "Phường": "Lê Thanh Nghị"},
    {"Ngày": "2/7/2025", "Loại vụ việc": "Gây rối trật tự", "Phường": "Hải Dương"},
]


def _rows(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.columns, row, strict=True)) for chunk in table.chunks() for row in chunk.frame.to_numpy()]


def _write(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TCVN3.encode("latin-1"), "tcvn3"),
        (TCVN3.encode(), "tcvn3"),
    ],
)
def test_vietnamese_text_is_read_in_every_encoding(tmp_path: Path, raw: bytes, encoding: str) -> None:
    table = open_table(_write(tmp_path, raw))
    assert _rows(table) == ROWS
    assert table.encoding == encoding


def test_windows_1258_is_read(tmp_path: Path) -> None:
    table = open_table(_write(tmp_path, CP1258.encode("cp1258")))
    assert table.encoding == "cp1258"
    assert table.columns == ("Ngày", "Loại vụ việc", "Phường")


def test_an_encoding_can_be_stated(tmp_path: Path) -> None:
    assert _rows(open_table(_write(tmp_path, TCVN3.encode("latin-1")), encoding="TCVN3")) == ROWS
    with pytest.raises(InvalidParameter):
        open_table(_write(tmp_path, TEXT), encoding="klingon")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    assert _rows(open_table(_write(tmp_path, TEXT.replace(";", separator)))) == ROWS


def test_decimal_commas_do_not_pass_for_separators(tmp_path: Path) -> None:
    table = open_table(_write(tmp_path, "a;x;y\n1;106,31;20,95\n2;106,32;20,96\n"))
    assert table.columns == ("a", "x", "y")


def test_excels_separator_line_and_title_lines_are_passed_over(tmp_path: Path) -> None:
    assert _rows(open_table(_write(tmp_path, f"sep=;\n{TEXT}"))) == ROWS
    assert _rows(open_table(_write(tmp_path, f"DANH SÁCH VỤ VIỆC;;\n\n{TEXT}", "b.csv"))) == ROWS


def test_compressed_files_are_read(tmp_path: Path) -> None:
    packed = _write(tmp_path, gzip.compress(TEXT.encode()), "a.csv.gz")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("folder/a.csv", TEXT)
    assert _rows(open_table(packed)) == _rows(open_table(archive)) == ROWS


def test_rows_keep_their_number_in_the_file(tmp_path: Path) -> None:
    text = 'a,b\n1,2\n\n3\n"x\ny",4\n5,6,7\n8,9'
    chunks = list(open_table(_write(tmp_path, text), chunk_rows=2).chunks())
    kept = [(int(number), row) for chunk in chunks for number, row in zip(chunk.numbers, chunk.frame["b"], strict=True)]
    assert kept == [(2, "2"), (5, "4"), (7, "9")]
    assert [lame.row for chunk in chunks for lame in chunk.malformed] == [4, 6]


def test_chunks_hold_every_row_once_and_can_be_read_again(tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{number},x\n" for number in range(1000))
    table = open_table(_write(tmp_path, text), chunk_rows=300)
    for _ in range(2):
        chunks = list(table.chunks())
        assert [len(chunk) for chunk in chunks] == [300, 300, 300, 100]
        assert [row["a"] for row in _rows(table)] == [str(number) for number in range(1000)]


def test_repeated_and_empty_headers_get_names(tmp_path: Path) -> None:
    assert open_table(_write(tmp_path, "x,,x\n1,2,3\n")).columns == ("x", "column_2", "x (2)")


def test_a_workbook_is_read_with_its_dates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["DANH SÁCH"])
    sheet.append(["Ngày", "Giờ", "Loại", "Kinh độ"])
    sheet.append([dt.datetime(2025, 7, 1), dt.time(15, 30), "Trộm cắp", 106.3])  # noqa: DTZ001  a sheet knows no zone
    sheet["A3"].number_format = "dd/mm/yyyy"
    sheet.append([dt.datetime(2025, 7, 2, 8, 15), "9h", "Ma túy", 106])  # noqa: DTZ001
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert _rows(open_table(path)) == [
        {"Ngày": "2025-07-01", "Giờ": "15:30:00", "Loại": "Trộm cắp", "Kinh độ": "106.3"},
        {"Ngày": "2025-07-02 08:15:00", "Giờ": "9h", "Loại": "Ma túy", "Kinh độ": "106"},
    ]


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.parquet"])
def test_points_of_spatial_files_become_coordinates(tmp_path: Path, name: str) -> None:
    frame = gpd.GeoDataFrame(
        {"loai": ["trộm cắp", "cướp"], "so": [1, 2]}, geometry=[shapely.Point(106.25, 20.5), None], crs="EPSG:4326"
    )
    path = tmp_path / name
    if name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    table = open_table(path)
    assert table.epsg == 4326
    assert _rows(table) == [
        {"loai": "trộm cắp", "so": "1", "geometry_x": "106.25", "geometry_y": "20.5"},
        {"loai": "cướp", "so": "2", "geometry_x": "", "geometry_y": ""},
    ]


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    first, second = open_table(_write(tmp_path, TEXT)), open_table(_write(tmp_path, TEXT, "b.csv"))
    assert first.sha256 == second.sha256 != open_table(_write(tmp_path, f"{TEXT}3/7/2025;x;y\n", "c.csv")).sha256
    assert len(first.sha256) == 64


@pytest.mark.parametrize(
    ("name", "raw", "error"),
    [
        ("a.csv", b"", EmptyInput),
        ("a.csv", b"  \n\n", EmptyInput),
        ("a.csv", b"a,b\n", EmptyInput),
        ("a.csv", b"a", EmptyInput),
        ("a.csv", b'a,b\n1,2\n3,"4\n5,6\n', FileUnreadable),
        ("a.csv.gz", b"not gzip", FileUnreadable),
        ("a.csv.gz", gzip.compress(TEXT.encode() * 500)[:-20], FileUnreadable),
        ("a.zip", b"not zip", FileUnreadable),
        ("a.xlsx", b"not a workbook", FileUnreadable),
        ("a.geojson", b"{}", FileUnreadable),
        ("a.gpkg", b"no", FileUnreadable),
        ("a.parquet", b"no", FileUnreadable),
        ("a.docx", b"no", FileUnreadable),
    ],
)
def test_unusable_files_get_one_sentence_and_a_hint(
    tmp_path: Path, name: str, raw: bytes, error: type[AnttError]
) -> None:
    with pytest.raises(error) as caught:
        open_table(_write(tmp_path, raw, name))
    assert caught.value.message.vi
    assert caught.value.hint.vi


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="nowhere"):
        open_table(tmp_path / "nowhere.csv")


def test_a_frame_of_pandas_can_stand_for_a_file(tmp_path: Path) -> None:
    table = open_table(_write(tmp_path, TEXT))
    frame = next(iter(table.chunks())).frame
    assert frame.index.tolist() == [2, 3]
    assert all(dtype == pd.Series([], dtype=object).dtype for dtype in frame.dtypes)
