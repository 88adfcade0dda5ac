"""What a printed sheet needs to know: one frozen value, nothing read from elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter
from layers.geo import Bounds
from layers.hotspots.density import DensityGrid
from layers.wording import Text

__all__ = ["IncidentPoints", "PrintData", "PrintHotspots", "ranking"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class IncidentPoints:
    """Incidents that have a place.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Degrees.
    category : ndarray of str, shape (n,)
        Slugs.
    """

    lon: Array
    lat: Array
    category: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class PrintHotspots:
    """What a hotspot method found, for a sheet.

    Parameters
    ----------
    title : Text
        The method.
    cells : GeoDataFrame
        ``class`` and polygons of what stands out, in a metric system.
    sentences : tuple of Text
        The map in words, and its back-test.
    evidence : str
        The start of the hash of the inputs, the seed and the version.
    """

    title: Text
    cells: gpd.GeoDataFrame
    sentences: tuple[Text, ...]
    evidence: str


@dataclass(frozen=True)
class PrintData:
    """Everything on one sheet.

    Parameters
    ----------
    title : Text
        The finding or the question.
    sentence : Text
        The filters in words, under the title.
    place : Text
        Name of the area shown.
    units : GeoDataFrame, n rows
        EPSG:4326 with `code`, `name`, `unit_type`, `valid_from`.
    period, vintage : Text
        The days covered; the boundaries used.
    total, placed, unplaced : int
        Incidents in the period; with a place; without one.
    insets : GeoDataFrame
        `role` (mainland, hoang_sa, truong_sa), `name`, geometry, EPSG:4326.
    source : Text
        Where boundaries and incidents come from.
    data_version : str
        Versions of the data read.
    printed_at : datetime
        The moment of printing, with its time zone.
    counts : ndarray of int, shape (n,), or None
        Incidents in each unit.
    rates : ndarray of float, shape (n,), or None
        Incidents per 10,000 people in each unit, not finite where the population is unknown.
    incidents : IncidentPoints or None
        The incidents as points.
    density : DensityGrid or None
        The density surface.
    density_epsg : int or None
        The metric system of the surface.
    hotspots : PrintHotspots or None
        What a hotspot method found.
    safezones : GeoDataFrame or None
        `kind` and geometry, EPSG:4326.
    cameras : GeoDataFrame or None
        Geometry, EPSG:4326.
    notices : tuple of Text
        What the sheet must say, such as that boundaries are schematic.
    marking : Text or None
        Security marking.
    visible : tuple of str
        Keys of the layers drawn: ``units``, ``counts``, ``density``, ``incidents``, ``cameras``,
        ``safezones`` for every kind or ``safezones:kind`` for one.
    extent : Bounds or None
        The box to show, degrees; None for all units, those far off in a box of their own.

    Raises
    ------
    EmptyInput
        When no unit has a geometry.
    InvalidParameter
        When figures do not match the units, a density comes without its system, or the insets
        lack Hoàng Sa or Trường Sa.
    """

    title: Text
    sentence: Text
    place: Text
    units: gpd.GeoDataFrame
    period: Text
    vintage: Text
    total: int
    placed: int
    unplaced: int
    insets: gpd.GeoDataFrame
    source: Text
    data_version: str
    printed_at: dt.datetime
    counts: NDArray[np.int64] | None = None
    rates: Array | None = None
    incidents: IncidentPoints | None = None
    density: DensityGrid | None = None
    density_epsg: int | None = None
    hotspots: PrintHotspots | None = None
    safezones: gpd.GeoDataFrame | None = None
    cameras: gpd.GeoDataFrame | None = None
    notices: tuple[Text, ...] = ()
    marking: Text | None = None
    visible: tuple[str, ...] = ("units",)
    extent: Bounds | None = None

    def __post_init__(self) -> None:
        if not self.units.geometry.notna().any():
            raise EmptyInput(
                Text("Chưa có ranh giới nào để in.", "There is no boundary to print."),
                Text("Nhập ranh giới: antt boundaries import FILE.", "Import some: antt boundaries import FILE."),
            )
        for fault in (*self._figure_faults(), *self._inset_faults()):
            raise InvalidParameter(
                Text(f"Không in được bản đồ: {fault.vi}.", f"The map cannot be printed: {fault.en}."),
                Text("Báo người quản trị kèm dòng này.", "Tell the administrator this line."),
            )

    def _figure_faults(self) -> list[Text]:
        expected = len(self.units)
        faults = [
            Text(f"số liệu {name} có {len(figures)} dòng, cần {expected}",
                 f"{name} has {len(figures)} figures where {expected} are needed")
            for name, figures in (("counts", self.counts), ("rates", self.rates))
            if figures is not None and len(figures) != expected
        ]  # fmt: skip
        if self.density is not None and self.density_epsg is None:
            faults.append(Text("mật độ thiếu hệ tọa độ", "the density lacks its coordinate system"))
        return faults

    def _inset_faults(self) -> list[Text]:
        missing = {"hoang_sa", "truong_sa"} - set(self.insets["role"])
        if missing:
            return [Text("bản đồ phụ thiếu Hoàng Sa, Trường Sa", "the inset lacks Hoàng Sa or Trường Sa")]
        return []

    def shows(self, key: str) -> bool:
        """Say whether a layer is drawn.

        Parameters
        ----------
        key : str
            Such as ``density`` or ``safezones:camera_an_ninh``.

        Returns
        -------
        bool
            True when the layer, or the group before the colon, is among the visible ones.
        """
        return key in self.visible or key.partition(":")[0] in self.visible


def ranking(data: PrintData, limit: int) -> list[int]:
    """Rank the units by their number of incidents.

    Parameters
    ----------
    data : PrintData
        The sheet.
    limit : int
        Most units wanted.

    Returns
    -------
    list of int
        Positions of units with at least one incident, most first, equal ones by code; empty
        without counts.
    """
    if data.counts is None:
        return []
    codes = data.units["code"].astype(str).tolist()
    counts = data.counts.tolist()
    order = sorted(range(len(codes)), key=lambda row: (-counts[row], codes[row]))
    return [row for row in order if counts[row] > 0][:limit]
