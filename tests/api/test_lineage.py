"""What the page is told of old and new units."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient


@pytest.mark.usefixtures("with_lineage")
def test_an_old_name_finds_the_units_it_became(client: FlaskClient) -> None:
    (found,) = json.loads(client.get("/api/v1/units/names?q=p.+tran+phu").data)["results"]
    assert found["label"] == "Trần Phú (Hải Dương, đến 30/6/2025) → Ô 0, Ô 1"
    assert [later["unit"] for later in found["successors"]] == ["10000@2025-07-01", "10001@2025-07-01"]


@pytest.mark.usefixtures("with_lineage")
def test_a_code_that_was_used_before_shows_its_own_family(client: FlaskClient) -> None:
    now = json.loads(client.get("/api/v1/units/10000/lineage").data)
    assert (now["name"], [one["name"] for one in now["ancestors"]]) == ("Ô 0", ["Trần Phú", "Nguyễn Trãi"])
    before = json.loads(client.get("/api/v1/units/10000/lineage?as_of=2025-06-30").data)
    assert (before["name"], [one["name"] for one in before["descendants"]]) == ("Trúc Bạch", ["Ba Đình"])
    assert now["ancestors"][0]["decree"] == "NQ 202/2025/QH15"


@pytest.mark.usefixtures("with_lineage")
@pytest.mark.parametrize(
    "address",
    ["/api/v1/units", "/api/v1/units/list", "/api/v1/units/counts", "/api/v1/units/search?q=ba+dinh",
     "/api/v1/units/search?q=tran+phu&as_of=2025-06-01", "/tiles/units/10/814/450.mvt"],
)  # fmt: skip
def test_units_known_only_by_name_break_nothing(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    if answer.is_json:
        # NaN is no JSON, and a page that reads it stops.
        json.loads(answer.data, parse_constant=pytest.fail)


def test_an_unknown_unit_is_said_to_be_so(client: FlaskClient) -> None:
    assert client.get("/api/v1/units/99999/lineage").status_code == 404
    assert client.get("/api/v1/units/@/lineage").status_code == 422
