"""How the index of incidents grows: building, opening, selecting, following a commit; a tile beside DuckDB.

    python benchmarks/bench_index.py [--rows 10000 100000 1000000 10000000] [--stored-up-to 1000000]

Each size runs in processes of its own. Rows are made with a seed as they are read, so that building is not
paid for with a database of ten gigabytes; up to `--stored-up-to` rows a GeoPackage is filled and built from as
well. The reader's memory is what its process holds after it has answered, pages of the mapped files included.
The tile is the one that holds the whole city, filtered by category and period, in a grid of 64 × 64; both sides
must count the same. DuckDB reads the same columns, sorted alike, from its own file; without it that part is left out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.boundaries import bundled
from layers.catalog import INCIDENTS, LAYERS, UNITS, Layer, categories
from layers.index.cells import Tile, count_cells, rows_in_tile
from layers.index.morton import key_range
from layers.records import Filter, Period
from layers.store import ALL, Query, Store, open_store
from layers.store.changes import Changes, Mark
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.incidents import select
from mapserver.services.index_building import IndexBuilder
from mapserver.services.reader import Reader

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
ZONE = "Asia/Ho_Chi_Minh"
SEED = 7
PIECE = 50_000
CITY = Tile(9, 407, 225)
SLUGS = np.array([category.slug for category in categories()], dtype=object)
ASKED = Filter(categories=("ma_tuy",), period=Period(dt.date(2024, 7, 1), dt.date(2026, 1, 1)))


def piece(start: int, count: int) -> gpd.GeoDataFrame:
    """Incidents in two hundred clusters, three years."""
    rng = np.random.default_rng([SEED, start])
    centre = rng.integers(0, 200, count)
    lon = 106.3 + (centre * 0.618) % 1 * 0.5 + rng.normal(0, 0.01, count)
    lat = 20.72 + (centre * 0.755) % 1 * 0.2 + rng.normal(0, 0.01, count)
    frame = pd.DataFrame(
        {
            "id": [f"{number:032x}" for number in range(start, start + count)],
            "source": "bench",
            "source_ref": [str(number) for number in range(start, start + count)],
            "occurred_from": pd.to_datetime(rng.integers(1_704_067_200, 1_793_491_200, count), unit="s", utc=True),
            "occurred_to": pd.Series(pd.NaT, index=range(count), dtype="datetime64[us, UTC]"),
            "category": SLUGS[rng.integers(0, len(SLUGS), count)],
            "location_accuracy_m": np.nan,
        }
    ).assign(severity=None, status=None, withdrawn=None)
    return gpd.GeoDataFrame(frame, geometry=shapely.points(lon, lat), crs="EPSG:4326")


class Generated:
    """As much of a store as the index asks for: rows are made as they are read."""

    address = "bench"

    def __init__(self, rows: int, units: gpd.GeoDataFrame) -> None:
        self.rows, self.version, self._units = rows, 1, units

    def versions(self) -> dict[str, int]:
        """One for each layer; that of the incidents counts commits."""
        return {layer.key: 1 for layer in LAYERS} | {INCIDENTS.key: self.version}

    def read(self, _layer: Layer, _query: Query = ALL) -> gpd.GeoDataFrame:
        """The units."""
        return self._units

    @contextmanager
    def changes(self, _layer: Layer, since: Mark | None = None, *, columns: tuple[str, ...] = ()) -> Iterator[Changes]:
        """All rows, or those behind the mark."""
        del columns
        first = 0 if since is None else int(str(since["rows"]))
        pieces = (piece(start, min(PIECE, self.rows - start)) for start in range(first, self.rows, PIECE))
        yield Changes(self.version, {"rows": self.rows}, since is None, pieces, (), self.rows)


def sample_units() -> gpd.GeoDataFrame:
    """The 114 wards of the shipped sample."""
    store = open_store("memory:")
    request = BoundaryRequest(bundled.path("hai_phong_schematic.geojson"), valid_from=dt.date(2025, 7, 1))
    import_boundaries(store, request, now=NOW, rng=np.random.default_rng(SEED))
    return store.read(UNITS)


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def memory_mb() -> float:
    """What this process holds at this moment."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def build(rows: int, folder: Path, *, stored: bool) -> dict[str, float]:
    """Build an index from nothing, and once more from a file where that is asked for."""
    units = sample_units()
    store = Generated(rows, units)
    made = {"make_rows_s": timed(lambda: [piece(start, PIECE) for start in range(0, min(rows, 500_000), PIECE)])}
    made["make_rows_s"] *= max(rows / 500_000, 1.0)
    made["build_s"] = timed(lambda: IndexBuilder(_as_store(store), ZONE, folder / "x.index").build(NOW))
    made["build_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    made["disk_mb"] = sum(path.stat().st_size for path in (folder / "x.index").rglob("*.npy")) / 1e6
    if stored:
        file = open_store(str(folder / "x.gpkg"))
        file.append(UNITS, units)
        for start in range(0, rows, 500_000):
            file.append(INCIDENTS, piece(start, min(500_000, rows - start)))
        made["build_gpkg_s"] = timed(lambda: IndexBuilder(file, ZONE, folder / "y.index").build(NOW))
    return made


def read(rows: int, folder: Path) -> dict[str, float]:
    """Open the index as a worker does, select, and follow a commit."""
    store = Generated(rows, sample_units())
    reader = Reader(_as_store(store), ZONE, folder / "x.index")
    before_mb = memory_mb()
    found = {"open_ms": 1e3 * timed(lambda: reader.incidents(NOW.date()))}
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=number) for number in range(15)]
    asked = [Filter(categories=("ma_tuy",), period=Period(day, dt.date(2026, 1, 1))) for day in days]
    found["select_ms"] = 1e3 * statistics.median(timed(partial(select, reader, one, now=NOW)) for one in asked)
    taken = select(reader, ASKED, now=NOW)
    found["tile_ms"] = 1e3 * statistics.median(timed(lambda: tile(taken)) for _ in range(9))
    found["counted"] = tile(taken)
    found["memory_mb"] = memory_mb() - before_mb
    store.rows, store.version = rows + 1, 2
    found["commit_ms"] = 1e3 * timed(lambda: reader.incidents(NOW.date()))
    if importlib.util.find_spec("duckdb"):
        found |= duckdb_tile(folder, reader)
    return found


