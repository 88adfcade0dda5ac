"""`antt user`: the accounts of a store. Whoever may write the store's folder is their administrator."""

from __future__ import annotations

import sys

import click
import numpy as np

from layers.access.roles import ACCOUNT_ROLES, Role, role_named
from layers.errors import InvalidParameter
from layers.store.system_accounts import Account
from layers.store.system_audit import Action
from layers.wording import Text
from mapserver.cli.registers import changing_registers, reading_registers
from mapserver.cli.run import Run, command_options
from mapserver.cli.stores import reading_store
from mapserver.clock import utc_now
from mapserver.services.accounts import (
    NewAccount,
    account_named,
    add_account,
    edit_account,
    require_units,
    set_password,
)
from mapserver.services.reader import Reader

__all__ = ["user"]

_ROLES = click.Choice([str(role) for role in ACCOUNT_ROLES])
_PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Đọc mật khẩu từ đầu vào chuẩn. / Read the password from standard input."
)
_ROW_VERSION = click.option(
    "--row-version", type=click.IntRange(min=1), help="Phiên bản đã xem; khác thì từ chối. / The version seen."
)
_AREA = click.option(
    "--area", multiple=True, metavar="CODE", help="Mã đơn vị phụ trách, lặp lại được. / Code of a unit; may repeat."
)
_EVERYWHERE = click.option("--everywhere", is_flag=True, help="Phụ trách toàn bộ. / Answers for everywhere.")


@click.group()
def user() -> None:
    """Tài khoản. / Accounts."""


@user.command()
@click.argument("login")
@click.option("--role", type=_ROLES, required=True, help="Vai trò. / Role.")
@click.option("--name", default="", help="Tên hiển thị. / Name for people.")
@_AREA
@_EVERYWHERE
@_PASSWORD_STDIN
@command_options
def add(run: Run, login: str, **options: object) -> None:
    """Tạo tài khoản; tài khoản đầu tiên phải là quản trị viên. / Make an account; the first is an administrator's."""
    role = role_named(str(options["role"]))
    area = _area(run, options)
    if area is None and not options["everywhere"]:
        # What is everywhere the same needs no area, and an administrator answers for everywhere.
        area = None if role is Role.ADMINISTRATOR else frozenset()
    asked = NewAccount(login, str(options["name"]), role, area)
    password = _typed_password(from_stdin=bool(options["password_stdin"]))
    with changing_registers(run, Action.ACCOUNT) as (registers, what):
        account = add_account(registers, asked, password, now=utc_now(), rng=np.random.default_rng())
        what |= {"account": account.login, "added": account.rights()}
    _tell(run, account, Text("Đã tạo tài khoản", "Made the account"))


@user.command("list")
@command_options
def list_(run: Run) -> None:
    """Liệt kê tài khoản. / List the accounts."""
    accounts = reading_registers(run).accounts.all()
    for account in accounts:
        run.say(_line(account))
    if not accounts:
        run.say(
            Text("Chưa có tài khoản: ai dùng máy này cũng là quản trị viên.",
                 "There are no accounts: everybody on this machine is its administrator.")
        )  # fmt: skip
    run.result({"accounts": [account.as_json() for account in accounts]})


@user.command()
@click.argument("login")
@click.option("--role", type=_ROLES, help="Vai trò. / Role.")
@click.option("--name", help="Tên hiển thị. / Name for people.")
@_AREA
@_EVERYWHERE
@_ROW_VERSION
@command_options
def edit(run: Run, login: str, **options: object) -> None:
    """Sửa tên, vai trò, địa bàn. / Change name, role or area."""
    values: dict[str, object] = {}
    if options["name"] is not None:
        values["display_name"] = str(options["name"])
    if options["role"] is not None:
        values["role"] = role_named(str(options["role"]))
    area = _area(run, options)
    if area is not None or options["everywhere"]:
        values["area"] = area
    if not values:
        raise click.UsageError("Chưa nêu gì để sửa. / Nothing to change was named.")
    _change(run, login, values, row_version=options["row_version"])


@user.command()
@click.argument("login")
@_ROW_VERSION
@command_options
def disable(run: Run, login: str, row_version: int | None) -> None:
    """Khóa tài khoản; phiên và mã truy cập hết tác dụng ngay. / Shut an account and all it has open, at once."""
    _change(run, login, {"disabled": True}, row_version=row_version)


@user.command()
@click.argument("login")
@_ROW_VERSION
@command_options
def enable(run: Run, login: str, row_version: int | None) -> None:
    """Mở lại tài khoản đã khóa. / Open an account again that was shut."""
    _change(run, login, {"disabled": False}, row_version=row_version)


@user.command()
@click.argument("login")
@_PASSWORD_STDIN
@command_options
def password(run: Run, login: str, *, password_stdin: bool) -> None:
    """Đặt mật khẩu mới; các phiên đang mở kết thúc. / Set another password; open sessions end."""
    typed = _typed_password(from_stdin=password_stdin)
    with changing_registers(run, Action.ACCOUNT) as (registers, what):
        account = set_password(registers, login, typed, now=utc_now())
        what |= {"account": account.login, "changed": ["password"]}
    _tell(run, account, Text("Đã đổi mật khẩu của", "Set another password for"))


def _change(run: Run, login: str, values: dict[str, object], *, row_version: object) -> None:
    seen = row_version if isinstance(row_version, int) else None
    with changing_registers(run, Action.ACCOUNT) as (registers, what):
        before = account_named(registers, login)
        account = edit_account(registers, login, values, row_version=seen, now=utc_now())
        what |= {"account": account.login, "before": before.rights(), "after": account.rights()}
    _tell(run, account, Text("Đã sửa", "Changed"))


def _area(run: Run, options: dict[str, object]) -> frozenset[str] | None:
    codes = options["area"]
    assert isinstance(codes, tuple)  # noqa: S101 - click's `multiple` gives a tuple
    if codes and options["everywhere"]:
        raise click.UsageError("Chọn --area hoặc --everywhere. / Choose --area or --everywhere.")
    if not codes:
        return None
    area = frozenset(codes)
    with reading_store(run) as store:
        reader = Reader(store, run.settings.timezone)
        require_units(area, set(reader.units(reader.today(utc_now())).frame["code"]))
    return area


def _typed_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidParameter(
            Text("Không có màn hình để hỏi mật khẩu.", "There is no terminal to ask for the password."),
            Text("Dùng --password-stdin.", "Use --password-stdin."),
        )
    typed: str = click.prompt("Mật khẩu / Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _tell(run: Run, account: Account, done: Text) -> None:
    line = _line(account)
    run.say(Text(f"{done.vi} {line.vi}", f"{done.en} {line.en}"))
    run.result({"account": account.as_json(), "store": run.store_shown})


def _line(account: Account) -> Text:
    shut = Text(" (đã khóa)", " (shut)") if account.disabled else Text("", "")
    named = f"{account.login} – {account.display_name}"
    where = _where(account)
    label = account.role.label
    return Text(f"{named}: {label.vi}{where.vi}{shut.vi}", f"{named}: {label.en}{where.en}{shut.en}")


def _where(account: Account) -> Text:
    if account.area is None:
        return Text(", toàn bộ", ", everywhere")
    codes = ", ".join(sorted(account.area))
    return Text(f", địa bàn {codes}", f", area {codes}") if codes else Text("", "")
