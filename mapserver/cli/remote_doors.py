"""Which commands can be done through a server, and by which door; the others say so."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import NamedTuple

import click
from click.core import ParameterSource

from layers.errors import InvalidParameter
from layers.wording import Text
from mapserver.cli.remote import server_of
from mapserver.cli.run import Elsewhere, Run

__all__ = ["DOORS", "ON_THE_SERVER", "Door", "do_remotely"]


class Door(NamedTuple):
    """How a command is done through a server.

    Parameters
    ----------
    where : str
        ``module:function`` beside this module; takes the server, the run and the options of the command.
    without : tuple of str
        Options of the command that a server does not take.
    """

    where: str
    without: tuple[str, ...] = ()


DOORS: Mapping[str, Door] = {
    "boundaries list": Door("remote_units:list_units"),
    "boundaries search": Door("remote_units:search", ("limit",)),
    "boundaries standards": Door("remote_units:standards", ("target", "source")),
    "boundaries check": Door("remote_boundaries:check"),
    "boundaries repair": Door("remote_boundaries:repair"),
    "boundaries import": Door("remote_boundaries:import_"),
    "lineage show": Door("remote_units:family"),
    "incidents import": Door("remote_incidents:import_", ("resume", "chunk_rows", "rejects")),
    "incidents quarantine list": Door("remote_quarantine:list_rows"),
    "incidents quarantine export": Door("remote_quarantine:export"),
    "incidents quarantine retry": Door("remote_quarantine:retry"),
    "incidents add": Door("remote_incidents:add"),
    "incidents edit": Door("remote_incidents:edit"),
    "incidents withdraw": Door("remote_incidents:withdraw"),
    "incidents reinstate": Door("remote_incidents:reinstate"),
    "incidents history": Door("remote_incidents:history"),
    "incidents export": Door("remote_incidents:export"),
    "hotspots run": Door("remote_hotspots:find"),
    "hotspots backtest": Door("remote_hotspots:test"),
    "plan new": Door("remote_plans:new"),
    "plan list": Door("remote_plans:list_plans"),
    "plan show": Door("remote_plans:show"),
    "plan apply": Door("remote_plans:apply_operations"),
    "plan undo": Door("remote_plans:undo"),
    "plan redo": Door("remote_plans:redo"),
    "plan state": Door("remote_plans:state"),
    "snapshot create": Door("remote_map:snapshot", ("title",)),
    "store info": Door("remote_map:info"),
}

# They need the store itself: its file, its keys, all of its rows, or the right to hand rights out.
ON_THE_SERVER = frozenset(
    {
        "audit change-key", "audit export", "audit head", "audit seal", "audit search", "audit verify",
        "boundaries export", "cameras import", "demo", "incidents categories list", "incidents categories map",
        "incidents imports", "lineage import", "people import", "plan branch", "plan comment", "plan compare",
        "plan export", "plan figures", "plan rename", "plan sheet", "published audit", "published release",
        "published show", "safezones import", "serve", "store backup", "store check", "store copy", "store migrate",
        "store restore", "store update", "token create", "token list", "token revoke", "user add", "user disable",
        "user edit", "user enable", "user list", "user password",
    }
)  # fmt: skip


def do_remotely(asked: Elsewhere, run: Run, options: Mapping[str, object]) -> object:
    """Do the command that was called through a server.

    Parameters
    ----------
    asked : Elsewhere
        Which server.
    run : Run
        How the command was called.
    options : mapping
        Its own options, as click read them.

    Returns
    -------
    object
        Its exit code; None for 0.

    Raises
    ------
    InvalidParameter
        When the command, or an option that was written, has no door in a server.
    AnttError
        What the server refuses.
    """
    context = click.get_current_context()
    name = context.command_path.partition(" ")[2]
    door = DOORS.get(name)
    if door is None:
        raise InvalidParameter(
            Text(f"Lệnh `antt {name}` không làm qua máy chủ được.", f"`antt {name}` cannot be done through a server."),
            Text("Chạy lệnh ngay trên máy chủ, không có --server và ANTT_SERVER.",
                 "Run it on the server itself, without --server and ANTT_SERVER."),
        )  # fmt: skip
    for option in door.without:
        if context.get_parameter_source(option) is ParameterSource.COMMANDLINE:
            _refuse_option(context, option)
    module, _, function = door.where.partition(":")
    return getattr(importlib.import_module(f"mapserver.cli.{module}"), function)(server_of(asked), run, **options)


def _refuse_option(context: click.Context, name: str) -> None:
    written = next(parameter.opts[0] for parameter in context.command.params if parameter.name == name)
    raise InvalidParameter(
        Text(f"{written} không dùng được qua máy chủ.", f"{written} cannot be used through a server."),
        Text(
            f"Bỏ {written}, hoặc chạy lệnh ngay trên máy chủ.", f"Leave {written} out, or run it on the server itself."
        ),
    )
