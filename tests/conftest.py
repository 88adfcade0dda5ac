"""What every test shares: real data, a browser, and guards that keep tests honest."""

from __future__ import annotations

import ipaddress
import os
import platform
import shutil
import socket
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.contract.backends import Databases

IN_CI = os.environ.get("CI") == "true"
LONG = os.environ.get("ANTT_LONG") == "1"
REAL_DATA_REQUIRED = os.environ.get("ANTT_REQUIRE_REAL_DATA") == "1"
RUN_VARIABLE = "ANTT_TEST_RUN"
ROOT = Path(__file__).resolve().parents[1]

# With CI=true a skipped test fails, unless its reason starts with one of these.
ALLOWED_SKIPS = {
    "ANTT_REAL_DATA is not set": "real boundaries are never part of the repository",
}

# The quick profile tries the same few cases on every run; the long one tries more, and others each time. A change is
# taken or not for what it does, not for the luck of the day, so there the long one tries the same cases as well.
hypothesis.settings.register_profile(
    "quick", derandomize=True, max_examples=25, print_blob=True, deadline=None, database=None
)
hypothesis.settings.register_profile(
    "long", derandomize=IN_CI, max_examples=150, print_blob=True, deadline=None, database=None
)
hypothesis.settings.load_profile("long" if LONG else "quick")


def pytest_report_header() -> list[str]:
    """Name the libraries whose versions change results."""
    import geopandas
    import numpy as np
    import pyogrio
    import pyproj
    import shapely

    gdal = ".".join(str(part) for part in pyogrio.__gdal_version__)
    libraries = [
        f"geopandas {geopandas.__version__}",
        f"shapely {shapely.__version__} (GEOS {shapely.geos_version_string})",
        f"pyogrio {pyogrio.__version__} (GDAL {gdal})",
        f"pyproj {pyproj.__version__} (PROJ {pyproj.__proj_version__})",
        f"numpy {np.__version__}",
    ]
    run = f"{platform.platform()}, CI={IN_CI}, long={LONG}, real data={_real_data_folder()}"
    return [f"system: {run}", ", ".join(libraries)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what Hypothesis makes up: with full counts it tries other cases than the quick run has tried."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.deeper)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped in silence where everything is promised to run."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not reason.startswith(tuple(ALLOWED_SKIPS)):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped where nothing may be: {reason}"
    return report


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real boundaries/ and incidents/, which are never committed."""
    folder = _real_data_folder()
    if folder is not None and (folder / "boundaries").is_dir():
        return folder
    if REAL_DATA_REQUIRED:
        pytest.fail(f"ANTT_REQUIRE_REAL_DATA=1, but ANTT_REAL_DATA={folder} holds no folder boundaries")
    pytest.skip("ANTT_REAL_DATA is not set to a folder that holds boundaries/")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium that browser tests drive."""
    for name in (os.environ.get("ANTT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name) if name else None
        if found:
            return found
    pytest.skip("no Chromium on this machine; scripts/get_chromium.sh says how to install it")


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """New databases on a real PostGIS; the server is started for the tests where that is possible."""
    from scripts.postgis_server import NoServer
    from tests.contract.backends import Databases

    try:
        address = os.environ.get("ANTT_TEST_POSTGIS") or _shared_server()
    except NoServer as problem:
        pytest.fail(f"no PostGIS: {problem}")
    if address is None:
        pytest.skip("no PostGIS: run `make postgis`")
    with Databases(address) as made:
        yield made


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a name that the processes which share its tests inherit."""
    if not hasattr(config, "workerinput"):
        os.environ[RUN_VARIABLE] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostGIS server when this run has started it; all processes that used it have ended."""
    from scripts.postgis_server import Server

    started = _started_by_this_run()
    if not hasattr(config, "workerinput") and started.exists():
        started.unlink()
        Server().stop()


def _shared_server() -> str | None:
    # One process of the run starts the server and the others wait; a developer's own is used and left.
    from scripts.postgis_server import Server, is_installed

    server = Server()
    with _one_process_at_a_time():
        address = server.address()
        if address is None and (IN_CI or is_installed()):
            address = server.start()
            _started_by_this_run().touch()
    return address


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    lock = _started_by_this_run().with_name("starting.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as file:
        if sys.platform != "win32":
            import fcntl

            # Given back when the file is closed, also by a process that was killed.
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _started_by_this_run() -> Path:
    from scripts.postgis_server import FOLDER

    return FOLDER / f"started-by-{os.environ[RUN_VARIABLE]}"


class OutsideConnection(AssertionError):
    """A test reached for an address off this machine."""


_outside: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """Refuse connections off this machine and look up no outside name."""
    patch = pytest.MonkeyPatch()
    true_connect, true_connect_ex = socket.socket.connect, socket.socket.connect_ex
    true_lookup = socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _refuse_outside(self.family, address)
        true_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_outside(self.family, address)
        return true_connect_ex(self, address)

    def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        _refuse_outside(socket.AF_INET, (host, 0))
        return true_lookup(host, *rest, **named)

    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's own files out of the tests, also of the processes they start."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        # The list of fonts takes seconds to make, so it outlives the run.
        patch.setenv("MPLCONFIGDIR", str(ROOT / ".cache" / "matplotlib"))
        for name in ("HOME", "USERPROFILE"):
            patch.setenv(name, str(home))
        patch.setenv("ANTT_AUDIT_KEY_FILE", str(home / "audit.key"))
        yield


@pytest.fixture(autouse=True)
def _no_outside_connection(_only_loopback: None) -> Iterator[None]:
    """Fail the test that reached out, also when the program swallowed the refusal."""
    _outside.clear()
    yield
    if _outside:
        pytest.fail(f"reached for {', '.join(_outside)}; the program works without a network")


def _refuse_outside(family: int, address: Any) -> None:
    if family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = str(address[0] or "localhost")
    if host == "localhost" or _is_loopback(host):
        return
    _outside.append(f"{host}:{address[1]}")
    raise OutsideConnection(f"a test may not reach {host}")


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # A server's own socket may name "any address" when it looks itself up.
    return address.is_loopback or address.is_unspecified


def _real_data_folder() -> Path | None:
    named = os.environ.get("ANTT_REAL_DATA")
    return Path(named) if named else None
