"""Real imports in processes of their own, killed or hindered, and what must hold afterwards."""

from __future__ import annotations

import itertools
import json
import signal
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import numpy as np
import pandas as pd

from layers.catalog import INCIDENTS
from layers.store import open_store
from mapserver.clock import utc_now
from mapserver.services.imports_ledger import seen_imports
from tests.crash.warm import Call, start

CHUNK_ROWS = 5_000
LONGEST_S = 120.0
_numbers = itertools.count(1)


def write_rows(path: Path, count: int, *, seed: int = 11) -> Path:
    """Incidents of which each second has a reference of its own, and some are alike."""
    rng = np.random.default_rng(seed)
    minutes = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 300 * 24 * 60, count), unit="min")
    frame = pd.DataFrame(
        {
            "Số hồ sơ": [f"HS{seed}-{row}" if row % 2 else "" for row in range(count)],
            "Ngày xảy ra": minutes.strftime("%d/%m/%Y %H:%M"),
            "Loại": rng.choice(["Trộm cắp tài sản", "Ma túy", "Cháy nổ"], count),
            "Kinh độ": np.round(rng.uniform(106.2, 106.9, count), 4),
            "Vĩ độ": np.round(rng.uniform(20.6, 21.1, count), 4),
        }
    )
    # Rows alike in all: separate incidents that a resumed import must neither lose nor double.
    alike = np.arange(0, count - 2, 50)
    frame.loc[alike + 2, list(frame.columns)] = frame.loc[alike, list(frame.columns)].to_numpy()
    frame.to_csv(path, index=False)
    return path


@dataclass(frozen=True)
class Started:
    """An import at work, and where its output goes."""

    process: ForkServerProcess
    out: Path
    err: Path


@dataclass(frozen=True)
class Trial:
    """A store, and the folder in which commands on it run."""

    address: str
    folder: Path
    chunk_rows: int = CHUNK_ROWS

    def begin(self, file: Path, *more: str, source: str = "thử") -> Started:
        """Start `antt incidents import` and return at once."""
        options = [] if "--resume" in more else ["--source", source, "--chunk-rows", str(self.chunk_rows)]
        words = ("incidents", "import", str(file), *options, "--json", *more)
        number = next(_numbers)
        out, err = self.folder / f"{number}.out", self.folder / f"{number}.err"
        call = Call(words, self.folder, {"ANTT_STORE": self.address}, out, err)
        return Started(start(call), out, err)

    def ended(self, started: Started) -> tuple[int, dict[str, object]]:
        """Wait for the end; its code and what it said."""
        code = _code_of(started)
        out, err = started.out.read_text("utf-8"), started.err.read_text("utf-8")
        assert "Traceback" not in err, err
        return code, json.loads(out) if out else json.loads(err)["error"]

    def finish(self, file: Path, *more: str, source: str = "thử") -> dict[str, object]:
        """Run an import to its end, which must be a good one."""
        code, said = self.ended(self.begin(file, *more, source=source))
        assert code == 0, said
        return said

    def kill_after(self, started: Started, delay_s: float) -> bool:
        """Kill without warning; tells whether the process was still at work."""
        started.process.join(delay_s)
        started.process.kill()
        code = _code_of(started)
        assert code in {0, -signal.SIGKILL}, started.err.read_text("utf-8")
        return code != 0

    def interrupted(self) -> tuple[str | None, int]:
        """Check what a killed import left; the id of the import to go on with, and how many rows are kept."""
        store = open_store(self.address)
        try:
            found, kept = seen_imports(store, utc_now()), store.count(INCIDENTS)
        finally:
            store.close()
        if not found:
            assert kept == 0
            return None, 0
        (record,) = found
        # All or nothing of each chunk: the ledger and the rows agree.
        assert (record.state in {"interrupted", "failed", "done"}, record.counts.get("accepted", 0)) == (True, kept)
        return record.import_id, kept

    def holds(self, count: int) -> None:
        """Exactly so many incidents, none doubled, and a sound store."""
        store = open_store(self.address)
        try:
            rows = store.known_references("thử")
            assert store.count(INCIDENTS) == count
            assert rows["source_ref"].is_unique
            assert store.problems() == []
        finally:
            store.close()


def _code_of(started: Started) -> int:
    started.process.join(LONGEST_S)
    code = started.process.exitcode
    assert code is not None, f"the import has not ended after {LONGEST_S} s"
    started.process.close()
    return code
