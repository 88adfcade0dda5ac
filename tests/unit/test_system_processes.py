"""Several processes over one system file agree: on limits, on accounts, on who is signed in."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from layers.access.roles import Role
from layers.errors import AnttError, Conflict, StaleVersion
from layers.store.system_limits import Limit
from mapserver.services.accounts import account_named, edit_account
from mapserver.services.entering import open_session
from mapserver.services.identity import Evidence, Identity, SessionIdentity
from tests.accounts import NOW, added, registers_at

LIMIT = Limit(25, 60.0)
PROCESSES = 3


def taken(address: str) -> int:
    """How often one process is allowed what it asks for twenty times."""
    limits = registers_at(address).limits
    return sum(limits.take("door", LIMIT, now=NOW) == 0 for _try in range(20))


def renamed(address: str, name: str) -> str:
    """Name of the failure, or nothing, when a process changes an account it has seen in version 1."""
    try:
        edit_account(registers_at(address), "binh", {"display_name": name}, row_version=1, now=NOW)
    except AnttError as failure:
        return type(failure).__name__
    return ""


def shut(address: str, login: str) -> str:
    """Name of the failure, or nothing, when a process shuts an account."""
    try:
        edit_account(registers_at(address), login, {"disabled": True}, row_version=None, now=NOW)
    except AnttError as failure:
        return type(failure).__name__
    return ""


def signed_in(address: str, secret: str) -> bool:
    """Whether a process recognises a session."""
    provider = SessionIdentity(registers_at(address))
    return provider.identify(Evidence("192.0.2.1", session=secret), now=NOW) is not None


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Processes that share nothing but the file."""
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def address(tmp_path: Path) -> str:
    path = str(tmp_path / "a.system.db")
    registers = registers_at(path)
    added(registers, "chief", area=None)
    added(registers, "deputy", area=None)
    added(registers, "binh", Role.VIEWER, area=frozenset())
    return path


def test_a_limit_is_one_for_all_processes(processes: ProcessPoolExecutor, address: str) -> None:
    assert sum(processes.map(taken, [address] * PROCESSES)) == LIMIT.times


def test_of_several_changes_on_one_ground_one_is_made(processes: ProcessPoolExecutor, address: str) -> None:
    ended = sorted(processes.map(renamed, [address] * PROCESSES, ["An", "Bình", "Chi"]))
    assert ended == ["", StaleVersion.__name__, StaleVersion.__name__]
    assert account_named(registers_at(address), "binh").row_version == 2


def test_two_processes_cannot_shut_the_last_two_administrators(processes: ProcessPoolExecutor, address: str) -> None:
    ended = sorted(processes.map(shut, [address] * 2, ["chief", "deputy"]))
    assert ended == ["", Conflict.__name__]


def test_a_session_opened_in_one_process_is_known_and_ended_in_all(
    processes: ProcessPoolExecutor, address: str
) -> None:
    registers = registers_at(address)
    identity = Identity(account_named(registers, "binh"))
    rng = np.random.default_rng(1)
    opened = open_session(registers, identity, address="192.0.2.1", device="", now=NOW, rng=rng)
    assert all(processes.map(signed_in, [address] * PROCESSES, [opened.secret] * PROCESSES))
    edit_account(registers, "binh", {"disabled": True}, row_version=None, now=NOW)
    edit_account(registers, "binh", {"disabled": False}, row_version=None, now=NOW + dt.timedelta(seconds=1))
    assert not any(processes.map(signed_in, [address] * PROCESSES, [opened.secret] * PROCESSES))
