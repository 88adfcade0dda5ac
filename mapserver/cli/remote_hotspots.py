"""Hotspots asked of a server: as a job, so that no run is too long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layers.errors import InvalidParameter
from layers.wording import Text
from mapserver.cli.hotspots import STATED_AREAS, options_written, print_backtest, write_map
from mapserver.cli.remote import Query, Server
from mapserver.cli.remote_jobs import finished
from mapserver.cli.run import Run

__all__ = ["find", "test"]

_TITLE = Text("Tìm điểm nóng", "Finding hotspots")


def find(server: Server, run: Run, *, out: Path | None, area: str, **options: object) -> None:
    """Find hotspots on the server.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    out : Path or None
        The file to write.
    area : str
        ``units`` or ``bbox``.
    **options : object
        The filter and the options of the method.
    """
    write_map(run, _done(server, run, _query(run, options, area=area)), out)


def test(server: Server, run: Run, *, area: str, **options: object) -> None:
    """Test a method on the server.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    area : str
        ``units`` or ``bbox``.
    **options : object
        The filter and the options of the method.
    """
    print_backtest(run, _done(server, run, {**_query(run, options, area=area), "task": "backtest"}))


def _done(server: Server, run: Run, query: Query) -> dict[str, Any]:
    job = server.send("/api/v1/hotspots/jobs", {}, query=query)
    return finished(server, run, job, title=_TITLE)


def _query(run: Run, options: dict[str, object], *, area: str) -> dict[str, object]:
    if area not in STATED_AREAS:
        raise InvalidParameter(
            Text("Máy chủ không nhận tệp vùng.", "A server takes no file as the study area."),
            Text("Dùng --area units, --area own hoặc --area bbox.", "Use --area units, --area own or --area bbox."),
        )
    return {
        **options_written(options, area),
        "as_of": options["as_of"],
        "from": options["since"],
        "to": options["until"],
        "category": options["category"],
        "unit": options["unit"],
        "bbox": options["bbox"],
        "lang": run.settings.lang,
    }
