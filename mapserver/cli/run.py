"""What every command shares: its options, its output, and how a failure ends it."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as declared
from functools import wraps
from typing import Any

import click

from layers.errors import AnttError
from layers.wording import Text, storable
from mapserver.errors import as_json
from mapserver.settings import Settings, from_environment

__all__ = [
    "Day",
    "Elsewhere",
    "Progress",
    "Run",
    "Sender",
    "command_options",
    "epsg_of",
    "key_values",
    "progress",
    "tell_failure",
]

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Elsewhere:
    """The server that commands are to speak to, instead of opening a store.

    Parameters
    ----------
    server : str
        Its address as written.
    token : str
        Says on whose behalf; may be empty.
    token_file : str or None
        A file that holds the token.
    by_hand : bool
        Whether it was written on the command line; a server of the environment gives way to ``--store``.
    """

    server: str
    token: str = declared(default="", repr=False)
    token_file: str | None = None
    by_hand: bool = False


@dataclass(frozen=True)
class Run:
    """How one command was called.

    Parameters
    ----------
    settings : Settings
        The settings of this run.
    as_json : bool
        Whether one JSON object is printed instead of sentences.
    """

    settings: Settings
    as_json: bool

    @property
    def store_shown(self) -> str:
        """The store's address as it may be shown: without a password."""
        # Imported here: `antt --help` has no need of a store.
        from layers.store.addresses import shown

        return shown(self.settings.store)

    def say(self, text: Text) -> None:
        """Print a sentence, unless JSON was asked for.

        Parameters
        ----------
        text : Text
            The sentence in both languages.
        """
        if not self.as_json:
            # A path may hold what is no text; a terminal may refuse to show it.
            click.echo(storable(text.in_language(self.settings.lang)))

    def result(self, content: dict[str, object]) -> None:
        """Print the result object, if JSON was asked for.

        Parameters
        ----------
        content : dict
            Plain values.
        """
        if self.as_json:
            click.echo(storable(json.dumps(content, ensure_ascii=False)))


@dataclass(frozen=True)
class Sender:
    """What does commands elsewhere; kept by the group, so that no command imports it.

    Parameters
    ----------
    elsewhere : Elsewhere
        Which server.
    do : callable
        Takes that, the run and the options of the command; gives its exit code.
    """

    elsewhere: Elsewhere
    do: Callable[[Elsewhere, Run, dict[str, Any]], object]


