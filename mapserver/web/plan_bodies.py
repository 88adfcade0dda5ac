"""What the addresses of plans are sent, read with bounds: texts, numbers, days and operations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import request
from werkzeug.datastructures import MultiDict

from layers.errors import InvalidParameter, TooLarge
from layers.planning import plan_refusals
from layers.planning.operations import Operation, operation_from_json
from layers.wording import Text, nfc
from mapserver.web import params
from mapserver.web.writing import json_body, only_names, plain, sent_object

__all__ = ["day_in", "operation_sent", "reason_in", "sent", "text_in", "whole_in"]

MOST_PLACES = 20_000
# Room for as many places, with spaces in between.
_LARGEST_OPERATION_BYTES = 1_000_000
_LONGEST_REASON = 500
_LONGEST_NUMBER = 9

Body = Mapping[str, str | None]


def sent(*names: str) -> dict[str, str | None]:
    """Read a body of plain values.

    Parameters
    ----------
    *names : str
        The fields it may have.

    Returns
    -------
    dict of str to str or None
        Numbers as text.

    Raises
    ------
    InvalidParameter
        When it is no object of plain values or has another field.
    """
    params.only(request.args, usual=frozenset({"lang"}))
    body = json_body()
    only_names(body, names)
    return body


def operation_sent() -> tuple[Operation, dict[str, str | None]]:
    """Read a body with an operation.

    Returns
    -------
    tuple of Operation and dict
        The operation, and the other fields.

    Raises
    ------
    InvalidParameter
        When it is not understood.
    TooLarge
        When its line has more places than any border needs.
    """
    request.max_content_length = _LARGEST_OPERATION_BYTES
    params.only(request.args, usual=frozenset({"lang"}))
    body = sent_object()
    only_names(body, ("operation", "seen", "reason"))
    operation = body.pop("operation", None)
    if not isinstance(operation, dict):
        raise plan_refusals.not_readable()
    if any(isinstance(value, list) and len(value) > MOST_PLACES for value in operation.values()):
        raise TooLarge(
            Text(f"Đường vẽ có quá {MOST_PLACES:,} điểm.".replace(",", "."),
                 f"The line has more than {MOST_PLACES:,} places."),
            Text("Chia đường vẽ thành nhiều đoạn.", "Draw it in several stretches."),
        )  # fmt: skip
    return operation_from_json(operation), plain(body)


def text_in(body: Body, name: str, longest: int, *, needed: bool = False) -> str:
    """Read a text.

    Parameters
    ----------
    body : mapping of str to str or None
        As `sent` gives it.
    name : str
        Name of the field.
    longest : int
        Characters it may have.
    needed : bool
        Whether it may not be empty.

    Returns
    -------
    str
        Normalised; empty when there is none.

    Raises
    ------
    InvalidParameter
        When it is missing or too long.
    """
    text = nfc(body.get(name) or "")
    if len(text) > longest or (needed and not text):
        raise InvalidParameter(
            Text(f"Trường “{name}” trống hoặc quá dài.", f"The field “{name}” is empty or too long.")
            if needed else Text(f"Trường “{name}” quá dài.", f"The field “{name}” is too long."),
            Text(f"Viết không quá {longest} ký tự.", f"Write at most {longest} characters."),
        )  # fmt: skip
    return text


def reason_in(body: Body) -> str:
    """Read why something is done.

    Parameters
    ----------
    body : mapping of str to str or None
        As `sent` gives it.

    Returns
    -------
    str
        Empty when no reason is given.

    Raises
    ------
    InvalidParameter
        When it is too long.
    """
    return text_in(body, "reason", _LONGEST_REASON)


def whole_in(body: Body, name: str) -> int | None:
    """Read a whole number from 0.

    Parameters
    ----------
    body : mapping of str to str or None
        As `sent` gives it, or the query of an address.
    name : str
        Name of the field.

    Returns
    -------
    int or None
        None when there is none.

    Raises
    ------
    InvalidParameter
        When it is something else.
    """
    text = (body.get(name) or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise InvalidParameter(
            Text(f"Giá trị của “{name}” không dùng được.", f"The value of “{name}” cannot be used."),
            Text("Viết một số nguyên từ 0.", "Write a whole number from 0."),
        )
    return int(text)


def day_in(body: Body, name: str) -> dt.date | None:
    """Read a day.

    Parameters
    ----------
    body : mapping of str to str or None
        As `sent` gives it.
    name : str
        Name of the field.

    Returns
    -------
    date or None
        None when there is none.

    Raises
    ------
    InvalidParameter
        When it is not an ISO date.
    """
    return params.day_of(MultiDict({name: body.get(name) or ""}), name)
