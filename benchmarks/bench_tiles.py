"""Tiles at the server: incidents filtered on time and category, and units, beside plain PostGIS SQL.

    python benchmarks/bench_tiles.py [--rows 1000000] [--postgis ADDRESS] [--country FILE]

Incidents are made with a seed around 200 centres of the Hải Phòng region and held as the columns the program
maps from its index. "new filter" makes the selection and the tile (each run another period), "same filter" only
the tile; both end with the bytes of a vector tile. PostGIS counts the same rows by cell and category, from a table
in Web Mercator with a GiST index on the place, an index on the day and fresh statistics, and answers a few
thousand rows without making a tile of them. Both sides' counts are compared before anything is measured.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np

from layers.boundaries import bundled
from layers.boundaries.levels import Parts, borders_of, clean_coverage, pyramid, tile_box_m
from layers.catalog import categories
from layers.index.cells import Tile, places_in_tile
from layers.index.morton import morton_of_places
from layers.records import Filter, Period
from mapserver.rendering.unit_tiles import Level, unit_layers
from mapserver.rendering.vector_tiles import encode_tile
from mapserver.services.cache import VersionedCache
from mapserver.services.tables import IncidentTable, UnitTable
from mapserver.services.tiles import incident_tile
from tests.vector_tiles import read_tile

SEED = 7
RUNS = 25
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
EPOCH = dt.date(1970, 1, 1)
FIRST, DAYS = dt.date(2022, 1, 1), 1_500
WHAT = ("trom_cap", "cuop", "ma_tuy", "gay_roi")
MIDDLE = (106.42, 20.84)
ZOOMS = (8, 10, 12, 14)


class Held:
    """What tiles need of a reader, over columns that are already there."""

    def __init__(self, table: IncidentTable) -> None:
        self._pair = (UnitTable(gpd.GeoDataFrame({"valid_from": []}, geometry=[], crs="EPSG:4326"), ()), table)
        self.store = self
        self.selections: VersionedCache[Any] = VersionedCache(1 << 30, lambda held: held.nbytes)

    def versions(self) -> dict[str, int]:
        return {"units": 1, "incidents": 1}

    def today(self, now: dt.datetime) -> dt.date:
        return now.date()

    def incidents(self, _as_of: dt.date, *, with_withdrawn: bool) -> tuple[UnitTable, IncidentTable]:
        assert not with_withdrawn  # noqa: S101
        return self._pair


def make_table(count: int) -> IncidentTable:
    rng = np.random.default_rng(SEED)
    centres = rng.uniform([106.05, 20.6], [106.75, 21.1], (200, 2))
    places = centres[rng.integers(0, len(centres), count)] + rng.normal(0, 0.02, (count, 2))
    key = morton_of_places(places[:, 0], places[:, 1])
    order = np.argsort(key, kind="stable")
    share = rng.dirichlet(np.ones(len(categories())))
    none = np.zeros(count, dtype=np.uint8)
    return IncidentTable(
        key=key[order], lon=places[order, 0], lat=places[order, 1],
        unit=np.full(count, -1, dtype=np.int16),
        category=rng.choice(len(categories()), count, p=share).astype(np.uint8),
        severity=none, status=none,
        words={"category": tuple(c.slug for c in categories()), "severity": ("",), "status": ("",)},
        day=((FIRST - EPOCH).days + rng.integers(0, DAYS, count)).astype(np.int32),
        hour=rng.integers(-1, 24, count).astype(np.int8),
        identity=np.zeros(count, dtype=np.uint64), salt=0, synthetic=True, version=1,
    )  # fmt: skip


def asked(run: int) -> Filter:
    since = FIRST + dt.timedelta(days=200 + run)
    return Filter(period=Period(since, since + dt.timedelta(days=730)), categories=WHAT)


def tile_at(zoom: int) -> Tile:
    keys = morton_of_places(np.array([MIDDLE[0]]), np.array([MIDDLE[1]]))
    x, y = places_in_tile(keys, Tile(0, 0, 0), side_bits=zoom)[0].tolist()
    return Tile(zoom, x, y)


def measured(name: str, act: Callable[[int], Any]) -> float:
    took = []
    for run in range(RUNS):
        start = time.perf_counter()
        act(run)
        took.append((time.perf_counter() - start) * 1e3)
    print(f"{name:58} median {np.median(took):8.1f} ms   p95 {np.percentile(took, 95):8.1f} ms", flush=True)
    return float(np.median(took))


def incidents(count: int, postgis: str | None) -> None:
    reader: Any = Held(make_table(count))
    query = sql_side(reader.incidents(NOW.date(), with_withdrawn=False)[1], postgis) if postgis else None
    for zoom in ZOOMS:
        tile = tile_at(zoom)
        content = incident_tile(reader, asked(0), tile, now=NOW)
        held = counted(content)
        print(f"z{zoom}: {held} incidents, {len(content)} bytes, {len(gzip.compress(content, 5))} packed")
        reader.selections = VersionedCache(1, lambda _held: 1)

        def ours(run: int, tile: Tile = tile) -> bytes:
            return incident_tile(reader, asked(run), tile, now=NOW)

        took = measured("  this program, new filter", ours)
        ours(0)
        measured("  this program, same filter", lambda _run, draw=ours: draw(0))
        if query:
            # PostGIS compares boxes in single precision: what lies just outside is told by its cell.
            inside = [row for row in query(asked(0), tile) if row[0] in range(64) and row[1] in range(64)]
            assert sum(row[3] for row in inside) == held  # noqa: S101 - both must agree
            peer = measured("  PostGIS, grouped by cell and category", lambda run, at=tile: query(asked(run), at))
            print(f"  ratio to PostGIS SQL: {peer / took:.0f} × faster")


def counted(content: bytes) -> int:
    layers = read_tile(content)
    return len(layers.get("incidents", [])) + sum(cell.attributes["n"] for cell in layers.get("cells", []))


def sql_side(table: IncidentTable, address: str) -> Callable[[Filter, Tile], list[tuple[Any, ...]]]:
    import psycopg

    connection = psycopg.connect(address, autocommit=True)
    run = connection.execute
    run("DROP TABLE IF EXISTS bench_tiles")
    run("CREATE TABLE bench_tiles (category smallint, day integer, place geometry(Point, 3857))")
    # The middle of each Morton cell, so that both sides agree on which tile a row lies in.
    part = (places_in_tile(table.key, Tile(0, 0, 0), side_bits=32) + 0.5) / 2**32
    west, south, east, north = tile_box_m(0, 0, 0)
    with connection.cursor().copy("COPY bench_tiles FROM STDIN") as rows:
        for (x, y), category, day in zip(part.tolist(), table.category.tolist(), table.day.tolist(), strict=True):
            place = f"SRID=3857;POINT({west + x * (east - west)!r} {north - y * (north - south)!r})"
            rows.write_row((category, day, place))
    run("CREATE INDEX ON bench_tiles USING gist (place)")
    run("CREATE INDEX ON bench_tiles (day)")
    run("VACUUM ANALYZE bench_tiles")
    slugs = [category.slug for category in categories()]

    def query(wanted: Filter, tile: Tile) -> list[tuple[Any, ...]]:
        box = tile_box_m(*tile)
        side = (box[2] - box[0]) / 64
        since, until = wanted.period.since, wanted.period.until
        assert since is not None  # noqa: S101
        assert until is not None  # noqa: S101
        return connection.execute(
            "SELECT floor((ST_X(place) - %s) / %s)::int, floor((%s - ST_Y(place)) / %s)::int, category, count(*)"
            " FROM bench_tiles WHERE place && ST_MakeEnvelope(%s, %s, %s, %s, 3857)"
            " AND day >= %s AND day < %s AND category = ANY(%s) GROUP BY 1, 2, 3",
            (box[0], side, box[3], side, *box, (since - EPOCH).days, (until - EPOCH).days,
             [slugs.index(slug) for slug in wanted.categories]),
        ).fetchall()  # fmt: skip

    return query


def units(name: str, frame: gpd.GeoDataFrame, zooms: tuple[int, ...]) -> None:
    start = time.perf_counter()
    made: dict[int, Parts] = dict(pyramid(clean_coverage(frame), range(15, 3, -1)))
    print(f"{name}: {len(frame)} units, levels made in {time.perf_counter() - start:.1f} s")
    for zoom in zooms:
        level, tile = Level.of(made[zoom], borders_of(made[zoom])), tile_at(zoom)
        content = encode_tile(unit_layers(level, tile))
        print(f"z{zoom}: {len(content)} bytes, {len(gzip.compress(content, 5))} packed")
        measured("  cold tile", lambda _run, at=tile, of=level: encode_tile(unit_layers(of, at)))


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--rows", type=int, default=1_000_000)
    reading.add_argument("--postgis", default=os.environ.get("ANTT_BENCH_POSTGIS"),
                         help="address of an empty database with PostGIS")  # fmt: skip
    reading.add_argument("--country", help="file of many units, drawn as well")
    chosen = reading.parse_args()
    print(f"{chosen.rows} rows (seed {SEED}), {RUNS} runs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"numpy {np.__version__}, Python {sys.version.split()[0]}")
    incidents(chosen.rows, chosen.postgis)
    units("shipped sample", gpd.read_file(bundled.path("hai_phong_schematic.geojson")), (9, 12))
    if chosen.country:
        units("country", gpd.read_file(chosen.country), (6, 9))


if __name__ == "__main__":
    main()
