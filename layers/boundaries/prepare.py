"""From a file as read to units that may enter the store, with a report of all that was found."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers import schema
from layers.boundaries.beats import in_their_wards
from layers.boundaries.mending import Mended, mend
from layers.boundaries.placing import inside_vietnam
from layers.boundaries.reading import SourceFile
from layers.boundaries.report import ImportReport, MendedUnit, QuarantinedRow, check_units
from layers.boundaries.snapping import snap_to_grid
from layers.boundaries.values import pad_code
from layers.catalog import UNITS
from layers.errors import InvalidParameter
from layers.geo import CRS_LONLAT, area_m2
from layers.records import Period, new_ids
from layers.wording import Text

__all__ = ["LEVELS", "Vintage", "prepare"]

LEVELS = ("commune", "beat")

_NO_CODE = Text("thiếu mã đơn vị", "has no unit code")
_NO_NAME = Text("thiếu tên đơn vị", "has no unit name")
_OUTSIDE = Text("nằm ngoài Việt Nam", "lies outside Việt Nam")


@dataclass(frozen=True)
class Vintage:
    """What the units of one file have in common.

    Parameters
    ----------
    valid_from : date
        First day on which they are in force.
    valid_to : date or None
        First day on which they are no longer in force; None while they are.
    level : str
        One of `LEVELS`.
    decree : str or None
        The legal text that set them, used where the file names none.
    source : str or None
        Where they come from, as shown; None for the name of the file.

    Raises
    ------
    InvalidParameter
        When the level is not one that is imported, or the vintage ends before it begins.
    """

    valid_from: dt.date
    valid_to: dt.date | None = None
    level: str = "commune"
    decree: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        Period(self.valid_from, self.valid_to)
        if self.level == "province":
            raise InvalidParameter(
                Text("Tỉnh được ghép từ các xã, phường; không nạp riêng.",
                     "Provinces are dissolved from communes, never imported beside them."),
                Text("Nạp các xã, phường của tỉnh (--level commune); lấy ranh giới tỉnh bằng "
                     "`antt boundaries export --level province`.",
                     "Import the communes of the province (--level commune); write its borders with "
                     "`antt boundaries export --level province`."),
            )  # fmt: skip
        if self.level not in LEVELS:
            known = ", ".join(LEVELS)
            raise InvalidParameter(
                Text(f"Không có cấp “{self.level}”.", f"There is no level “{self.level}”."),
                Text(f"Các cấp: {known}.", f"Levels: {known}."),
            )


def prepare(
    source: SourceFile,
    vintage: Vintage,
    *,
    now: dt.datetime,
    rng: np.random.Generator,
    wards: gpd.GeoDataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, ImportReport]:
    """Mend, check and complete the units of a file.

    A row without code, name or usable area, a row outside Việt Nam, and every further row of
    a code that came before, is set aside with its reasons; all others are taken in, their
    vertices on a grid of a centimetre. Overlaps and gaps are reported with a proposal, never
    repaired here. A beat is given the ward it lies in, whose code goes before its own number; one
    that does not lie in a single ward is set aside.

    Parameters
    ----------
    source : SourceFile
        The file as read.
    vintage : Vintage
        Validity, level and origin of its units.
    now : datetime
        The moment, with its time zone, for the ids.
    rng : numpy.random.Generator
        For the ids.
    wards : GeoDataFrame, optional
        Wards and communes in force on the first day, with ``code, name, unit_type, valid_from``: those that
        beats are placed in.

    Returns
    -------
    tuple of GeoDataFrame and ImportReport
        Units that keep `catalog.UNITS.schema`, and the report.
    """
    mended = mend(source.frame.geometry.to_numpy())
    told = source.frame.assign(code=[pad_code(code, vintage.level) for code in source.frame["code"]])
    nested, astray = (told, {}) if wards is None else in_their_wards(told, mended.shapes, wards)
    quarantined = _quarantined(nested, {**astray, **mended.refused})
    kept = np.setdiff1d(np.arange(source.row_count), [row.row - 1 for row in quarantined])
    shapes = snap_to_grid(mended.shapes[kept])
    rows = nested.iloc[kept].reset_index(drop=True)
    rows = rows.assign(
        id=new_ids(len(kept), now=now, rng=rng),
        area_km2=area_m2(shapes.tolist()) / 1e6,
    )
    units = schema.check(_completed(rows, shapes, source=source, vintage=vintage), UNITS.schema)
    report = replace(
        check_units(units),
        mended=_mended_units(units, mended, kept),
        quarantined=tuple(quarantined),
        dropped_columns=source.dropped_columns,
        dropped_values=source.dropped_values,
    )
    return units, report


def _quarantined(rows: gpd.GeoDataFrame, refused: Mapping[int, Text]) -> list[QuarantinedRow]:
    reasons: dict[int, list[Text]] = defaultdict(list)
    inside = inside_vietnam(rows.geometry.to_numpy())
    codes = rows["code"].tolist()
    for position, name in enumerate(rows["name"]):
        reasons[position] += [] if codes[position] else [_NO_CODE]
        reasons[position] += [] if name else [_NO_NAME]
        reasons[position] += [refused[position]] if position in refused else []
        reasons[position] += [] if inside[position] else [_OUTSIDE]
    _add_repeated(reasons, codes)
    return [QuarantinedRow(row + 1, codes[row], tuple(why)) for row, why in sorted(reasons.items()) if why]


def _add_repeated(reasons: Mapping[int, list[Text]], codes: list[str]) -> None:
    first: dict[str, int] = {}
    for position, code in enumerate(codes):
        if not code:
            continue
        # A broken row does not hold the place of a sound one that follows it.
        earlier = first.setdefault(code, position) if not reasons[position] else first.get(code, position)
        if earlier != position:
            row = earlier + 1
            reasons[position].append(Text(f"trùng mã với dòng {row}", f"repeats the code of row {row}"))


def _completed(
    rows: gpd.GeoDataFrame, shapes: NDArray[np.object_], *, source: SourceFile, vintage: Vintage
) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows.drop(columns="geometry"))
    for column in ("parent", "parent_name", "formed_from", "decree"):
        values = frame[column] if column in frame.columns else pd.Series([""] * len(frame), dtype=object)
        frame[column] = values.astype(object).where(values != "", None)
    frame["parent"] = [pad_code(code, "province") if code else None for code in frame["parent"]]
    frame["decree"] = frame["decree"].where(frame["decree"].notna(), vintage.decree)
    if "population" in frame.columns:
        frame["population"] = frame["population"].round()
    frame["level"] = vintage.level
    frame["valid_from"] = vintage.valid_from.isoformat()
    frame["valid_to"] = vintage.valid_to.isoformat() if vintage.valid_to else None
    frame["source"] = vintage.source or source.file_name
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS_LONLAT)


def _mended_units(units: gpd.GeoDataFrame, mended: Mended, kept: NDArray[np.int64]) -> tuple[MendedUnit, ...]:
    return tuple(
        MendedUnit(units["code"].iloc[row], units["name"].iloc[row], mended.area_change_m2[position])
        for row, position in enumerate(kept.tolist())
        if position in mended.area_change_m2
    )
