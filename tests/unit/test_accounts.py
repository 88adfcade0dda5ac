"""The administrator's work on accounts, and what ends by it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from layers.access.policy import Action
from layers.access.roles import Role
from layers.errors import Conflict, Forbidden, InvalidParameter, NotFound, StaleVersion
from mapserver.services.accounts import (
    NewAccount,
    account_named,
    add_account,
    edit_account,
    require_units,
    set_password,
)
from mapserver.services.entering import NewToken, create_token, open_session, revoke_token
from mapserver.services.identity import Evidence, Identity, SessionIdentity, TokenIdentity
from mapserver.services.registers import Registers
from tests.accounts import GOOD, NOW, OTHER, added, registers_at

HERE = "192.0.2.7"
LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture
def registers(tmp_path: Path) -> Registers:
    made = registers_at(str(tmp_path / "a.system.db"))
    added(made, "chief", area=None)
    return made


def test_the_first_account_is_an_administrators(tmp_path: Path) -> None:
    empty = registers_at(str(tmp_path / "a.system.db"))
    assert not empty.accounts.any()
    with pytest.raises(Conflict):
        added(empty, "viewer", Role.VIEWER, area=frozenset())
    assert not empty.accounts.any()
    added(empty, "chief", area=None)
    assert empty.accounts.any()


def test_an_account_comes_back_as_it_was_made(registers: Registers) -> None:
    made = added(registers, "binh", Role.WARD_OFFICER, area=frozenset({"10532", "10507"}))
    assert account_named(registers, " Binh ") == made
    assert registers.accounts.by_id(made.account_id) == made
    assert [account.login for account in registers.accounts.all()] == ["binh", "chief"]
    shown = made.as_json()
    assert shown["area"] == ["10507", "10532"]
    assert made.password_hash not in str(shown)
    assert made.password_hash not in repr(made)


@pytest.mark.parametrize("login", ["Binh", "BINH "])
def test_no_two_accounts_have_one_login(registers: Registers, login: str) -> None:
    added(registers, "binh", Role.VIEWER, area=frozenset())
    with pytest.raises(Conflict, match="binh"):
        added(registers, login, Role.VIEWER, area=None)


@pytest.mark.parametrize("login", ["", "bì", "a b c", "x" * 65, "-binh", "le/binh", "bình", "a\nbc"])
def test_a_login_with_odd_signs_is_refused(registers: Registers, login: str) -> None:
    with pytest.raises(InvalidParameter):
        added(registers, login, Role.VIEWER, area=None)


def test_a_name_that_could_upset_a_page_or_a_log_is_refused(registers: Registers) -> None:
    for name in ("a" * 121, "a\x1b[31m", "a\u202eb"):
        with pytest.raises(InvalidParameter):
            add_account(
                registers,
                NewAccount("binh", name, Role.VIEWER, None),
                GOOD,
                now=NOW,
                rng=np.random.default_rng(1),
            )


def test_a_role_bound_to_an_area_needs_one(registers: Registers) -> None:
    with pytest.raises(InvalidParameter, match="Ward officer"):
        added(registers, "binh", Role.WARD_OFFICER, area=frozenset())
    added(registers, "binh", Role.VIEWER, area=frozenset())
    with pytest.raises(InvalidParameter, match="Analyst"):
        edit_account(registers, "binh", {"role": Role.ANALYST}, row_version=None, now=NOW)


def test_an_area_names_units_in_force() -> None:
    require_units(None, set())
    require_units(frozenset({"1"}), {"1", "2"})
    with pytest.raises(InvalidParameter, match="9"):
        require_units(frozenset({"1", "9"}), {"1", "2"})


def test_a_stale_change_is_refused_with_both_versions(registers: Registers) -> None:
    added(registers, "binh", Role.WARD_OFFICER, area=frozenset({"10532"}))
    edit_account(registers, "binh", {"display_name": "Lê Bình"}, row_version=1, now=LATER)
    with pytest.raises(StaleVersion) as refused:
        edit_account(registers, "binh", {"area": frozenset({"10507"})}, row_version=1, now=LATER)
    assert refused.value.details["yours"] == {"area": ["10507"]}
    current = refused.value.details["current"]
    assert isinstance(current, dict)
    assert (current["area"], current["name"], current["row_version"]) == (["10532"], "Lê Bình", 2)


def test_somebody_can_always_administer(registers: Registers) -> None:
    for values in ({"disabled": True}, {"role": Role.VIEWER}):
        with pytest.raises(Conflict):
            edit_account(registers, "chief", values, row_version=None, now=NOW)
    assert account_named(registers, "chief").row_version == 1
    added(registers, "deputy", area=None)
    assert edit_account(registers, "chief", {"disabled": True}, row_version=None, now=NOW).disabled


def test_an_unknown_account_is_not_found(registers: Registers) -> None:
    with pytest.raises(NotFound):
        edit_account(registers, "nobody", {"disabled": True}, row_version=None, now=NOW)
    with pytest.raises(NotFound):
        set_password(registers, "nobody", OTHER, now=NOW)


def test_a_shut_account_is_out_at_once_with_session_and_token(registers: Registers) -> None:
    session, token = _ways_in(registers)
    edit_account(registers, "binh", {"disabled": True}, row_version=None, now=LATER)
    assert SessionIdentity(registers).identify(session, now=LATER) is None
    with pytest.raises(Exception, match="token is wrong"):
        TokenIdentity(registers).identify(token, now=LATER)


def test_another_password_ends_the_sessions_and_another_role_holds_at_once(registers: Registers) -> None:
    session, token = _ways_in(registers)
    edit_account(registers, "binh", {"role": Role.VIEWER}, row_version=None, now=LATER)
    seen = SessionIdentity(registers).identify(session, now=LATER)
    assert seen is not None
    assert seen.viewer.role is Role.VIEWER
    set_password(registers, "binh", OTHER, now=LATER)
    assert SessionIdentity(registers).identify(session, now=LATER) is None
    assert TokenIdentity(registers).identify(token, now=LATER) is not None


def test_a_session_of_an_older_password_is_over_even_when_it_is_still_kept(registers: Registers) -> None:
    session, _token = _ways_in(registers)
    account = account_named(registers, "binh")
    kept = registers.passwords.kept(OTHER)
    registers.accounts.change(account.account_id, {"password_hash": kept}, row_version=1, now=LATER)
    assert SessionIdentity(registers).identify(session, now=LATER) is None


def test_a_token_is_shown_once_bounded_and_taken_back(registers: Registers) -> None:
    added(registers, "an", Role.ANALYST, area=frozenset({"10532"}))
    asked = NewToken("an", "Sao lưu hằng đêm", frozenset({Action.EXPORT}), 30)
    token, secret = create_token(registers, asked, now=NOW, rng=np.random.default_rng(3))
    assert secret.startswith("antt_")
    assert secret not in str(token.as_json())
    provider, shown = TokenIdentity(registers), Evidence(HERE, token=secret)
    found = provider.identify(shown, now=LATER)
    assert found is not None
    assert found.viewer.may(Action.EXPORT)
    assert not found.viewer.may(Action.IMPORT)
    assert [kept.used_at for kept in registers.tokens.all(token.account_id)] == [LATER]
    with pytest.raises(Exception, match="is over"):
        provider.identify(shown, now=NOW + dt.timedelta(days=30))
    revoke_token(registers, token.token_id, now=LATER)
    with pytest.raises(Exception, match="is over"):
        provider.identify(shown, now=LATER)
    with pytest.raises(NotFound):
        revoke_token(registers, "nothing", now=LATER)


def test_a_token_cannot_be_made_for_more_than_its_account_may(registers: Registers) -> None:
    added(registers, "an", Role.ANALYST, area=None)
    for scopes, days, label, failure in (
        ({Action.ADMINISTER}, 30, "x", Forbidden),
        ({Action.EXPORT}, 400, "x", InvalidParameter),
        ({Action.EXPORT}, 30, " ", InvalidParameter),
    ):
        asked = NewToken("an", label, frozenset(scopes), days)
        with pytest.raises(failure):
            create_token(registers, asked, now=NOW, rng=np.random.default_rng(3))
    assert registers.tokens.all() == []


def test_no_secret_lies_in_the_file(registers: Registers, tmp_path: Path) -> None:
    session, token = _ways_in(registers)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("a.system.db*"))
    assert b"binh" in kept
    for secret in (session.session, token.token, GOOD):
        assert secret is not None
        assert secret.encode() not in kept


def _ways_in(registers: Registers) -> tuple[Evidence, Evidence]:
    account = added(registers, "binh", Role.WARD_OFFICER, area=frozenset({"10532"}))
    rng = np.random.default_rng(5)
    opened = open_session(registers, Identity(account), address=HERE, device="Firefox", now=NOW, rng=rng)
    _token, secret = create_token(registers, NewToken("binh", "x", frozenset(), 30), now=NOW, rng=rng)
    return Evidence(HERE, session=opened.secret), Evidence(HERE, token=secret)
