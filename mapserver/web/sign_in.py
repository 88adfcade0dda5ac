"""Signing in and out, and the own password: plain forms, no script."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
from flask import Blueprint, Response, current_app, redirect, request

from layers.errors import AnttError, InvalidParameter, SignInRefused
from layers.store.system_audit import Action as Deed
from layers.wording import Text
from mapserver.rendering.account_pages import OfficePage, render_password, render_sign_in
from mapserver.services.accounts import set_password
from mapserver.services.bearer_secrets import digest, new_secret
from mapserver.services.entering import DEVICE_DAYS, open_session
from mapserver.services.identity import Identity, PasswordIdentity
from mapserver.web import params
from mapserver.web.gate import DEVICE_COOKIE, SESSION_COOKIE, SIGN_IN, evidence, has_accounts, identity
from mapserver.web.people import office_answer, own_address, person_now, signed_in
from mapserver.web.state import State
from mapserver.web.witness import record, with_record
from mapserver.web.writing import key_of_forms, require_form_key

__all__ = ["bp"]

bp = Blueprint("sign_in", __name__)

# Holds the secret behind the form's key before there is a session.
_FORM_COOKIE = "antt_form"
_DAY_S = 86_400


@bp.get(SIGN_IN)
def sign_in_form() -> Response:
    """Show the sign-in.

    Returns
    -------
    Response
        HTML; where there are no accounts, the way to the map.
    """
    params.only(request.args, usual=frozenset({"lang", "next"}))
    if not has_accounts():
        return _onward("/")
    return _form(own_address(request.args.get("next", "")), login="", failure=None)


@bp.post(SIGN_IN)
def enter() -> Response:
    """Sign somebody in.

    Returns
    -------
    Response
        The way to the page that was wanted, with a new session; the form again when it was refused.
    """
    params.only(request.args, usual=frozenset({"lang"}))
    wanted, login = own_address(request.form.get("next", "")), request.form.get("login", "")
    try:
        require_form_key(request.cookies.get(_FORM_COOKIE))
        found = _recognised(login, request.form.get("password", ""))
    except SignInRefused as failure:
        _record_refusal(login)
        return _form(wanted, login=login, failure=failure)
    except AnttError as failure:
        return _form(wanted, login=login, failure=failure)
    record(Deed.SIGN_IN, {"account": found.account.login}, who=found.account.login)
    _close_own_session()
    return _opened(_onward(wanted), found)


@bp.post("/sign-out")
def leave() -> Response:
    """End the session.

    Returns
    -------
    Response
        The way to the sign-in.
    """
    params.only(request.args, usual=frozenset({"lang"}))
    found = identity()
    if found is not None and found.session is not None:
        require_form_key(request.cookies.get(SESSION_COOKIE))
        record(Deed.SIGN_OUT, {"account": found.account.login})
        _close_own_session()
    answer = _onward(f"{SIGN_IN}?{urlencode({'lang': _language()})}")
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@bp.get("/password")
def password_form() -> Response:
    """Show the change of the own password.

    Returns
    -------
    Response
        HTML.
    """
    params.only(request.args, usual=frozenset({"lang"}))
    signed_in()
    return office_answer(render_password(_page("/password")))


@bp.post("/password")
def change_password() -> Response:
    """Change the own password; every other session ends.

    Returns
    -------
    Response
        The page again, with a new session, or with what was refused.
    """
    params.only(request.args, usual=frozenset({"lang"}))
    state, account = State.of(current_app), signed_in().account
    require_form_key(request.cookies.get(SESSION_COOKIE))
    try:
        found = _recognised(account.login, request.form.get("password", ""))
        with with_record(Deed.ACCOUNT) as what:
            changed = set_password(state.registers, account.login, _typed_twice(), now=state.clock())
            what |= {"account": account.login, "changed": ["password"]}
    except AnttError as failure:
        return office_answer(render_password(replace(_page("/password"), failure=failure)), failure=failure)
    done = Text("Đã đổi mật khẩu.", "The password was changed.")
    answer = office_answer("")
    secret = _open_into(answer, replace(found, account=changed))
    page = replace(_page("/password"), done=done, person=replace(person_now(), form_key=key_of_forms(secret)))
    answer.set_data(render_password(page))
    return answer


def _form(wanted: str, *, login: str, failure: AnttError | None) -> Response:
    secret = request.cookies.get(_FORM_COOKIE) or new_secret()
    page = OfficePage(_language(), SIGN_IN, replace(person_now(), name=None, form_key=key_of_forms(secret)), failure)
    answer = office_answer(render_sign_in(page, login=login, wanted=wanted), failure=failure)
    _set_cookie(answer, _FORM_COOKIE, secret)
    return answer


def _recognised(login: str, password: str) -> Identity:
    state = State.of(current_app)
    shown = replace(evidence(), login=login, password=password)
    found = PasswordIdentity(state.registers).identify(shown, now=state.clock())
    assert found is not None  # noqa: S101 - login and password are shown
    return found


def _typed_twice() -> str:
    typed = request.form.get("new", "")
    if typed != request.form.get("again", ""):
        raise InvalidParameter(
            Text("Hai lần nhập mật khẩu mới không giống nhau.", "The new password was not typed twice alike."),
            Text("Nhập lại cả hai lần.", "Type it twice again."),
        )
    return typed


def _record_refusal(login: str) -> None:
    # Somebody may have typed the password here: only the name of an account is recorded.
    known = State.of(current_app).registers.accounts.by_login(login.strip().lower())
    record(Deed.SIGN_IN_REFUSED, {"account": known.login if known else None}, who=known.login if known else "")


def _close_own_session() -> None:
    shown = request.cookies.get(SESSION_COOKIE)
    if shown is not None:
        state = State.of(current_app)
        held = state.registers.sessions.find(digest(shown), now=state.clock())
        if held is not None:
            state.registers.sessions.close(held.session_id, account_id=held.account_id)


def _opened(answer: Response, found: Identity) -> Response:
    _open_into(answer, found)
    return answer


def _open_into(answer: Response, found: Identity) -> str:
    state = State.of(current_app)
    opened = open_session(
        state.registers,
        found,
        address=request.remote_addr or "",
        device=request.headers.get("User-Agent", ""),
        now=state.clock(),
        rng=np.random.default_rng(),
    )
    _set_cookie(answer, SESSION_COOKIE, opened.secret)
    if opened.device_secret is not None:
        _set_cookie(answer, DEVICE_COOKIE, opened.device_secret, max_age_s=DEVICE_DAYS * _DAY_S)
    return opened.secret


def _set_cookie(answer: Response, name: str, value: str, *, max_age_s: int | None = None) -> None:
    answer.set_cookie(name, value, max_age=max_age_s, httponly=True, samesite="Lax", secure=_must_be_encrypted())


def _must_be_encrypted() -> bool:
    # A browser keeps no such cookie from plain http, which only this machine may use.
    name = request.host.rpartition(":")[0].strip("[]") or request.host
    try:
        is_here = name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        is_here = False
    return request.is_secure or not is_here


def _page(path: str) -> OfficePage:
    return OfficePage(_language(), path, person_now())


def _language() -> str:
    return params.language_of(request.args, State.of(current_app).settings.lang)


def _onward(address: str) -> Response:
    answer = redirect(address, 303)
    assert isinstance(answer, Response)  # noqa: S101 - flask's own kind of answer
    answer.headers["Cache-Control"] = "no-store"
    return answer
