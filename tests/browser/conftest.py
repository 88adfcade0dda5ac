"""A served store and a Chromium to which every host but loopback is refused."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from layers.catalog import INCIDENTS, SAFEZONES, UNITS
from layers.store import open_store
from tests.browser.office import made_by_hand
from tests.browser.old_wards import add_old_wards
from tests.builders import incidents, models, town

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
DESK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass
class Watched:
    """A page with everything that went wrong on it."""

    page: Page
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample store, made by the program itself."""
    folder = tmp_path_factory.mktemp("sample")
    command = [sys.executable, "-m", "mapserver", "demo", "--no-serve", "--data", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "demo.gpkg"


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a store and give its address; every server is ended with the session."""
    running: list[subprocess.Popen[str]] = []

    def start(store: Path) -> str:
        port = free_port()
        command = [sys.executable, "-m", "mapserver", "serve", "--store", str(store), "--port", str(port)]
        running.append(subprocess.Popen([*command, "--workers", "1"], stdout=subprocess.PIPE, text=True))
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return address
        pytest.fail("the server did not answer within a minute")

    yield start
    for server in running:
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture(scope="session")
def sample_address(serve: Callable[[Path], str], sample_store: Path) -> str:
    return serve(sample_store)


@pytest.fixture(scope="session")
def old_wards_address(
    serve: Callable[[Path], str], sample_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The served sample with lineage, records known by an old ward only, and boundaries to come."""
    store = tmp_path_factory.mktemp("old_wards") / "demo.gpkg"
    shutil.copy(sample_store, store)
    add_old_wards(store)
    return serve(store)


@pytest.fixture(scope="session")
def desk_address(serve: Callable[[Path], str], sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The served sample in a copy that may be written to."""
    store = tmp_path_factory.mktemp("desk") / "demo.gpkg"
    shutil.copy(sample_store, store)
    return serve(store)


@pytest.fixture(scope="session")
def office_address(serve: Callable[[Path], str], sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample, served after its first administrator was made on the command line."""
    store = tmp_path_factory.mktemp("office") / "office.gpkg"
    shutil.copy(sample_store, store)
    made_by_hand(store, "quantri", "--role", "administrator", "--name", "Trần Chi")
    return serve(store)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Open an address; the test fails when the page had an error or reached elsewhere."""
    pages: list[Watched] = []

    def opened(address: str, *, size: ViewportSize = DESK, dark: bool = False) -> Watched:
        context = browser.new_context(
            viewport=size,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        watched = Watched(context.new_page())
        watched.page.on("console", lambda said: _note(watched, said.type, said.text))
        watched.page.on("pageerror", lambda error: watched.problems.append(str(error)))
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.goto(address)
        watched.page.wait_for_load_state("networkidle")
        pages.append(watched)
        return watched

    yield opened
    for watched in pages:
        watched.page.context.close()
        assert watched.problems == []
        outside = [url for url in watched.requests if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
        assert outside == []


def _note(watched: Watched, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        watched.problems.append(f"{kind}: {text}")


@pytest.fixture(scope="session")
def hostile_address(serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A served town in which the first ward and the models are named like scripts."""
    path = tmp_path_factory.mktemp("hostile") / "town.gpkg"
    script = "<img src=x onerror=alert(1)>${alert(2)}"
    wards = town()
    wards.loc[0, "name"] = script
    store = open_store(str(path))
    store.append(UNITS, wards)
    store.append(INCIDENTS, incidents(200))
    store.append(SAFEZONES, models().assign(name=script))
    store.close()
    return serve(path)
