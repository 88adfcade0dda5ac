"""The administrator's pages of accounts, without a script: list, add, change, shut, reset, end a session."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from layers.access.roles import Role
from layers.store.system_accounts import Account
from tests.accounts import OTHER
from tests.api.people import INSIDE, OUTSIDE, Office, office, town_store

ADDRESSES = {
    "/accounts",
    "/accounts/<login>",
    "/accounts/<login>/password",
    "/accounts/<login>/sessions/<uuid:session_id>",
}
LAN = {"login": "lan", "name": "Nguyễn Thị Lan", "role": "ward_officer", "area": f"{INSIDE}, {OUTSIDE}"}


@pytest.fixture
def held(tmp_path: Path) -> Office:
    return office(town_store(), tmp_path, residents=False)


@pytest.fixture
def administrator(held: Office) -> FlaskClient:
    return held.client(Role.ADMINISTRATOR)


def account(held: Office, login: str) -> Account:
    found = held.state.registers.accounts.by_login(login)
    assert found is not None
    return found


def fields(page: TestResponse) -> dict[str, str]:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    return {"row_version": hidden["row_version"], "form_key": hidden["form_key"]}


def test_the_list_shows_everybody_with_role_and_area(administrator: FlaskClient) -> None:
    page = administrator.get("/accounts")
    assert page.status_code == 200
    for said in ("ward_officer", "Công an xã, phường", "Phường Ô 0", "Toàn bộ"):
        assert said in page.text
    assert "Ward officer" in administrator.get("/accounts?lang=en").text


def test_an_account_is_added_and_can_sign_in(held: Office, administrator: FlaskClient) -> None:
    answer = administrator.post("/accounts", data=LAN | {"password": OTHER})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/accounts/lan?lang=vi&done=added")
    made = account(held, "lan")
    assert (made.display_name, made.role, made.area) == (
        "Nguyễn Thị Lan",
        Role.WARD_OFFICER,
        frozenset({INSIDE, OUTSIDE}),
    )
    assert "Đã thêm tài khoản." in administrator.get(answer.headers["Location"]).text
    (record,) = [record for record in held.state.audit.records() if record.action == "account"]
    assert (record.who, record.content["account"]) == ("administrator", "lan")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"login": "Bà Lan"}, "Tên đăng nhập"),
        ({"role": "king"}, "Không có vai trò"),
        ({"area": "99999"}, "99999"),
        ({"area": ""}, "cần địa bàn"),
        ({"password": "ngắn"}, "Mật khẩu"),
        ({"login": "viewer"}, "Đã có tài khoản"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_in_the_form(
    administrator: FlaskClient, changes: dict[str, str], said: str
) -> None:
    answer = administrator.post("/accounts", data=LAN | {"password": OTHER} | changes)
    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert "Nguyễn Thị Lan" in answer.text
    assert OTHER not in answer.text


def test_role_and_area_are_changed_and_hold_at_once(held: Office, administrator: FlaskClient) -> None:
    officer = held.client(Role.WARD_OFFICER)
    key = fields(administrator.get("/accounts/ward_officer"))
    form = key | {"name": "Lan", "role": "viewer", "everywhere": "1"}
    assert administrator.post("/accounts/ward_officer", data=form).status_code == 303
    changed = account(held, "ward_officer")
    assert (changed.role, changed.area) == (Role.VIEWER, None)
    assert officer.post("/api/v1/incidents", json={}).status_code == 403


def test_a_stale_form_is_refused_and_keeps_what_was_written(held: Office, administrator: FlaskClient) -> None:
    form = fields(administrator.get("/accounts/viewer")) | {"role": "viewer", "everywhere": "1"}
    assert administrator.post("/accounts/viewer", data=form | {"name": "Một"}).status_code == 303
    late = administrator.post("/accounts/viewer", data=form | {"name": "Hai"})
    assert late.status_code == 412
    assert "Hai" in late.text
    assert account(held, "viewer").display_name == "Một"


def test_an_account_that_is_shut_is_out_at_once(held: Office, administrator: FlaskClient) -> None:
    viewer = held.client(Role.VIEWER)
    form = fields(administrator.get("/accounts/viewer")) | {"role": "viewer", "everywhere": "1", "disabled": "1"}
    assert administrator.post("/accounts/viewer", data=form).status_code == 303
    assert viewer.get("/api/v1/version").status_code == 401
    assert "Đã khóa" in administrator.get("/accounts").text


def test_the_last_administrator_cannot_be_shut_out(administrator: FlaskClient) -> None:
    form = fields(administrator.get("/accounts/administrator")) | {"role": "viewer", "everywhere": "1"}
    answer = administrator.post("/accounts/administrator", data=form)
    assert answer.status_code == 409
    assert "quản trị viên" in answer.text


def test_a_password_is_reset_and_a_session_ended(held: Office, administrator: FlaskClient) -> None:
    viewer = held.client(Role.VIEWER)
    page = administrator.get("/accounts/viewer")
    (ends,) = re.findall(r'action="(/accounts/viewer/sessions/[^"?]+)', page.text)
    assert administrator.post(ends).status_code == 303
    assert viewer.get("/api/v1/version").status_code == 401
    again = held.client(Role.VIEWER)
    assert administrator.post("/accounts/viewer/password", data={"password": OTHER}).status_code == 303
    assert again.get("/api/v1/version").status_code == 401
    assert administrator.post("/accounts/viewer/password", data={"password": "x"}).status_code == 422


def test_a_forged_form_changes_nothing(held: Office, administrator: FlaskClient) -> None:
    forged = administrator.post("/accounts", data=LAN | {"password": OTHER}, headers={"X-ANTT-Form-Key": "0" * 64})
    assert forged.status_code == 403
    assert held.state.registers.accounts.by_login("lan") is None


def test_a_token_does_not_open_the_pages(held: Office) -> None:
    from layers.access.policy import Action

    program = held.program(Role.ADMINISTRATOR, Action.ADMINISTER)
    assert program.post("/accounts", data=LAN | {"password": OTHER}).status_code == 401


def test_names_are_shown_as_text(administrator: FlaskClient) -> None:
    administrator.post("/accounts", data=LAN | {"name": "<script>alert(1)</script>", "password": OTHER})
    assert "<script>" not in administrator.get("/accounts").text
    assert "&lt;script&gt;" in administrator.get("/accounts/lan").text


def test_without_accounts_the_page_says_how_the_first_is_made(client: FlaskClient) -> None:
    page = client.get("/accounts")
    assert page.status_code == 200
    assert "antt user add" in page.text
    assert "<form" not in page.text
