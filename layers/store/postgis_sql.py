"""The SQL of the PostGIS store, read from the files beside this module."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from psycopg import sql

__all__ = ["compose", "file_text", "named", "plain"]

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def file_text(name: str) -> str:
    """Read one file of SQL.

    Parameters
    ----------
    name : str
        Such as ``"0001_first_layout.sql"``.

    Returns
    -------
    str
        Its text.
    """
    return files("layers").joinpath("store", "sql", name).read_text(encoding="utf-8")


@cache
def named(file: str) -> dict[str, str]:
    """Read the statements of a file that holds several, each below a line ``-- name: …``.

    Parameters
    ----------
    file : str
        Such as ``"queries.sql"``.

    Returns
    -------
    dict of str to str
        Name -> statement, without the semicolon at its end.

    Examples
    --------
    >>> named("queries.sql")["notes"]
    'SELECT key, value FROM antt.antt_note ORDER BY key'
    """
    parts = _NAME.split(file_text(file))[1:]
    return {name: text.strip().removesuffix(";") for name, text in zip(parts[::2], parts[1::2], strict=True)}


def plain(file: str, name: str) -> bytes:
    """Read one statement that has no place for an identifier.

    Parameters
    ----------
    file, name : str
        The file, and the statement in it.

    Returns
    -------
    bytes
        As psycopg takes a statement that is not a literal of the code.

    Examples
    --------
    >>> plain("layout.sql", "make_postgis")
    b'CREATE EXTENSION postgis'
    """
    return named(file)[name].encode()


def compose(text: str, **parts: sql.Composable) -> sql.Composed:
    """Put identifiers into the places ``{name}`` of a statement, quoted by psycopg.

    Parameters
    ----------
    text : str
        A statement of this package's files.
    **parts : psycopg.sql.Composable
        What stands in each place.

    Returns
    -------
    psycopg.sql.Composed
        Ready to be executed.

    Examples
    --------
    >>> compose("SELECT 1 FROM {table}", table=sql.Identifier("antt", 'a"b')).as_string(None)
    'SELECT 1 FROM "antt"."a""b"'
    """
    return sql.SQL(text).format(**parts)
