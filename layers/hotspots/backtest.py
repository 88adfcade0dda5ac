"""Back-test: whether the method would have told where the next incidents happen.

Rolling origin (Tashman 2000, "Out-of-sample tests of forecasting accuracy: an analysis and review",
International Journal of Forecasting 16(4), 437–450): on each of several days the method sees only what was known
by then, marks the best share of the area, and is judged by the period that follows. It is judged beside
forecasts that need no method, on the same days. Places are judged, never persons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.errors import Conflict, EmptyInput, InvalidParameter, SchemaMismatch
from layers.hotspots.accuracy import (
    Interval,
    best_catch,
    caught,
    exact_share,
    hit_rate,
    prediction_accuracy_index,
    prediction_efficiency_index,
    recapture_rate_index,
)
from layers.hotspots.baselines import BASELINE_NAMES, Method, StudyCells, baselines
from layers.hotspots.evidence import Evidence, inputs_hash
from layers.hotspots.points import check_positive
from layers.hotspots.verdicts import Catches, Summary, Verdict, judge, summarise
from layers.wording import Text

__all__ = ["Backtest", "BacktestPlan", "PeriodScore", "backtest", "known_by"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BacktestPlan:
    """On which days forecasts are made and what they are judged by.

    Parameters
    ----------
    first_origin_day : float
        The first day of the first period forecast, in the same count of days as the incidents.
    period_days : float
        Length of a period; the next forecast is made when it is over.
    period_count : int
        Periods.
    coverages : tuple of float
        Shares of the area to mark.
    history_days : float, optional
        How far back the method sees; everything before the origin when left out.
    """

    first_origin_day: float
    period_days: float
    period_count: int
    coverages: tuple[float, ...] = (0.01, 0.05, 0.1, 0.2)
    history_days: float | None = None

    def origins(self) -> tuple[float, ...]:
        """List the days on which forecasts are made.

        Returns
        -------
        tuple of float
            Rising.
        """
        return tuple(self.first_origin_day + number * self.period_days for number in range(self.period_count))


@dataclass(frozen=True)
class PeriodScore:
    """How one forecast did at one coverage.

    The intervals are exact (Clopper and Pearson 1934) for the share caught; the area, the share it held before
    and the best choice known afterwards are taken as given.

    Parameters
    ----------
    method : str
        Name of the method or baseline.
    origin_day : float
        First day of the period.
    coverage : float
        Share of the area marked.
    caught, total : float
        Incidents in the area marked, and everywhere.
    hit_rate, pai, pei_star, rri : Interval
        See `layers.hotspots.accuracy`; not a number for a period without incidents.
    """

    method: str
    origin_day: float
    coverage: float
    caught: float
    total: float
    hit_rate: Interval
    pai: Interval
    pei_star: Interval
    rri: Interval


@dataclass(frozen=True)
class Backtest:
    """How methods and baselines did.

    Parameters
    ----------
    periods : tuple of PeriodScore
        Each method and baseline, period and coverage.
    summaries : tuple of Summary
        Over all periods.
    verdicts : tuple of Verdict
        For each method and coverage, whether it beats the baselines.
    evidence : Evidence
        How it was found.
    """

    periods: tuple[PeriodScore, ...]
    summaries: tuple[Summary, ...]
    verdicts: tuple[Verdict, ...]
    evidence: Evidence


def backtest(
    incidents: pd.DataFrame, cells: StudyCells, methods: Mapping[str, Method], *, plan: BacktestPlan, seed: int
) -> Backtest:
    """Test methods on periods they have not seen.

    Parameters
    ----------
    incidents : DataFrame
        Columns ``cell`` (number of the cell, from 0) and ``day`` (days since any fixed day); others are handed on
        to the methods. With a column ``known_day``, an incident is hidden until that day as well: what was
        reported late could not be known in time.
    cells : StudyCells
        The study area.
    methods : mapping of str to callable
        Each takes the incidents known by a day, and that day; gives a score for each cell.
    plan : BacktestPlan
        The days and coverages.
    seed : int
        Of the bootstrap and the sign flips.

    Returns
    -------
    Backtest
        Scores by period, over all periods, and the verdicts.

    Raises
    ------
    SchemaMismatch
        When ``cell`` or ``day`` is missing.
    InvalidParameter
        When the plan, a cell number or a score cannot be used.
    Conflict
        When a method has the name of a baseline.
    EmptyInput
        When nothing happened before the first origin or in all periods.
    """
    _check_frame(incidents, len(cells.area_m2))
    _check_plan(plan)
    taken = sorted(set(methods) & set(BASELINE_NAMES))
    if taken:
        raise Conflict(
            Text(f"Tên {taken[0]} dành cho mốc so sánh.", f"The name {taken[0]} belongs to a baseline."),
            Text("Đặt tên khác cho phương pháp.", "Give the method another name."),
        )
    _check_enough(incidents, plan)
    rivals = baselines(cells, period_days=plan.period_days)
    runs = {name: list(_run(incidents, cells, run, plan=plan)) for name, run in (dict(methods) | rivals).items()}
    catches = {name: Catches.stack(found) for name, found in runs.items()}
    periods = [score for name, found in runs.items() for score in _period_scores(name, found, plan)]
    summaries = [summarise(name, found, plan.coverages, seed=seed) for name, found in catches.items()]
    against = {name: catches[name] for name in rivals}
    verdicts = [judge(name, catches[name], against, coverages=plan.coverages, seed=seed) for name in methods]
    return Backtest(
        tuple(periods),
        tuple(one for group in summaries for one in group),
        tuple(one for group in verdicts for one in group),
        Evidence("backtest", asdict(plan) | {"methods": tuple(methods)}, _inputs_hash(incidents, cells), seed),
    )


def known_by(incidents: pd.DataFrame, origin_day: float, *, history_days: float | None = None) -> pd.DataFrame:
    """Select what was known when a forecast was made.

    Parameters
    ----------
    incidents : DataFrame
        With ``day`` and perhaps ``known_day``.
    origin_day : float
        The day of the forecast; what happens on it is not known yet.
    history_days : float, optional
        How far back to look, days.

    Returns
    -------
    DataFrame
        A copy with rows numbered anew, so that not even their number tells of what came later.

    Examples
    --------
    >>> frame = pd.DataFrame({"day": [1.0, 5.0, 9.0], "known_day": [2.0, 12.0, 9.0]})
    >>> known_by(frame, 9.0)["day"].tolist()
    [1.0]
    """
    known = incidents["day"] < origin_day
    if "known_day" in incidents:
        known &= incidents["known_day"] < origin_day
    if history_days is not None:
        known &= incidents["day"] >= origin_day - history_days
    return incidents[known].reset_index(drop=True)


def _run(incidents: pd.DataFrame, cells: StudyCells, method: Method, *, plan: BacktestPlan) -> Iterator[Catches]:
    size, coverages = len(cells.area_m2), plan.coverages
    for origin in plan.origins():
        history = known_by(incidents, origin, history_days=plan.history_days)
        before = np.bincount(history["cell"].to_numpy(), minlength=size).astype(np.float64)
        score = np.asarray(method(history, origin), dtype=np.float64)
        later = incidents[(incidents["day"] >= origin) & (incidents["day"] < origin + plan.period_days)]
        after = np.bincount(later["cell"].to_numpy(), minlength=size).astype(np.float64)
        yield Catches(
            inside=caught(score, after, area_m2=cells.area_m2, coverages=coverages),
            total=np.full(len(coverages), after.sum()),
            best=best_catch(after, area_m2=cells.area_m2, coverages=coverages),
            inside_before=caught(score, before, area_m2=cells.area_m2, coverages=coverages),
            total_before=np.full(len(coverages), before.sum()),
        )


def _period_scores(name: str, found: list[Catches], plan: BacktestPlan) -> Iterator[PeriodScore]:
    for origin, catch in zip(plan.origins(), found, strict=True):
        for at, coverage in enumerate(plan.coverages):
            inside, total, best = float(catch.inside[at]), float(catch.total[at]), float(catch.best[at])
            share = exact_share(inside, total)
            held = hit_rate(catch.inside_before[at], catch.total_before[at])
            yield PeriodScore(
                name,
                origin,
                coverage,
                inside,
                total,
                hit_rate=share,
                pai=Interval(*prediction_accuracy_index(share, coverage).tolist()),
                pei_star=Interval(*prediction_efficiency_index(np.multiply(share, total), best).tolist()),
                rri=Interval(*recapture_rate_index(share, held).tolist()),
            )


def _check_frame(incidents: pd.DataFrame, cell_count: int) -> None:
    missing = [name for name in ("cell", "day") if name not in incidents]
    if missing:
        raise SchemaMismatch(
            Text(f"Thiếu cột {', '.join(missing)}.", f"Columns are missing: {', '.join(missing)}."),
            Text("Mỗi vụ cần số ô và ngày.", "Each incident needs its cell and its day."),
        )
    cell = incidents["cell"]
    whole = pd.api.types.is_integer_dtype(cell) and bool(cell.between(0, cell_count - 1).all())
    if not (whole and bool(np.isfinite(incidents["day"].to_numpy(dtype=np.float64)).all())):
        raise InvalidParameter(
            Text(
                "Có vụ việc nằm ngoài các ô hoặc chưa có ngày.", "Some incidents lie outside the cells or lack a day."
            ),
            Text("Chỉ đưa vào các vụ trong khu vực, đã có ngày.", "Pass only incidents in the area that have a day."),
        )


def _check_plan(plan: BacktestPlan) -> None:
    check_positive("period_days", plan.period_days)
    check_positive("period_count", plan.period_count)
    if plan.history_days is not None:
        check_positive("history_days", plan.history_days)


def _check_enough(incidents: pd.DataFrame, plan: BacktestPlan) -> None:
    day = incidents["day"]
    last = plan.first_origin_day + plan.period_count * plan.period_days
    if not bool((day < plan.first_origin_day).any()) or not bool(day.between(plan.first_origin_day, last).any()):
        raise EmptyInput(
            Text("Không đủ vụ việc trước hoặc trong các kỳ kiểm nghiệm.",
                 "There are no incidents before, or none in, the periods of the test."),
            Text("Chọn ngày bắt đầu khác hoặc kỳ dài hơn.", "Choose another first day or longer periods."),
        )  # fmt: skip


def _inputs_hash(incidents: pd.DataFrame, cells: StudyCells) -> str:
    columns = [name for name in ("cell", "day", "known_day", "x_m", "y_m") if name in incidents]
    # Whole square metres: the last digits of an area differ between versions of the library that cuts it.
    ground = (np.rint(cells.area_m2), *(() if cells.ward is None else (cells.ward,)))
    return inputs_hash(*(incidents[name].to_numpy() for name in columns), ground=ground)
