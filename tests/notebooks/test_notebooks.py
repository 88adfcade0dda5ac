"""Every notebook runs from top to bottom on the sample, and is stored without what it printed."""

from __future__ import annotations

import ast
import json
import os
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OWN = {"layers", "mapserver", "scripts", "tests", "data"}


def _cells(notebook: Path, kind: str) -> list[dict[str, Any]]:
    stored = json.loads(notebook.read_text(encoding="utf-8"))
    return [cell for cell in stored["cells"] if cell["cell_type"] == kind]


def _code(notebook: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in _cells(notebook, "code")]


def test_there_is_a_notebook_for_each_question() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {"density", "gistar", "backtest"}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws_its_picture(notebook: Path) -> None:
    with warnings.catch_warnings(), mpl.rc_context({"figure.dpi": 110, "savefig.dpi": 110}):
        mpl.use("Agg")
        import matplotlib.pyplot as plt

        space: dict[str, Any] = {"__name__": "__main__"}
        for number, source in enumerate(_code(notebook)):
            exec(compile(source, f"{notebook.name}, code cell {number + 1}", "exec"), space)  # noqa: S102
        figure = space["figure"]
        assert any(axes.has_data() for axes in figure.axes)
        if folder := os.environ.get("ANTT_PICTURES"):
            figure.savefig(Path(folder) / f"method-{notebook.stem.replace('_', '-')}.png", metadata={"Software": None})
        plt.close("all")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_output(notebook: Path) -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in _cells(notebook, "code"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_uses_the_domain_alone(notebook: Path) -> None:
    modules = set()
    for node in ast.walk(ast.parse("\n".join(_code(notebook)))):
        if isinstance(node, ast.ImportFrom):
            modules.add(node.module or "")
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    own = {name for name in modules if name.partition(".")[0] in OWN}
    assert own
    assert all(name.startswith(("layers", "mapserver.rendering")) for name in own)
    assert not any(name.startswith(("layers.store", "layers.index")) for name in own)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_speaks_both_languages_and_says_when_not_to_use_it(notebook: Path) -> None:
    told = "\n".join("".join(cell["source"]) for cell in _cells(notebook, "markdown"))
    assert "mô phỏng" in told
    assert "**Không dùng" in told
    assert "**Not**" in told
