"""`antt boundaries check` and `repair`: the queue of gaps, overlaps, slivers and T-junctions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import click
import numpy as np

from layers.boundaries.prepare import LEVELS
from layers.wording import Text
from mapserver.cli.run import Day, Run, command_options, key_values
from mapserver.cli.stores import reading_store, writing_store
from mapserver.cli.tables import figure
from mapserver.clock import utc_now
from mapserver.services.authors import os_user
from mapserver.services.repairs import RepairRequest, repair, repair_queue

__all__ = ["DEFECTS_FOUND", "check", "repair_", "tell_decided", "tell_queue"]

DEFECTS_FOUND = 7
_LONGEST_LIST = 20
_KINDS = {
    "gap": Text("khe hở", "gap"),
    "overlap": Text("chồng lấn", "overlap"),
    "sliver": Text("khe hẹp", "sliver"),
    "t_junction": Text("ranh không khớp đỉnh", "T-junction"),
}
_LEVELS = click.Choice(LEVELS)


@click.command("check")
@click.option("--as-of", type=Day(), help="Ngày của ranh giới. / Day of the boundaries.")
@click.option("--level", type=_LEVELS, default="commune", show_default=True, help="Cấp. / Level.")
@command_options
def check(run: Run, as_of: dt.date | None, level: str) -> int:
    """Kiểm tra ranh giới và liệt kê chỗ cần sửa. / Check the boundaries and list what to repair."""
    with reading_store(run) as store:
        queue = repair_queue(store, as_of or _today(run), level=level)
    found = queue.as_json()
    tell_queue(run, found)
    run.result(found | {"store": run.store_shown})
    return DEFECTS_FOUND if queue.open else 0


@click.command("repair")
@click.option("--as-of", type=Day(), help="Ngày của ranh giới. / Day of the boundaries.")
@click.option("--level", type=_LEVELS, default="commune", show_default=True, help="Cấp. / Level.")
@click.option("--accept", multiple=True, metavar="KEY", help="Nhận đề xuất. / Accept a proposal.")
@click.option("--give", multiple=True, metavar="KEY=CODE", help="Giao cho đơn vị khác. / Give to another unit.")
@click.option("--leave", multiple=True, metavar="KEY", help="Để nguyên. / Leave as it is.")
@click.option(
    "--accept-below",
    type=click.FloatRange(min=0),
    metavar="M2",
    help="Nhận mọi đề xuất đến diện tích này. / Accept every proposal up to this area.",
)
@click.option("--why", default="", help="Lý do, ghi vào lịch sử. / The reason, for the history.")
@command_options
def repair_(run: Run, **options: object) -> None:
    """Quyết định các chỗ cần sửa, hoặc liệt kê. / Decide about repairs, or list them."""
    request = _request(run, options)
    asked = request.accept or request.give or request.leave or request.accept_below_m2 is not None
    with (writing_store if asked else reading_store)(run) as store:
        result = repair(store, request, who=os_user(), now=utc_now(), rng=np.random.default_rng())
    found = result.as_json()
    tell_decided(run, found)
    run.result(found | {"store": run.store_shown})


def tell_decided(run: Run, result: Mapping[str, Any]) -> None:
    """Tell what was decided and what is left.

    Parameters
    ----------
    run : Run
        How the command was called.
    result : mapping
        ``decided``, ``changed`` and the queue, as in `tell_queue`.
    """
    changed = len(result["changed"])
    if result["decided"]:
        run.say(
            Text(
                f"Đã quyết định {result['decided']} chỗ, đổi ranh của {changed} đơn vị.",
                f"Decided about {result['decided']} defects and changed the borders of {changed} units.",
            )
        )
    tell_queue(run, result)


def tell_queue(run: Run, queue: Mapping[str, Any]) -> None:
    """Tell what has to be decided, the largest places first.

    Parameters
    ----------
    run : Run
        How the command was called.
    queue : mapping
        As `Queue.as_json` gives it.
    """
    number, waiting, kept = queue["units_checked"], len(queue["repairs"]), len(queue["left"])
    run.say(
        Text(
            f"Kiểm tra {number} đơn vị: {waiting} chỗ chờ quyết định, {kept} chỗ đã quyết định để nguyên.",
            f"Checked {number} units: {waiting} defects wait for a decision, {kept} were left as they are.",
        )
    )
    _say_cards(run, queue["repairs"])


def _say_cards(run: Run, cards: Sequence[Mapping[str, Any]]) -> None:
    lang = run.settings.lang
    for card in cards[:_LONGEST_LIST]:
        where = " / ".join(f"{name} ({code})" for name, code in zip(card["names"], card["units"], strict=True))
        kind, area = _KINDS[card["kind"]].in_language(lang), figure(card["area_m2"], 1, lang)
        line = f"  {card['key']}  {kind}, {area} m²: {where} → {_to(card)}"
        run.say(Text(line, line))
    if len(cards) > _LONGEST_LIST:
        more = len(cards) - _LONGEST_LIST
        run.say(Text(f"  … và {more} chỗ nữa (xem đủ bằng --json)", f"  … and {more} more (all of them with --json)"))


def _to(card: Mapping[str, Any]) -> str:
    proposal = card["proposal"]
    if proposal["to"] is None:
        return str(proposal["reason"])
    return f"{card['names'][card['units'].index(proposal['to'])]} ({proposal['reason']})"


def _request(run: Run, options: dict[str, object]) -> RepairRequest:
    as_of, below = options["as_of"], options["accept_below"]
    return RepairRequest(
        as_of=as_of if isinstance(as_of, dt.date) else _today(run),
        level=str(options["level"]),
        accept=_keys(options["accept"]),
        give=key_values(_keys(options["give"])),
        leave=_keys(options["leave"]),
        accept_below_m2=below if isinstance(below, float) else None,
        why=str(options["why"]),
    )


def _keys(value: object) -> tuple[str, ...]:
    return tuple(str(key) for key in value) if isinstance(value, tuple) else ()


def _today(run: Run) -> dt.date:
    return utc_now().astimezone(ZoneInfo(run.settings.timezone)).date()
