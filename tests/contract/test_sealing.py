"""The history of the map data under seal, on every back-end."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from layers.catalog import INCIDENTS
from layers.errors import StoreBusy
from layers.store import ChangeSet, Store, back_up, file_of, open_store, put_back
from layers.store.audit_keys import KeyFile
from layers.store.base import Author
from layers.store.history_seal import digest_of, seal_history
from layers.store.memory import MemoryStore
from layers.store.system_audit import Action, AuditChain
from layers.store.system_file import SystemFile
from mapserver.services.audit_verdict import verify_history
from tests.builders import NOW, incidents
from tests.contract.backends import Databases

LAN = Author("lan", "đối chiếu hồ sơ", NOW)

# The statement that bends the history, for a file and for a database; {at} is the number of the entry.
BENT = {
    "changed": "UPDATE {table} SET why = 'không có gì' WHERE {key} = {at}",
    "removed": "DELETE FROM {table} WHERE {key} = {at}",
    "unreadable": 'UPDATE {table} SET after = \'{{"geometry": "XYZ"}}\' WHERE {key} = {at}',
}

PUT_IN = """
    INSERT INTO {table} ({key}, layer, record_id, what, who, why, at, before, after) OVERRIDING SYSTEM VALUE
    SELECT {at}, layer, record_id, what, 'kẻ lạ', why, at, before, after FROM {table} WHERE {key} = 1
