"""Units and their families, asked of a server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import quote

from mapserver.cli.boundaries_list import tell_standards, tell_units
from mapserver.cli.lineage import tell_family, tell_found
from mapserver.cli.remote import Server
from mapserver.cli.run import Run

__all__ = ["family", "list_units", "search", "standards"]

_FIELDS = ("code", "name", "unit_type", "level", "area_km2", "population", "valid_from", "valid_to")


def list_units(server: Server, run: Run, *, as_of: dt.date | None, level: str | None) -> None:
    """List the units in force; without a day those of today, for a server does not list older versions.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    as_of : date or None
        The day.
    level : str or None
        One level; wards and communes when left out.
    """
    asked = level or "commune"
    found = server.get("/api/v1/units", {"as_of": as_of, "level": asked})
    values = [feature["properties"] | {"level": asked} for feature in found["features"]]
    units = [{name: each.get(name) for name in _FIELDS} for each in values]
    tell_units(run, units, server.get("/api/v1/vintages")["vintages"])


def search(server: Server, run: Run, *, text: str, as_of: dt.date | None, limit: int) -> None:
    """Find units by any name or code.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    text : str
        As typed.
    as_of : date or None
        Units in force on this day come first.
    limit : int
        The server's own; it takes no other.
    """
    del limit
    tell_found(run, text, server.get("/api/v1/units/names", {"q": text, "as_of": as_of})["results"])


def family(server: Server, run: Run, *, unit: str, as_of: dt.date | None) -> None:
    """Tell where a unit came from and what it went into.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    unit : str
        ``code@valid_from``, or a code that means one unit on the day.
    as_of : date or None
        The day.
    """
    found = server.get(f"/api/v1/units/{quote(unit, safe='@')}/lineage", {"as_of": as_of})
    tell_family(run, {name: value for name, value in found.items() if name not in {"bbox", "meta"}})


def standards(
    server: Server, run: Run, *, as_of: dt.date | None, target: Path | None = None, source: Path | None = None
) -> None:
    """Hold units against the standards in force.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    as_of : date or None
        The day.
    target, source : None
        The table as a file is for the store itself.
    """
    del target, source
    tell_standards(run, server.get("/api/v1/units/standards", {"as_of": as_of, "lang": run.settings.lang}))
