"""Hotspots as a service: one request in, one answer out, with its back-test beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from layers.errors import AnttError, EmptyInput, InvalidParameter, TooLarge
from layers.hotspots.backtest import Backtest
from layers.records import Filter
from layers.wording import Text
from mapserver.services.following import UNWATCHED, Following
from mapserver.services.hotspot_backtest import (
    BacktestAnswer,
    history_filter,
    spoken_verdict,
    tried_of,
    try_method,
)
from mapserver.services.hotspot_cells import check_sendable, expected_cells
from mapserver.services.hotspot_findings import Asking
from mapserver.services.hotspot_ground import AreaFile, Ground, lay_ground
from mapserver.services.hotspot_methods import FINDERS
from mapserver.services.hotspot_requests import HotspotRequest
from mapserver.services.hotspot_results import HotspotMap, Tried
from mapserver.services.incidents import Selection, select
from mapserver.services.reader import Reader

__all__ = ["AT_ONCE", "UNHURRIED", "Conduct", "backtest_hotspots", "find_hotspots"]

# A page waits so long for an answer; what takes longer is a job.
_LONGEST_WAIT_S = 8.0
# Measured: cells whose hotspots a second finds, pairs of incidents it looks at while shuffling, and those it links.
_CELLS_A_SECOND = 20_000
_PAIRS_A_SECOND = 4e7
_PAIRS_LINKED_A_SECOND = 4e6
# Incidents crowd: so many times more pairs lie close together than if they were spread evenly.
_CROWDING = 8.0
# These are cheap to try out beside every map; of the others a back-test is asked for by itself.
_TRIED_BESIDE = frozenset({"gistar", "moran", "density"})


@dataclass(frozen=True)
class Conduct:
    """How the work is done, whatever is asked.

    Parameters
    ----------
    following : Following
        How it is followed.
    file : AreaFile or None
        A study area of the user's own.
    at_once : bool
        Whether somebody waits: what would take long is refused.
    is_sent : bool
        Whether the answer goes to a page: a grid that no page can draw is refused.
    """

    following: Following = UNWATCHED
    file: AreaFile | None = None
    at_once: bool = False
    is_sent: bool = False


UNHURRIED = Conduct()
# For an answer that somebody waits for at a page.
AT_ONCE = Conduct(at_once=True, is_sent=True)


def find_hotspots(
    reader: Reader, asked: Filter, request: HotspotRequest, *, now: dt.datetime, conduct: Conduct = UNHURRIED
) -> HotspotMap:
    """Find hotspots, or say why nothing can be drawn.

    Parameters
    ----------
    reader : Reader
        The store, and what its viewer may see of it.
    asked : Filter
        Which incidents.
    request : HotspotRequest
        Which method.
    now : datetime
        The moment.
    conduct : Conduct
        How the work is done.

    Returns
    -------
    HotspotMap
        With a reason instead of a drawing when there are too few incidents for the method.

    Raises
    ------
    InvalidParameter
        When there is no study area, or positions are coarser than what shall be told from them.
    TooLarge
        When the grid is too large, or the work too long for somebody who waits.
    """
    try:
        ground = lay_ground(reader, asked, request, now=now, file=conduct.file)
        _check(ground, request, conduct)
        tried = _try_out(reader, asked, request, now=now, conduct=conduct)
        proof = None if tried is None else tried.out_of_sample
        found = FINDERS[request.method](Asking(ground, request, conduct.following, proof))
    except EmptyInput as too_few:
        return _nothing(select(reader, asked, now=now), request, too_few)
    top = _top(ground, request)
    told = found._replace(cautions=(*found.cautions, *ground.cautions))
    return replace(top, **told._asdict(), tried=tried)


def backtest_hotspots(
    reader: Reader, asked: Filter, request: HotspotRequest, *, now: dt.datetime, conduct: Conduct = UNHURRIED
) -> BacktestAnswer:
    """Test a method on periods it has not seen.

    Parameters
    ----------
    reader : Reader
        The store, and what its viewer may see of it.
    asked : Filter
        Which incidents; its period is what the map shows.
    request : HotspotRequest
        Which method.
    now : datetime
        The moment.
    conduct : Conduct
        How the work is done.

    Returns
    -------
    BacktestAnswer
        With a reason when there are too few incidents or the history is too short.

    Raises
    ------
    InvalidParameter
        When there is no study area, or positions or times are too coarse.
    TooLarge
        When the grid is too large, or the work too long for somebody who waits.
    """
    try:
        ground, found = _test(reader, asked, request, now=now, conduct=conduct)
    except EmptyInput as too_few:
        return BacktestAnswer(_nothing(select(reader, asked, now=now), request, too_few), None)
    top = replace(_top(ground, request), sentence=spoken_verdict(found).sentence, evidence=found.evidence)
    return BacktestAnswer(top, found)


def _test(
    reader: Reader, asked: Filter, request: HotspotRequest, *, now: dt.datetime, conduct: Conduct
) -> tuple[Ground, Backtest]:
    ground = lay_ground(reader, history_filter(asked), request, now=now, file=conduct.file)
    if conduct.at_once:
        _refuse_long(request.periods * (0.05 + expected_cells(ground, request) / (10 * _CELLS_A_SECOND)))
    return ground, try_method(ground, request, since=asked.period.since, following=conduct.following)


def _try_out(
    reader: Reader, asked: Filter, request: HotspotRequest, *, now: dt.datetime, conduct: Conduct
) -> Tried | None:
    if request.method not in _TRIED_BESIDE:
        return None
    # Half of a long job is this: its steps are told by the map alone.
    quiet = replace(conduct, following=Following(lambda _done, _all: None, conduct.following.goes_on), at_once=False)
    try:
        _ground, found = _test(reader, asked, request, now=now, conduct=quiet)
    except (EmptyInput, InvalidParameter):
        # A map may be drawn from less than it takes to try it out.
        return None
    return tried_of(found, request)


def _top(ground: Ground, request: HotspotRequest) -> HotspotMap:
    area: Mapping[str, object] = {"kind": ground.kind, "said": ground.area.said, "km2": ground.area.area_km2}
    return HotspotMap(request, ground.taken.provenance, Text("", ""), epsg=ground.epsg, area=area)


def _nothing(taken: Selection, request: HotspotRequest, too_few: AnttError) -> HotspotMap:
    said = Text(f"{too_few.message.vi} {too_few.hint.vi}".strip(), f"{too_few.message.en} {too_few.hint.en}".strip())
    return HotspotMap(request, taken.provenance, said, reason=said)


def _check(ground: Ground, request: HotspotRequest, conduct: Conduct) -> None:
    if conduct.is_sent and request.method in {"gistar", "moran", "emerging"}:
        check_sendable(ground, request)
    if conduct.at_once:
        _refuse_long(_expected_s(ground, request))


def _expected_s(ground: Ground, request: HotspotRequest) -> float:
    cells = expected_cells(ground, request)
    if request.method == "emerging":
        return ground.days / request.step_days * (0.1 + cells / _CELLS_A_SECOND)
    if request.method == "near_repeat":
        return _expected_pairs(ground, request.distance_m[-1]) * request.permutations / _PAIRS_A_SECOND
    if request.method in {"dbscan", "stdbscan"}:
        return len(ground.x_m) / 100_000 + _expected_pairs(ground, request.eps_m) / _PAIRS_LINKED_A_SECOND
    if request.method in {"gistar", "moran"}:
        return 0.5 + cells / _CELLS_A_SECOND
    return len(ground.x_m) / 100_000


def _expected_pairs(ground: Ground, reach_m: float) -> float:
    near = 3.14 * reach_m**2 / max(ground.area.area_km2 * 1e6, 1.0)
    return len(ground.x_m) ** 2 / 2 * min(1.0, _CROWDING * near)


def _refuse_long(expected_s: float) -> None:
    if expected_s > _LONGEST_WAIT_S:
        raise TooLarge(
            Text(f"Phép tính này mất khoảng {expected_s:.0f} giây.", f"This takes some {expected_s:.0f} seconds."),
            Text("Chạy như một tác vụ, hoặc chọn ô lớn hơn hay kỳ ngắn hơn.",
                 "Run it as a job, or choose larger cells or a shorter period."),
            details={"as_job": True},
        )  # fmt: skip
