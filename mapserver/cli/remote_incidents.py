"""Incidents written, read and sent through a server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from layers.wording import Text, storable
from mapserver.cli.incidents_by_hand import changes_of, tell_added, tell_export, tell_history, tell_version
from mapserver.cli.incidents_import import tell_import
from mapserver.cli.remote import Server
from mapserver.cli.remote_jobs import Fields, finished, send_files
from mapserver.cli.run import Run, key_values
from mapserver.services.exports import kind_of
from mapserver.services.output_files import put_file
from mapserver.services.rejects import base_name

__all__ = ["add", "edit", "export", "history", "import_", "reinstate", "withdraw"]

_INCIDENTS = "/api/v1/incidents"


def add(server: Server, run: Run, *, reason: str, **fields: str | None) -> None:
    """Write a new incident.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    reason : str
        For the history.
    **fields : str or None
        What is known of it.
    """
    given = {name: text for name, text in fields.items() if text is not None}
    tell_added(run, server.send(_INCIDENTS, given | {"reason": reason}))


def edit(
    server: Server,
    run: Run,
    *,
    record_id: str,
    cleared: Sequence[str],
    row_version: int | None,
    reason: str,
    **fields: str | None,
) -> None:
    """Change an incident.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    record_id : str
        Which.
    cleared : sequence of str
        Fields whose value is taken away.
    row_version : int or None
        The version seen; the newest when left out.
    reason : str
        For the history.
    **fields : str or None
        The new values.
    """
    body = changes_of(fields, cleared) | {"reason": reason, "row_version": _version(server, record_id, row_version)}
    tell_version(run, server.send(_address(record_id), body, method="PATCH"))


def withdraw(server: Server, run: Run, *, record_id: str, reason: str, row_version: int | None) -> None:
    """Take an incident out of every count.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    record_id : str
        Which.
    reason : str
        Why.
    row_version : int or None
        The version seen; the newest when left out.
    """
    body = {"reason": reason, "row_version": _version(server, record_id, row_version)}
    tell_version(run, server.send(f"{_address(record_id)}/withdraw", body))


def reinstate(server: Server, run: Run, *, record_id: str, reason: str, row_version: int | None) -> None:
    """Take the withdrawal of an incident back.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    record_id : str
        Which.
    reason : str
        Why.
    row_version : int or None
        The version seen; the newest when left out.
    """
    body = {"reason": reason, "row_version": _version(server, record_id, row_version)}
    tell_version(run, server.send(f"{_address(record_id)}/reinstate", body))


def history(server: Server, run: Run, *, record_id: str) -> None:
    """Tell how an incident was changed.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    record_id : str
        Which.
    """
    tell_history(run, record_id, server.get(f"{_address(record_id)}/history")["history"])


def export(server: Server, run: Run, *, out: Path, with_withdrawn: bool, **options: Any) -> None:  # noqa: ANN401
    """Have incidents written into a file; CSV gets its provenance in a second one.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    out : Path
        The file; its ending names the kind.
    with_withdrawn : bool
        Whether withdrawn ones are among them.
    **options : object
        The filter.
    """
    kind = kind_of(out)
    asked = {
        "as_of": _day(options["as_of"]),
        "from": _day(options["since"]),
        "to": _day(options["until"]),
        "category": options["categories"],
        "unit": options["unit"],
        "severity": options["severities"],
        "status": options["statuses"],
        "with_withdrawn": "yes" if with_withdrawn else None,
        "lang": run.settings.lang,
    }
    content = server.fetch(f"{_INCIDENTS}/export.{kind}", asked)
    provenance = server.fetch(f"{_INCIDENTS}/export.meta.json", asked)
    meta = server.parsed(provenance)
    written = [put_file(out, lambda file: file.write(content))]
    if kind == "csv":
        written.append(put_file(out.with_suffix(".meta.json"), lambda file: file.write(provenance)))
    tell_export(run, written, meta, count=meta["rows"])


def import_(server: Server, run: Run, *, file: Path, **options: Any) -> int:  # noqa: ANN401
    """Send a file of incidents and wait till it is imported.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    file : Path
        The file.
    **options : object
        How it is to be understood.

    Returns
    -------
    int
        6 when rows were set aside; they wait on the server.
    """
    key_values(options["mapping"])
    fields: Fields = [
        ("source", options["source"] or storable(base_name(file))),
        *(("map", pair) for pair in options["mapping"]),
        *((name, options[name]) for name in ("crs", "encoding", "timezone", "on_change")),
    ]
    job = send_files(server, "/api/v1/imports", files=[file], fields=fields)
    result = finished(server, run, job, title=Text("Nạp vụ việc", "Importing incidents"))
    found = result | {"store": server.address, "rejects": None}
    tell_import(run, found)
    run.result(found)
    return 6 if found["quarantined"] else 0


def _address(record_id: str) -> str:
    return f"{_INCIDENTS}/{quote(record_id, safe='')}"


def _version(server: Server, record_id: str, seen: int | None) -> int:
    return int(server.get(_address(record_id))["row_version"]) if seen is None else seen


def _day(moment: Any) -> object:  # noqa: ANN401 - as click gives it
    return None if moment is None else moment.date()
