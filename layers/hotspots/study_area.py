"""The study area: where an incident could have been counted, said aloud.

Empty cells count only inside it, so every statement about "more than elsewhere" depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import EmptyInput, GeometryWrong, InvalidParameter, TooLarge
from layers.wording import Text

__all__ = ["MAX_CELLS", "StudyArea", "area_of_incidents", "area_of_units", "check_grid_size", "stated"]

Array = NDArray[np.float64]

MAX_CELLS = 4_000_000


@dataclass(frozen=True)
class StudyArea:
    """An area in a metric system, and where it comes from.

    Parameters
    ----------
    geometry : shapely Polygon or MultiPolygon
        Metres.
    said : Text
        What the area is, for a sentence: "the 3 units loaded".
    """

    geometry: shapely.Geometry
    said: Text

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east and north, metres."""
        west, south, east, north = self.geometry.bounds
        return west, south, east, north

    @property
    def area_km2(self) -> float:
        """Area in the plane of the metric system, km²."""
        return float(self.geometry.area) / 1e6


def area_of_units(geometries_m: Sequence[shapely.Geometry]) -> StudyArea:
    """Take the units that are loaded as the study area.

    Parameters
    ----------
    geometries_m : sequence of shapely geometries
        Polygons in a metric system.

    Returns
    -------
    StudyArea
        Their union.

    Raises
    ------
    GeometryWrong
        When they enclose no area.

    Examples
    --------
    >>> area_of_units([shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 3000, 1000)]).area_km2
    3.0
    """
    union = shapely.union_all([shape for shape in geometries_m if shape is not None])
    if union.area == 0:
        raise GeometryWrong(
            Text("Phạm vi nghiên cứu không có diện tích.", "The study area encloses no area."),
            Text("Nạp đơn vị có ranh giới, hoặc chọn tệp vùng.", "Load units with borders, or choose an area file."),
        )
    count = len(geometries_m)
    return StudyArea(union, Text(f"{count} đơn vị đã nạp", f"the {count} units loaded"))


def area_of_incidents(x_m: Array, y_m: Array) -> StudyArea:
    """Take the incidents' bounding box as the study area.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north, metres.

    Returns
    -------
    StudyArea
        The box.

    Raises
    ------
    EmptyInput
        When the box has no area: no incident, one, or all on one line.

    Examples
    --------
    >>> area_of_incidents(np.array([0.0, 2000.0]), np.array([0.0, 500.0])).area_km2
    1.0
    """
    if len(x_m) == 0 or np.ptp(x_m) == 0 or np.ptp(y_m) == 0:
        raise EmptyInput(
            Text("Các vụ việc không bao quanh diện tích nào.", "The incidents enclose no area."),
            Text("Nạp ranh giới hoặc chọn tệp vùng làm phạm vi.", "Load borders or choose an area file."),
        )
    box = shapely.box(x_m.min(), y_m.min(), x_m.max(), y_m.max())
    return StudyArea(
        box,
        Text(
            "hình chữ nhật bao quanh các vụ việc (nơi không có vụ việc ở ngoài hình không được tính)",
            "the box around the incidents (places without incidents outside it do not count)",
        ),
    )


def stated(area: StudyArea | None) -> StudyArea:
    """Refuse to go on without a study area.

    Parameters
    ----------
    area : StudyArea or None
        What the reader stated.

    Returns
    -------
    StudyArea
        The same.

    Raises
    ------
    InvalidParameter
        When none was stated.
    """
    if area is None:
        raise InvalidParameter(
            Text("Chưa nêu phạm vi nghiên cứu.", "No study area is stated."),
            Text(
                "Nạp ranh giới đơn vị, chọn tệp vùng, hoặc nói rõ là dùng hình bao quanh các vụ việc (bbox).",
                "Load units, choose an area file, or say that the box around the incidents (bbox) shall do.",
            ),
        )
    return area


def check_grid_size(rows: int, columns: int, *, cell_m: float) -> None:
    """Refuse a grid that memory would not hold.

    Parameters
    ----------
    rows, columns : int
        Of the box around the study area.
    cell_m : float
        Side of a cell, metres.

    Raises
    ------
    TooLarge
        When it would have more than `MAX_CELLS` cells; says which side would do.
    """
    if rows * columns <= MAX_CELLS:
        return
    least_m = np.ceil(cell_m * np.sqrt(rows * columns / MAX_CELLS))
    raise TooLarge(
        Text(f"Lưới {rows} × {columns} ô vượt quá {MAX_CELLS // 1_000_000} triệu ô.",
             f"A grid of {rows} × {columns} cells is more than {MAX_CELLS // 1_000_000} million cells."),
        Text(f"Chọn cỡ ô từ {least_m:.0f} m, hoặc thu hẹp phạm vi.",
             f"Choose cells of {least_m:.0f} m or more, or a smaller area."),
    )  # fmt: skip
