"""Write the reference pages that are made from the program itself.

Run ``python scripts/make_docs.py`` after a change to errors, settings, commands or layers;
``--check`` only says whether the pages are up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path

import click

from layers.access.policy import ACTIONS, Action, Right, area_matters, policy_rows
from layers.access.roles import Role
from layers.catalog import LAYERS, categories, layer, safezone_kinds
from layers.errors import AnttError
from layers.store import unopened
from layers.store.base import Capabilities
from mapserver.cli.main import antt
from mapserver.errors import EXIT_CODE, HTTP_STATUS
from mapserver.settings import SETTINGS

DOCS = Path(__file__).resolve().parent.parent / "docs"
MADE = "<!-- Made by scripts/make_docs.py; edit the program, not this page. -->\n\n"
_WIDTH = 78


def errors_page() -> str:
    """Write the table of failures.

    Returns
    -------
    str
        Markdown.
    """
    lines = [
        "# Failures",
        "",
        "Every failure has a stable code, an HTTP status and an exit code, and says what to do next in",
        "Vietnamese and English. Exit code 0 is success, 6 means done with some records quarantined.",
        "",
        "| code | HTTP | exit | meaning |",
        "|---|---|---|---|",
    ]
    for failure in HTTP_STATUS:
        meaning = (failure.__doc__ or "").splitlines()[0] if failure is not AnttError else "A fault of the program."
        lines.append(f"| `{failure.code}` | {HTTP_STATUS[failure]} | {EXIT_CODE[failure]} | {meaning} |")
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Write the table of settings.

    Returns
    -------
    str
        Markdown.
    """
    rows = [
        f"| `{setting.variable}` | `{setting.default}` | {setting.help.vi} / {setting.help.en} |"
        for setting in SETTINGS
    ]
    head = [
        "# Settings",
        "",
        "Read once when the program starts.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def cli_page() -> str:
    """Write the help of every command.

    Returns
    -------
    str
        Markdown.
    """
    parts = ["# The command line", ""]
    # As wide on every terminal, and with the options for help that the program takes.
    top = click.Context(antt, info_name="antt", terminal_width=_WIDTH, **antt.context_settings)
    for path, command, context in _commands(antt, top):
        parts += [f"## `{path}`", "", "```", command.get_help(context).strip(), "```", ""]
    return "\n".join(parts)


def _commands(command: click.Command, context: click.Context) -> list[tuple[str, click.Command, click.Context]]:
    found = [(context.command_path, command, context)]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                found += _commands(inner, click.Context(inner, info_name=name, parent=context))
    return found


def layers_page() -> str:
    """Write the columns of every layer and the code lists.

    Returns
    -------
    str
        Markdown.
    """
    parts = ["# Layers and code lists", "", "Every row also has `id` (UUIDv7) and `row_version`.", ""]
    for declared in LAYERS:
        parts += [f"## `{declared.key}` – {declared.title.vi} / {declared.title.en}", ""]
        parts += [
            f"Geometry: {declared.schema.geometry}.",
            "",
            "| column | kind | needed | meaning |",
            "|---|---|---|---|",
        ]
        parts += [
            f"| `{column.name}` | {column.kind} | {'yes' if column.required else ''} | {' / '.join(column.title)} |"
            for column in declared.schema.columns
        ]
        parts.append("")
    parts += ["## Categories", "", "| slug | group | title |", "|---|---|---|"]
    parts += [f"| `{entry.slug}` | `{entry.group}` | {entry.title.vi} / {entry.title.en} |" for entry in categories()]
    parts += ["", "## Kinds of model", "", "| slug | title |", "|---|---|"]
    parts += [f"| `{kind.slug}` | {kind.title.vi} / {kind.title.en} |" for kind in safezone_kinds()]
    return "\n".join(parts) + "\n"


def capabilities_page() -> str:
    """Write the table of what each back-end can do.

    Returns
    -------
    str
        Markdown.
    """
    # No back-end connects before it is asked for something.
    addresses = {"GeoPackage": "antt.gpkg", "PostGIS": "postgresql://localhost/antt", "memory": "memory:"}
    able = {name: asdict(unopened(address).capabilities) for name, address in addresses.items()}
    lines = [
        "# What each back-end can do",
        "",
        "Recomputed by `tests/contract/test_capabilities.py`; meanings in `layers/store/base.py`.",
        "",
        f"| | {' | '.join(able)} |",
        "|---|" + "---|" * len(able),
    ]
    for field in fields(Capabilities):
        marks = " | ".join("yes" if row[field.name] else "no" for row in able.values())
        lines.append(f"| {field.name.replace('_', ' ')} | {marks} |")
    return "\n".join(lines) + "\n"


def access_page() -> str:
    """Write the table of rights.

    Returns
    -------
    str
        Markdown.
    """
    seen: dict[str, dict[Role, Right]] = {}
    for key, role, right in policy_rows():
        seen.setdefault(key, {})[role] = right
    lines = [
        "# Who may see and do what",
        "",
        "The table that the program itself goes by (`layers/access/policy.py`). A resident is whoever has no account.",
        "An area of responsibility is a set of units; what counts is the unit in force today at the place, whatever",
        "day is asked for. A record known only by an old unit is inside when everything that unit became is.",
        "The administrator gives roles and areas on the page `/accounts`: [accounts.md](accounts.md).",
        "",
        "![The list of accounts and the form for a new one](pictures/accounts.png)",
        "",
        "## What is seen",
        "",
        "*Masked*: from the published counts alone. *Counts only*: numbers by unit.",
        "Two words: inside / outside the area.",
        "",
        f"| layer | {' | '.join(f'{role.label.vi} (`{role}`)' for role in Role)} |",
        "|---|" + "---|" * len(Role),
    ]
    lines += [
        f"| {layer(key).title.vi} (`{key}`) | {' | '.join(map(_sight_words, rights.values()))} |"
        for key, rights in seen.items()
    ]
    lines += ["", "## What may be done", "", "Records are changed only where they are seen exactly.", ""]
    lines += [f"| role | {' | '.join(Action)} | has an area |", "|---|" + "---|" * (len(Action) + 1)]
    for role in Role:
        marks = [_yes(action in ACTIONS[role]) for action in Action]
        lines.append(f"| {role.label.vi} / {role.label.en} | {' | '.join(marks)} | {_yes(area_matters(role))} |")
    return "\n".join(lines) + "\n"


def _sight_words(right: Right) -> str:
    inside, outside = right.inside.label.en, right.outside.label.en
    return inside if inside == outside else f"{inside} / {outside}"


def _yes(holds: bool) -> str:  # noqa: FBT001
    return "yes" if holds else ""


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": errors_page,
    "settings.md": settings_page,
    "cli.md": cli_page,
    "layers.md": layers_page,
    "capabilities.md": capabilities_page,
    "access.md": access_page,
}


def main() -> int:
    """Write the pages, or say which are out of date.

    Returns
    -------
    int
        0, or 1 when ``--check`` found a page out of date.
    """
    stale = []
    for name, write in PAGES.items():
        text = MADE + write()
        page = DOCS / name
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                page.write_text(text, encoding="utf-8")
    click.echo(f"out of date: {', '.join(stale)}" if stale else "up to date")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