def tile(taken: object) -> int:
    """Count the city in cells."""
    table, mask = taken.table, taken.mask  # type: ignore[attr-defined]  # a Selection
    rows = rows_in_tile(table.key, CITY)
    found = count_cells(
        table.key[rows], table.category[rows], mask[rows], tile=CITY, side_bits=6, code_count=len(SLUGS)
    )
    return int(found.by_code.sum())


def duckdb_tile(folder: Path, reader: Reader) -> dict[str, float]:
    """The same columns in DuckDB, sorted alike: the same tile, filter and grid."""
    import duckdb

    _units, table = reader.incidents(NOW.date())
    base = duckdb.connect(str(folder / "x.duckdb"), config={"threads": 2, "memory_limit": "4GB"})
    base.register("given", pd.DataFrame({"key": table.key, "day": table.day, "category": table.category}))
    base.execute("CREATE TABLE t AS SELECT * FROM given")
    first, behind = key_range(*CITY)
    period = ASKED.period
    days = [(day - dt.date(1970, 1, 1)).days for day in (period.since, period.until) if day]
    place = list(SLUGS).index("ma_tuy")
    asked = f"""SELECT key >> {2 * (32 - CITY.z - 6)} AS cell, category, count(*) FROM t
        WHERE key >= {first} AND key < {behind} AND category = {place} AND day >= {days[0]} AND day < {days[1]}
        GROUP BY ALL"""  # noqa: S608 - numbers of this file
    times = [timed(lambda: base.execute(asked).fetchnumpy()) for _ in range(9)]
    counted = sum(row[2] for row in base.execute(asked).fetchall())
    return {"duckdb_tile_ms": 1e3 * statistics.median(times), "duckdb_counted": counted}


def _as_store(made: Generated) -> Store:
    return made  # type: ignore[return-value]  # what else a store can do is never asked for


def measured(rows: int, *, stored: bool) -> dict[str, float]:
    """One size, each part in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, float] = {"rows": rows}
        for part in ("build", "read"):
            command = [sys.executable, __file__, "--part", part, "--rows", str(rows), "--folder", folder]
            command += ["--stored"] if stored else []
            ended = subprocess.run(command, check=False, capture_output=True, text=True)
            if ended.returncode:
                raise SystemExit(ended.stderr)
            found |= json.loads(ended.stdout.splitlines()[-1])
    if found.get("duckdb_counted", found["counted"] + 1) != found["counted"] + ("duckdb_counted" not in found):
        raise SystemExit(f"DuckDB counts {found['duckdb_counted']}, the index {found['counted']}")
    return found


def main() -> None:
    """Print one line a size."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
    options.add_argument("--stored-up-to", type=int, default=1_000_000)
    options.add_argument("--part", choices=["build", "read"])
    options.add_argument("--folder", type=Path)
    options.add_argument("--stored", action="store_true")
    given = options.parse_args()
    if given.part == "build":
        print(json.dumps(build(given.rows[0], given.folder, stored=given.stored)))
    elif given.part == "read":
        print(json.dumps(read(given.rows[0], given.folder)))
    else:
        for rows in given.rows:
            found = measured(rows, stored=rows <= given.stored_up_to)
            print("  ".join(f"{name} {value:,.6g}" for name, value in found.items()), flush=True)


if __name__ == "__main__":
    main()
