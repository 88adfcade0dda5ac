"""Write units_2025.csv, the facts of all commune-level units, from a national boundary file.

Run once per new boundary file: ``python make_units_csv.py FILE OUT.csv``. Only names, codes,
published figures and a coarse place are taken over; no border of the file is.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import geopandas as gpd

from layers import geo
from layers.errors import EmptyInput, FileMissing, SchemaMismatch
from layers.wording import Text, fold, nfc

COLUMNS = (
    "code",
    "name",
    "unit_type",
    "province_code",
    "province_name",
    "area_km2_published",
    "population",
    "seat_lon",
    "seat_lat",
)
TAKEN_OVER = COLUMNS[:7]
SEAT_DECIMALS = 2


def bare_name(name: str, unit_type: str) -> str:
    """Take the type off the front of a unit's name.

    Parameters
    ----------
    name : str
        As files write it, with or without its type.
    unit_type : str
        ``Phường``, ``Xã`` or ``Đặc khu``.

    Returns
    -------
    str
        The name alone, in NFC.

    Examples
    --------
    >>> bare_name("Phường Thành Đông", "Phường"), bare_name("xã Tân An", "Xã"), bare_name("Xã", "Xã")
    ('Thành Đông', 'Tân An', 'Xã')
    """
    words, type_words = nfc(name).split(" "), nfc(unit_type).split(" ")
    front = " ".join(words[: len(type_words)])
    if len(words) > len(type_words) and fold(front) == fold(unit_type):
        return " ".join(words[len(type_words) :])
    return " ".join(words)


def read_units(path: Path) -> gpd.GeoDataFrame:
    """Read a national boundary file.

    Parameters
    ----------
    path : Path
        Any polygon file that names its coordinate system and has the columns taken over.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326.

    Raises
    ------
    FileMissing
        When the file is not there.
    SchemaMismatch
        When a column is missing.
    EmptyInput
        When the file holds no unit.
    """
    if not path.is_file():
        raise FileMissing(
            Text(f"Không tìm thấy tệp {path}.", f"There is no file {path}."),
            Text("Kiểm tra lại đường dẫn.", "Check the path."),
        )
    frame = geo.to_lonlat(gpd.read_file(path))
    missing = [name for name in TAKEN_OVER if name not in frame.columns]
    if missing:
        raise SchemaMismatch(
            Text(f"Tệp thiếu cột: {', '.join(missing)}.", f"The file lacks columns: {', '.join(missing)}."),
            Text("Đổi tên cột cho khớp.", "Rename the columns to match."),
        )
    if frame.empty:
        raise EmptyInput(Text("Tệp không có đơn vị nào.", "The file holds no unit."))
    return frame


def rows_of(frame: gpd.GeoDataFrame) -> list[dict[str, str]]:
    """Make the rows of the table, ordered by code.

    Parameters
    ----------
    frame : GeoDataFrame
        Units in EPSG:4326.

    Returns
    -------
    list of dict of str to str
        One per unit; seats in degrees with two decimals, areas in km².
    """
    seats = frame.geometry.representative_point()
    rows = []
    for record, seat in zip(frame.to_dict("records"), seats, strict=True):
        row = {name: nfc(str(record[name])) for name in TAKEN_OVER}
        row["name"] = bare_name(row["name"], row["unit_type"])
        row["area_km2_published"] = f"{float(record['area_km2_published']):g}"
        row["seat_lon"] = f"{seat.x:.{SEAT_DECIMALS}f}"
        row["seat_lat"] = f"{seat.y:.{SEAT_DECIMALS}f}"
        rows.append(row)
    return sorted(rows, key=lambda row: row["code"])


def main() -> None:
    """Read the arguments and write the table."""
    parser = argparse.ArgumentParser(description="Lập bảng đơn vị hành chính từ tệp ranh giới toàn quốc.")
    parser.add_argument("file", type=Path, help="tệp ranh giới / boundary file")
    parser.add_argument("out", type=Path, help="tệp CSV kết quả / CSV to write")
    arguments = parser.parse_args()
    rows = rows_of(read_units(arguments.file))
    with arguments.out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{arguments.out}: {len(rows)} đơn vị")


if __name__ == "__main__":
    main()
