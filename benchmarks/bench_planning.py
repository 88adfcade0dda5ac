"""Plans at the server against the times that were promised for them.

    python benchmarks/bench_planning.py --data FOLDER [--postgis ADDRESS] [--pause 2.0] [--times 100]

FOLDER holds `boundaries/` with the real files, which are never part of the project. The wards of Hải Phòng are imported
at full precision, the units of the whole country at 20 m; their defects are decided about as a person would: overlaps
accepted, gaps left. Operations redraw borders drawn with a seed, as `PlanDesk` is asked by the web, with points on the
ground that are counted; a commit is over when the store has kept it. Twenty planners are threads of one server on one
plan, each with borders of its own; between two operations each thinks for about the pause, for nobody draws a border
ten times a second. At the end every operation must be in the store once, and carrying all out anew must give the same.
DistrictBuilder's own load test saved a plan in 13.6 s (90 %). Processor time is that of the thread alone, which tells
more than the clock where the machine has other work; what PostgreSQL does is not in it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from layers.catalog import PLAN_OPS
from layers.errors import AnttError
from layers.planning.arcs import Arc, Topology
from layers.planning.grid import place_of
from layers.planning.operations import Redraw
from layers.planning.plans import replay
from layers.planning.points import PlacedPoints, placed
from layers.planning.steps import Signature
from layers.store import Store, open_store
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.plan_desk import PlanDesk
from mapserver.services.plans import NewPlan, create
from mapserver.services.repairs import RepairRequest, repair, repair_queue

SEED = 7
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
BEGAN = dt.date(2025, 7, 1)
PROVINCE = "31"
PLANNERS, POINTS, COMMITS = 20, 50_000, 200
BY = Signature("bench", NOW)


class Spent(NamedTuple):
    """Seconds by the clock, and seconds of processor of the thread that did it."""

    clock_s: float
    processor_s: float


def timed(work: Callable[[], object]) -> Spent:
    start, busy = time.perf_counter(), time.thread_time()
    work()
    return Spent(time.perf_counter() - start, time.thread_time() - busy)


def line(what: str, spent: list[Spent], goal: str) -> None:
    clock, busy = np.array(spent).T * 1e3
    figures = (np.median(clock), np.percentile(clock, 95), np.median(busy), np.percentile(busy, 95))
    print(f"| {what} | {' | '.join(f'{each:,.0f}' for each in figures)} | {len(spent):,} | {goal} |", flush=True)


def loaded(address: str, file: Path) -> Store:
    """A store with clean units: every defect decided about, as a person would."""
    store, rng = open_store(address), np.random.default_rng(SEED)
    import_boundaries(store, BoundaryRequest(file, BEGAN), now=NOW, rng=rng)
    for _again in range(3):
        cards = repair_queue(store, NOW.date()).open
        if not cards:
            break
        left = [card.key for card in cards if card.kind == "gap" or card.proposal == "leave"]
        asked = RepairRequest(NOW.date(), accept=[card.key for card in cards if card.key not in left], leave=left)
        repair(store, asked, who="bench", now=NOW, rng=rng)
    return store


def new_plan(store: Store, seed: int) -> str:
    asked = NewPlan("bench", "commune", PROVINCE, NOW.date())
    return create(store, asked, who="bench", now=NOW, rng=np.random.default_rng(seed)).id


def counted(base: Topology) -> dict[str, PlacedPoints]:
    boxes = np.array([arc.box for arc in base.arcs.values()], dtype=float)
    low, high = boxes[:, :2].min(axis=0) / 1e7, boxes[:, 2:].max(axis=0) / 1e7
    rng = np.random.default_rng(SEED)
    lon, lat = rng.uniform(low[:, None], high[:, None], (2, POINTS))
    return {"incidents": placed(lon, lat, np.ones(POINTS), topology=base)}


def inner(topology: Topology) -> list[Arc]:
    arcs = [arc for arc in topology.arcs.values() if not topology.is_locked(arc) and len(arc.points) > 8]
    return sorted(arcs, key=lambda arc: arc.id)


def sketch(arc: Arc, rng: np.random.Generator) -> Redraw:
    """A new line of as many vertices for a stretch of a border, a bow beside the old one."""
    first = int(rng.integers(0, len(arc.points) - 4))
    last = int(rng.integers(first + 3, min(first + 200, len(arc.points))))
    stretch = arc.points[first : last + 1].astype(float)
    along, bow = stretch[-1] - stretch[0], np.sin(np.linspace(0, np.pi, len(stretch)))[:, None]
    moved = np.rint(stretch + rng.uniform(-0.1, 0.1) * bow * [-along[1], along[0]]).astype(np.int64)
    moved[[0, -1]] = arc.points[[first, last]]
    return Redraw(arc.id, tuple(place_of(place) for place in moved))


class Planner:
    """Somebody who redraws some borders, one after the other.

    Parameters
    ----------
    desk : PlanDesk
        The server.
    plan_id : str
        The plan.
    arcs : list of str
        The borders.
    seed : int
        Of what is drawn.
    """

    def __init__(self, desk: PlanDesk, plan_id: str, arcs: list[str], *, seed: int) -> None:
        self.desk, self.plan_id, self.arcs = desk, plan_id, arcs
        self.rng = np.random.default_rng(seed)
        self.points: dict[str, PlacedPoints] = {}
        self.numbers: list[int] = []
        self.spent: list[Spent] = []
        self.refused = 0

    def draw(self) -> None:
        """Redraw until a line is taken; only what was taken is timed, and how often the line was bad is counted."""
        while True:
            opened = self.desk.opened(self.plan_id)
            arc = opened.topology.arcs[self.arcs[int(self.rng.integers(len(self.arcs)))]]
            operation, seen = sketch(arc, self.rng), opened.record.entries
            try:
                self.spent.append(timed(partial(self._commit, operation, seen)))
            except AnttError:
                self.refused += 1
                continue
            return

    def _commit(self, operation: Redraw, seen: int) -> None:
        done = self.desk.commit(self.plan_id, operation, seen=seen, by=BY, points=self.points)
        self.numbers.append(done.entry.number)

    def work(self, times: int, pause_s: float) -> None:
        """Redraw some times, thinking in between."""
        for _time in range(times):
            time.sleep(pause_s * self.rng.uniform(0.5, 1.5))
            self.draw()


def opening(store: Store, what: str) -> str:
    plan_id = new_plan(store, SEED)
    spent = [timed(lambda: PlanDesk(store).opened(plan_id)) for _run in range(5)]
    line(f"open Hải Phòng, {what}, nothing kept", spent, "1,500")
    return plan_id


def committing(store: Store, plan_id: str, what: str) -> None:
    desk = PlanDesk(store)
    base = desk.opened(plan_id).base
    planner = Planner(desk, plan_id, [arc.id for arc in inner(base)], seed=SEED)
    planner.points = counted(base)
    for _time in range(COMMITS):
        planner.draw()
    line(f"commit, {what}, one planner ({planner.refused} bad lines refused)", planner.spent, "p95 150")
    half = PlanDesk(store)
    line(f"open with {COMMITS} entries, {what}", [timed(lambda: half.opened(plan_id))], "1,500")


def planning(store: Store, what: str, *, times: int, pause_s: float) -> None:
    plan_id, desk = new_plan(store, SEED + 1), PlanDesk(store)
    base = desk.opened(plan_id).base
    arcs, points = [arc.id for arc in inner(base)], counted(base)
    planners = [Planner(desk, plan_id, arcs[place::PLANNERS], seed=SEED + place) for place in range(PLANNERS)]
    for planner in planners:
        planner.points = points
    start = time.perf_counter()
    with ThreadPoolExecutor(PLANNERS) as threads:
        list(threads.map(lambda planner: planner.work(times, pause_s), planners))
    took = time.perf_counter() - start
    spent = [each for planner in planners for each in planner.spent]
    rate = len(spent) / took
    line(f"{PLANNERS} planners × {times}, {what}, pause {pause_s:g} s, {rate:.1f} a second", spent, "p95 300")
    opened = PlanDesk(store).opened(plan_id)
    numbers = sorted(number for planner in planners for number in planner.numbers)
    assert numbers == list(range(1, PLANNERS * times + 1)), "an operation was lost or doubled"  # noqa: S101
    assert len(opened.plan.entries) == PLANNERS * times  # noqa: S101
    assert replay(opened.base, opened.plan) == opened.topology, "the stored borders differ"  # noqa: S101
    print(f"| every operation once among {store.count(PLAN_OPS):,} rows; carried out anew: equal | | | | | | – |")


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--data", type=Path, default=os.environ.get("ANTT_REAL_DATA"))
    reading.add_argument("--postgis", default=os.environ.get("ANTT_BENCH_POSTGIS"), help="an empty database")
    reading.add_argument("--pause", type=float, default=2.0)
    reading.add_argument("--times", type=int, default=100)
    chosen = reading.parse_args()
    if chosen.data is None:
        print("Skipped: --data or ANTT_REAL_DATA names no folder.")
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    print("| what | median ms | p95 ms | median CPU ms | p95 CPU ms | runs | goal ms |\n|---|---|---|---|---|---|---|")
    wards, country = (
        chosen.data / "boundaries" / name for name in ("hai_phong_114.geojson", "communes_2025_vn_20m.fgb")
    )
    with tempfile.TemporaryDirectory() as folder:
        places = [(f"{folder}/hp.gpkg", wards, "GeoPackage, 114 units")]
        places += [(chosen.postgis, wards, "PostGIS, 114 units")] if chosen.postgis else []
        places += [(f"{folder}/vn.gpkg", country, "GeoPackage, 3,321 units")]
        for address, file, what in places:
            store = loaded(address, file)
            committing(store, opening(store, what), what)
            if file is wards:
                planning(store, what, times=chosen.times, pause_s=chosen.pause)
            store.close()
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
