"""Whatever single thing is done to the records behind the program's back is found and named."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.store.audit_keys import KeyFile
from layers.store.system_audit import Action, AuditChain, Entry
from layers.store.system_file import SystemFile
from mapserver.services.audit import Head
from mapserver.services.audit_check import Finding, check_chain

COUNT = 12
FIELDS = ("at", "who", "action", "what", "why", "address", "key_id", "previous", "mac")
TRIGGERS = ("audit_record_no_update", "audit_record_no_delete")

Bend = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def whole() -> Iterator[tuple[Path, Head]]:
    """A sound chain in which the key was changed once, and its head."""
    with tempfile.TemporaryDirectory() as name:
        chain = chain_in(Path(name))
        for number in range(COUNT):
            moment = dt.datetime(2026, 11, 1, 8, number, tzinfo=dt.UTC)
            if number == 5:
                chain.change_key(who="quản trị", why="hằng năm", now=moment)
                continue
            chain.append(Entry(moment, f"cán bộ {number % 3}", Action.EXPORT, {"layer": "incidents", "n": number}))
        last = chain.last()
        assert last is not None
        assert check_chain(chain, Head(last.seq, last.mac)).findings == ()
        yield Path(name), Head(last.seq, last.mac)


def chain_in(folder: Path) -> AuditChain:
    return AuditChain(SystemFile(str(folder / "office.system.db")), KeyFile(folder / "audit.key"))


def found_after(bend: Bend, whole: tuple[Path, Head], *, with_head: bool = True) -> tuple[Finding, ...]:
    """What is found in a copy of the chain in which something was bent by the owner of the file."""
    folder, head = whole
    with tempfile.TemporaryDirectory() as name:
        copy = shutil.copytree(folder, Path(name) / "copy")
        with closing(sqlite3.connect(copy / "office.system.db")) as connection, connection:
            for trigger in TRIGGERS:
                connection.execute(f"DROP TRIGGER {trigger}")
            bend(connection)
        return check_chain(chain_in(copy), head if with_head else None).findings


def named(findings: tuple[Finding, ...]) -> list[tuple[str, int, int]]:
    return [(one.kind, one.first, one.last) for one in findings]


@given(place=st.integers(1, COUNT), field=st.sampled_from(FIELDS), text=st.text("0123456789abcdefđ \x00'", max_size=70))
def test_a_changed_field_is_found_and_the_record_named(
    whole: tuple[Path, Head], place: int, field: str, text: str
) -> None:
    def bend(connection: sqlite3.Connection) -> None:
        ((before,),) = connection.execute(f"SELECT {field} FROM audit_record WHERE seq = ?", (place,)).fetchall()  # noqa: S608 - a column of ours
        after = text if text != before else f"{before}."
        connection.execute(f"UPDATE audit_record SET {field} = ? WHERE seq = ?", (after, place))  # noqa: S608

    assert named(found_after(bend, whole)) == [("changed", place, place)]


@given(place=st.integers(1, COUNT))
def test_a_removed_record_is_named_and_also_when_those_behind_it_close_the_gap(
    whole: tuple[Path, Head], place: int
) -> None:
    def remove(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM audit_record WHERE seq = ?", (place,))

    def close_up(connection: sqlite3.Connection) -> None:
        remove(connection)
        connection.execute("UPDATE audit_record SET seq = seq - 1 WHERE seq > ?", (place,))

    assert named(found_after(remove, whole)) == [("cut" if place == COUNT else "removed", place, place)]
    found = named(found_after(close_up, whole))
    if place < COUNT:
        assert ("removed", place, place) in found
        assert ("moved", place, COUNT - 1) in found
    else:
        assert found == [("cut", COUNT, COUNT)]


@given(place=st.integers(1, COUNT + 1), copied=st.integers(1, COUNT))
def test_a_record_put_in_is_named(whole: tuple[Path, Head], place: int, copied: int) -> None:
    def bend(connection: sqlite3.Connection) -> None:
        record = list(connection.execute("SELECT * FROM audit_record WHERE seq = ?", (copied,)).fetchone())
        # Upwards one by one would meet the next one's place.
        connection.execute("UPDATE audit_record SET seq = -seq - 1 WHERE seq >= ?", (place,))
        connection.execute("UPDATE audit_record SET seq = -seq WHERE seq < 0")
        connection.execute("INSERT INTO audit_record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [place, *record[1:]])

    found = named(found_after(bend, whole))
    if copied in {place, place - 1}:
        # Of two equal neighbours either may be called the copy.
        assert {"inserted", "moved"} & {kind for kind, _first, _last in found}
    else:
        assert ("inserted", place, place) in found


@given(place=st.integers(1, COUNT + 1))
def test_a_record_made_up_is_named(whole: tuple[Path, Head], place: int) -> None:
    def bend(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE audit_record SET seq = -seq - 1 WHERE seq >= ?", (place,))
        connection.execute("UPDATE audit_record SET seq = -seq WHERE seq < 0")
        connection.execute(
            "INSERT INTO audit_record SELECT ?, at, 'kẻ lạ', action, what, why, address, key_id, mac, ? "
            "FROM audit_record WHERE seq = ?",
            (place, "ab" * 32, 1 if place > 1 else 2),
        )

    kind = "changed" if place > COUNT else "inserted"
    assert (kind, place, place) in named(found_after(bend, whole))


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 9), (6, 7), (5, 6), (1, COUNT), (COUNT - 1, COUNT)])
def test_two_records_in_each_others_place_are_named(whole: tuple[Path, Head], one: int, other: int) -> None:
    def bend(connection: sqlite3.Connection) -> None:
        for before, after in ((one, 0), (other, one), (0, other)):
            connection.execute("UPDATE audit_record SET seq = ? WHERE seq = ?", (after, before))

    found = named(found_after(bend, whole, with_head=False))
    assert {place for _kind, first, last in found for place in range(first, last + 1)} == {one, other}
    assert {kind for kind, _first, _last in found} == {"moved"}


@given(left=st.integers(0, COUNT - 1))
def test_a_cut_end_is_missed_only_by_who_kept_a_head(whole: tuple[Path, Head], left: int) -> None:
    def bend(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM audit_record WHERE seq > ?", (left,))

    assert named(found_after(bend, whole)) == [("cut", left + 1, COUNT)]
    assert named(found_after(bend, whole, with_head=False)) == []


def test_an_end_written_again_with_the_key_differs_from_the_head(whole: tuple[Path, Head]) -> None:
    folder, head = whole
    with tempfile.TemporaryDirectory() as name:
        copy = shutil.copytree(folder, Path(name) / "copy")
        with closing(sqlite3.connect(copy / "office.system.db")) as connection, connection:
            connection.execute(f"DROP TRIGGER {TRIGGERS[1]}")
            connection.execute("DELETE FROM audit_record WHERE seq > ?", (COUNT - 3,))
        chain = chain_in(copy)
        for _number in range(3):
            chain.append(Entry(dt.datetime(2026, 11, 2, tzinfo=dt.UTC), "kẻ lạ", Action.EXPORT))
        assert named(check_chain(chain).findings) == []
        assert named(check_chain(chain, head).findings) == [("replaced", COUNT, COUNT)]


def test_a_record_under_the_old_key_behind_the_change_of_key_is_named(whole: tuple[Path, Head]) -> None:
    folder, _head = whole
    with tempfile.TemporaryDirectory() as name:
        copy = shutil.copytree(folder, Path(name) / "copy")
        old, _new = (copy / "audit.key").read_text(encoding="ascii").split()
        with closing(sqlite3.connect(copy / "office.system.db")) as connection, connection:
            connection.execute(f"DROP TRIGGER {TRIGGERS[1]}")
            connection.execute("DELETE FROM audit_record WHERE seq > 5")
        thief = AuditChain(SystemFile(str(copy / "office.system.db")), KeyFile(copy / "stolen.key"))
        (copy / "stolen.key").write_text(old, encoding="ascii")
        thief.append(Entry(dt.datetime(2026, 11, 2, tzinfo=dt.UTC), "kẻ lạ", Action.EXPORT))
        # Without the record that announced the new key nothing is wrong to see; with it the old key is.
        with closing(sqlite3.connect(copy / "office.system.db")) as connection, connection:
            connection.execute(f"ATTACH '{folder / 'office.system.db'}' AS whole")
            connection.execute(f"DROP TRIGGER {TRIGGERS[0]}")
            connection.execute("UPDATE audit_record SET seq = 7 WHERE seq = 6")
            connection.execute("INSERT INTO audit_record SELECT * FROM whole.audit_record WHERE seq = 6")
        assert [one.first for one in check_chain(chain_in(copy)).findings] == [7]


def test_the_program_itself_changes_and_removes_nothing(whole: tuple[Path, Head]) -> None:
    folder, _head = whole
    chain = chain_in(folder)
    for statement in ("UPDATE audit_record SET who = 'x'", "DELETE FROM audit_record"):
        with chain.file.transaction("") as connection, pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    assert check_chain(chain).findings == ()
