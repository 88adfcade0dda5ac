"""`antt incidents`: the group; its commands are in the modules beside this one."""

from __future__ import annotations

import click

from mapserver.cli.incidents_by_hand import add, edit, export, history, reinstate, withdraw
from mapserver.cli.incidents_import import categories, import_, imports
from mapserver.cli.incidents_quarantine import quarantine

__all__ = ["incidents"]


@click.group()
def incidents() -> None:
    """Vụ việc. / Incidents."""


for _command in (import_, imports, categories, quarantine, add, edit, withdraw, reinstate, history, export):
    incidents.add_command(_command)
