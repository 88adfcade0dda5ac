"""Ways in that are opened and taken back: sessions of people, tokens of programs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from layers.access.policy import ACTIONS, Action
from layers.errors import Forbidden, InvalidParameter, NotFound
from layers.records import new_ids
from layers.store.system_sessions import Session
from layers.store.system_tokens import Token
from layers.wording import Text, nfc, storable
from mapserver.services.accounts import account_named
from mapserver.services.bearer_secrets import digest, new_secret, new_token
from mapserver.services.identity import Identity
from mapserver.services.registers import Registers

__all__ = ["LONGEST_TOKEN_DAYS", "NewToken", "OpenedSession", "create_token", "open_session", "revoke_token"]

LONGEST_TOKEN_DAYS = 366
DEVICE_DAYS = 180

_LONGEST_LABEL = 120


@dataclass(frozen=True)
class OpenedSession:
    """A session with the secrets its browser is to keep; they are shown this once.

    Parameters
    ----------
    session : Session
        As it is kept.
    secret : str
        Opens the session.
    device_secret : str or None
        Makes the device known for the account; None when it is already.
    """

    session: Session
    secret: str = field(repr=False)
    device_secret: str | None = field(repr=False)


@dataclass(frozen=True)
class NewToken:
    """A token to be made.

    Parameters
    ----------
    login : str
        On whose behalf.
    label : str
        What it is for.
    scopes : frozenset of Action
        What may be done with it besides reading.
    days : int
        After so many days it is over.
    """

    login: str
    label: str
    scopes: frozenset[Action]
    days: int


def open_session(
    registers: Registers, identity: Identity, *, address: str, device: str, now: dt.datetime, rng: np.random.Generator
) -> OpenedSession:
    """Sign somebody in who was recognised. The secret is always new: one brought along is worth nothing.

    Parameters
    ----------
    registers : Registers
        Where it is kept.
    identity : Identity
        Who it is.
    address : str
        Network address it was opened from.
    device : str
        What the browser says it is.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        For the id, which is no secret.

    Returns
    -------
    OpenedSession
        With its secrets.
    """
    secret, account_id = new_secret(), identity.account.account_id
    session = Session(
        new_ids(1, now=now, rng=rng)[0],
        digest(secret),
        account_id,
        opened_at=now,
        seen_at=now,
        ends_at=now + registers.longest_session,
        address=address,
        device=storable(nfc(device))[:_LONGEST_LABEL],
    )
    registers.sessions.open(session)
    registers.limits.forget_full(now=now)
    if identity.device_known:
        return OpenedSession(session, secret, None)
    device_secret = new_secret()
    ends_at = now + dt.timedelta(days=DEVICE_DAYS)
    registers.sessions.remember_device(digest(device_secret), account_id, now=now, ends_at=ends_at)
    return OpenedSession(session, secret, device_secret)


def create_token(
    registers: Registers, asked: NewToken, *, now: dt.datetime, rng: np.random.Generator
) -> tuple[Token, str]:
    """Make a token.

    Parameters
    ----------
    registers : Registers
        Where it is kept.
    asked : NewToken
        Whose, for what and how long.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        For the id, which is no secret.

    Returns
    -------
    tuple of Token and str
        As it is kept, and its secret, which nobody can read again.

    Raises
    ------
    Forbidden
        When it would allow more than the account may do, or the account is shut.
    InvalidParameter
        When it would last too long or has no label.
    NotFound
        When there is no such account.
    """
    account = account_named(registers, asked.login)
    excess = asked.scopes - ACTIONS[account.role]
    if account.disabled or excess:
        why = ", ".join(sorted(excess)) or account.login
        raise Forbidden(
            Text(f"Tài khoản “{account.login}” đã khóa hoặc không có quyền: {why}.",
                 f"The account “{account.login}” is shut or has no right to: {why}."),
            Text("Bớt quyền của mã truy cập, hoặc đổi vai trò của tài khoản.",
                 "Give the token fewer rights, or the account another role."),
        )  # fmt: skip
    label = storable(nfc(asked.label))[:_LONGEST_LABEL]
    if not label or not 1 <= asked.days <= LONGEST_TOKEN_DAYS:
        raise InvalidParameter(
            Text("Mã truy cập cần nhãn và thời hạn.", "A token needs a label and an end."),
            Text(f"Ghi mục đích, và số ngày từ 1 đến {LONGEST_TOKEN_DAYS}.",
                 f"Say what it is for, and 1 to {LONGEST_TOKEN_DAYS} days."),
        )  # fmt: skip
    secret = new_token()
    ends_at = now + dt.timedelta(days=asked.days)
    token_id = new_ids(1, now=now, rng=rng)[0]
    token = Token(token_id, digest(secret), account.account_id, label, asked.scopes, created_at=now, ends_at=ends_at)
    registers.tokens.add(token)
    return token, secret


def revoke_token(registers: Registers, token_id: str, *, now: dt.datetime) -> None:
    """Take a token back at once.

    Parameters
    ----------
    registers : Registers
        Where it is kept.
    token_id : str
        Which.
    now : datetime
        The moment.

    Raises
    ------
    NotFound
        When there is no such token.
    """
    if not registers.tokens.revoke(token_id, now=now):
        raise NotFound(
            Text(f"Không có mã truy cập “{token_id}”.", f"There is no token “{token_id}”."),
            Text("Xem danh sách: `antt token list`.", "See the list: `antt token list`."),
        )
