"""Signing in and out over HTTP: forged forms, fixed sessions, foreign addresses, guessing, ended sessions."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from layers.access.roles import Role
from layers.store.system_audit import Action
from tests.accounts import GOOD, OTHER
from tests.api.people import Office, office, town_store
from tests.builders import NOW

ADDRESSES = {"/sign-in", "/sign-out", "/password"}


@pytest.fixture
def held(tmp_path: Path) -> Office:
    return office(town_store(), tmp_path, residents=False)


def key_in(page: TestResponse) -> str:
    found = re.search(r'name="form_key" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


def sign_in(client: FlaskClient, login: str = "viewer", password: str = GOOD, wanted: str = "/") -> TestResponse:
    form = {"login": login, "password": password, "next": wanted, "form_key": key_in(client.get("/sign-in"))}
    return client.post("/sign-in", data=form)


def cookie(client: FlaskClient, name: str = "antt_session") -> str | None:
    held = client.get_cookie(name)
    return None if held is None else held.value


def deeds(held: Office) -> list[tuple[str, str]]:
    return [(record.who, record.action) for record in held.state.audit.records()]


def test_somebody_signs_in_goes_where_they_wanted_and_signs_out(held: Office) -> None:
    client = held.app.test_client()
    asked = client.get("/?c=trom_cap&lang=vi")
    assert asked.status_code == 303
    form = client.get(asked.headers["Location"])
    wanted = re.search(r'name="next" value="([^"]*)"', form.text)
    assert wanted
    answer = sign_in(client, wanted=wanted[1].replace("&amp;", "&"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?c=trom_cap&lang=vi")
    page = client.get("/")
    assert page.status_code == 200
    assert "Người xem" in page.text
    out = client.post("/sign-out", data={"form_key": key_in(page)})
    assert out.status_code == 303
    assert cookie(client) is None
    assert client.get("/api/v1/version").status_code == 401
    assert deeds(held) == [("viewer", Action.SIGN_IN), ("viewer", Action.SIGN_OUT)]


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(held: Office) -> None:
    client = held.app.test_client()
    for set_cookie in sign_in(client).headers.getlist("Set-Cookie"):
        assert "HttpOnly" in set_cookie
        assert "SameSite=Lax" in set_cookie
        assert "Secure" not in set_cookie
    encrypted = held.app.test_client().get("/sign-in", base_url="https://localhost")
    assert "Secure" in encrypted.headers["Set-Cookie"]


def test_a_form_from_elsewhere_signs_nobody_in_and_out(held: Office) -> None:
    client = held.app.test_client()
    client.get("/sign-in")
    for key in ({}, {"form_key": "0" * 64}):
        forged = client.post("/sign-in", data={"login": "viewer", "password": GOOD} | key)
        assert forged.status_code == 403
        assert cookie(client) is None
    sign_in(client)
    assert client.post("/sign-out").status_code == 403
    assert client.get("/api/v1/version").status_code == 200


def test_a_program_of_another_site_cannot_write_with_somebodys_cookie(held: Office) -> None:
    client = held.client(Role.ADMINISTRATOR)
    body = {"category": "trom_cap", "occurred_from": "2026-10-01 15h30"}
    assert client.post("/api/v1/incidents", json=body, headers={"X-ANTT-Form-Key": "0" * 64}).status_code == 403
    assert client.post("/api/v1/incidents", json=body, headers={"X-ANTT-Request": ""}).status_code == 403
    assert client.post("/api/v1/incidents", json=body).status_code == 201


def test_a_session_somebody_else_has_fixed_is_worth_nothing(held: Office) -> None:
    client = held.app.test_client()
    client.set_cookie("antt_session", "chosen-by-somebody-else")
    sign_in(client)
    assert cookie(client) not in {None, "chosen-by-somebody-else"}
    thief = held.app.test_client()
    thief.set_cookie("antt_session", "chosen-by-somebody-else")
    assert thief.get("/api/v1/version").status_code == 401


def test_signing_in_again_ends_the_session_before(held: Office) -> None:
    client = held.app.test_client()
    sign_in(client)
    before = cookie(client)
    sign_in(client)
    assert cookie(client) != before
    other = held.app.test_client()
    other.set_cookie("antt_session", str(before))
    assert other.get("/api/v1/version").status_code == 401


@pytest.mark.parametrize(
    "wanted", ["//bad.test", "https://bad.test/", "/\\bad.test", "\\\\bad.test", "/\tbad", "javascript:alert(1)", "bad"]
)
def test_no_address_elsewhere_is_gone_on_to(held: Office, wanted: str) -> None:
    client = held.app.test_client()
    assert sign_in(client, wanted=wanted).headers["Location"] == "/"
    shown = re.search(r'name="next" value="([^"]*)"', client.get("/sign-in", query_string={"next": wanted}).text)
    assert shown
    assert shown[1] == "/"


def test_wrong_words_are_refused_alike_and_slowed_down_but_the_owner_gets_in(held: Office) -> None:
    owner = held.app.test_client()
    sign_in(owner)
    guesser = held.app.test_client()
    unknown, wrong = sign_in(guesser, login="nobody"), sign_in(guesser, password=OTHER)
    sentence = "Tên đăng nhập hoặc mật khẩu không đúng."
    assert unknown.status_code == wrong.status_code == 401
    assert sentence in unknown.text
    assert sentence in wrong.text
    last = [sign_in(guesser, password=OTHER) for _try in range(6)][-1]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0
    assert sign_in(guesser).status_code == 429
    owner.post("/sign-out", data={"form_key": key_in(owner.get("/"))})
    assert sign_in(owner).status_code == 303
    assert ("viewer", Action.SIGN_IN_REFUSED) in deeds(held)
    assert "nobody" not in str([record.what for record in held.state.audit.records()])


def test_a_session_ends_when_idle_and_when_its_account_is_shut(held: Office) -> None:
    moment = [NOW]
    replace(held.state, clock=lambda: moment[0]).attach(held.app)
    client = held.client(Role.VIEWER)
    assert client.get("/api/v1/version").status_code == 200
    moment[0] = NOW + dt.timedelta(minutes=61)
    assert client.get("/api/v1/version").status_code == 401
    again = held.client(Role.VIEWER)
    account = held.accounts[Role.VIEWER]
    held.state.registers.accounts.change(account.account_id, {"disabled": True}, row_version=1, now=moment[0])
    assert again.get("/api/v1/version").status_code == 401


def test_the_own_password_is_changed_and_other_sessions_end(held: Office) -> None:
    client, elsewhere = held.client(Role.VIEWER), held.client(Role.VIEWER)
    form = {"password": GOOD, "new": OTHER, "again": OTHER}
    assert client.post("/password", data=form | {"password": "sai rồi bạn ơi"}).status_code == 401
    assert client.post("/password", data=form | {"again": GOOD}).status_code == 422
    assert elsewhere.get("/api/v1/version").status_code == 200
    answer = client.post("/password", data=form)
    assert answer.status_code == 200
    assert "Đã đổi mật khẩu." in answer.text
    assert client.get("/api/v1/version").status_code == 200
    assert elsewhere.get("/api/v1/version").status_code == 401
    assert sign_in(held.app.test_client(), password=OTHER).status_code == 303


def test_what_was_typed_is_shown_as_text(held: Office) -> None:
    page = sign_in(held.app.test_client(), login='"><script>alert(1)</script>')
    assert "<script" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]


def test_exports_and_the_sight_of_exact_points_are_recorded_once(held: Office) -> None:
    officer, viewer = held.client(Role.WARD_OFFICER), held.client(Role.VIEWER)
    for tile in ("14/13030/7220", "14/13031/7220"):
        assert officer.get(f"/tiles/incidents/{tile}.mvt?category=trom_cap").status_code == 200
        assert viewer.get(f"/tiles/incidents/{tile}.mvt?category=trom_cap").status_code == 200
    viewer.get("/api/v1/incidents/export.csv?category=trom_cap").close()
    held.state.views.flush()
    records = {(record.who, record.action): record.content for record in held.state.audit.records()}
    assert records == {
        ("ward_officer", "view"): {"layer": "incidents", "filter": {"category": ["trom_cap"]}},
        ("viewer", "export"): {
            "address": "/api/v1/incidents/export.csv", "filter": {"category": ["trom_cap"]},
        },
    }  # fmt: skip


def test_without_accounts_there_is_nothing_to_sign_in_to(client: FlaskClient) -> None:
    answer = client.get("/sign-in")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "/sign-out" not in client.get("/").text