"""


@pytest.fixture
def chain(tmp_path: Path) -> AuditChain:
    return AuditChain(SystemFile(str(tmp_path / "test.system.db")), KeyFile(tmp_path / "audit.key"))


@pytest.fixture
def bend(store: Store, kind: str, server: Databases | None) -> Callable[[str], None]:
    """Run a statement as the owner of the data, around the program."""

    def run(statement: str) -> None:
        if kind == "geopackage":
            file = file_of(store.address)
            assert file is not None
            with closing(sqlite3.connect(file)) as connection, connection:
                connection.execute(statement.format(table="antt_history", key="entry", at=3))
        else:
            assert server is not None
            with psycopg.connect(server.url(urlsplit(store.address).path.removeprefix("/"))) as owner:
                owner.execute(statement.format(table="antt.antt_history", key="seq", at=3).encode())

    return run


def changed(store: Store, count: int = 5, *, severity: str = "nang") -> None:
    if not store.count(INCIDENTS):
        store.append(INCIDENTS, incidents(count))
    for row_id in store.read(INCIDENTS)["id"]:
        store.apply(ChangeSet(INCIDENTS, update={row_id: {"severity": severity}}), LAN)


def seal(store: Store, chain: AuditChain, **named: object) -> int:
    return seal_history(store, chain, who="máy chủ", now=NOW, **named)  # type: ignore[arg-type]


def test_entries_are_numbered_upwards_and_read_from_any_of_them(store: Store) -> None:
    assert store.history_end() == 0
    changed(store)
    numbers = [entry.number for entry in store.all_history()]
    assert numbers == sorted(set(numbers))
    assert store.history_end() == numbers[-1]
    assert [entry.number for entry in store.all_history(after=numbers[1], limit=2)] == numbers[2:4]


def test_a_seal_takes_each_entry_once_and_all_is_found_as_it_was(store: Store, chain: AuditChain) -> None:
    assert seal(store, chain) == 0
    assert chain.last() is None
    changed(store)
    assert seal(store, chain) == 5
    assert seal(store, chain) == 0
    changed(store, severity="nhe")
    verdict = verify_history(store, chain)
    assert (verdict.ok, verdict.sealed, verdict.unsealed) == (True, 5, 5)
    assert seal(store, chain) == 5
    verdict = verify_history(store, chain)
    assert (verdict.ok, verdict.sealed, verdict.unsealed, verdict.records) == (True, 10, 0, 2)


def test_more_entries_than_one_record_names_take_several(
    store: Store, chain: AuditChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.store.history_seal._ROWS_OF_A_SEAL", 2)
    changed(store)
    assert seal(store, chain) == 5
    verdict = verify_history(store, chain)
    assert (verdict.ok, verdict.sealed, verdict.records) == (True, 5, 3)


def test_the_same_change_has_the_same_digest_everywhere(store: Store) -> None:
    other = MemoryStore()
    for one in (store, other):
        changed(one)
    assert [digest_of(entry) for entry in store.all_history()] == [digest_of(entry) for entry in other.all_history()]


@pytest.mark.parametrize("how", BENT)
def test_what_was_done_to_an_entry_behind_the_back_is_named(
    store: Store, kind: str, chain: AuditChain, bend: Callable[[str], None], how: str
) -> None:
    if kind == "memory":
        return  # nobody else can reach it
    changed(store)
    seal(store, chain)
    bend(BENT[how])
    verdict = verify_history(store, chain)
    expected = "removed" if how == "removed" else "changed"
    assert [(one.kind, one.where, one.first) for one in verdict.findings] == [(expected, "history", 3)]


def test_an_entry_put_into_a_gap_is_named(
    store: Store, kind: str, chain: AuditChain, bend: Callable[[str], None]
) -> None:
    if kind == "memory":
        return  # nobody else can reach it
    changed(store)
    bend(BENT["removed"])
    seal(store, chain)
    bend(PUT_IN.replace("OVERRIDING SYSTEM VALUE", "OVERRIDING SYSTEM VALUE" if kind == "postgis" else ""))
    (found,) = verify_history(store, chain).findings
    assert (found.kind, found.first) == ("inserted", 3)
    assert "kẻ lạ" in found.said.vi


def test_a_store_sealed_anew_is_held_against_the_new_seal_and_says_so(store: Store, chain: AuditChain) -> None:
    changed(store)
    seal(store, chain)
    assert seal(store, chain, anew=True, why="khôi phục") == 5
    verdict = verify_history(store, chain)
    assert (verdict.ok, verdict.sealed, verdict.sealed_anew_at) == (True, 5, 2)
    last = chain.last(Action.SEAL)
    assert last is not None
    assert last.why == "khôi phục"


def test_a_restored_backup_lacks_what_was_sealed_until_it_is_sealed_anew(tmp_path: Path, chain: AuditChain) -> None:
    path, copy = tmp_path / "antt.gpkg", tmp_path / "copy.gpkg"
    with closing(open_store(str(path))) as store:
        changed(store)
        back_up(path, copy)
        changed(store, severity="nhe")
        seal(store, chain)
    put_back(copy, path)
    with closing(open_store(str(path))) as store:
        kinds = [(one.kind, one.first) for one in verify_history(store, chain).findings]
        assert kinds == [("removed", number) for number in range(6, 11)]
        seal(store, chain, anew=True, why="khôi phục")
        assert verify_history(store, chain).ok


@pytest.mark.postgis
def test_an_entry_that_commits_later_than_a_higher_number_is_waited_for(databases: Databases) -> None:
    with databases.emptied() as url, closing(open_store(url)) as store:
        changed(store)
        row_id = store.read(INCIDENTS)["id"].iloc[0]
        with psycopg.connect(url) as slow:
            slow.execute("UPDATE antt.incidents SET severity = 'nhe' WHERE id = %s", [row_id])
            # The number is given, the commit still to come.
            with pytest.raises(StoreBusy):
                store.history_end()
        assert store.history_end() == len(list(store.all_history()))


def test_a_digest_does_not_depend_on_how_a_number_or_a_place_is_written(store: Store) -> None:
    changed(store, 1)
    entry = next(iter(store.all_history()))
    after = dict(entry.after or {})
    same = replace(entry, at=entry.at.astimezone(dt.timezone(dt.timedelta(hours=7))), after=after)
    assert digest_of(same) == digest_of(entry)
    assert digest_of(replace(entry, after=after | {"severity": "nhe"})) != digest_of(entry)
