"""What a page offers the person it is drawn for, and how pages of accounts are answered."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, current_app, request

from layers.access.policy import SIGHTS, Action, Sight, right
from layers.catalog import CAMERAS
from layers.errors import AnttError, SignInRefused, TooManyTries
from layers.wording import Text
from mapserver.errors import http_status
from mapserver.rendering.person import Person
from mapserver.services.identity import Identity
from mapserver.services.withheld import withheld_from
from mapserver.web.gate import SESSION_COOKIE, has_accounts, identity, viewer
from mapserver.web.state import State
from mapserver.web.writing import key_of_forms

__all__ = ["office_answer", "own_address", "person_now", "signed_in"]

_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def person_now() -> Person:
    """Describe whoever opened this page.

    Returns
    -------
    Person
        Everything is offered where there are no accounts.
    """
    who, found = viewer(), identity()
    secret = request.cookies.get(SESSION_COOKIE)
    return Person(
        name=None if found is None else found.account.display_name,
        form_key=key_of_forms(secret) if found is not None and found.session is not None and secret else "",
        can_export=who.may(Action.EXPORT),
        can_plan=who.may(Action.PLAN),
        can_administer=who.may(Action.ADMINISTER),
        can_sign_in=found is None and has_accounts(),
        hidden=frozenset(layer for layer in SIGHTS if max(right(who.role, layer)) <= Sight.COUNTS),
        counts_cameras=min(right(who.role, CAMERAS.key)) >= Sight.COUNTS,
        withheld=withheld_from(who, State.of(current_app).publication),
    )


def signed_in() -> Identity:
    """Require a session of an account.

    Returns
    -------
    Identity
        Whose session it is.

    Raises
    ------
    SignInRefused
        When there is none; a token is not enough.
    """
    found = identity()
    if found is None or found.session is None:
        raise SignInRefused(
            Text("Cần đăng nhập.", "You need to sign in."),
            Text("Mở /sign-in rồi đăng nhập.", "Open /sign-in and sign in."),
        )
    return found


def own_address(text: str) -> str:
    """Take an address to go on to only when it is one of our own.

    Parameters
    ----------
    text : str
        As the request names it.

    Returns
    -------
    str
        Path and query; ``/`` for anything that leads, or might be read as leading, to another host.

    Examples
    --------
    >>> own_address("/boundaries?as_of=2025-07-01")
    '/boundaries?as_of=2025-07-01'
    >>> [own_address(text) for text in ("//elsewhere", "a", "")]
    ['/', '/', '/']
    """
    # Browsers take "\" for "/", and leave control characters out.
    is_plain = text.isprintable() and text.startswith("/") and not text.startswith("//") and "\\" not in text
    try:
        return text if is_plain and not urlsplit(text).netloc else "/"
    except ValueError:
        return "/"


def office_answer(text: str, *, failure: AnttError | None = None) -> Response:
    """Answer with a page of accounts.

    Parameters
    ----------
    text : str
        The page.
    failure : AnttError, optional
        Why what was sent was refused; decides about the status.

    Returns
    -------
    Response
        HTML that nothing keeps.
    """
    answer = Response(text, status=200 if failure is None else http_status(failure), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Cache-Control"] = "no-store"
    if isinstance(failure, TooManyTries):
        answer.headers["Retry-After"] = str(failure.details["retry_after_s"])
    return answer
