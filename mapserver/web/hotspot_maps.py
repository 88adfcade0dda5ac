"""Hotspots that carry their own evidence: found at once, tested, or as a job."""

from __future__ import annotations

import numpy as np
from flask import Blueprint, Response, current_app, request

from layers.errors import InvalidParameter
from layers.records import Filter
from layers.wording import Text
from mapserver.services.hotspot_jobs import HOTSPOTS, HotspotTask
from mapserver.services.hotspot_maps import AT_ONCE, backtest_hotspots, find_hotspots
from mapserver.services.hotspot_requests import OPTION_NAMES, HotspotRequest, request_of
from mapserver.services.jobs import start_job
from mapserver.web import forms, params
from mapserver.web.doors import DOORS
from mapserver.web.gate import viewer
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State
from mapserver.web.witness import record_views
from mapserver.web.writing import author, require_write

__all__ = ["bp", "hotspot_options"]

bp = Blueprint("hotspot_maps", __name__, url_prefix="/api/v1/hotspots")

_NAMES = ("method", *OPTION_NAMES)


@bp.get("/run")
def run() -> Response:
    """Find hotspots, with what tells how far to trust them.

    Returns
    -------
    Response
        GeoJSON; a reason instead of features when there are too few incidents for the method.
    """
    params.only(request.args, _NAMES)
    asked, wanted = params.filter_of(request.args), request_of(hotspot_options())
    return cached("application/geo+json", lambda: _found(State.of(current_app), asked, wanted))


@bp.get("/backtest")
def backtest() -> Response:
    """Test a method on periods it has not seen, beside forecasts that need no method.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, _NAMES)
    asked, wanted = params.filter_of(request.args), request_of(hotspot_options(), backtest=True)
    return cached("application/json", lambda: _tested(State.of(current_app), asked, wanted))


@bp.post("/jobs")
def start() -> Response:
    """Find hotspots or test a method as a job, for what takes long.

    Returns
    -------
    Response
        202 with the job; its result is what the other addresses answer.
    """
    require_write()
    params.only(request.args, (*_NAMES, "task"))
    state = State.of(current_app)
    backtests = _is_backtest(request.args.get("task", "run"))
    # Whatever is wrong with it is said now, not when the job is taken up.
    request_of(hotspot_options(), backtest=backtests)
    task = HotspotTask(
        asked=params.filter_of(request.args),
        options=hotspot_options(),
        backtest=backtests,
        who=author().who,
        account_id=viewer().account_id,
        language=params.language_of(request.args, state.settings.lang),
        timezone=state.settings.timezone,
    )
    record_views(DOORS[request.endpoint or ""].layers)
    job = start_job(state.system, HOTSPOTS, task.to_plain(), now=state.clock(), rng=np.random.default_rng())
    return forms.job_answer(job, status=202)


def hotspot_options() -> dict[str, str]:
    """Read the method and its options from the address.

    Returns
    -------
    dict of str to str
        As written, without what is empty.
    """
    written = {name: request.args.get(name, "").strip() for name in _NAMES}
    return {name: text for name, text in written.items() if text}


def _is_backtest(text: str) -> bool:
    if text not in {"run", "backtest"}:
        raise InvalidParameter(
            Text(f"Không có việc “{text}”.", f"There is no task “{text}”."),
            Text("Dùng task=run hoặc task=backtest.", "Use task=run or task=backtest."),
        )
    return text == "backtest"


def _found(state: State, asked: Filter, wanted: HotspotRequest) -> bytes:
    found = find_hotspots(state.reader, asked, wanted, now=state.clock(), conduct=AT_ONCE)
    return dump_json(found.as_geojson(params.language_of(request.args, state.settings.lang)))


def _tested(state: State, asked: Filter, wanted: HotspotRequest) -> bytes:
    found = backtest_hotspots(state.reader, asked, wanted, now=state.clock(), conduct=AT_ONCE)
    return dump_json(found.as_json(params.language_of(request.args, state.settings.lang)))
