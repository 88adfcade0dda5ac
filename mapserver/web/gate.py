"""The gate: who is there, and whether the door asked for lets them pass. Every request comes through here."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, current_app, g, redirect, request

from layers.access.policy import Sight, right
from layers.access.roles import Role
from layers.access.viewer import ANYBODY, Viewer
from layers.errors import Forbidden, SignInRefused
from layers.wording import Text
from mapserver.services.authors import os_user
from mapserver.services.identity import Evidence, Identity, SessionIdentity, TokenIdentity, identify
from mapserver.web.doors import DOORS, Door
from mapserver.web.serving_rules import from_this_machine
from mapserver.web.state import State

__all__ = [
    "DEVICE_COOKIE",
    "DOORS",
    "SESSION_COOKIE",
    "SIGN_IN",
    "Door",
    "admit",
    "evidence",
    "has_accounts",
    "identity",
    "is_page",
    "viewer",
]

SESSION_COOKIE = "antt_session"
DEVICE_COOKIE = "antt_device"
SIGN_IN = "/sign-in"

# A person who opened one of these gets a page when it is refused; a program gets a problem document.
_PAGES = frozenset(
    {"/", "/boundaries", "/accounts", "/audit", "/audit/check", "/password", "/plans", "/sign-out", SIGN_IN}
)
_PAGES_BELOW = ("/units/", "/accounts/", "/plans/")


def admit() -> Response | None:
    """Find out who asks and refuse what the door does not allow; runs before every request.

    Returns
    -------
    Response or None
        None lets the request pass; a page that needs somebody leads to the sign-in.

    Raises
    ------
    SignInRefused
        When nobody is recognised and the door is not for everybody.
    Forbidden
        When whoever it is may not pass.
    """
    g.identity, g.viewer = None, ANYBODY
    g.pop("reader", None)
    if request.endpoint is None:
        # There is nothing at this address to be kept from anybody.
        return None
    state, door = State.of(current_app), DOORS[request.endpoint]
    if not door.asks_who:
        return None
    if from_this_machine() and not has_accounts():
        # As long as there are none, whoever sits at this machine is its administrator, and nobody else is anything.
        g.viewer = Viewer(f"{os_user()} (web)", Role.ADMINISTRATOR, None)
        return None
    found = identify(
        (TokenIdentity(state.registers), SessionIdentity(state.registers)), evidence(), now=state.clock()
    )  # fmt: skip
    if found is not None:
        g.identity, g.viewer = found, found.viewer
    if door.is_open:
        return None
    if found is None and not (state.settings.residents and _is_public(door)):
        return _asked_to_sign_in()
    _require(g.viewer, door)
    return None


def viewer() -> Viewer:
    """Tell who asks.

    Returns
    -------
    Viewer
        A resident where nobody was recognised; the administrator of this machine where there are no accounts.
    """
    found: Viewer = g.get("viewer", ANYBODY)
    return found


def identity() -> Identity | None:
    """Tell whose account the request comes with.

    Returns
    -------
    Identity or None
        None where nobody was recognised.
    """
    found: Identity | None = g.get("identity")
    return found


def has_accounts() -> bool:
    """Say whether people have to sign in.

    Returns
    -------
    bool
        False as long as everybody on this machine is its administrator.
    """
    return State.of(current_app).registers.accounts.any()


def evidence() -> Evidence:
    """Collect what a request shows of who sent it.

    Returns
    -------
    Evidence
        Without what is typed at sign-in.
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return Evidence(
        request.remote_addr or "",
        token=token.strip() if scheme.lower() == "bearer" else None,
        session=request.cookies.get(SESSION_COOKIE),
        device=request.cookies.get(DEVICE_COOKIE),
    )


def is_page() -> bool:
    """Say whether the address asked for is a page for people.

    Returns
    -------
    bool
        By the address, so that it is known of one that does not exist as well.
    """
    return request.path in _PAGES or request.path.startswith(_PAGES_BELOW)


def _asked_to_sign_in() -> Response:
    if is_page() and request.method == "GET":
        wanted = request.full_path.rstrip("?")
        language = {"lang": request.args["lang"]} if "lang" in request.args else {}
        answer = redirect(f"{SIGN_IN}?{urlencode({'next': wanted} | language)}", 303)
        assert isinstance(answer, Response)  # noqa: S101 - flask's own kind of answer
        return answer
    raise SignInRefused(
        Text("Cần đăng nhập.", "You need to sign in."),
        Text(f"Mở {SIGN_IN}, hoặc gửi mã truy cập trong tiêu đề Authorization.",
             f"Open {SIGN_IN}, or send a token in the header Authorization."),
    )  # fmt: skip


def _require(who: Viewer, door: Door) -> None:
    if door.action is not None:
        who.require(door.action)
    if not _sees_some(who, door):
        raise Forbidden(
            Text("Bạn không có quyền xem nội dung này.", "You have no right to see this."),
            Text("Nhờ quản trị viên cấp quyền, hoặc đăng nhập bằng tài khoản khác.",
                 "Ask the administrator for it, or sign in with another account."),
        )  # fmt: skip


def _is_public(door: Door) -> bool:
    allowed = door.action is None or ANYBODY.may(door.action)
    return allowed and not door.needs_account and _sees_some(ANYBODY, door)


def _sees_some(who: Viewer, door: Door) -> bool:
    return not door.layers or any(max(right(who.role, layer)) > Sight.NOTHING for layer in door.layers)
