"""The back-test of a hotspot method on the office's own incidents, beside forecasts that need no method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.errors import EmptyInput
from layers.hotspots.backtest import Backtest, BacktestPlan, PeriodScore, backtest
from layers.hotspots.baselines import BASELINE_NAMES, Method
from layers.hotspots.clusters import ClusterOptions
from layers.hotspots.forecasts import (
    ScoredCells,
    cluster_forecast,
    density_forecast,
    gistar_forecast,
    moran_forecast,
    recent_forecast,
    repeat_forecast,
)
from layers.hotspots.methods import METHOD_NAMES
from layers.hotspots.verdicts import Summary, Verdict
from layers.records import Filter, Period
from layers.wording import Text
from mapserver.services.following import Following
from mapserver.services.hotspot_cells import ground_cells
from mapserver.services.hotspot_findings import LEAST_INCIDENTS
from mapserver.services.hotspot_ground import Ground
from mapserver.services.hotspot_requests import HotspotRequest
from mapserver.services.hotspot_results import HotspotMap, Tried, interval_json, plain, stand_in_json

__all__ = ["BacktestAnswer", "history_filter", "try_method"]

_EPOCH = dt.date(1970, 1, 1)
# The share of the area that one sentence speaks of.
_SPOKEN_COVERAGE = 0.05


@dataclass(frozen=True, eq=False)
class BacktestAnswer:
    """What the back-test found, or why there is none.

    Parameters
    ----------
    top : HotspotMap
        What stands at the top of every answer; its evidence is that of the back-test.
    found : Backtest or None
        The scores.
    """

    top: HotspotMap
    found: Backtest | None

    @property
    def spoken(self) -> Verdict | None:
        """The verdict that one sentence gives."""
        return None if self.found is None else spoken_verdict(self.found)

    def as_json(self, language: str) -> dict[str, object]:
        """Write the answer.

        Parameters
        ----------
        language : str
            ``vi`` or ``en``.

        Returns
        -------
        dict
            Plain values.
        """
        verdict, found = self.spoken, self.found
        content = {
            **stand_in_json(self.top, language, backtest=True),
            "beats": verdict and verdict.beats,
            "coverage": verdict and verdict.coverage,
            "summaries": [] if found is None else [_summary_json(each) for each in found.summaries],
            "verdicts": [] if found is None else [_verdict_json(each) for each in found.verdicts],
            "periods": [] if found is None else self._periods(found),
            "meta": self.top.provenance.as_json(language),
        }
        said = plain(content, language)
        assert isinstance(said, dict)  # noqa: S101 - a dict stays one
        return said

    def _periods(self, found: Backtest) -> list[dict[str, object]]:
        return [_period_json(each, self.top.request.period_days) for each in found.periods]


def spoken_verdict(found: Backtest) -> Verdict:
    """Choose the verdict that one sentence gives.

    Parameters
    ----------
    found : Backtest
        The scores.

    Returns
    -------
    Verdict
        At the coverage nearest to a twentieth of the area.
    """
    return min(found.verdicts, key=lambda verdict: abs(verdict.coverage - _SPOKEN_COVERAGE))


def tried_of(found: Backtest, request: HotspotRequest) -> Tried:
    """Shorten a back-test to what stands beside a map.

    Parameters
    ----------
    found : Backtest
        The scores.
    request : HotspotRequest
        What was asked for.

    Returns
    -------
    Tried
        At the coverage of `spoken_verdict`.
    """
    verdict = spoken_verdict(found)
    summary = next(
        each for each in found.summaries if (each.method, each.coverage) == (verdict.method, verdict.coverage)
    )
    return Tried(
        verdict.coverage, summary.hit_rate, verdict.beats, request.periods, request.period_days, verdict.sentence
    )


def history_filter(asked: Filter) -> Filter:
    """Widen a filter to all that was known before its period.

    Parameters
    ----------
    asked : Filter
        What was asked for.

    Returns
    -------
    Filter
        Without a first day.
    """
    return replace(asked, period=Period(None, asked.period.until))


def try_method(ground: Ground, request: HotspotRequest, *, since: dt.date | None, following: Following) -> Backtest:
    """Test a method on the last periods of a ground.

    Parameters
    ----------
    ground : Ground
        All incidents up to the end of the period, see `history_filter`.
    request : HotspotRequest
        Method, cells and periods.
    since : date or None
        First day of the period that the map shows: each forecast sees as long a history; all of it when None.
    following : Following
        How the work is followed.

    Returns
    -------
    Backtest
        Scores by period, over all periods, and verdicts.

    Raises
    ------
    EmptyInput
        When there are too few incidents or the history is too short.
    InvalidParameter
        When times or positions are too coarse.
    """
    scale_m = None if request.shape == "units" else request.cell_m
    ground.require(scale_m=scale_m, in_days=True, compares=True, least=LEAST_INCIDENTS)
    first = ground.until - request.periods * request.period_days
    if int((ground.day < first).sum()) < LEAST_INCIDENTS:
        raise EmptyInput(
            Text(f"Trước các kỳ kiểm nghiệm ({request.periods} kỳ {request.period_days:g} ngày) có chưa tới "
                 f"{LEAST_INCIDENTS} vụ.",
                 f"There are fewer than {LEAST_INCIDENTS} incidents before the periods of the test "
                 f"({request.periods} of {request.period_days:g} days)."),
            Text("Chọn ít kỳ hơn, kỳ ngắn hơn hoặc dữ liệu dài hơn.", "Choose fewer or shorter periods, or more data."),
        )  # fmt: skip
    laid = ground_cells(ground, request)
    inside = laid.cell >= 0
    frame = pd.DataFrame(
        {"cell": laid.cell[inside], "day": ground.day[inside], "x_m": ground.x_m[inside], "y_m": ground.y_m[inside]}
    )
    window = None if since is None else ground.until - float((since - _EPOCH).days)
    plan = BacktestPlan(first, request.period_days, request.periods, request.coverages, window)
    method = _followed(_FORECASTS[request.method](laid.scored, request), following, request.periods)
    return backtest(frame, laid.study, {request.method: method}, plan=plan, seed=request.seed)


def _followed(method: Method, following: Following, periods: int) -> Method:
    done = 0

    def score(history: pd.DataFrame, origin_day: float) -> NDArray[np.float64]:
        nonlocal done
        following.step(done, periods)
        done += 1
        return method(history, origin_day)

    return score


def _clusters(cells: ScoredCells, request: HotspotRequest) -> Method:
    days = request.eps_days if request.method == "stdbscan" else None
    return cluster_forecast(cells, ClusterOptions(request.eps_m, request.min_points, days))


_FORECASTS: Mapping[str, Callable[[ScoredCells, HotspotRequest], Method]] = {
    "gistar": lambda cells, _request: gistar_forecast(cells),
    "moran": lambda cells, _request: moran_forecast(cells),
    "density": lambda cells, request: density_forecast(
        cells, bandwidth_m=request.bandwidth_m, kernel=request.kernel
    ),
    "dbscan": _clusters,
    "stdbscan": _clusters,
    "near_repeat": lambda cells, request: recent_forecast(cells, reach_days=request.days[-1]),
    "emerging": lambda cells, request: gistar_forecast(cells, last_days=request.step_days),
    "repeats": lambda cells, _request: repeat_forecast(cells),
}  # fmt: skip


def _summary_json(summary: Summary) -> dict[str, object]:
    return {
        "method": summary.method, "name": _name(summary.method), "baseline": summary.method in BASELINE_NAMES,
        "coverage": summary.coverage, "periods": summary.periods, **_measures(summary),
    }  # fmt: skip


def _name(method: str) -> Text:
    return BASELINE_NAMES[method] if method in BASELINE_NAMES else METHOD_NAMES[method]


def _measures(scored: Summary | PeriodScore) -> dict[str, object]:
    return {name: interval_json(getattr(scored, name)) for name in ("hit_rate", "pai", "pei_star", "rri")}


def _verdict_json(verdict: Verdict) -> dict[str, object]:
    gain = {name: interval_json(each) | {"p": verdict.p[name]} for name, each in verdict.gain.items()}
    return {"coverage": verdict.coverage, "beats": verdict.beats, "gain": gain, "sentence": verdict.sentence}


def _period_json(score: PeriodScore, period_days: float) -> dict[str, object]:
    first = _EPOCH + dt.timedelta(days=score.origin_day)
    return {
        "method": score.method, "from": first, "to": first + dt.timedelta(days=period_days),
        "coverage": score.coverage, "caught": score.caught, "total": score.total, **_measures(score),
    }  # fmt: skip
