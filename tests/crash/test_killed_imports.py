"""An import killed at any moment leaves whole chunks, is listed as interrupted, and goes on without doubles."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.crash.kills import KILLS, KILLS_OF_ONE_IMPORT, ROWS, killed_and_done, tell, time_whole_s
from tests.crash.trials import Trial, write_rows


@pytest.mark.deeper
@pytest.mark.timeout(3600)
def test_kill_at_random_moments_geopackage(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.csv", ROWS)
    whole_s = time_whole_s(Trial(str(tmp_path / "whole.gpkg"), tmp_path), rows)
    rng = np.random.default_rng(20260101)
    left: list[int] = []
    while len(left) < KILLS:
        folder = tmp_path / str(len(left))
        folder.mkdir(exist_ok=True)
        kills = min(KILLS_OF_ONE_IMPORT, KILLS - len(left))
        left += killed_and_done(Trial(str(folder / "a.gpkg"), folder), rows, kills=kills, whole_s=whole_s, rng=rng)
        shutil.rmtree(folder)
    tell("GeoPackage", left, whole_s)
