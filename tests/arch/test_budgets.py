"""The code stays small enough to be read: the ceilings of the design, checked."""

from __future__ import annotations

import ast
import re
import statistics

from tests.arch.source_tree import ROOT, body_lines, definitions, files_below, name_of, repository_files, tree

CODE = ("layers", "mapserver", "scripts", "tests", "benchmarks", "data")
ANALYSIS = ("boundaries", "hotspots", "incidents", "planning", "safezones")
SHIPPED = ("layers", "mapserver")

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 40
TYPESCRIPT_FILE_LINES_MAX = 400

# Place of a function -> why it is longer than the ceiling.
LONG_FUNCTIONS: dict[str, str] = {}

# Place of a blanket `except` -> why everything must be caught there.
BLANKET_EXCEPTS: dict[str, str] = {
    "mapserver/app.py": "the edge of the web program: a fault becomes a problem document with its number",
    "mapserver/cli/main.py": "the edge of the command line: a fault becomes exit code 70",
}

CLOCK_OR_CHANCE = re.compile(
    r"\btime\.(time|monotonic)$|\b(datetime|date|Timestamp)\.(now|today|utcnow)$|\brandom\.seed$"
)
# With a seed it is a source of chance of its own, and the seed stands in the evidence; without one it asks the system.
UNSEEDED = re.compile(r"\bdefault_rng\(\)$")

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "tools"}


def test_no_file_is_longer_than_the_ceiling() -> None:
    lengths = {name_of(path): _lines(path.read_text(encoding="utf-8")) for path in files_below(*CODE)}
    assert not {name: length for name, length in lengths.items() if length > FILE_LINES_MAX}


def test_no_typescript_file_is_longer_than_the_ceiling() -> None:
    sources = files_below("frontend", suffixes=(".ts", ".mjs", ".css"))
    lengths = {name_of(path): _lines(path.read_text(encoding="utf-8")) for path in sources}
    assert not {name: length for name, length in lengths.items() if length > TYPESCRIPT_FILE_LINES_MAX}


def test_no_function_is_longer_than_the_ceiling() -> None:
    lengths = _function_lengths()
    too_long = {place: length for place, length in lengths.items() if length > FUNCTION_LINES_MAX}
    assert set(too_long) == set(LONG_FUNCTIONS), too_long


def test_the_median_function_is_short() -> None:
    lengths = _function_lengths()
    files = [_lines(path.read_text(encoding="utf-8")) for path in files_below(*SHIPPED)]
    print(
        f"median file {statistics.median(files):.0f} lines, median function "
        f"{statistics.median(lengths.values()):.0f} lines, {len(files)} files, {len(lengths)} functions"
    )
    assert statistics.median(lengths.values()) <= 15


def test_type_checks_are_hardly_ever_switched_off() -> None:
    sources = [path.read_text(encoding="utf-8") for path in files_below(*SHIPPED)]
    switched_off = sum(text.count("type: " + "ignore") for text in sources)
    lines = sum(_lines(text) for text in sources)
    assert switched_off <= max(1, lines // 1000)


def test_no_blanket_except_but_at_the_edge() -> None:
    found: dict[str, int] = {}
    for path in files_below(*SHIPPED, "scripts", "data"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and _catches_everything(node):
                found[name_of(path)] = found.get(name_of(path), 0) + 1
    assert set(found) <= set(BLANKET_EXCEPTS), found
    assert all(count == 1 for count in found.values()), found


def test_a_file_is_named_by_what_it_holds() -> None:
    stems = {name_of(path): path.stem for path in files_below(*CODE, "frontend", suffixes=(".py", ".ts"))}
    assert not [name for name, stem in stems.items() if stem.lower() in FORBIDDEN_NAMES]


def test_only_geo_changes_coordinate_systems() -> None:
    found = []
    for path in files_below(*SHIPPED):
        if name_of(path) == "layers/geo.py":
            continue
        names = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)]
        found += [f"{name_of(path)}:{name.lineno}" for name in names if _changes_crs(name)]
    assert not found


def test_analysis_reads_no_clock_and_draws_no_global_chance() -> None:
    found = []
    for path in files_below(*(f"layers/{name}" for name in ANALYSIS)):
        calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
        found += [f"{name_of(path)}:{call.lineno}" for call in calls if _takes_clock_or_chance(call)]
    assert not found


def _takes_clock_or_chance(call: ast.Call) -> bool:
    return bool(CLOCK_OR_CHANCE.search(ast.unparse(call.func)) or UNSEEDED.search(ast.unparse(call)))


def test_no_file_is_large_but_data() -> None:
    allowed = (ROOT / "data", ROOT / "docs")
    locks = {path for path in repository_files() if path.name.endswith((".lock", "package-lock.json"))}
    large = [
        name_of(path)
        for path in repository_files()
        if path.stat().st_size > 200_000 and path not in locks and not any(map(path.is_relative_to, allowed))
    ]
    assert not large


def _function_lengths() -> dict[str, int]:
    return {
        found.place: body_lines(found.node)
        for path in files_below(*SHIPPED, "scripts", "data")
        for found in definitions(path)
        if not isinstance(found.node, ast.ClassDef)
    }


def _lines(text: str) -> int:
    return text.count("\n")


def _changes_crs(name: ast.Attribute) -> bool:
    # geo.to_crs(frame, epsg) is how everyone else asks for it.
    asked_of_geo = isinstance(name.value, ast.Name) and name.value.id == "geo"
    return name.attr in {"to_crs", "Transformer"} and not asked_of_geo


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"} for kind in kinds)
