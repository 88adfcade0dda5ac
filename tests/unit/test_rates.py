"""Limits on frequent requests: kept by all workers together, mostly without asking the file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from unittest import mock

import pytest

from layers.errors import TooManyTries
from layers.store.system_file import SystemFile
from layers.store.system_limits import Limit, Limits
from mapserver.services.rates import Rate
from tests.accounts import NOW

LIMIT = Limit(100, 1.0)


@pytest.fixture
def workers(tmp_path: Path) -> list[Rate]:
    return [Rate(Limits(SystemFile(str(tmp_path / "a.system.db"))), LIMIT, ahead=10) for _worker in range(3)]


def test_workers_together_let_through_what_the_limit_says(workers: list[Rate]) -> None:
    passed = sum(_passes(workers[number % 3], now=NOW) for number in range(300))
    assert LIMIT.times - 2 * 10 <= passed <= LIMIT.times
    later = NOW + dt.timedelta(seconds=5)
    assert 5 <= sum(_passes(workers[0], now=later) for _request in range(60)) <= 5 + 2 * 10


def test_a_request_over_the_limit_is_told_when_to_come_again(workers: list[Rate]) -> None:
    for _request in range(LIMIT.times):
        workers[0].require("a", now=NOW)
    with pytest.raises(TooManyTries) as refused:
        workers[0].require("a", now=NOW)
    assert refused.value.details == {"retry_after_s": 2}
    workers[0].require("b", now=NOW)


def test_most_requests_do_not_ask_the_file(workers: list[Rate]) -> None:
    with mock.patch.object(Limits, "take", return_value=0.0) as asked:
        for _request in range(90):
            workers[0].require("a", now=NOW)
    assert asked.call_count == 9


def _passes(worker: Rate, *, now: dt.datetime) -> bool:
    try:
        worker.require("a", now=now)
    except TooManyTries:
        return False
    return True
