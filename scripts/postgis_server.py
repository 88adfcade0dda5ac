"""A PostGIS server of its own for tests: `python -m scripts.postgis_server start | stop | address`.

The cluster lies under .cache/, listens on a free port of this machine alone and forgets
about the disk (fsync is off), so it is quick and holds nothing of value. Where Debian's
packages cannot be had, a container does the same.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".cache" / "postgis"
PROGRAMS = Path("/usr/lib/postgresql")
SUPERUSER = "antt"
SERVER_ACCOUNT = "postgres"
STARTING_S = 60
# Small, and careless about power cuts; a server that is killed still keeps what was committed.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "max_connections": "60",
    "timezone": "UTC",
}


class NoServer(Exception):
    """No PostGIS server can be had on this machine; the text says what would help."""


@dataclass(frozen=True)
class Server:
    """One cluster in one folder.

    Parameters
    ----------
    folder : Path
        Where its state is kept; the data lie beside it, or in a temporary folder where the
        account that runs the server may not enter this one.
    """

    folder: Path = FOLDER

    def address(self) -> str | None:
        """Tell the address of the running server.

        Returns
        -------
        str or None
            With its password; None when it does not run.
        """
        state = self._state()
        if state is None or not _answers(int(state["port"])):
            return None
        return state["address"]

    def start(self) -> str:
        """Start the server, making its cluster first where there is none.

        Returns
        -------
        str
            Its address, with the password.

        Raises
        ------
        NoServer
            When neither packages nor a container can be had.
        """
        running = self.address()
        if running:
            return running
        state = self._state()
        if state is None:
            state = self._make()
        if state["container"]:
            _run("docker", "start", state["container"])
            _wait_for_container(state["container"])
        else:
            self._control(state, "start")
        return state["address"]

    def stop(self) -> None:
        """Stop the server and throw its cluster away."""
        state = self._state()
        if state is None:
            return
        if state["container"]:
            _run("docker", "rm", "--force", "--volumes", state["container"])
        else:
            if _answers(int(state["port"])):
                self._control(state, "stop")
            data = Path(state["data"])
            shutil.rmtree(data, ignore_errors=True)
            if data.parent != self.folder:
                data.parent.rmdir()
        self._state_file.unlink()

    def restart(self) -> None:
        """Break every connection at once, as a power cut would, and start again.

        Raises
        ------
        NoServer
            When the server was never started.
        """
        state = self._state()
        if state is None:
            raise NoServer("the server was never started")
        if state["container"]:
            _run("docker", "restart", "--time", "0", state["container"])
            _wait_for_container(state["container"])
        else:
            self._control(state, "restart")

    @property
    def _state_file(self) -> Path:
        return self.folder / "server.json"

    def _state(self) -> dict[str, str] | None:
        if not self._state_file.is_file():
            return None
        kept: dict[str, str] = json.loads(self._state_file.read_text(encoding="utf-8"))
        gone = not kept["container"] and not Path(kept["data"], "PG_VERSION").is_file()
        return None if gone else kept

    def _make(self) -> dict[str, str]:
        password, port = secrets.token_urlsafe(12), _free_port()
        state = {
            "address": f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres",
            "port": str(port),
            "container": "",
            "data": "",
            "programs": "",
        }
        programs = _programs() or _installed()
        if programs:
            data = self._data_folder()
            _make_cluster(programs, data, port=port, password=password)
            state |= {"data": str(data), "programs": str(programs)}
        else:
            state["container"] = _make_container(port, password)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._state_file.write_text(json.dumps(state), encoding="utf-8")
        self._state_file.chmod(0o600)
        return state

    def _data_folder(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not _is_root():
            return self.folder / "data"
        reachable = subprocess.run(_as_server("test", "-x", str(self.folder)), check=False, capture_output=True)
        home = self.folder if reachable.returncode == 0 else Path(tempfile.mkdtemp(prefix="antt-postgis-"))
        data = home / "data"
        data.mkdir(mode=0o700, exist_ok=True)
        home.chmod(0o711)
        shutil.chown(data, SERVER_ACCOUNT)
        return data

    def _control(self, state: dict[str, str], verb: str) -> None:
        options = [] if verb == "start" else ["--mode=immediate"]
        log = ["--log", str(Path(state["data"], "server.log"))] if verb != "stop" else []
        program = str(Path(state["programs"], "pg_ctl"))
        # Its own session: a Ctrl-C meant for the caller must not stop the server.
        _run(*_as_server(program, verb, "--wait", "--pgdata", state["data"], *log, *options), timeout_s=STARTING_S)


def is_installed() -> bool:
    """Tell whether a server can be started here without installing anything.

    Returns
    -------
    bool
        True when PostgreSQL and PostGIS are there.
    """
    return _programs() is not None


def _programs() -> Path | None:
    # The newest PostgreSQL here that has PostGIS.
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parents[1].name), reverse=True)
    for initdb in found:
        number = initdb.parents[1].name
        if Path("/usr/share/postgresql", number, "extension", "postgis.control").is_file():
            return initdb.parent
    return None


def _installed() -> Path | None:
    if not shutil.which("apt-get"):
        return None
    package = f"postgresql-{_packaged_version()}-postgis-3"
    line = f"apt-get install -y {package}"
    if not _is_root():
        if shutil.which("docker"):
            return None
        raise NoServer(f"no PostGIS here; install it once: sudo {line}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _run("apt-get", "update", "-qq", environment=environment)
    _keep_packaged_cluster_away()
    _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package, environment=environment)
    return _programs()


def _packaged_version() -> str:
    # A server that is already here decides; otherwise the version Debian packages.
    here = sorted((path.parents[1].name for path in PROGRAMS.glob("*/bin/initdb")), key=float)
    if here:
        return here[-1]
    shown = subprocess.run(["apt-cache", "depends", "postgresql"], capture_output=True, text=True, check=False)
    named = re.search(r"postgresql-(\d+)", shown.stdout)
    return named[1] if named else "15"


def _keep_packaged_cluster_away() -> None:
    # Debian makes and starts a cluster "main" on installing; nobody asked for that one.
    wish = Path("/etc/postgresql-common/createcluster.conf")
    if not wish.exists():
        wish.parent.mkdir(parents=True, exist_ok=True)
        wish.write_text("create_main_cluster = false\n", encoding="utf-8")


def _make_cluster(programs: Path, data: Path, *, port: int, password: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".pw", encoding="utf-8") as secret:
        secret.write(password)
        secret.flush()
        if _is_root():
            shutil.chown(secret.name, SERVER_ACCOUNT)
        options = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={secret.name}", "--no-sync"]
        _run(*_as_server(str(programs / "initdb"), "--encoding=UTF8", "--locale=C", *options, "--pgdata", str(data)))
    lines = [f"{name} = '{value}'\n" for name, value in (SETTINGS | {"port": str(port)}).items()]
    with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.writelines(lines)


def _make_container(port: int, password: str) -> str:
    if not shutil.which("docker"):
        raise NoServer("no PostGIS here: neither Debian's packages nor Docker can be had")
    name = f"antt-postgis-{port}"
    # Inside the container it listens as the image wishes; outside, on this machine alone.
    ours = {key: value for key, value in SETTINGS.items() if key not in {"listen_addresses", "unix_socket_directories"}}
    settings = [part for key, value in ours.items() for part in ("-c", f"{key}={value}")]
    environment = ["--env", f"POSTGRES_USER={SUPERUSER}", "--env", f"POSTGRES_PASSWORD={password}"]
    image = _image_of_compose_file()
    published = f"127.0.0.1:{port}:5432"
    _run("docker", "run", "--detach", "--name", name, "--publish", published, *environment, image, *settings)
    return name


def _wait_for_container(name: str) -> None:
    # The image starts the server once to prepare it, listening on its socket alone, and then for good.
    asking = ["docker", "exec", name, "pg_isready", "--quiet", "--host=127.0.0.1"]
    for _second in range(STARTING_S):
        if subprocess.run(asking, check=False, capture_output=True).returncode == 0:
            return
        time.sleep(1)
    raise NoServer(f"the container {name} does not answer after {STARTING_S} s")


def _image_of_compose_file() -> str:
    named = re.search(r"image:\s*(\S+)", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    if named is None:
        raise NoServer("compose.yaml names no image")
    return named[1]


def _as_server(*command: str) -> list[str]:
    # PostgreSQL refuses to run as root.
    return ["runuser", "-u", SERVER_ACCOUNT, "--", *command] if _is_root() else list(command)


def _is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _run(*command: str, timeout_s: float = 600, environment: dict[str, str] | None = None) -> None:
    # The server inherits what it is started with, so its output may not be a pipe that is read to the end.
    with tempfile.TemporaryFile() as output:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=timeout_s,
            check=False,
            start_new_session=True,
            env=environment,
            cwd="/",
        )
        output.seek(0)
        if ran.returncode:
            said = output.read().decode(errors="replace").strip()
            raise NoServer(f"{command[0]} failed ({ran.returncode}): {said[-800:]}")


def main(words: list[str]) -> int:
    """Do what the command line asks.

    Parameters
    ----------
    words : list of str
        ``start``, ``stop`` or ``address``.

    Returns
    -------
    int
        Exit code: 0 done, 1 not possible, 2 not understood.
    """
    server = Server()
    try:
        match words:
            case ["start"]:
                print(server.start())
            case ["stop"]:
                server.stop()
            case ["address"]:
                address = server.address()
                if address is None:
                    print("not running; start it: make postgis", file=sys.stderr)
                    return 1
                print(address)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except NoServer as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
