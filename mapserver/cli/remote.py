"""Speaking to a server instead of opening a store: one request, its answer, its refusals as failures of here."""

from __future__ import annotations

import gzip
import http.client
import ipaddress
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

from layers.errors import (
    AnttError,
    FileMissing,
    Forbidden,
    InvalidParameter,
    SignInRefused,
    StoreUnreachable,
)
from layers.wording import Text
from mapserver.cli.run import Elsewhere
from mapserver.errors import EXIT_CODE

__all__ = ["FAILURE_OF", "Server", "server_of"]

_TIMEOUT_S = 60
_OWN_MEMBERS = frozenset({"type", "title", "status", "detail", "code", "hint", "wording"})
FAILURE_OF = {failure.code: failure for failure in EXIT_CODE}

Query = Mapping[str, object]


@dataclass(frozen=True)
class Server:
    """A server of this program.

    Parameters
    ----------
    address : str
        Scheme, name and port, without a slash at its end.
    token : str
        Says on whose behalf; empty for a resident.
    """

    address: str
    token: str = field(default="", repr=False)

    def get(self, path: str, query: Query = {}) -> dict[str, Any]:  # noqa: B006 - never changed
        """Ask for an object.

        Parameters
        ----------
        path : str
            Such as ``/api/v1/vintages``.
        query : mapping
            Parameters; those that are None are left out, a sequence is sent as several.

        Returns
        -------
        dict
            The answer.

        Raises
        ------
        AnttError
            What the server refuses, under its own class; `StoreUnreachable` when it cannot be reached.
        """
        return self.parsed(self.fetch(path, query))

    def fetch(self, path: str, query: Query = {}) -> bytes:  # noqa: B006 - never changed
        """Ask for a file.

        Parameters
        ----------
        path : str
            Such as ``/snapshot.pdf``.
        query : mapping
            As in `get`.

        Returns
        -------
        bytes
            Its content.

        Raises
        ------
        AnttError
            As in `get`.
        """
        return self._answer(urllib.request.Request(self._url(path, query)))  # noqa: S310 - checked by `server_of`

    def send(self, path: str, body: object, *, method: str = "POST", query: Query = {}) -> dict[str, Any]:  # noqa: B006
        """Write something.

        Parameters
        ----------
        path : str
            Where to.
        body : object
            Plain values, sent as JSON.
        method : str
            ``POST`` or ``PATCH``.
        query : mapping
            As in `get`.

        Returns
        -------
        dict
            The answer.

        Raises
        ------
        AnttError
            As in `get`.
        """
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        url = self._url(path, query)
        return self.parsed(self._answer(urllib.request.Request(url, content, headers, method=method)))  # noqa: S310

    def send_form(self, path: str, content: Iterable[bytes], *, kind: str, length_bytes: int) -> dict[str, Any]:
        """Send a form, which may be larger than the memory.

        Parameters
        ----------
        path : str
            Where to.
        content : iterable of bytes
            The form, piece by piece.
        kind : str
            Its media type.
        length_bytes : int
            Of all pieces together.

        Returns
        -------
        dict
            The answer.

        Raises
        ------
        AnttError
            As in `get`.
        """
        headers = {"Content-Type": kind, "Content-Length": str(length_bytes)}
        request = urllib.request.Request(self._url(path, {}), content, headers, method="POST")  # noqa: S310 - as above
        return self.parsed(self._answer(request))

    def _url(self, path: str, query: Query) -> str:
        given = {name: value for name, value in query.items() if value is not None}
        return f"{self.address}{path}" + (f"?{urlencode(given, doseq=True)}" if given else "")

    def _answer(self, request: urllib.request.Request) -> bytes:
        request.add_header("Accept-Encoding", "gzip")
        # What tells a program of ours from a page that makes a browser send something.
        request.add_header("X-ANTT-Request", "1")
        if self.token:
            # Not repeated to wherever a server might send us on.
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        try:
            with self._opener().open(request, timeout=_TIMEOUT_S) as answer:
                content: bytes = answer.read()
                return gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content
        except urllib.error.HTTPError as refusal:
            self._refuse(refusal.code, refusal.headers, refusal.read())
        except (urllib.error.URLError, http.client.HTTPException, OSError) as problem:
            reason = getattr(problem, "reason", problem)
            raise self._unreachable(reason) from problem

    def _opener(self) -> urllib.request.OpenerDirector:
        handlers: list[urllib.request.BaseHandler] = [_NowhereElse()]
        if self.address.startswith("http:"):
            # Unencrypted words are for this machine; a proxy would carry them elsewhere.
            handlers.append(urllib.request.ProxyHandler({}))
        return urllib.request.build_opener(*handlers)

    def parsed(self, content: bytes) -> dict[str, Any]:
        """Read an object that the server sent.

        Parameters
        ----------
        content : bytes
            As `fetch` gave it.

        Returns
        -------
        dict
            The object.

        Raises
        ------
        StoreUnreachable
            When it is none: whoever answered is no server of this program.
        """
        with suppress(ValueError):
            read: object = json.loads(content)
            if isinstance(read, dict):
                return read
        raise self._stranger()

    def _refuse(self, status: int, headers: Message, content: bytes) -> NoReturn:
        if headers.get_content_type() == "application/problem+json":
            raise _told(self.parsed(content))
        if status == http.HTTPStatus.UNAUTHORIZED:
            raise SignInRefused(
                Text("Máy chủ không nhận mã truy cập này.", "The server does not take this token."), _TOKEN_HINT
            )
        if status == http.HTTPStatus.FORBIDDEN:
            raise Forbidden(Text("Máy chủ từ chối yêu cầu.", "The server refuses the request."), _TOKEN_HINT)
        raise self._stranger(status)

    def _stranger(self, status: int | None = None) -> StoreUnreachable:
        said = "" if status is None else f" ({status})"
        return StoreUnreachable(
            Text(f"“{self.address}” không trả lời như máy chủ của chương trình này{said}.",
                 f"“{self.address}” does not answer like a server of this program{said}."),
            Text("Kiểm tra địa chỉ ở --server, và hai bên dùng cùng phiên bản.",
                 "Check the address in --server, and that both sides have the same version."),
        )  # fmt: skip

    def _unreachable(self, reason: object) -> StoreUnreachable:
        if isinstance(reason, ssl.SSLCertVerificationError):
            hint = Text(
                "Nếu cơ quan dùng chứng thư riêng, đặt SSL_CERT_FILE trỏ tới chứng thư gốc.",
                "If the office has certificates of its own, let SSL_CERT_FILE name its root certificate.",
            )
        else:
            hint = Text("Kiểm tra địa chỉ, mạng, và máy chủ đang chạy.",
                        "Check the address, the network, and that the server runs.")  # fmt: skip
        return StoreUnreachable(
            Text(f"Không kết nối được máy chủ “{self.address}” ({reason}).",
                 f"The server “{self.address}” cannot be reached ({reason})."),
            hint,
        )  # fmt: skip


