"""Who may write, and how a change says what it is based on.

Until there are accounts, writing is for pages of this machine alone. A page of another site
can make a browser send a form here, but not a header of our own; and a name that was pointed
at this machine (DNS rebinding) is told by the host it was asked under.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping

from flask import current_app, request

from layers.errors import Forbidden, InvalidParameter, VersionMissing
from layers.store.base import Author
from layers.wording import Text, storable
from mapserver.services.authors import os_user
from mapserver.web.state import State

__all__ = ["REQUEST_HEADER", "asked_version", "author", "json_body", "require_this_machine"]

REQUEST_HEADER = "X-ANTT-Request"
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")


def require_this_machine() -> None:
    """Refuse a request that does not come from a page of this machine.

    Raises
    ------
    Forbidden
        When it came from elsewhere, through a proxy, under another name or without our header.
    """
    here = _is_loopback(request.remote_addr or "") and _is_loopback(_host()) and not _was_forwarded()
    if not here:
        raise Forbidden(
            Text("Chỉ được ghi từ chính máy chủ: chương trình chưa có phân quyền truy cập.",
                 "Writing is for this machine alone: there is no access control yet."),
            Text("Mở bản đồ trên máy chủ, hoặc dùng lệnh `antt incidents`.",
                 "Open the map on the server itself, or use the command `antt incidents`."),
        )  # fmt: skip
    if not request.headers.get(REQUEST_HEADER):
        raise Forbidden(
            Text(f"Yêu cầu ghi thiếu tiêu đề {REQUEST_HEADER}.", f"A request to write lacks {REQUEST_HEADER}."),
            Text(f"Thêm tiêu đề {REQUEST_HEADER}: 1.", f"Add the header {REQUEST_HEADER}: 1."),
        )


def _host() -> str:
    name = request.host
    return name[1 : name.find("]")] if name.startswith("[") else name.partition(":")[0]


def _was_forwarded() -> bool:
    return any(name in request.headers for name in _FORWARDED)


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


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
    content = request.get_json(silent=True) if request.mimetype == "application/json" else None
    if not isinstance(content, dict):
        raise InvalidParameter(
            Text("Nội dung gửi lên không phải một đối tượng JSON.", "The request does not hold a JSON object."),
            Text("Gửi Content-Type: application/json và một đối tượng {…}.",
                 "Send Content-Type: application/json and one object {…}."),
        )  # fmt: skip
    named = ((storable(str(name)), value) for name, value in content.items())
    return {name: _as_text(name, value) for name, value in named}


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
    if not digits.isdecimal():
        raise InvalidParameter(
            Text(f"Phiên bản “{text}” không dùng được.", f"The version “{text}” cannot be used."),
            Text("Gửi đúng ETag đã nhận.", "Send the ETag as it was received."),
        )
    return int(digits)


def author() -> Author:
    """Say who writes through this request.

    Returns
    -------
    Author
        The account of the server, for there are no others yet; the reason is added with the change.
    """
    return Author(f"{os_user()} (web)", "", State.of(current_app).clock())
