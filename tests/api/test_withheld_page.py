"""What the page is told of what it does not show, and the numbers of cameras."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from layers.access.roles import Role
from tests.api.people import INSIDE, Office, office, town_store

ADDRESSES = {"/api/v1/cameras/counts"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder: Path = tmp_path_factory.mktemp("office")
    return office(town_store(), folder)


def config_of(client: FlaskClient) -> dict[str, Any]:
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', client.get("/").text, re.DOTALL)
    assert found is not None
    read: dict[str, Any] = json.loads(found[1])
    return read


@pytest.mark.parametrize(
    ("role", "own"), [(Role.RESIDENT, []), (Role.VIEWER, []), (Role.WARD_OFFICER, [INSIDE]), (Role.ANALYST, [INSIDE])]
)
def test_the_page_says_which_months_are_published_from_which_number_on_and_what_is_exact(
    held: Office, role: Role, own: list[str]
) -> None:
    config = config_of(held.client(role))
    assert config["withheld"] == {"k": 5, "first": "2026-01-01", "last": "2026-03-31", "own": own}
    shown = {layer["key"] for layer in config["layers"] if layer["visible"]}
    # A handful of cells makes no surface; whoever has incidents of an own area sees one.
    assert ("density" in shown) is bool(own)
    assert "counts" in shown


def test_an_administrator_sees_everything_so_nothing_is_withheld(held: Office) -> None:
    assert config_of(held.client(Role.ADMINISTRATOR))["withheld"] is None


@pytest.mark.parametrize("role", list(Role))
def test_cameras_are_counted_for_all_but_residents(held: Office, role: Role) -> None:
    client = held.client(role)
    answer = client.get("/api/v1/cameras/counts")
    if role is Role.RESIDENT:
        assert answer.status_code == 401
        assert "camera_counts" not in config_of(client)["urls"]
        return
    assert sum(json.loads(answer.data)["counts"].values()) == 1
    assert config_of(client)["urls"]["camera_counts"] == "/api/v1/cameras/counts"
