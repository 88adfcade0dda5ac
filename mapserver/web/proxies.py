"""The proxy in front: what it says about the client is believed from listed addresses alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["FORWARDED", "TrustedProxies"]

# What a proxy adds. A request that has one of these did not come straight from its client.
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")
_SCHEMES = frozenset({"http", "https"})
_LONGEST_CHAIN = 20


class TrustedProxies:
    """Puts the client's address, scheme and host in place of the proxy's.

    Werkzeug's `ProxyFix` counts proxies and so believes whoever can reach the port; this one asks who speaks.

    Parameters
    ----------
    inner : WSGI application
        Sees the request as the client sent it.
    networks : sequence of str
        Networks of the proxies; when there are none, nothing is believed.
    """

    def __init__(self, inner: WSGIApplication, networks: Sequence[str]) -> None:
        self._inner = inner
        trusted = tuple(ipaddress.ip_network(network) for network in networks)
        self._is_trusted: Callable[[str], bool] = lru_cache(maxsize=256)(lambda text: _lies_in(text, trusted))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI wants it."""
        if self._is_trusted(str(environ.get("REMOTE_ADDR", ""))):
            environ.update(self._as_sent(environ))
        return self._inner(environ, start_response)

    def _as_sent(self, environ: WSGIEnvironment) -> dict[str, Any]:
        found: dict[str, Any] = {}
        client = self._client(str(environ.get("HTTP_X_FORWARDED_FOR", "")))
        if client:
            found["REMOTE_ADDR"] = client
        scheme = _last(environ, "HTTP_X_FORWARDED_PROTO").lower()
        if scheme in _SCHEMES:
            found["wsgi.url_scheme"] = scheme
        host = _last(environ, "HTTP_X_FORWARDED_HOST")
        if host:
            found["HTTP_HOST"] = host
        return found

    def _client(self, chain: str) -> str:
        # Each proxy adds on the right the address it was called from; what stands further left may be made up.
        parts = [part.strip() for part in chain.split(",") if part.strip()][-_LONGEST_CHAIN:]
        found = ""
        for part in reversed(parts):
            if not _is_address(part):
                break
            found = part
            if not self._is_trusted(part):
                break
        return found


def _last(environ: WSGIEnvironment, name: str) -> str:
    return str(environ.get(name, "")).rpartition(",")[2].strip()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _lies_in(text: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in networks)
