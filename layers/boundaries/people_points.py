"""Reading where people live: a table of points with their number of people."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from layers.boundaries.lineage_table import read_text
from layers.boundaries.shares import PeoplePoints
from layers.errors import InvalidParameter
from layers.wording import Text, slug

__all__ = ["read_people"]

_HEADINGS = {
    "lon": ("lon", "lng", "longitude", "kinh_do"),
    "lat": ("lat", "latitude", "vi_do"),
    "people": ("people", "population", "dan_so", "so_nguoi"),
}


def read_people(path: Path) -> PeoplePoints:
    """Read a CSV file in UTF-8 with the columns ``lon``, ``lat`` (degrees) and ``population``.

    Parameters
    ----------
    path : Path
        The file, packed with gzip or not.

    Returns
    -------
    PeoplePoints
        Every point.

    Raises
    ------
    FileMissing, FileUnreadable
        When there is no such text.
    InvalidParameter
        When a column is missing, or a row is not three numbers of which the last is not negative.
    """
    lines = csv.reader(io.StringIO(read_text(path), newline=""))
    header = [slug(name) for name in next(lines, [])]
    places = [next((header.index(word) for word in words if word in header), -1) for words in _HEADINGS.values()]
    if min(places) < 0:
        raise _wrong(path, 1)
    numbers = []
    for row, cells in enumerate(lines, start=2):
        if any(cells):
            numbers.append(_numbers(cells, places, path=path, row=row))
    lon, lat, people = np.array(numbers, dtype=np.float64).reshape(-1, 3).T
    return PeoplePoints(lon, lat, people)


def _numbers(cells: list[str], places: list[int], *, path: Path, row: int) -> list[float]:
    try:
        read = [float(cells[place]) for place in places]
    except (ValueError, IndexError) as problem:
        raise _wrong(path, row) from problem
    if not (np.isfinite(read).all() and abs(read[0]) <= 180 and abs(read[1]) <= 90 and read[2] >= 0):
        raise _wrong(path, row)
    return read


def _wrong(path: Path, row: int) -> InvalidParameter:
    return InvalidParameter(
        Text(f"“{path.name}”, dòng {row}: cần kinh độ, vĩ độ và số dân.",
             f"“{path.name}”, row {row}: longitude, latitude and a number of people are needed."),
        Text("Các cột: lon, lat, population; tọa độ WGS 84 tính bằng độ.",
             "The columns are lon, lat, population; WGS 84 degrees."),
    )  # fmt: skip
