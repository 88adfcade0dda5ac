"""Build the browser's part of the program when its sources have changed.

The bundle lies in ``mapserver/static/dist`` and is not committed. A stamp beside it holds the
hash of everything it was made from, so an unchanged bundle costs one reading of the sources.

Run as ``python -m scripts.browser_bundle [--force]``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

__all__ = ["build", "is_fresh", "source_hash"]

from scripts.node_tools import run_npm

FONT_PACKAGE = "@fontsource/be-vietnam-pro"

# Besides frontend/ itself, what ends up in the bundle or decides how it is made.
_ALSO_SOURCES = (
    "mapserver/rendering/symbols.json",
    "mapserver/translations",
    "scripts/browser_bundle.py",
    "scripts/print_fonts.py",
)
_LICENCE_NAMES = ("LICENSE", "LICENCE")
_NOT_SOURCES = {"node_modules", "test", "dist"}


def source_hash(root: Path) -> str:
    """Hash everything that the bundle is made from.

    Parameters
    ----------
    root : Path
        The folder of the repository.

    Returns
    -------
    str
        A hexadecimal SHA-256 over names and contents.
    """
    digest = hashlib.sha256()
    for path in _sources(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_fresh(root: Path) -> bool:
    """Say whether the bundle is there and made from the sources as they are now.

    Parameters
    ----------
    root : Path
        The folder of the repository.

    Returns
    -------
    bool
        True when nothing has to be built.
    """
    output = _output(root)
    stamp = output / ".sources"
    if not (output / "manifest.json").is_file() or not stamp.is_file():
        return False
    return stamp.read_text(encoding="ascii").strip() == source_hash(root)


def build(root: Path, *, force: bool = False) -> bool:
    """Build the bundle, the print fonts and the licence texts, unless they are fresh.

    Parameters
    ----------
    root : Path
        The folder of the repository.
    force : bool
        Whether to build in any case.

    Returns
    -------
    bool
        True when something was built.
    """
    if not force and is_fresh(root):
        return False
    frontend, output = root / "frontend", _output(root)
    install_packages(root)
    run_npm(["run", "--silent", "build"], frontend)
    if not (output / "manifest.json").is_file():
        raise SystemExit(f"The build left no manifest.json in {output.relative_to(root)}.")

    # Imported here: a machine that only checks for freshness needs no font library.
    from scripts.print_fonts import make_print_fonts

    make_print_fonts(frontend / "node_modules" / FONT_PACKAGE / "files", output / "fonts")
    copy_licences(frontend, output / "licences")
    (output / ".sources").write_text(source_hash(root) + "\n", encoding="ascii")
    return True


def install_packages(root: Path) -> None:
    """Install the npm packages of the lock file, unless they are installed already.

    Parameters
    ----------
    root : Path
        The folder of the repository.
    """
    frontend = root / "frontend"
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    stamp = frontend / "node_modules" / ".lock-hash"
    if stamp.is_file() and stamp.read_text(encoding="ascii").strip() == lock:
        return
    # No package may run a program of its own while it is installed.
    run_npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], frontend)
    stamp.write_text(lock + "\n", encoding="ascii")


def shipped_packages(frontend: Path) -> dict[str, dict[str, str]]:
    """List the npm packages whose code or files end up in the bundle.

    Parameters
    ----------
    frontend : Path
        The folder that holds ``package-lock.json``.

    Returns
    -------
    dict of str to dict
        Name of the package -> its entry in the lock: ``version``, ``license`` and others.
    """
    lock = json.loads((frontend / "package-lock.json").read_text(encoding="utf-8"))
    shipped = {}
    for place, entry in lock["packages"].items():
        if place and not entry.get("dev"):
            shipped[place.rpartition("node_modules/")[2]] = entry
    return shipped


def copy_licences(frontend: Path, output: Path) -> None:
    """Put the licence text of every shipped npm package beside the bundle.

    Parameters
    ----------
    frontend : Path
        The folder that holds ``node_modules``.
    output : Path
        The folder to write ``NAME-VERSION.txt`` into; emptied first.
    """
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for name, entry in sorted(shipped_packages(frontend).items()):
        folder = frontend / "node_modules" / name
        texts = sorted(path for path in folder.iterdir() if path.name.upper().startswith(_LICENCE_NAMES))
        if not texts:
            raise SystemExit(f"The npm package {name} carries no licence text.")
        target = output / f"{name.replace('/', '_').removeprefix('@')}-{entry['version']}.txt"
        shutil.copyfile(texts[0], target)


def _output(root: Path) -> Path:
    return root / "mapserver" / "static" / "dist"


def _sources(root: Path) -> list[Path]:
    roots = [root / "frontend", *(root / name for name in _ALSO_SOURCES)]
    found: list[Path] = []
    for place in roots:
        if place.is_file():
            found.append(place)
        elif place.is_dir():
            found.extend(_files_below(place))
    return sorted(found)


def _files_below(folder: Path) -> list[Path]:
    """List files without walking into node_modules, which holds thousands."""
    found: list[Path] = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in _NOT_SOURCES:
            found.extend(_files_below(entry))
        elif entry.is_file():
            found.append(entry)
    return found


if __name__ == "__main__":
    built = build(Path(__file__).resolve().parents[1], force="--force" in sys.argv[1:])
    print("browser bundle built" if built else "browser bundle is up to date")
