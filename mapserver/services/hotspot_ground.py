"""What every hotspot method works on: incidents in metres, and the study area they lie in, said aloud."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter
from layers.geo import CRS_LONLAT, Bounds, bounds_lonlat, metric_crs, to_crs, transform_xy
from layers.hotspots.points import check_accuracy
from layers.hotspots.study_area import StudyArea, area_of_incidents, area_of_units, stated
from layers.records import Filter
from layers.wording import Text
from mapserver.services.hotspot_requests import HotspotRequest
from mapserver.services.incidents import Selection, select
from mapserver.services.reader import Reader

__all__ = ["AreaFile", "Ground", "lay_ground"]

Array = NDArray[np.float64]

_LONLAT = 4326
# The side of a box in degrees is no straight line in metres; so short a piece of it is.
_BOX_STEP_DEGREES = 0.01
# Borders of real files overlap by less.
_LEAST_PART_M2 = 10_000.0
# What is withheld elsewhere would count as empty, and the viewer's own ground would be a hotspot for that alone.
_UNEVEN = Text(
    "Bạn xem chính xác địa bàn của mình; nơi khác chỉ có số liệu công bố (số nhỏ được giữ kín) hoặc chưa có, nên không "
    "so sánh được nơi này với nơi khác.",
    "You see your own ground exactly and elsewhere only published counts (small ones withheld) or none, so places "
    "cannot be compared with one another.",
)


@dataclass(frozen=True)
class AreaFile:
    """A study area of the user's own.

    Parameters
    ----------
    name : str
        Of the file, for the sentence.
    frame : GeoDataFrame
        Polygons in EPSG:4326.
    """

    name: str
    frame: gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class Ground:
    """Incidents with a place in one study area.

    Parameters
    ----------
    taken : Selection
        What the filter takes.
    epsg : int
        The metric system.
    area : StudyArea
        In that system.
    kind : str
        ``units``, ``own``, ``bbox`` or ``file``.
    x_m, y_m, day : ndarray of float, shape (n,)
        Of the incidents inside the area: east, north, days since 1970-01-01.
    hour : ndarray of int, shape (n,)
        0 to 23; -1 where it is not known.
    unit : ndarray of int, shape (n,)
        Row in the unit table; -1 outside every unit.
    accuracy_m : ndarray of float, shape (n,)
        How far each position may be off; not a number where unknown.
    published_m : float
        Side of the cells of published counts among them, metres; 0 where there are none.
    is_uneven : bool
        Whether the viewer sees one part of the area exactly and of another only published counts, or nothing.
    outside : int
        Incidents with a place outside the area.
    since, until : float
        The first day of the period and the day after the last.
    """

    taken: Selection
    epsg: int
    area: StudyArea
    kind: str
    x_m: Array
    y_m: Array
    day: Array
    hour: NDArray[np.int64]
    unit: NDArray[np.int64]
    accuracy_m: Array
    published_m: float
    is_uneven: bool
    outside: int
    since: float
    until: float

    @property
    def days(self) -> int:
        """Length of the period, days."""
        return round(self.until - self.since)

    @cached_property
    def unit_rows(self) -> NDArray[np.int64]:
        """Rows of the units that have borders, in the order in which they serve as cells."""
        if self.kind == "own":
            return _units_in(self.taken, self.area, epsg=self.epsg)
        drawn = self.taken.units.frame.geometry.notna().to_numpy()
        asked = self.taken.provenance.asked.unit
        if asked is not None:
            drawn = drawn & (np.arange(len(drawn)) == self.taken.units.position(asked))
        return np.flatnonzero(drawn)

    @cached_property
    def unit_shapes(self) -> NDArray[np.object_]:
        """The units that have borders, in the metric system."""
        frame = self.taken.units.frame.iloc[self.unit_rows]
        shapes: NDArray[np.object_] = to_crs(frame[["geometry"]], self.epsg).geometry.to_numpy()
        return shapes

    @property
    def cautions(self) -> tuple[Text, ...]:
        """What a reader of any picture of it must know."""
        return (_UNEVEN,) if self.is_uneven else ()

    def require(
        self, *, scale_m: float | None = None, in_days: bool = False, compares: bool = False, least: int = 1
    ) -> None:
        """Refuse what these incidents are too coarse or too few for.

        Parameters
        ----------
        scale_m : float, optional
            Side of a cell, bandwidth or reach, metres.
        in_days : bool
            Whether the method looks at single days.
        compares : bool
            Whether the method compares the parts of the area with one another.
        least : int
            How many incidents the method needs.

        Raises
        ------
        InvalidParameter
            When positions or times are coarser than what shall be told from them, or what is compared is not seen
            alike.
        EmptyInput
            With too few incidents.
        """
        if in_days and self.published_m:
            raise InvalidParameter(
                Text("Bạn chỉ xem được số liệu công bố theo tháng, không đủ chi tiết cho phương pháp theo ngày.",
                     "You see published counts by month, which are too coarse for a method that looks at days."),
                Text("Chọn phương pháp theo ô, hoặc chỉ lọc đơn vị bạn phụ trách.",
                     "Choose a method that counts in cells, or filter the unit you answer for."),
            )  # fmt: skip
        if scale_m is not None and scale_m < self.published_m:
            raise InvalidParameter(
                Text(f"Số liệu công bố chia theo ô {self.published_m:g} m, không phân tích được ở mức {scale_m:g} m.",
                     f"Published counts come in cells of {self.published_m:g} m and tell nothing at {scale_m:g} m."),
                Text(f"Chọn từ {self.published_m:g} m trở lên.", f"Choose {self.published_m:g} m or more."),
            )  # fmt: skip
        if compares and self.is_uneven:
            raise InvalidParameter(
                _UNEVEN,
                Text("Chọn phạm vi area=own (địa bàn bạn phụ trách), hoặc lọc một đơn vị của địa bàn đó.",
                     "Choose area=own (the ground you answer for), or filter one of its units."),
            )  # fmt: skip
        if len(self.x_m) < least:
            raise EmptyInput(
                Text(f"Có {len(self.x_m)} vụ có vị trí trong phạm vi; phương pháp này cần ít nhất {least} vụ.",
                     f"There are {len(self.x_m)} incidents with a place in the area; this method needs {least}."),
                Text("Mở rộng thời gian, loại vụ việc hoặc phạm vi.", "Widen the period, the categories or the area."),
            )  # fmt: skip
        if scale_m is not None:
            check_accuracy(self.accuracy_m, scale_m=scale_m)


def lay_ground(
    reader: Reader, asked: Filter, request: HotspotRequest, *, now: dt.datetime, file: AreaFile | None = None
) -> Ground:
    """Take the incidents of a filter into a metric system and a study area.

    Parameters
    ----------
    reader : Reader
        The store, and what its viewer may see of it.
    asked : Filter
        What was asked for.
    request : HotspotRequest
        States the study area and the metric system.
    now : datetime
        The moment.
    file : AreaFile, optional
        The study area, in place of the one of the request.

    Returns
    -------
    Ground
        The incidents inside the area.

    Raises
    ------
    InvalidParameter
        When there is no study area.
    EmptyInput
        When the incidents shall enclose the area and enclose none.
    """
    taken = select(reader, asked, now=now)
    table = taken.table
    rows = np.flatnonzero(taken.mask[: table.placed_count])
    lon, lat = table.lon[rows], table.lat[rows]
    kind = "file" if file else _kind(asked, request)
    outlines = file.frame if file else _outlines(reader, taken, kind, now=now)
    epsg = request.crs or metric_crs(_bounds(outlines, lon, lat))
    x_m, y_m = transform_xy(lon, lat, from_epsg=_LONLAT, to_epsg=epsg)
    said = _said(taken, outlines, kind, file=file) if outlines is not None else None
    area = _area(taken, outlines, epsg=epsg, said=said) if outlines is not None else area_of_incidents(x_m, y_m)
    shapely.prepare(area.geometry)
    inside = table.unit[rows] >= 0 if kind == "units" else shapely.intersects_xy(area.geometry, x_m, y_m)
    if kind == "own" and table.published is not None:
        # A published row stands in the middle of its cell, which may lie over the border.
        inside &= ~table.published[rows]
    here = rows[inside]
    since, until = _period(taken, table.day[here])
    coarse = table.accuracy_m[here][table.published[here]] if table.published is not None else np.empty(0)
    return Ground(
        taken, epsg, area, kind, x_m[inside], y_m[inside], table.day[here].astype(np.float64),
        table.hour[here].astype(np.int64), table.unit[here].astype(np.int64), table.accuracy_m[here].astype(np.float64),
        float(coarse.max(initial=0.0)), kind != "own" and _is_uneven(taken, here, area, epsg=epsg),
        int((~inside).sum()), since, until,
    )  # fmt: skip


def _kind(asked: Filter, request: HotspotRequest) -> str:
    # One unit of the own ground is asked for as any other.
    return "units" if request.area == "own" and asked.unit is not None else request.area


def _outlines(reader: Reader, taken: Selection, kind: str, *, now: dt.datetime) -> gpd.GeoDataFrame | None:
    if kind == "bbox":
        return None
    own = reader.exact_area() if kind == "own" else None
    if own is None:
        return _units(taken)
    # Rights are those of the units of today, whatever day is asked for.
    today = reader.units(reader.today(now)).frame
    mine = today[today["code"].isin(own) & today.geometry.notna()]
    if mine.empty:
        raise InvalidParameter(
            Text("Tài khoản của bạn chưa có địa bàn phụ trách.", "Your account answers for no area."),
            Text("Nhờ quản trị viên giao địa bàn cho tài khoản.", "Ask the administrator to give it one."),
        )
    return mine


def _is_uneven(taken: Selection, here: NDArray[np.int64], area: StudyArea, *, epsg: int) -> bool:
    table = taken.table
    if table.published is None or not (~table.published[here]).any():
        return False
    if table.published[here].any():
        return True
    # Nothing was published of the rest, so where there is no exact row nobody can tell whether it is empty.
    return not bool(np.isin(_units_in(taken, area, epsg=epsg), table.unit[~table.published]).all())


def _units_in(taken: Selection, area: StudyArea, *, epsg: int) -> NDArray[np.int64]:
    asked = taken.provenance.asked.unit
    if asked is not None:
        return np.array([taken.units.position(asked)])
    rows = np.flatnonzero(taken.units.frame.geometry.notna().to_numpy())
    shapes = to_crs(taken.units.frame.iloc[rows][["geometry"]], epsg).geometry.to_numpy()
    found: NDArray[np.int64] = rows[shapely.area(shapely.intersection(shapes, area.geometry)) > _LEAST_PART_M2]
    return found


def _units(taken: Selection) -> gpd.GeoDataFrame:
    frame = taken.units.frame
    asked = taken.provenance.asked.unit
    chosen = frame if asked is None else frame.iloc[[taken.units.position(asked)]]
    drawn = chosen[chosen.geometry.notna()]
    if not len(drawn):
        # Says that none is stated, and how to state one.
        stated(None)
    return drawn


def _bounds(outlines: gpd.GeoDataFrame | None, lon: Array, lat: Array) -> Bounds:
    box = None if outlines is None else bounds_lonlat(outlines)
    if box is not None:
        return box
    if not len(lon):
        raise EmptyInput(
            Text("Không có vụ việc nào có vị trí.", "No incident has a place."),
            Text("Mở rộng thời gian, loại vụ việc hoặc phạm vi.", "Widen the period, the categories or the area."),
        )
    return Bounds(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def _area(taken: Selection, outlines: gpd.GeoDataFrame, *, epsg: int, said: Text | None) -> StudyArea:
    whole = area_of_units(list(to_crs(outlines[["geometry"]], epsg).geometry))
    said = said or whole.said
    box = taken.provenance.asked.bounds
    if box is None:
        return StudyArea(whole.geometry, said)
    corners = shapely.segmentize(shapely.box(*box), _BOX_STEP_DEGREES)
    cut = to_crs(gpd.GeoDataFrame(geometry=[corners], crs=CRS_LONLAT), epsg).geometry.iloc[0]
    part = area_of_units([shapely.intersection(whole.geometry, cut)])
    inside = Text(f"{said.vi}, chỉ trong khung tọa độ đã chọn", f"{said.en}, only inside the box chosen")
    return StudyArea(part.geometry, inside)


def _said(taken: Selection, outlines: gpd.GeoDataFrame, kind: str, *, file: AreaFile | None) -> Text | None:
    """Name the area; None where the units loaded are all there is to say."""
    if file is not None:
        return Text(f"tệp vùng {file.name}", f"the area of {file.name}")
    if kind == "own":
        count = len(outlines)
        return Text(f"địa bàn phụ trách ({count} đơn vị)", f"the ground answered for ({count} units)")
    if taken.provenance.asked.unit is None:
        return None
    row = outlines.iloc[0]
    return Text(f"{row['unit_type']} {row['name']}".strip(), str(row["name"]))


def _period(taken: Selection, day: Sequence[int] | NDArray[np.int32]) -> tuple[float, float]:
    epoch, period = dt.date(1970, 1, 1), taken.provenance.asked.period
    held = np.asarray(day)
    first, last = (float(held.min()), float(held.max())) if len(held) else (0.0, 0.0)
    since = first if period.since is None else float((period.since - epoch).days)
    until = last + 1 if period.until is None else float((period.until - epoch).days)
    return since, until
