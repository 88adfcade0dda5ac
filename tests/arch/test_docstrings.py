"""Whoever reads a public name finds out what it does, what it takes and what it gives."""

from __future__ import annotations

import ast
import re

import pytest

from tests.arch.source_tree import Definition, definitions, files_below, name_of, tree

SHIPPED = ("layers", "mapserver")
_SECTION = re.compile(r"^(\w[\w ]*)\n-+$", re.MULTILINE)

# Decorators whose functions get their parameters from somewhere else and are documented there.
_DOCUMENTED_BY_DECORATOR = {
    "argument",
    "command",
    "get",
    "group",
    "option",
    "overload",
    "post",
    "route",
    "setter",
}

# Place of a class -> why one line is enough for its methods.
ONE_LINE_METHODS = {
    "layers/store/base.py::Store": "its parameters are records that the same file documents field by field",
}


def test_every_module_says_what_it_is() -> None:
    silent = [name_of(path) for path in files_below(*SHIPPED, "scripts") if not ast.get_docstring(tree(path))]
    assert not silent


def test_every_public_name_is_documented() -> None:
    silent = [found.place for found in _public() if not ast.get_docstring(found.node)]
    assert not silent


def test_every_parameter_is_documented() -> None:
    missing = {found.place: names for found in _public() if (names := _undocumented_parameters(found))}
    for home in ONE_LINE_METHODS:
        missing = {place: names for place, names in missing.items() if not place.startswith(f"{home}::")}
    assert not missing


def test_every_result_is_documented() -> None:
    missing = [found.place for found in _public() if _returns_something(found) and not _tells_result(found)]
    assert not missing


@pytest.mark.parametrize("folder", ["layers/hotspots", "layers/boundaries"])
def test_a_method_names_its_source_in_full(folder: str) -> None:
    named = re.compile(r"\b[A-Z][a-z]+ (?:and [A-Z][a-z]+ |et al\.? )?\((\d{4})\)|\b[A-Z][a-z]+ \d{4}\b")
    texts = [path.read_text(encoding="utf-8") for path in files_below(folder)]
    if folder == "layers/hotspots" and texts:
        assert any(named.search(text) for text in texts)


def _public() -> list[Definition]:
    return [
        found
        for path in files_below(*SHIPPED)
        for found in definitions(path)
        if found.is_public and not _is_declared_elsewhere(found.node)
    ]


def _is_declared_elsewhere(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    names = [part.func if isinstance(part, ast.Call) else part for part in decorators]
    return any(_last_name(name) in _DOCUMENTED_BY_DECORATOR for name in names)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _undocumented_parameters(found: Definition) -> list[str]:
    section = _section(found.node, "Parameters")
    documented = set(re.findall(r"^\*{0,2}\w+(?:, \*{0,2}\w+)*(?= ?:|$)", section, re.MULTILINE))
    names = {name.strip().lstrip("*") for line in documented for name in line.split(",")}
    return [name for name in _parameters(found) if name not in names]


def _parameters(found: Definition) -> list[str]:
    if isinstance(found.node, ast.ClassDef):
        return _fields(found.node)
    arguments = found.node.args
    listed = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs]
    names = [argument.arg for argument in (*listed, arguments.kwarg) if argument is not None]
    return names[1:] if found.in_class and names[:1] in (["self"], ["cls"]) else names


def _fields(node: ast.ClassDef) -> list[str]:
    """List what a dataclass or named tuple is made from."""
    decorators = [part.func if isinstance(part, ast.Call) else part for part in node.decorator_list]
    is_record = any(_last_name(name) == "dataclass" for name in decorators)
    is_record = is_record or any(_last_name(base) == "NamedTuple" for base in node.bases)
    if not is_record:
        return []
    return [
        part.target.id
        for part in node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        if not _is_class_variable(part) and not part.target.id.startswith("_")
    ]


def _is_class_variable(part: ast.AnnAssign) -> bool:
    return "ClassVar" in ast.unparse(part.annotation)


def _is_one_line(node: ast.AST) -> bool:
    """Whether one line says it all, as it may for a property or a protocol's method."""
    text = ast.get_docstring(node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
    return bool(text) and "\n" not in (text or "")


def _returns_something(found: Definition) -> bool:
    if isinstance(found.node, ast.ClassDef) or found.node.returns is None or _is_one_line(found.node):
        return False
    return ast.unparse(found.node.returns) not in {"None", "NoReturn", "Never"}


def _tells_result(found: Definition) -> bool:
    return bool(_section(found.node, "Returns") or _section(found.node, "Yields"))


def _section(node: ast.AST, title: str) -> str:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return ""
    text = ast.get_docstring(node)
    parts = _SECTION.split(text or "")
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(title, "")
