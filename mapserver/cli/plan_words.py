"""What commands about plans say, whether the store or a server told it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from layers.errors import FileMissing, FileUnreadable, StaleVersion
from layers.planning.operations import Operation, operation_from_json
from layers.wording import Text
from mapserver.cli.run import Run
from mapserver.cli.tables import figure
from mapserver.clock import utc_now

__all__ = [
    "brief", "next_seen", "operations_in", "tell_added", "tell_new", "tell_plan", "tell_plans", "tell_state",
    "today_of",
]  # fmt: skip

_SHOWN = 20
_KINDS: Mapping[str, Text] = {
    "redraw": Text("vẽ lại đoạn ranh giới", "border redrawn"),
    "move_vertices": Text("dời đỉnh", "vertices moved"),
    "move_node": Text("dời nút", "node moved"),
    "split": Text("chia đơn vị", "unit split"),
    "merge": Text("nhập đơn vị", "units merged"),
    "transfer": Text("chuyển một phần đất", "piece transferred"),
    "transfer_part": Text("chuyển một mảnh rời", "part transferred"),
    "rename": Text("đổi tên đơn vị", "unit renamed"),
    "retype": Text("đổi loại đơn vị", "unit retyped"),
    "undo": Text("hoàn tác", "undone"),
    "redo": Text("làm lại", "redone"),
}


def today_of(run: Run) -> dt.date:
    """Tell which day it is where the map is used.

    Parameters
    ----------
    run : Run
        How the command was called.

    Returns
    -------
    date
        The local day.
    """
    return utc_now().astimezone(ZoneInfo(run.settings.timezone)).date()


def operations_in(file: Path) -> list[Operation]:
    """Read the operations of a file, all of them before any is carried out.

    Parameters
    ----------
    file : Path
        JSON: one operation, or a list of them.

    Returns
    -------
    list of Operation
        In their order.

    Raises
    ------
    FileMissing
        When it is not there.
    FileUnreadable
        When it is no JSON.
    InvalidParameter
        When it holds something else than operations.
    """
    try:
        read: Any = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise FileMissing(
            Text(f"Không có tệp “{file}”.", f"There is no file “{file}”."),
            Text("Kiểm tra đường dẫn.", "Check the path."),
        ) from problem
    except (OSError, ValueError, RecursionError) as problem:
        raise FileUnreadable(
            Text(f"Không đọc được tệp “{file}” ({problem}).", f"The file “{file}” cannot be read ({problem})."),
            Text("Tệp là JSON: một thao tác, hoặc một danh sách thao tác.",
                 "The file is JSON: one operation, or a list of operations."),
        ) from problem  # fmt: skip
    listed = read if isinstance(read, list) else [read]
    return [operation_from_json(each if isinstance(each, dict) else {}) for each in listed]


def brief(entry: Mapping[str, Any]) -> dict[str, object]:
    """Leave the lines out of an entry.

    Parameters
    ----------
    entry : mapping
        A step or a mark as JSON.

    Returns
    -------
    dict
        ``number, kind, author, at, reason, effect``.
    """
    kind = entry["action"] if "action" in entry else entry["operation"]["kind"]
    return {"number": entry["number"], "kind": kind, **entry["by"], "effect": entry.get("effect", [])}


def tell_new(run: Run, plan: Mapping[str, Any], store: str) -> None:
    """Tell of a plan that was made.

    Parameters
    ----------
    run : Run
        How the command was called.
    plan : mapping
        As `PlanRecord.as_json` gives it.
    store : str
        Where it is kept.
    """
    run.say(Text(f"Đã lập phương án {plan['id']}.", f"Made the plan {plan['id']}."))
    tell_plan(run, plan, store)


def tell_plans(run: Run, plans: Sequence[Mapping[str, Any]], store: str) -> None:
    """List plans.

    Parameters
    ----------
    run : Run
        How the command was called.
    plans : sequence of mapping
        As `PlanRecord.as_json` gives them.
    store : str
        Where they are kept.
    """
    if not plans:
        run.say(Text("Chưa có phương án nào.", "There is no plan."))
    for plan in plans:
        run.say(_line(plan))
    run.result({"plans": list(plans), "store": store})


def tell_plan(
    run: Run, plan: Mapping[str, Any], store: str, *, entries: Sequence[Mapping[str, Any]] | None = None
) -> None:  # fmt: skip
    """Tell of one plan.

    Parameters
    ----------
    run : Run
        How the command was called.
    plan : mapping
        As `PlanRecord.as_json` gives it.
    store : str
        Where it is kept.
    entries : sequence of mapping or None
        What was done in it, each as `brief` makes it; None where that was not asked for.
    """
    run.say(_line(plan))
    base = plan["base_as_of"]
    run.say(Text(f"  {plan['parent_name']}, ranh giới gốc ngày {base}; lập bởi {plan['author']}.",
                 f"  {plan['parent_name']}, from the boundaries of {base}; made by {plan['author']}."))  # fmt: skip
    for entry in (entries or ())[-_SHOWN:]:
        _say_entry(run, entry)
    run.result(dict(plan) | ({} if entries is None else {"log": list(entries)}) | {"store": store})


def tell_added(run: Run, entries: Sequence[Mapping[str, Any]], *, last: int, store: str) -> None:
    """Tell what was added to a plan.

    Parameters
    ----------
    run : Run
        How the command was called.
    entries : sequence of mapping
        Each as `brief` makes it.
    last : int
        Number of the last entry now.
    store : str
        Where it is kept.
    """
    for entry in entries:
        _say_entry(run, entry)
    run.result({"entries": list(entries), "last": last, "store": store})


def tell_state(run: Run, plan: Mapping[str, Any], store: str) -> None:
    """Tell the state that a plan was brought to.

    Parameters
    ----------
    run : Run
        How the command was called.
    plan : mapping
        As `PlanRecord.as_json` gives it.
    store : str
        Where it is kept.
    """
    run.say(Text(f"Phương án chuyển sang: {plan['state_label']}.", f"The plan is now: {plan['state_label']}."))
    tell_plan(run, plan, store)


def _line(plan: Mapping[str, Any]) -> Text:
    said = f"{plan['id']}  {plan['name']} – {plan['state_label']}"
    return Text(f"{said}, {plan['entries']} thao tác", f"{said}, {plan['entries']} entries")


def _say_entry(run: Run, entry: Mapping[str, Any]) -> None:
    kind = _KINDS[entry["kind"]]
    ground = [Text(*(_gain(gain, language) for language in ("vi", "en"))) for gain in entry["effect"]]
    moved = Text(*("; ".join(each) for each in zip(*ground, strict=True))) if ground else Text("", "")
    why = f" ({entry['reason']})" if entry["reason"] else ""
    vi, en = (
        f"  {entry['number']}. {word}, {entry['author']}{why}{': ' if ground else ''}{told}"
        for word, told in zip(kind, moved, strict=True)
    )
    run.say(Text(vi, en))


def _gain(gain: Mapping[str, Any], language: str) -> str:
    return f"{gain['from']} → {gain['to']} {figure(gain['area_m2'] / 10_000, 2, language)} ha"


def next_seen(seen: int, last: int, *, left: int) -> int:
    """Go on from one operation of a file to the next, unless somebody else's lies between.

    Parameters
    ----------
    seen : int
        Number of the last entry that was seen before the operation.
    last : int
        Number of the last entry after it.
    left : int
        How many operations are still to be carried out.

    Returns
    -------
    int
        Number of the last entry seen now.

    Raises
    ------
    StaleVersion
        When entries lie between that nobody here has seen, and there is more to do.
    """
    if left and last != seen + 1:
        raise StaleVersion(
            Text(f"Phương án đã có thao tác của người khác từ số {seen + 1}.",
                 f"From number {seen + 1} on the plan has entries of others."),
            Text("Xem các thao tác đó (`antt plan show`), rồi thực hiện phần còn lại của tệp.",
                 "Look at them (`antt plan show`), then carry out what is left of the file."),
            details={"seen": seen, "last": last, "left": left},
        )  # fmt: skip
    return last
