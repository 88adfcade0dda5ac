"""What holds for every request, whatever it asks for: names, rates, headers, one line in the log, counters."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue

from layers.access.viewer import Viewer
from layers.errors import Forbidden
from layers.store.system_limits import Limit, Limits
from layers.wording import Text
from mapserver.services.rates import Rate
from mapserver.services.request_counts import RequestCounts
from mapserver.services.serving_conditions import is_loopback
from mapserver.web.proxies import FORWARDED, TrustedProxies
from mapserver.web.responses import language_asked, problem
from mapserver.web.state import State

__all__ = ["ServingRules", "from_this_machine", "nobody"]

_REQUESTS = logging.getLogger("antt.requests")
_NAME = "antt_serving"
_STATIC = "assets.asset"
# Many people may stand behind one address; an account is one person.
_ADDRESS_TIMES = 10
_AHEAD_SHARE = 40
_A_YEAR_S = 31_536_000
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), midi=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
_POLICY = "default-src 'none'; frame-ancestors 'none'"

Who = Callable[[], Viewer | None]
Admit = Callable[[], ResponseReturnValue | None]


def nobody() -> Viewer | None:
    """Say that nobody is known.

    Returns
    -------
    None
        Always.
    """
    return None


@dataclass
class ServingRules:
    """The rules of one application.

    Parameters
    ----------
    names : frozenset of str
        Names it is asked under, beside those of this machine.
    by_address, by_account : Rate
        How often requests may come.
    counts : RequestCounts
        What was answered.
    who : callable
        Tells who sent the present request, once that was found out.
    """

    names: frozenset[str]
    by_address: Rate
    by_account: Rate
    counts: RequestCounts
    who: Who = field(default=nobody)

    @classmethod
    def of(cls, app: Flask) -> ServingRules:
        """Find the rules of an application.

        Parameters
        ----------
        app : Flask
            The application.

        Returns
        -------
        ServingRules
            What `attach` put there.
        """
        rules: ServingRules = app.extensions[_NAME]
        return rules

    @classmethod
    def attach(cls, app: Flask, *, admit: Admit | None = None, who: Who = nobody) -> None:
        """Have an application keep the rules; called when its routes are known.

        Parameters
        ----------
        app : Flask
            The application, with its state.
        admit : callable, optional
            Finds out who asks and refuses what they may not; called between the two rates, so that an address
            which guesses tokens is slowed down before they are looked up.
        who : callable
            Tells what `admit` has found out.
        """
        state = State.of(app)
        a_minute, limits = state.settings.rate_per_minute, Limits(state.system.file)
        app.extensions[_NAME] = cls(
            frozenset(state.settings.host_names),
            _rate(limits, a_minute * _ADDRESS_TIMES),
            _rate(limits, a_minute),
            RequestCounts(sorted(rule.endpoint for rule in app.url_map.iter_rules())),
            who,
        )
        app.wsgi_app = TrustedProxies(app.wsgi_app, state.settings.trusted_proxies)  # type: ignore[method-assign]
        app.before_request(_arrive)
        if admit is not None:
            app.before_request(admit)
        app.before_request(_require_own_rate)
        app.after_request(_leave)


def _rate(limits: Limits, a_minute: int) -> Rate:
    return Rate(limits, Limit(a_minute, 60 / a_minute), ahead=max(1, a_minute // _AHEAD_SHARE))


def _arrive() -> Response | None:
    g.began = time.perf_counter()
    rules = ServingRules.of(current_app)
    if not _is_ours(request.host, rules.names):
        return problem(_not_served(), language_asked(), 421)
    if _is_counted():
        rules.by_address.require(f"requests:address:{request.remote_addr}", now=_now())
    return None


def _not_served() -> Forbidden:
    return Forbidden(
        Text("Tên máy chủ này không được phục vụ.", "This host name is not served."),
        Text("Mở đúng địa chỉ do người quản trị cho biết; trên chính máy chủ: http://127.0.0.1 với đúng cổng.",
             "Open the address the administrator has named; on the server itself http://127.0.0.1 with its port."),
    )  # fmt: skip


def _now() -> dt.datetime:
    return State.of(current_app).clock()


def _require_own_rate() -> None:
    rules = ServingRules.of(current_app)
    viewer = rules.who()
    if viewer is not None and viewer.account_id is not None and request.endpoint != _STATIC:
        rules.by_account.require(f"requests:account:{viewer.account_id}", now=_now())


def _is_counted() -> bool:
    # The person at the server itself shuts nobody out.
    return request.endpoint != _STATIC and not from_this_machine()


def from_this_machine() -> bool:
    """Say whether the present request was sent on this machine, by no proxy.

    Returns
    -------
    bool
        False for one that a proxy on this machine brought from elsewhere.
    """
    return is_loopback(request.remote_addr or "") and not any(name in request.headers for name in FORWARDED)


@lru_cache(maxsize=64)
def _is_ours(host: str, names: frozenset[str]) -> bool:
    # A name that leads here only because somebody else's name server says so is not ours to answer to:
    # otherwise a page from elsewhere could read the map in the reader's own browser (DNS rebinding).
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return is_loopback(name) or name in names


def _leave(answer: Response) -> Response:
    for name, value in _ALWAYS.items():
        answer.headers.setdefault(name, value)
    policy = answer.headers.setdefault("Content-Security-Policy", _POLICY)
    if "frame-ancestors" not in policy:
        answer.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'none'"
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = f"max-age={_A_YEAR_S}"
        _secure_cookies(answer)
    _note(answer)
    return answer


def _secure_cookies(answer: Response) -> None:
    cookies = answer.headers.getlist("Set-Cookie")
    answer.headers.remove("Set-Cookie")
    for cookie in cookies:
        known = any(part.strip().lower() == "secure" for part in cookie.split(";"))
        answer.headers.add("Set-Cookie", cookie if known else f"{cookie}; Secure")


def _note(answer: Response) -> None:
    state, rules = State.of(current_app), ServingRules.of(current_app)
    seconds = time.perf_counter() - g.began if "began" in g else 0.0
    rules.counts.add(request.endpoint, answer.status_code, seconds=seconds, cache=state.answers.uses)
    if state.settings.log == "requests":
        viewer = rules.who()
        # The rule, never the address: an address may hold a place, a name or what somebody searched for.
        line = {
            "time": _now().isoformat(timespec="milliseconds"),
            "route": None if request.url_rule is None else request.url_rule.rule,
            "method": request.method,
            "status": answer.status_code,
            "ms": round(seconds * 1000, 1),
            "role": None if viewer is None else str(viewer.role),
        }
        _REQUESTS.info("%s", json.dumps(line))
