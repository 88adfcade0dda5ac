"""Who is this: one question, answered by whoever can tell from what was shown."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from layers.access.policy import Action
from layers.access.viewer import Viewer
from layers.errors import SignInRefused
from layers.store.system_accounts import Account
from layers.store.system_limits import Limit
from layers.store.system_sessions import Session
from layers.wording import Text, storable
from mapserver.services.bearer_secrets import digest
from mapserver.services.rates import too_many
from mapserver.services.registers import Registers

__all__ = [
    "Evidence",
    "Identity",
    "IdentityProvider",
    "PasswordIdentity",
    "SessionIdentity",
    "TokenIdentity",
    "identify",
]

# Of one name from one address: a few in a row, then one every two minutes.
NAME_AND_ADDRESS = Limit(5, 120.0)
# From one address whatever the name: slowed down, but never shut out, because an office shares an address.
ADDRESS = Limit(30, 2.0)
# From a device that signed in to the account before, counted apart: what others try does not shut its owner out.
KNOWN_DEVICE = Limit(10, 30.0)


@dataclass(frozen=True)
class Evidence:
    """What a request shows of who sent it.

    Parameters
    ----------
    address : str
        Network address it came from.
    token, session : str or None
        Secrets of a token and of a session.
    login, password : str or None
        As typed, at sign-in alone.
    device : str or None
        Secret of a device that signed in before.
    """

    address: str
    token: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    device: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Identity:
    """Somebody who was recognised.

    Parameters
    ----------
    account : Account
        Not disabled.
    scopes : frozenset of Action or None
        Of the token they came with; None without one.
    session : Session or None
        The session they came with.
    device_known : bool
        Whether they signed in from a device known for the account.
    """

    account: Account
    scopes: frozenset[Action] | None = None
    session: Session | None = None
    device_known: bool = False

    @property
    def viewer(self) -> Viewer:
        """What everything that reads or changes asks for rights."""
        account = self.account
        return Viewer(account.login, account.role, account.area, account.account_id, self.scopes)


class IdentityProvider(Protocol):
    """Recognises people by one kind of evidence; OpenID Connect will be one more."""

    def identify(self, evidence: Evidence, *, now: dt.datetime) -> Identity | None:
        """Say who it is.

        Parameters
        ----------
        evidence : Evidence
            What was shown.
        now : datetime
            The moment.

        Returns
        -------
        Identity or None
            None when nothing was shown that this provider goes by.

        Raises
        ------
        SignInRefused
            When it was shown and does not hold.
        TooManyTries
            When it was tried too often.
        """


class TokenIdentity:
    """Recognises programs by their token.

    Parameters
    ----------
    registers : Registers
        Where tokens and accounts are kept.
    """

    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    def identify(self, evidence: Evidence, *, now: dt.datetime) -> Identity | None:
        """Say whose token it is; see `IdentityProvider`.

        Parameters
        ----------
        evidence : Evidence
            What was shown.
        now : datetime
            The moment.

        Returns
        -------
        Identity or None
            None without a token.

        Raises
        ------
        SignInRefused
            When the token is not known, over or taken back, or its account is shut.
        """
        if evidence.token is None:
            return None
        token = self._registers.tokens.find(digest(evidence.token), now=now)
        account = self._registers.accounts.by_id(token.account_id) if token else None
        if token is None or account is None or account.disabled:
            raise SignInRefused(
                Text("Mã truy cập không đúng hoặc đã hết hạn.", "The token is wrong or is over."),
                Text("Tạo mã mới bằng `antt token create`.", "Make a new one with `antt token create`."),
            )
        return Identity(account, scopes=token.scopes)


class SessionIdentity:
    """Recognises people by the session their browser holds.

    Parameters
    ----------
    registers : Registers
        Where sessions and accounts are kept.
    """

    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    def identify(self, evidence: Evidence, *, now: dt.datetime) -> Identity | None:
        """Say whose session it is; see `IdentityProvider`.

        Parameters
        ----------
        evidence : Evidence
            What was shown.
        now : datetime
            The moment.

        Returns
        -------
        Identity or None
            None without a session, and when it is over: the browser shows it until it is told otherwise. One
            opened before the password was changed, or of an account that is shut, is over.
        """
        if evidence.session is None:
            return None
        session = self._registers.sessions.find(digest(evidence.session), now=now)
        account = self._registers.accounts.by_id(session.account_id) if session else None
        if session is None or account is None or account.disabled or session.opened_at < account.password_changed_at:
            return None
        return Identity(account, session=session)


class PasswordIdentity:
    """Recognises people by login and password, as fast and with the same answer whatever is wrong.

    Parameters
    ----------
    registers : Registers
        Where accounts and limits are kept.
    """

    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    def identify(self, evidence: Evidence, *, now: dt.datetime) -> Identity | None:
        """Say whose password it is; see `IdentityProvider`.

        Parameters
        ----------
        evidence : Evidence
            What was typed, the address and the device it came from.
        now : datetime
            The moment.

        Returns
        -------
        Identity or None
            None when nothing was typed.

        Raises
        ------
        SignInRefused
            When the login is unknown, the password is wrong, or the account is shut.
        TooManyTries
            When it was tried too often from there.

        Notes
        -----
        A device known for the account is counted apart, so that nobody is shut out by what others try ("device
        cookies", OWASP, Slow Down Online Guessing Attacks with Device Cookies).
        """
        if evidence.login is None or evidence.password is None:
            return None
        registers = self._registers
        login = storable(evidence.login).strip().lower()
        account = registers.accounts.by_login(login)
        known = self._knows_device(evidence.device, account, now=now)
        taken = _allowances(evidence, login, known=known)
        self._take(taken, now=now)
        kept = None if account is None or account.disabled else account.password_hash
        if not registers.passwords.matches(kept, evidence.password) or account is None:
            raise SignInRefused(
                Text("Tên đăng nhập hoặc mật khẩu không đúng.", "The login or the password is wrong."),
                Text("Kiểm tra lại; nếu quên mật khẩu, nhờ quản trị viên đặt lại.",
                     "Check both; if the password is forgotten, ask the administrator for another."),
            )  # fmt: skip
        for key, limit in taken.items():
            registers.limits.give_back(key, limit)
        if registers.passwords.is_outdated(account.password_hash):
            registers.accounts.renew_hash(account, registers.passwords.kept(evidence.password))
        return Identity(account, device_known=known)

    def _knows_device(self, device: str | None, account: Account | None, *, now: dt.datetime) -> bool:
        if device is None:
            return False
        # Looked for without an account too, so that it takes as long.
        account_id, since = (account.account_id, account.password_changed_at) if account else ("", now)
        return self._registers.sessions.knows_device(digest(device), account_id, since=since, now=now)

    def _take(self, wanted: dict[str, Limit], *, now: dt.datetime) -> None:
        # Before the password is looked at, so that many tries at once are counted as many.
        taken: list[tuple[str, Limit]] = []
        for key, limit in wanted.items():
            wait_s = self._registers.limits.take(key, limit, now=now)
            if wait_s:
                for earlier in taken:
                    self._registers.limits.give_back(*earlier)
                raise too_many(wait_s)
            taken.append((key, limit))


def identify(providers: Sequence[IdentityProvider], evidence: Evidence, *, now: dt.datetime) -> Identity | None:
    """Ask one provider after the other who it is.

    Parameters
    ----------
    providers : sequence of IdentityProvider
        The first that recognises somebody decides.
    evidence : Evidence
        What was shown.
    now : datetime
        The moment.

    Returns
    -------
    Identity or None
        None when nobody is recognised.

    Raises
    ------
    SignInRefused
        When something was shown that does not hold.
    TooManyTries
        When it was tried too often.
    """
    for provider in providers:
        found = provider.identify(evidence, now=now)
        if found is not None:
            return found
    return None


def _allowances(evidence: Evidence, login: str, *, known: bool) -> dict[str, Limit]:
    if known:
        return {f"signin device {evidence.device}": KNOWN_DEVICE}
    network = _network(evidence.address)
    return {f"signin {network} {login}": NAME_AND_ADDRESS, f"signin {network}": ADDRESS}


def _network(address: str) -> str:
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    # One customer of IPv6 has 2^64 addresses to try from.
    return str(ipaddress.ip_network((read, 64), strict=False)) if read.version == 6 else str(read)
