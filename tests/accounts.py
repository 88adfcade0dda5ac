"""Accounts for tests, kept by a hasher that costs nothing."""

from __future__ import annotations

import datetime as dt

import numpy as np
from argon2 import PasswordHasher

from layers.access.roles import Role
from layers.store.system_accounts import Account
from layers.store.system_file import SystemFile
from mapserver.services.accounts import NewAccount, add_account
from mapserver.services.passwords import Passwords
from mapserver.services.registers import Registers
from mapserver.settings import Settings

NOW = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
GOOD = "tám con thuyền giấy"
OTHER = "chín con tàu bằng gỗ"


def registers_at(address: str, hasher: PasswordHasher | None = None) -> Registers:
    """The registers of a system file, as one more process opens them."""
    cheap = hasher or PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Registers.of(SystemFile(address), Settings(), Passwords(cheap))


def added(registers: Registers, login: str, role: Role = Role.ADMINISTRATOR, *, area: frozenset[str] | None) -> Account:
    """An account whose password is `GOOD`."""
    asked = NewAccount(login, login.title(), role, area)
    seed = sum(login.encode())
    return add_account(registers, asked, GOOD, now=NOW, rng=np.random.default_rng(seed))
