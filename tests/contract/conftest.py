"""A new store of every back-end for the tests of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.store import Store
from tests.contract.backends import BACK_ENDS, Databases, fresh_store

# The database server is asked for only where a test needs it, so that the others never wait for it.
PARAMETERS = [pytest.param(kind, marks=pytest.mark.postgis if kind == "postgis" else ()) for kind in BACK_ENDS]


@pytest.fixture(params=PARAMETERS)
def kind(request: pytest.FixtureRequest) -> str:
    named: str = request.param
    return named


@pytest.fixture
def server(kind: str, request: pytest.FixtureRequest) -> Databases | None:
    found: Databases | None = request.getfixturevalue("databases") if kind == "postgis" else None
    return found


@pytest.fixture
def store(kind: str, tmp_path: Path, server: Databases | None) -> Iterator[Store]:
    with fresh_store(kind, tmp_path, server) as opened:
        yield opened
