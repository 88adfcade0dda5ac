"""The program works without a network: no shipped file names another host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.arch.source_tree import ROOT, files_below, name_of, repository_files

ADDRESS = re.compile(r"\b(?:https?|wss?|ftp)://([^\s/\"'`<>()\[\]{}\\,;]+)|[\"'(]//([a-z0-9-]+\.[a-z0-9.-]+)/")

# Names that are never looked up: identifiers of vocabularies and this machine itself.
NEVER_FETCHED = {
    "127.0.0.1": "this machine",
    "localhost": "this machine",
    "[::1]": "this machine",
    "www.w3.org": "names of XML vocabularies (SVG)",
    "www.opengis.net": "names of OGC vocabularies",
    "json-schema.org": "name of the JSON Schema dialect",
    "example.org": "reserved for examples",
    "example.com": "reserved for examples",
}

CODE_KINDS = (".py", ".html", ".css", ".js", ".ts", ".mjs", ".sql", ".svg")
DATA_KINDS = (".csv", ".geojson", ".json", ".toml")


def outside_hosts(text: str) -> set[str]:
    """List the hosts a text names that are neither this machine nor mere identifiers."""
    named = {(first or second).partition(":")[0] for first, second in ADDRESS.findall(text)}
    return {host for host in named if host and host not in NEVER_FETCHED and not host.startswith(("$", "%"))}


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ('<script src="https://cdn.example.net/a.js">', {"cdn.example.net"}),
        ("url(//fonts.example.net/x.woff2)", {"fonts.example.net"}),
        ("http://127.0.0.1:8000/ and http://localhost/", set()),
        ('xmlns="http://www.w3.org/2000/svg"', set()),
    ],
)
def test_the_search_finds_hosts(text: str, hosts: set[str]) -> None:
    assert outside_hosts(text) == hosts


def test_no_shipped_file_names_another_host() -> None:
    shipped = files_below("layers", "mapserver", "frontend/src", "data", suffixes=CODE_KINDS + DATA_KINDS)
    assert not _named_in(shipped)


def test_no_built_page_part_names_another_host() -> None:
    dist = ROOT / "mapserver" / "static" / "dist"
    if not (dist / "manifest.json").is_file():
        pytest.skip("the browser bundle is not built; run make setup")
    parts = [path for path in sorted(dist.rglob("*")) if path.suffix in {".js", ".css", ".json"}]
    found = _named_in(parts)
    # Leaflet's own attribution links to its site; the page is built without it being fetched.
    allowed = {"leafletjs.com"}
    assert not {name: hosts - allowed for name, hosts in found.items() if hosts - allowed}


def test_the_locks_name_no_registry() -> None:
    locks = [path for path in repository_files() if path.name.endswith((".lock", "package-lock.json"))]
    assert {path.name for path in locks} >= {
        "requirements.lock",
        "requirements-dev.lock",
        "package-lock.json",
    }
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'"resolved"|--(extra-)?index-url|--find-links|file:', text), name_of(path)
        if path.name.endswith(".lock"):
            assert not outside_hosts(text), name_of(path)


def test_every_locked_package_has_hashes() -> None:
    for path in repository_files():
        if path.name.endswith(".lock") and path.parent == ROOT:
            for entry in re.split(r"\n(?=[a-z0-9])", path.read_text(encoding="utf-8").strip()):
                assert "--hash=sha256:" in entry, f"{path.name}: {entry.splitlines()[0]}"
                assert re.match(r"[a-z0-9._-]+==\S+", entry), f"{path.name}: {entry.splitlines()[0]}"


def test_no_file_names_a_place_on_a_developer_machine() -> None:
    # Put together here so that this file does not find itself.
    places = re.compile(r"(?<![\w.])/" + r"(?:home/\w+|root/|work/(?:main|shared)|Users/\w+)")
    found = []
    for path in repository_files():
        if path.suffix in {".png", ".gz", ".fgb", ".woff2"} or path.stat().st_size > 2_000_000:
            continue
        if places.search(path.read_text(encoding="utf-8", errors="replace")):
            found.append(name_of(path))
    assert not found


def _named_in(paths: list[Path]) -> dict[str, set[str]]:
    texts = {name_of(path): path.read_text(encoding="utf-8", errors="replace") for path in paths}
    return {name: hosts for name, text in texts.items() if (hosts := outside_hosts(text))}
