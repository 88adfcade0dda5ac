"""`antt token`: ways in for other programs, on behalf of an account."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click
import numpy as np

from layers.access.policy import Action, action_named
from layers.records import vi_date
from layers.store.system_audit import Action as Deed
from layers.store.system_tokens import Token
from layers.wording import Text
from mapserver.cli.registers import changing_registers, reading_registers
from mapserver.cli.run import Run, command_options
from mapserver.clock import utc_now
from mapserver.services.accounts import account_named, login_of
from mapserver.services.entering import LONGEST_TOKEN_DAYS, NewToken, create_token, revoke_token

__all__ = ["token"]

_SCOPES = click.Choice([str(action) for action in Action])


@click.group()
def token() -> None:
    """Mã truy cập cho chương trình khác. / Tokens for other programs."""


@token.command()
@click.argument("login")
@click.option("--label", required=True, help="Dùng để làm gì. / What it is for.")
@click.option(
    "--scope", "scopes", multiple=True, type=_SCOPES, help="Quyền ngoài việc đọc, lặp lại được. / May repeat."
)
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_TOKEN_DAYS),
    default=90,
    show_default=True,
    help="Số ngày có hiệu lực. / Days until it is over.",
)
@command_options
def create(run: Run, login: str, *, label: str, scopes: tuple[str, ...], days: int) -> None:
    """Tạo mã truy cập; mã chỉ hiện một lần. / Make a token; it is shown this once."""
    asked = NewToken(login, label, frozenset(map(action_named, scopes)), days)
    with changing_registers(run, Deed.TOKEN) as (registers, what):
        made, secret = create_token(registers, asked, now=utc_now(), rng=np.random.default_rng())
        terms = {"label": made.label, "scopes": sorted(made.scopes), "days": days}
        what |= {"account": login_of(login), "token": made.token_id, "made": terms}
    run.say(
        Text("Mã truy cập (chỉ hiện một lần, hãy cất giữ ngay):", "The token (shown this once; keep it now):"),
    )
    run.say(Text(secret, secret))
    run.result({"token": made.as_json(), "secret": secret})


@token.command("list")
@click.argument("login", required=False)
@command_options
def list_(run: Run, login: str | None) -> None:
    """Liệt kê mã truy cập, kể cả đã hết hạn. / List the tokens, those that are over among them."""
    registers = reading_registers(run)
    account_id = None if login is None else account_named(registers, login).account_id
    tokens = registers.tokens.all(account_id)
    logins = {account.account_id: account.login for account in registers.accounts.all()}
    for kept in tokens:
        run.say(_line(run, kept, logins[kept.account_id]))
    if not tokens:
        run.say(Text("Chưa có mã truy cập.", "There are no tokens."))
    run.result({"tokens": [kept.as_json() | {"login": logins[kept.account_id]} for kept in tokens]})


@token.command()
@click.argument("token_id", metavar="ID")
@command_options
def revoke(run: Run, token_id: str) -> None:
    """Thu hồi mã truy cập. / Take a token back."""
    with changing_registers(run, Deed.TOKEN) as (registers, what):
        revoke_token(registers, token_id, now=utc_now())
        what |= {"token": token_id, "ended": "revoked"}
    run.say(Text(f"Đã thu hồi {token_id}.", f"Took {token_id} back."))
    run.result({"revoked": token_id})


def _line(run: Run, kept: Token, login: str) -> Text:
    head = f"{kept.token_id}  {login}  {kept.label}  [{', '.join(sorted(kept.scopes)) or '–'}]"
    if kept.revoked_at is not None:
        return Text(f"{head}  đã thu hồi", f"{head}  taken back")
    ends_on = kept.ends_at.astimezone(ZoneInfo(run.settings.timezone)).date()
    return Text(f"{head}  đến {vi_date(ends_on)}", f"{head}  until {ends_on.isoformat()}")
