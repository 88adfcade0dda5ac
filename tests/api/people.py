"""An application with accounts for tests: one person for each role, answering for the first ward of the town."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from layers.access.policy import Action
from layers.access.roles import ACCOUNT_ROLES, Role
from layers.access.viewer import ANYBODY, Viewer
from layers.catalog import CAMERAS, INCIDENTS, SAFEZONES, UNITS
from layers.store import MemoryStore, Store
from layers.store.system_accounts import Account
from mapserver.app import create_app
from mapserver.services.accounts import NewAccount, add_account
from mapserver.services.bearer_secrets import form_key
from mapserver.services.entering import NewToken, create_token, open_session
from mapserver.services.identity import Identity
from mapserver.services.passwords import Passwords
from mapserver.services.published import Terms, release
from mapserver.settings import Settings
from mapserver.web.state import State
from tests.accounts import GOOD
from tests.builders import NOW, cameras, incidents, models, town, twin

INSIDE, OUTSIDE = "10000", "10003"
# A place in each of the two wards.
PLACES = {INSIDE: (106.321234, 20.921234), OUTSIDE: (106.381234, 20.981234)}
RNG = np.random.default_rng(7)


@dataclass(frozen=True)
class Office:
    """The application, and who has an account."""

    app: Flask
    accounts: dict[Role, Account]

    @property
    def state(self) -> State:
        return State.of(self.app)

    def viewer(self, role: Role) -> Viewer:
        """Who a role's client is to the table of rights."""
        account = self.accounts.get(role)
        return ANYBODY if account is None else Identity(account).viewer

    def client(self, role: Role) -> FlaskClient:
        """A browser in which somebody of a role has just signed in; a resident has not."""
        client = self.app.test_client()
        if role in self.accounts:
            signed = Identity(self.accounts[role])
            opened = open_session(
                self.state.registers, signed, address="127.0.0.1", device="test", now=self.state.clock(), rng=RNG
            )
            client.set_cookie("antt_session", opened.secret)
            client.environ_base["HTTP_X_ANTT_REQUEST"] = "1"
            client.environ_base["HTTP_X_ANTT_FORM_KEY"] = form_key(opened.secret, "")
        return client

    def program(self, role: Role, *scopes: Action) -> FlaskClient:
        """A program that shows a token of an account."""
        asked = NewToken(self.accounts[role].login, "test", frozenset(scopes), 1)
        _token, secret = create_token(self.state.registers, asked, now=self.state.clock(), rng=RNG)
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client


def town_store() -> Store:
    """Four wards with incidents, of which the published counts show some, models and cameras."""
    return twin(_town())


@cache
def _town() -> MemoryStore:
    held = MemoryStore()
    held.append(UNITS, town())
    held.append(INCIDENTS, incidents(301))
    held.append(SAFEZONES, models())
    held.append(CAMERAS, cameras())
    return held


def office(store: Store, folder: Path, *, residents: bool = True, published: bool = True) -> Office:
    """Open the store to people with accounts; what is due is published, unless nothing shall be yet."""
    settings = Settings(audit_key_file=str(folder / "audit.key"), residents=residents)
    app = create_app(settings, store, clock=lambda: NOW)
    state = State.of(app)
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    replace(state, registers=replace(state.registers, passwords=cheap)).attach(app)
    state = State.of(app)
    if published:
        release(state.whole_reader, state.publication, Terms(5, 3000, 10, frozenset()), now=NOW)
    accounts: dict[Role, Account] = {role: _account(state, role) for role in (Role.ADMINISTRATOR, *ACCOUNT_ROLES)}
    return Office(app, accounts)


def _account(state: State, role: Role) -> Account:
    login = str(role)
    found = state.registers.accounts.by_login(login)
    if found is not None:
        return found
    area = None if role is Role.ADMINISTRATOR else frozenset({INSIDE})
    asked = NewAccount(login, role.label.vi, role, area)
    return add_account(state.registers, asked, GOOD, now=NOW, rng=RNG)
