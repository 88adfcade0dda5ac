"""`antt plan`: boundary plans made, listed, drawn on, decided about and taken along."""

from __future__ import annotations

import datetime as dt

import click
import numpy as np

from mapserver.cli.plan_edits import apply_, comment, redo, state, undo
from mapserver.cli.plan_outputs import compare, export, figures, sheet
from mapserver.cli.plan_words import brief, tell_new, tell_plan, tell_plans, today_of
from mapserver.cli.run import Day, Run, command_options
from mapserver.cli.stores import reading_store, writing_store
from mapserver.clock import utc_now
from mapserver.services import plan_comments, plans
from mapserver.services.authors import os_user
from mapserver.services.plan_bases import LEVELS
from mapserver.services.plan_entries import read_entries

__all__ = ["plan"]


@click.group()
def plan() -> None:
    """Phương án địa giới. / Boundary plans."""


@plan.command("new")
@click.argument("name")
@click.option("--parent", required=True, metavar="CODE", help="Mã tỉnh, hoặc mã xã, phường. / Province, or ward.")
@click.option("--level", type=click.Choice(LEVELS), default="commune", show_default=True, help="Cấp. / Level.")
@click.option("--as-of", type=Day(), help="Ngày của ranh giới gốc (mặc định hôm nay). / Day of the base (today).")
@command_options
def new(run: Run, *, name: str, parent: str, level: str, as_of: dt.date | None) -> None:
    """Lập một phương án mới. / Make a new plan."""
    now = utc_now()
    with writing_store(run) as store:
        asked = plans.NewPlan(name, level, parent, as_of or today_of(run))
        made = plans.create(store, asked, who=os_user(), now=now, rng=np.random.default_rng())
    tell_new(run, made.as_json(today_of(run), run.settings.lang), run.store_shown)


@plan.command("list")
@command_options
def list_(run: Run) -> None:
    """Liệt kê các phương án. / List the plans."""
    with reading_store(run) as store:
        found = [each.as_json(today_of(run), run.settings.lang) for each in plans.listed(store)]
    tell_plans(run, found, run.store_shown)


@plan.command("show")
@click.argument("plan_id", metavar="ID")
@command_options
def show(run: Run, plan_id: str) -> None:
    """Cho biết một phương án và các thao tác của nó. / Tell of a plan and what was done in it."""
    with reading_store(run) as store:
        record = plans.one(store, plan_id)
        entries = [brief(entry.to_json()) for entry in read_entries(store, plan_id, after=0, last=record.entries)]
        waiting = plan_comments.open_count(store, plan_id)
    told = record.as_json(today_of(run), run.settings.lang) | {"comments_open": waiting}
    tell_plan(run, told, run.store_shown, entries=entries)


@plan.command("branch")
@click.argument("plan_id", metavar="ID")
@click.argument("name")
@command_options
def branch(run: Run, plan_id: str, name: str) -> None:
    """Tách một phương án mới từ một phương án. / Copy a plan into a new one."""
    with writing_store(run) as store:
        made = plans.branched(store, plan_id, name, who=os_user(), now=utc_now(), rng=np.random.default_rng())
    tell_new(run, made.as_json(today_of(run), run.settings.lang), run.store_shown)


@plan.command("rename")
@click.argument("plan_id", metavar="ID")
@click.argument("name")
@click.option("--row-version", type=click.IntRange(min=1), help="Phiên bản đã xem. / The version seen.")
@command_options
def rename(run: Run, *, plan_id: str, name: str, row_version: int | None) -> None:
    """Đổi tên phương án đang soạn. / Give a draft another name."""
    with writing_store(run) as store:
        seen = row_version or plans.one(store, plan_id).row_version
        named = plans.renamed(store, plan_id, name, row_version=seen, who=os_user(), now=utc_now())
    tell_plan(run, named.as_json(today_of(run), run.settings.lang), run.store_shown)


for _command in (apply_, undo, redo, comment, state, figures, compare, sheet, export):
    plan.add_command(_command)
