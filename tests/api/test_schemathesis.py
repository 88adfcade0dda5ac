"""Whatever is sent to an address of the API within and beyond its description, the program has no fault."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import Phase
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from mapserver.app import create_app
from mapserver.settings import Settings
from mapserver.web.openapi import TAKEN, described, is_described
from tests.api.test_serving import every_address
from tests.api.test_writing import WRITING
from tests.conftest import LONG

# Enough to send each parameter right and wrong; sheets and densities take a second each to draw.
_EXAMPLES = 60 if LONG else 10


@cache
def _app() -> Flask:
    return create_app(Settings(store="memory:"))


@cache
def _schema() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", _app())


def _reading() -> list[str]:
    paths = described(_app())["paths"]
    return [path for path, operations in paths.items() if "get" in operations]


@pytest.mark.deeper
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", _reading())
def test_no_reading_address_has_a_fault(app: Flask, path: str, mode: GenerationMode) -> None:
    client = app.test_client()
    operation = _schema()[path]["GET"]

    @hypothesis.seed(20261122)
    @hypothesis.settings(
        max_examples=_EXAMPLES, deadline=None, database=None, derandomize=False,
        phases=[Phase.generate], suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        sent = case.as_transport_kwargs()
        answer = client.get(sent["path"], query_string=sent["query_string"], buffered=True)
        assert answer.status_code < 500, f"{answer.request.url}: {answer.text}"

    try:
        ask()
    except Unsatisfiable:
        # Without a parameter there is nothing to send wrong.
        assert not operation.definition.raw.get("parameters")


def _writing() -> list[tuple[str, str]]:
    paths = described(_app())["paths"]
    return [
        (path, method)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", ())
    ]


@pytest.mark.deeper
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("path", "method"), _writing())
def test_no_writing_address_has_a_fault(app: Flask, path: str, method: str, mode: GenerationMode) -> None:
    client = app.test_client()
    operation = _schema()[path][method]

    @hypothesis.seed(20261122)
    @hypothesis.settings(
        max_examples=_EXAMPLES, deadline=None, database=None, derandomize=False,
        phases=[Phase.generate], suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def write(case: schemathesis.Case[Any]) -> None:
        sent = case.as_transport_kwargs()
        answer = client.open(
            sent["path"], method=method, query_string=sent["query_string"], json=sent.get("json"), headers=WRITING
        )
        assert answer.status_code < 500, f"{answer.request.url} {sent.get('json')}: {answer.text}"

    write()


def test_every_address_of_the_api_is_described_with_the_parameters_it_takes(app: Flask, client: FlaskClient) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if is_described(rule)]
    assert {rule.endpoint for rule in rules} == set(TAKEN)
    reading = {rule.endpoint: rule for rule in rules if "GET" in (rule.methods or ())}
    adapter = app.url_map.bind("127.0.0.1")
    checked = 0
    for method, address in every_address(app):
        endpoint, _values = adapter.match(address, method=method)
        if method != "GET" or endpoint not in reading:
            continue
        answer = client.get(f"{address}?no_such_name=1&lang=en")
        hint = json.loads(answer.data).get("hint", "") if answer.status_code == 422 else ""
        if hint.startswith("Use one of: "):
            named = hint.removeprefix("Use one of: ").rstrip(".").split(", ")
            assert sorted(TAKEN[endpoint]) == sorted(named), endpoint
            checked += 1
        else:
            assert TAKEN[endpoint] == () or answer.status_code == 404, endpoint
    assert checked > 20


def test_the_description_says_what_each_address_is_for(app: Flask) -> None:
    for path, operations in described(app)["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"].endswith("."), (path, method)
            assert ("requestBody" in operation) is (method != "get"), (path, method)
            in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize("query", ["x=1", "lang=vi"])
def test_the_description_itself_takes_no_parameter(client: FlaskClient, query: str) -> None:
    assert client.get(f"/api/v1/openapi.json?{query}").status_code == 422
