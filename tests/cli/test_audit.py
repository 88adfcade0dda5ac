"""`antt audit`: what an administrator sees of the history and of what was done to it."""

from __future__ import annotations

import csv
import json
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from layers.catalog import INCIDENTS
from layers.store import ChangeSet, open_store
from layers.store.base import Author
from layers.store.system_audit import Action, Entry
from mapserver.cli.job_runner import run_until
from mapserver.services.audit import chain_of
from mapserver.settings import Settings, from_environment
from tests.builders import NOW, incidents
from tests.cli.command import antt, antt_process, refused, result


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with a store in which three incidents were changed, and the records of what two people did."""
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(INCIDENTS, incidents(3))
        for row_id in store.read(INCIDENTS)["id"]:
            store.apply(ChangeSet(INCIDENTS, update={row_id: {"severity": "nang"}}), Author("lan", "sửa", NOW))
    chain = chain_of(settings(), str(tmp_path / "antt.gpkg"))
    chain.append(Entry(NOW, "Nguyễn Thị Lan", Action.SIGN_IN, address="office"))
    chain.append(Entry(NOW, "=cmd()", Action.EXPORT, {"layer": "incidents", "kind": "Trộm cắp"}, "họp giao ban"))
    return tmp_path


def settings() -> Settings:
    import os

    return from_environment(os.environ)


def bend(folder: Path, file: str, *statements: str) -> None:
    with closing(sqlite3.connect(folder / file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def verified(folder: Path, *options: object, code: int) -> list[tuple[object, ...]]:
    said = result("audit", "verify", *options, cwd=folder, code=code)
    findings = said["findings"]
    assert isinstance(findings, list)
    assert said["ok"] == (not findings)
    return [(one["where"], one["kind"], one["first"], one["last"]) for one in findings]


def test_a_sealed_history_is_verified_and_a_bent_one_ends_with_7(office: Path) -> None:
    assert result("audit", "seal", cwd=office) == {"sealed": 3}
    assert verified(office, code=0) == []
    said = antt("audit", "verify", cwd=office).stdout
    assert "3 bản ghi; 3 mục lịch sử đã niêm phong, 0 chưa." in said
    assert "Nhật ký nguyên vẹn." in said
    bend(office, "antt.gpkg", "UPDATE antt_history SET who = 'minh' WHERE entry = 2")
    assert verified(office, code=7) == [("history", "changed", 2, 2)]
    bend(
        office, "antt.system.db", "DROP TRIGGER audit_record_no_update", "UPDATE audit_record SET who = 'x' WHERE seq=1"
    )
    ended = antt("audit", "verify", cwd=office)
    assert ended.returncode == 7
    assert "- Bản ghi 1: bị sửa" in ended.stdout
    assert "- Lịch sử 2 (incidents " in ended.stdout
    assert "Nhật ký KHÔNG còn nguyên vẹn." in ended.stdout


@pytest.mark.parametrize("name", ["head.json", "head.txt"])
def test_a_head_kept_elsewhere_finds_a_cut_end(office: Path, name: str) -> None:
    result("audit", "head", "--out", name, cwd=office)
    assert verified(office, "--head", name, code=0) == []
    result("audit", "seal", cwd=office)
    assert verified(office, "--head", name, code=0) == []
    bend(office, "antt.system.db", "DROP TRIGGER audit_record_no_delete", "DELETE FROM audit_record WHERE seq > 1")
    assert verified(office, "--head", name, code=7) == [("record", "cut", 2, 2)]
    (office / "antt.system.db").unlink()
    assert verified(office, "--head", name, code=7) == [("record", "cut", 1, 2)]
    assert not (office / "antt.system.db").exists()


def test_the_page_to_print_holds_what_is_needed_to_compare(office: Path) -> None:
    result("audit", "head", "--out", "head.txt", cwd=office)
    page = (office / "head.txt").read_text(encoding="utf-8")
    last = chain_of(settings(), str(office / "antt.gpkg")).last()
    assert last is not None
    assert f"2:{last.mac}" in page
    assert max(map(len, page.splitlines())) <= 80


def test_a_file_that_is_no_head_is_refused(office: Path) -> None:
    (office / "other.txt").write_text("không có gì", encoding="utf-8")
    assert refused("audit", "verify", "--head", "other.txt", cwd=office)["exit"] == "3"
    assert refused("audit", "verify", "--head", "none.json", cwd=office)["exit"] == "3"


def test_another_key_file_is_told_and_nothing_is_called_bent(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (office / "other").mkdir()
    monkeypatch.setenv("ANTT_AUDIT_KEY_FILE", str(office / "other" / "audit.key"))
    assert refused("audit", "verify", cwd=office)["exit"] == "4"
    assert refused("audit", "seal", cwd=office)["exit"] == "4"
    # Nor is a key made that would only hide the loss of the right one.
    assert not (office / "other" / "audit.key").exists()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), [1, 2]),
        (("--who", "nguyen thi lan"), [1]),
        (("--action", "export"), [2]),
        (("--what", "trom cap"), [2]),
        (("--what", "HOP GIAO"), [2]),
        (("--from", "2026-11-01", "--to", "1/11/2026"), [1, 2]),
        (("--from", "2026-11-02"), []),
        (("--to", "2026-10-31"), []),
    ],
)
def test_records_are_found_by_who_when_what_and_why(office: Path, filters: Sequence[str], expected: list[int]) -> None:
    records = result("audit", "search", *filters, cwd=office)["records"]
    assert isinstance(records, list)
    assert [record["seq"] for record in records] == expected


def test_records_are_shown_to_people_in_their_own_time(office: Path) -> None:
    said = antt("audit", "search", "--action", "sign_in", cwd=office).stdout
    assert said == "1  01/11/2026 15:00:00  Nguyễn Thị Lan  Đăng nhập  {}\n"


def test_an_export_holds_no_formula_and_is_itself_recorded(office: Path) -> None:
    for kind in ("csv", "xlsx", "json"):
        assert result("audit", "export", "--out", f"out.{kind}", "--what", "incidents", cwd=office)["records"]
    with (office / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:3] == ["Số", "Thời điểm (UTC)", "Người thực hiện"]
    assert rows[1][2:4] == ["'=cmd()", "Xuất dữ liệu"]
    sheet = openpyxl.load_workbook(office / "out.xlsx").active
    assert sheet is not None
    assert sheet["C2"].value == "'=cmd()"
    kept = json.loads((office / "out.json").read_text(encoding="utf-8"))
    assert [record["who"] for record in kept] == ["=cmd()", *[kept[1]["who"]] * (len(kept) - 1)]
    found = result("audit", "search", "--action", "export", cwd=office)["records"]
    assert isinstance(found, list)
    assert [one["what"]["layer"] for one in found] == ["incidents", "audit", "audit", "audit"]
    assert found[1]["what"]["filter"] == {"what": "incidents"}
    assert refused("audit", "export", "--out", "out.doc", cwd=office)["exit"] == "2"


def test_a_store_without_records_is_not_called_sound(tmp_path: Path) -> None:
    ended = antt("audit", "verify", cwd=tmp_path)
    assert ended.returncode == 0
    assert "Nhật ký chưa có bản ghi nào." in ended.stdout
    assert "nguyên vẹn" not in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_server_seals_what_was_written_when_it_ends(office: Path) -> None:
    stop = threading.Event()
    stop.set()
    run_until(stop, replace(settings(), store=str(office / "antt.gpkg")))
    said = result("audit", "verify", cwd=office)
    assert (said["ok"], said["sealed"], said["unsealed"]) == (True, 3, 0)


def test_the_key_is_changed_and_the_old_one_still_verifies(office: Path) -> None:
    before = result("audit", "change-key", "--why", "hằng năm", cwd=office)
    result("audit", "seal", cwd=office)
    records = result("audit", "search", cwd=office)["records"]
    assert isinstance(records, list)
    assert [record["key_id"] == before["key_id"] for record in records] == [False, False, False, True]
    assert verified(office, code=0) == []


def test_a_restore_seals_anew_and_says_so(office: Path) -> None:
    result("store", "backup", "copy.gpkg", cwd=office)
    result("audit", "seal", cwd=office)
    bend(office, "antt.gpkg", "DELETE FROM antt_history WHERE entry = 3")
    assert verified(office, code=7) == [("history", "removed", 3, 3)]
    result("store", "restore", "copy.gpkg", cwd=office)
    assert verified(office, code=0) == []
    assert "niêm phong lại từ đầu tại bản ghi 4" in antt("audit", "verify", cwd=office).stdout


def test_the_key_file_is_its_owners_alone_and_lies_outside_the_store(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = office / "khóa" / "audit.key"
    monkeypatch.setenv("ANTT_AUDIT_KEY_FILE", str(key))
    (office / "antt.system.db").unlink()
    assert antt_process("audit", "seal", cwd=office).returncode == 0
    assert key.stat().st_mode & 0o777 == 0o600
    monkeypatch.delenv("ANTT_AUDIT_KEY_FILE")
    monkeypatch.setenv("HOME", str(office))
    (office / ".config" / "antt").mkdir(parents=True)
    store = office / ".config" / "antt" / "antt.gpkg"
    assert refused("audit", "search", "--store", store, cwd=office)["exit"] == "2"
