"""What is on a change sheet: the facts of a plan, its units before and after, and its tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.wording import Text
from mapserver.rendering.print_words import number

__all__ = ["Cell", "PlanSheet", "SheetColumn", "SheetRow", "SheetTable", "shown"]

Cell = str | float | None
_UNKNOWN = "–"
_MINUS = "−"


@dataclass(frozen=True)
class SheetColumn:
    """One column of a table.

    Parameters
    ----------
    title : Text
        Its heading.
    share : float
        Its part of the width.
    decimals : int or None
        Digits after the decimal mark; None for words.
    """

    title: Text
    share: float
    decimals: int | None = None


@dataclass(frozen=True)
class SheetRow:
    """One row of a table.

    Parameters
    ----------
    cells : tuple of str, float or None
        As many as there are columns; None where nothing is known.
    bold : bool
        Whether it sums others up.
    signed : bool
        Whether its numbers are changes.
    opens : bool
        Whether a line above it sets it apart.
    follows : bool
        Whether it stays on the page of the row above.
    """

    cells: tuple[Cell, ...]
    bold: bool = False
    signed: bool = False
    opens: bool = False
    follows: bool = False


@dataclass(frozen=True)
class SheetTable:
    """A table of the sheet.

    Parameters
    ----------
    title : Text
        Its heading.
    columns : tuple of SheetColumn
        The columns.
    rows : tuple of SheetRow
        The rows.
    """

    title: Text
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, eq=False)
class PlanSheet:
    """Everything a change sheet says.

    Parameters
    ----------
    title, subtitle : Text
        The plan; the area and the borders it starts from.
    marking : Text
        Whether it is in force.
    in_force : bool
        The same; what is not is marked on every page.
    facts : tuple of (Text, str)
        Heading and value: document, first day, author, hash.
    summary : tuple of Text
        The change in a few figures.
    before, after : GeoDataFrame
        Units with ``code, label, changed``, EPSG:4326.
    moved : ndarray of shapely geometries
        Ground that changes hands, EPSG:4326.
    transfers, figures, splits, lineage : SheetTable
        The tables; `splits` and `lineage` may have no row.
    notes : tuple of Text
        Where every figure comes from.
    as_of : datetime
        Moment of the last change to the plan, in the zone to be shown.
    """

    title: Text
    subtitle: Text
    marking: Text
    in_force: bool
    facts: tuple[tuple[Text, str], ...]
    summary: tuple[Text, ...]
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    moved: NDArray[np.object_]
    transfers: SheetTable
    figures: SheetTable
    splits: SheetTable
    lineage: SheetTable
    notes: tuple[Text, ...]
    as_of: dt.datetime

    @property
    def tables(self) -> Sequence[SheetTable]:
        """The tables of the printed sheet, those without a row left out."""
        return [table for table in (self.transfers, self.figures, self.splits) if table.rows]


def shown(cell: Cell, column: SheetColumn, language: str, *, signed: bool = False) -> str:
    """Write a cell for people.

    Parameters
    ----------
    cell : str, float or None
        Its value.
    column : SheetColumn
        Its column.
    language : str
        ``vi`` or ``en``.
    signed : bool
        Whether a plus stands before what grows.

    Returns
    -------
    str
        The words or the number; a dash where nothing is known.

    Examples
    --------
    >>> area = SheetColumn(Text("Diện tích", "Area"), 1, decimals=2)
    >>> [shown(value, area, "vi", signed=True) for value in (1234.5, -0.25, 0.001, None)]
    ['+1.234,50', '−0,25', '0,00', '–']
    """
    if cell is None:
        return _UNKNOWN
    if isinstance(cell, str) or column.decimals is None:
        return str(cell)
    rounded = round(float(cell), column.decimals)
    sign = _MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + number(abs(rounded), language, decimals=column.decimals)
