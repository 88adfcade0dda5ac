"""What the server has done, for a monitor of the office: the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from flask import Blueprint, Response, current_app

from layers.access.policy import Action
from layers.errors import Forbidden
from layers.wording import Text
from mapserver.services.indexing import index_lag
from mapserver.services.request_counts import BUCKETS_S, STATUSES, RequestCounts
from mapserver.web.serving_rules import ServingRules, from_this_machine
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("metrics", __name__)

_MIMETYPE = "text/plain; version=0.0.4; charset=utf-8"


@bp.get("/metrics")
def metrics() -> Response:
    """Tell the counters of all workers, to this machine and to administrators.

    Returns
    -------
    Response
        Text.

    Raises
    ------
    Forbidden
        When somebody else asks.
    """
    rules, state = ServingRules.of(current_app), State.of(current_app)
    viewer = rules.who()
    if not (from_this_machine() or (viewer is not None and viewer.may(Action.ADMINISTER))):
        raise Forbidden(
            Text("Số đo chỉ dành cho máy chủ và quản trị viên.", "Metrics are for the server and administrators."),
            Text("Đọc trên máy chủ, hoặc dùng mã truy cập có quyền quản trị.",
                 "Read them on the server, or with a token that may administer."),
        )  # fmt: skip
    lines = [*_request_lines(rules.counts), *_state_lines(state)]
    return Response("\n".join(lines) + "\n", content_type=_MIMETYPE)


def _request_lines(counts: RequestCounts) -> Iterator[str]:
    totals = counts.totals()
    yield from _head("antt_requests_total", "counter", "Answers by route and status.")
    statuses = [*map(str, STATUSES), "other"]
    for place, status in np.argwhere(totals.requests > 0):
        labels = f'route="{counts.routes[place]}",status="{statuses[status]}"'
        yield f"antt_requests_total{{{labels}}} {totals.requests[place, status]:.0f}"
    yield from _head("antt_request_seconds", "histogram", "Time from arrival to answer.")
    for place in np.flatnonzero(totals.durations.sum(axis=1)):
        yield from _histogram(counts.routes[place], totals.durations[place].tolist(), float(totals.seconds[place]))
    yield from _one("antt_cache_hits_total", "counter", "Answers found in the caches.", value=totals.hits)
    yield from _one("antt_cache_misses_total", "counter", "Answers that had to be made.", value=totals.misses)


def _histogram(route: str, durations: Sequence[float], seconds: float) -> Iterator[str]:
    name, labels = "antt_request_seconds", f'route="{route}"'
    ends = [*map(str, BUCKETS_S), "+Inf"]
    for end, below in zip(ends, np.cumsum(durations), strict=True):
        yield f'{name}_bucket{{{labels},le="{end}"}} {below:.0f}'
    yield f"{name}_sum{{{labels}}} {seconds:.6f}"
    yield f"{name}_count{{{labels}}} {sum(durations):.0f}"


def _state_lines(state: State) -> Iterator[str]:
    lag = index_lag(state.store)
    if lag is not None:
        yield from _one("antt_index_lag_versions", "gauge", "Commits the index does not hold.", value=lag)
    active = [job.state for job in state.system.active()]
    yield from _head("antt_jobs", "gauge", "Jobs that wait or are being done.")
    for name in ("queued", "running", "cancelling"):
        yield f'antt_jobs{{state="{name}"}} {active.count(name)}'


def _one(name: str, kind: str, said: str, *, value: float) -> Iterator[str]:
    yield from _head(name, kind, said)
    yield f"{name} {value:.0f}"


def _head(name: str, kind: str, said: str) -> Iterator[str]:
    yield f"# HELP {name} {said}"
    yield f"# TYPE {name} {kind}"
