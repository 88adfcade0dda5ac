"""The interface texts: one file a language, read by the server and sent to the page."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

__all__ = ["messages"]


@cache
def messages(language: str) -> dict[str, str]:
    """Read the interface texts of one language.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    dict of str to str
        Key -> text.
    """
    text = files("mapserver").joinpath("translations", f"{language}.json").read_text(encoding="utf-8")
    read: dict[str, str] = json.loads(text)
    return read
