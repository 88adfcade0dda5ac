"""Processes that run `antt` and start in milliseconds, so that many can be killed.

A server process imports the program once, opens nothing and starts no thread; each process of a
trial is forked from it. The process is a real one: it is killed by SIGKILL, and its end is its own.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

# What an import would import on its way, for both back-ends.
LOADED_BEFORE = [
    "tests.crash.warm",
    "mapserver.cli.main",
    "mapserver.cli.incidents",
    "layers.store.geopackage",
    "layers.store.postgis",
    "layers.incidents.ingest",
    "pandas",
    "geopandas",
    "pyogrio",
    "pyproj",
    "psycopg_pool",
    "scipy.spatial",
]


@dataclass(frozen=True)
class Call:
    """A command, where it runs, with which additions to the environment, and where its output goes."""

    words: tuple[str, ...]
    folder: Path
    environment: dict[str, str]
    out: Path
    err: Path


def start(call: Call) -> ForkServerProcess:
    """Start `antt` in a process of its own and return at once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED_BEFORE)
    process = context.Process(target=run, args=(call,), daemon=True)
    process.start()
    return process


def run(call: Call) -> None:
    """Be `antt`, from its words to its exit code."""
    from mapserver.__main__ import main

    os.chdir(call.folder)
    os.environ.update(call.environment)
    with call.out.open("w", encoding="utf-8") as out, call.err.open("w", encoding="utf-8") as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdout, sys.stderr, sys.argv = out, err, ["antt", *call.words]
        try:
            main()
        finally:
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
