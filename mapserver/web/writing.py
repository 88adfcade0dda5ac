"""Who may write, and how a change says what it is based on.

Until there are accounts, writing is for pages of this machine alone. A page of another site
can make a browser send a form here, but not a header of our own; and a name that was pointed
at this machine (DNS rebinding) is told by the host it was asked under. With accounts a page
of a session also shows the session's form key, which no other page can know.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from flask import current_app, request

from layers.errors import Forbidden, InvalidParameter, VersionMissing
from layers.store.base import Author
from layers.wording import Text, storable
from mapserver.services.authors import os_user
from mapserver.services.bearer_secrets import form_key, is_form_key
from mapserver.services.serving_conditions import is_loopback
from mapserver.web.gate import SESSION_COOKIE, has_accounts, identity
from mapserver.web.params import counter_of
from mapserver.web.serving_rules import from_this_machine
from mapserver.web.state import State

__all__ = [
    "FORM_KEY_FIELD",
    "FORM_KEY_HEADER",
    "REQUEST_HEADER",
    "asked_version",
    "author",
    "json_body",
    "key_of_forms",
    "only_names",
    "plain",
    "require_form_key",
    "require_write",
    "sent_object",
]

REQUEST_HEADER = "X-ANTT-Request"
FORM_KEY_HEADER = "X-ANTT-Form-Key"
FORM_KEY_FIELD = "form_key"


def require_write() -> None:
    """Refuse a request to write that somebody else may have made the sender's browser send.

    Raises
    ------
    Forbidden
        Without accounts: when it came from elsewhere, through a proxy, under another name or without our header.
        With accounts: when it lacks the header or the key of its session. A token needs neither, for no
        browser sends it by itself.
    """
    if not has_accounts():
        _require_this_machine()
        _require_header()
        return
    found = identity()
    if found is None or found.scopes is None:
        _require_header()
        require_form_key(request.cookies.get(SESSION_COOKIE))


def key_of_forms(secret: str) -> str:
    """Make the key of the forms on a page.

    Parameters
    ----------
    secret : str
        The secret that the browser holds in a cookie.

    Returns
    -------
    str
        What `require_form_key` asks for.
    """
    return form_key(secret, State.of(current_app).settings.secret_key)


def require_form_key(secret: str | None) -> None:
    """Refuse a form that does not come from a page of ours.

    Parameters
    ----------
    secret : str or None
        The secret that the browser holds in a cookie.

    Raises
    ------
    Forbidden
        When the form lacks the key that belongs to it.
    """
    shown = request.headers.get(FORM_KEY_HEADER) or request.form.get(FORM_KEY_FIELD, "")
    if secret is None or not is_form_key(shown, secret, State.of(current_app).settings.secret_key):
        raise Forbidden(
            Text("Trang này đã cũ hoặc không phải của chương trình.", "This page is old or not the program's own."),
            Text("Mở lại trang rồi làm lại.", "Open the page again and repeat it."),
        )


def _require_this_machine() -> None:
    if not (from_this_machine() and is_loopback(_host())):
        raise Forbidden(
            Text("Chỉ được ghi từ chính máy chủ: chương trình chưa có phân quyền truy cập.",
                 "Writing is for this machine alone: there is no access control yet."),
            Text("Mở bản đồ trên máy chủ, hoặc dùng lệnh `antt incidents`.",
                 "Open the map on the server itself, or use the command `antt incidents`."),
        )  # fmt: skip


def _require_header() -> None:
    if not request.headers.get(REQUEST_HEADER):
        raise Forbidden(
            Text(f"Yêu cầu ghi thiếu tiêu đề {REQUEST_HEADER}.", f"A request to write lacks {REQUEST_HEADER}."),
            Text(f"Thêm tiêu đề {REQUEST_HEADER}: 1.", f"Add the header {REQUEST_HEADER}: 1."),
        )


def _host() -> str:
    name = request.host
    return name[1 : name.find("]")] if name.startswith("[") else name.partition(":")[0]


def json_body() -> dict[str, str | None]:
    """Read the object that a request sends.

    Returns
    -------
    dict of str to str or None
        Numbers as text, so that they are checked like the cells of a file.

    Raises
    ------
    InvalidParameter
        When it is not a JSON object of plain values.
    """
    return plain(sent_object())


def plain(values: Mapping[str, object]) -> dict[str, str | None]:
    """Read values that are neither lists nor objects.

    Parameters
    ----------
    values : mapping of str to object
        As JSON has them.

    Returns
    -------
    dict of str to str or None
        Numbers as text.

    Raises
    ------
    InvalidParameter
        When one is no plain value.
    """
    return {name: _as_text(name, value) for name, value in values.items()}


def sent_object() -> dict[str, object]:
    """Read the object that a request sends, with whatever it holds.

    Returns
    -------
    dict of str to object
        As JSON has it.

    Raises
    ------
    InvalidParameter
        When it is not a JSON object.
    """
    content = _sent_json()
    if not isinstance(content, dict):
        raise InvalidParameter(
            Text("Nội dung gửi lên không phải một đối tượng JSON.", "The request does not hold a JSON object."),
            Text("Gửi Content-Type: application/json và một đối tượng {…}.",
                 "Send Content-Type: application/json and one object {…}."),
        )  # fmt: skip
    return {storable(str(name)): value for name, value in content.items()}


def only_names(body: Collection[str], known: Collection[str]) -> None:
    """Refuse an object with a field that is not understood.

    Parameters
    ----------
    body : collection of str
        The fields sent.
    known : collection of str
        Those that are understood.

    Raises
    ------
    InvalidParameter
        When there is another.
    """
    unknown = sorted(set(body) - set(known))
    if unknown:
        listed = ", ".join(known)
        raise InvalidParameter(
            Text(f"Không có trường “{unknown[0]}”.", f"There is no field “{unknown[0]}”."),
            Text(f"Dùng một trong: {listed}.", f"Use one of: {listed}."),
        )


def _sent_json() -> object:
    try:
        return request.get_json(silent=True) if request.mimetype == "application/json" else None
    except RecursionError:
        # Brackets within brackets, deeper than the reader goes.
        return None


def _as_text(name: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return repr(value)
    raise InvalidParameter(
        Text(f"Giá trị của “{name}” không dùng được.", f"The value of “{name}” cannot be used."),
        Text("Viết chữ, số hoặc null.", "Write a text, a number or null."),
    )


def asked_version(body: Mapping[str, str | None]) -> int:
    """Find the version of the record that a change is based on.

    Parameters
    ----------
    body : mapping of str to str or None
        As `json_body` gives it; ``row_version`` is used where there is no header ``If-Match``.

    Returns
    -------
    int
        The version.

    Raises
    ------
    VersionMissing
        When neither says it.
    InvalidParameter
        When it is not a number.
    """
    text = request.headers.get("If-Match") or body.get("row_version") or ""
    digits = text.strip().removeprefix("W/").strip('"')
    if digits in {"", "*"}:
        raise VersionMissing(
            Text("Chưa nêu phiên bản bản ghi đang sửa.", "The version of the record that is changed is not named."),
            Text("Gửi If-Match với ETag của bản ghi, hoặc row_version trong nội dung.",
                 "Send If-Match with the ETag of the record, or row_version in the body."),
        )  # fmt: skip
    version = counter_of(digits)
    if version is None:
        raise InvalidParameter(
            Text(f"Phiên bản “{text}” không dùng được.", f"The version “{text}” cannot be used."),
            Text("Gửi đúng ETag đã nhận.", "Send the ETag as it was received."),
        )
    return version


def author() -> Author:
    """Say who writes through this request.

    Returns
    -------
    Author
        The account; where there are none, that of the server. The reason is added with the change.
    """
    found = identity()
    name = f"{os_user()} (web)" if found is None else found.account.login
    return Author(name, "", State.of(current_app).clock())
