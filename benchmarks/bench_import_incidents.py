"""One million incidents, validated and placed, into each store, beside plain geopandas.

    python benchmarks/bench_import_incidents.py [--rows 1000000] [--postgis ADDRESS]

Both sides read the same CSV, make points, find the ward of each among the 114 of the shipped
sample, and leave a table with a spatial index. Ours also checks every cell, gives each row an id
and a fingerprint, and writes the ledger and the quarantine in the same commits; the peers do not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.boundaries import bundled
from layers.catalog import INCIDENTS
from layers.store import open_store
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.imports_incidents import IncidentRequest, import_incidents

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
SEED = 7
WARDS = "hai_phong_schematic.geojson"


def make_rows(path: Path, count: int) -> None:
    rng = np.random.default_rng(SEED)
    minutes = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900 * 24 * 60, count), unit="min")
    pd.DataFrame(
        {
            "Ngày xảy ra": minutes.strftime("%d/%m/%Y %H:%M"),
            "Loại": rng.choice(["Trộm cắp tài sản", "Ma túy", "Cháy nổ", "Cố ý gây thương tích"], count),
            "lon": np.round(rng.uniform(106.2, 106.9, count), 6),
            "lat": np.round(rng.uniform(20.6, 21.1, count), 6),
        }
    ).to_csv(path, index=False)


def placed_by_geopandas(rows: Path) -> gpd.GeoDataFrame:
    frame = pd.read_csv(rows)
    frame["Ngày xảy ra"] = pd.to_datetime(frame["Ngày xảy ra"], format="%d/%m/%Y %H:%M")
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326")
    wards = gpd.read_file(bundled.path(WARDS))[["code", "geometry"]].to_crs("EPSG:4326")
    joined = points.sjoin(wards, how="left", predicate="intersects")
    return joined[~joined.index.duplicated()].drop(columns="index_right")


def geopandas_file(rows: Path, target: Path, *, arrow: bool) -> int:
    placed = placed_by_geopandas(rows)
    placed.to_file(target, driver="GPKG", engine="pyogrio", use_arrow=arrow)
    return len(placed)


def geopandas_postgis(rows: Path, address: str) -> int:
    from sqlalchemy import create_engine

    placed = placed_by_geopandas(rows)
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    placed.to_postgis("peer_incidents", engine, if_exists="replace", index=False)
    return len(placed)


def ours(rows: Path, address: str, *, source: str) -> int:
    store = open_store(address)
    try:
        request = IncidentRequest(rows, source, "Asia/Ho_Chi_Minh")
        # The ids come of the moment and the chance, so each import has its own chance.
        rng = np.random.default_rng([SEED, *source.encode()])
        said = import_incidents(store, request, now=NOW, rng=rng)
        if said.counts.read != said.counts.accepted:
            raise SystemExit(f"not every row was accepted: {said.counts}")
        return said.counts.accepted
    finally:
        store.close()


def with_wards(address: str) -> str:
    store = open_store(address)
    try:
        request = BoundaryRequest(bundled.path(WARDS), dt.date(2025, 7, 1))
        import_boundaries(store, request, now=NOW, rng=np.random.default_rng(SEED))
        if store.count(INCIDENTS):
            raise SystemExit("the store must be empty")
    finally:
        store.close()
    return address


def measure(name: str, work: Callable[[], int], results: list[tuple[str, float, float, int]]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    count = work()
    results.append((name, time.perf_counter() - wall, time.process_time() - cpu, count))
    print(f"  {name}: {results[-1][1]:.1f} s", file=sys.stderr)


def tell(results: list[tuple[str, float, float, int]], *, peer: str) -> None:
    per_second = {name: (count / wall, count / cpu) for name, wall, cpu, count in results}
    print("| what | rows | s | CPU s | rows/s | times the rows/s of the first line (per CPU second) |")
    print("|---|---|---|---|---|---|")
    for name, wall, cpu, count in results:
        faster, by_cpu = (mine / its for mine, its in zip(per_second[name], per_second[peer], strict=True))
        print(f"| {name} | {count:,} | {wall:.1f} | {cpu:.1f} | {count / wall:,.0f} | {faster:.1f} ({by_cpu:.1f}) |")


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--rows", type=int, default=1_000_000)
    reading.add_argument("--postgis", default=os.environ.get("ANTT_BENCH_POSTGIS"),
                         help="address of an empty database with PostGIS")  # fmt: skip
    chosen = reading.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), chosen.rows, chosen.postgis)


def run(folder: Path, count: int, postgis: str | None) -> None:
    rows, more = folder / "rows.csv", folder / "more.csv"
    make_rows(rows, count)
    make_rows(more, count // 10)
    print(f"{count} rows (seed {SEED}), {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"geopandas {gpd.__version__}, pandas {pd.__version__}, Python {sys.version.split()[0]}")
    results: list[tuple[str, float, float, int]] = []
    address = with_wards(str(folder / "ours.gpkg"))
    plain = "geopandas to_file (GeoPackage, R-tree)"
    measure(plain, lambda: geopandas_file(rows, folder / "a.gpkg", arrow=False), results)
    measure("geopandas to_file, use_arrow=True", lambda: geopandas_file(rows, folder / "b.gpkg", arrow=True), results)
    measure("this program, GeoPackage, first load", lambda: ours(rows, address, source="a"), results)
    measure("this program, GeoPackage, later import of a tenth", lambda: ours(more, address, source="b"), results)
    tell(results, peer=plain)
    if postgis:
        results = []
        address = with_wards(postgis)
        measure("geopandas to_postgis", lambda: geopandas_postgis(rows, postgis), results)
        measure("this program, PostGIS, first load", lambda: ours(rows, address, source="a"), results)
        measure("this program, PostGIS, later import of a tenth", lambda: ours(more, address, source="b"), results)
        tell(results, peer="geopandas to_postgis")


if __name__ == "__main__":
    main()
