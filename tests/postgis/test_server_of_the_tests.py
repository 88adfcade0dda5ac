"""`make postgis`: a server of its own, found again, and gone without a trace."""

from __future__ import annotations

import psycopg
import pytest

from scripts.postgis_server import Server

pytestmark = pytest.mark.postgis


def test_it_is_started_once_found_again_and_thrown_away(own_server: Server) -> None:
    address = own_server.address()
    assert address is not None
    assert own_server.start() == address
    state = own_server.folder / "server.json"
    assert state.stat().st_mode & 0o077 == 0
    with psycopg.connect(address) as connection:
        (extension,) = connection.execute(
            "SELECT name FROM pg_available_extensions WHERE name = 'postgis'"
        ).fetchone() or (None,)
    assert extension == "postgis"
    own_server.stop()
    assert own_server.address() is None
    assert not state.exists()
    own_server.stop()
