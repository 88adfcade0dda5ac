"""Emerging hotspots: what became of each cell over the time steps of a space–time cube.

Each step is judged by a local statistic that the caller hands in; the trend of its z is tested after Mann
(1945, "Nonparametric tests against trend", Econometrica 13(3), 245–259) and Kendall (1975, "Rank correlation
methods", 4th edition), with the variance corrected for ties. The eight patterns are those published with Esri's
tool "Emerging Hot Spot Analysis" (ArcGIS Pro, Space Time Pattern Mining toolbox); where two of its definitions
fit one series, the one listed first is given, so that each cell has one pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from layers.errors import InvalidParameter, TooLarge
from layers.hotspots.evidence import Evidence, inputs_hash
from layers.hotspots.points import check_positive
from layers.wording import Text

__all__ = [
    "LEAST_STEPS",
    "MAX_BINS",
    "PATTERN_NAMES",
    "CubeFrame",
    "EmergingHotspots",
    "LocalStatistic",
    "Pattern",
    "classify",
    "emerging_hotspots",
    "mann_kendall",
    "space_time_cube",
]

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

# With fewer, "ninety per cent of the steps" means "all of them" and a trend cannot be significant.
LEAST_STEPS = 10
MAX_BINS = 40_000_000

# Counts of the cells in one step -> z and q of each cell.
LocalStatistic = Callable[[Counts], tuple[Array, Array]]


class Pattern(StrEnum):
    """What became of a cell, in the order of the published list."""

    NEW = "new"
    CONSECUTIVE = "consecutive"
    INTENSIFYING = "intensifying"
    PERSISTENT = "persistent"
    DIMINISHING = "diminishing"
    SPORADIC = "sporadic"
    OSCILLATING = "oscillating"
    HISTORICAL = "historical"
    NONE = "none"


PATTERN_NAMES: dict[Pattern, Text] = {
    Pattern.NEW: Text("mới xuất hiện", "new"),
    Pattern.CONSECUTIVE: Text("liên tiếp gần đây", "consecutive"),
    Pattern.INTENSIFYING: Text("đang gia tăng", "intensifying"),
    Pattern.PERSISTENT: Text("kéo dài", "persistent"),
    Pattern.DIMINISHING: Text("đang giảm", "diminishing"),
    Pattern.SPORADIC: Text("lúc có lúc không", "sporadic"),
    Pattern.OSCILLATING: Text("lúc nóng lúc lạnh", "oscillating"),
    Pattern.HISTORICAL: Text("trước đây", "historical"),
    Pattern.NONE: Text("không rõ xu hướng", "no pattern"),
}


@dataclass(frozen=True)
class CubeFrame:
    """The cells and steps of a space–time cube.

    Parameters
    ----------
    cell_count : int
        Cells of the study area, empty ones included.
    first_day : float
        First day of the first step, in the same count of days as the incidents.
    step_days : float
        Length of a step, days.
    step_count : int
        Steps.
    """

    cell_count: int
    first_day: float
    step_days: float
    step_count: int


@dataclass(frozen=True)
class EmergingHotspots:
    """What became of each cell.

    Parameters
    ----------
    z, q : ndarray of float, shape (cells, steps)
        The local statistic in each step, and its p value after control of the false discovery rate.
    trend_z, trend_p : ndarray of float, shape (cells,)
        Mann–Kendall test of z over the steps; two-sided p.
    hot, cold : tuple of Pattern, length cells
        The pattern as a hotspot and as a cold spot; at most one of both is not `Pattern.NONE`.
    evidence : Evidence
        How it was found.
    """

    z: Array
    q: Array
    trend_z: Array
    trend_p: Array
    hot: tuple[Pattern, ...]
    cold: tuple[Pattern, ...]
    evidence: Evidence


def space_time_cube(cell: Counts, day: Array, frame: CubeFrame) -> Counts:
    """Count incidents by cell and step.

    Parameters
    ----------
    cell : ndarray of int64, shape (n,)
        Number of the cell of each incident, from 0; -1 outside all cells.
    day : ndarray of float, shape (n,)
        Days since any fixed day.
    frame : CubeFrame
        The cells and steps; a step holds its first day, not its last edge.

    Returns
    -------
    ndarray of int64, shape (cells, steps)
        Incidents; those outside the cells or the steps are left out.

    Raises
    ------
    InvalidParameter
        When the frame has no cells, no steps, or steps without length, or an incident names a cell beyond them.
    TooLarge
        With more than `MAX_BINS` cells × steps.

    Examples
    --------
    >>> frame = CubeFrame(cell_count=2, first_day=0, step_days=7, step_count=3)
    >>> space_time_cube(np.array([0, 0, 1, 1]), np.array([0.0, 6.9, 7.0, 21.0]), frame).tolist()
    [[2, 0, 0], [0, 1, 0]]
    """
    for name in ("cell_count", "step_days", "step_count"):
        check_positive(name, getattr(frame, name))
    bins = frame.cell_count * frame.step_count
    if bins > MAX_BINS:
        raise TooLarge(
            Text(f"Khối không gian–thời gian có {bins} ô, quá lớn.", f"A space–time cube of {bins} bins is too large."),
            Text("Chọn ô lớn hơn hoặc bước dài hơn.", "Choose larger cells or longer steps."),
        )
    if cell.max(initial=-1) >= frame.cell_count:
        raise InvalidParameter(
            Text(f"Có vụ việc thuộc ô {cell.max()} nhưng chỉ có {frame.cell_count} ô.",
                 f"An incident names cell {cell.max()}, but there are {frame.cell_count} cells."),
            Text("Gán lại ô cho các vụ việc.", "Assign the incidents to cells again."),
        )  # fmt: skip
    step = np.floor((np.asarray(day, dtype=np.float64) - frame.first_day) / frame.step_days)
    inside = (cell >= 0) & (step >= 0) & (step < frame.step_count)
    at = cell[inside] * frame.step_count + step[inside].astype(np.int64)
    return np.bincount(at, minlength=bins).reshape(frame.cell_count, frame.step_count).astype(np.int64)


def emerging_hotspots(counts: Counts, local: LocalStatistic, *, level: float = 0.05) -> EmergingHotspots:
    """Tell for each cell whether it is a new, lasting, fading … hotspot or cold spot.

    Parameters
    ----------
    counts : ndarray of int64, shape (cells, steps)
        Incidents, the oldest step first.
    local : callable
        Takes the counts of one step, shape (cells,); gives z and q, both of that shape. Gi* of each step on its
        own keeps the steps independent for the test of the trend.
    level : float
        A cell is hot or cold in a step where q is at most this; the trend is significant where its p is.

    Returns
    -------
    EmergingHotspots
        One pattern for each cell.

    Raises
    ------
    InvalidParameter
        With fewer than `LEAST_STEPS` steps or a level that is none.
    """
    cells, steps = counts.shape
    if steps < LEAST_STEPS:
        raise InvalidParameter(
            Text(f"Có {steps} bước thời gian; cần ít nhất {LEAST_STEPS}.",
                 f"There are {steps} time steps; at least {LEAST_STEPS} are needed."),
            Text("Chọn bước ngắn hơn hoặc thời gian dài hơn.", "Choose shorter steps or a longer period."),
        )  # fmt: skip
    if not 0 < level < 0.5:
        raise InvalidParameter(
            Text(f"Mức ý nghĩa {level:g} không dùng được.", f"A level of {level:g} cannot be used."),
            Text("Thường chọn 0,05.", "0.05 is usual."),
        )
    z, q = np.empty((cells, steps)), np.empty((cells, steps))
    for step in range(steps):
        z[:, step], q[:, step] = local(counts[:, step])
    trend_z, trend_p = mann_kendall(z)
    rising, falling = (trend_p <= level) & (trend_z > 0), (trend_p <= level) & (trend_z < 0)
    hot, cold = (q <= level) & (z > 0), (q <= level) & (z < 0)
    evidence = Evidence("emerging", {"level": level, "steps": steps}, inputs_hash(np.arange(cells), *counts.T))
    return EmergingHotspots(
        z,
        q,
        trend_z,
        trend_p,
        classify(hot, cold, stronger=rising, weaker=falling),
        classify(cold, hot, stronger=falling, weaker=rising),
        evidence,
    )


def classify(same: Flags, opposite: Flags, *, stronger: Flags, weaker: Flags) -> tuple[Pattern, ...]:
    """Give each series its pattern by the published definitions.

    - *historical*: significant in at least 90 % of the steps, but not in the last.
    - *intensifying*, *diminishing*, *persistent*: in at least 90 %, the last included; the strength rises
      significantly, falls significantly, or neither.
    - *new*: in the last step only.
    - *consecutive*: in one unbroken run of two steps or more up to the last, and never before.
    - *oscillating*: in the last step, on and off before, and significant the other way at some time.
    - *sporadic*: in the last step, on and off before, never the other way.

    Parameters
    ----------
    same : ndarray of bool, shape (cells, steps)
        Where the cell is significant in the direction looked at, the oldest step first.
    opposite : ndarray of bool, shape (cells, steps)
        Where it is significant in the other direction.
    stronger, weaker : ndarray of bool, shape (cells,)
        Whether the strength in the direction looked at rises or falls significantly.

    Returns
    -------
    tuple of Pattern, length cells
        `Pattern.NONE` where no definition fits.

    Examples
    --------
    >>> hot = np.array([[0] * 9 + [1], [0] * 7 + [1] * 3, [1] * 9 + [0]], dtype=bool)
    >>> never, no = np.zeros_like(hot), np.zeros(3, dtype=bool)
    >>> [str(pattern) for pattern in classify(hot, never, stronger=no, weaker=no)]
    ['new', 'consecutive', 'historical']
    """
    steps = same.shape[1]
    total = same.sum(axis=1)
    now = same[:, -1]
    # Whole numbers: 0.9 × 10 is not 9 in floating point for every number of steps.
    mostly = total * 10 >= steps * 9
    run = np.cumprod(same[:, ::-1], axis=1).sum(axis=1)
    once = run == total
    chosen = np.select(
        [
            mostly & ~now,
            mostly & stronger,
            mostly & weaker,
            mostly,
            now & once & (total == 1),
            now & once,
            now & opposite.any(axis=1),
            now,
        ],
        range(8),
        default=8,
    )
    return tuple(_IN_ORDER_OF_RULES[number] for number in chosen)


_IN_ORDER_OF_RULES = (
    Pattern.HISTORICAL,
    Pattern.INTENSIFYING,
    Pattern.DIMINISHING,
    Pattern.PERSISTENT,
    Pattern.NEW,
    Pattern.CONSECUTIVE,
    Pattern.OSCILLATING,
    Pattern.SPORADIC,
    Pattern.NONE,
)


def mann_kendall(series: Array) -> tuple[Array, Array]:
    """Test each row for a trend that only rises or only falls.

    The normal approximation with continuity correction and the variance corrected for ties; good from ten
    values on (Kendall 1975, chapter 4).

    Parameters
    ----------
    series : ndarray of float, shape (rows, steps)
        Values in the order of time.

    Returns
    -------
    tuple of ndarray of float, shape (rows,)
        z, positive where values rise, 0 where all are alike; and the two-sided p.

    Examples
    --------
    >>> z, p = mann_kendall(np.array([np.arange(10.0), np.ones(10)]))
    >>> z.round(2).tolist(), p.round(5).tolist()
    ([3.94, 0.0], [8e-05, 1.0])
    """
    from scipy import special

    rows, steps = series.shape
    score = np.zeros(rows)
    for lag in range(1, steps):
        score += np.sign(series[:, lag:] - series[:, :-lag]).sum(axis=1)
    variance = (steps * (steps - 1) * (2 * steps + 5) - _ties(series)) / 18
    corrected = score - np.sign(score)
    z = np.divide(corrected, np.sqrt(variance), out=np.zeros(rows), where=variance > 0)
    return z, np.asarray(2 * special.ndtr(-np.abs(z)), dtype=np.float64)


def _ties(series: Array) -> Array:
    # Of t equal values each adds (t-1)(2t+5), together t(t-1)(2t+5).
    total = np.zeros(len(series))
    for value in series.T:
        alike = (series == value[:, None]).sum(axis=1)
        total += (alike - 1) * (2 * alike + 5)
    return total
