"""One offline bundle for all tests of this folder, made the way a user makes it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def bundle_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive for this Python on Linux, freshly made."""
    dist = str(tmp_path_factory.mktemp("dist"))
    python = ".".join(str(part) for part in sys.version_info[:2])
    settings = {"BUNDLE_PYTHONS": python, "BUNDLE_SYSTEMS": "linux"}
    _run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", dist, "."], {})
    _run([sys.executable, "-m", "scripts.make_bundle", dist], settings)
    (archive,) = Path(dist).glob("bando-antt-*-offline.tar.gz")
    return archive


@pytest.fixture(scope="session")
def bundle(bundle_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked bundle."""
    place = tmp_path_factory.mktemp("bundle")
    with tarfile.open(bundle_archive) as packed:
        packed.extractall(place, filter="data")
    (unpacked,) = place.iterdir()
    return unpacked


@pytest.fixture(scope="session")
def wheel(bundle: Path) -> Path:
    """The program's own wheel, as it lies in the bundle."""
    (found,) = (bundle / "wheelhouse").glob("bando_antt-*.whl")
    return found


def _run(command: list[str], settings: dict[str, str]) -> None:
    finished = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
