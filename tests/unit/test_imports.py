"""Imports as transactions: nothing is lost, nothing is doubled, and whatever was begun can go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from layers.catalog import INCIDENTS, UNITS
from layers.errors import Conflict, FileUnreadable, InvalidParameter, NotFound, StoreBusy, StoreUnreachable
from layers.geo import VIETNAM, Bounds
from layers.store import MemoryStore, Query
from layers.store.base import Author, ImportRecord
from layers.wording import Text
from mapserver.services.imports_categories import map_categories, unmapped_words
from mapserver.services.imports_incidents import (
    IncidentRequest,
    IncidentResult,
    Watch,
    import_incidents,
    resume_import,
)
from mapserver.services.imports_ledger import seen_imports
from mapserver.services.quarantine import waiting_rows
from mapserver.settings import Settings
from tests.builders import NOW, town

HEADER = "Số hồ sơ;Ngày xảy ra;Loại;Kinh độ;Vĩ độ;Phường;Trạng thái"
AUTHOR = Author("người thử", "", NOW)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def table(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def named(count: int, *, status: str = "mới") -> list[str]:
    return [f"HS{row};{row % 28 + 1}/7/2025;Trộm cắp;106,3{row % 10};20,95;;{status}" for row in range(count)]


def brought(store: MemoryStore, path: Path, watch: Watch | None = None, **changes: Any) -> IncidentResult:
    request = IncidentRequest(path, "thử", "Asia/Ho_Chi_Minh", **{"chunk_rows": 4, "who": "lan", **changes})
    return import_incidents(store, request, now=NOW, rng=_fresh(store), watch=watch or Watch())


def _fresh(store: MemoryStore) -> np.random.Generator:
    return np.random.default_rng([len(store.imports()), store.count(INCIDENTS)])


def stopping(after: int) -> Callable[[], bool]:
    asked = iter(range(1000))
    return lambda: next(asked) >= after


def content(store: MemoryStore) -> list[tuple[str, ...]]:
    rows = store.read(INCIDENTS)
    return sorted(zip(rows["source_ref"], rows["content_hash"], strict=True))


def test_the_ledger_says_what_was_imported_by_whom(store: MemoryStore, tmp_path: Path) -> None:
    said = brought(store, table(tmp_path / "a.csv", *named(10)))
    (record,) = store.imports()
    assert (record.import_id, record.who, record.file_name, record.state) == (said.import_id, "lan", "a.csv", "done")
    assert record.rows_done == record.counts["accepted"] == 10
    assert set(store.read(INCIDENTS)["import_id"]) == {said.import_id}


def test_the_same_file_again_adds_nothing(store: MemoryStore, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", *named(5), ";1/7/2025;Lạ;106,3;20,9;;", ";1/7/2025;Lạ;106,3;20,9;;")
    assert brought(store, path).counts.accepted == 7
    version = store.versions()["incidents"]
    again = brought(store, path)
    assert (again.counts.accepted, again.counts.duplicates, again.counts.adds_up) == (0, 7, True)
    assert store.versions()["incidents"] == version


def test_a_longer_export_saved_in_another_way_adds_what_is_new(store: MemoryStore, tmp_path: Path) -> None:
    rows = ["1/7/2025,Trộm cắp,106.3,20.9", "1/7/2025,Trộm cắp,106.3,20.9", "2/7/2025,Ma túy,106.4,20.9"]
    header = "Ngày xảy ra,Loại,Kinh độ,Vĩ độ"
    brought(store, table(tmp_path / "a.csv", *rows, header=header))
    longer = [row.replace(",", "\t") for row in ["3/7/2025,Ma túy,106.5,20.9", rows[0], *rows]]
    path = tmp_path / "b.csv"
    path.write_text("\n".join([header.replace(",", "\t"), *longer]), encoding="utf-16")
    again = brought(store, path)
    assert (again.counts.accepted, again.counts.duplicates) == (2, 3)


def test_other_values_of_a_known_reference_update_the_record_with_history(store: MemoryStore, tmp_path: Path) -> None:
    brought(store, table(tmp_path / "a.csv", *named(6)))
    changed = [*named(5), "HS5;6/7/2025;Ma túy;;;Tân Hưng;xong"]
    said = brought(store, table(tmp_path / "b.csv", *changed))
    assert (said.counts.updated, said.counts.duplicates, said.counts.unplaced) == (1, 5, 1)
    (row,) = store.read(INCIDENTS, Query(where=(("source_ref", "HS5"),))).to_dict("records")
    assert (row["category"], row["status"], row["geometry"], row["row_version"]) == ("ma_tuy", "da_xu_ly", None, 2)
    change = store.history(INCIDENTS, row["id"])[-1]
    assert (change.what, change.who, change.why) == ("update", "lan", f"import {said.import_id}")
    assert change.before is not None
    assert change.before["category"] == "trom_cap"


def test_a_column_that_a_later_file_lacks_takes_nothing_away(store: MemoryStore, tmp_path: Path) -> None:
    brought(store, table(tmp_path / "a.csv", *named(1)))
    shorter = table(tmp_path / "b.csv", "HS0;2/7/2025;106,3;20,9", header="Số hồ sơ;Ngày xảy ra;Kinh độ;Vĩ độ")
    assert brought(store, shorter).counts.updated == 1
    assert store.read(INCIDENTS)["status"].tolist() == ["moi"]


def test_a_changed_record_is_set_aside_where_that_is_wanted(store: MemoryStore, tmp_path: Path) -> None:
    brought(store, table(tmp_path / "a.csv", *named(6)))
    before = content(store)
    said = brought(store, table(tmp_path / "b.csv", *named(6, status="xong")), on_change="quarantine")
    assert (said.counts.quarantined, said.counts.updated, said.counts.adds_up) == (6, 0, True)
    assert content(store) == before
    rows = waiting_rows(store, said.import_id)
    assert [(row.row, row.reasons, row.raw["source_ref"]) for row in rows] == [
        (number + 2, ("changed_record",), f"HS{number}") for number in range(6)
    ]


def test_a_cancelled_import_keeps_whole_chunks_and_goes_on(store: MemoryStore, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", *named(18), "HS1;1/7/2025;Ma túy;106,3;20,95;;", ";32/7/2025;;;;;")
    said = brought(store, path, watch=Watch(cancelled=stopping(2)))
    assert (said.state, said.counts.read, store.count(INCIDENTS)) == ("cancelled", 8, 8)
    later = resume_import(store, said.import_id, None, now=NOW, rng=np.random.default_rng(6))
    assert (later.state, later.resumed, later.counts.read, later.counts.accepted) == ("done", True, 20, 18)
    assert later.counts.quarantined == 2
    assert len(store.imports()) == 1
    whole = MemoryStore()
    brought(whole, path)
    assert content(store) == content(whole)


class Stubborn(MemoryStore):
    """A store that fails once, at its third append."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__()
        self.failure: BaseException | None = failure
        self.appends = 0

    def append(self, layer: Any, frame: Any) -> int:
        self.appends += 1
        if self.failure is not None and self.appends == 3:
            failure, self.failure = self.failure, None
            raise failure
        return super().append(layer, frame)


