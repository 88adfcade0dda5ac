"""What must hold before the map is served beyond this machine, and whether it is ready to answer."""

from __future__ import annotations

import ipaddress
import shutil
from dataclasses import replace
from pathlib import Path

from layers.access.roles import Role
from layers.errors import AnttError, Forbidden
from layers.index.manifest import read_manifest
from layers.store import Store
from layers.store.system_accounts import Accounts
from layers.store.system_file import IN_PROCESS, SystemFile
from layers.wording import Text
from mapserver.services.indexing import folder_of
from mapserver.settings import Settings

__all__ = ["READY", "is_loopback", "readiness", "served_under"]

READY = "ok"

# 32 random bytes take 43 signs in base64 and 64 in hexadecimal; fewer different signs are no random bytes.
_SHORTEST_KEY = 43
_FEWEST_SIGNS = 12
# Below this a commit of the index or a backup may no longer fit.
_LEAST_FREE_BYTES = 200_000_000
_CREATE = """
CREATE TABLE IF NOT EXISTS readiness (one INTEGER PRIMARY KEY CHECK (one = 1), asked INTEGER NOT NULL) STRICT;
"""


def is_loopback(name: str) -> bool:
    """Tell whether a name means this machine.

    Parameters
    ----------
    name : str
        An address, or ``localhost``.

    Returns
    -------
    bool
        Whether nobody else can be meant by it.

    Examples
    --------
    >>> [is_loopback(name) for name in ("127.0.0.1", "::1", "localhost", "10.0.0.5", "localhost.example")]
    [True, True, True, False, False]
    """
    if name == "localhost":
        return True
    address = _address(name)
    return address is not None and address.is_loopback


def served_under(settings: Settings, host: str, accounts: Accounts) -> Settings:
    """Say under which names a server answers that listens on an address, or refuse to serve there.

    Parameters
    ----------
    settings : Settings
        The settings of this run.
    host : str
        Address to listen on.
    accounts : Accounts
        Who may sign in.

    Returns
    -------
    Settings
        With the address itself among the names, unless it stands for all addresses of the machine.

    Raises
    ------
    Forbidden
        When others could reach the map and there is no administrator, no secret key or no name to be asked under.
    """
    if is_loopback(host) and not _is_behind_a_proxy(settings):
        return settings
    if not any(one.role is Role.ADMINISTRATOR and not one.disabled for one in accounts.all()):
        raise _refused(
            host,
            Text("chưa có tài khoản quản trị viên", "there is no administrator's account"),
            Text("Tạo bằng `antt user add TÊN --role administrator`.",
                 "Make one with `antt user add NAME --role administrator`."),
        )  # fmt: skip
    if len(settings.secret_key) < _SHORTEST_KEY or len(set(settings.secret_key)) < _FEWEST_SIGNS:
        raise _refused(
            host,
            Text("ANTT_SECRET_KEY chưa có hoặc quá ngắn", "ANTT_SECRET_KEY is missing or too short"),
            Text("Tạo khóa: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'.",
                 "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'."),
        )  # fmt: skip
    address = _address(host)
    stands_for_all = is_loopback(host) or (address is not None and address.is_unspecified)
    names = settings.host_names if stands_for_all else (*settings.host_names, host.lower())
    if not names:
        raise _refused(
            host,
            Text("chưa nêu tên máy chủ trong ANTT_HOST_NAMES", "ANTT_HOST_NAMES names no host"),
            Text("Đặt ANTT_HOST_NAMES là tên hoặc địa chỉ mà người dùng gõ.",
                 "Set ANTT_HOST_NAMES to the names or addresses that people type."),
        )  # fmt: skip
    return replace(settings, host_names=tuple(dict.fromkeys(names)))


def readiness(store: Store, system: SystemFile) -> dict[str, str]:
    """Look whether requests can be answered and changes be kept.

    Parameters
    ----------
    store : Store
        The store of record.
    system : SystemFile
        Beside it.

    Returns
    -------
    dict of str to str
        ``store``, ``index``, ``system_file`` and ``disk`` -> ``ok`` or the code of what is wrong; no path.
    """
    return {
        "store": _store_state(store),
        "index": _index_state(store),
        "system_file": _system_state(system),
        "disk": _disk_state(system),
    }


def _store_state(store: Store) -> str:
    try:
        store.versions()
    except AnttError as problem:
        return problem.code
    return READY


def _index_state(store: Store) -> str:
    folder = folder_of(store)
    try:
        return READY if folder is None or read_manifest(folder) is not None else "missing"
    except AnttError as problem:
        return problem.code


def _system_state(system: SystemFile) -> str:
    try:
        with system.transaction(_CREATE) as connection:
            # Written, because a file system may have become read-only while reading still works.
            connection.execute("INSERT OR REPLACE INTO readiness VALUES (1, 1)")
    except AnttError as problem:
        return problem.code
    return READY


def _disk_state(system: SystemFile) -> str:
    if system.address == IN_PROCESS:
        return READY
    try:
        free = shutil.disk_usage(Path(system.address).absolute().parent).free
    except OSError:
        return "unreachable"
    return READY if free >= _LEAST_FREE_BYTES else "nearly_full"


def _is_behind_a_proxy(settings: Settings) -> bool:
    return bool(settings.trusted_proxies)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _refused(host: str, why: Text, hint: Text) -> Forbidden:
    return Forbidden(
        Text(f"Chưa được mở bản đồ ở {host}: {why.vi}.", f"The map may not be served at {host}: {why.en}."), hint
    )