def command_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that all commands have and pass it a `Run` first.

    Parameters
    ----------
    command : callable
        Takes a `Run` and its own options.

    Returns
    -------
    callable
        To be made a click command.
    """

    @click.option("--json", "as_json", is_flag=True, help="In một đối tượng JSON. / Print one JSON object.")
    @click.option("--store", metavar="FILE", help="Kho dữ liệu (mặc định ANTT_STORE hoặc antt.gpkg). / The store.")
    @click.option("--lang", type=click.Choice(["vi", "en"]), help="Ngôn ngữ. / Language.")
    @wraps(command)
    def wrapped(as_json: bool, store: str | None, lang: str | None, **options: object) -> object:  # noqa: FBT001
        _refuse_broken_text(options)
        run = Run(from_environment(os.environ, store=store, lang=lang), as_json)
        asked = _asked_elsewhere(store)
        return command(run, **options) if asked is None else asked.do(asked.elsewhere, run, options)

    return wrapped


def _asked_elsewhere(store: str | None) -> Sender | None:
    context = click.get_current_context(silent=True)
    asked = None if context is None else context.find_root().obj
    if not isinstance(asked, Sender):
        return None
    if store is not None and asked.elsewhere.by_hand:
        raise click.UsageError("--server, --store: chọn một / choose one")
    return asked if store is None else None


def _refuse_broken_text(options: dict[str, object]) -> None:
    for value in options.values():
        for text in value if isinstance(value, tuple) else (value,):
            # A file may have a name that is no UTF-8; what is written into the store may not.
            if isinstance(text, str) and storable(text) != text:
                said = storable(text)
                raise click.UsageError(f"“{said}” không phải chữ UTF-8 hợp lệ / is no sound UTF-8 text")


def key_values(texts: tuple[str, ...]) -> dict[str, str]:
    """Read ``--map FIELD=COLUMN`` options.

    Parameters
    ----------
    texts : tuple of str
        As typed.

    Returns
    -------
    dict of str to str
        Field -> column.

    Raises
    ------
    click.BadParameter
        When one has no ``=``.

    Examples
    --------
    >>> key_values(("lon=Kinh độ",))
    {'lon': 'Kinh độ'}
    """
    pairs = [text.partition("=") for text in texts]
    for field, equals, column in pairs:
        if not (field and equals and column):
            raise click.BadParameter(f"“{field}{equals}{column}”: viết TRƯỜNG=CỘT / write FIELD=COLUMN")
    return {field.strip(): column.strip() for field, _equals, column in pairs}


def epsg_of(text: object) -> int | None:
    """Read ``EPSG:n`` or ``n``.

    Parameters
    ----------
    text : object
        As typed; None when not given.

    Returns
    -------
    int or None
        The code.

    Raises
    ------
    click.BadParameter
        When it is not a code.

    Examples
    --------
    >>> epsg_of("EPSG:9210"), epsg_of(None)
    (9210, None)
    """
    if text is None:
        return None
    digits = str(text).upper().removeprefix("EPSG:")
    if not (digits.isascii() and digits.isdigit()):
        raise click.BadParameter(f"“{text}”: viết EPSG:n, ví dụ EPSG:9210 / write EPSG:n, such as EPSG:9210")
    return int(digits)


class Day(click.ParamType[dt.date]):
    """A day written as ``2025-07-01`` or as ``1/7/2025``."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read a day.

        Parameters
        ----------
        value : object
            As typed.
        param : click.Parameter or None
            The option, for the message.
        ctx : click.Context or None
            The command, for the message.

        Returns
        -------
        date
            The day.

        Raises
        ------
        click.BadParameter
            When it is neither form, or no such day exists.
        """
        text = str(value).strip()
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        said = f"“{text}” không phải ngày; viết 2025-07-01 hoặc 1/7/2025 / is not a date; write 2025-07-01"
        raise click.BadParameter(said, ctx=ctx, param=param)


@contextmanager
def progress(title: Text, run: Run) -> Iterator[Progress]:
    """Show a progress bar on a terminal; nothing elsewhere.

    Parameters
    ----------
    title : Text
        What is being done.
    run : Run
        How the command was called.

    Yields
    ------
    callable
        Takes rows done and rows in all.
    """
    if run.as_json or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title.in_language(run.settings.lang), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def tell_failure(failure: AnttError, *, as_json_object: bool) -> None:
    """Print a failure on standard error, in both languages.

    Parameters
    ----------
    failure : AnttError
        What went wrong.
    as_json_object : bool
        Whether it is printed as ``{"error": {…}}``.
    """
    if as_json_object:
        said = as_json(failure, "vi")
        english = as_json(failure, "en")
        said |= {"message_en": english["message"], "hint_en": english["hint"]}
        click.echo(storable(json.dumps({"error": said}, ensure_ascii=False)), err=True)
        return
    for mark, language in (("Lỗi", "vi"), ("Error", "en")):
        said = as_json(failure, language)
        click.echo(storable(f"{mark}: {said['message']} {said['hint']}".rstrip()), err=True)
    for line in _both_versions(failure):
        click.echo(line, err=True)


def _both_versions(failure: AnttError) -> Iterator[str]:
    yours, current = failure.details.get("yours"), failure.details.get("current")
    if isinstance(yours, dict) and isinstance(current, dict):
        for name, wanted in yours.items():
            mine, theirs = ("–" if side is None else side for side in (wanted, current.get(name)))
            yield f"  {name}: yours {mine} | current {theirs}"
