"""The same numbers as other programs on the police incidents of Houston, January to August 2010."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers import geo
from layers.hotspots.backtest import Backtest, BacktestPlan, backtest
from layers.hotspots.baselines import StudyCells
from layers.hotspots.cells import GridCells, square_cells
from layers.hotspots.clusters import ClusterOptions
from layers.hotspots.local import LocalResult, local_gistar
from layers.hotspots.near_repeat import Bands
from layers.hotspots.points import Points
from layers.hotspots.study_area import StudyArea
from layers.wording import Text
from scripts.certificate.checks import Check, compared
from scripts.certificate.peers import clusters_check, density_check, gistar_check, knox_check, moran_check

__all__ = ["FILE", "Houston", "houston_checks", "houston_facts", "read_houston"]

Array = NDArray[np.float64]

FILE = "incidents/houston_2010.csv.gz"

_EPSG = 32615
# West, south, east and north, degrees; a few places lie far outside the city.
_BOX = (-95.9, 29.4, -94.9, 30.2)
_CELL_M = 1_000.0
_COVERAGE = 0.05
_PLAN = BacktestPlan(first_origin_day=74, period_days=28, period_count=6, coverages=(_COVERAGE,))


class Houston(NamedTuple):
    """The incidents in the box around the city.

    Parameters
    ----------
    frame : DataFrame
        Columns ``offense``, ``x_m``, ``y_m`` (UTM zone 15), ``day`` (since 1 January 2010) and ``cell``.
    cells : GridCells
        Squares of a kilometre over the box.
    rows : int
        Rows of the file.
    """

    frame: pd.DataFrame
    cells: GridCells
    rows: int


def read_houston(folder: Path) -> Houston:
    """Read the file and count it into cells.

    Parameters
    ----------
    folder : Path
        The folder of real data.

    Returns
    -------
    Houston
        Rows without a place, or outside the box, are left out.
    """
    whole = pd.read_csv(folder / FILE)
    west, south, east, north = _BOX
    frame = whole[whole["lon"].between(west, east) & whole["lat"].between(south, north)].reset_index(drop=True)
    x_m, y_m = geo.transform_xy(frame["lon"].to_numpy(), frame["lat"].to_numpy(), from_epsg=4326, to_epsg=_EPSG)
    moment = pd.to_datetime(frame["occurred_at"], utc=True)
    day = (moment - pd.Timestamp("2010-01-01T06:00Z")) / pd.Timedelta(days=1)
    # Whole kilometres around the incidents, so that no cell is cut.
    edges = [np.floor(values.min() / _CELL_M) * _CELL_M for values in (x_m, y_m)]
    edges += [np.ceil(values.max() / _CELL_M) * _CELL_M for values in (x_m, y_m)]
    area = StudyArea(shapely.box(*edges), Text("hình chữ nhật quanh Houston", "the box around Houston"))
    cells = square_cells(area, cell_m=_CELL_M)
    width = int(cells.column.max() - cells.column.min()) + 1
    cell = (np.floor(y_m / _CELL_M) - cells.row.min()) * width + np.floor(x_m / _CELL_M) - cells.column.min()
    frame = frame.assign(x_m=x_m, y_m=y_m, day=day, cell=cell.astype(np.int64))
    return Houston(frame, cells, len(whole))


def houston_checks(houston: Houston) -> Iterator[Check]:
    """Compare with other programs.

    Parameters
    ----------
    houston : Houston
        The incidents.

    Yields
    ------
    Check
        Lines of the certificate.
    """
    neighbours = houston.cells.neighbours()
    robbery = _kind(houston, "robbery")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, part in (("all incidents", houston.frame), ("robbery", robbery)):
            counts = houston.cells.count(part["x_m"].to_numpy(), part["y_m"].to_numpy()).counts
            yield gistar_check(f"Houston, {name}: Gi*, z", counts, neighbours)
            yield moran_check(f"Houston, {name}: local Moran, z", counts, neighbours)
        x_m, y_m = robbery["x_m"].to_numpy(), robbery["y_m"].to_numpy()
        options = ClusterOptions(400, 12)
        yield clusters_check("Houston, robbery: DBSCAN, 400 m, 12 incidents", x_m, y_m, options=options)
        spring = robbery[robbery["day"] < 60]
        points = Points(spring["x_m"].to_numpy(), spring["y_m"].to_numpy(), np.floor(spring["day"].to_numpy()))
        bands = Bands((400,), (7,))
        yield knox_check("Houston, robbery in 60 days: Knox, 400 m, 7 days", points, bands=bands)
        yield density_check("Houston, robbery: density, 2 km", x_m, y_m, bandwidth_m=2_000, cell_m=100)
    yield _recount(houston)


def houston_facts(houston: Houston) -> list[tuple[str, str]]:
    """Say what the program finds in the file.

    Parameters
    ----------
    houston : Houston
        The incidents.

    Returns
    -------
    list of tuple of str
        What, and the figure.
    """
    robbery = _kind(houston, "robbery")
    result = _gistar(houston, robbery)
    tested = _tested(houston)
    summary, chance = (
        "; ".join(f"{value:.2f}" for value in _summary(tested, method)) for method in ("counts so far", "random")
    )
    found = f"{len(result.counts):,}; {int(result.hot.sum())}; {int((result.pattern == 'cold').sum())}"
    judged = "back-test, robbery, 6 periods of 28 days, 5 % of the box: hit rate, PAI, PEI*, RRI"
    return [
        ("rows", f"{houston.rows:,}"),
        ("with a usable place in the box; robberies among them", f"{len(houston.frame):,}; {len(robbery):,}"),
        ("robbery: cells of 1 km²; hot; cold, at a false discovery rate of 5 %", found),
        (f"{judged} of the counts so far", summary),
        (f"{judged} of random choice", chance),
    ]


def _kind(houston: Houston, offense: str) -> pd.DataFrame:
    return houston.frame[houston.frame["offense"] == offense]


def _gistar(houston: Houston, part: pd.DataFrame) -> LocalResult:
    counts = houston.cells.count(part["x_m"].to_numpy(), part["y_m"].to_numpy()).counts
    return local_gistar(counts, houston.cells.neighbours(), seed=1)


def _tested(houston: Houston) -> Backtest:
    size = len(houston.cells)

    def counts_so_far(history: pd.DataFrame, _origin_day: float) -> Array:
        return np.bincount(history["cell"].to_numpy(), minlength=size).astype(np.float64)

    cells = StudyCells(np.full(size, _CELL_M**2))
    return backtest(_kind(houston, "robbery"), cells, {"counts so far": counts_so_far}, plan=_PLAN, seed=1)


def _summary(tested: Backtest, method: str) -> tuple[float, ...]:
    (found,) = (one for one in tested.summaries if one.method == method)
    return found.hit_rate.estimate, found.pai.estimate, found.pei_star.estimate, found.rri.estimate


def _recount(houston: Houston) -> Check:
    # Once more without the program's own functions: rank the cells, share the last places among equal ones.
    robbery, size = _kind(houston, "robbery"), len(houston.cells)
    inside = total = best = 0.0
    for origin in _PLAN.origins():
        before = np.bincount(robbery["cell"][robbery["day"] < origin], minlength=size)
        here = (robbery["day"] >= origin) & (robbery["day"] < origin + _PLAN.period_days)
        after = np.bincount(robbery["cell"][here], minlength=size)
        inside += _top(before, after)
        best += _top(after, after)
        total += after.sum()
    worked = [inside / total, inside / total / _COVERAGE, inside / best]
    ours = _summary(_tested(houston), "counts so far")[:3]
    return compared("Houston, robbery: hit rate, PAI and PEI* of the back-test", "a recount, cell by cell",
                    ours=ours, theirs=worked, allowed=1e-9)  # fmt: skip


def _top(score: NDArray[np.int64], counts: NDArray[np.int64]) -> float:
    places, caught = _COVERAGE * len(score), 0.0
    for value in sorted(set(score.tolist()), reverse=True):
        alike = counts[score == value]
        taken = min(places, len(alike))
        caught += float(alike.sum()) * taken / len(alike)
        places -= taken
        if places <= 0:
            break
    return caught
