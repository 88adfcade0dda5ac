"""Who is this: nothing is given away, tries are counted, and nobody is shut out by what others try."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from argon2 import PasswordHasher

from layers.access.roles import Role
from layers.errors import AnttError, SignInRefused, TooManyTries
from layers.store.system_file import IN_PROCESS
from mapserver.services.accounts import account_named, edit_account
from mapserver.services.bearer_secrets import form_key, is_form_key, new_secret, new_token
from mapserver.services.entering import OpenedSession, open_session
from mapserver.services.identity import (
    ADDRESS,
    KNOWN_DEVICE,
    NAME_AND_ADDRESS,
    Evidence,
    PasswordIdentity,
    SessionIdentity,
    TokenIdentity,
    identify,
)
from mapserver.services.passwords import Passwords
from mapserver.services.registers import Registers
from tests.accounts import GOOD, NOW, OTHER, added, registers_at

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def registers() -> Registers:
    made = registers_at(IN_PROCESS)
    added(made, "chief", area=None)
    added(made, "binh", Role.WARD_OFFICER, area=frozenset({"10532"}))
    return made


def test_the_right_password_says_who_it_is(registers: Registers) -> None:
    found = PasswordIdentity(registers).identify(_typed(" Binh ", GOOD), now=NOW)
    assert found is not None
    assert (found.viewer.name, found.viewer.role, found.viewer.area) == (
        "binh",
        Role.WARD_OFFICER,
        frozenset({"10532"}),
    )
    assert not found.device_known


def test_unknown_login_wrong_password_and_shut_account_get_one_answer(registers: Registers) -> None:
    added(registers, "shut", Role.VIEWER, area=None)
    edit_account(registers, "shut", {"disabled": True}, row_version=None, now=NOW)
    tried = [("binh", OTHER), ("nobody", GOOD), ("shut", GOOD), ("\ud800", GOOD), ("' OR 1=1 --", GOOD)]
    answers = [
        _refused(registers, _typed(login, word, address=f"192.0.2.{n}")) for n, (login, word) in enumerate(tried)
    ]
    assert {(type(answer), answer.message, answer.hint, str(answer.details)) for answer in answers} == {
        (SignInRefused, answers[0].message, answers[0].hint, "{}")
    }


def test_an_unknown_login_takes_as_long_as_a_wrong_password() -> None:
    registers = registers_at(IN_PROCESS, PasswordHasher(time_cost=2, memory_cost=8192, parallelism=1))
    added(registers, "chief", area=None)
    _refused(registers, _typed("warm", GOOD, address="203.0.113.1"))
    spans: dict[str, list[float]] = {"chief": [], "nobody": []}
    for number in range(9):
        for login, taken in spans.items():
            start = time.perf_counter()
            _refused(registers, _typed(login, OTHER, address=f"192.0.2.{number}"))
            taken.append(time.perf_counter() - start)
    known, unknown = (statistics.median(taken) for taken in spans.values())
    assert 1 / 3 < known / unknown < 3


def test_a_name_is_tried_five_times_from_an_address_and_then_slowly(registers: Registers) -> None:
    for _try in range(NAME_AND_ADDRESS.times):
        assert isinstance(_refused(registers, _typed("binh", OTHER)), SignInRefused)
    blocked = _refused(registers, _typed("binh", GOOD))
    assert isinstance(blocked, TooManyTries)
    assert blocked.details == {"retry_after_s": int(NAME_AND_ADDRESS.refill_s) + 1}
    later = NOW + dt.timedelta(seconds=NAME_AND_ADDRESS.refill_s)
    assert PasswordIdentity(registers).identify(_typed("binh", GOOD), now=later) is not None


def test_whether_a_login_exists_does_not_show_in_how_often_it_may_be_tried(registers: Registers) -> None:
    kinds = {
        login: [type(_refused(registers, _typed(login, OTHER, address=address))) for _try in range(8)]
        for login, address in (("binh", HERE), ("nobody", ELSEWHERE))
    }
    assert kinds["binh"] == kinds["nobody"]


def test_others_cannot_shut_the_owner_out(registers: Registers) -> None:
    device = _sign_in(registers).device_secret
    for _try in range(60):
        _refused(registers, _typed("binh", OTHER))
    assert isinstance(_refused(registers, _typed("binh", GOOD)), TooManyTries)
    elsewhere = PasswordIdentity(registers).identify(_typed("binh", GOOD, address=ELSEWHERE), now=NOW)
    assert elsewhere is not None
    same_address = PasswordIdentity(registers).identify(_typed("binh", GOOD, device=device), now=NOW)
    assert same_address is not None
    assert same_address.device_known


def test_a_known_device_is_counted_too_and_known_for_its_account_alone(registers: Registers) -> None:
    device = _sign_in(registers).device_secret
    for _try in range(KNOWN_DEVICE.times):
        assert isinstance(_refused(registers, _typed("binh", OTHER, device=device)), SignInRefused)
    assert isinstance(_refused(registers, _typed("binh", GOOD, device=device)), TooManyTries)
    for _try in range(NAME_AND_ADDRESS.times):
        assert isinstance(_refused(registers, _typed("chief", OTHER, device=device)), SignInRefused)
    assert isinstance(_refused(registers, _typed("chief", OTHER, device=device)), TooManyTries)


def test_a_device_known_from_before_the_password_was_set_is_a_stranger(registers: Registers) -> None:
    device = _sign_in(registers).device_secret
    account = account_named(registers, "binh")
    later = NOW + dt.timedelta(hours=1)
    kept = registers.passwords.kept(OTHER)
    registers.accounts.change(account.account_id, {"password_hash": kept}, row_version=1, now=later)
    found = PasswordIdentity(registers).identify(_typed("binh", OTHER, device=device), now=later)
    assert found is not None
    assert not found.device_known


def test_an_address_is_slowed_down_whatever_names_it_tries(registers: Registers) -> None:
    kinds = [type(_refused(registers, _typed(f"name{n}", OTHER))) for n in range(ADDRESS.times + 3)]
    assert kinds == [SignInRefused] * ADDRESS.times + [TooManyTries] * 3
    soon = NOW + dt.timedelta(seconds=ADDRESS.refill_s)
    assert PasswordIdentity(registers).identify(_typed("binh", GOOD), now=soon) is not None


def test_all_addresses_of_one_ipv6_network_are_one(registers: Registers) -> None:
    kinds = {
        type(_refused(registers, _typed("binh", OTHER, address=f"2001:db8::{n:x}")))
        for n in range(NAME_AND_ADDRESS.times + 1)
    }
    assert TooManyTries in kinds


def test_an_office_that_signs_in_properly_is_never_slowed_down(registers: Registers) -> None:
    provider = PasswordIdentity(registers)
    assert all(provider.identify(_typed("binh", GOOD), now=NOW) for _person in range(2 * ADDRESS.times))


def test_a_password_kept_in_an_older_form_is_kept_anew_and_nothing_ends(registers: Registers) -> None:
    opened = _sign_in(registers)
    before = account_named(registers, "binh").password_hash
    dearer = replace(registers, passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    assert PasswordIdentity(dearer).identify(_typed("binh", GOOD), now=NOW) is not None
    after = account_named(registers, "binh")
    assert after.password_hash != before
    assert not dearer.passwords.is_outdated(after.password_hash)
    assert SessionIdentity(dearer).identify(Evidence(HERE, session=opened.secret), now=NOW) is not None


def test_a_session_ends_when_idle_and_in_any_case(registers: Registers) -> None:
    shown, provider = Evidence(HERE, session=_sign_in(registers).secret), SessionIdentity(registers)
    # Somebody who is there every fifty minutes, of sixty allowed, until the twelve hours are over.
    hours = [NOW + dt.timedelta(minutes=50 * step) for step in range(1, 16)]
    seen = [provider.identify(shown, now=moment) is not None for moment in hours]
    assert seen == [moment < NOW + dt.timedelta(hours=12) for moment in hours]
    idle = Evidence(HERE, session=_sign_in(registers).secret)
    assert provider.identify(idle, now=NOW + dt.timedelta(minutes=59)) is not None
    assert provider.identify(idle, now=NOW + dt.timedelta(minutes=59 + 60)) is None


def test_sessions_are_listed_and_taken_back_by_their_owner_alone(registers: Registers) -> None:
    first, second = _sign_in(registers), _sign_in(registers)
    account = account_named(registers, "binh")
    assert len(registers.sessions.of_account(account.account_id, now=NOW)) == 2
    chief = account_named(registers, "chief").account_id
    assert not registers.sessions.close(first.session.session_id, account_id=chief)
    assert registers.sessions.close(first.session.session_id, account_id=account.account_id)
    left = registers.sessions.of_account(account.account_id, now=NOW)
    assert [session.session_id for session in left] == [second.session.session_id]
    assert SessionIdentity(registers).identify(Evidence(HERE, session=first.secret), now=NOW) is None
    shown = str([session.as_json() for session in left])
    assert second.secret not in shown
    assert second.session.secret_hash not in shown


def test_signing_in_never_keeps_a_secret_brought_along(registers: Registers) -> None:
    planted = new_secret()
    opened = _sign_in(registers)
    assert opened.secret != planted
    assert SessionIdentity(registers).identify(Evidence(HERE, session=planted), now=NOW) is None


def test_the_first_kind_of_evidence_that_holds_decides(registers: Registers) -> None:
    providers = (TokenIdentity(registers), SessionIdentity(registers), PasswordIdentity(registers))
    assert identify(providers, Evidence(HERE), now=NOW) is None
    shown = Evidence(HERE, session=_sign_in(registers).secret)
    found = identify(providers, shown, now=NOW)
    assert found is not None
    assert found.session is not None
    with pytest.raises(SignInRefused):
        identify(providers, Evidence(HERE, token=new_token(), session=shown.session), now=NOW)


def test_evidence_tells_no_secret_to_a_log() -> None:
    token, session, password, device = (new_secret() for _kind in range(4))
    shown = repr(Evidence(HERE, token, session, login="binh", password=password, device=device))
    assert not [secret for secret in (token, session, password, device) if secret in shown]


def test_the_key_of_a_form_belongs_to_one_session_and_one_server() -> None:
    one, other, server = new_secret(), new_secret(), new_secret()
    assert is_form_key(form_key(one, server), one, server)
    assert not is_form_key(form_key(other, server), one, server)
    assert not is_form_key(form_key(one, ""), one, server)
    assert not is_form_key("", one, server)
    assert not is_form_key("\ud800é", one, server)
    assert one not in form_key(one, server)


def test_a_wrong_guess_is_counted_before_the_password_is_looked_at(registers: Registers) -> None:
    with mock.patch.object(type(registers.passwords), "matches", return_value=False) as looked:
        for _try in range(20):
            _refused(registers, _typed("binh", GOOD))
    assert looked.call_count == NAME_AND_ADDRESS.times


def _typed(login: str, password: str, *, address: str = HERE, device: str | None = None) -> Evidence:
    return Evidence(address, login=login, password=password, device=device)


def _refused(registers: Registers, evidence: Evidence) -> AnttError:
    with pytest.raises((SignInRefused, TooManyTries)) as refused:
        PasswordIdentity(registers).identify(evidence, now=NOW)
    return refused.value


def _sign_in(registers: Registers) -> OpenedSession:
    found = PasswordIdentity(registers).identify(_typed("binh", GOOD), now=NOW)
    assert found is not None
    seed = np.random.default_rng(len(registers.sessions.of_account(found.account.account_id, now=NOW)))
    return open_session(registers, found, address=HERE, device="Firefox 140", now=NOW, rng=seed)
