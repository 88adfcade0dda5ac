"""`antt audit`: is the history as it was written, and what does it say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from layers.store import Store, file_of
from layers.store.system_audit import Action, AuditChain, Entry, Record
from layers.wording import Text
from mapserver.cli.run import Day, Run, command_options
from mapserver.cli.stores import reading_store, writing_store
from mapserver.clock import utc_now
from mapserver.services.audit import ACTIONS, chain_of, read_head, write_head
from mapserver.services.audit_search import Wanted, days, find_records, write_records
from mapserver.services.audit_verdict import Verdict, verify_history
from mapserver.services.authors import os_user

__all__ = ["audit"]

_SHOWN_AT_MOST = 200
_LONGEST_WHAT = 100


@click.group()
def audit() -> None:
    """Nhật ký không sửa được. / The history nobody can bend."""


@audit.command()
@click.option("--head", type=click.Path(path_type=Path), metavar="FILE",
              help="Đầu chuỗi đã xuất trước đây. / A head exported before.")  # fmt: skip
@command_options
@click.pass_context
def verify(ctx: click.Context, run: Run, *, head: Path | None) -> None:
    """Kiểm tra nhật ký có còn nguyên vẹn. / Check that the history is as it was written."""
    kept = None if head is None else read_head(head)
    with reading_store(run) as store:
        verdict = verify_history(store, _chain(run, store, make=False), kept)
    _tell(run, verdict, with_head=kept is not None)
    run.result({
        "ok": verdict.ok,
        "records": verdict.records,
        "sealed": verdict.sealed,
        "unsealed": verdict.unsealed,
        "sealed_anew_at": verdict.sealed_anew_at,
        "findings": [
            {"kind": one.kind, "where": one.where, "first": one.first, "last": one.last,
             "message": one.said.vi, "message_en": one.said.en}
            for one in verdict.findings
        ],
    })  # fmt: skip
    ctx.exit(0 if verdict.ok else 7)


def _chain(run: Run, store: Store, *, make: bool = True) -> AuditChain:
    # A store whose file was taken away reads as an empty one in memory; its records are still there.
    address = store.address if file_of(run.settings.store) is None else run.settings.store
    return chain_of(run.settings, address, make=make)


def _tell(run: Run, verdict: Verdict, *, with_head: bool) -> None:
    for one in verdict.findings:
        run.say(Text(f"- {one.said.vi}", f"- {one.said.en}"))
    counts = Text(
        f"{verdict.records} bản ghi; {verdict.sealed} mục lịch sử đã niêm phong, {verdict.unsealed} chưa.",
        f"{verdict.records} records; {verdict.sealed} entries of the history sealed, {verdict.unsealed} not yet.",
    )
    run.say(counts)
    if verdict.sealed_anew_at is not None:
        place = verdict.sealed_anew_at
        run.say(Text(f"Lịch sử được niêm phong lại từ đầu tại bản ghi {place}; xem lý do ở bản ghi đó.",
                     f"The history was sealed anew at record {place}; see the reason given there."))  # fmt: skip
    if not verdict.ok:
        run.say(Text("Nhật ký KHÔNG còn nguyên vẹn.", "The history is NOT as it was written."))
        return
    if not verdict.records:
        run.say(Text("Nhật ký chưa có bản ghi nào.", "There is no record yet."))
        return
    run.say(Text("Nhật ký nguyên vẹn.", "The history is as it was written."))
    if not with_head:
        run.say(Text("Chưa đối chiếu đầu chuỗi (--head): việc cắt phần cuối không phát hiện được.",
                     "No head was given (--head): a cut-off end would not be found."))  # fmt: skip


@audit.command()
@click.option(
    "--anew",
    is_flag=True,
    help="Niêm phong lại từ đầu; cần --why. / From the start again; needs --why.",
)
@click.option("--why", default="", help="Lý do. / The reason.")
@command_options
def seal(run: Run, *, anew: bool, why: str) -> None:
    """Niêm phong lịch sử dữ liệu bản đồ. / Seal the history of the map data."""
    from layers.store.history_seal import seal_history

    if anew and not why.strip():
        raise click.UsageError("--anew: cần nêu lý do bằng --why / needs a reason: --why")
    with writing_store(run) as store:
        chain = _chain(run, store)
        taken = seal_history(store, chain, who=os_user(), now=utc_now(), why=why, anew=anew)
    run.say(Text(f"Đã niêm phong thêm {taken} mục.", f"Sealed {taken} more entries."))
    run.result({"sealed": taken})


@audit.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Tệp .json, hoặc .txt để in và ký. / A .json file, or .txt to print and sign.")  # fmt: skip
@command_options
def head(run: Run, *, out: Path) -> None:
    """Xuất đầu chuỗi để giữ ở nơi khác. / Write the head of the chain, to be kept elsewhere."""
    with reading_store(run) as store:
        chain = _chain(run, store, make=False)
        found = write_head(chain, out, store_address=store.address, now=utc_now())
    run.say(Text(f"Đã ghi đầu chuỗi ({found.seq} bản ghi) vào {out}. Hãy giữ tệp này ngoài hệ thống.",
                 f"Wrote the head ({found.seq} records) to {out}. Keep the file outside the system."))  # fmt: skip
    run.result({"head": str(found), "out": str(out)})


@audit.command("change-key")
@click.option("--why", required=True, help="Lý do. / The reason.")
@command_options
def change_key(run: Run, *, why: str) -> None:
    """Dùng khóa mới từ nay; khóa cũ được giữ để kiểm tra. / Seal with a new key from now on."""
    with writing_store(run) as store:
        record = _chain(run, store).change_key(who=os_user(), why=why, now=utc_now())
    named = str(record.content["next_key"])
    run.say(Text(f"Khóa mới: {named}. Hãy sao lưu tệp khóa.", f"The new key: {named}. Back the key file up."))
    run.result({"key_id": named, "record": record.seq})


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.option("--who", default="", help="Người thực hiện. / Who."),
        click.option("--action", type=click.Choice([str(action) for action in Action]), help="Hành động. / What."),
        click.option("--what", default="", metavar="TEXT", help="Có chữ này. / Holding this text."),
        click.option("--from", "since", type=Day(), help="Từ ngày. / From this day."),
        click.option("--to", "until", type=Day(), help="Đến hết ngày. / To the end of this day."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _wanted(run: Run, **given: Any) -> Wanted:  # noqa: ANN401 - as click gives them
    zone = ZoneInfo(run.settings.timezone)
    return Wanted(
        who=given["who"],
        action=Action(given["action"]) if given["action"] else None,
        what=given["what"],
        **days(given["since"], given["until"], zone),
    )


@audit.command()
@_filters
@command_options
def search(run: Run, **given: Any) -> None:  # noqa: ANN401
    """Tìm trong nhật ký. / Search the records."""
    with reading_store(run) as store:
        found = list(find_records(_chain(run, store, make=False), _wanted(run, **given)))
    for record in found[-_SHOWN_AT_MOST:]:
        run.say(_line(record, run.settings.timezone))
    if len(found) > _SHOWN_AT_MOST:
        run.say(Text(f"Chỉ hiện {_SHOWN_AT_MOST} bản ghi cuối trong {len(found)}; dùng `antt audit export`.",
                     f"The last {_SHOWN_AT_MOST} of {len(found)} records; use `antt audit export`."))  # fmt: skip
    if not found:
        run.say(Text("Không có bản ghi nào.", "There is no such record."))
    run.result({"records": [_as_json(record) for record in found]})


@audit.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Tệp .csv, .xlsx hoặc .json. / The file.")  # fmt: skip
@_filters
@command_options
def export(run: Run, *, out: Path, **given: Any) -> None:  # noqa: ANN401
    """Xuất nhật ký ra tệp; việc xuất cũng được ghi lại. / Write records to a file; that is recorded too."""
    with reading_store(run) as store:
        chain = _chain(run, store)
        found = list(find_records(chain, _wanted(run, **given)))
        write_records(found, out, language=run.settings.lang)
        _record_export(chain, given, len(found))
    run.say(Text(f"Đã ghi {len(found)} bản ghi vào {out}.", f"Wrote {len(found)} records to {out}."))
    run.result({"records": len(found), "out": str(out)})


def _record_export(chain: AuditChain, given: dict[str, object], count: int) -> None:
    asked = {name: str(value) for name, value in given.items() if value}
    what = {"layer": "audit", "filter": asked, "rows": count}
    chain.append(Entry(utc_now(), os_user(), Action.EXPORT, what, address="this_machine"))


def _line(record: Record, timezone: str) -> Text:
    at = _local(record.at, timezone)
    title = ACTIONS.get(record.action, Text(record.action, record.action))
    what = record.what if len(record.what) <= _LONGEST_WHAT else f"{record.what[:_LONGEST_WHAT]}…"
    start, end = f"{record.seq}  {at}  {record.who}", f"{what}  {record.why}"
    return Text(f"{start}  {title.vi}  {end}".rstrip(), f"{start}  {title.en}  {end}".rstrip())


def _local(at: str, timezone: str) -> str:
    try:
        return dt.datetime.fromisoformat(at).astimezone(ZoneInfo(timezone)).strftime("%d/%m/%Y %H:%M:%S")
    except ValueError:
        # Bent by hand; it is shown as it stands, and `verify` says so.
        return at


def _as_json(record: Record) -> dict[str, object]:
    try:
        return vars(record) | {"what": record.content}
    except ValueError:
        return dict(vars(record))
