"""What planners send: plans made, borders read and redrawn, answers understood."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.test_writing import WRITING

PLANS_AT = "/api/v1/plans"
NEW = {"name": "Phương án 1", "level": "commune", "parent": "31"}


def sent(client: FlaskClient, at: str, body: object, *, method: str = "POST") -> TestResponse:
    return client.open(f"{PLANS_AT}{at}", method=method, json=body, headers=WRITING)


def told(answer: TestResponse, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    content: dict[str, Any] = json.loads(answer.data)
    return content


def refused(answer: TestResponse, status: int, word: str = "") -> dict[str, Any]:
    assert answer.mimetype == "application/problem+json", answer.text
    body = told(answer, status)
    assert body["hint"]
    assert word in f"{body['detail']} {body['hint']}", body
    return body


def read(client: FlaskClient, at: str) -> dict[str, Any]:
    return told(client.get(f"{PLANS_AT}{at}"))


def made(client: FlaskClient, **changes: object) -> str:
    """The id of a new plan."""
    return str(told(sent(client, "", NEW | changes), 201)["id"])


def places(flat: Sequence[int]) -> list[list[int]]:
    """The places of a line that is written as differences."""
    return [list(pair) for pair in zip(itertools.accumulate(flat[::2]), itertools.accumulate(flat[1::2]), strict=True)]


def redrawing(client: FlaskClient, plan_id: str, cells: int = 40_000, *, sides: str = "10000 10001") -> dict[str, Any]:
    """The operation that bends the border between two units east of its middle."""
    arcs = read(client, f"/{plan_id}/borders")["arcs"]
    (arc,) = (arc for arc in arcs if {arc["left"], arc["right"]} == set(sides.split()))
    line = places(arc["points"])
    middle = [(line[0][axis] + line[-1][axis]) // 2 for axis in (0, 1)]
    return {"kind": "redraw", "arc": arc["id"], "line": [line[0], [middle[0] + cells, middle[1]], line[-1]]}


def redraw(client: FlaskClient, plan_id: str, cells: int = 40_000, *, seen: int = 0) -> TestResponse:
    operation = redrawing(client, plan_id, cells)
    return sent(client, f"/{plan_id}/entries", {"operation": operation, "seen": seen, "reason": "theo đường mới"})


def moved(client: FlaskClient, plan_id: str, to: str, **more: object) -> TestResponse:
    """Ask for another state on what the plan is now."""
    version = read(client, f"/{plan_id}")["row_version"]
    return sent(client, f"/{plan_id}/state", {"to": to, "row_version": version} | more)
