"""An application over a small town in memory."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from layers.boundaries.lineage import Change
from layers.store import Store
from mapserver.app import create_app
from mapserver.services.lineage import LineageRequest, import_lineage
from mapserver.settings import Settings
from tests.api.people import town_store
from tests.builders import NOW

LINEAGE_TABLE = """\
new_code,new_name,new_province_code,new_province,old_code,old_name,old_district,old_province,note
10000,Phường Ô 0,31,Hải Phòng,10528,Phường Trần Phú,TP Hải Dương,Hải Dương,Nhập một phần
10001,Phường Ô 1,31,Hải Phòng,10528,Phường Trần Phú,TP Hải Dương,Hải Dương,Nhập một phần
10000,Phường Ô 0,31,Hải Phòng,10529,Phường Nguyễn Trãi,TP Hải Dương,Hải Dương,Nhập toàn bộ
00004,Phường Ba Đình,01,Hà Nội,10000,Phường Trúc Bạch,Quận Ba Đình,Hà Nội,Nhập toàn bộ
"""


@pytest.fixture
def store() -> Store:
    return town_store()


@pytest.fixture
def app(store: Store) -> Flask:
    return create_app(Settings(), store, clock=lambda: NOW)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def with_lineage(store: Store, tmp_path: Path) -> Store:
    """The town, and what two of its wards were made from; code 10000 was another place before."""
    path = tmp_path / "bang.csv"
    path.write_text(LINEAGE_TABLE, encoding="utf-8")
    change = Change(dt.date(2025, 7, 1), dt.date(2025, 1, 1), "NQ 202/2025/QH15")
    import_lineage(store, LineageRequest(path, change), now=NOW, rng=np.random.default_rng(1))
    return store
