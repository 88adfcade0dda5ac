"""The cells that hotspots are counted in: a grid over the study area, or the units themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.locate import locate
from layers.errors import InvalidParameter, TooLarge
from layers.geo import transform_xy
from layers.hotspots.baselines import StudyCells
from layers.hotspots.cells import Counted, GridCells, UnitCells, hexagon_cells, square_cells
from layers.hotspots.forecasts import ScoredCells
from layers.hotspots.neighbours import Neighbours
from layers.hotspots.sentences import THIS_CELL
from layers.wording import Text
from mapserver.services.hotspot_ground import Ground
from mapserver.services.hotspot_requests import HotspotRequest

__all__ = ["MOST_CELLS_SENT", "GroundCells", "check_sendable", "expected_cells", "ground_cells"]

# What a browser still draws, and a job still carries as its result.
MOST_CELLS_SENT = 100_000
_LONLAT = 4326
# Borders of real files lie some tenths of a metre apart.
_GAP_M = 1.0


@dataclass(frozen=True, eq=False)
class GroundCells:
    """Cells over a ground, with the incidents in them.

    Parameters
    ----------
    ground : Ground
        The incidents.
    cells : GridCells or UnitCells
        The cells.
    cell : ndarray of int, shape (n,)
        Number of the cell of each incident of the ground; -1 in none.
    """

    ground: Ground
    cells: GridCells | UnitCells
    cell: NDArray[np.int64]

    @property
    def noun(self) -> Text:
        """What the cells are called, many of them."""
        return Text("đơn vị", "units") if isinstance(self.cells, UnitCells) else Text("ô", "cells")

    @cached_property
    def neighbours(self) -> Neighbours:
        """Who is next to whom."""
        return self.cells.neighbours(gap_m=_GAP_M) if isinstance(self.cells, UnitCells) else self.cells.neighbours()

    @cached_property
    def counted(self) -> Counted:
        """Incidents by cell; of units also those that are known by their unit alone."""
        outside = self.ground.outside + int((self.cell < 0).sum())
        if isinstance(self.cells, GridCells):
            return Counted(np.bincount(self.cell[self.cell >= 0], minlength=len(self.cells)), outside)
        taken = self.ground.taken
        every = np.bincount(taken.table.unit[taken.mask & (taken.table.unit >= 0)], minlength=len(taken.units.frame))
        return Counted(every[self.ground.unit_rows], outside)

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """How much of each cell lies in the study area, shape (cells,)."""
        return self.cells.share if isinstance(self.cells, GridCells) else np.ones(len(self.cells))

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """The cells drawn, in the metric system."""
        return self.cells.polygons()

    def subject(self, cell: int) -> Text:
        """Name one cell, as a sentence begins.

        Parameters
        ----------
        cell : int
            Its number.

        Returns
        -------
        Text
            The unit's name, or “this cell”.
        """
        if isinstance(self.cells, GridCells):
            return THIS_CELL
        row = self.ground.taken.units.frame.iloc[self.ground.unit_rows[cell]]
        return Text(f"{row['unit_type']} {row['name']}".strip(), str(row["name"]))

    def named(self, cell: int) -> dict[str, object]:
        """Give the properties that tell which cell it is.

        Parameters
        ----------
        cell : int
            Its number.

        Returns
        -------
        dict
            ``cell``, ``unit`` and ``name`` of a cell that is a unit, ``in_unit`` (the name of the unit that a cell of
            a grid lies in), ``share``.
        """
        names: dict[str, object] = {"unit": None, "name": None, "in_unit": None}
        if isinstance(self.cells, UnitCells):
            names |= {"unit": self.cells.names[cell], "name": self.subject(cell)}
        elif self.home[cell] >= 0:
            names["in_unit"] = str(self.ground.taken.units.frame["name"].iloc[self.home[cell]])
        return {"cell": cell, **names, "share": float(self.share[cell])}

    @cached_property
    def scored(self) -> ScoredCells:
        """The cells as forecasts score them."""
        # A place inside, also of a cell that a border cuts into a crescent.
        inside = shapely.point_on_surface(self.shapes)
        return ScoredCells(shapely.get_x(inside), shapely.get_y(inside), shapely.area(self.shapes), self.neighbours)

    @cached_property
    def home(self) -> NDArray[np.int64]:
        """Row of the unit that each cell lies in, -1 for none, shape (cells,)."""
        scored, units = self.scored, self.ground.taken.units.frame
        if not units.geometry.notna().any():
            return np.full(len(self.cells), -1, dtype=np.int64)
        lon, lat = transform_xy(scored.x_m, scored.y_m, from_epsg=self.ground.epsg, to_epsg=_LONLAT)
        return locate(lon, lat, units)

    @cached_property
    def study(self) -> StudyCells:
        """The cells as a back-test marks them, with the unit that each lies in."""
        scored, units = self.scored, self.ground.taken.units.frame
        if isinstance(self.cells, UnitCells) or not units.geometry.notna().any():
            return StudyCells(scored.area_m2)
        # What lies in no unit is one more.
        return StudyCells(scored.area_m2, np.where(self.home < 0, len(units), self.home))


def expected_cells(ground: Ground, request: HotspotRequest) -> int:
    """Estimate how many cells there will be.

    Parameters
    ----------
    ground : Ground
        The study area.
    request : HotspotRequest
        Shape and size.

    Returns
    -------
    int
        Cells.
    """
    if request.shape == "units":
        return len(ground.unit_rows)
    return int(ground.area.area_km2 * 1e6 / request.cell_m**2)


def check_sendable(ground: Ground, request: HotspotRequest) -> None:
    """Refuse a grid that no page can draw.

    Parameters
    ----------
    ground : Ground
        The study area.
    request : HotspotRequest
        Shape and size.

    Raises
    ------
    TooLarge
        When it has more than `MOST_CELLS_SENT` cells.
    """
    expected = expected_cells(ground, request)
    if expected > MOST_CELLS_SENT:
        least_m = np.ceil(np.sqrt(ground.area.area_km2 * 1e6 / MOST_CELLS_SENT))
        raise TooLarge(
            Text(f"Khoảng {expected} ô là quá nhiều để vẽ trên trang.", f"Some {expected} cells are too many to draw."),
            Text(f"Chọn ô từ {least_m:.0f} m, thu hẹp phạm vi, hoặc dùng lệnh `antt hotspots run`.",
                 f"Choose cells of {least_m:.0f} m or more, a smaller area, or `antt hotspots run`."),
        )  # fmt: skip


def ground_cells(ground: Ground, request: HotspotRequest) -> GroundCells:
    """Lay cells over a ground.

    Parameters
    ----------
    ground : Ground
        Incidents and study area.
    request : HotspotRequest
        Shape and size.

    Returns
    -------
    GroundCells
        The cells with the incidents in them.

    Raises
    ------
    InvalidParameter
        When units shall be cells but are not the study area, or are cut by a box.
    TooLarge
        When the grid would be too large.
    """
    if request.shape == "units":
        return _units(ground)
    lay = hexagon_cells if request.shape == "hexagon" else square_cells
    cells = lay(ground.area, cell_m=request.cell_m)
    return GroundCells(ground, cells, cells.place(ground.x_m, ground.y_m))


def _units(ground: Ground) -> GroundCells:
    if ground.kind != "units" or ground.taken.provenance.asked.bounds is not None:
        raise InvalidParameter(
            Text("Chỉ đếm theo đơn vị khi phạm vi là các đơn vị đã nạp, không cắt theo khung tọa độ.",
                 "Units serve as cells only when the units loaded are the study area, without a box."),
            Text("Bỏ bbox, hoặc chọn ô vuông hay lục giác.", "Leave out the box, or choose squares or hexagons."),
        )  # fmt: skip
    taken, rows = ground.taken, ground.unit_rows
    cells = UnitCells([taken.units.references[row] for row in rows], ground.unit_shapes)
    number = np.full(len(taken.units.frame) + 1, -1, dtype=np.int64)
    number[rows] = np.arange(len(rows))
    return GroundCells(ground, cells, number[ground.unit])
