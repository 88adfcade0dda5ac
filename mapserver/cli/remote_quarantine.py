"""Rows set aside on a server: looked at, corrected here, sent back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layers.catalog import INCIDENTS
from layers.incidents.counts import Counts
from layers.wording import Text
from mapserver.cli.incidents_quarantine import require_sheet, tell_retried, tell_rows, tell_sheet
from mapserver.cli.remote import Server
from mapserver.cli.remote_jobs import finished, send_files
from mapserver.cli.run import Run
from mapserver.services.output_files import put_file

__all__ = ["export", "list_rows", "retry"]

_QUARANTINE = "/api/v1/quarantine"


def list_rows(server: Server, run: Run, *, import_id: str | None, every: bool) -> None:
    """List the rows set aside from one's own imports.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    import_id : str or None
        Only those of one import.
    every : bool
        Whether rows accepted since, and expired ones, are listed.
    """
    rows: list[dict[str, Any]] = server.get(_QUARANTINE, {"import_id": import_id, "all": "1" if every else None})[
        "rows"
    ]
    tell_rows(run, rows)
    run.result({"rows": rows})


def export(server: Server, run: Run, *, out: Path, import_id: str | None) -> None:
    """Have the rows set aside written as a sheet to correct.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    out : Path
        The sheet.
    import_id : str or None
        Only those of one import.
    """
    require_sheet(out)
    rows = server.get(_QUARANTINE, {"import_id": import_id})["rows"]
    content = server.fetch(f"{_QUARANTINE}/sheet.xlsx", {"import_id": import_id, "lang": run.settings.lang})
    put_file(out, lambda file: file.write(content))
    tell_sheet(run, out, sum(row["layer"] == INCIDENTS.key for row in rows))


def retry(server: Server, run: Run, *, file: Path) -> int:
    """Send a corrected sheet and wait till its rows were tried.

    Parameters
    ----------
    server : Server
        Where to.
    run : Run
        How the command was called.
    file : Path
        The sheet.

    Returns
    -------
    int
        6 when rows are still set aside.
    """
    job = send_files(server, f"{_QUARANTINE}/retry", files=[file])
    result = finished(server, run, job, title=Text("Nạp lại các dòng đã sửa", "Trying corrected rows"))
    return tell_retried(run, Counts.of(result))
