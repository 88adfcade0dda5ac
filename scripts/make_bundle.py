"""Put the offline bundle together: the wheel, every wheel it needs, and how to install them.

The bundle is for offices without internet. Packages come from the lock with their hashes, for
every Python and system named, so the machine that installs needs neither a compiler nor a
network. Run as ``python -m scripts.make_bundle [FOLDER]`` after ``make wheel``; the folder
(default ``dist``) holds the wheel and gets the archive.

Settings come from the environment: ``BUNDLE_PYTHONS`` (default ``3.11 3.12 3.13``) and
``BUNDLE_SYSTEMS`` (default ``linux windows``).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.markers import Marker

__all__ = ["SYSTEMS", "Target", "lock_for", "make_bundle"]

# The installer itself; a machine whose Python has no pip starts it from its wheel.
PIP_VERSION = "26.3"

# Newest first, as the installer prefers them: glibc of Debian 12 is 2.36, of Ubuntu 24.04 2.39.
SYSTEMS = {
    "linux": (
        "manylinux_2_34_x86_64",
        "manylinux_2_28_x86_64",
        "manylinux_2_27_x86_64",
        "manylinux_2_24_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
        "manylinux_2_12_x86_64",
        "manylinux2010_x86_64",
        "manylinux_2_5_x86_64",
        "manylinux1_x86_64",
    ),
    "windows": ("win_amd64",),
}


@dataclass(frozen=True)
class Target:
    """One kind of machine the bundle is for.

    Parameters
    ----------
    python : str
        ``"3.12"``.
    system : str
        ``"linux"`` or ``"windows"``, always x86-64.
    """

    python: str
    system: str

    @property
    def marker_environment(self) -> dict[str, str]:
        """What environment markers of requirements are compared with."""
        linux = self.system == "linux"
        return {
            "implementation_name": "cpython",
            "os_name": "posix" if linux else "nt",
            "platform_machine": "x86_64" if linux else "AMD64",
            "platform_python_implementation": "CPython",
            "platform_system": "Linux" if linux else "Windows",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux" if linux else "win32",
        }

    @property
    def pip_options(self) -> list[str]:
        """How pip is told to choose wheels for this machine instead of its own."""
        tag = f"cp{self.python.replace('.', '')}"
        platforms = [option for name in SYSTEMS[self.system] for option in ("--platform", name)]
        abis = [option for name in (tag, "abi3", "none") for option in ("--abi", name)]
        return ["--python-version", self.python, "--implementation", "cp", *abis, *platforms]


def lock_for(lock: str, target: Target) -> str:
    """Keep the packages of a lock that one kind of machine needs.

    pip compares markers with the machine it runs on, so they are decided here.

    Parameters
    ----------
    lock : str
        The text of a lock file.
    target : Target
        The kind of machine.

    Returns
    -------
    str
        A lock without markers.
    """
    kept = []
    for entry in re.split(r"\n(?=[a-z0-9])", lock.strip()):
        first, continuation, rest = entry.partition(" \\\n")
        requirement, _semicolon, marker = first.partition(" ; ")
        if not marker or Marker(marker).evaluate(dict(target.marker_environment)):
            kept.append(requirement + continuation + rest)
    return "\n".join(kept) + "\n"


def make_bundle(root: Path, dist: Path, targets: list[Target]) -> Path:
    """Make the archive.

    Parameters
    ----------
    root : Path
        The folder of the repository.
    dist : Path
        The folder that holds the wheel and gets the archive.
    targets : list of Target
        The machines it is for.

    Returns
    -------
    Path
        ``bando-antt-VERSION-offline.tar.gz`` in ``dist``.

    Raises
    ------
    SystemExit
        When there is not exactly one wheel, or a package has no wheel for a machine.
    """
    wheels = sorted(dist.glob("bando_antt-*.whl"))
    if len(wheels) != 1:
        raise SystemExit(f"{dist} must hold one wheel of the program, not {len(wheels)}; run make wheel.")
    name = f"bando-antt-{wheels[0].name.split('-')[1]}-offline"
    with TemporaryDirectory() as scratch:
        content = Path(scratch) / name
        wheelhouse = content / "wheelhouse"
        wheelhouse.mkdir(parents=True)
        for target in targets:
            _download(root, target, wheelhouse)
        _download_pip(wheelhouse)
        shutil.copy2(wheels[0], wheelhouse)
        shutil.copyfile(root / "requirements.lock", content / "requirements.lock")
        for part in sorted((root / "scripts" / "bundle").glob("*.*")):
            shutil.copy2(part, content)
        for notice in ("LICENSE", "THIRD-PARTY.md"):
            shutil.copyfile(root / notice, content / notice)
        _write_checksums(content)
        return _pack(content, dist / f"{name}.tar.gz")


def _download(root: Path, target: Target, wheelhouse: Path) -> None:
    print(f"wheels for Python {target.python} on {target.system} …", flush=True)
    lock = lock_for((root / "requirements.lock").read_text(encoding="utf-8"), target)
    with TemporaryDirectory() as scratch:
        chosen = Path(scratch) / "requirements.lock"
        chosen.write_text(lock, encoding="utf-8")
        options = ["--require-hashes", "--no-deps", *target.pip_options, "--requirement", str(chosen)]
        _pip_download(options, wheelhouse)


def _download_pip(wheelhouse: Path) -> None:
    _pip_download(["--no-deps", f"pip=={PIP_VERSION}"], wheelhouse)


def _pip_download(options: list[str], wheelhouse: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
    ]
    arguments = ["--only-binary=:all:", "--dest", str(wheelhouse), *options]
    if subprocess.run([*command, *arguments], check=False).returncode:
        raise SystemExit("A package could not be downloaded; pip has said which.")


def _write_checksums(content: Path) -> None:
    lines = []
    for path in sorted(content.rglob("*")):
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  {path.relative_to(content).as_posix()}\n")
    (content / "SHA256SUMS").write_text("".join(lines), encoding="ascii")


def _pack(content: Path, archive: Path) -> Path:
    # Wheels are compressed already; a higher level costs minutes and gains nothing.
    with tarfile.open(archive, "w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as packed:
        packed.add(content, arcname=content.name)
    return archive


if __name__ == "__main__":
    pythons = os.environ.get("BUNDLE_PYTHONS", "3.11 3.12 3.13").split()
    systems = os.environ.get("BUNDLE_SYSTEMS", "linux windows").split()
    wanted = [Target(python, system) for system in systems for python in pythons]
    repository = Path(__file__).resolve().parents[1]
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else repository / "dist"
    made = make_bundle(repository, place, wanted)
    print(f"{made}  {made.stat().st_size / 1e6:.0f} MB")
