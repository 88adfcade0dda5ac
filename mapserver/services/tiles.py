"""Tiles: incidents as points or cells, units and their borders, as vector tiles and pictures."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from layers.catalog import categories
from layers.index.cells import CellCounts, Tile, count_cells, fullest_cell, places_in_tile, rows_in_tile
from layers.records import Filter
from mapserver.rendering.density_tiles import count_picture
from mapserver.rendering.unit_tiles import unit_layers
from mapserver.rendering.vector_tiles import ABSENT, EXTENT, TileLayer, encode_tile
from mapserver.services.incidents import Selection, select
from mapserver.services.reader import Reader
from mapserver.services.tables import IncidentTable
from mapserver.services.unit_levels import UnitLevels

__all__ = ["CELL_BITS", "MOST_POINTS", "incident_picture", "incident_tile", "unit_tile"]

# A tile with more incidents than this shows cells.
MOST_POINTS = 1_000
CELL_BITS = 6
_EXTENT_BITS = 12
_OTHER = "khac"


def incident_tile(reader: Reader, asked: Filter, tile: Tile, *, now: dt.datetime) -> bytes:
    """Draw the incidents of a tile as a vector tile.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        Which incidents.
    tile : Tile
        The square.
    now : datetime
        The moment.

    Returns
    -------
    bytes
        A layer `incidents` of single points where at most `MOST_POINTS` were taken and none of them is a
        published count, otherwise a layer `cells`; nothing when none were. Every incident with a place is
        in exactly one tile of a zoom.
    """
    taken = select(reader, asked, now=now)
    rows = rows_in_tile(taken.table.key, tile)
    count = int(np.count_nonzero(taken.mask[rows]))
    if not count:
        return b""
    if count <= MOST_POINTS and not _has_published(taken, rows):
        return encode_tile((_points(taken, rows, tile),))
    return encode_tile((_cells(_counted(taken, rows, tile)),))


def incident_picture(reader: Reader, asked: Filter, tile: Tile, *, now: dt.datetime) -> bytes:
    """Draw the incidents of a tile as a picture of counts, however few they are.

    Parameters
    ----------
    reader : Reader
        The store.
    asked : Filter
        Which incidents.
    tile : Tile
        The square.
    now : datetime
        The moment.

    Returns
    -------
    bytes
        A PNG; see `mapserver.rendering.density_tiles`.
    """
    taken = select(reader, asked, now=now)
    found = _counted(taken, rows_in_tile(taken.table.key, tile), tile)
    grid = np.zeros((1 << CELL_BITS, 1 << CELL_BITS), dtype=np.int64)
    grid[found.place[:, 1], found.place[:, 0]] = found.by_code.sum(axis=1)
    return count_picture(grid, fullest_cell(taken.table.key, taken.mask, zoom=tile.z, side_bits=CELL_BITS))


def _has_published(taken: Selection, rows: slice) -> bool:
    published = taken.table.published
    return published is not None and bool(np.any(published[rows] & taken.mask[rows]))


def _points(taken: Selection, rows: slice, tile: Tile) -> TileLayer:
    table = taken.table
    chosen = rows.start + np.flatnonzero(taken.mask[rows])
    hour = table.hour[chosen].astype(np.int64)
    return TileLayer.of_points(
        "incidents",
        places_in_tile(table.key[chosen], tile, side_bits=_EXTENT_BITS),
        {
            "c": _listed(table)[table.category[chosen]],
            "d": table.day[chosen].astype(np.int64),
            "h": np.where(hour < 0, ABSENT, hour),
        },
    )


def _counted(taken: Selection, rows: slice, tile: Tile) -> CellCounts:
    table = taken.table
    found = count_cells(
        table.key[rows], table.category[rows], taken.mask[rows],
        tile=tile, side_bits=CELL_BITS, code_count=max(1, len(table.words["category"])),
    )  # fmt: skip
    by_category = np.zeros((len(found.by_code), len(categories())), dtype=np.int64)
    for code, position in enumerate(_listed(table).tolist()):
        by_category[:, position] += found.by_code[:, code]
    return CellCounts(found.place, by_category)


def _cells(found: CellCounts) -> TileLayer:
    side = EXTENT >> CELL_BITS
    commonest = found.by_code.argmax(axis=1)
    return TileLayer.of_points(
        "cells",
        found.place * side + side // 2,
        {
            "n": found.by_code.sum(axis=1),
            "c": commonest,
            "cn": found.by_code[np.arange(len(commonest)), commonest],
        },
    )


def _listed(table: IncidentTable) -> NDArray[np.int64]:
    """Where each category of a table stands in the list that the page knows."""
    known = {category.slug: place for place, category in enumerate(categories())}
    return np.array([known.get(word, known[_OTHER]) for word in table.words["category"]], dtype=np.int64)


def unit_tile(reader: Reader, levels: UnitLevels, tile: Tile, *, as_of: dt.date) -> bytes:
    """Draw the units of a tile.

    Parameters
    ----------
    reader : Reader
        The store.
    levels : UnitLevels
        Keeps the generalised units.
    tile : Tile
        The square.
    as_of : date
        Day whose units are drawn.

    Returns
    -------
    bytes
        A vector tile with the layers `units` and `borders`; nothing where no unit lies.
    """
    return encode_tile(unit_layers(levels.level(reader, as_of, tile.z), tile))
