"""Real imports in processes of their own, killed or hindered, and what must hold afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from layers.catalog import INCIDENTS
from layers.store import open_store
from mapserver.clock import utc_now
from mapserver.services.imports_ledger import seen_imports

ROOT = Path(__file__).resolve().parents[2]
CHUNK_ROWS = 5_000
LONGEST_S = 120.0
# A new store without rows is smaller.
BEGUN_BYTES = 1_000_000


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
class Trial:
    """A store, and the folder in which commands on it run."""

    address: str
    folder: Path
    chunk_rows: int = CHUNK_ROWS

    def begin(self, file: Path, *more: str, source: str = "thử") -> subprocess.Popen[str]:
        """Start `antt incidents import` and return at once."""
        resuming = "--resume" in more
        options = [] if resuming else ["--source", source, "--chunk-rows", str(self.chunk_rows)]
        command = [sys.executable, "-m", "mapserver", "incidents", "import", str(file), *options, "--json", *more]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "ANTT_STORE": self.address}
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def ended(self, process: subprocess.Popen[str]) -> tuple[int, dict[str, object]]:
        """Wait for the end; its code and what it said."""
        out, err = process.communicate(timeout=LONGEST_S)
        assert "Traceback" not in err, err
        return process.returncode, json.loads(out) if out else json.loads(err)["error"]

    def finish(self, file: Path, *more: str, source: str = "thử") -> dict[str, object]:
        """Run an import to its end, which must be a good one."""
        code, said = self.ended(self.begin(file, *more, source=source))
        assert code == 0, said
        return said

    def kill_after(self, process: subprocess.Popen[str], delay_s: float) -> bool:
        """Kill without warning; tells whether the process was still at work."""
        time.sleep(delay_s)
        working = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=LONGEST_S)
        return working

    def wait_until_begun(self, process: subprocess.Popen[str]) -> None:
        """Wait until rows are being written, or the process has ended."""
        give_up = time.monotonic() + LONGEST_S
        while process.poll() is None and time.monotonic() < give_up and not self._has_begun():
            time.sleep(0.05)

    def _has_begun(self) -> bool:
        if "://" not in self.address:
            # Looking at the file's size disturbs nobody, unlike opening the store.
            journal = Path(f"{self.address}-wal")
            return journal.exists() and journal.stat().st_size > BEGUN_BYTES
        store = open_store(self.address)
        try:
            return bool(store.imports())
        finally:
            store.close()

    def interrupted(self) -> str | None:
        """Check what a killed import left, and tell the id of the import to go on with."""
        store = open_store(self.address)
        try:
            found, kept = seen_imports(store, utc_now()), store.count(INCIDENTS)
        finally:
            store.close()
        if not found:
            assert kept == 0
            return None
        (record,) = found
        # All or nothing of each chunk: the ledger and the rows agree.
        assert (record.state in {"interrupted", "failed", "done"}, record.counts.get("accepted", 0)) == (True, kept)
        return record.import_id

    def holds(self, count: int, *, thoroughly: bool = True) -> None:
        """Exactly so many incidents, none doubled, and a sound store."""
        store = open_store(self.address)
        try:
            rows = store.known_references("thử")
            assert store.count(INCIDENTS) == count
            assert rows["source_ref"].is_unique
            assert not thoroughly or store.problems() == []
        finally:
            store.close()
