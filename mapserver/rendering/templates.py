"""The page templates, loaded once; what a template writes is escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["templates"]


@cache
def templates() -> Environment:
    """Give the environment that every page is rendered in.

    Returns
    -------
    Environment
        A name that a template uses and nobody gave is a fault, never an empty text.
    """
    return Environment(loader=PackageLoader("mapserver", "templates"), autoescape=True, undefined=StrictUndefined)
