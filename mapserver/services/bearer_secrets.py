"""Secrets that open a door for whoever shows them: how they are made, kept and told apart."""

from __future__ import annotations

import hashlib
import hmac
import secrets

__all__ = ["TOKEN_PREFIX", "digest", "form_key", "is_form_key", "new_secret", "new_token"]

# Makes a token that was left in a file or a log easy to find.
TOKEN_PREFIX = "antt_"  # noqa: S105 - the part of every token that is no secret

_SECRET_BYTES = 32


def new_secret() -> str:
    """Make a secret.

    Returns
    -------
    str
        256 random bits of the operating system, in signs that fit a cookie and a header.
    """
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_token() -> str:
    """Make the secret of a token.

    Returns
    -------
    str
        A secret behind `TOKEN_PREFIX`.
    """
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> str:
    """Make what is kept of a secret.

    Parameters
    ----------
    secret : str
        As it was shown. Of 256 random bits nothing can be guessed, so one fast hash is enough.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def form_key(session_secret: str) -> str:
    """Make the key that a page of a session puts into its forms, and that another site's page cannot know.

    Parameters
    ----------
    session_secret : str
        The secret of the session.

    Returns
    -------
    str
        From which the secret cannot be found, so that it may stand in a page.

    Examples
    --------
    >>> form_key("a") == form_key("a"), form_key("a") == form_key("b")
    (True, False)
    """
    return hmac.new(session_secret.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_key(shown: str, session_secret: str) -> bool:
    """Say whether a form comes from a page of the session.

    Parameters
    ----------
    shown : str
        The key the form brought.
    session_secret : str
        The secret of the session.

    Returns
    -------
    bool
        Whether it is the key, found in the same time whatever is shown.
    """
    return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), form_key(session_secret).encode())
