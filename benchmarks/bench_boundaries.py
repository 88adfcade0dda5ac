"""Boundaries through time against the times that were promised for them.

    python benchmarks/bench_boundaries.py --data FOLDER      (or ANTT_REAL_DATA)

FOLDER holds `boundaries/` with the real files, which are never part of the project; what has no file is left out.
The import reads, mends and checks all units of the country and keeps them in a new GeoPackage. The tile of a day is
asked for in turn without and with `as_of`, over two vintages that hold the same wards, so that only the way to the
day differs; every request has another filter, so no answer is a kept one. No peer keeps boundaries by day: the
promised time stands beside each figure instead.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.boundaries import bundled
from layers.boundaries.lineage import Change
from layers.boundaries.report import check_units
from layers.catalog import INCIDENTS, UNITS
from layers.records import new_ids
from layers.store import open_store
from mapserver.app import create_app
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.lineage import LineageRequest, UnitNames, import_lineage
from mapserver.settings import Settings

SEED = 7
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
OLD, NEW = dt.date(2009, 4, 1), dt.date(2025, 7, 1)
ROWS, TILES = 300_000, 100
TILE = "/tiles/incidents/12/3260/1805.mvt"
SEARCHES = ("le thanh nghi", "P. Trần Phú, TP. Hải Dương", "10532", "tran phu", "n", "xa tan", "zzz")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def line(what: str, times_s: list[float], goal: str) -> None:
    middle, high = np.median(times_s) * 1e3, np.percentile(times_s, 95) * 1e3
    print(f"| {what} | {middle:,.1f} | {high:,.1f} | {len(times_s)} | {goal} |")


def load(address: str, file: Path, *, start: dt.date, end: dt.date | None = None) -> None:
    store, rng = open_store(address), np.random.default_rng(SEED + start.year)
    import_boundaries(store, BoundaryRequest(file, start, valid_to=end), now=NOW, rng=rng)
    store.close()


def country(folder: Path, data: Path) -> None:
    file = data / "communes_2025_vn_20m.fgb"
    spent = [timed(lambda run=run: load(str(folder / f"vn{run}.gpkg"), file, start=NEW)) for run in range(2)]
    line("import of 3,321 units with report, into GeoPackage", spent, "60,000")
    table = data / "lineage_2025.csv.gz"
    store = open_store(str(folder / "vn0.gpkg"))
    request = LineageRequest(table, Change(NEW, dt.date(2025, 1, 1), None, ""), {}, "bench")
    # Ids are drawn with the moment and the seed: another import needs another seed.
    import_lineage(store, request, now=NOW, rng=np.random.default_rng(SEED + 1))
    names = UnitNames(store)
    line("gazetteer, first search of a process", [timed(lambda: names.search("a", as_of=NOW.date()))], "–")
    every = [timed(lambda text=text: names.search(text, as_of=NOW.date())) for text in SEARCHES * 20]
    line(f"gazetteer search, {store.count(UNITS):,} unit versions, {len(SEARCHES)} texts", every, "20")
    slowest = max(SEARCHES, key=lambda text: timed(lambda: names.search(text, as_of=NOW.date())))
    again = [timed(lambda: names.search(slowest, as_of=NOW.date())) for _run in range(20)]
    line(f"the slowest of them (“{slowest}”)", again, "20")
    store.close()


def provinces(data: Path) -> None:
    for name in ("hai_phong_114", "ha_noi_126"):
        units = gpd.read_file(data / f"{name}.geojson").assign(level="commune")
        spent = [timed(lambda units=units: check_units(units)) for _run in range(5)]
        line(f"coverage check of a province ({name})", spent, "2,000")


def some_incidents() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(SEED)
    places = shapely.points(rng.normal(106.55, 0.15, ROWS), rng.normal(20.85, 0.08, ROWS))
    columns = {
        "id": new_ids(ROWS, now=NOW, rng=rng),
        "source": "bench",
        "source_ref": [str(row) for row in range(ROWS)],
        "occurred_from": pd.Timestamp("2022-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 1500, ROWS), unit="D"),
        "category": rng.choice(["trom_cap", "ma_tuy", "chay_no"], ROWS),
    }
    return gpd.GeoDataFrame(columns, geometry=places, crs="EPSG:4326")


def filters() -> Iterator[str]:
    for day in range(10_000):
        yield f"from={dt.date(2022, 1, 1) + dt.timedelta(days=day % 900)}&to=2026-{day // 900 + 1:02d}-01"


def tiles(folder: Path, wards: Path) -> None:
    address = str(folder / "tiles.gpkg")
    load(address, wards, start=NEW)
    load(address, wards, start=OLD, end=NEW)
    store = open_store(address)
    store.append(INCIDENTS, some_incidents())
    client = create_app(Settings(), store, clock=lambda: NOW).test_client()
    asked = {"": "", "&as_of=2026-06-01": "as_of of today's wards", "&as_of=2015-01-01": "as_of of an older vintage"}
    each = filters()
    spent: dict[str, list[float]] = {day: [] for day in asked}
    for run in range(TILES + 5):
        for day in asked:
            filtered = next(each)
            took = timed(lambda filtered=filtered, day=day: client.get(f"{TILE}?{filtered}{day}"))
            # The first of each vintage places the incidents in its wards.
            if run >= 5:
                spent[day].append(took)
    plain = np.median(spent[""])
    line(f"incident tile, new filter, {ROWS:,} incidents, no as_of", spent[""], "–")
    for day, what in asked.items():
        if day:
            line(f"the same, {what}: {np.median(spent[day]) / plain * 100 - 100:+.1f} %", spent[day], "+5 %")
    days = [OLD + dt.timedelta(days=7 * week) for week in range(TILES)]
    spent_days = [timed(lambda day=day: client.get(f"/tiles/units/12/3260/1805.mvt?as_of={day}")) for day in days]
    line("unit tile, every time another day of one vintage", spent_days, "–")
    store.close()


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--data", type=Path, default=os.environ.get("ANTT_REAL_DATA"))
    chosen = reading.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}, "
          f"shapely {shapely.__version__} (GEOS {shapely.geos_version_string})")  # fmt: skip
    print("\n| what | median ms | p95 ms | runs | goal ms |\n|---|---|---|---|---|")
    real = Path(chosen.data) / "boundaries" if chosen.data else None
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if real is not None and real.is_dir():
            country(folder, real)
            provinces(real)
        wards = bundled.path("hai_phong_schematic.geojson") if real is None else real / "hai_phong_114.geojson"
        tiles(folder, wards)
    if real is None:
        print("\nno --data: the import, the search and the check of real units were left out")


if __name__ == "__main__":
    main()
