"""Tiles through HTTP, this program beside tipg on PostGIS: the city, the wards, the country, a change of filter.

    python benchmarks/bench_peers.py --postgis ADDRESS [--rows 1000000] [--folder DIR] [--wards FILE] [--country FILE]

ADDRESS is a database to fill, or one that this filled before. Every request of this program asks for another period,
so no answer, selection or count is held; tipg keeps nothing, and its fastest run counts as well as its median. Both
sides count the same incidents in the tile that holds the city, or the run ends. Sizes are those of answers without
compression; "packed" is gzip of both at the level that this program uses. Warm answers are asked for by ten
connections of one Python process, which takes a share of the same cores: both sides suffer alike.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from benchmarks.stand import (
    Answer,
    Server,
    conditions,
    fill_postgis,
    load,
    made_store,
    must,
    per_second,
    program,
    tipg,
)
from layers.boundaries import bundled
from layers.index.cells import Tile, places_in_tile
from layers.index.morton import morton_of_places
from tests.vector_tiles import read_tile

EPOCH = dt.date(1970, 1, 1)
PLACE = (106.52, 20.86)
SINCE, UNTIL = dt.date(2024, 7, 1), dt.date(2026, 1, 1)
CATEGORY = "ma_tuy"
OUR_RUNS, THEIR_RUNS = 15, 3
ZOOMS = (8, 10, 12)
CONNECTIONS, WARM_S = 10, 4.0
VIEW_PX, TILE_PX = (1366, 768), 512
LEVEL = 5
# All of Việt Nam with the two archipelagos.
COUNTRY = (102.1, 8.3, 114.6, 23.4)


@dataclass(frozen=True)
class Asked:
    """A filter on time, and on a category where one is given."""

    category: str | None
    shift: int = 0

    def ours(self) -> str:
        since, until = SINCE + dt.timedelta(self.shift), UNTIL
        kind = f"category={self.category}&" if self.category else ""
        return f"{kind}from={since}&to={until}"

    def theirs(self) -> str:
        since, until = (SINCE - EPOCH).days + self.shift, (UNTIL - EPOCH).days
        kind = f"category = '{self.category}' AND " if self.category else ""
        return "filter-lang=cql2-text&filter=" + quote(f"{kind}day >= {since} AND day < {until}")


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    keys = morton_of_places(np.array([lon]), np.array([lat]))
    x, y = places_in_tile(keys, Tile(0, 0, 0), side_bits=zoom)[0].tolist()
    return Tile(zoom, x, y)


def our_tile(layer: str, tile: Tile, query: str = "") -> str:
    return f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt?{query}"


def their_tile(table: str, tile: Tile, query: str = "") -> str:
    return f"/collections/public.{table}/tiles/WebMercatorQuad/{tile.z}/{tile.x}/{tile.y}?{query}"


def told(name: str, answers: list[Answer]) -> float:
    took = sorted(answer.took_ms for answer in answers)
    body = answers[0].body
    packed = len(gzip.compress(body, LEVEL))
    print(
        f"  {name:34} median {statistics.median(took):9.1f} ms  best {took[0]:9.1f}  p95 {np.percentile(took, 95):9.1f}"
        f"  {len(body):>10} bytes, packed {packed:>9}  ({load()})",
        flush=True,
    )
    return statistics.median(took)


def compared(ours: list[Answer], theirs: list[Answer], names: tuple[str, str] = ("this program", "tipg")) -> None:
    mine, peer = told(names[0], ours), told(names[1], theirs)
    fastest = min(answer.took_ms for answer in theirs)
    sizes = len(theirs[0].body) / max(len(ours[0].body), 1)
    print(f"  ratio: {peer / mine:.0f} × faster ({fastest / mine:.0f} × by tipg's best), 1/{sizes:.0f} of the bytes")


def city(ours: Server, theirs: Server, zooms: tuple[int, ...]) -> None:
    for category in (CATEGORY, None):
        for zoom in zooms:
            tile = tile_at(*PLACE, zoom)
            print(f"incidents z{zoom}, filter on time{' and category' if category else ''}")
            asked = [Asked(category, shift) for shift in range(OUR_RUNS)]
            must(ours, our_tile("incidents", tile, Asked(category, -1).ours()))
            mine = [must(ours, our_tile("incidents", tile, one.ours())) for one in asked]
            must(theirs, their_tile("incidents", tile, Asked(category, -1).theirs()))
            peer = [must(theirs, their_tile("incidents", tile, one.theirs())) for one in asked[:THEIR_RUNS]]
            if zoom == min(zooms):
                agreed(mine[0].body, peer[0].body)
            compared(mine, peer)


def agreed(ours: bytes, theirs: bytes) -> None:
    """Both count the same where nothing lies on the edge of the tile."""
    layers = read_tile(ours)
    mine = len(layers.get("incidents", [])) + sum(cell.attributes["n"] for cell in layers.get("cells", []))
    peer = features(theirs)
    if mine != peer:
        raise SystemExit(f"this program counts {mine} incidents, tipg {peer}")
    print(f"  both count {mine} incidents")


def features(content: bytes) -> int:
    """How many features a tile of one layer has (member 2 of the layer), found without reading them."""
    _tag, at = varint(content, 0)
    _length, at = varint(content, at)
    count = 0
    while at < len(content):
        tag, at = varint(content, at)
        value, at = varint(content, at)
        at += value if tag & 7 == 2 else 0
        count += tag >> 3 == 2
    return count


def varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while content[at] & 0x80:
        value |= (content[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | content[at] << shift, at + 1


def wards(store: Path, theirs: Server) -> None:
    tile = tile_at(*PLACE, 9)
    print("wards z9, cold: three processes, each asked for another zoom first")
    first, cold = [], []
    for _start in range(3):
        with program(store, workers=1) as fresh:
            must(fresh, "/healthz")
            first.append(must(fresh, our_tile("units", tile_at(*PLACE, 13))))
            cold.append(must(fresh, our_tile("units", tile)))
    told("first request of a process (z13)", first)
    compared(cold, [must(theirs, their_tile("wards", tile)) for _ in range(9)])


def warm(ours: Server, theirs: Server) -> None:
    tile = tile_at(*PLACE, 9)
    print(f"wards z9, warm, {CONNECTIONS} connections")
    for _round in range(2):
        mine = per_second(ours, our_tile("units", tile), connections=CONNECTIONS, seconds=WARM_S)
        peer = per_second(theirs, their_tile("wards", tile), connections=CONNECTIONS, seconds=WARM_S)
        print(f"  this program {mine:,.0f}/s, tipg {peer:,.0f}/s: {mine / peer:.0f} × ({load()})", flush=True)


def country(store: Path, theirs: Server) -> None:
    tiles = list(tiles_of(COUNTRY, 6))
    print(f"all units z6, {len(tiles)} tiles, levels built before: three processes, each asked for another zoom first")
    peer = {tile: [must(theirs, their_tile("country", tile)) for _ in range(3)] for tile in tiles}
    largest = max(tiles, key=lambda tile: len(peer[tile][0].body))
    first, cold = [], []
    for _start in range(3):
        with program(store, workers=1) as ours:
            must(ours, "/healthz")
            first.append(must(ours, our_tile("units", tile_at(*PLACE, 10))))
            cold.append(must(ours, our_tile("units", largest)))
            mine = {tile: must(ours, our_tile("units", tile)) for tile in tiles}
    told("first request of a process (z10)", first)
    print(f"  the largest tile, {largest}")
    compared(cold, peer[largest])
    total = sum(len(answer.body) for answer in mine.values())
    packed = sum(len(gzip.compress(answer.body, LEVEL)) for answer in mine.values())
    theirs_total = sum(len(answers[0].body) for answers in peer.values())
    theirs_spent = sum(statistics.median(one.took_ms for one in answers) for answers in peer.values())
    spent = sum(answer.took_ms for tile, answer in mine.items() if tile != largest) + cold[-1].took_ms
    print(f"  all tiles: this program {spent:.0f} ms, {total} bytes (packed {packed})")
    print(f"  all tiles: tipg {theirs_spent:.0f} ms, {theirs_total} bytes", flush=True)


def tiles_of(box_lonlat: tuple[float, float, float, float], zoom: int) -> Iterator[Tile]:
    west, south, east, north = box_lonlat
    first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
    for x in range(first.x, last.x + 1):
        for y in range(first.y, last.y + 1):
            yield Tile(zoom, x, y)


def visible(zoom: int) -> list[Tile]:
    """The tiles that a view of the desk size needs at most: one more than fit in each direction."""
    middle = tile_at(*PLACE, zoom)
    across, down = (-(-side // TILE_PX) + 1 for side in VIEW_PX)
    return [
        Tile(zoom, middle.x + column - across // 2, middle.y + row - down // 2)
        for column in range(across)
        for row in range(down)
    ]


def filter_change(ours: Server, theirs: Server) -> None:
    for zoom in (9, 11):
        tiles = visible(zoom)
        print(f"change of filter, z{zoom}: summary, counts by ward and {len(tiles)} tiles, six connections")
        mine = []
        for shift in range(OUR_RUNS):
            query = Asked(CATEGORY if shift % 2 else None, 30 + shift).ours()
            paths = [f"/api/v1/incidents/summary?{query}", f"/api/v1/units/counts?{query}"]
            mine.append(together(ours, [*paths, *(our_tile("incidents", tile, query) for tile in tiles)]))
        peer = []
        for shift in range(2):
            query = Asked(CATEGORY if shift % 2 else None, 30 + shift).theirs()
            peer.append(together(theirs, [their_tile("incidents", tile, query) for tile in tiles]))
        took = statistics.median(mine)
        print(
            f"  this program: median {took:.1f} ms, best {min(mine):.1f}, p95 {np.percentile(mine, 95):.1f} ({load()})"
        )
        print(f"  tipg, the tiles alone: {statistics.mean(peer):,.0f} ms: {statistics.mean(peer) / took:.0f} ×")


def together(server: Server, paths: list[str]) -> float:
    """Milliseconds until the last of several answers, as a browser asks for them."""
    start = time.perf_counter()
    with ThreadPoolExecutor(6) as six:
        list(six.map(lambda path: must(server, path, packed=True), paths))
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--postgis", default=os.environ.get("ANTT_BENCH_POSTGIS"), help="address of a database")
    reading.add_argument("--rows", type=int, default=1_000_000)
    reading.add_argument("--folder", type=Path, help="where stores are kept between runs")
    reading.add_argument("--wards", type=Path, help="file of wards; the shipped sample when left out")
    reading.add_argument("--country", type=Path, help="file of all units of the country; left out when not given")
    reading.add_argument("--only", nargs="+", default=["city", "wards", "country", "filter"])
    given = reading.parse_args()
    if not given.postgis:
        print("tipg needs a database (--postgis ADDRESS or ANTT_BENCH_POSTGIS): left out")
        return
    print(f"{given.rows} rows, {conditions()}")
    with tempfile.TemporaryDirectory() as scratch:
        run(given, given.folder or Path(scratch))


def run(given: argparse.Namespace, folder: Path) -> None:
    store = made_store(folder, given.rows, given.wards)
    tables = {"wards": given.wards or Path(bundled.path("hai_phong_schematic.geojson"))}
    tables |= {"country": given.country} if given.country else {}
    fill_postgis(given.postgis, rows=given.rows, units=tables)
    with tipg(given.postgis) as theirs:
        if "wards" in given.only:
            wards(store, theirs)
        if "country" in given.only and given.country:
            country(made_store(folder, 0, given.country), theirs)
        with program(store) as ours:
            if "wards" in given.only:
                warm(ours, theirs)
            if "filter" in given.only:
                filter_change(ours, theirs)
            if "city" in given.only:
                city(ours, theirs, ZOOMS)


if __name__ == "__main__":
    main()
