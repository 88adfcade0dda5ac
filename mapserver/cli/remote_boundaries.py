"""Boundaries imported, checked and repaired through a server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import quote

from layers.wording import Text
from mapserver.cli.boundaries_repair import DEFECTS_FOUND, tell_decided, tell_queue
from mapserver.cli.remote import Server
from mapserver.cli.remote_jobs import Fields, finished, send_files
from mapserver.cli.run import Run, key_values
from mapserver.services.boundary_uploads import COMPANIONS

__all__ = ["check", "import_", "repair"]

_REPAIRS = "/api/v1/boundaries/repairs"
_IMPORTS = "/api/v1/boundaries/imports"


def check(server: Server, run: Run, *, as_of: dt.date | None, level: str) -> int:
    """List what has to be repaired.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    as_of : date or None
        The day.
    level : str
        The level of the units.

    Returns
    -------
    int
        7 when something waits for a decision.
    """
    found = _queue(server.get(_REPAIRS, _where(run, as_of, level)))
    tell_queue(run, found)
    run.result(found | {"store": server.address})
    return DEFECTS_FOUND if found["repairs"] else 0


def repair(server: Server, run: Run, *, as_of: dt.date | None, level: str, **options: Any) -> None:  # noqa: ANN401
    """Decide about repairs one after the other, or list them.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    as_of : date or None
        The day.
    level : str
        The level of the units.
    **options : object
        The decisions and the reason.
    """
    where = _where(run, as_of, level)
    deck = server.get(_REPAIRS, where)
    versions = {card["key"]: card["row_version"] for card in deck["repairs"]}
    decided, changed = 0, []
    for key, decision in _decisions(options):
        body = decision | {"reason": options["why"]}
        if key:
            # A card the server does not show has no version that could be right: it is refused there.
            body["row_version"] = versions.get(key, 0)
        deck = server.send(f"{_REPAIRS}/{quote(key, safe='')}" if key else _REPAIRS, body, query=where)
        decided += deck["decided"]
        changed += deck["changed"]
    found = {"decided": decided, "changed": list(dict.fromkeys(changed))} | _queue(deck)
    tell_decided(run, found)
    run.result(found | {"store": server.address})


def import_(server: Server, run: Run, *, file: Path, dry_run: bool, **options: Any) -> int:  # noqa: ANN401
    """Send a boundary file, have it checked, and imported unless only the check was asked for.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    file : Path
        The file; the companions of a Shapefile or TAB go with it.
    dry_run : bool
        Check only.
    **options : object
        How it is to be understood.

    Returns
    -------
    int
        6 when units were set aside.
    """
    key_values(options["mapping"])
    fields: Fields = [
        ("valid_from", options["valid_from"]),
        ("valid_to", options["valid_to"]),
        ("level", options["level"]),
        *(("scope", code) for code in options["scope"]),
        *(("map", pair) for pair in options["mapping"]),
        ("crs", options["crs"]),
        ("encoding", None if options["encoding"] == "auto" else options["encoding"]),
        ("decree", options["decree"]),
        ("source", options["source"]),
        ("partial", "yes" if options["partial"] else None),
    ]
    job = send_files(server, _IMPORTS, files=[file, *_companions(file)], fields=fields)
    result = finished(server, run, job, title=Text("Kiểm tra ranh giới", "Checking boundaries"))
    if not dry_run:
        again = send_files(server, f"{_IMPORTS}/{job['id']}/import", fields=fields)
        result = finished(server, run, again, title=Text("Nạp ranh giới", "Importing boundaries"))
    _tell_import(run, result, dry_run=dry_run)
    run.result(result | {"store": server.address, "dry_run": dry_run})
    return 6 if result["quarantined"] else 0


def _where(run: Run, as_of: dt.date | None, level: str) -> dict[str, object]:
    return {"as_of": as_of, "level": level, "lang": run.settings.lang}


def _queue(deck: dict[str, Any]) -> dict[str, Any]:
    cards: dict[str, list[Any]] = {"open": [], "left": []}
    for card in deck["repairs"]:
        plain = {name: value for name, value in card.items() if name not in {"state", "sketch", "geometry"}}
        cards[card["state"]].append(plain)
    return {"units_checked": deck["units_checked"], "repairs": cards["open"], "left": cards["left"]}


def _decisions(options: dict[str, Any]) -> list[tuple[str, dict[str, object]]]:
    below = options["accept_below"]
    return [
        *((key, {"action": "accept"}) for key in options["accept"]),
        *((key, {"action": "give", "to": code}) for key, code in key_values(options["give"]).items()),
        *((key, {"action": "leave"}) for key in options["leave"]),
        *([] if below is None else [("", {"accept_below_m2": below})]),
    ]


def _companions(file: Path) -> list[Path]:
    endings = COMPANIONS.get(file.suffix.lower(), ())
    beside = file.parent.glob("*") if endings else ()
    return sorted(
        path for path in beside if path.suffix.lower() in endings and path.stem.casefold() == file.stem.casefold()
    )


def _tell_import(run: Run, result: dict[str, Any], *, dry_run: bool) -> None:
    run.say(
        Text(
            f"Nhận {result['accepted']} đơn vị; sửa hình {result['mended']}; giữ lại {result['quarantined']}.",
            f"Accepted {result['accepted']} units; mended {result['mended']}; quarantined {result['quarantined']}.",
        )
    )
    run.say(
        Text(
            f"Chồng lấn: {len(result['overlaps'])}; khe hở: {len(result['gaps'])}.",
            f"Overlaps: {len(result['overlaps'])}; gaps: {len(result['gaps'])}.",
        )
    )
    counts = (result["inserted"], result["filled"], result["closed"], result["unchanged"])
    vi = "{} phiên bản mới, {} bổ sung ranh giới, {} kết thúc, {} giữ nguyên".format(*counts)
    en = "{} new versions, {} borders filled in, {} ended, {} unchanged".format(*counts)
    if dry_run:
        run.say(Text(f"Chỉ kiểm tra, chưa ghi gì. Nếu nạp: {vi}.", f"Checked only; nothing was kept. An import: {en}."))
    else:
        run.say(Text(f"Đã ghi: {vi}.", f"Kept: {en}."))
