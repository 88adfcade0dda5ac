"""Views of exact points are recorded once in five minutes, by whichever worker has them first."""

from __future__ import annotations

import datetime as dt
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from layers.errors import StoreBusy
from layers.store.audit_keys import KeyFile
from layers.store.system_audit import Action, AuditChain, Entry, Record
from layers.store.system_file import SystemFile
from layers.wording import Text
from mapserver.services.audit_views import WINDOW, ViewLog
from tests.builders import NOW


@pytest.fixture
def chain(tmp_path: Path) -> AuditChain:
    return AuditChain(SystemFile(str(tmp_path / "test.system.db")), KeyFile(tmp_path / "audit.key"))


@pytest.fixture
def log(chain: AuditChain) -> Iterator[ViewLog]:
    made = ViewLog(chain)
    yield made
    made.close()


def view(who: str = "lan", *, after_s: float = 0, **wanted: str) -> Entry:
    what = {"layer": "incidents", "filter": wanted}
    return Entry(NOW + dt.timedelta(seconds=after_s), who, Action.VIEW, what, address="office")


def recorded(chain: AuditChain) -> list[tuple[str, str]]:
    return [(record.who, record.what) for record in chain.records()]


def test_a_screen_of_tiles_is_one_record(chain: AuditChain, log: ViewLog) -> None:
    for tile in range(64):
        log.saw(view(after_s=tile / 10))
    log.flush()
    assert recorded(chain) == [("lan", '{"filter":{},"layer":"incidents"}')]


def test_another_person_another_filter_and_another_five_minutes_are_records_of_their_own(
    chain: AuditChain, log: ViewLog
) -> None:
    for one in (view(), view("minh"), view(category="ma_tuy"), view(after_s=WINDOW.total_seconds()), view(after_s=301)):
        log.saw(one)
    log.flush()
    assert [who for who, _what in recorded(chain)] == ["lan", "minh", "lan", "lan"]


def test_two_workers_record_a_view_once(chain: AuditChain, log: ViewLog) -> None:
    other = ViewLog(AuditChain(SystemFile(chain.file.address), chain.keys))
    for number in range(20):
        (log, other)[number % 2].saw(view(after_s=number))
    log.flush()
    other.close()
    assert len(recorded(chain)) == 1


def test_what_waits_is_written_when_the_worker_ends(chain: AuditChain) -> None:
    log = ViewLog(chain)
    for number in range(50):
        log.saw(view(f"cán bộ {number}"))
    log.close()
    assert len(recorded(chain)) == 50


def test_more_views_than_may_wait_are_written_by_those_who_bring_them(chain: AuditChain) -> None:
    log = ViewLog(chain, waiting_at_most=1)
    threads = [threading.Thread(target=log.saw, args=(view(f"cán bộ {number}"),)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert len(recorded(chain)) == 30


class Busy(AuditChain):
    """A chain whose file is held by somebody else until it is let go."""

    held = True

    def append_once(self, entry: Entry, *, window: dt.timedelta) -> Record | None:
        if self.held:
            raise StoreBusy(Text("bận", "busy"))
        return super().append_once(entry, window=window)


def test_a_view_that_cannot_be_written_is_tried_again(
    chain: AuditChain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mapserver.services.audit_views._AFTER_FAILURE_S", 0.01)
    busy = Busy(chain.file, chain.keys)
    log = ViewLog(busy, waiting_at_most=1)
    log.saw(view("lan"))
    while "cannot be recorded yet" not in caplog.text:
        pass
    log.saw(view("minh"))
    # No room to wait and no way to write: then nothing may be shown.
    with pytest.raises(StoreBusy):
        log.saw(view("hoa"))
    busy.held = False
    log.close()
    assert [who for who, _what in recorded(chain)] == ["lan", "minh"]


def test_a_worker_that_ends_without_being_able_to_write_says_how_many_are_lost(
    chain: AuditChain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = ViewLog(Busy(chain.file, chain.keys))
    with caplog.at_level(logging.ERROR, "antt"):
        for number in range(3):
            log.saw(view(f"cán bộ {number}"))
        log.close()
    assert "3 views of exact points could not be recorded" in caplog.text
    assert "cán bộ" not in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked on this kind of system only")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_worker_records_its_own_views(chain: AuditChain, log: ViewLog) -> None:
    log.saw(view("trước khi tách"))
    log.flush()
    child = os.fork()
    if child == 0:
        log.saw(view("tiến trình con"))
        log.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert [who for who, _what in recorded(chain)] == ["trước khi tách", "tiến trình con"]


def test_the_file_of_the_marks_holds_no_more_than_five_minutes(chain: AuditChain, log: ViewLog) -> None:
    for minute in range(0, 60, 6):
        log.saw(view(after_s=60 * minute))
    log.flush()
    with closing(sqlite3.connect(chain.file.address)) as connection:
        assert connection.execute("SELECT count(*) FROM audit_once").fetchone() == (1,)
    assert len(recorded(chain)) == 10
