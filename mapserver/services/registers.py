"""What the system file keeps about people: accounts, sessions, tokens, limits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from layers.store.system_accounts import Accounts
from layers.store.system_file import SystemFile
from layers.store.system_limits import Limits
from layers.store.system_sessions import Sessions
from layers.store.system_tokens import Tokens
from mapserver.services.passwords import Passwords
from mapserver.settings import Settings

__all__ = ["Registers"]


@dataclass(frozen=True)
class Registers:
    """The registers of one store, and how long a stay lasts.

    Parameters
    ----------
    accounts : Accounts
        Who may sign in.
    sessions : Sessions
        Who is signed in.
    tokens : Tokens
        Ways in for programs.
    limits : Limits
        How often something may be tried.
    passwords : Passwords
        How passwords are kept.
    longest_session : timedelta
        After so long a session is over, whatever happens in it.
    """

    accounts: Accounts
    sessions: Sessions
    tokens: Tokens
    limits: Limits
    passwords: Passwords
    longest_session: dt.timedelta

    @classmethod
    def of(cls, file: SystemFile, settings: Settings, passwords: Passwords | None = None) -> Registers:
        """Take the registers from a system file.

        Parameters
        ----------
        file : SystemFile
            Beside the store.
        settings : Settings
            How long a session lasts.
        passwords : Passwords, optional
            How passwords are kept; by default as costly as is recommended.

        Returns
        -------
        Registers
            Nothing is opened yet.
        """
        return cls(
            Accounts(file),
            Sessions(file, idle=dt.timedelta(minutes=settings.session_idle_minutes)),
            Tokens(file),
            Limits(file),
            passwords or Passwords(),
            dt.timedelta(hours=settings.session_hours),
        )
