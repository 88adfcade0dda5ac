"""The legal standards of units: the table kept in the store, and the units held against it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np

from layers import schema
from layers.boundaries.standards import (
    COLUMNS,
    Standard,
    Standing,
    doubts,
    in_force_on,
    judge,
    read_standards,
    shipped_standards,
)
from layers.catalog import STANDARDS
from layers.errors import EmptyInput, FileMissing, FileUnreadable, SchemaMismatch
from layers.geo import CRS_LONLAT
from layers.records import new_ids
from layers.store import ChangeSet, Store
from layers.store.base import Author
from layers.wording import Text
from mapserver.services.authors import os_user
from mapserver.services.reader import Reader
from mapserver.services.tables import UnitTable

__all__ = ["StandardsReport", "keep_standards", "standards_csv", "standards_of", "standards_report"]


@dataclass(frozen=True)
class StandardsReport:
    """The units in force against the standards in force, on one day.

    Parameters
    ----------
    as_of : date
        The day.
    units : UnitTable
        The n units.
    standards : tuple of Standard
        Those in force on the day.
    standings : tuple of Standing, length n
        In the order of the units.
    edited : bool
        Whether the table was changed from the one shipped.
    """

    as_of: dt.date
    units: UnitTable
    standards: tuple[Standard, ...]
    standings: tuple[Standing, ...]
    edited: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many units have each verdict."""
        return dict(Counter(str(standing.overall) for standing in self.standings))

    def as_json(self, language: str) -> dict[str, object]:
        """Write it as plain values.

        Parameters
        ----------
        language : str
            ``vi`` or ``en``.

        Returns
        -------
        dict
            The units, the standards used, which of their figures are not certain, and what could not be checked.
        """
        frame = self.units.frame
        area, people = (
            values.astype(object).where(values.notna(), None)
            for values in (frame["area_km2_published"].fillna(frame["area_km2"]), frame["population"])
        )
        rows = zip(
            self.units.references, frame["unit_type"], frame["name"], area, people, self.standings,
            strict=True,
        )  # fmt: skip
        return {
            "units": [
                {
                    "unit": reference,
                    "name": f"{kind} {name}",
                    "area": str(standing.area),
                    "population": str(standing.population),
                    "overall": str(standing.overall),
                    "settings": [each.setting for each in standing.standards],
                    "measured": {"area_km2": area, "people": people},
                    "least": {
                        "area_km2": sorted({float(each.min_area_km2) for each in standing.standards}),
                        "people": sorted({each.min_population for each in standing.standards}),
                    },
                }
                for reference, kind, name, area, people, standing in rows
            ],
            "counts": self.counts,
            "standards": [_plain(each) for each in self.standards],
            "doubts": [each.in_language(language) for each in doubts(self.standards)],
            "unchecked": list(dict.fromkeys(each.unchecked.in_language(language) for each in self.standards)),
            "meta": {"as_of": str(self.as_of), "edited": self.edited},
        }


def standards_of(reader: Reader) -> tuple[tuple[Standard, ...], bool]:
    """Read the table of standards.

    Parameters
    ----------
    reader : Reader
        The store.

    Returns
    -------
    tuple of tuple of Standard and bool
        The table, and whether it is the user's own.
    """
    kept = reader.symbols(STANDARDS)
    if not len(kept):
        return shipped_standards(), False
    rows = kept.sort_values("id")[list(COLUMNS)].astype(object)
    texts = rows.where(rows.notna(), "").astype(str).to_dict("records")
    return read_standards(texts), True


def standards_report(reader: Reader, as_of: dt.date) -> StandardsReport:
    """Hold the units in force on a day against the standards in force on it.

    Parameters
    ----------
    reader : Reader
        The store.
    as_of : date
        The day.

    Returns
    -------
    StandardsReport
        One standing for each unit.
    """
    units = reader.units(as_of)
    table, edited = standards_of(reader)
    current = in_force_on(table, as_of)
    return StandardsReport(as_of, units, current, judge(units.frame, current), edited)


def standards_csv(reader: Reader) -> str:
    """Write the table for a spreadsheet.

    Parameters
    ----------
    reader : Reader
        The store.

    Returns
    -------
    str
        CSV with a header; `keep_standards` reads it back.
    """
    table, _edited = standards_of(reader)
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_plain(each) for each in table)
    return sheet.getvalue()


def keep_standards(store: Store, path: Path, *, now: dt.datetime, rng: np.random.Generator) -> int:
    """Put a user's own table in the place of the one there is.

    Parameters
    ----------
    store : Store
        The store of record.
    path : Path
        A CSV file with the columns of `standards_csv`.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    int
        Rows kept.

    Raises
    ------
    AnttError
        When the file cannot be read or a row is not understood; the table is then as it was.
    """
    rows = _file_rows(path)
    found = read_standards(rows)
    frame = gpd.GeoDataFrame(
        {"id": new_ids(len(found), now=now, rng=rng)}
        | {name: [_plain(each)[name] for each in found] for name in COLUMNS},
        geometry=[None] * len(found),
        crs=CRS_LONLAT,
    )
    with store.transaction():
        gone = tuple(store.read(STANDARDS)["id"])
        change = ChangeSet(STANDARDS, insert=schema.check(frame, STANDARDS.schema), delete=gone)
        store.apply(change, Author(os_user(), path.name, now))
    return len(found)


def _file_rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileMissing(Text(f"Không có tệp {path.name}.", f"There is no file {path.name}.")) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise FileUnreadable(
            Text(f"Không đọc được tệp {path.name}.", f"The file {path.name} cannot be read."),
            Text("Lưu lại dạng CSV UTF-8.", "Save it as CSV in UTF-8."),
        ) from problem
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise SchemaMismatch(
            Text(f"Bảng thiếu cột {', '.join(missing)}.", f"The table lacks the columns {', '.join(missing)}."),
            Text("Xuất bảng mẫu bằng --export rồi sửa.", "Write the table with --export and change that."),
        )
    rows = list(reader)
    if not rows:
        raise EmptyInput(Text("Bảng không có dòng nào.", "The table has no row."))
    return rows


def _plain(standard: Standard) -> dict[str, object]:
    values = asdict(standard)
    return {
        "in_force_from": str(standard.since),
        "in_force_to": str(standard.until) if standard.until else None,
        "unchecked_vi": standard.unchecked.vi,
        "unchecked_en": standard.unchecked.en,
    } | {name: values[name] for name in COLUMNS if name in values}
