"""From straight arcs to drawn ones: rounded, roughened, and balanced so that areas come out right."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from sample_maker.arcs import Arcs
from sample_maker.landform import chaikin, normals
from sample_maker.power_diagram import FAR

_STEP_M = 130.0
_ROUGHNESS = 0.075
_COAST_ROUGHNESS = 0.05
_LARGEST_SWING_M = 330.0
_SMALLEST_SWING_M = 4.0
_TAPER_M = 350.0
_ROUNDS = 12


def draw(straight: Arcs, wanted_m2: NDArray[np.float64], rng: np.random.Generator) -> Arcs:
    """Make borders look drawn: corners rounded, then bent as rivers and field paths bend.

    Where two lines come to cross, both are bent half as much, in the end not even rounded.

    Parameters
    ----------
    straight : Arcs
        As the power diagram gives them.
    wanted_m2 : ndarray of float, shape (faces,)
        Areas the faces are to have, on the plane.
    rng : numpy.random.Generator
        Source of the bends.

    Returns
    -------
    Arcs
        With vertices some 130 m apart.

    Raises
    ------
    ArithmeticError
        When lines still cross after many rounds; another seed will do.
    """
    smooth = [_resampled(chaikin(_thinned(line), rounds=3)) for line in straight.lines_m]
    bends = [_even(bend(len(line), rng), line) for line in smooth]
    swing_m = np.array([_swing_m(line) for line in smooth])
    swing_m[straight.coast()] *= _COAST_ROUGHNESS / _ROUGHNESS
    for _ in range(_ROUNDS):
        bent = [
            line + normals(line) * (size * shape)[:, None]
            for line, shape, size in zip(smooth, bends, swing_m, strict=True)
        ]
        drawn = balance(straight.moved(bent), wanted_m2)
        crossing = crossing_lines(list(drawn.lines_m))
        if not len(crossing):
            return drawn
        swing_m[crossing] *= 0.5
        for arc in crossing[swing_m[crossing] < _SMALLEST_SWING_M]:
            smooth[arc] = _densified(straight.lines_m[arc])
            bends[arc] = np.zeros(len(smooth[arc]))
    raise ArithmeticError("borders still cross")


def _even(shape: NDArray[np.float64], line_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take away as much land on one side as on the other, so that bending moves no area."""
    push, spacing_m = _push(line_m), _spacing_m(line_m)
    return shape - push * (np.sum(shape * spacing_m) / np.sum(push * spacing_m))


def _swing_m(line_m: NDArray[np.float64]) -> float:
    length_m = float(np.linalg.norm(np.diff(line_m, axis=0), axis=1).sum())
    return min(_ROUGHNESS * length_m, _LARGEST_SWING_M)


def _thinned(line_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(shapely.simplify(shapely.LineString(line_m), 60.0)))


def _resampled(line_m: NDArray[np.float64]) -> NDArray[np.float64]:
    line = shapely.LineString(line_m)
    count = max(3, round(line.length / _STEP_M))
    inner = shapely.line_interpolate_point(line, np.linspace(0, 1, count + 1)[1:-1], normalized=True)
    return np.vstack([line_m[:1], shapely.get_coordinates(inner), line_m[-1:]])


def _densified(line_m: NDArray[np.float64]) -> NDArray[np.float64]:
    line = shapely.LineString(line_m)
    return np.asarray(shapely.get_coordinates(shapely.segmentize(line, min(_STEP_M, 0.6 * line.length))))


def bend(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Make a fractal curve that is 0 at both ends, by midpoint displacement.

    Source: Fournier, Fussell and Carpenter 1982, "Computer rendering of stochastic models".

    Parameters
    ----------
    count : int
        Number of values, at least 2.
    rng : numpy.random.Generator
        Source of the displacements.

    Returns
    -------
    ndarray of float, shape (count,)
        Sideways displacement as a share of the largest swing, between about -1 and 1.
    """
    levels = max(1, math.ceil(math.log2(count)))
    values = np.zeros(2)
    # A border is either soft as a river or crisp as a path between fields.
    falling = rng.uniform(0.42, 0.62)
    for level in range(levels):
        middles = (values[:-1] + values[1:]) / 2
        middles = middles + rng.uniform(-1, 1, len(middles)) * falling**level
        values = np.insert(values, np.arange(1, len(values)), middles)
    places = np.linspace(0, len(values) - 1, count)
    return np.interp(places, np.arange(len(values)), values)


def crossing_lines(lines_m: list[NDArray[np.float64]]) -> NDArray[np.int64]:
    """Find lines that cross themselves, or touch another one elsewhere than at their ends.

    Parameters
    ----------
    lines_m : list of ndarray of float, each of shape (n, 2)
        Metres.

    Returns
    -------
    ndarray of int
        Their positions.
    """
    shapes = np.array([shapely.LineString(line) for line in lines_m])
    found = set(np.flatnonzero(~shapely.is_simple(shapes)).tolist())
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    shared = shapely.intersection(shapes[first], shapes[second])
    ends = shapely.intersection(shapely.boundary(shapes[first]), shapely.boundary(shapes[second]))
    apart = ~shapely.equals(shared, ends)
    found.update(first[apart].tolist())
    found.update(second[apart].tolist())
    return np.array(sorted(found), dtype=np.int64)


def balance(arcs: Arcs, wanted_m2: NDArray[np.float64], *, rounds: int = 4) -> Arcs:
    """Push arcs sideways until every face has its area, moving land as little as possible.

    Each arc hands land from one side to the other; the least handed over in all (weighted
    by the arcs' lengths) that settles every face is a least-squares problem.

    Parameters
    ----------
    arcs : Arcs
        The drawn arcs.
    wanted_m2 : ndarray of float, shape (faces,)
        Wanted areas on the plane.
    rounds : int
        How often to correct.

    Returns
    -------
    Arcs
        The balanced arcs.
    """
    for _ in range(rounds):
        pushes = [_push(line) for line in arcs.lines_m]
        per_metre_m2 = np.array(
            [np.sum(shape * _spacing_m(line)) for line, shape in zip(arcs.lines_m, pushes, strict=True)]
        )
        weight = np.sqrt(per_metre_m2)
        gain = np.zeros((len(wanted_m2), len(weight)))
        for sign, side in ((1.0, arcs.right), (-1.0, arcs.left)):
            land = np.flatnonzero(side != FAR)
            gain[side[land], land] += sign * weight[land]
        handed = np.linalg.lstsq(gain, wanted_m2 - arcs.areas_m2(len(wanted_m2)), rcond=None)[0]
        shift_m = handed / weight
        arcs = arcs.moved(
            [
                line + normals(line) * (shift * shape)[:, None]
                for line, shape, shift in zip(arcs.lines_m, pushes, shift_m, strict=True)
            ]
        )
    return arcs


def _spacing_m(line_m: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.linalg.norm(np.diff(line_m, axis=0), axis=1)
    return np.concatenate([[0.0], (steps[:-1] + steps[1:]) / 2, [0.0]])


def _push(line_m: NDArray[np.float64]) -> NDArray[np.float64]:
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line_m, axis=0), axis=1))])
    from_end = np.minimum(run, run[-1] - run)
    return np.asarray(np.sin(np.minimum(from_end / min(_TAPER_M, run[-1] / 2), 1.0) * math.pi / 2))
