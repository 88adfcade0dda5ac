"""A hundred readers of one server: errors, waiting, memory of each worker; then tipg under the same readers.

    python benchmarks/bench_readers.py [--readers 100] [--seconds 60] [--rows 1000000] [--folder DIR] [--wards FILE]
                                       [--postgis ADDRESS] [--peer-seconds 20]

Within the first ten seconds each reader opens the map somewhere in the city and then, every one to three seconds,
drags it by up to half a view (eight times of ten), goes one zoom in or out, or changes the filter. It asks for what
the page would: tiles of units and incidents in view that it has not had, and after a change of filter the summary
and the counts by ward; six connections at most, as a browser has. The walks are made with a seed. Readers run in
this one process on the same cores as the servers. Against tipg the same readers ask for the tiles alone. A closed
connection is opened again, as browsers do; anything but 200 or 204, and an answer later than 30 s, is an error.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.bench_index import SEED
from benchmarks.bench_peers import Asked, our_tile, their_tile
from benchmarks.stand import Server, conditions, fill_postgis, head_of, load, made_store, program, request_bytes, tipg
from layers.boundaries import bundled
from layers.index.cells import Tile

CONNECTIONS = 6
LATE_S = 30.0
ARRIVING_S = 10.0
SETTLED_S = 20
VIEW_PX, TILE_PX = np.array([1366, 768]), 512
CITY_LONLAT = (106.35, 20.74, 106.75, 20.90)
ZOOMS = (9, 14)
CATEGORIES = (None, "ma_tuy", "trom_cap", "cuop")

Paths = Callable[["View", list[Tile], bool], list[str]]


@dataclass
class View:
    """What a reader looks at: middle of the view in tiles of 512 px, zoom of the tiles, filter."""

    middle: np.ndarray
    zoom: int
    asked: Asked
    had: set[tuple[Asked, Tile]] = field(default_factory=set)

    def new_tiles(self) -> list[Tile]:
        """The tiles in view that were not had yet."""
        first = np.floor(self.middle - VIEW_PX / TILE_PX / 2).astype(int)
        last = np.floor(self.middle + VIEW_PX / TILE_PX / 2).astype(int)
        seen = [Tile(self.zoom, x, y) for x in range(first[0], last[0] + 1) for y in range(first[1], last[1] + 1)]
        new = [tile for tile in seen if (self.asked, tile) not in self.had]
        self.had.update((self.asked, tile) for tile in new)
        return new

    def step(self, rng: np.random.Generator) -> bool:
        """Drag, zoom or change the filter; whether the filter changed."""
        kind = rng.random()
        if kind < 0.8:
            self.middle = self.middle + rng.uniform(-0.5, 0.5, 2) * VIEW_PX / TILE_PX
        elif kind < 0.95:
            zoom = int(np.clip(self.zoom + rng.choice([-1, 1]), *ZOOMS))
            self.middle, self.zoom = self.middle * 2.0 ** (zoom - self.zoom), zoom
        else:
            self.asked = Asked(CATEGORIES[rng.integers(len(CATEGORIES))], int(rng.integers(0, 300)))
            return True
        return False


def opened(rng: np.random.Generator) -> View:
    """A view somewhere in the city."""
    west, south, east, north = CITY_LONLAT
    zoom = int(rng.integers(*ZOOMS, endpoint=True))
    lon, lat = rng.uniform(west, east), np.radians(rng.uniform(south, north))
    middle = np.array([(lon + 180) / 360, (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2]) * 2**zoom
    return View(middle, zoom, Asked(None))


def our_paths(view: View, tiles: list[Tile], changed: bool) -> list[str]:  # noqa: FBT001
    query = view.asked.ours()
    counted = [f"/api/v1/incidents/summary?{query}", f"/api/v1/units/counts?{query}"] if changed else []
    drawn = [path for tile in tiles for path in (our_tile("units", tile), our_tile("incidents", tile, query))]
    return counted + drawn


def their_paths(view: View, tiles: list[Tile], _changed: bool) -> list[str]:  # noqa: FBT001
    query = view.asked.theirs()
    return [path for tile in tiles for path in (their_tile("wards", tile), their_tile("incidents", tile, query))]


@dataclass
class Tally:
    """What the readers saw."""

    began: float = field(default_factory=time.perf_counter)
    took_ms: list[float] = field(default_factory=list)
    asked_s: list[float] = field(default_factory=list)
    moves_ms: list[float] = field(default_factory=list)
    errors: int = 0
    received: int = 0
    unanswered: int = 0


class Connections:
    """Six connections of one reader."""

    def __init__(self, port: int, tally: Tally) -> None:
        self.port, self.tally = port, tally
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.free = asyncio.Semaphore(CONNECTIONS)

    async def get(self, path: str) -> None:
        async with self.free:
            start = time.perf_counter()
            self.tally.unanswered += 1
            try:
                async with asyncio.timeout(LATE_S):
                    status, size = await self._asked(path)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                status, size = 0, 0
            self.tally.unanswered -= 1
            self.tally.errors += status not in {200, 204}
            self.tally.received += size
            self.tally.asked_s.append(start - self.tally.began)
            self.tally.took_ms.append((time.perf_counter() - start) * 1e3)

    async def _asked(self, path: str) -> tuple[int, int]:
        while self.idle:
            line = self.idle.pop()
            # The server may have closed it while the reader was thinking.
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                return await self._over(line, path)
        return await self._over(await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20), path)

    async def _over(self, line: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str) -> tuple[int, int]:
        reader, writer = line
        try:
            writer.write(request_bytes(path, packed=True))
            status, size = head_of((await reader.readuntil(b"\r\n\r\n"))[:-4])
            left = size
            while left:
                left -= await _received(reader, left)
        except BaseException:
            writer.close()
            raise
        self.idle.append(line)
        return status, size


async def _received(reader: asyncio.StreamReader, left: int) -> int:
    part = await reader.read(min(left, 1 << 18))
    if not part:
        raise asyncio.IncompleteReadError(b"", left)
    return len(part)


async def reader(number: int, port: int, tally: Tally, *, paths: Paths, until: float) -> None:
    """One reader until the time is over."""
    rng = np.random.default_rng([SEED, number])
    view, lines, changed = opened(rng), Connections(port, tally), False
    await asyncio.sleep(rng.uniform(0, ARRIVING_S))
    while time.perf_counter() < until:
        start = time.perf_counter()
        asked = paths(view, view.new_tiles(), changed)
        await asyncio.gather(*(lines.get(path) for path in asked))
        if asked:
            tally.moves_ms.append((time.perf_counter() - start) * 1e3)
        await asyncio.sleep(rng.uniform(1, 3))
        changed = view.step(rng)


async def crowd(port: int, *, readers: int, seconds: float, paths: Paths) -> Tally:
    """All readers at once."""
    tally, until = Tally(), time.perf_counter() + seconds
    tasks = [reader(number, port, tally, paths=paths, until=until) for number in range(readers)]
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds + LATE_S):
            await asyncio.gather(*tasks)
    return tally


def told(name: str, tally: Tally, seconds: float) -> float:
    p50, p95, p99 = np.percentile(tally.took_ms, [50, 95, 99])
    print(f"{name}: {len(tally.took_ms)} answers ({len(tally.took_ms) / seconds:,.0f}/s), {tally.errors} errors,")
    print(f"  request p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms; {tally.received / 1e6:,.1f} MB ({load()})")
    late = np.array(tally.took_ms)[np.array(tally.asked_s) > SETTLED_S]
    if len(late):
        p50, p95, p99 = np.percentile(late, [50, 95, 99])
        print(f"  from second {SETTLED_S} on: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms")
    p50, p95 = np.percentile(tally.moves_ms, [50, 95])
    print(f"  whole move of the map p50 {p50:.1f} ms, p95 {p95:.1f} ms", flush=True)
    return float(np.percentile(tally.took_ms, 95))


def busy_s(pid: int) -> float:
    """Seconds of processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(server: Server) -> None:
    """What each worker holds: all of it; what is shared counted in parts; what it alone holds."""
    for pid in server.workers():
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        held = {line.split(":")[0]: int(line.split()[1]) / 1e3 for line in lines[1:]}
        own = held["Private_Clean"] + held["Private_Dirty"]
        print(f"  worker: RSS {held['Rss']:.0f} MB, PSS {held['Pss']:.0f} MB, of its own {own:.0f} MB", flush=True)


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--readers", type=int, default=100)
    reading.add_argument("--seconds", type=float, default=60)
    reading.add_argument("--workers", type=int, default=2)
    reading.add_argument("--rows", type=int, default=1_000_000)
    reading.add_argument("--folder", type=Path, help="where stores are kept between runs")
    reading.add_argument("--wards", type=Path, help="file of wards; the shipped sample when left out")
    reading.add_argument("--postgis", default=os.environ.get("ANTT_BENCH_POSTGIS"))
    reading.add_argument("--peer-seconds", type=float, default=20)
    given = reading.parse_args()
    print(f"{given.readers} readers, {given.rows} rows, {given.workers} workers, {conditions()}")
    with tempfile.TemporaryDirectory() as scratch:
        run(given, given.folder or Path(scratch))


def run(given: argparse.Namespace, folder: Path) -> None:
    store = made_store(folder, given.rows, given.wards)
    with program(store, workers=given.workers) as server:
        ours = asyncio.run(crowd(server.port, readers=given.readers, seconds=given.seconds, paths=our_paths))
        mine = told("this program", ours, given.seconds)
        spent = sum(busy_s(pid) for pid in server.workers())
        print(f"  processor time: workers {spent:.0f} s, readers {time.process_time():.0f} s")
        memory(server)
    if not given.postgis:
        print("no PostGIS given: tipg left out")
        return
    wards = given.wards or Path(bundled.path("hai_phong_schematic.geojson"))
    fill_postgis(given.postgis, rows=given.rows, units={"wards": wards})
    with tipg(given.postgis) as server:
        crowded = crowd(server.port, readers=given.readers, seconds=given.peer_seconds, paths=their_paths)
        theirs = asyncio.run(crowded)
        peer = told("tipg", theirs, given.peer_seconds + LATE_S)
        print(f"  still waiting when the time was over: {theirs.unanswered}")
    print(f"ratio of p95: {peer / mine:.0f}")


if __name__ == "__main__":
    main()
