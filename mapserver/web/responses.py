"""Answers: JSON and pictures with a strong ETag, problem documents for failures."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Hashable
from functools import lru_cache
from pathlib import Path

from flask import Response, current_app, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from layers import __version__
from layers.catalog import LAYERS, Layer
from layers.errors import AnttError
from mapserver.errors import as_json, http_status
from mapserver.rendering.refusal import render_refusal
from mapserver.web.state import State

__all__ = ["cached", "dump_json", "fresh", "language_asked", "page_policy", "problem", "refusal_page"]

_FIRST_LEVEL = 5
_PACKED = frozenset({"application/json", "application/geo+json", "application/vnd.mapbox-vector-tile"})


def cached(
    mimetype: str, make: Callable[[], bytes], *, layers: tuple[Layer, ...] = LAYERS, about: Hashable = None
) -> Response:
    """Answer a reading address from the cache, or make the answer.

    The key is the store, the address with its parameters in order, the versions of the layers it reads and what
    else it is made from, what the viewer may see and the version of the program; the ETag is its hash, so 304 is
    answered without making anything.

    Parameters
    ----------
    mimetype : str
        Kind of the answer.
    make : callable
        Reads the parameters and makes the body; it may refuse. Not called for an answer that is held,
        since the same address was understood before.
    layers : tuple of Layer
        The layers that the answer is made from; a commit to another one leaves it as it is.
    about : hashable
        What else it is made from that none of these tell, such as who asks or how far one record is.

    Returns
    -------
    Response
        With the body, or 304 without.
    """
    state = State.of(current_app)
    packing = mimetype in _PACKED and _takes_gzip(request.headers.get("Accept-Encoding", ""))
    versions = state.reader.versions()
    key = (
        # Two stores count alike: whoever looks at the sample first must not be shown it as their own.
        _place_of(state.system.address),
        request.path,
        # As it was written: of a parameter that is given twice, the first may be the one that counts.
        request.query_string,
        tuple(versions[layer.key] for layer in layers),
        about,
        state.today(),
        # Two viewers with the same rights share answers, and nobody else does.
        state.reader.narrowed_to,
        __version__,
        # Two encodings of one answer are two representations, and a strong tag names one of them.
        packing,
    )
    etag = hashlib.blake2b(repr(key).encode(), digest_size=12).hexdigest()
    if "If-None-Match" in request.headers and _is_held(etag):
        answer = Response(status=304)
    else:
        body = state.answers.get_or_make(
            key, lambda: gzip.compress(make(), _FIRST_LEVEL, mtime=0) if packing else make()
        )
        answer = Response(body, mimetype=mimetype)
        if packing:
            answer.headers["Content-Encoding"] = "gzip"
    answer.headers["ETag"] = f'"{etag}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Accept-Encoding, Cookie, Authorization"
    return answer


def _is_held(etag: str) -> bool:
    return not request.if_none_match.star_tag and request.if_none_match.contains(etag)


@lru_cache(maxsize=64)
def _place_of(address: str) -> str:
    return address if address == "memory:" else str(Path(address).resolve())


@lru_cache(maxsize=64)
def _takes_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted, Accept).quality("gzip") > 0


def dump_json(content: object) -> bytes:
    """Write JSON as short as it can be.

    Parameters
    ----------
    content : object
        Plain values.

    Returns
    -------
    bytes
        UTF-8.
    """
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def fresh(answer: Response) -> Response:
    """Have a browser ask again each time.

    Parameters
    ----------
    answer : Response
        Of something that changes by the minute or is for one person alone.

    Returns
    -------
    Response
        The same.
    """
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def problem(failure: AnttError, language: str, status: int | None = None) -> Response:
    """Answer a failure as a problem document (RFC 9457).

    Parameters
    ----------
    failure : AnttError
        What went wrong.
    language : str
        ``vi`` or ``en``.
    status : int, optional
        The HTTP status; that of the failure's class when left out.

    Returns
    -------
    Response
        A problem document.
    """
    said = as_json(failure, language)
    status = status or http_status(failure)
    body = {
        **failure.details,
        "type": f"urn:antt:error:{said['code']}",
        "title": said["message"],
        "status": status,
        "detail": said["message"],
        "code": said["code"],
        "hint": said["hint"],
        # For a program that passes the refusal on to people of either language.
        "wording": {
            each: {"title": failure.message.in_language(each), "hint": failure.hint.in_language(each)}
            for each in ("vi", "en")
        },
    }
    answer = Response(dump_json(body), status=status, mimetype="application/problem+json")
    return _with_wait(answer, failure)


def language_asked() -> str:
    """Read the language of an address that may be wrong in everything else.

    Returns
    -------
    str
        That of the settings when none is asked for that is known.
    """
    asked = request.args.get("lang")
    return asked if asked in {"vi", "en"} else State.of(current_app).settings.lang


def _with_wait(answer: Response, failure: AnttError) -> Response:
    if "retry_after_s" in failure.details:
        answer.headers["Retry-After"] = str(failure.details["retry_after_s"])
    return answer


def refusal_page(failure: AnttError, language: str) -> Response:
    """Answer a failure as a page for people.

    Parameters
    ----------
    failure : AnttError
        What went wrong.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    Response
        A page with the sentence and a way back to the map.
    """
    text = render_refusal(as_json(failure, language), language)
    answer = Response(text, status=http_status(failure), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; font-src 'self'; img-src data:"
    return _with_wait(answer, failure)


def page_policy(nonce: str) -> str:
    """Write the Content-Security-Policy of a page with a script.

    Parameters
    ----------
    nonce : str
        What the scripts written into the page carry.

    Returns
    -------
    str
        Lets nothing in from elsewhere.
    """
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
