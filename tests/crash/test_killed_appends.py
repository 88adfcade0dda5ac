"""Many processes add to one chain, and some are killed while they do."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from layers.store.audit_keys import KeyFile
from layers.store.system_audit import AuditChain
from layers.store.system_file import SystemFile
from mapserver.services.audit_check import check_chain
from tests.conftest import LONG, ROOT

PROCESSES = 3
EACH = 60
KILLS = 30 if LONG else 5

# Adds records until it has added as many as asked for, in two threads; 0 for without end.
WORKER = """
import datetime as dt, sys, threading
from pathlib import Path
from layers.store.audit_keys import KeyFile
from layers.store.system_audit import Action, AuditChain, Entry
from layers.store.system_file import SystemFile

folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
chain = AuditChain(SystemFile(str(folder / "test.system.db")), KeyFile(folder / "audit.key"))

def add(thread):
    done = 0
    while not count or done < count // 2:
        entry = Entry(dt.datetime(2026, 11, 1, tzinfo=dt.UTC), name, Action.EXPORT, {"n": done, "thread": thread})
        print(chain.append(entry).seq, flush=True)
        done += 1

threads = [threading.Thread(target=add, args=(thread,)) for thread in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def begin(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, str(folder), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def chain_in(folder: Path) -> AuditChain:
    return AuditChain(SystemFile(str(folder / "test.system.db")), KeyFile(folder / "audit.key"))


def test_what_processes_and_threads_add_at_once_is_one_sound_chain(tmp_path: Path) -> None:
    started = [begin(tmp_path, f"process {number}", EACH) for number in range(PROCESSES)]
    told = [int(line) for one in started for line in one.communicate(timeout=120)[0].split()]
    assert [one.returncode for one in started] == [0] * PROCESSES
    assert sorted(told) == list(range(1, PROCESSES * EACH + 1))
    found = check_chain(chain_in(tmp_path))
    assert (found.records, found.findings) == (PROCESSES * EACH, ())


@pytest.mark.deeper
def test_a_kill_leaves_a_sound_chain_with_every_record_that_was_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    told = 0
    for number in range(KILLS):
        with begin(tmp_path, f"process {number}", 0) as one:
            assert one.stdout is not None
            # The first line says that it is at work.
            first = one.stdout.readline()
            time.sleep(float(rng.uniform(0, 0.3)))
            one.kill()
            lines = [first, *one.stdout.readlines()]
        told = max(int(line) for line in lines if line.endswith("\n"))
        found = check_chain(chain_in(tmp_path))
        assert found.findings == ()
        assert found.records >= told
    print(f"{KILLS} kills, {found.records} records kept, the last one told was {told}")
