"""What pyproject.toml, the locks and the notices say agrees."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

import layers
from tests.arch.source_tree import ROOT

VIRAL = re.compile(r"(?<![L])\b(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def test_build_requirements_are_locked_as_they_are_declared(project: dict[str, Any]) -> None:
    declared = {_name(text) for text in project["build-system"]["requires"]}
    assert declared <= set(_locked("requirements-build.lock"))
    assert declared <= {_name(text) for text in project["dependency-groups"]["build"]}


def test_every_dependency_is_locked(project: dict[str, Any]) -> None:
    declared = {_name(text) for text in project["project"]["dependencies"]}
    assert declared <= set(_locked("requirements.lock"))


def test_all_locks_agree_on_versions() -> None:
    runtime = _locked("requirements.lock")
    for name in ("requirements-dev.lock", "requirements-bench.lock", "requirements-build.lock"):
        other = _locked(name)
        assert {key: other[key] for key in other.keys() & runtime} == {
            key: runtime[key] for key in other.keys() & runtime
        }


def test_the_program_and_its_description_have_one_version(project: dict[str, Any]) -> None:
    assert project["project"]["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", layers.__version__)


def test_the_notice_names_every_shipped_package() -> None:
    noticed = _noticed()
    runtime = _locked("requirements.lock")
    assert {name: noticed.get(name, ("", ""))[0] for name in runtime} == runtime


def test_nothing_shipped_is_under_a_licence_that_binds_the_program() -> None:
    bound = {name: licence for name, (_version, licence) in _noticed().items() if VIRAL.search(licence)}
    assert not bound


def test_every_shipped_package_has_a_known_licence() -> None:
    assert not [name for name, (_version, licence) in _noticed().items() if licence in {"", "UNKNOWN"}]


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


def _noticed() -> dict[str, tuple[str, str]]:
    text = (ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", text, re.MULTILINE)
    return {name: (version, licence) for name, version, licence in rows if name not in {"Package", "---"}}
