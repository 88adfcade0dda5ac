"""The boundaries of one day as a file for other programs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
from pyogrio.errors import DataSourceError

from layers.errors import EmptyInput, InvalidParameter, OutputUnwritable
from layers.wording import Text
from mapserver.services.reader import Reader

__all__ = ["BoundaryFile", "export_boundaries"]

_DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG", ".fgb": "FlatGeobuf"}


@dataclass(frozen=True)
class BoundaryFile:
    """What was written.

    Parameters
    ----------
    path : Path
        The file.
    units : int
        Units in it.
    by_name_only : int
        Units in force left out because their borders are not known.
    """

    path: Path
    units: int
    by_name_only: int


def export_boundaries(reader: Reader, path: Path, *, as_of: dt.date, level: str = "commune") -> BoundaryFile:
    """Write the units in force on a day into a file; the kind is told by its name.

    Parameters
    ----------
    reader : Reader
        The store.
    path : Path
        Ends in ``.geojson``, ``.gpkg`` or ``.fgb``; a file that is there is replaced.
    as_of : date
        The day.
    level : str
        One of `reader.LEVELS`; provinces are dissolved from their wards.

    Returns
    -------
    BoundaryFile
        What was written.

    Raises
    ------
    InvalidParameter
        When the kind of file is not known.
    EmptyInput
        When no unit of that level with borders is in force.
    OutputUnwritable
        When the file cannot be written.
    """
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise InvalidParameter(
            Text(f"Không ghi được loại tệp “{path.suffix}”.", f"Files of kind “{path.suffix}” are not written."),
            Text(f"Dùng một trong: {', '.join(_DRIVERS)}.", f"Use one of: {', '.join(_DRIVERS)}."),
        )
    table = reader.units(as_of, level).frame
    drawn = table[table.geometry.notna()]
    if not len(drawn):
        raise EmptyInput(
            Text(f"Không có ranh giới nào có hiệu lực ngày {as_of}.", f"No boundaries are in force on {as_of}."),
            Text("Xem các mốc bằng `antt boundaries list`.", "See the days with `antt boundaries list`."),
        )
    frame = drawn.drop(columns=["id", "row_version"], errors="ignore")
    _write(frame.assign(as_of=as_of.isoformat()), path, driver)
    return BoundaryFile(path, len(frame), len(table) - len(drawn))


def _write(frame: gpd.GeoDataFrame, path: Path, driver: str) -> None:
    try:
        # Whoever reads the file meanwhile sees the old one or the new one, never half of it.
        with TemporaryDirectory(dir=path.parent) as folder:
            made = Path(folder) / path.name
            frame.to_file(made, driver=driver, layer="units" if driver == "GPKG" else None)
            made.replace(path)
    except (OSError, DataSourceError) as problem:
        raise OutputUnwritable(
            Text(f"Không ghi được tệp {path.name}.", f"The file {path.name} cannot be written."),
            Text("Kiểm tra thư mục và quyền ghi.", "Check the folder and the right to write there."),
        ) from problem
