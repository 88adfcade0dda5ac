"""An application over a small town in memory."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from layers.catalog import CAMERAS, INCIDENTS, SAFEZONES, UNITS
from layers.store import Store, open_store
from mapserver.app import create_app
from mapserver.settings import Settings
from tests.builders import NOW, cameras, incidents, models, town


@pytest.fixture
def store() -> Store:
    held = open_store("memory:")
    held.append(UNITS, town())
    held.append(INCIDENTS, incidents(301))
    held.append(SAFEZONES, models())
    held.append(CAMERAS, cameras())
    return held


@pytest.fixture
def app(store: Store) -> Flask:
    return create_app(Settings(), store, clock=lambda: NOW)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
