"""The documents agree with the program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from mapserver.app import create_app
from mapserver.rendering.config import URLS
from mapserver.settings import SETTINGS, Settings
from scripts.make_docs import DOCS, MADE, PAGES

ROOT = DOCS.parent
LINK = re.compile(r"\]\(([^)#:]+)\)")


@pytest.mark.parametrize("name", PAGES)
def test_a_made_page_is_up_to_date(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert page == MADE + PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md")))
def test_links_in_the_documents_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{page} links to {target}"


def test_links_in_the_readme_lead_somewhere() -> None:
    targets = LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_address_is_described(tmp_path: Path) -> None:
    app: Flask = create_app(Settings(store="memory:"))
    described = (DOCS / "http-api.md").read_text(encoding="utf-8")
    rules = {rule.rule for rule in app.url_map.iter_rules()} - {"/", "/static/dist/<name>"}
    missing = [rule for rule in rules if rule.partition("<")[0].rstrip(".") not in described]
    assert missing == []
    assert all(url in described for url in URLS.values())


def test_every_setting_is_a_field() -> None:
    assert [setting.name for setting in SETTINGS] == list(Settings.__dataclass_fields__)


def test_both_languages_have_the_same_texts_with_the_same_places_to_fill() -> None:
    folder = ROOT / "mapserver" / "translations"
    vi, en = (json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("vi", "en"))
    assert list(vi) == list(en)
    for key, text in vi.items():
        assert text.strip()
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", en[key])), key


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    texts = json.loads((ROOT / "mapserver" / "translations" / "vi.json").read_text(encoding="utf-8"))
    sources = [
        *ROOT.glob("frontend/src/**/*.ts"),
        *ROOT.glob("mapserver/templates/*.html"),
        *ROOT.glob("mapserver/**/*.py"),
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r"""\bt\(\s*['"]([\w.]+)['"]""", code))
    assert asked
    assert asked - set(texts) == set()


def test_every_decision_record_says_context_decision_and_consequences() -> None:
    records = sorted((DOCS / "adr").glob("*.md"))
    assert len(records) >= 8
    for record in records:
        text = record.read_text(encoding="utf-8")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{record.name} lacks {part}"