def test_an_import_that_failed_goes_on_when_the_file_is_imported_again(tmp_path: Path) -> None:
    store = Stubborn(StoreUnreachable(Text("Hỏng.", "Broken.")))
    path = table(tmp_path / "a.csv", *named(20))
    with pytest.raises(StoreUnreachable):
        brought(store, path)
    assert [(record.state, record.rows_done) for record in store.imports()] == [("failed", 8)]
    assert store.count(INCIDENTS) == 8
    again = brought(store, path)
    assert (again.resumed, again.counts.accepted, again.counts.duplicates) == (True, 20, 0)
    assert store.count(INCIDENTS) == 20


def test_an_import_stopped_from_the_keyboard_is_interrupted(tmp_path: Path) -> None:
    store = Stubborn(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        brought(store, table(tmp_path / "a.csv", *named(20)))
    assert [record.state for record in store.imports()] == ["interrupted"]


@pytest.mark.parametrize("failure", [StoreBusy(Text("Bận.", "Busy.")), Conflict(Text("Đụng.", "Met."))])
def test_a_busy_store_or_a_faster_writer_is_met_with_patience(tmp_path: Path, failure: Exception) -> None:
    store = Stubborn(failure)
    said = brought(store, table(tmp_path / "a.csv", *named(20)))
    assert (said.state, said.counts.accepted, store.count(INCIDENTS)) == ("done", 20, 20)


def test_what_another_writer_adds_meanwhile_is_not_doubled(tmp_path: Path) -> None:
    store = MemoryStore()
    other = table(tmp_path / "b.csv", *named(20))

    def meanwhile(done: int, _total: int) -> None:
        if done == 4:
            brought(store, other)

    said = brought(store, table(tmp_path / "a.csv", *named(12)), watch=Watch(progress=meanwhile))
    assert (said.counts.accepted, said.counts.duplicates) == (4, 8)
    assert store.read(INCIDENTS)["source_ref"].is_unique


def test_a_silent_import_is_seen_as_interrupted_and_a_running_one_is_not_begun_twice(
    store: MemoryStore, tmp_path: Path
) -> None:
    path = table(tmp_path / "a.csv", *named(8))
    said = brought(store, path, watch=Watch(cancelled=stopping(1)))
    (record,) = store.imports()
    store.keep_import(replace(record, state="running", heartbeat_at=NOW))
    with pytest.raises(StoreBusy):
        brought(store, path)
    late = NOW + dt.timedelta(hours=1)
    assert [entry.state for entry in seen_imports(store, late)] == ["interrupted"]
    request = IncidentRequest(path, "thử", "Asia/Ho_Chi_Minh")
    again = import_incidents(store, request, now=late, rng=np.random.default_rng(1))
    assert (again.import_id, again.counts.accepted, store.count(INCIDENTS)) == (said.import_id, 8, 8)


def test_an_import_whose_process_is_gone_is_interrupted_at_once(store: MemoryStore) -> None:
    gone = {**_process_that_ended(), "path": "x"}
    store.keep_import(ImportRecord("i", "incidents", "s", "f", "0", "w", NOW, NOW, options=gone))
    assert [entry.state for entry in seen_imports(store, NOW)] == ["interrupted"]


def _process_that_ended() -> dict[str, object]:
    import platform
    import subprocess
    import sys

    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return {"host": platform.node(), "pid": process.pid}


def test_only_the_file_that_was_begun_is_gone_on_with(store: MemoryStore, tmp_path: Path) -> None:
    said = brought(store, table(tmp_path / "a.csv", *named(8)), watch=Watch(cancelled=stopping(1)))
    other = table(tmp_path / "b.csv", *named(9))
    with pytest.raises(Conflict):
        resume_import(store, said.import_id, other, now=NOW, rng=np.random.default_rng(1))
    with pytest.raises(NotFound):
        resume_import(store, "none", other, now=NOW, rng=np.random.default_rng(1))


def test_a_finished_import_is_not_done_again(store: MemoryStore, tmp_path: Path) -> None:
    said = brought(store, table(tmp_path / "a.csv", *named(8)))
    again = resume_import(store, said.import_id, None, now=NOW, rng=np.random.default_rng(1))
    assert (again.state, again.counts, store.count(INCIDENTS)) == ("done", said.counts, 8)


def test_a_damaged_beginning_leaves_no_trace(store: MemoryStore, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", *named(3), 'HS9;"1/7/2025;x;;;;', *named(3))
    with pytest.raises(FileUnreadable):
        brought(store, path, chunk_rows=100)
    assert store.imports() == []


def test_places_outside_every_unit_are_kept_and_those_beyond_the_region_set_aside(
    store: MemoryStore, tmp_path: Path
) -> None:
    path = table(
        tmp_path / "a.csv",
        "A;1/7/2025;;106,35;20,95;;",
        "B;1/7/2025;;107,9;20,95;;",
        "C;1/7/2025;;-95,3;29,7;;",
        "D;1/7/2025;;;;Tân Hưng;",
    )
    free = brought(store, path)
    assert (free.counts.accepted, free.counts.outside, free.counts.quarantined) == (4, 0, 0)
    with_units = MemoryStore()
    with_units.append(UNITS, town())
    said = brought(with_units, path)
    assert (said.counts.accepted, said.counts.outside, said.counts.quarantined) == (3, 1, 1)
    narrow = MemoryStore()
    narrow.append(UNITS, town())
    assert brought(narrow, path, region=Bounds(106, 20, 107, 21)).counts.quarantined == 2


def test_the_setting_of_the_region_is_viet_nam_unless_said() -> None:
    assert Bounds(*Settings().region) == VIETNAM


def test_a_ward_name_gives_no_exact_point(store: MemoryStore, tmp_path: Path) -> None:
    said = brought(store, table(tmp_path / "a.csv", "A;1/7/2025;;;;Phường Tân Hưng (cũ);"))
    (row,) = store.read(INCIDENTS).to_dict("records")
    assert (said.counts.unplaced, row["location_method"], row["reported_unit"], row["geometry"]) == (
        1, "unit_name", "Phường Tân Hưng (cũ)", None
    )  # fmt: skip


def test_words_of_a_source_are_mapped_once(store: MemoryStore, tmp_path: Path) -> None:
    rows = [
        f"A{row};1/7/2025;{word};106,3;20,9;;" for row, word in enumerate(["Vụ lạ", "vụ  LẠ", "Chuyện khác", "Khác"])
    ]
    said = brought(store, table(tmp_path / "a.csv", *rows))
    assert said.counts.unmapped_category == 3
    assert unmapped_words(store, "thử") == {"Vụ lạ": 1, "vụ LẠ": 1, "Chuyện khác": 1}
    assert map_categories(store, "thử", {"vụ lạ": "ma_tuy"}, author=AUTHOR) == {"vụ lạ": 2}
    rows = store.read(INCIDENTS).sort_values("source_ref")
    assert rows["category"].tolist() == ["ma_tuy", "ma_tuy", "khac", "khac"]
    assert store.history(INCIDENTS, rows["id"].iloc[0])[-1].who == "người thử"
    later = brought(store, table(tmp_path / "b.csv", "B;1/7/2025;VỤ LẠ;106,3;20,9;;"))
    assert (later.counts.accepted, later.counts.unmapped_category) == (1, 0)
    assert map_categories(store, "thử", {"Vụ lạ": "chay_no"}, author=AUTHOR) == {"Vụ lạ": 3}


def test_a_category_that_there_is_not_is_refused(store: MemoryStore) -> None:
    with pytest.raises(InvalidParameter):
        map_categories(store, "thử", {"Lạ": "khong_co"}, author=AUTHOR)


def test_points_are_those_of_the_file(store: MemoryStore, tmp_path: Path) -> None:
    brought(store, table(tmp_path / "a.csv", "A;1/7/2025;;106,35;20,95;;"))
    assert shapely.equals(store.read(INCIDENTS).geometry.iloc[0], shapely.Point(106.35, 20.95))
