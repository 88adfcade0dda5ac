"""Whatever is asked for whenever: an allowance never gives more than it holds and refills, and never gets stuck."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from layers.store.system_file import IN_PROCESS, SystemFile
from layers.store.system_limits import Limit, Limits

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)

limits_of_any_size = st.builds(Limit, st.integers(1, 8), st.sampled_from([0.05, 1.0, 2.5, 60.0]))
pauses_s = st.lists(st.floats(0, 200, allow_nan=False), min_size=1, max_size=40)


@given(limits_of_any_size, pauses_s)
def test_in_any_span_no_more_is_given_than_is_held_and_refilled(limit: Limit, pauses: list[float]) -> None:
    given_at = _given_at(limit, pauses)
    for first, start in enumerate(given_at):
        for last in range(first, len(given_at)):
            number, span_s = last - first + 1, given_at[last] - start
            assert number <= limit.times + span_s / limit.refill_s + 0.01


@given(limits_of_any_size, pauses_s)
def test_whoever_waits_as_long_as_told_is_let_in(limit: Limit, pauses: list[float]) -> None:
    kept, now = Limits(SystemFile(IN_PROCESS)), START
    for pause in pauses:
        now += dt.timedelta(seconds=pause)
        wait_s = kept.take("a", limit, now=now)
        assert wait_s <= limit.refill_s + 0.01
        now += dt.timedelta(seconds=wait_s)
        assert not wait_s or kept.take("a", limit, now=now) == 0


@given(limits_of_any_size, st.integers(1, 10))
def test_one_key_takes_nothing_from_another(limit: Limit, tries: int) -> None:
    kept = Limits(SystemFile(IN_PROCESS))
    for _try in range(tries):
        kept.take("a", limit, now=START)
    assert kept.take("b", limit, now=START) == 0


@given(limits_of_any_size, st.floats(1, 1e6))
def test_a_clock_set_back_shuts_nobody_out(limit: Limit, back_s: float) -> None:
    kept = Limits(SystemFile(IN_PROCESS))
    for _try in range(limit.times + 1):
        kept.take("a", limit, now=START)
    wait_s = kept.take("a", limit, now=START - dt.timedelta(seconds=back_s + limit.times * limit.refill_s))
    assert wait_s <= limit.refill_s + 0.01


@given(limits_of_any_size)
def test_what_is_given_back_can_be_taken_again_and_what_is_full_is_forgotten(limit: Limit) -> None:
    kept = Limits(SystemFile(IN_PROCESS))
    for _try in range(3 * limit.times):
        assert kept.take("a", limit, now=START) == 0
        kept.give_back("a", limit)
    assert kept.take("a", limit, now=START, times=limit.times) == 0
    assert kept.take("a", limit, now=START) > 0
    assert kept.forget_full(now=START) == 0
    full = START + dt.timedelta(seconds=limit.times * limit.refill_s + 0.01)
    assert kept.forget_full(now=full) == 1


def _given_at(limit: Limit, pauses: list[float]) -> list[float]:
    kept, passed, given_at = Limits(SystemFile(IN_PROCESS)), 0.0, []
    for pause in pauses:
        passed += pause
        if kept.take("a", limit, now=START + dt.timedelta(seconds=passed)) == 0:
            given_at.append(passed)
    return given_at
