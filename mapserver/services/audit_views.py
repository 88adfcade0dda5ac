"""Viewing exact points is recorded once for each person, layer and filter in five minutes, not once a tile."""

from __future__ import annotations

import atexit
import datetime as dt
import json
import logging
import os
import threading
from contextlib import suppress
from queue import Empty, Full, Queue

from layers.errors import AnttError
from layers.store.system_audit import AuditChain, Entry

__all__ = ["WINDOW", "ViewLog"]

WINDOW = dt.timedelta(minutes=5)

_LOG = logging.getLogger("antt")
_WAITING_AT_MOST = 1_000
_REMEMBERED_AT_MOST = 10_000
_AFTER_FAILURE_S = 1.0
_LAST_RECORDS_S = 15.0


class ViewLog:
    """Takes views from the threads that answer requests; one thread of its own writes them.

    Workers agree through the chain's file on who records a view. A view that was taken and whose process is killed
    in the same moment is lost; one that cannot be written is tried again until the process ends.

    Parameters
    ----------
    chain : AuditChain
        Where views are recorded.
    waiting_at_most : int
        Views that may wait; more are written by the thread that brings them.
    """

    def __init__(self, chain: AuditChain, *, waiting_at_most: int = _WAITING_AT_MOST) -> None:
        self._chain = chain
        self._waiting_at_most = waiting_at_most
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._recent: dict[str, dt.datetime] = {}
        self._queue: Queue[Entry | None] = Queue(waiting_at_most)
        self._thread: threading.Thread | None = None
        self._process = 0

    def saw(self, view: Entry) -> None:
        """Record that somebody sees exact points, unless it is on record already.

        Parameters
        ----------
        view : Entry
            `what` holds the layer and the filter, and nothing that differs from tile to tile.

        Raises
        ------
        AnttError
            When too many views wait and this one cannot be written either: the points must not be shown then.
        """
        key = json.dumps([view.who, view.action, dict(view.what)], sort_keys=True)
        with self._lock:
            self._begin()
            if self._is_recent(key, view.at):
                return
            self._recent[key] = view.at
        try:
            self._queue.put_nowait(view)
        except Full:
            self._write_through(key, view)

    def flush(self) -> None:
        """Wait until every view taken so far is on record."""
        if self._process == os.getpid():
            self._queue.join()

    def close(self) -> None:
        """Write what waits and end; done by itself when the process ends."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is None or self._process != os.getpid():
            return
        self._ending.set()
        with suppress(Full):
            self._queue.put(None, timeout=_LAST_RECORDS_S)
        thread.join(_LAST_RECORDS_S)

    def _begin(self) -> None:
        """Have a thread in this process: none lives on in a forked worker, nor may what waited be written twice."""
        if self._thread is not None and self._process == os.getpid():
            return
        self._process = os.getpid()
        self._ending = threading.Event()
        self._queue = Queue(self._waiting_at_most)
        self._thread = threading.Thread(target=self._write_all, name="antt-views", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def _is_recent(self, key: str, now: dt.datetime) -> bool:
        seen = self._recent.get(key)
        if seen is not None and now - seen < WINDOW:
            return True
        if len(self._recent) >= _REMEMBERED_AT_MOST:
            # The chain's file knows; this only saves asking it.
            self._recent.clear()
        return False

    def _write_through(self, key: str, view: Entry) -> None:
        try:
            self._chain.append_once(view, window=WINDOW)
        except AnttError:
            with self._lock:
                self._recent.pop(key, None)
            raise

    def _write_all(self) -> None:
        while (view := self._queue.get()) is not None:
            while not self._written(view):
                if self._ending.is_set():
                    self._give_up()
                    return
                # Woken at the end for one last attempt.
                self._ending.wait(_AFTER_FAILURE_S)
            self._queue.task_done()
        self._queue.task_done()

    def _give_up(self) -> None:
        lost = 1
        with suppress(Empty):
            while True:
                lost += self._queue.get_nowait() is not None
        _LOG.error("%d views of exact points could not be recorded", lost)

    def _written(self, view: Entry) -> bool:
        try:
            self._chain.append_once(view, window=WINDOW)
        except AnttError:
            _LOG.exception("a view of exact points cannot be recorded yet")
            return False
        return True
