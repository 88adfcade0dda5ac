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


def form_key(session_secret: str, server_key: str) -> str:
    """Make the key that a page of a session puts into its forms, and that another site's page cannot know.

    Parameters
    ----------
    session_secret : str
        The secret of the session.
    server_key : str
        The server's own secret: whoever plants a cookie of his choice cannot make the key that belongs to it. Empty
        where the server is open to this machine alone.

    Returns
    -------
    str
        From which neither secret can be found, so that it may stand in a page.

    References
    ----------
    Signed double-submit cookie bound to the session: OWASP, Cross-Site Request Forgery Prevention Cheat Sheet (2024).

    Examples
    --------
    >>> form_key("a", "k") == form_key("a", "k"), form_key("a", "k") == form_key("b", "k")
    (True, False)
    >>> form_key("a", "k") == form_key("a", "other")
    False
    """
    return hmac.new(
        server_key.encode("utf-8", "surrogatepass"),
        f"form\n{session_secret}".encode("utf-8", "surrogatepass"),
        "sha256",
    ).hexdigest()


def is_form_key(shown: str, session_secret: str, server_key: str) -> bool:
    """Say whether a form comes from a page of the session.

    Parameters
    ----------
    shown : str
        The key the form brought.
    session_secret : str
        The secret of the session.
    server_key : str
        The server's own secret.

    Returns
    -------
    bool
        Whether it is the key, found in the same time whatever is shown.
    """
    true_key = form_key(session_secret, server_key).encode()
    return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), true_key)
