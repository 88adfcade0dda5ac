"""Incidents as files for other programs, each saying what was asked for and what is missing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.catalog import INCIDENTS, categories
from layers.errors import InvalidParameter, TooLarge
from layers.index.identity import ascending, find, hash_ids
from layers.records import Filter
from layers.schema import Kind
from layers.store import Query
from layers.wording import Text
from mapserver.services.incidents import Selection, select
from mapserver.services.output_files import put_file
from mapserver.services.reader import Reader
from mapserver.services.spreadsheet_cells import neutral, of_workbook
from mapserver.services.steady import read_steadily

__all__ = ["KINDS", "Export", "collect_export", "kind_of", "write_export", "write_export_file"]

KINDS = ("csv", "xlsx", "geojson")

# Rows of a sheet in Office Open XML, less those above the data.
_SHEET_ROWS = 1_048_576 - 10
_DEGREE_DIGITS = 7
_TITLES_ADDED = {
    "id": Text("Mã bản ghi", "Record id"),
    "row_version": Text("Phiên bản", "Version"),
    "category_title": Text("Tên loại vụ việc", "Name of the category"),
    "lon": Text("Kinh độ", "Longitude"),
    "lat": Text("Vĩ độ", "Latitude"),
    "unit": Text("Mã đơn vị", "Unit"),
    "unit_name": Text("Đơn vị", "Name of the unit"),
}


@dataclass(frozen=True)
class Export:
    """Incidents ready to be written, with where they come from.

    Parameters
    ----------
    rows : DataFrame
        One row an incident; texts, numbers and None only; ``lon`` and ``lat`` in degrees, EPSG:4326;
        moments as local ISO texts with their offset.
    meta : dict
        The provenance, the day of the export and the titles of the columns.
    """

    rows: pd.DataFrame
    meta: dict[str, object]

    def records(self) -> Iterator[tuple[object, ...]]:
        """Go through the rows.

        Yields
        ------
        tuple
            The values of one incident, in the order of the columns.
        """
        yield from self.rows.itertuples(index=False, name=None)


def kind_of(path: Path) -> str:
    """Find the kind of file that a name asks for.

    Parameters
    ----------
    path : Path
        The file to write.

    Returns
    -------
    str
        One of `KINDS`.

    Raises
    ------
    InvalidParameter
        When the name ends in something else.

    Examples
    --------
    >>> kind_of(Path("t7.CSV"))
    'csv'
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        listed = ", ".join(f".{known}" for known in KINDS)
        raise InvalidParameter(
            Text(f"Chưa xuất được tệp “{path.name}”.", f"“{path.name}” is not a kind that can be written."),
            Text(f"Đặt tên tệp kết thúc bằng {listed}.", f"End the file name with one of {listed}."),
        )
    return kind


def collect_export(reader: Reader, asked: Filter, *, now: dt.datetime, language: str) -> Export:
    """Take the incidents of a filter with every column.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        What was asked for.
    now : datetime
        The moment.
    language : str
        Language of titles and sentences, ``vi`` or ``en``.

    Returns
    -------
    Export
        Ordered by id.

    Raises
    ------
    NotFound
        When the unit asked for is not in force.
    InvalidParameter
        When a category is not in the list.
    StoreBusy
        When the data changed each time they were read.
    """
    counted = () if asked.with_withdrawn else (("withdrawn", None),)

    def both() -> tuple[Selection, gpd.GeoDataFrame]:
        return select(reader, asked, now=now), reader.details(Query(where=counted))

    taken, frame = read_steadily(reader.store, both)
    rows = _rows(taken, frame, zone=reader.timezone, language=language)
    titles = {str(name): _title(str(name)).in_language(language) for name in rows.columns}
    meta = taken.provenance.as_json(language)
    exported = now.astimezone(reader.timezone).isoformat(timespec="seconds")
    return Export(rows, meta | {"crs": "EPSG:4326", "rows": len(rows), "exported_at": exported, "columns": titles})


def _rows(taken: Selection, frame: gpd.GeoDataFrame, *, zone: ZoneInfo, language: str) -> pd.DataFrame:
    kept, chosen = _records_of(taken, frame)
    names = {category.slug: category.title.in_language(language) for category in categories()}
    columns: dict[str, list[object]] = {"id": _plain(kept["id"])}
    for column in INCIDENTS.schema.columns:
        values = kept[column.name]
        columns[column.name] = _local(values, zone) if column.kind is Kind.MOMENT else _plain(values)
        if column.name == "category":
            columns["category_title"] = [names.get(str(slug), str(slug)) for slug in values]
    shapes = kept.geometry.to_numpy()
    columns["lon"], columns["lat"] = _degrees(shapely.get_x(shapes)), _degrees(shapely.get_y(shapes))
    columns |= _units(taken, chosen)
    columns["row_version"] = _plain(kept["row_version"])
    if not taken.provenance.asked.with_withdrawn:
        columns.pop("withdrawn")
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def _records_of(taken: Selection, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, NDArray[np.int64]]:
    """Pick the records that were taken, and tell where each stands in the table, which has an order of its own."""
    table = taken.table
    rows = np.flatnonzero(taken.mask)
    identity = table.identity[rows]
    place = find(identity, ascending(identity), hash_ids(frame["id"], salt=table.salt))
    held = place >= 0
    return frame[held], rows[place[held]]


