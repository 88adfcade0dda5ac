"""A server that is restarted in the middle of work: a clear error, nothing half kept, and on it goes."""

from __future__ import annotations

import pytest

from layers.catalog import INCIDENTS
from layers.errors import StoreUnreachable
from layers.store import Store, open_store
from scripts.postgis_server import Server
from tests.builders import incidents

pytestmark = pytest.mark.postgis


def append_around_a_restart(store: Store, server: Server) -> None:
    with store.transaction():
        store.append(INCIDENTS, incidents(300, seed=2))
        server.restart()
        store.append(INCIDENTS, incidents(300, seed=3))


def commit_after_a_restart(store: Store, server: Server) -> None:
    with store.transaction():
        store.append(INCIDENTS, incidents(300, seed=4))
        server.restart()


def test_a_restart_is_survived(own_server: Server) -> None:
    store = open_store(own_server.start())
    store.append(INCIDENTS, incidents(10))
    for work in (append_around_a_restart, commit_after_a_restart):
        with pytest.raises(StoreUnreachable) as lost:
            work(store, own_server)
        assert "không được lưu" in lost.value.hint.vi
        # The next call works by itself: the broken connection is not lent again.
        assert store.count(INCIDENTS) == 10
    own_server.restart()
    assert store.append(INCIDENTS, incidents(5, seed=5)) == 5
    assert store.versions()["incidents"] == 2
    assert store.problems() == []
    store.close()
