"""What is not understood is refused with a problem document, in the reader's language."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from layers import errors
from layers.store import Store
from mapserver.app import create_app
from mapserver.errors import EXIT_CODE, HTTP_STATUS
from mapserver.settings import Settings
from tests.api.test_reading import FILTERED, READING
from tests.builders import NOW


def refused(client: FlaskClient, address: str) -> dict[str, object]:
    answer = client.get(address)
    assert answer.mimetype == "application/problem+json", answer.text
    body: dict[str, object] = json.loads(answer.data)
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail", "code", "hint"} < set(body)
    return body


@pytest.mark.parametrize("address", READING)
def test_an_unknown_parameter_is_named_with_those_that_are_known(client: FlaskClient, address: str) -> None:
    joined = "&" if "?" in address else "?"
    body = refused(client, f"{address}{joined}colour=red")
    assert (body["status"], body["code"]) == (422, "invalid_parameter")
    assert "colour" in str(body["detail"])
    taken = "no parameters" if address == "/api/v1/vintages" else "as_of"
    assert taken in str(refused(client, f"{address}{joined}colour=red&lang=en")["hint"])


@pytest.mark.parametrize("address", FILTERED)
@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("from=1/5/2026", "invalid_parameter", 422),
        ("from=2026-05-02&to=2026-05-01", "invalid_parameter", 422),
        ("category=tham_nhung_vat", "invalid_parameter", 422),
        ("bbox=20.9,106.3,21.0,106.4", "axes_swapped", 422),
        ("bbox=106.4,20.9,106.3,21.0", "invalid_parameter", 422),
        ("bbox=1,2,3", "invalid_parameter", 422),
        ("bbox=a,b,c,d", "invalid_parameter", 422),
        ("unit=99999", "not_found", 404),
        ("unit=@2025-07-01", "invalid_parameter", 422),
        ("unit=10001@2019-01-01", "not_found", 404),
        ("lang=fr", "invalid_parameter", 422),
        ("as_of=tomorrow", "invalid_parameter", 422),
        ("severity=zzz", "invalid_parameter", 422),
        ("status=zzz", "invalid_parameter", 422),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    client: FlaskClient, address: str, query: str, code: str, status: int
) -> None:
    body = refused(client, f"{address}?{query}")
    assert (body["code"], body["status"]) == (code, status)


@pytest.mark.parametrize("width", ["0", "-5", "wide", "inf", "nan"])
def test_a_bandwidth_must_be_metres_above_zero(client: FlaskClient, width: str) -> None:
    assert refused(client, f"/api/v1/hotspots/density?bandwidth_m={width}")["code"] == "invalid_parameter"


def test_a_bandwidth_wider_than_the_area_is_refused(client: FlaskClient) -> None:
    assert refused(client, "/api/v1/hotspots/density?bandwidth_m=9000000")["code"] == "invalid_parameter"


def test_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    assert refused(client, "/api/v1/people")["code"] == "not_found"


def test_an_address_that_only_reads_cannot_be_written(client: FlaskClient) -> None:
    answer = client.post("/api/v1/units")
    assert (answer.status_code, json.loads(answer.data)["status"]) == (405, 405)


@pytest.mark.parametrize("extent", ["106.3,20.9,106.3001,20.9001", "0,0,1,1", "106.4,20,106.3,21"])
def test_a_sheet_of_nothing_is_refused(client: FlaskClient, extent: str) -> None:
    assert refused(client, f"/snapshot.png?extent={extent}")["code"] == "invalid_parameter"


def test_a_sheet_of_the_whole_earth_is_a_sheet_of_viet_nam(client: FlaskClient) -> None:
    assert client.get("/snapshot.pdf?extent=-180,-89,180,89").data.startswith(b"%PDF")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.5", "localhost.evil.example:8000"])
def test_a_name_that_leads_here_from_elsewhere_is_not_answered(client: FlaskClient, host: str) -> None:
    answer = client.get("/api/v1/incidents/points", headers={"Host": host})
    assert answer.status_code == 421
    assert b"columns" not in answer.data


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_this_machine_is_answered_under_each_of_its_names(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("query", ["unit=99999", "lang=fr", "from=yesterday", "layers=nothing"])
def test_a_person_who_opens_a_page_that_is_not_understood_gets_a_page(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/?{query}")
    assert (answer.status_code, answer.mimetype) == (404 if "unit" in query else 422, "text/html")
    assert "Về bản đồ" in answer.text
    assert "<script" not in answer.text


def test_the_language_of_the_settings_is_the_language_of_refusals(store: Store) -> None:
    english = create_app(Settings(lang="en"), store, clock=lambda: NOW).test_client()
    assert refused(english, "/api/v1/units?x=1")["title"] == "There is no parameter “x”."


def test_refusals_come_in_the_language_asked_for(client: FlaskClient) -> None:
    assert refused(client, "/api/v1/units?x=1")["title"] == "Không có tham số “x”."
    assert refused(client, "/api/v1/units?x=1&lang=en")["title"] == "There is no parameter “x”."


def test_a_fault_shows_no_trace(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("mapserver.services.incidents.summary", broken)
    body = refused(client, "/api/v1/incidents/summary")
    assert (body["code"], body["status"]) == ("fault", 500)
    assert "secret" not in json.dumps(body)
    assert "secret detail" in caplog.text


def test_every_failure_has_a_status_and_an_exit_code() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AnttError)}
    assert set(HTTP_STATUS) == set(EXIT_CODE) == kinds
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_an_empty_store_says_so_instead_of_failing() -> None:
    empty: Flask = create_app(Settings(store="memory:"), clock=lambda: NOW)
    client = empty.test_client()
    for address in FILTERED:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        assert json.loads(answer.data)["meta"]["total"] == 0
    assert refused(client, "/snapshot.pdf")["code"] == "empty_input"
