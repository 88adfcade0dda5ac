"""What each back-end says it can do is found out again by trying."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from layers.catalog import INCIDENTS
from layers.errors import StoreBusy
from layers.store import Store, file_of, open_store
from layers.store.gpkg_connection import open_file
from tests.builders import incidents


def test_what_outlives_the_process(store: Store, kind: str, tmp_path: Path) -> None:
    if kind == "postgis":
        assert store.capabilities.survives_process
        return
    store.append(INCIDENTS, incidents(3))
    with closing(open_store(store.address)) as again:
        assert (again.count(INCIDENTS) == 3) == store.capabilities.survives_process


def test_which_back_end_is_a_file_that_qgis_opens(store: Store) -> None:
    file = file_of(store.address)
    assert store.capabilities.opens_in_qgis or file is None
    if file is not None:
        with closing(sqlite3.connect(file)) as plain:
            assert plain.execute("PRAGMA application_id").fetchone() == (0x47504B47,)


def test_a_file_has_one_writer_at_a_time_and_sees_edits_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "store.gpkg"
    with closing(open_store(str(path), busy_timeout_s=0.1)) as store, closing(open_file(path)) as outside:
        store.append(INCIDENTS, incidents(3))
        outside.execute("UPDATE incidents SET severity = 'nang'")
        seen = store.versions()["incidents"] == 4 and len(list(store.all_history())) == 3
        outside.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            store.append(INCIDENTS, incidents(3, seed=2))
        outside.execute("ROLLBACK")
        assert store.capabilities.sees_external_edits == seen
        assert not store.capabilities.concurrent_writers
        assert not store.capabilities.notifies