_TOKEN_HINT = Text("Mã truy cập có thể đã hết hạn hoặc thiếu quyền; xin người quản trị mã mới.",
                   "The token may be over or lack a right; ask the administrator for a new one.")  # fmt: skip


class _NowhereElse(urllib.request.HTTPRedirectHandler):
    """Leaves an answer that points elsewhere as it is: nothing is sent to an address nobody named."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def _told(problem: Mapping[str, Any]) -> AnttError:
    failure = FAILURE_OF.get(str(problem.get("code")), AnttError)
    details = {name: value for name, value in problem.items() if name not in _OWN_MEMBERS}
    message, hint = (_both(problem, name) for name in ("title", "hint"))
    return failure(message, hint, details=details)


def _both(problem: Mapping[str, Any], name: str) -> Text:
    # A server of an older version says it in one language only.
    wording = problem.get("wording") or {}
    said = [str(wording.get(language, {}).get(name) or problem.get(name) or "") for language in ("vi", "en")]
    return Text(*said)


def server_of(asked: Elsewhere) -> Server:
    """Understand which server a command is to speak to.

    Parameters
    ----------
    asked : Elsewhere
        As called for.

    Returns
    -------
    Server
        Nothing is sent yet.

    Raises
    ------
    InvalidParameter
        When it is no address, or its words would cross a network unencrypted.
    FileMissing
        When the file of the token cannot be read.

    Examples
    --------
    >>> server_of(Elsewhere("http://127.0.0.1:8000/")).address
    'http://127.0.0.1:8000'
    """
    address = asked.server.rstrip("/")
    if not _is_safe(address):
        raise InvalidParameter(
            Text(f"Không dùng được địa chỉ máy chủ “{asked.server}”.",
                 f"The address “{asked.server}” of a server cannot be used."),
            Text("Địa chỉ bắt đầu bằng https://, còn http:// chỉ dùng cho chính máy này (127.0.0.1).",
                 "Begin it with https:// ; http:// is for this machine alone (127.0.0.1)."),
        )  # fmt: skip
    return Server(address, _token(asked))


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    if not named or parts.username is not None or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))


def _is_loopback(name: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(name).is_loopback
    return name == "localhost"


def _token(asked: Elsewhere) -> str:
    if asked.token_file is None:
        token = asked.token
    else:
        try:
            token = Path(asked.token_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise FileMissing(
                Text(f"Không đọc được tệp mã truy cập “{asked.token_file}”.",
                     f"The token file “{asked.token_file}” cannot be read."),
                Text("Lưu mã truy cập vào tệp chỉ mình đọc được (chmod 600).",
                     "Keep the token in a file that only you can read (chmod 600)."),
            ) from problem  # fmt: skip
    token = token.strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise InvalidParameter(
            Text("Mã truy cập có ký tự không dùng được.", "The token has characters that cannot be used."), _TOKEN_HINT
        )
    return token
