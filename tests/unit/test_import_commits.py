"""Several pieces of a file in one commit: what a stop in the midst of one keeps, and what it takes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from layers.catalog import INCIDENTS, Layer
from layers.errors import FileUnreadable, StoreBusy, StoreUnreachable
from layers.incidents.reading import open_table
from layers.incidents.tables import Chunk, Table
from layers.store import MemoryStore
from layers.wording import Text
from mapserver.services import imports_incidents
from mapserver.services.imports_incidents import IncidentRequest, IncidentResult, Watch, import_incidents
from tests.builders import NOW


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports_incidents, "_READ_ROWS", 2)


class Failing(MemoryStore):
    """A store that fails at some of its appends."""

    def __init__(self, *, at: int, problem: Exception) -> None:
        super().__init__()
        self.appends = 0
        self._at = at
        self._problem = problem

    def append(self, layer: Layer, frame: gpd.GeoDataFrame) -> int:
        self.appends += 1
        if self.appends == self._at:
            raise self._problem
        return super().append(layer, frame)


def rows_of(path: Path, count: int) -> Path:
    rows = [f"HS{row};{row % 28 + 1}/7/2025;Trộm cắp;106,3{row % 10};20,95" for row in range(count)]
    path.write_text("\n".join(["Số hồ sơ;Ngày;Loại;Kinh độ;Vĩ độ", *rows, ""]), encoding="utf-8")
    return path


def brought(store: MemoryStore, path: Path, watch: Watch | None = None) -> IncidentResult:
    request = IncidentRequest(path, "thử", "Asia/Ho_Chi_Minh", chunk_rows=6)
    rng = np.random.default_rng(store.count(INCIDENTS))
    return import_incidents(store, request, now=NOW, rng=rng, watch=watch or Watch())


def test_progress_is_told_between_commits(tmp_path: Path) -> None:
    store = MemoryStore()
    told: list[int] = []
    said = brought(store, rows_of(tmp_path / "a.csv", 14), Watch(progress=lambda done, _all: told.append(done)))
    assert told == [2, 4, 6, 8, 10, 12, 14]
    assert (said.state, said.counts.accepted, store.count(INCIDENTS)) == ("done", 14, 14)


def test_what_was_read_before_cancelling_is_kept_and_gone_on_with(tmp_path: Path) -> None:
    store, path = MemoryStore(), rows_of(tmp_path / "a.csv", 14)
    answers = iter([False, False, False, False, True])
    said = brought(store, path, Watch(cancelled=lambda: next(answers)))
    assert (said.state, said.counts.accepted, store.count(INCIDENTS)) == ("cancelled", 8, 8)
    assert store.imports()[0].rows_done == 8


def test_a_store_that_fails_takes_back_the_commit_it_was_in(tmp_path: Path) -> None:
    path = rows_of(tmp_path / "a.csv", 14)
    store = Failing(at=5, problem=StoreUnreachable(Text("hỏng", "broken")))
    with pytest.raises(StoreUnreachable):
        brought(store, path)
    (record,) = store.imports()
    assert (record.state, record.rows_done, record.counts["accepted"], store.count(INCIDENTS)) == ("failed", 6, 6, 6)
    said = brought(store, path)
    assert (said.resumed, said.counts.read, said.counts.accepted, store.count(INCIDENTS)) == (True, 14, 14, 14)


def test_a_piece_is_tried_again_when_the_store_was_busy(tmp_path: Path) -> None:
    store = Failing(at=5, problem=StoreBusy(Text("bận", "busy")))
    said = brought(store, rows_of(tmp_path / "a.csv", 14))
    assert (said.counts.accepted, store.count(INCIDENTS), store.appends) == (14, 14, 8)


def test_rows_before_the_place_where_a_file_is_damaged_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(path: Path, *, encoding: str | None, chunk_rows: int) -> Table:
        whole = open_table(path, encoding=encoding, chunk_rows=chunk_rows)
        return replace(whole, opener=lambda: first_five(whole))

    def first_five(whole: Table) -> Iterator[Chunk]:
        yield from islice(whole.chunks(), 5)
        raise FileUnreadable(Text("hỏng", "damaged"))

    monkeypatch.setattr(imports_incidents, "open_table", damaged)
    store = MemoryStore()
    with pytest.raises(FileUnreadable):
        brought(store, rows_of(tmp_path / "a.csv", 14))
    (record,) = store.imports()
    assert (record.state, record.rows_done, record.counts["accepted"], store.count(INCIDENTS)) == ("failed", 10, 10, 10)
