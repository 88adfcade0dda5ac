"""Cells to count in: squares and hexagons in metres clipped to a study area, and units themselves.

A grid hangs on a fixed origin of the metric system, not on the data, so that two periods or two
areas are counted in the same cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import InvalidParameter
from layers.hotspots.neighbours import Neighbours, lattice_neighbours, touching_neighbours
from layers.hotspots.study_area import StudyArea, check_grid_size, stated
from layers.wording import Text

__all__ = ["Counted", "GridCells", "UnitCells", "hexagon_cells", "square_cells"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Shapes = NDArray[np.object_]

# Cells looked at in one go while a grid is laid; bounds the memory, not the result.
_CHUNK = 200_000

# A sliver of a millionth of a cell is the rounding of a border that runs along the grid.
_LEAST_SHARE = 1e-6

_ROOT3 = float(np.sqrt(3.0))


class Counted(NamedTuple):
    """Incidents by cell.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Incidents in each cell.
    outside : int
        Incidents in no cell, because they lie outside the study area.
    """

    counts: Integers
    outside: int


@dataclass(frozen=True)
class GridCells:
    """The cells of a regular grid that lie in a study area, wholly or in part.

    Parameters
    ----------
    area : StudyArea
        What the grid is clipped to.
    kind : str
        ``"square"`` or ``"hexagon"``.
    cell_m : float
        Side of a square; distance between opposite sides of a hexagon; metres.
    origin_m : tuple of float
        East and north of the lower left corner of square (0, 0), or of the middle of hexagon (0, 0).
    row, column : ndarray of int, shape (n,)
        Place on the lattice; axial coordinates for hexagons.
    share : ndarray of float, shape (n,)
        How much of each cell lies in the area, above 0 to 1.
    """

    area: StudyArea
    kind: str
    cell_m: float
    origin_m: tuple[float, float]
    row: Integers
    column: Integers
    share: Array

    def __len__(self) -> int:
        return len(self.row)

    def polygons(self) -> Shapes:
        """Draw the cells.

        Returns
        -------
        ndarray of shapely geometries, shape (n,)
            In the metric system, cut at the border of the study area.
        """
        shapes = _shapes(self.kind, self.row, self.column, lattice=_Lattice(self.cell_m, self.origin_m))
        part = self.share < 1
        shapes[part] = shapely.intersection(shapes[part], self.area.geometry)
        return shapes

    def neighbours(self, rule: str = "queen") -> Neighbours:
        """Find the neighbours of every cell.

        Parameters
        ----------
        rule : str
            ``"queen"`` or ``"rook"``; hexagons touch along sides only, so both are one to them.

        Returns
        -------
        Neighbours
            The lists.
        """
        return lattice_neighbours(self.row, self.column, rule="hexagon" if self.kind == "hexagon" else rule)

    def place(self, x_m: Array, y_m: Array) -> Integers:
        """Find the cell of each incident.

        Parameters
        ----------
        x_m, y_m : ndarray of float, shape (m,)
            East and north, metres.

        Returns
        -------
        ndarray of int, shape (m,)
            Numbers of cells; -1 outside the study area.
        """
        row, column = _place_on_lattice(self.kind, x_m, y_m, lattice=_Lattice(self.cell_m, self.origin_m))
        width = int(self.column.max() - self.column.min()) + 1
        ours = (self.row - self.row.min()) * width + self.column - self.column.min()
        order = np.argsort(ours)
        theirs = (row - self.row.min()) * width + column - self.column.min()
        at = order[np.minimum(np.searchsorted(ours, theirs, sorter=order), len(ours) - 1)]
        inside = (self.row[at] == row) & (self.column[at] == column)
        cut = inside & (self.share[at] < 1)
        shapely.prepare(self.area.geometry)
        inside[cut] = shapely.intersects_xy(self.area.geometry, x_m[cut], y_m[cut])
        return np.where(inside, at, -1)

    def count(self, x_m: Array, y_m: Array) -> Counted:
        """Count incidents in each cell.

        Parameters
        ----------
        x_m, y_m : ndarray of float, shape (m,)
            East and north, metres.

        Returns
        -------
        Counted
            The counts, and how many lie outside the study area.
        """
        return _counted(self.place(x_m, y_m), len(self))


@dataclass(frozen=True)
class UnitCells:
    """Units as cells.

    Parameters
    ----------
    names : sequence of str, length n
        What the units are called outside.
    shapes : ndarray of shapely geometries, shape (n,)
        Polygons in a metric system.
    """

    names: Sequence[str]
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.shapes)

    def polygons(self) -> Shapes:
        """Return the units' own polygons.

        Returns
        -------
        ndarray of shapely geometries, shape (n,)
            In the metric system.
        """
        return self.shapes

    def neighbours(self, *, gap_m: float = 0.0) -> Neighbours:
        """Find the units that share a border or a corner.

        Parameters
        ----------
        gap_m : float
            Borders so far apart still touch, metres.

        Returns
        -------
        Neighbours
            The lists.
        """
        return touching_neighbours(self.shapes, gap_m=gap_m)

    def place(self, x_m: Array, y_m: Array) -> Integers:
        """Find the unit of each incident; one on a common border belongs to the first unit.

        Parameters
        ----------
        x_m, y_m : ndarray of float, shape (m,)
            East and north, metres.

        Returns
        -------
        ndarray of int, shape (m,)
            Numbers of units; -1 in no unit.
        """
        point, unit = shapely.STRtree(self.shapes).query(shapely.points(x_m, y_m), predicate="intersects")
        order = np.lexsort((unit, point))
        placed, first = np.unique(point[order], return_index=True)
        found = np.full(len(x_m), -1, dtype=np.int64)
        found[placed] = unit[order][first]
        return found

    def count(self, x_m: Array, y_m: Array) -> Counted:
        """Count incidents in each unit.

        Parameters
        ----------
        x_m, y_m : ndarray of float, shape (m,)
            East and north, metres.

        Returns
        -------
        Counted
            The counts, and how many lie in no unit.
        """
        return _counted(self.place(x_m, y_m), len(self))


def _counted(cell: Integers, cell_count: int) -> Counted:
    inside = cell >= 0
    return Counted(np.bincount(cell[inside], minlength=cell_count), int((~inside).sum()))


class _Lattice(NamedTuple):
    cell_m: float
    origin_m: tuple[float, float]


def square_cells(area: StudyArea | None, *, cell_m: float, origin_m: tuple[float, float] = (0.0, 0.0)) -> GridCells:
    """Lay a grid of squares over a study area.

    Parameters
    ----------
    area : StudyArea or None
        In a metric system; None is refused.
    cell_m : float
        Side, metres.
    origin_m : tuple of float
        East and north of a corner of the grid, metres.

    Returns
    -------
    GridCells
        The cells that lie in the area, ordered by row and column.

    Raises
    ------
    InvalidParameter
        Without an area, or when the cell size is not above 0.
    TooLarge
        When the box around the area would hold more than `layers.hotspots.study_area.MAX_CELLS` cells.

    Examples
    --------
    >>> whole = StudyArea(shapely.box(0, 0, 1000, 750), Text("ô thử", "a test"))
    >>> grid = square_cells(whole, cell_m=500)
    >>> len(grid), grid.share.tolist()
    (4, [1.0, 1.0, 0.5, 0.5])
    """
    return _grid("square", stated(area), lattice=_checked(cell_m, origin_m))


def hexagon_cells(area: StudyArea | None, *, cell_m: float, origin_m: tuple[float, float] = (0.0, 0.0)) -> GridCells:
    """Lay a grid of hexagons with a corner to the north over a study area.

    Parameters
    ----------
    area : StudyArea or None
        In a metric system; None is refused.
    cell_m : float
        Distance between opposite sides, metres; the area of a cell is √3/2 · cell_m².
    origin_m : tuple of float
        East and north of the middle of a cell, metres.

    Returns
    -------
    GridCells
        The cells that lie in the area, ordered by row and column.

    Raises
    ------
    InvalidParameter
        Without an area, or when the cell size is not above 0.
    TooLarge
        When the box around the area would hold more than `layers.hotspots.study_area.MAX_CELLS` cells.

    Examples
    --------
    >>> whole = StudyArea(shapely.box(0, 0, 10_000, 10_000), Text("ô thử", "a test"))
    >>> grid = hexagon_cells(whole, cell_m=1000)
    >>> round(float(grid.share.sum() * 3**0.5 / 2), 6)
    100.0
    """
    return _grid("hexagon", stated(area), lattice=_checked(cell_m, origin_m))


def _checked(cell_m: float, origin_m: tuple[float, float]) -> _Lattice:
    if not (np.isfinite(cell_m) and cell_m > 0):
        raise InvalidParameter(
            Text(f"Cỡ ô {cell_m:g} m không dùng được.", f"A cell of {cell_m:g} m cannot be used."),
            Text("Chọn cỡ ô lớn hơn 0, ví dụ 500 m.", "Choose a cell larger than 0, such as 500 m."),
        )
    return _Lattice(float(cell_m), origin_m)


def _grid(kind: str, area: StudyArea, *, lattice: _Lattice) -> GridCells:
    rows: list[Integers] = []
    columns: list[Integers] = []
    shares: list[Array] = []
    for row, column in _candidates(kind, area, lattice=lattice):
        share = _share_inside(_shapes(kind, row, column, lattice=lattice), area.geometry)
        kept = share > _LEAST_SHARE
        rows.append(row[kept])
        columns.append(column[kept])
        shares.append(share[kept])
    return GridCells(
        area,
        kind,
        lattice.cell_m,
        lattice.origin_m,
        np.concatenate(rows),
        np.concatenate(columns),
        np.concatenate(shares),
    )


def _candidates(kind: str, area: StudyArea, *, lattice: _Lattice) -> Iterator[tuple[Integers, Integers]]:
    west, south, east, north = area.bounds_m
    cell_m, (origin_x, origin_y) = lattice
    height_m = cell_m * (_ROOT3 / 2 if kind == "hexagon" else 1.0)
    # A hexagon reaches over the middle of its row and column, so one more on each side is looked at.
    room = 1 if kind == "hexagon" else 0
    first_row, last_row = (int(np.floor((edge - origin_y) / height_m)) for edge in (south, north))
    first, last = (int(np.floor((edge - origin_x) / cell_m)) for edge in (west, east))
    columns = np.arange(first - room, last + 1 + room, dtype=np.int64)
    rows = np.arange(first_row - room, last_row + 1 + room, dtype=np.int64)
    check_grid_size(len(rows), len(columns), cell_m=cell_m)
    step = max(1, _CHUNK // len(columns))
    for start in range(0, len(rows), step):
        row, column = (part.ravel() for part in np.meshgrid(rows[start : start + step], columns, indexing="ij"))
        # Axial columns lean by half a cell with every row.
        yield row, column - row // 2 if kind == "hexagon" else column


def _shapes(kind: str, row: Integers, column: Integers, *, lattice: _Lattice) -> Shapes:
    cell_m, (origin_x, origin_y) = lattice
    if kind == "square":
        west, south = origin_x + column * cell_m, origin_y + row * cell_m
        boxes: Shapes = shapely.box(west, south, west + cell_m, south + cell_m)
        return boxes
    middle_x = origin_x + (column + row / 2) * cell_m
    middle_y = origin_y + row * (cell_m * _ROOT3 / 2)
    side_m = cell_m / _ROOT3
    corners = np.array([(0.0, -side_m), (cell_m / 2, -side_m / 2), (cell_m / 2, side_m / 2),
                        (0.0, side_m), (-cell_m / 2, side_m / 2), (-cell_m / 2, -side_m / 2)])  # fmt: skip
    hexagons: Shapes = shapely.polygons(np.stack([middle_x, middle_y], axis=-1)[:, None, :] + corners)
    return hexagons


def _share_inside(shapes: Shapes, area: shapely.Geometry) -> Array:
    shapely.prepare(area)
    share = np.zeros(len(shapes))
    touched = np.flatnonzero(shapely.intersects(area, shapes))
    whole = shapely.covers(area, shapes[touched])
    share[touched[whole]] = 1.0
    part = touched[~whole]
    share[part] = shapely.area(shapely.intersection(shapes[part], area)) / shapely.area(shapes[part])
    return share


def _place_on_lattice(kind: str, x_m: Array, y_m: Array, *, lattice: _Lattice) -> tuple[Integers, Integers]:
    cell_m, (origin_x, origin_y) = lattice
    if kind == "square":
        row, column = np.floor((y_m - origin_y) / cell_m), np.floor((x_m - origin_x) / cell_m)
        return row.astype(np.int64), column.astype(np.int64)
    row_exact = (y_m - origin_y) / (cell_m * _ROOT3 / 2)
    column_exact = (x_m - origin_x) / cell_m - row_exact / 2
    third_exact = -row_exact - column_exact
    row, column, third = np.rint(row_exact), np.rint(column_exact), np.rint(third_exact)
    # The three axes sum to zero; the one rounded furthest gives way to the other two.
    row_off, column_off = np.abs(row - row_exact), np.abs(column - column_exact)
    third_off = np.abs(third - third_exact)
    fix_row = (row_off > column_off) & (row_off > third_off)
    fix_column = ~fix_row & (column_off > third_off)
    row_fixed = np.where(fix_row, -column - third, row)
    column_fixed = np.where(fix_column, -row - third, column)
    return row_fixed.astype(np.int64), column_fixed.astype(np.int64)
