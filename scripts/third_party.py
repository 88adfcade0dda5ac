"""Write THIRD-PARTY.md: what the program ships with, in which version, under which licence.

Read from the metadata of the installed packages and from npm's lock file, so the notice
cannot say something else than what is there. Run as ``python -m scripts.third_party``.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from scripts.browser_bundle import shipped_packages

__all__ = ["licence_of", "notice"]

# Packages whose metadata names their licence in a way that no program can read.
STATED_LICENCES = {
    "pyogrio": "MIT",
    "xyzservices": "BSD-3-Clause",
}

_LONG_FORMS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "BSD 3-Clause": "BSD-3-Clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}

HEADER = """# Third-party software

Bản đồ ANTT số hóa is published under the MIT licence (see LICENSE). It uses the packages below,
unmodified; each can be replaced by another version. Python packages are installed beside the program
and carry their licence texts; the texts of the browser packages lie in `mapserver/static/dist/licences`.
This file is written by `make notices`.
"""


def notice(root: Path) -> str:
    """Put the notice together.

    Parameters
    ----------
    root : Path
        The folder of the repository.

    Returns
    -------
    str
        The text of THIRD-PARTY.md.
    """
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE)
    python_rows = [(name, version, licence_of(name)) for name, version in pinned]
    npm = sorted(shipped_packages(root / "frontend").items())
    npm_rows = [(name, entry["version"], entry.get("license", "UNKNOWN")) for name, entry in npm]
    tables = [("Python packages", python_rows), ("In the browser", npm_rows)]
    return HEADER + "".join(f"\n## {title}\n\n{_table(rows)}" for title, rows in tables)


def licence_of(name: str) -> str:
    """Tell the licence of an installed package.

    Parameters
    ----------
    name : str
        The package as the registry names it.

    Returns
    -------
    str
        An SPDX expression where the package gives one, else its own words; ``UNKNOWN`` when it
        gives none.

    Raises
    ------
    SystemExit
        When the package is not installed.
    """
    if name in STATED_LICENCES:
        return STATED_LICENCES[name]
    try:
        described = metadata(name)
    except PackageNotFoundError:
        raise SystemExit(f"{name} is not installed; run make setup first.") from None
    return _from_metadata(described)


def _from_metadata(described: PackageMetadata) -> str:
    if "License-Expression" in described:
        return described["License-Expression"]
    classified = [
        entry.rpartition(" :: ")[2]
        for entry in described.get_all("Classifier") or []
        if entry.startswith("License :: ") and entry != "License :: OSI Approved"
    ]
    written = described["License"].strip() if "License" in described else ""
    if written and "\n" not in written and len(written) <= 60:
        return _LONG_FORMS.get(written, written)
    return " AND ".join(_LONG_FORMS.get(entry, entry) for entry in classified) or "UNKNOWN"


def _table(rows: list[tuple[str, str, str]]) -> str:
    lines = ["| Package | Version | Licence |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


if __name__ == "__main__":
    repository = Path(__file__).resolve().parents[1]
    (repository / "THIRD-PARTY.md").write_text(notice(repository), encoding="utf-8")
