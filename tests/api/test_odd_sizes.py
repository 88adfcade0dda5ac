"""Numbers, days and bodies that are far too large, too small or too deep are refused like any other mistake."""

from __future__ import annotations

import html
import io
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from layers.access.roles import Role
from tests.api.people import INSIDE, office, town_store
from tests.api.planners import made, read, sent
from tests.api.test_writing import THEFT, WRITING, added

# More digits than Python turns into a number.
DIGITS = "9" * 5_000


@pytest.mark.parametrize(
    "address",
    ["/", "/api/v1/incidents/summary", "/api/v1/incidents/export.csv", "/tiles/incidents/14/13033/7214.mvt",
     "/snapshot.png"],
)  # fmt: skip
def test_a_period_that_ends_before_the_first_day_is_refused(client: FlaskClient, address: str) -> None:
    assert client.get(f"{address}?to=0001-01-01").status_code == 422
    with client.get(f"{address}?to=0001-01-02") as answer:
        assert answer.status_code == 200


def test_a_body_of_brackets_within_brackets_is_refused(client: FlaskClient) -> None:
    deep = "[" * 30_000 + "]" * 30_000
    for body in (deep, f'{{"category": {deep}}}'):
        answer = client.post("/api/v1/incidents", data=body, content_type="application/json", headers=WRITING)
        assert answer.status_code == 422, answer.text
        assert "JSON" in json.loads(answer.data)["detail"]


@pytest.mark.parametrize("version", [DIGITS, f'"{DIGITS}"', "9" * 19])
def test_a_version_of_many_digits_is_refused(client: FlaskClient, version: str) -> None:
    record = added(client)
    answer = client.patch(
        f"/api/v1/incidents/{record['id']}", json={"status": "moi"}, headers=WRITING | {"If-Match": version}
    )
    assert answer.status_code == 422, answer.text


def test_a_version_of_many_digits_in_a_form_is_no_version_of_the_account(tmp_path: Path) -> None:
    administrator = office(town_store(), tmp_path).client(Role.ADMINISTRATOR)
    page = administrator.get("/accounts/viewer").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    sent = {name: html.unescape(value) for name, value in hidden.items()} | {"name": "Lan", "role": "viewer"}
    for version in (DIGITS, "9" * 19):
        answer = administrator.post("/accounts/viewer", data=sent | {"area": INSIDE, "row_version": version})
        assert (answer.status_code, "vừa được người khác sửa" in answer.text) == (412, True)


@pytest.mark.parametrize("before", [DIGITS, "9" * 19, "-1"])
def test_a_place_of_many_digits_in_the_history_is_no_place(tmp_path: Path, before: str) -> None:
    administrator = office(town_store(), tmp_path).client(Role.ADMINISTRATOR)
    assert administrator.get(f"/audit?before={before}").status_code == 200


def test_a_number_of_many_digits_in_a_record_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/api/v1/incidents",
        data=json.dumps(THEFT).replace("106.31", DIGITS),
        content_type="application/json",
        headers=WRITING,
    )
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"kind": "redraw", "arc": "a1", "line": [[1063100000, 209400000]] * 20_001}, 413),
        ({"kind": "redraw", "arc": "a1", "line": [[1063100000, 209400000]] * 1_000_000}, 413),
        ({"kind": "move_vertices", "arc": "a1", "moves": [[[1, 2], [3, 4]]] * 20_001}, 413),
        ({"kind": "redraw", "arc": "a1", "line": [[float("nan"), float("inf")]]}, 422),
        ({"kind": "redraw", "arc": "a1", "line": [[10**25, -(10**25)], [1, 2]]}, 422),
        ({"kind": "rename", "unit": "10000", "name": "x" * 10_000}, 422),
    ],
    ids=["a place too many", "a million places", "vertices", "no numbers", "beyond the globe", "a long name"],
)
def test_an_operation_of_too_much_is_refused(client: FlaskClient, operation: dict[str, object], status: int) -> None:
    at = f"/{made(client)}/entries"
    answer = sent(client, at, {"operation": operation, "seen": 0})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert read(client, at)["last"] == 0


def test_numbers_and_brackets_in_an_operation_are_refused(client: FlaskClient) -> None:
    plan = made(client)
    operation = '{"kind": "redraw", "arc": "a1", "line": %s}'
    for line, seen in (("[" * 30_000 + "]" * 30_000, "0"), (f"[[{DIGITS}, 1]]", "0"), ("[]", DIGITS), ("[]", "1e400")):
        body = f'{{"operation": {operation % line}, "seen": {seen}}}'
        answer = client.post(
            f"/api/v1/plans/{plan}/entries", data=body, content_type="application/json", headers=WRITING
        )
        assert answer.status_code == 422, answer.text
    assert client.get(f"/api/v1/plans/{plan}/entries?after={DIGITS}").status_code == 422


@pytest.mark.parametrize("crs", [f"EPSG:{DIGITS}", "9999999999"])
def test_a_coordinate_system_of_many_digits_is_refused(client: FlaskClient, crs: str) -> None:
    sent = {"file": (io.BytesIO(b"loai,ngay\nTrom cap,2026-10-01\n"), "a.csv"), "source": "CA", "crs": crs}
    answer = client.post("/api/v1/imports", data=sent, headers=WRITING, content_type="multipart/form-data")
    assert answer.status_code == 422, answer.text
