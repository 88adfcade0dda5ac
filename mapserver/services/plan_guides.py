"""Borders of another day to draw along: those of old wards where a plan is made."""

from __future__ import annotations

import datetime as dt

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.planning.arcs import OUTSIDE, Topology
from layers.planning.grid import CELLS_PER_DEG, Points, to_grid
from mapserver.services.reader import Reader

__all__ = ["guides"]


def guides(reader: Reader, topology: Topology, as_of: dt.date) -> list[Points]:
    """Find the borders of the wards of another day near the units of a plan.

    Parameters
    ----------
    reader : Reader
        The store.
    topology : Topology
        The borders of the plan.
    as_of : date
        The day.

    Returns
    -------
    list of ndarray of int64, shape (n, 2)
        Cells; each border once, from node to node. Empty where no borders of that day are known.
    """
    shapes = reader.units(as_of).frame.geometry.to_numpy()
    extent = shapely.STRtree(_boxes(topology))
    lines = _border_lines(shapes[_meet(extent, shapes)])
    return [to_grid(shapely.get_coordinates(line)) for line in lines[_meet(extent, lines)]]


def _boxes(topology: Topology) -> NDArray[np.object_]:
    """Draw the box of each unit, degrees."""
    arcs = [[topology.arcs[name].box for name in names] for unit, names in topology.by_unit.items() if unit != OUTSIDE]
    found = np.array([[*np.min(boxes, axis=0)[:2], *np.max(boxes, axis=0)[2:]] for boxes in arcs]).reshape(-1, 4)
    return np.asarray(shapely.box(*(found / CELLS_PER_DEG).T), dtype=object)


def _meet(extent: shapely.STRtree, shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Find the shapes whose boxes meet a box of the extent; there is no box around nothing."""
    return np.unique(extent.query(shapes)[0])


def _border_lines(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Join the pieces of all borders to lines, pieces that two units share once."""
    places, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shapes)), return_index=True)
    pieces = np.stack([places[:-1], places[1:]], axis=1)[ring[1:] == ring[:-1]]
    # The same way round, whichever unit it was taken from.
    order = np.lexsort((pieces[:, :, 1], pieces[:, :, 0]), axis=1)
    once = np.unique(np.take_along_axis(pieces, order[:, :, None], axis=1), axis=0)
    joined = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(once)))
    return np.asarray(shapely.get_parts(joined), dtype=object)
