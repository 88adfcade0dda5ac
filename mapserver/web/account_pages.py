"""The administrator's pages of accounts: forms that work by keyboard and without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from flask import Blueprint, Response, current_app, redirect, request

from layers.access.roles import ACCOUNT_ROLES, role_named
from layers.errors import AnttError, InvalidParameter, NotFound, StaleVersion
from layers.store.system_accounts import Account
from layers.store.system_audit import Action as Deed
from layers.wording import Text, fold
from mapserver.rendering.account_pages import (
    AccountForm,
    AccountLine,
    Difference,
    OfficePage,
    SessionLine,
    render_account,
    render_accounts,
)
from mapserver.services.accounts import (
    NewAccount,
    account_named,
    add_account,
    edit_account,
    require_units,
    set_password,
)
from mapserver.web import params
from mapserver.web.account_forms import area_text, differences, kept_form, merged, sent_form
from mapserver.web.gate import SESSION_COOKIE
from mapserver.web.people import office_answer, person_now, signed_in
from mapserver.web.state import State
from mapserver.web.witness import with_record
from mapserver.web.writing import require_form_key

__all__ = ["bp"]

bp = Blueprint("account_pages", __name__, url_prefix="/accounts")

_ROLES = tuple((str(role), role.label) for role in ACCOUNT_ROLES)
# More would be a list to get lost in; codes are then found with the map's search.
_LISTED_UNITS = 400
_DONE = {
    "added": Text("Đã thêm tài khoản.", "The account was added."),
    "saved": Text("Đã lưu thay đổi.", "The changes were saved."),
    "reset": Text("Đã đặt mật khẩu mới.", "Another password was set."),
    "ended": Text("Đã kết thúc phiên.", "The session was ended."),
}


@bp.before_request
def _guard() -> None:
    params.only(request.args, usual=frozenset({"lang", "done"}))
    if request.method == "POST":
        signed_in()
        require_form_key(request.cookies.get(SESSION_COOKIE))


@bp.get("")
def listed() -> Response:
    """List the accounts, with a form for a new one.

    Returns
    -------
    Response
        HTML.
    """
    return _list_page(AccountForm(), None)


@bp.post("")
def add() -> Response:
    """Make an account.

    Returns
    -------
    Response
        The way to its page, or the list with what was refused.
    """
    state, form = State.of(current_app), sent_form()
    try:
        area = _area(form)
        asked = NewAccount(form.login, form.name, role_named(form.role), area)
        password = request.form.get("password", "")
        with with_record(Deed.ACCOUNT) as what:
            made = add_account(state.registers, asked, password, now=state.clock(), rng=np.random.default_rng())
            what |= {"account": made.login, "added": made.rights()}
    except AnttError as failure:
        return _list_page(form, failure)
    return _to_account(made.login, "added")


@bp.get("/<login>")
def one(login: str) -> Response:
    """Show one account.

    Parameters
    ----------
    login : str
        Which.

    Returns
    -------
    Response
        HTML.
    """
    account = account_named(State.of(current_app).registers, login)
    return _account_page(account, kept_form(account), None)


@bp.post("/<login>")
def edit(login: str) -> Response:
    """Change an account's name, role or area, or shut it and open it again.

    Parameters
    ----------
    login : str
        Which.

    Returns
    -------
    Response
        The way to its page, or the page with what was refused.
    """
    state, form = State.of(current_app), replace(sent_form(), login=login)
    try:
        version = params.counter_of(form.row_version) or 0
        values = {
            "display_name": form.name,
            "role": role_named(form.role),
            "area": _area(form),
            "disabled": form.disabled,
        }
        with with_record(Deed.ACCOUNT) as what:
            account = account_named(state.registers, login)
            changed = edit_account(state.registers, login, values, row_version=version, now=state.clock())
            what |= {"account": changed.login, "before": account.rights(), "after": changed.rights()}
    except StaleVersion as failure:
        return _stale_page(form, failure)
    except AnttError as failure:
        return _account_page(account_named(state.registers, login), form, failure)
    return _to_account(changed.login, "saved")


@bp.post("/<login>/password")
def reset_password(login: str) -> Response:
    """Give an account another password.

    Parameters
    ----------
    login : str
        Which.

    Returns
    -------
    Response
        The way to its page, or the page with what was refused.
    """
    state = State.of(current_app)
    account = account_named(state.registers, login)
    try:
        with with_record(Deed.ACCOUNT) as what:
            set_password(state.registers, account.login, request.form.get("password", ""), now=state.clock())
            what |= {"account": account.login, "changed": ["password"]}
    except InvalidParameter as failure:
        return _account_page(account, kept_form(account), failure)
    return _to_account(account.login, "reset")


@bp.post("/<login>/sessions/<uuid:session_id>")
def close_session(login: str, session_id: object) -> Response:
    """End a session of an account.

    Parameters
    ----------
    login : str
        Whose.
    session_id : UUID
        Which.

    Returns
    -------
    Response
        The way to the account's page.
    """
    state = State.of(current_app)
    account = account_named(state.registers, login)
    with with_record(Deed.ACCOUNT) as what:
        if not state.registers.sessions.close(str(session_id), account_id=account.account_id):
            raise NotFound(Text("Không có phiên này.", "There is no such session."))
        what |= {"account": account.login, "ended": "session"}
    return _to_account(account.login, "ended")


def _area(form: AccountForm) -> frozenset[str] | None:
    if form.everywhere:
        return None
    area = form.codes
    require_units(area, [code for code, _title in _units()])
    return area


def _units() -> list[tuple[str, str]]:
    state = State.of(current_app)
    frame = state.whole_reader.units(state.today()).frame
    titles = (f"{kind} {name}" for kind, name in zip(frame["unit_type"], frame["name"], strict=True))
    return list(zip(frame["code"].astype(str), titles, strict=True))


def _list_page(form: AccountForm, failure: AnttError | None) -> Response:
    state, units = State.of(current_app), _units()
    names, now = dict(units), state.clock()
    lines = [
        AccountLine(
            account.login,
            account.display_name,
            account.role.label,
            area_text(account.area, names),
            account.disabled,
            len(state.registers.sessions.of_account(account.account_id, now=now)),
        )
        for account in state.registers.accounts.all()
    ]
    text = render_accounts(_page("/accounts", failure), lines, form, roles=_ROLES, units=_few(units))
    return office_answer(text, failure=failure)


def _stale_page(mine: AccountForm, failure: StaleVersion) -> Response:
    # What was sent stays in the fields, what the other has changed comes in: saved again, nothing of both is lost.
    account = account_named(State.of(current_app).registers, mine.login)
    theirs = kept_form(account)
    return _account_page(account, merged(mine, theirs), failure, differing=differences(mine, theirs, dict(_units())))


def _account_page(
    account: Account, form: AccountForm, failure: AnttError | None, *, differing: Sequence[Difference] = ()
) -> Response:
    state = State.of(current_app)
    zone = state.whole_reader.timezone
    sessions = [
        SessionLine(
            session.session_id,
            f"{session.opened_at.astimezone(zone):%d/%m/%Y %H:%M}",
            f"{session.seen_at.astimezone(zone):%d/%m/%Y %H:%M}",
            session.address,
            session.device,
        )
        for session in state.registers.sessions.of_account(account.account_id, now=state.clock())
    ]
    page = _page(f"/accounts/{account.login}", failure)
    text = render_account(page, form, sessions, roles=_ROLES, units=_few(_units()), differences=differing)
    return office_answer(text, failure=failure)


def _few(units: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(units, key=lambda unit: fold(unit[1])) if len(units) <= _LISTED_UNITS else []


def _page(path: str, failure: AnttError | None) -> OfficePage:
    done = _DONE.get(request.args.get("done", "")) if request.method == "GET" else None
    return OfficePage(_language(), path, person_now(), failure, done)


def _to_account(login: str, done: str) -> Response:
    answer = redirect(f"/accounts/{login}?lang={_language()}&done={done}", 303)
    assert isinstance(answer, Response)  # noqa: S101 - flask's own kind of answer
    return answer


def _language() -> str:
    return params.language_of(request.args, State.of(current_app).settings.lang)