def _units(taken: Selection, chosen: NDArray[np.int64]) -> dict[str, list[object]]:
    units = taken.units
    references = [*units.references, None]
    names = [
        *(f"{kind} {name}" for kind, name in zip(units.frame["unit_type"], units.frame["name"], strict=True)),
        None,
    ]
    # Position -1, outside every unit, is the None at the end.
    places = taken.table.unit[chosen].tolist()
    return {"unit": [references[place] for place in places], "unit_name": [names[place] for place in places]}


def _plain(values: pd.Series) -> list[object]:
    plain: list[object] = values.astype(object).where(values.notna(), None).tolist()
    return plain


def _local(values: pd.Series, zone: ZoneInfo) -> list[object]:
    return [None if pd.isna(moment) else moment.isoformat() for moment in values.dt.tz_convert(zone)]


def _degrees(values: NDArray[np.float64]) -> list[object]:
    return [None if np.isnan(value) else value for value in np.round(values, _DEGREE_DIGITS).tolist()]


def _title(name: str) -> Text:
    known = {column.name: column.title for column in INCIDENTS.schema.columns}
    return known.get(name) or _TITLES_ADDED[name]


def write_export(export: Export, kind: str, out: BinaryIO) -> None:
    """Write an export.

    Parameters
    ----------
    export : Export
        The incidents.
    kind : str
        One of `KINDS`. GeoJSON carries the provenance as its member ``meta``, a workbook above the
        table and on its second sheet; CSV has no place for it.
    out : binary file
        Where to.

    Raises
    ------
    TooLarge
        When the rows do not fit into a sheet.
    """
    writers: dict[str, Callable[[Export, BinaryIO], None]] = {"csv": _csv, "xlsx": _xlsx, "geojson": _geojson}
    writers[kind](export, out)


def _csv(export: Export, out: BinaryIO) -> None:
    # The byte-order mark makes spreadsheets read the file as UTF-8.
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(export.rows.columns)
    for row in export.records():
        writer.writerow([neutral(cell) for cell in row])
    # Closing the wrapper would close the file under it.
    text.detach()


def _xlsx(export: Export, out: BinaryIO) -> None:
    from openpyxl import Workbook

    if len(export.rows) > _SHEET_ROWS:
        raise TooLarge(
            Text(f"{len(export.rows)} vụ việc không vừa một trang tính.",
                 f"{len(export.rows)} incidents do not fit into one sheet."),
            Text("Thu hẹp bộ lọc, hoặc xuất CSV.", "Narrow the filter, or write CSV."),
        )  # fmt: skip

    book = Workbook(write_only=True)
    table = book.create_sheet("Vụ việc")
    notices = export.meta["notices"]
    assert isinstance(notices, list)  # noqa: S101 - made by `Provenance.as_json`
    for line in (export.meta["sentence"], "; ".join(notices)):
        table.append([of_workbook(line)])
    table.append([])
    table.append(list(export.rows.columns))
    for row in export.records():
        table.append([of_workbook(cell) for cell in row])
    origin = book.create_sheet("Nguồn gốc")
    for name, value in export.meta.items():
        for key, entry in value.items() if isinstance(value, dict) else [("", value)]:
            shown = "; ".join(map(str, entry)) if isinstance(entry, list) else entry
            origin.append([of_workbook(f"{name}.{key}" if key else name), of_workbook(shown)])
    book.save(out)


def _geojson(export: Export, out: BinaryIO) -> None:
    out.write(b'{"type":"FeatureCollection","meta":' + _json(export.meta) + b',"features":[')
    names = [str(name) for name in export.rows.columns]
    for position, row in enumerate(export.records()):
        values = dict(zip(names, row, strict=True))
        row_id, lon, lat = values.pop("id"), values.pop("lon"), values.pop("lat")
        shape = None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
        feature = {"type": "Feature", "id": row_id, "geometry": shape, "properties": values}
        out.write((b",\n" if position else b"\n") + _json(feature))
    out.write(b"\n]}\n")


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def write_export_file(export: Export, path: Path) -> list[Path]:
    """Write an export to a file, whole or not at all; CSV gets its provenance in a second file.

    Parameters
    ----------
    export : Export
        The incidents.
    path : Path
        The file; its ending names the kind.

    Returns
    -------
    list of Path
        What was written: the file, and ``NAME.meta.json`` beside a CSV file.

    Raises
    ------
    InvalidParameter
        When the ending is not known.
    OutputUnwritable
        When the file cannot be written.
    TooLarge
        When the rows do not fit into a sheet.
    """
    kind = kind_of(path)
    written = [put_file(path, lambda out: write_export(export, kind, out))]
    if kind == "csv":
        meta = json.dumps(export.meta, ensure_ascii=False, indent=2).encode()
        written.append(put_file(path.with_suffix(".meta.json"), lambda out: _put(out, meta)))
    return written


def _put(out: BinaryIO, content: bytes) -> None:
    out.write(content)
