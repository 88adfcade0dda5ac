"""`antt plan apply|undo|redo|comment|state`: what is done to a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np

from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.planning.steps import Entry, Signature
from layers.wording import Text
from mapserver.cli.plan_words import brief, next_seen, operations_in, tell_added, tell_state, today_of
from mapserver.cli.run import Day, Run, command_options
from mapserver.cli.stores import reading_store, writing_store
from mapserver.clock import utc_now
from mapserver.services import plan_comments, plans
from mapserver.services.authors import os_user
from mapserver.services.plan_desk import Committed, PlanDesk
from mapserver.services.plan_points import points_of
from mapserver.services.plan_records import STATES
from mapserver.services.plan_states import Move, move
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader

__all__ = ["apply_", "comment", "redo", "state", "undo"]

_SEEN = click.option("--seen", type=click.IntRange(min=0), metavar="N",
                     help="Số thao tác cuối đã xem (mặc định: mới nhất). / Last entry seen (the newest).")  # fmt: skip
_REASON = click.option("--reason", default="", help="Lý do, ghi vào lịch sử. / Reason, for the history.")


@click.command("apply")
@click.argument("plan_id", metavar="ID")
@click.argument("file", type=click.Path(path_type=Path))
@_SEEN
@_REASON
@command_options
def apply_(run: Run, *, plan_id: str, file: Path, seen: int | None, reason: str) -> None:
    """Thực hiện các thao tác trong tệp JSON. / Carry out the operations of a JSON file.

    Tất cả được ghi, hoặc không thao tác nào; qua máy chủ, các thao tác trước thao tác bị từ chối được giữ lại. / All of
    them are kept, or none; through a server those before a refused one are kept.
    """
    operations = operations_in(file)
    with writing_store(run) as store, store.transaction():
        desk = PlanDesk(store)
        opened = desk.opened(plan_id)
        points = points_of(Reader(store, run.settings.timezone), Publication(store), opened.base).kinds
        last = opened.record.entries if seen is None else seen
        added: list[Entry] = []
        for operation in operations:
            done = desk.commit(plan_id, operation, seen=last, by=_signature(reason), points=points)
            added.append(done.entry)
            last = next_seen(last, done.record.entries, left=len(operations) - len(added))
    tell_added(run, [brief(entry.to_json()) for entry in added], last=last, store=run.store_shown)


@click.command()
@click.argument("plan_id", metavar="ID")
@_SEEN
@_REASON
@command_options
def undo(run: Run, *, plan_id: str, seen: int | None, reason: str) -> None:
    """Hoàn tác thao tác cuối. / Undo the last operation."""
    _mark(run, plan_id, PlanDesk.undo, seen=seen, reason=reason)


@click.command()
@click.argument("plan_id", metavar="ID")
@_SEEN
@_REASON
@command_options
def redo(run: Run, *, plan_id: str, seen: int | None, reason: str) -> None:
    """Làm lại thao tác vừa hoàn tác. / Do the operation again that was undone last."""
    _mark(run, plan_id, PlanDesk.redo, seen=seen, reason=reason)


@click.command()
@click.argument("plan_id", metavar="ID")
@click.argument("text", required=False)
@click.option("--entry", type=click.IntRange(min=1), metavar="N", help="Về thao tác số N. / On entry N.")
@click.option("--unit", metavar="CODE", help="Về đơn vị. / On a unit.")
@click.option("--settle", metavar="COMMENT", help="Đánh dấu ý kiến đã xử lý. / Settle this comment.")
@command_options
def comment(
    run: Run, *, plan_id: str, text: str | None, entry: int | None, unit: str | None, settle: str | None
) -> None:  # fmt: skip
    """Nêu ý kiến, đánh dấu đã xử lý, hoặc liệt kê ý kiến. / Comment, settle, or list comments."""
    if text and settle:
        raise click.UsageError("TEXT, --settle: chọn một / choose one")
    with (writing_store if text or settle else reading_store)(run) as store:
        if text:
            asked = plan_comments.NewComment(text, entry, unit)
            rng = np.random.default_rng()
            plan_comments.add(store, plan_id, asked, who=os_user(), now=utc_now(), rng=rng)
        versions = {each.id: each.row_version for each in plan_comments.listed(store, plan_id)}
        if settle:
            version = versions.get(settle, 0)
            plan_comments.settle(store, plan_id, settle, row_version=version, who=os_user(), now=utc_now())
        found = [each.as_json() for each in plan_comments.listed(store, plan_id)]
    for each in found:
        mark = "✓" if each["settled_by"] else "•"
        run.say(Text(*[f"{mark} {each['id']}  {each['author']}: {each['text']}"] * 2))
    if not found:
        run.say(Text("Chưa có ý kiến nào.", "There is no comment."))
    run.result({"comments": found, "store": run.store_shown})


@click.command()
@click.argument("plan_id", metavar="ID")
@click.argument("to", type=click.Choice([name for name in STATES if name not in {"in_force", "superseded"}]))
@click.option("--effective-on", type=Day(), help="Ngày có hiệu lực, khi ban hành. / First day in force.")
@click.option("--decree", help="Số văn bản, khi ban hành. / The document, when it is published.")
@click.option("--row-version", type=click.IntRange(min=1), help="Phiên bản đã xem. / The version seen.")
@_REASON
@command_options
def state(
    run: Run,
    *,
    plan_id: str,
    to: str,
    reason: str,
    row_version: int | None,
    **act: dt.date | str | None,
) -> None:
    """Trình duyệt, trả lại, phê duyệt hoặc ban hành. / Bring a plan to another state."""
    day, decree = act["effective_on"], act["decree"]
    with writing_store(run) as store:
        seen = row_version or plans.one(store, plan_id).row_version
        asked = Move(to, seen, reason, day if isinstance(day, dt.date) else None, str(decree) if decree else None)
        # Whoever opens the store itself is its administrator.
        viewer = Viewer(os_user(), Role.ADMINISTRATOR, None)
        moved = move(PlanDesk(store), plan_id, asked, viewer=viewer, now=utc_now(), rng=np.random.default_rng())
    tell_state(run, moved.as_json(today_of(run), run.settings.lang), run.store_shown)


def _mark(run: Run, plan_id: str, act: Callable[..., Committed], *, seen: int | None, reason: str) -> None:
    with writing_store(run) as store:
        desk = PlanDesk(store)
        last = plans.one(store, plan_id).entries if seen is None else seen
        done = act(desk, plan_id, by=_signature(reason), seen=last)
    tell_added(run, [brief(done.entry.to_json())], last=done.record.entries, store=run.store_shown)


def _signature(reason: str) -> Signature:
    return Signature(os_user(), utc_now(), reason)
