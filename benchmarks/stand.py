"""The stand that the benchmarks over HTTP share: one store, two servers over the same rows, one client.

The store is made with a seed (`bench_index.piece`) and kept in the folder given, so that several benchmarks can
use it. The peer is tipg under uvicorn, one process, on a PostGIS table of the same rows with a primary key, a GiST
index on the place and fresh statistics, its limit of features in a tile raised above the number of rows.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import selectors
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from benchmarks.bench_index import SEED, ZONE, piece
from layers.boundaries import bundled
from layers.catalog import INCIDENTS
from layers.store import open_store
from mapserver.clock import utc_now
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.index_building import IndexBuilder

if TYPE_CHECKING:
    import psycopg

VALID_FROM = dt.date(2025, 7, 1)
PIECE = 250_000
MOST_FEATURES = 2_000_000
LONGEST_WAIT_S = 120.0
_EPOCH = np.datetime64("1970-01-01", "D")
_STARTING_S = 60
_STOPPING_S = 15


def conditions() -> str:
    """What a figure depends on: cores, load, versions."""
    names = ("numpy", "gunicorn", "tipg", "uvicorn")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in names if _installed(name)]
    python = sys.version.split()[0]
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {python}, {', '.join(versions)}"


def load() -> str:
    """How busy the machine is at this moment."""
    return f"load {os.getloadavg()[0]:.1f}"


def _installed(name: str) -> bool:
    return any(found.metadata["Name"] == name for found in importlib.metadata.distributions(name=name))


def made_store(folder: Path, rows: int, units: Path | None) -> Path:
    """A store of so many incidents and these units, with its index built; the one made before if there is one."""
    path = folder / f"rows{rows}-{units.stem if units else 'sample'}.gpkg"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "draft.gpkg"
    for left in folder.glob("draft.*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    store, start = open_store(str(draft)), time.perf_counter()
    request = BoundaryRequest(units or bundled.path("hai_phong_schematic.geojson"), valid_from=VALID_FROM)
    import_boundaries(store, request, now=utc_now(), rng=np.random.default_rng(SEED))
    print(f"units imported in {time.perf_counter() - start:.1f} s ({load()})", flush=True)
    for first in range(0, rows, PIECE):
        store.append(INCIDENTS, piece(first, min(PIECE, rows - first)))
    print(f"store of {rows} rows made after {time.perf_counter() - start:.1f} s", flush=True)
    IndexBuilder(store, ZONE, draft.with_suffix(".index")).build(utc_now())
    print(f"index and levels built after {time.perf_counter() - start:.1f} s", flush=True)
    store.close()
    draft.with_suffix(".index").rename(path.with_suffix(".index"))
    draft.rename(path)
    return path


def fill_postgis(address: str, *, rows: int, units: dict[str, Path]) -> None:
    """The same rows as tables of PostGIS, unless they are there."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as base:
        base.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        for table, path in units.items():
            if not _there(base, table):
                _fill_units(base, table, gpd.read_file(path))
        if not _there(base, "incidents"):
            _fill_incidents(base, rows)
        held = base.execute("SELECT count(*) FROM incidents").fetchone()
        if held != (rows,):
            raise SystemExit(f"table incidents holds {held}, not {rows} rows: give an empty database")


def _there(base: psycopg.Connection, table: str) -> bool:
    return base.execute("SELECT to_regclass(%s)", (f"public.{table}",)).fetchone() != (None,)


def _fill_units(base: psycopg.Connection, table: str, frame: gpd.GeoDataFrame) -> None:
    base.execute(f"CREATE TABLE {table} (id serial PRIMARY KEY, code text, name text, geom geometry(Geometry, 4326))")
    with base.cursor().copy(f"COPY {table} (code, name, geom) FROM STDIN") as out:
        for code, name, shape in zip(frame["code"], frame["name"], frame.geometry.to_wkb(hex=True), strict=True):
            out.write_row((code, name, shape))
    base.execute(f"UPDATE {table} SET geom = ST_SetSRID(geom, 4326)")  # noqa: S608 - a name of this file
    base.execute(f"CREATE INDEX ON {table} USING gist (geom)")
    base.execute(f"VACUUM ANALYZE {table}")


def _fill_incidents(base: psycopg.Connection, rows: int) -> None:
    base.execute("CREATE UNLOGGED TABLE raw (id integer, category text, day integer, lon float8, lat float8)")
    for first in range(0, rows, PIECE):
        frame = piece(first, min(PIECE, rows - first))
        local = frame["occurred_from"].dt.tz_convert(ZONE).dt.tz_localize(None)
        day = (local.to_numpy().astype("datetime64[D]") - _EPOCH).astype(int)
        columns = (
            range(first, first + len(frame)),
            frame["category"],
            day.tolist(),
            frame.geometry.x,
            frame.geometry.y,
        )
        with base.cursor().copy("COPY raw FROM STDIN") as out:
            for row in zip(*columns, strict=True):
                out.write_row(row)
    base.execute(
        "CREATE TABLE incidents AS"
        " SELECT id, category, day, ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geometry(Point, 4326) AS geom FROM raw"
    )
    base.execute("DROP TABLE raw")
    base.execute("ALTER TABLE incidents ADD PRIMARY KEY (id)")
    base.execute("CREATE INDEX ON incidents USING gist (geom)")
    base.execute("CREATE INDEX ON incidents (day)")
    base.execute("VACUUM ANALYZE incidents")


