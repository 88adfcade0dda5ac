"""The wheel holds everything the program needs, and the bundle installs without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

HERE = Path(__file__).resolve().parent

# Serves the sample map and reads it, in one network namespace: an address there is unknown outside.
VISIT = """
import http.client, json, os, re, subprocess, sys, time
from pathlib import Path

program, port = Path(sys.argv[1]), 8731
command = [program, "demo", "--port", str(port)]
pipe = subprocess.PIPE
server = subprocess.Popen(command, env=os.environ | {"ANTT_DEBUG": "1"}, stdout=pipe, stderr=subprocess.STDOUT)


def get(path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


try:
    for _attempt in range(240):
        if server.poll() is not None:
            sys.exit("antt demo ended:\\n" + server.stdout.read().decode())
        try:
            status, page = get("/")
            break
        except OSError:
            time.sleep(0.5)
    else:
        sys.exit("antt demo did not answer within two minutes")
    page = page.decode()
    parts = sorted(set(re.findall(r'(?:src|href)="(/[^"]+\\.(?:js|css))"', page)))
    print(json.dumps({
        "page": status,
        "title": "ANTT" in page,
        "parts": {part: get(part)[0] for part in parts},
        "units": len(json.loads(get("/api/v1/units")[1])["features"]),
    }))
finally:
    server.terminate()
    server.wait(20)
"""


@pytest.fixture(scope="session")
def installed(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as the bundle's installer leaves it, installed without a network."""
    target = tmp_path_factory.mktemp("installed") / "bando-antt"
    finished = _offline([str(bundle / "install.sh"), str(target)], cwd=bundle)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return target


def test_the_wheel_holds_what_the_program_shows(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB")
    assert {
        "mapserver/static/dist/manifest.json",
        "mapserver/static/dist/fonts/BeVietnamPro-Regular.ttf",
        "mapserver/static/dist/fonts/BeVietnamPro-SemiBold.ttf",
        "mapserver/translations/vi.json",
        "mapserver/translations/en.json",
        "mapserver/templates/shell.html",
        "mapserver/rendering/symbols.json",
        "layers/codelists/categories.csv",
        "layers/_data/boundaries/units_2025.csv",
        "layers/_data/boundaries/hai_phong_schematic.geojson",
        "layers/_data/sample/incidents.csv",
    } <= names
    assert any(name.startswith("mapserver/static/dist/licences/leaflet") for name in names)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"layers", "mapserver"}
    assert not [name for name in names if name.endswith((".ts", ".gpkg", ".pyc", ".sources"))]
    assert not [name for name in names if "/_data/" in name and name.endswith(".py")]


def test_the_wheel_is_small_enough_to_mail(wheel: Path) -> None:
    assert wheel.stat().st_size < 10_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_the_bundle_installs_and_serves_without_a_network(installed: Path, tmp_path: Path) -> None:
    program = installed / "bin" / "antt"
    visited = _offline([sys.executable, "-c", VISIT, str(program)], cwd=tmp_path)
    assert visited.returncode == 0, visited.stdout + visited.stderr
    assert '"page": 200' in visited.stdout
    assert '"title": true' in visited.stdout
    assert '"units": 114' in visited.stdout
    assert "404" not in visited.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_an_installed_program_knows_its_version(installed: Path, tmp_path: Path) -> None:
    told = _offline([str(installed / "bin" / "antt"), "--version"], cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "0." in told.stdout


def test_a_damaged_bundle_is_refused(bundle_archive: Path, tmp_path: Path) -> None:
    with tarfile.open(bundle_archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (copy,) = tmp_path.iterdir()
    with (copy / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    target = tmp_path / "installed"
    finished = subprocess.run([copy / "install.sh", target], capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert "requirements.lock" in finished.stdout + finished.stderr
    assert "Bộ cài bị hỏng" in finished.stderr
    assert not target.exists()


def _offline(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a network namespace that holds loopback alone."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare (package util-linux) is missing, so the network cannot be taken away")
    apart = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    # No setting of this machine may tell pip where to look.
    hidden = ("PIP_", "ANTT_", "PYTHON")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}
    whole = [*apart, sys.executable, str(HERE / "without_network.py"), *command]
    return subprocess.run(whole, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
