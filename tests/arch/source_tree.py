"""The files of the repository as the budget tests see them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

# Written by programs; nobody reads or edits them line by line.
_GENERATED = {"node_modules", "dist", "__pycache__", ".git", ".venv", ".venv-bench", ".cache", "build"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Definition(NamedTuple):
    """A function or class with its place."""

    place: str
    node: FunctionNode | ast.ClassDef
    is_public: bool
    in_class: bool


@cache
def repository_files() -> tuple[Path, ...]:
    """List the files that are or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not _GENERATED & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file()))


def files_below(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """List the repository's files of some kinds below some folders."""
    homes = [ROOT / folder for folder in folders]
    return [
        path
        for path in repository_files()
        if path.suffix in suffixes and any(path.is_relative_to(home) for home in homes)
    ]


@cache
def tree(path: Path) -> ast.Module:
    """Parse a Python file once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """Name a file as people do."""
    return path.relative_to(ROOT).as_posix()


def definitions(path: Path) -> Iterator[Definition]:
    """Walk over the functions and classes of a file, methods included."""
    yield from _definitions(tree(path), name_of(path), public=True, in_class=False)


def _definitions(node: ast.AST, place: str, *, public: bool, in_class: bool) -> Iterator[Definition]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            is_public = public and not child.name.startswith("_")
            here = f"{place}::{child.name}"
            yield Definition(here, child, is_public, in_class)
            inside_class = isinstance(child, ast.ClassDef)
            # What is defined inside a function is nobody's interface.
            yield from _definitions(child, here, public=is_public and inside_class, in_class=inside_class)
        else:
            yield from _definitions(child, place, public=public, in_class=in_class)


def body_lines(node: FunctionNode) -> int:
    """Count the lines of a function below its signature, without docstring and blank lines."""
    statements = node.body
    if ast.get_docstring(node) is not None:
        statements = statements[1:]
    if not statements:
        return 0
    last = statements[-1].end_lineno or statements[-1].lineno
    return last - statements[0].lineno + 1
