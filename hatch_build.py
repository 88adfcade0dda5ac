"""The build hook: the wheel gets the browser bundle and the shipped data.

Both are made or gathered here so that ``pip install .``, ``pip install -e .`` and
``make wheel`` give the same program.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Files of these kinds are data; the scripts that make them stay in the repository.
DATA_SUFFIXES = {".csv", ".fgb", ".geojson", ".json", ".md", ".toml"}
DATA_FOLDERS = ("boundaries", "sample")


class BrowserBundleHook(BuildHookInterface[Any]):
    """Build what is not committed and put the data where the installed program looks for it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before a wheel is put together.

        Parameters
        ----------
        version : str
            ``"editable"`` for an installation that points at the checkout, else ``"standard"``.
        build_data : dict
            Hatchling's description of the build; files are added to ``force_include``.
        """
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        # Build back-ends load this file by its path, without the repository on the search path.
        sys.path.insert(0, str(root))
        from scripts.browser_bundle import build

        build(root)
        if version != "editable":
            build_data["force_include"].update(shipped_data(root))


def shipped_data(root: Path) -> dict[str, str]:
    """List the data files of the wheel.

    Parameters
    ----------
    root : Path
        The folder of the repository.

    Returns
    -------
    dict of str to str
        Path of the file -> its place in the wheel, under ``layers/_data``.
    """
    placed = {}
    for folder in DATA_FOLDERS:
        for path in sorted((root / "data" / folder).glob("*")):
            if path.suffix in DATA_SUFFIXES:
                placed[str(path)] = f"layers/_data/{folder}/{path.name}"
    return placed
