"""The administrator's pages of accounts, without a script: list, add, change, shut, reset, end a session."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from layers.access.roles import Role
from layers.store.audit_keys import KeyFile
from layers.store.system_accounts import Account
from layers.store.system_audit import AuditChain
from tests.accounts import GOOD, OTHER
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
    return {name: html.unescape(hidden[name]) for name in ("row_version", "seen", "form_key")}


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


def test_a_stale_form_is_refused_with_both_versions_and_nothing_is_lost(
    held: Office, administrator: FlaskClient
) -> None:
    mine = fields(administrator.get("/accounts/viewer")) | {"name": "Người xem", "role": "viewer", "area": INSIDE}
    theirs = mine | {"role": "analyst", "area": [INSIDE, OUTSIDE]}
    assert administrator.post("/accounts/viewer", data=theirs).status_code == 303
    late = administrator.post("/accounts/viewer", data=mine | {"name": "Lan", "area": OUTSIDE})
    assert late.status_code == 412
    assert "vừa được người khác sửa" in late.text
    assert compared(late) == [
        ("Tên hiển thị", "Lan", "Người xem"),
        ("Vai trò", "Người xem", "Phân tích viên"),
        ("Địa bàn phụ trách", "Phường Ô 3", "Phường Ô 0, Phường Ô 3"),
    ]
    # Nothing is written, and the fields hold my name and area and the other's role.
    assert account(held, "viewer").display_name == "Người xem"
    assert 'value="Lan"' in late.text
    assert '<option value="analyst" selected>' in late.text
    assert re.findall(r'name="area" value="(\d+)" checked', late.text) == [OUTSIDE]
    again = fields(late) | {"name": "Lan", "role": "analyst", "area": OUTSIDE}
    assert administrator.post("/accounts/viewer", data=again).status_code == 303
    kept = account(held, "viewer")
    assert (kept.display_name, kept.role, kept.area) == ("Lan", Role.ANALYST, frozenset({OUTSIDE}))


def test_a_form_of_an_older_page_keeps_what_was_written(held: Office, administrator: FlaskClient) -> None:
    form = fields(administrator.get("/accounts/viewer")) | {"role": "viewer", "everywhere": "1", "seen": "bent"}
    assert administrator.post("/accounts/viewer", data=form | {"name": "Một"}).status_code == 303
    late = administrator.post("/accounts/viewer", data=form | {"name": "Hai"})
    assert late.status_code == 412
    assert compared(late) == [("Tên hiển thị", "Hai", "Một")]
    assert account(held, "viewer").display_name == "Một"


def compared(page: TestResponse) -> list[tuple[str, str, str]]:
    """Which parts differ, as it was sent and as it is kept."""
    part = r'<tr><th scope="row">([^<]*)</th><td[^>]*>([^<]*)</td><td[^>]*>([^<]*)</td></tr>'
    return re.findall(part, page.text)


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


def test_nothing_is_changed_that_cannot_be_recorded(held: Office, administrator: FlaskClient, tmp_path: Path) -> None:
    administrator.post("/accounts", data=LAN | {"password": GOOD})
    officer = held.client(Role.WARD_OFFICER)
    form = fields(administrator.get("/accounts/viewer")) | {"name": "Khác", "role": "analyst", "everywhere": "1"}
    (ends,) = re.findall(r'action="(/accounts/ward_officer/sessions/[^"?]+)', ward_officer_page(administrator))
    before = held.state.registers.accounts.all()
    (tmp_path / "audit.key").write_text("", encoding="utf-8")
    forgetful = AuditChain(held.state.system.file, KeyFile(tmp_path / "audit.key"))
    replace(held.state, audit=forgetful).attach(held.app)
    for at, sent in (
        ("/accounts", LAN | {"login": "minh", "password": OTHER}),
        ("/accounts/viewer", form),
        ("/accounts/viewer/password", {"password": OTHER}),
        (ends, {}),
    ):
        answer = administrator.post(at, data=sent)
        assert answer.status_code == 503, at
        assert "khóa nhật ký" in answer.text
    own = {"password": GOOD, "new": OTHER, "again": OTHER}
    assert officer.post("/password", data=own).status_code == 503
    assert held.state.registers.accounts.all() == before
    assert officer.get("/api/v1/version").status_code == 200


def ward_officer_page(administrator: FlaskClient) -> str:
    return administrator.get("/accounts/ward_officer").text


def test_an_area_of_many_units_is_named_shortly_in_the_list(held: Office, administrator: FlaskClient) -> None:
    every = re.findall(r'name="area" value="(\d+)"', listed(administrator))
    assert len(every) == 4
    administrator.post("/accounts", data=LAN | {"area": every, "password": OTHER})
    assert "Phường Ô 0, Phường Ô 1, Phường Ô 2 và 1 đơn vị khác" in listed(administrator)


def listed(administrator: FlaskClient) -> str:
    return administrator.get("/accounts").text
