"""Answers: JSON and pictures with a strong ETag, problem documents for failures."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable

from flask import Response, current_app, request

from layers import __version__
from layers.errors import AnttError
from mapserver.errors import as_json, http_status
from mapserver.rendering.refusal import render_refusal
from mapserver.web.state import State

__all__ = ["cached", "dump_json", "problem", "refusal_page"]

_FIRST_LEVEL = 5
_PACKED = frozenset({"application/json", "application/geo+json"})


def cached(mimetype: str, make: Callable[[], bytes]) -> Response:
    """Answer a reading address from the cache, or make the answer.

    The key is the address with its parameters in order, the versions of every layer and
    the version of the program; the ETag is its hash, so 304 is answered without making anything.

    Parameters
    ----------
    mimetype : str
        Kind of the answer.
    make : callable
        Makes the body.

    Returns
    -------
    Response
        With the body, or 304 without.
    """
    state = State.of(current_app)
    plain = mimetype not in _PACKED
    packing = not plain and request.accept_encodings.quality("gzip") > 0
    key = (
        request.path,
        tuple(sorted(request.args.items(multi=True))),
        tuple(state.store.versions().items()),
        state.today(),
        __version__,
        # Two encodings of one answer are two representations, and a strong tag names one of them.
        packing,
    )
    etag = hashlib.blake2b(repr(key).encode(), digest_size=12).hexdigest()
    if not request.if_none_match.star_tag and request.if_none_match.contains(etag):
        answer = Response(status=304)
    else:
        body = state.answers.get_or_make(
            key, lambda: gzip.compress(make(), _FIRST_LEVEL, mtime=0) if packing else make()
        )
        answer = Response(body, mimetype=mimetype)
        if packing:
            answer.headers["Content-Encoding"] = "gzip"
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("Accept-Encoding")
    return answer


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
    }
    return Response(dump_json(body), status=status, mimetype="application/problem+json")


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
    return answer
