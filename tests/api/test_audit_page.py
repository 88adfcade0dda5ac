"""The administrator's pages of the history: searched, taken away as a file, checked, its head printed."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from layers.access.roles import Role
from layers.store.system_audit import Action, Entry
from tests.accounts import OTHER
from tests.api.people import INSIDE, Office, office, town_store
from tests.builders import NOW

ADDRESSES = {"/audit", "/audit/check", "/audit/records.<any(csv, xlsx, json):kind>"}


@pytest.fixture
def held(tmp_path: Path) -> Office:
    return office(town_store(), tmp_path, residents=False)


@pytest.fixture
def administrator(held: Office) -> FlaskClient:
    return held.client(Role.ADMINISTRATOR)


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<th scope="row">(\d+)</th>', text)]


def rows(text: str) -> list[str]:
    """The rows of the list, as text without its marks."""
    return [
        re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", text, re.DOTALL)
    ]


def add_lan(administrator: FlaskClient) -> None:
    lan = {"login": "lan", "name": "Nguyễn Thị Lan", "role": "ward_officer", "area": INSIDE, "password": OTHER}
    assert administrator.post("/accounts", data=lan).status_code == 303


def test_what_was_done_is_said_in_words(administrator: FlaskClient) -> None:
    add_lan(administrator)
    (row,) = rows(administrator.get("/audit").text)
    for said in (
        "administrator",
        "Thay đổi tài khoản",
        "Tài khoản: lan",
        "vai trò Công an xã, phường",
        INSIDE,
        "Máy chủ",
    ):
        assert said in row
    english = administrator.get("/audit?lang=en").text
    assert "Change of an account" in english
    assert "role Ward officer" in english


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=lan", [1, 3]),
        ("who=LAN&action=export", [3]),
        ("action=sign_in", [1, 2]),
        ("what=trom", [3]),
        ("what=họp giao ban", [3]),
        ("from=2026-03-03", [3]),
        ("to=2026-03-02", [1, 2]),
        ("from=2/3/2026&to=02/03/2026", [1, 2]),
        ("who=nobody", []),
    ],
)
def test_records_are_found_by_who_what_when_and_text(
    held: Office, administrator: FlaskClient, query: str, found: list[int]
) -> None:
    import datetime as dt

    # In the evening by UTC, the next day here.
    late = dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC)
    early = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
    for entry in (
        Entry(early, "lan", Action.SIGN_IN, {"account": "lan"}),
        Entry(early, "minh", Action.SIGN_IN, {"account": "minh"}),
        Entry(late, "lan", Action.EXPORT, {"filter": {"category": ["trom_cap"]}}, "họp giao ban"),
    ):
        held.state.audit.append(entry)
    page = administrator.get(f"/audit?{query}")
    assert numbers(page.text) == found[::-1]
    assert ("Không có bản ghi nào" in page.text) is (not found)


def test_a_long_history_is_read_page_by_page(held: Office, administrator: FlaskClient) -> None:
    for number in range(120):
        held.state.audit.append(Entry(NOW, "lan" if number % 2 else "minh", Action.VIEW, {"layer": "incidents"}))
    seen, at = [], "/audit?who=lan"
    while at:
        page = administrator.get(at).text
        seen += numbers(page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        at = older[1].replace("&amp;", "&") if older else ""
    assert seen == list(range(120, 0, -2))
    assert "Mới nhất" in page


def test_a_day_that_is_none_is_said_on_the_page(administrator: FlaskClient) -> None:
    page = administrator.get("/audit?from=hôm qua&who=lan")
    assert page.status_code == 422
    assert "không phải ngày" in page.text
    assert 'value="lan"' in page.text
    assert administrator.get("/audit?action=dance").status_code == 422
    assert "Không có ngày 30/2/2026" in administrator.get("/audit?to=30/2/2026").text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_the_records_are_taken_away_as_a_file_and_that_is_recorded(
    held: Office, administrator: FlaskClient, kind: str
) -> None:
    add_lan(administrator)
    held.state.audit.append(Entry(NOW, "=1+1", Action.SIGN_IN, {}))
    answer = administrator.get(f"/audit/records.{kind}?what=lan")
    body = answer.data
    answer.close()
    assert answer.headers["Content-Disposition"] == f"attachment; filename=nhat-ky.{kind}"
    if kind == "csv":
        found = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        assert [row[0] for row in found] == ["Số", "1"]
    if kind == "json":
        assert [json.loads(one["what"])["account"] for one in json.loads(body)] == ["lan"]
    last = held.state.audit.last()
    assert last is not None
    assert (last.who, last.action) == ("administrator", "export")
    assert last.content == {"layer": "audit", "filter": {"what": "lan"}, "rows": 1}


def test_the_check_says_that_all_is_well_and_shows_the_head(held: Office, administrator: FlaskClient) -> None:
    assert "chưa có bản ghi" in administrator.get("/audit/check").text
    add_lan(administrator)
    last = held.state.audit.last()
    assert last is not None
    head = f"{last.seq}:{last.mac}"
    page = administrator.get("/audit/check").text
    assert "Nhật ký nguyên vẹn." in page
    assert "Chưa đối chiếu" in page
    assert head in page
    compared = administrator.get("/audit/check", query_string={"head": f"Đầu chuỗi: {head}"}).text
    assert "Nhật ký nguyên vẹn." in compared
    assert "Chưa đối chiếu" not in compared
    wrong = administrator.get("/audit/check", query_string={"head": "1:" + 64 * "0"})
    assert "KHÔNG còn nguyên vẹn" in wrong.text
    assert "Bản ghi 1: khác với đầu chuỗi" in wrong.text
    assert administrator.get("/audit/check?head=12").status_code == 422


def test_a_bent_record_is_found_by_the_check(held: Office, administrator: FlaskClient) -> None:
    add_lan(administrator)
    held.state.audit.append(Entry(NOW, "lan", Action.SIGN_IN, {}))
    with held.state.system.file.transaction("") as connection:
        connection.execute("DROP TRIGGER audit_record_no_update")
        connection.execute("UPDATE audit_record SET who = 'minh' WHERE seq = 1")
    page = administrator.get("/audit/check").text
    assert "KHÔNG còn nguyên vẹn" in page
    assert "Bản ghi 1: bị sửa" in page


def test_only_the_administrator_reads_it(held: Office) -> None:
    for role in Role:
        answer = held.client(role).get("/audit")
        wanted = {Role.ADMINISTRATOR: 200, Role.RESIDENT: 303}.get(role, 403)
        assert answer.status_code == wanted, role


def test_what_people_typed_is_shown_as_text(held: Office, administrator: FlaskClient) -> None:
    held.state.audit.append(Entry(NOW, "lan", Action.EXPORT, {"<b>x": "<script>alert(1)</script>"}, "<i>vì</i>"))
    page = administrator.get("/audit", query_string={"what": '"><script>alert(2)</script>'})
    assert "<script" not in page.text + administrator.get("/audit").text
    assert "&lt;script&gt;alert(1)" in administrator.get("/audit").text
