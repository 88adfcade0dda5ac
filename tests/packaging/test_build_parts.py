"""The parts of building and bundling, each on its own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.browser_bundle import is_fresh, source_hash
from scripts.make_bundle import SYSTEMS, Target, lock_for

ROOT = Path(__file__).resolve().parents[2]

LOCK = """\
flask==3.1.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
gunicorn==27.0.1 ; sys_platform != 'win32' \\
    --hash=sha256:cc
old-helper==1.0 ; python_full_version < '3.12' \\
    --hash=sha256:dd
"""


@pytest.mark.parametrize(
    ("target", "names"),
    [
        (Target("3.11", "linux"), ["flask", "gunicorn", "old-helper"]),
        (Target("3.13", "linux"), ["flask", "gunicorn"]),
        (Target("3.12", "windows"), ["flask"]),
    ],
)
def test_a_bundle_takes_what_its_machines_need(target: Target, names: list[str]) -> None:
    chosen = lock_for(LOCK, target)
    assert [line.partition("==")[0] for line in chosen.splitlines() if "==" in line] == names
    assert ";" not in chosen
    assert chosen.count("--hash") == LOCK.count("--hash") - (3 - len(names))


def test_the_whole_lock_can_be_decided_for_every_machine() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for system in SYSTEMS:
        for python in ("3.11", "3.12", "3.13"):
            chosen = lock_for(lock, Target(python, system))
            assert "geopandas==" in chosen
            assert ("gunicorn==" in chosen) == (system == "linux")


def test_the_browser_bundle_is_rebuilt_when_a_source_changes(tmp_path: Path) -> None:
    source = tmp_path / "frontend" / "src" / "main.ts"
    source.parent.mkdir(parents=True)
    source.write_text("export {};\n", encoding="utf-8")
    dist = tmp_path / "mapserver" / "static" / "dist"
    dist.mkdir(parents=True)
    assert not is_fresh(tmp_path)

    (dist / "manifest.json").write_text("{}", encoding="utf-8")
    (dist / ".sources").write_text(source_hash(tmp_path) + "\n", encoding="ascii")
    assert is_fresh(tmp_path)

    (tmp_path / "frontend" / "node_modules").mkdir()
    (tmp_path / "frontend" / "node_modules" / "x.js").write_text("1", encoding="utf-8")
    assert is_fresh(tmp_path)

    source.write_text("export const changed = 1;\n", encoding="utf-8")
    assert not is_fresh(tmp_path)


def test_damage_is_found_where_there_is_no_sha256sum(tmp_path: Path) -> None:
    shutil.copy(ROOT / "scripts" / "bundle" / "verify.py", tmp_path)
    (tmp_path / "part.whl").write_bytes(b"as packed")
    digest = hashlib.sha256(b"as packed").hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  part.whl\n", encoding="ascii")
    whole = subprocess.run([sys.executable, tmp_path / "verify.py"], capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stderr

    (tmp_path / "part.whl").write_bytes(b"changed on the way")
    damaged = subprocess.run([sys.executable, tmp_path / "verify.py"], capture_output=True, text=True, check=False)
    assert damaged.returncode == 1
    assert "part.whl" in damaged.stderr


def test_a_machine_without_a_python_is_told_what_to_install(tmp_path: Path) -> None:
    told = subprocess.run(
        ["bash", ROOT / "scripts" / "make_venv.sh", tmp_path / "venv"],
        env=os.environ | {"ANTT_PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "Cần Python 3.11" in told.stderr
    assert "apt-get install python3" in told.stderr
    assert not (tmp_path / "venv").exists()


def test_make_lists_what_can_be_done() -> None:
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stderr
    for target in ["setup", "run", "test", "test-long", "lint", "types", "bench", "wheel", "bundle", "clean"]:
        assert f"make {target} " in listed.stdout
