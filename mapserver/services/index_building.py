"""The one builder of the index: a new base, one more delta or nothing, and never two builders at once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.catalog import INCIDENTS, UNITS
from layers.errors import FileUnreadable
from layers.index.columns import NAMES, WORDED
from layers.index.files import building, damaged_files, open_state, write_delta, write_state
from layers.index.manifest import NO_MANIFEST, read_manifest, stamp
from layers.index.state import Sorted, State, folded
from layers.store import Store
from mapserver.services.indexing import followed, unit_column, whole_state
from mapserver.services.reader import Reader
from mapserver.services.unit_levels import build as build_levels

__all__ = ["Built", "IndexBuilder", "IndexReport", "check_index"]

_LOG = logging.getLogger("antt")
_LOOKS_BETWEEN_CHECKS = 30
_REAL = ("lon", "lat", "accuracy_m")


class Built(StrEnum):
    """What a builder did."""

    NOTHING = "nothing"
    DELTA = "delta"
    BASE = "base"
    BUSY = "busy"


class IndexBuilder:
    """Keeps the files of the index up to date.

    Parameters
    ----------
    store : Store
        The store of record.
    timezone : str
        Zone of days and hours.
    folder : Path
        Where the index lies.
    delta_share : float
        Changes beyond this share of the base are made part of it.
    most_deltas : int
        More deltas than this are made part of it as well.
    """

    def __init__(
        self, store: Store, timezone: str, folder: Path, *, delta_share: float = 0.02, most_deltas: int = 12
    ) -> None:
        self._store = store
        self._timezone = timezone
        self._folder = folder
        self._delta_share = delta_share
        self._most_deltas = most_deltas
        self._reader = Reader(store, timezone, folder)
        self._seen: tuple[object, ...] = ()
        self._placed: tuple[str, str] | None = None
        self._looks = 0

    def look(self, now: dt.datetime) -> Built:
        """Build when something was committed since the last look, or another day has begun.

        Parameters
        ----------
        now : datetime
            The moment, with its time zone.

        Returns
        -------
        Built
            What was done.
        """
        versions = self._store.versions()
        seen = (versions[INCIDENTS.key], versions[UNITS.key], self._reader.today(now))
        self._looks += 1
        # Files may also be damaged or removed while nobody commits.
        sound = self._looks % _LOOKS_BETWEEN_CHECKS != 0 or self._held() is not None
        if seen == self._seen and sound and stamp(self._folder) != NO_MANIFEST:
            return Built.NOTHING
        done = self.build(now)
        if done is not Built.BUSY:
            self._seen = seen
        return done

    def build(self, now: dt.datetime) -> Built:
        """Bring the files to the newest commit.

        Parameters
        ----------
        now : datetime
            The moment, with its time zone.

        Returns
        -------
        Built
            What was done.
        """
        return self._alone(now, self._brought_up)

    def rebuild(self, now: dt.datetime) -> Built:
        """Make the index anew from the store, whatever the files hold.

        Parameters
        ----------
        now : datetime
            The moment, with its time zone.

        Returns
        -------
        Built
            ``base``, or ``busy`` when another process is building.
        """
        return self._alone(now, self._renewed)

    def _alone(self, now: dt.datetime, work: Callable[[dt.datetime], Built]) -> Built:
        with building(self._folder) as alone:
            if not alone:
                return Built.BUSY
            done = work(now)
            self._units_of_today(now)
            return done

    def _held(self) -> State | None:
        try:
            held = open_state(self._folder)
        except FileUnreadable as problem:
            _LOG.warning("%s %s", problem.message.en, problem.hint.en)
            return None
        return held if held is not None and held.timezone == self._timezone else None

    def _renewed(self, now: dt.datetime) -> Built:
        write_state(self._folder, whole_state(self._store, self._timezone), now_s=now.timestamp())
        return Built.BASE

    def _brought_up(self, now: dt.datetime) -> Built:
        held = self._held()
        if held is None:
            return self._renewed(now)
        after, step = followed(self._store, held)
        manifest = read_manifest(self._folder)
        deltas = len(manifest.deltas) if manifest else 0
        large = after.delta.size > self._delta_share * len(after.base) or deltas >= self._most_deltas
        if step is None or (large and after.delta.size):
            write_state(self._folder, folded(after), now_s=now.timestamp())
            return Built.BASE
        if after.version == held.version and not step.size:
            return Built.NOTHING
        write_delta(self._folder, after, step, now_s=now.timestamp())
        return Built.DELTA

    def _units_of_today(self, now: dt.datetime) -> None:
        today = self._reader.today(now)
        units = self._reader.units(today)
        manifest = read_manifest(self._folder)
        if manifest is None or not len(units.frame) or self._placed == (manifest.base.name, units.vintage):
            return
        held = self._held()
        if held is not None:
            unit_column(held.base, units.frame, vintage=units.vintage, folder=self._folder)
            build_levels(self._reader, self._folder, today)
            self._placed = (manifest.base.name, units.vintage)


@dataclass(frozen=True)
class IndexReport:
    """What a check of the index found.

    Parameters
    ----------
    problems : tuple of str
        Vietnamese / English; empty when it is sound.
    rebuilt : bool
        Whether it was made anew.
    rows : int
        Incidents it holds now.
    """

    problems: tuple[str, ...]
    rebuilt: bool
    rows: int


def check_index(store: Store, timezone: str, folder: Path, *, now: dt.datetime) -> IndexReport:
    """Read the index through, compare it with the store, and make it anew when it is not the same.

    Parameters
    ----------
    store : Store
        The store of record.
    timezone : str
        Zone of days and hours.
    folder : Path
        Where the index lies.
    now : datetime
        The moment, with its time zone.

    Returns
    -------
    IndexReport
        What was found and done.
    """
    problems = _problems(store, timezone, folder)
    builder = IndexBuilder(store, timezone, folder)
    done = builder.rebuild(now) if problems else builder.build(now)
    if done is Built.BUSY:
        problems.append("Tiến trình khác đang dựng chỉ mục / Another process is building the index")
    try:
        held = open_state(folder)
    except FileUnreadable:
        held = None
    return IndexReport(tuple(problems), done is Built.BASE, held.count if held else 0)


def _problems(store: Store, timezone: str, folder: Path) -> list[str]:
    try:
        # Before anything is opened, which would stop at the first of them.
        if broken := damaged_files(folder):
            return [f"Tệp hỏng: {path.name} / Damaged file: {path.name}" for path in broken]
        held = open_state(folder)
    except FileUnreadable as problem:
        return [f"{problem.message.vi} / {problem.message.en}"]
    if held is None:
        return ["Chưa có chỉ mục / There is no index"]
    if held.timezone != timezone:
        return ["Chỉ mục theo múi giờ khác / The index is in another time zone"]
    now_held, _step = followed(store, held)
    true = whole_state(store, timezone)
    same = now_held.version != true.version or _same(folded(now_held), true)
    return [] if same else ["Chỉ mục khác với kho / The index differs from the store"]


def _same(one: State, other: State) -> bool:
    pairs = (((one, one.base), (other, other.base)), ((one, one.withdrawn), (other, other.withdrawn)))
    return one.count == other.count and all(
        np.array_equal(_as_read(*left, name), _as_read(*right, name), equal_nan=name in _REAL)
        for left, right in pairs
        for name in NAMES
    )


def _as_read(state: State, rows: Sorted, name: str) -> NDArray[Any]:
    values = rows.columns[name]
    return np.array([*state.words[name], ""], dtype=object)[values] if name in WORDED else values
