"""An import killed at any moment leaves whole chunks, is listed as interrupted, and goes on without doubles."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from layers.catalog import INCIDENTS
from layers.store import open_store
from scripts.postgis_server import Server
from tests.conftest import LONG
from tests.contract.backends import Databases
from tests.crash.trials import Trial, write_rows

ROWS = 100_000 if LONG else 20_000
MOMENTS = int(os.environ.get("ANTT_KILLS", "10" if LONG else "3"))


@pytest.fixture(scope="module")
def many_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rows(tmp_path_factory.mktemp("rows") / "rows.csv", ROWS)


@pytest.fixture(scope="module")
def whole_s(many_rows: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long the import takes when nobody disturbs it."""
    folder = tmp_path_factory.mktemp("whole")
    began = time.perf_counter()
    Trial(str(folder / "a.gpkg"), folder).finish(many_rows)
    return time.perf_counter() - began


def killed_and_resumed(trial: Trial, rows: Path, *, number: int, whole_s: float, rng: np.random.Generator) -> bool:
    process = trial.begin(rows)
    if number % 3:
        # Two of three kills are meant to hit the writing itself, the third any moment from the start.
        trial.wait_until_begun(process)
        whole_s /= 3
    working = trial.kill_after(process, float(rng.uniform(0, whole_s)))
    begun = trial.interrupted()
    said = trial.finish(rows, "--resume", begun) if begun and number % 2 else trial.finish(rows)
    assert said["read"] == ROWS
    # A file imported again after it was done is all duplicates; else every row was accepted once.
    assert {said["accepted"], said["duplicates"]} == {ROWS, 0}
    # The whole check takes longer than the import; of a hundred stores each fifth is checked through.
    trial.holds(ROWS, thoroughly=not LONG or number % 5 == 0)
    return working and begun is not None


@pytest.mark.timeout(3600)
def test_kill_at_random_moments_geopackage(many_rows: Path, whole_s: float, tmp_path: Path) -> None:
    rng = np.random.default_rng(20260101)
    inside = 0
    for number in range(MOMENTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        trial = Trial(str(folder / "a.gpkg"), folder)
        inside += killed_and_resumed(trial, many_rows, number=number, whole_s=whole_s, rng=rng)
    print(f"GeoPackage: {MOMENTS} kills, {inside} of them in the midst of an import; whole import {whole_s:.1f} s")
    assert inside


@pytest.mark.postgis
@pytest.mark.timeout(3600)
def test_kill_at_random_moments_postgis(many_rows: Path, whole_s: float, tmp_path: Path, databases: Databases) -> None:
    rng = np.random.default_rng(20260102)
    inside = 0
    for number in range(MOMENTS):
        with databases.fresh() as address:
            trial = Trial(address, tmp_path)
            inside += killed_and_resumed(trial, many_rows, number=number, whole_s=whole_s, rng=rng)
    print(f"PostGIS: {MOMENTS} kills, {inside} of them in the midst of an import")
    assert inside


@pytest.mark.postgis
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("databases")
def test_postgis_restarted_in_the_midst_of_an_import(many_rows: Path, tmp_path: Path) -> None:
    # A server of its own, because others may be working on the one that is shared.
    server = Server(tmp_path / "server")
    try:
        with Databases(server.start()) as own, own.fresh() as address:
            trial = Trial(address, tmp_path)
            process = trial.begin(many_rows)
            _wait_for_rows(address)
            server.restart()
            code, said = trial.ended(process)
            assert (code, said.get("code")) in {(4, "store_unreachable"), (4, "store_busy"), (0, None)}, said
            trial.interrupted()
            assert trial.finish(many_rows)["read"] == ROWS
            trial.holds(ROWS)
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
