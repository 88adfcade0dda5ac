"""The child of `antt serve` that does jobs: started beside the workers, ended with them."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from layers.errors import AnttError
from layers.store import Store, open_store
from layers.store.history_seal import seal_history
from layers.store.system import SystemStore
from layers.store.system_accounts import Accounts
from layers.store.system_file import SystemFile, system_path
from mapserver.cli.logs import begin_log
from mapserver.clock import utc_now
from mapserver.services.audit import chain_of
from mapserver.services.authors import os_user
from mapserver.services.jobs import Shift, run_next
from mapserver.services.uploads import discard_unused, upload_folder
from mapserver.settings import Settings

__all__ = ["job_runner", "main", "run_until"]

_LOG = logging.getLogger("antt")
_LOOK_EVERY_S = 1.0
_AFTER_FAILURE_S = 10.0
# A chunk that is being written is let through; the ledger goes on behind whatever is cut off.
_LAST_CHUNK_S = 10.0
_SEAL_EVERY_S = 60.0
_PUBLISH_EVERY_S = 600.0


@contextmanager
def job_runner(settings: Settings) -> Iterator[None]:
    """Have a child process do jobs for as long as the server runs.

    Parameters
    ----------
    settings : Settings
        The settings of this run. They are handed over through a pipe, because the list of
        processes shows arguments to everybody; its closing is the sign to end, and the system
        closes it even when the server is killed.

    Yields
    ------
    None
        Nothing; the child is ended on leaving.
    """
    command = [sys.executable, "-m", "mapserver.cli.job_runner"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, encoding="utf-8")  # noqa: S603 - our own
    owner = os.getpid()
    assert child.stdin is not None  # noqa: S101 - asked for above
    with suppress(BrokenPipeError):
        child.stdin.write(json.dumps(asdict(settings)) + "\n")
        child.stdin.flush()
    try:
        yield
    finally:
        # A forked worker leaves through here as well, but the child is not its own.
        if os.getpid() == owner:
            with suppress(BrokenPipeError):
                child.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                child.wait(_LAST_CHUNK_S)
            child.terminate()


def run_until(stop: threading.Event, settings: Settings) -> None:
    """Do jobs until told to stop.

    Parameters
    ----------
    stop : threading.Event
        Set when the process is to end.
    settings : Settings
        The settings of the server.
    """
    store = open_store(settings.store)
    system = SystemStore(system_path(store.address))
    store.close()
    builder = _begin_builder(stop, settings)
    sealer = threading.Thread(target=_keep_sealed, args=(stop, settings), daemon=True)
    sealer.start()
    publisher = threading.Thread(target=_keep_published, args=(stop, settings), daemon=True)
    publisher.start()
    used = [Path(str(job.request["path"])) for job in system.active() if "path" in job.request]
    discard_unused(upload_folder(system.address), used, now=utc_now())
    while not stop.is_set():
        if not builder.is_alive():
            # A fault of the program has ended it; its trace is in the log, and readers ask the store meanwhile.
            stop.wait(_AFTER_FAILURE_S)
            builder = _begin_builder(stop, settings)
        try:
            pause_s = 0.0 if _one_job(stop, settings, system) else _LOOK_EVERY_S
        except AnttError:
            # The store may be gone for a while, as when a disk is full or a database restarts.
            _LOG.exception("jobs cannot be done")
            pause_s = _AFTER_FAILURE_S
        stop.wait(pause_s)
    sealer.join(_LAST_CHUNK_S)
    publisher.join(_LAST_CHUNK_S)
    builder.join(_LAST_CHUNK_S)


def _begin_builder(stop: threading.Event, settings: Settings) -> threading.Thread:
    builder = threading.Thread(target=_keep_index, args=(stop, settings), daemon=True)
    builder.start()
    return builder


def _keep_index(stop: threading.Event, settings: Settings) -> None:
    """Follow the store with the index; beside the jobs, because an import of an hour is also followed."""
    # Imported here: a child that ends at once, as in a check of the settings, needs none of it.
    from mapserver.services.index_building import IndexBuilder
    from mapserver.services.indexing import folder_of

    index: IndexBuilder | None = None
    while not stop.is_set():
        pause_s = _LOOK_EVERY_S
        try:
            if index is None:
                store = open_store(settings.store)
                folder = folder_of(store)
                if folder is None:
                    stop.wait()
                    return
                index = IndexBuilder(store, settings.timezone, folder)
            index.look(utc_now())
        except (AnttError, OSError):
            # The disk may be full, or the database away: readers then ask the store themselves.
            _LOG.exception("the index cannot be built")
            pause_s = _AFTER_FAILURE_S
        stop.wait(pause_s)


def _keep_sealed(stop: threading.Event, settings: Settings) -> None:
    """Take what others have written into the history under seal, and once more at the end."""
    ended = False
    while not ended:
        ended = stop.wait(_SEAL_EVERY_S)
        try:
            store = open_store(settings.store)
            try:
                seal_history(store, chain_of(settings, store.address), who=os_user(), now=utc_now())
            finally:
                store.close()
        except AnttError:
            # A writer may hold the store, or the key be out of reach; the next seal has it all.
            _LOG.exception("the history cannot be sealed")


def _keep_published(stop: threading.Event, settings: Settings) -> None:
    """Publish the counts of a month when its day has come, for whoever sees no exact places."""
    from mapserver.services.published import months_due, release, terms_of
    from mapserver.services.published_files import Publication
    from mapserver.services.reader import Reader

    while not stop.is_set():
        try:
            store = open_store(settings.store)
            try:
                reader, publication, terms = Reader(store, settings.timezone), Publication(store), terms_of(settings)
                if _is_in_use(store, settings) and months_due(reader, publication, terms, now=utc_now()):
                    made = release(reader, publication, terms, now=utc_now())
                    _LOG.info("published %d months", len(made.months))
            finally:
                store.close()
        except AnttError:
            # Somebody else may be publishing, or the audit has found a fault: nothing is published then.
            _LOG.exception("the counts of a month cannot be published yet")
        stop.wait(_PUBLISH_EVERY_S)


def _is_in_use(store: Store, settings: Settings) -> bool:
    """Say whether anybody is to see the published counts: a month that is published cannot be taken back."""
    return settings.residents or Accounts(SystemFile(system_path(store.address))).any()


def _one_job(stop: threading.Event, settings: Settings, system: SystemStore) -> bool:
    if not any(job.state == "queued" for job in system.active()):
        return False
    store = open_store(settings.store)
    try:
        shift = Shift(store, system, utc_now, np.random.default_rng(), stopping=stop.is_set)
        return run_next(shift) is not None
    finally:
        store.close()


def main() -> None:
    """Do jobs until the standard input closes."""
    # Ctrl+C reaches every process of a terminal; the server then closes the pipe by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = sys.stdin.readline()
    if not line:
        return
    settings = Settings(**json.loads(line))
    begin_log(settings.log)
    stop = threading.Event()
    threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    run_until(stop, settings)


def _wait_for_end(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


if __name__ == "__main__":
    main()
