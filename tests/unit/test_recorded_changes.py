"""A change of the system file and its record in the history are one: kept together, or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from layers.access.roles import Role
from layers.errors import AnttError, Conflict, StoreUnreachable
from layers.store.audit_keys import KeyFile
from layers.store.system_audit import Action, AuditChain, Entry
from layers.store.system_file import SystemFile
from mapserver.services.accounts import account_named, edit_account
from mapserver.services.registers import Registers
from mapserver.settings import Settings
from tests.accounts import GOOD, NOW, added, registers_at

ENTRY = Entry(NOW, "chief", Action.ACCOUNT)


@pytest.fixture(params=["file", "memory"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> SystemFile:
    return SystemFile("memory:" if request.param == "memory" else str(tmp_path / "test.system.db"))


@pytest.fixture
def chain(file: SystemFile, tmp_path: Path) -> AuditChain:
    return AuditChain(file, KeyFile(tmp_path / "audit.key"))


@pytest.fixture
def registers(file: SystemFile) -> Registers:
    return Registers.of(file, Settings(), registers_at("memory:").passwords)


def test_what_was_done_and_its_record_are_both_kept(chain: AuditChain, registers: Registers) -> None:
    # Neither had a table before.
    with chain.with_record(ENTRY) as what:
        added(registers, "chief", area=None)
        what["account"] = "chief"
    assert account_named(registers, "chief").role is Role.ADMINISTRATOR
    assert [record.content for record in chain.records()] == [{"account": "chief"}]
    with chain.with_record(ENTRY) as what:
        edit_account(registers, "chief", {"display_name": "Trần Chi"}, row_version=1, now=NOW)
        what["account"] = "chief"
    assert [record.seq for record in chain.records()] == [1, 2]


def test_what_is_refused_leaves_no_record(chain: AuditChain, registers: Registers) -> None:
    added(registers, "chief", area=None)
    with pytest.raises(Conflict), chain.with_record(ENTRY):
        edit_account(registers, "chief", {"disabled": True}, row_version=1, now=NOW)
    assert list(chain.records()) == []
    assert not account_named(registers, "chief").disabled


def test_what_cannot_be_recorded_is_not_done(chain: AuditChain, registers: Registers) -> None:
    added(registers, "chief", area=None)
    chain.append(ENTRY)
    chain.keys.path.write_text("", encoding="utf-8")
    lost = AuditChain(chain.file, KeyFile(chain.keys.path))

    def change_two() -> None:
        with lost.with_record(ENTRY):
            edit_account(registers, "chief", {"display_name": "Trần Chi"}, row_version=1, now=NOW)
            added(registers, "lan", Role.VIEWER, area=None)

    with pytest.raises(StoreUnreachable):
        change_two()
    assert account_named(registers, "chief").display_name == "Chief"
    assert registers.accounts.by_login("lan") is None
    # And the file is free again.
    added(registers, "minh", Role.VIEWER, area=None)


def test_nobody_sees_a_change_before_it_is_recorded(chain: AuditChain, registers: Registers) -> None:
    added(registers, "chief", area=None)
    seen: list[str] = []

    def look() -> None:
        seen.append(account_named(registers, "chief").display_name)

    elsewhere = threading.Thread(target=look)
    with chain.with_record(ENTRY):
        edit_account(registers, "chief", {"display_name": "Trần Chi"}, row_version=1, now=NOW)
        if chain.file.address != "memory:":
            elsewhere.start()
            elsewhere.join(10)
        # A database in memory has one connection: the other thread waits for its turn.
    if chain.file.address == "memory:":
        elsewhere.start()
        elsewhere.join(10)
        assert seen == ["Trần Chi"]
    else:
        assert seen == ["Chief"]


def test_two_changes_at_once_follow_one_another(tmp_path: Path) -> None:
    address = str(tmp_path / "test.system.db")
    added(registers_at(address), "chief", area=None)
    failures: list[AnttError] = []

    def change(name: str) -> None:
        file = SystemFile(address)
        chain = AuditChain(file, KeyFile(tmp_path / "audit.key"))
        try:
            with chain.with_record(ENTRY) as what:
                edit_account(Registers.of(file, Settings()), "chief", {"display_name": name}, row_version=None, now=NOW)
                what["name"] = name
        except AnttError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=change, args=(f"Tên {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    records = list(AuditChain(SystemFile(address), KeyFile(tmp_path / "audit.key")).records())
    kept = account_named(registers_at(address), "chief")
    assert [record.seq for record in records] == list(range(1, 9))
    assert (kept.display_name, kept.row_version) == (records[-1].content["name"], 9)
    assert GOOD not in str(records)