@dataclass(frozen=True)
class Server:
    """A server on loopback: its process and port."""

    process: subprocess.Popen[bytes]
    port: int

    def workers(self) -> list[int]:
        """Process ids of what it forked, the runner of jobs left out."""
        pid = self.process.pid
        own = Path(f"/proc/{pid}/cmdline").read_bytes()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [int(child) for child in children if Path(f"/proc/{child}/cmdline").read_bytes() == own]


@contextmanager
def program(store: Path, *, workers: int = 2) -> Iterator[Server]:
    """This program serving a store as it is shipped."""
    port = _free_port()
    command = [sys.executable, "-m", "mapserver", "serve", "--store", str(store), "--port", str(port)]
    with _served([*command, "--workers", str(workers)], port, {}) as server:
        yield server


@contextmanager
def tipg(address: str) -> Iterator[Server]:
    """tipg over PostGIS, with no limit that could cut a tile."""
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--log-level", "error"]
    given = {"DATABASE_URL": address, "TIPG_MAX_FEATURES_PER_TILE": str(MOST_FEATURES)}
    with _served(command, port, given) as server:
        yield server


@contextmanager
def _served(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _STARTING_S
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise SystemExit(f"did not start: {' '.join(command)}")
        yield Server(process, port)
    finally:
        process.terminate()
        try:
            process.wait(_STOPPING_S)
        except subprocess.TimeoutExpired:
            # It waits for readers that are no longer there.
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What came back: the body, and the milliseconds until its last byte."""

    status: int
    body: bytes
    took_ms: float


def request_bytes(path: str, *, packed: bool = False) -> bytes:
    """One GET over a connection that stays open."""
    encoding = "Accept-Encoding: gzip\r\n" if packed else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{encoding}\r\n".encode()


def get(server: Server, path: str, *, packed: bool = False) -> Answer:
    """Ask once, over a connection of its own that is opened before the clock starts."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=LONGEST_WAIT_S) as line:
        start = time.perf_counter()
        line.sendall(request_bytes(path, packed=packed))
        status, body = _answer(line)
        return Answer(status, body, (time.perf_counter() - start) * 1e3)


def must(server: Server, path: str, *, packed: bool = False) -> Answer:
    """Ask once for what has to be there."""
    found = get(server, path, packed=packed)
    if found.status not in {200, 204}:
        raise SystemExit(f"{path}: {found.status} {found.body[:300]!r}")
    return found


def _answer(line: socket.socket) -> tuple[int, bytes]:
    held = bytearray()
    while (end := held.find(b"\r\n\r\n")) < 0:
        held += _more(line)
    status, length = head_of(bytes(held[:end]))
    body, missing = [bytes(held[end + 4 :])], length - (len(held) - end - 4)
    while missing > 0:
        body.append(_more(line))
        missing -= len(body[-1])
    return status, b"".join(body)


def _more(line: socket.socket) -> bytes:
    part = line.recv(1 << 20)
    if not part:
        raise ConnectionError("closed early")
    return part


def head_of(head: bytes) -> tuple[int, int]:
    """Status and length of an answer; both peers say the length."""
    lines = head.split(b"\r\n")
    lengths = [int(line.split(b":")[1]) for line in lines[1:] if line.lower().startswith(b"content-length:")]
    return int(lines[0].split()[1]), lengths[0] if lengths else 0


def per_second(server: Server, path: str, *, connections: int, seconds: float) -> float:
    """Answers a second to one address, each connection asking again as soon as it was answered."""
    wanted, size = request_bytes(path), len(must(server, path).body)
    with selectors.DefaultSelector() as waiting:
        lines = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(connections)]
        left = dict.fromkeys(lines, 0)
        for line in lines:
            line.sendall(wanted)
            waiting.register(line, selectors.EVENT_READ)
        done, start = 0, time.perf_counter()
        while time.perf_counter() < start + seconds:
            for event, _mask in waiting.select(0.1):
                line = event.fileobj
                assert isinstance(line, socket.socket)  # noqa: S101
                left[line] = _read_on(line, left[line], size)
                if left[line] == 0:
                    done += 1
                    line.sendall(wanted)
        for line in lines:
            line.close()
        return done / seconds


def _read_on(line: socket.socket, left: int, size: int) -> int:
    part = line.recv(1 << 18)
    if not part:
        raise SystemExit("the server closed a connection in use")
    if left:
        return left - len(part)
    end = part.find(b"\r\n\r\n")
    status, length = head_of(part[:end])
    if end < 0 or status != 200 or length != size:
        raise SystemExit(f"unexpected answer: {part[:200]!r}")
    return length - (len(part) - end - 4)


def database(address: str, name: str) -> str:
    """The address of another database of the same server, made when it is not there."""
    import psycopg

    parts = urllib.parse.urlsplit(address)
    with psycopg.connect(address, autocommit=True) as base:
        if not base.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            base.execute(f'CREATE DATABASE "{name}"')
    return urllib.parse.urlunsplit(parts._replace(path=f"/{name}"))
