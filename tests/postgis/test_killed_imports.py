"""Imports into PostGIS whose process is killed, or whose server is: whole chunks, and no doubles afterwards."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from layers.catalog import INCIDENTS
from layers.store import open_store
from scripts.postgis_server import Server
from tests.conftest import LONG
from tests.contract.backends import Databases
from tests.crash.kills import KILLS, KILLS_OF_ONE_IMPORT, ROWS, killed_and_done, tell, time_whole_s
from tests.crash.trials import Trial, write_rows

pytestmark = pytest.mark.postgis

RESTART_ROWS = 100_000 if LONG else 20_000


@pytest.mark.deeper
@pytest.mark.timeout(3600)
def test_kill_at_random_moments_postgis(tmp_path: Path, databases: Databases) -> None:
    rows = write_rows(tmp_path / "rows.csv", ROWS)
    with databases.fresh() as address:
        whole_s = time_whole_s(Trial(address, tmp_path), rows)
    rng = np.random.default_rng(20260102)
    left: list[int] = []
    while len(left) < KILLS:
        with databases.fresh() as address:
            kills = min(KILLS_OF_ONE_IMPORT, KILLS - len(left))
            left += killed_and_done(Trial(address, tmp_path), rows, kills=kills, whole_s=whole_s, rng=rng)
    tell("PostGIS", left, whole_s)


@pytest.mark.deeper
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("databases")
def test_postgis_restarted_in_the_midst_of_an_import(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.csv", RESTART_ROWS)
    # A server of its own, because others may be working on the one that is shared.
    server = Server(tmp_path / "server")
    try:
        with Databases(server.start()) as own, own.fresh() as address:
            trial = Trial(address, tmp_path)
            process = trial.begin(rows)
            _wait_for_rows(address)
            server.restart()
            code, said = trial.ended(process)
            assert (code, said.get("code")) in {(4, "store_unreachable"), (4, "store_busy"), (0, None)}, said
            trial.interrupted()
            assert trial.finish(rows)["read"] == RESTART_ROWS
            trial.holds(RESTART_ROWS)
    finally:
        server.stop()


def _wait_for_rows(address: str) -> None:
    store = open_store(address)
    try:
        for _attempt in range(600):
            if store.count(INCIDENTS):
                return
            time.sleep(0.1)
    finally:
        store.close()
    raise AssertionError("the import kept nothing within a minute")
