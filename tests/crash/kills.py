"""Imports killed at random moments, gone on with, and checked when they are done."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from tests.conftest import LONG
from tests.crash.trials import Trial, write_rows

ROWS = int(os.environ.get("ANTT_KILL_ROWS", "200000" if LONG else "60000"))
KILLS = int(os.environ.get("ANTT_KILLS", "100" if LONG else "10"))
# An import is killed so often on its way, gone on with after each kill, and checked whole when it is done.
KILLS_OF_ONE_IMPORT = 10 if LONG else 5


def time_whole_s(trial: Trial, rows: Path) -> float:
    """How long the import takes when nobody disturbs it."""
    # The first of all processes waits until the server of processes has imported the program.
    Trial(str(trial.folder / "warm.gpkg"), trial.folder).finish(write_rows(trial.folder / "few.csv", 10))
    began = time.perf_counter()
    trial.finish(rows)
    return time.perf_counter() - began


def killed_and_done(trial: Trial, rows: Path, *, kills: int, whole_s: float, rng: np.random.Generator) -> list[int]:
    """Kill one import at random moments until it is done, check it; how many rows each kill left behind."""
    left: list[int] = []
    begun, kept = None, 0
    while len(left) < kills:
        started = trial.begin(rows, *resuming(begun, rng))
        # Long enough to pass over the rows that are kept already and to come a good step further.
        longest_s = whole_s * (2 / (kills + 1) + kept / ROWS / 2)
        if not trial.kill_after(started, float(rng.uniform(0, longest_s))):
            break
        begun, kept = trial.interrupted()
        assert kept >= max(left, default=0)
        left.append(kept)
    said = trial.finish(rows, *resuming(begun, rng))
    assert said["read"] == ROWS
    # A file imported again after it was done is all duplicates; else every row was accepted once.
    assert {said["accepted"], said["duplicates"]} == {ROWS, 0}
    trial.holds(ROWS)
    return left


def resuming(begun: str | None, rng: np.random.Generator) -> tuple[str, ...]:
    """An import is gone on with by its id, or by importing the same file again."""
    return ("--resume", begun) if begun and rng.random() < 0.5 else ()


def tell(name: str, left: list[int], whole_s: float) -> None:
    inside = [rows for rows in left if rows]
    share = ", ".join(f"{rows / ROWS:.0%}" for rows in sorted(inside))
    print(f"{name}: {len(left)} kills of {ROWS} rows ({whole_s:.1f} s), {len(inside)} with rows kept ({share})")
    assert inside
