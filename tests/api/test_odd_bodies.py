"""Whatever is written to an address that writes, the program has no fault and says what was wrong."""

from __future__ import annotations

import json
import re

import hypothesis
import pytest
from flask import Flask
from hypothesis import Phase
from hypothesis import strategies as st

from mapserver.services.incident_desk import HAND_FIELDS
from mapserver.web.openapi import described
from tests.api.planners import made
from tests.api.test_writing import THEFT, WRITING
from tests.conftest import LONG

FORMS = ("valid_from", "valid_to", "level", "decree", "crs", "encoding", "map", "source", "timezone", "on_change")
OF_PLANS = ("name", "parent", "as_of", "to", "effective_on", "text", "entry_number", "unit", "arc", "seen", "operation")
FIELDS = (*HAND_FIELDS, "reason", "row_version", "decision", "keys", "note", *FORMS, *OF_PLANS)
SOME_ID = "0197c348-8800-7000-8000-000000000000"
# What programs trip over: ends of ranges, signs that look like others, text that is no text.
ODD = st.sampled_from((
    "", " ", "0", "-0", "1e308", "-1e308", "nan", "inf", "9" * 400, "²", "٣", "\x00", "\ud800", "%", "'", '"', "=1+1",
    "0001-01-01", "9999-12-31", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00", "31/2/2026", "24:00",
    "EPSG:4326", "EPSG:0", "a=b", "=", "../..", "x" * 3_000, "trom_cap", "update", "Asia/Ho_Chi_Minh", "utf-8",
))  # fmt: skip
VALUE = ODD | st.text(max_size=12) | st.none() | st.integers() | st.floats() | st.booleans() | st.lists(ODD, max_size=2)


@pytest.mark.deeper
def test_no_writing_address_has_a_fault(app: Flask) -> None:
    client = app.test_client()
    record = json.loads(client.post("/api/v1/incidents", json=THEFT, headers=WRITING).data)["id"]
    plan = made(client)
    writing = [
        (
            method,
            re.sub(r"{\w+}", record if "record_id" in path else SOME_ID, path.replace("{plan_id}", plan)),
            *operation["requestBody"]["content"],
        )
        for path, operations in described(app)["paths"].items()
        for method, operation in operations.items()
        if method != "get"
    ]
    assert len(writing) >= 10
    answered = set()

    @hypothesis.seed(20261122)
    @hypothesis.settings(
        max_examples=3_000 if LONG else 250, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(
        st.sampled_from(writing), st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=4), st.booleans()
    )
    def write(to: tuple[str, str, str], odd: dict[str, object], is_whole: bool) -> None:
        method, path, kind = to
        body = {**THEFT, "reason": "thử", "row_version": 1, **odd} if is_whole and "incidents" in path else odd
        if kind == "application/json":
            answer = client.open(path, method=method, json=body, headers=WRITING)
        else:
            plain = {name: str(value).encode("utf-8", "replace").decode() for name, value in odd.items()}
            answer = client.open(path, method=method, data=plain, headers=WRITING, content_type=kind)
        assert answer.status_code < 500, f"{method} {path} {body}: {answer.text}"
        answered.add(answer.status_code)

    write()
    assert {200, 404, 422} <= answered
